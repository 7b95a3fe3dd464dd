//! The plan: which things are in the scene, who is the hero, and how the things stand to each
//! other.

use colophon_types::Lang;

use super::cast::Member;
use super::lexicon::{ArtSpec, Class, Entry};
use super::listing::{EXAMPLE_NOUNS, Listing, Relation};
use super::place::Place;
use super::relate;
use super::thing::{Planner, Thing};
use super::token::Script;
use super::words::{Count, Mention, mentions, tokenise};
use super::{dressing, heads};
use crate::SceneError;
use crate::graph::{Art, Body, Pose, Role, Setting};
use crate::layout::{Item, Link, has_water};
use crate::search::{Group, Hit, How, MIN_DETAIL_SIMILARITY, MIN_SIMILARITY};

/// Most things of a scene, dressing included.
const MAX_THINGS: usize = 9;
/// Most supports; the rest are details.
const MAX_SUPPORTS: usize = 4;
/// Things below which a scene is dressed.
const EMPTY: usize = 5;

impl Planner<'_> {
    /// The things of the scene, ready for the layout.
    pub(super) fn items(
        &mut self,
        found: Vec<Mention>,
        listing: Option<&Listing>,
        place: &Place,
    ) -> Result<Vec<Item>, SceneError> {
        let mut things = self.mentioned(&found);
        self.emoji(&mut things);
        self.unknown(&mut things, listing)?;
        let model = self.listed(&mut things, listing);
        things.retain(|t| belongs(t, place));
        let mut things = self.with_hero(things);
        self.suit(&mut things, place);
        self.with_looks(&mut things);
        relate::relate(self, &mut things);
        relate::from_model(&mut things, &model);
        self.lay_down_small_things(&mut things, place);
        self.roles(&mut things);
        self.dress(&mut things, place);
        Ok(self.finish(things))
    }

    /// One thing for each entry that is mentioned.
    fn mentioned(&self, found: &[Mention]) -> Vec<Thing> {
        let mut things: Vec<Thing> = Vec::new();
        for (i, mention) in found.iter().enumerate() {
            let Some(entry) = self.lexicon.entry(mention.entry) else { continue };
            // "An old man, the keeper of the lighthouse": the same person twice.
            let apposition = i.checked_sub(1).and_then(|p| found.get(p)).is_some_and(|before| {
                let between = &self.tokens[before.end..mention.start];
                entry.class == Class::Person
                    && self.class(before.entry) == Some(Class::Person)
                    && between.len() <= 2
                    && between.first().is_some_and(|t| t.script == Script::Comma)
                    && between
                        .iter()
                        .skip(1)
                        .all(|t| matches!(t.text.as_str(), "a" | "an" | "the" | "一个" | "一位"))
                    && before.count == mention.count
                    && between.len() == 2
            });
            let span = (mention.start, mention.end);
            if apposition && let Some(last) = things.last_mut() {
                let mut merged = Thing::from_entry(entry, &mention.text, mention.count);
                merged.spans = std::mem::take(&mut last.spans);
                merged.spans.push(span);
                *last = merged;
                continue;
            }
            if let Some(same) = things.iter_mut().find(|t| t.key == entry.key) {
                same.spans.push(span);
                continue;
            }
            let crowd = matches!(mention.text.as_str(), "people" | "人们" | "大家" | "行人" | "人类");
            let count = if crowd && mention.count == Count::One { Count::Few } else { mention.count };
            let mut thing = Thing::from_entry(entry, &mention.text, count);
            thing.spans.push(span);
            things.push(thing);
        }
        things
    }

    fn emoji(&self, things: &mut Vec<Thing>) {
        for (i, token) in self.tokens.iter().enumerate() {
            if token.script == Script::Other
                && things.len() < MAX_THINGS
                && let Some(hit) = self.index.emoji(&token.text)
            {
                let mut thing = self.thing_of_hit(&hit, &token.text);
                if !things.iter().any(|t| t.key == thing.key) {
                    thing.spans.push((i, i + 1));
                    things.push(thing);
                }
            }
        }
    }

    /// A thing from an icon that the search found: by the lexicon where it has the icon.
    fn thing_of_hit(&self, hit: &Hit, name: &str) -> Thing {
        let known = self.lexicon.entries().iter().find(|e| match &e.art {
            ArtSpec::Icon(icon) => *icon == hit.icon,
            ArtSpec::Figure { head, whole, .. } => *head == hit.icon || whole.as_ref() == Some(&hit.icon),
            ArtSpec::Prop(_) => false,
        });
        if let Some(entry) = known {
            return Thing::from_entry(entry, name, Count::One);
        }
        let (class, height) = match hit.group {
            Group::Face | Group::Symbol => (Class::Symbol, 0.30),
            Group::Person => (Class::Person, 0.44),
            Group::Nature | Group::Place => (Class::Ground, 0.28),
            Group::Food | Group::Activity | Group::Object => (Class::Small, 0.18),
        };
        let entry = Entry {
            key: hit.icon.clone(),
            en: Vec::new(),
            zh: Vec::new(),
            art: ArtSpec::Icon(hit.icon.clone()),
            class,
            height,
        };
        Thing::from_entry(&entry, name, Count::One)
    }

    /// Nouns that the lexicon does not have: looked up among the names of the icons, and by
    /// meaning. Only words that stand where a noun must stand are taken.
    /// Where a model has listed what is in the picture, it must have listed them: it knows that an
    /// "idea" or a "journey" is not to be seen.
    fn unknown(&self, things: &mut Vec<Thing>, listing: Option<&Listing>) -> Result<(), SceneError> {
        let grammar = &self.cues.grammar;
        let taken: Vec<(usize, usize)> = things.iter().flat_map(|t| t.spans.clone()).collect();
        let mut tries = 0;
        for (i, token) in self.tokens.iter().enumerate() {
            if things.len() > EMPTY || tries >= 6 {
                break;
            }
            let plain = token.text.chars().count() > if token.script == Script::Han { 1 } else { 2 }
                && !taken.iter().any(|(a, b)| (*a..*b).contains(&i))
                && !grammar.stop_nouns.contains(&token.text)
                && self.cues.verbs_of(token).is_empty()
                && !self.cues.knows(&token.text)
                && listing.is_none_or(|l| l.names(&token.text));
            if !plain {
                continue;
            }
            let lang = match token.script {
                Script::Latin => {
                    let closes = self.tokens.get(i + 1).is_none_or(|t| {
                        t.script != Script::Latin
                            || grammar.is_boundary(&t.text)
                            || !self.cues.verbs_of(t).is_empty()
                    });
                    // An article, and adjectives at most between.
                    let opened = (i.saturating_sub(3)..i)
                        .rev()
                        .take_while(|&b| {
                            self.tokens[b].script == Script::Latin
                                && !taken.iter().any(|(x, y)| (*x..*y).contains(&b))
                        })
                        .any(|b| grammar.articles.contains(&self.tokens[b].text));
                    if !closes || !opened {
                        continue;
                    }
                    Lang::En
                }
                Script::Han if token.noun && !token.name => Lang::Zh,
                _ => continue,
            };
            tries += 1;
            let least = if listing.is_some() { MIN_DETAIL_SIMILARITY } else { MIN_SIMILARITY };
            let hit = self.index.search(&token.text, lang, least)?;
            let Some(hit) = hit.filter(is_likeness) else { continue };
            let mut thing = self.thing_of_hit(&hit, &token.text);
            if things.iter().any(|t| t.key == thing.key) {
                continue;
            }
            // Of what is only near in meaning, nothing that would be the hero.
            if hit.score < MIN_DETAIL_SIMILARITY && thing.class.is_living() {
                continue;
            }
            thing.spans.push((i, i + 1));
            things.push(thing);
        }
        Ok(())
    }

    /// Adds what the model lists, and gives back its relations between keys.
    fn listed(&self, things: &mut Vec<Thing>, listing: Option<&Listing>) -> Vec<(String, Relation, String)> {
        let mut relations = Vec::new();
        let mut extra = 0;
        for object in listing.into_iter().flat_map(|l| &l.objects) {
            if self.cues.grammar.stop_nouns.contains(&object.name) {
                continue;
            }
            let Some(thing) = self.resolve(&object.name) else { continue };
            let key = thing.key.clone();
            let to = self.resolve(&object.to).map(|t| t.key);
            if let Some(to) = to.filter(|_| object.relation != Relation::None) {
                relations.push((key.clone(), object.relation, to));
            }
            if let Some(same) = things.iter_mut().find(|t| t.key == key) {
                if same.count == Count::One && same.spans.is_empty() {
                    same.count = object.count;
                }
                continue;
            }
            // A word of the description in other words, or an invention? A character must be in
            // the description; a thing may be the model's idea, but few are.
            let said = self.tokens.iter().any(|t| {
                t.text.len() > 2 && (object.name.contains(&t.text) || t.text.contains(&object.name))
            });
            let copied = EXAMPLE_NOUNS.contains(&object.name.as_str());
            if !said && (copied || thing.class.is_living() || extra >= 2) {
                continue;
            }
            extra += usize::from(!said);
            let mut thing = thing;
            thing.count = object.count;
            thing.role = if said { object.role } else { Role::Detail };
            things.push(thing);
        }
        relations
    }

    /// The thing of a name that the model gives.
    fn resolve(&self, name: &str) -> Option<Thing> {
        if name.is_empty() {
            return None;
        }
        let tokens = tokenise(name, self.lexicon, self.cues);
        if let Some(last) = mentions(&tokens, self.lexicon, self.cues).last()
            && let Some(entry) = self.lexicon.entry(last.entry)
        {
            return Some(Thing::from_entry(entry, name, Count::One));
        }
        // What the model says in its own words is taken at its word only.
        let hit = self.index.exact(name, Lang::detect(name)).filter(|h| h.how == How::Name);
        hit.map(|hit| self.thing_of_hit(&hit, name))
    }

    /// Finds the hero, or brings in the film's hero where the words or the mood ask for one; the
    /// hero comes first.
    fn with_hero(&mut self, mut things: Vec<Thing>) -> Vec<Thing> {
        let film_hero = self.cast.hero().cloned();
        let by_name = self.tokens.iter().find_map(|t| self.cast.named(&t.text)).cloned();
        let living = |t: &Thing| t.class.is_living();
        let hero = film_hero
            .as_ref()
            .and_then(|h| things.iter().position(|t| t.key == h.key || living(t) && h.answers_to(&t.key)))
            .or_else(|| things.iter().position(|t| living(t) && t.count == Count::One && t.key != "person"))
            .or_else(|| things.iter().position(living));
        if let Some(at) = hero {
            let mut hero = things.remove(at);
            hero.role = Role::Hero;
            things.insert(0, hero);
            return things;
        }
        let grammar = &self.cues.grammar;
        let pronoun = self.tokens.iter().find(|t| grammar.pronouns.contains(&t.text));
        let acts = self.tokens.iter().any(|t| self.cues.verbs_of(t).contains(&super::cues::Verb::Act));
        let named = self.tokens.windows(2).any(|w| {
            w[0].name
                && match w[0].script {
                    Script::Latin => {
                        self.lexicon.find_english(&w[0].text).is_none()
                            && !grammar.determiners.contains(&w[0].text)
                            && !self.cues.knows(&w[0].text)
                            && !self.cues.verbs_of(&w[1]).is_empty()
                    }
                    _ => !self.cues.verbs_of(&w[1]).is_empty(),
                }
        });
        let moody = grammar.hero_moods.iter().any(|m| self.mood.contains(m.as_str()));
        let brought = by_name.or_else(|| {
            film_hero.filter(|_| pronoun.is_some() || acts || named || moody || things.is_empty())
        });
        if let Some(member) = brought {
            let mut hero = Thing::from_member(&member);
            let word = member.called.as_deref().filter(|name| self.position(name).is_some());
            let word = word.or(pronoun.map(|p| p.text.as_str()));
            let at = word.and_then(|w| self.position(w)).map_or((0, 0), |i| (i, i + 1));
            hero.spans.push(at);
            things.insert(0, hero);
            return things;
        }
        // Nobody is in the film yet, but somebody does something: "She paints at night."
        if pronoun.is_some() || named {
            let female = pronoun.map_or_else(
                || self.seed.derive("stranger").next_u64() & 1 == 0,
                |p| grammar.pronouns_female.contains(&p.text),
            );
            let key = if female { "woman" } else { "man" };
            if let Some(entry) = self.lexicon.find(key).and_then(|i| self.lexicon.entry(i)) {
                let mut hero = Thing::from_entry(entry, key, Count::One);
                hero.role = Role::Hero;
                hero.spans.extend(pronoun.and_then(|p| self.position(&p.text)).map(|i| (i, i + 1)));
                things.insert(0, hero);
                return things;
            }
        }
        let leads = |t: &Thing| !matches!(t.class, Class::Sky | Class::Wall | Class::Plant);
        let first = things.iter().position(leads).or(if things.is_empty() { None } else { Some(0) });
        if let Some(at) = first {
            let mut hero = things.remove(at);
            hero.role = Role::Hero;
            things.insert(0, hero);
        }
        things
    }

    fn position(&self, word: &str) -> Option<usize> {
        self.tokens.iter().position(|t| t.text == word)
    }

    /// Words that mean something else where the scene plays: students in a classroom are children in their own
    /// clothes, not graduates in gowns, and what sails through space is no steamer.
    fn suit(&self, things: &mut [Thing], place: &Place) {
        for thing in things {
            let meant = match (thing.key.as_str(), place.setting) {
                ("student", Setting::Classroom) => "pupil",
                ("ship", Setting::Space) => "rocket",
                _ => continue,
            };
            if let Some(entry) = self.lexicon.find(meant).and_then(|i| self.lexicon.entry(i)) {
                (thing.art, thing.height, thing.class) = (entry.art.clone(), entry.height, entry.class);
            }
        }
    }

    /// Gives the characters their heads and clothes: those of the cast where they are in it.
    fn with_looks(&mut self, things: &mut [Thing]) {
        let persons = things.iter().filter(|t| t.class == Class::Person).count();
        for thing in things.iter_mut() {
            if !thing.class.is_living() || matches!(thing.art, ArtSpec::Prop(_)) {
                thing.look = self.seed.derive(&thing.key).0;
                continue;
            }
            let hero = thing.role == Role::Hero;
            if let Some(member) = self.cast.find(&thing.key).filter(|_| thing.count == Count::One) {
                thing.look = member.clothes;
                if hero || member.body != Some(Body::Animal) {
                    let mut like = Thing::from_member(member);
                    if let (ArtSpec::Figure { holds: new, .. }, ArtSpec::Figure { holds: old, .. }) =
                        (&mut like.art, &thing.art)
                    {
                        new.clone_from(old);
                    }
                    thing.art = like.art;
                    thing.height = member.height;
                    continue;
                }
            }
            if let ArtSpec::Figure { head, .. } = &mut thing.art
                && thing.class == Class::Person
            {
                *head = heads::head_for(head, &thing.key, &thing.spans, persons == 1, self);
            }
            if thing.look == 0 {
                thing.look = self.seed.derive(&thing.key).0;
            }
            let (head, body) = match &thing.art {
                ArtSpec::Figure { head, body, .. } => (head.clone(), Some(*body)),
                ArtSpec::Icon(icon) | ArtSpec::Prop(icon) => (icon.clone(), None),
            };
            if thing.count == Count::One && thing.key != "person" {
                let called = if hero { heads::called(self.tokens) } else { None };
                self.cast.add(Member {
                    key: thing.key.clone(),
                    name: thing.name.clone(),
                    called,
                    head,
                    body,
                    height: thing.height,
                    clothes: thing.look,
                });
            }
        }
    }

    /// Small things that nobody holds: on the table, in the hero's hand, on a table that is
    /// brought for them, or on the ground.
    fn lay_down_small_things(&self, things: &mut Vec<Thing>, place: &Place) {
        if place.setting == Setting::Abstract {
            return;
        }
        // The desk comes with a computer on it.
        for thing in things.iter_mut().filter(|t| t.key == "computer") {
            thing.art = ArtSpec::Prop("desk".into());
            thing.height = 0.28;
        }
        let loose = |t: &Thing| {
            (t.class == Class::Small || matches!(t.key.as_str(), "television" | "printer" | "microscope"))
                && !t.gone
                && t.link == Link::Free
                && t.role != Role::Hero
        };
        let table = |t: &Thing| matches!(t.key.as_str(), "table" | "desk" | "computer") && !t.gone;
        if !things.iter().any(table) && place.setting.is_indoors() {
            let loose = things.iter().filter(|t| loose(t)).count();
            let hands = things.iter().filter(|t| t.is_figure() && t.holds.is_none()).count().min(1);
            let key = if place.setting == Setting::Office { "desk" } else { "table" };
            if loose > hands
                && let Some(entry) = self.lexicon.find(key).and_then(|i| self.lexicon.entry(i))
            {
                let mut thing = Thing::from_entry(entry, key, Count::One);
                thing.look = self.seed.derive(key).0;
                things.push(thing);
            }
        }
        let table = things.iter().position(table);
        for i in 0..things.len() {
            if !loose(&things[i]) {
                continue;
            }
            let free_hand = things.iter().position(|t| {
                t.is_figure() && t.role == Role::Hero && t.holds.is_none() && t.count == Count::One
            });
            let on_table = table.is_some_and(|t| things.iter().filter(|o| o.link == Link::On(t)).count() < 3);
            if let (Some(table), true) = (table, on_table) {
                things[i].link = Link::On(table);
            } else if let (Some(holder), Some(held)) = (free_hand, things[i].in_hand().map(str::to_owned)) {
                things[holder].holds = Some(held);
                things[i].gone = true;
            }
        }
    }

    /// Supports and details.
    fn roles(&self, things: &mut [Thing]) {
        let mut supports = 0;
        for thing in things.iter_mut().filter(|t| !t.gone) {
            if thing.role == Role::Hero {
                continue;
            }
            let minor = matches!(thing.class, Class::Sky | Class::Wall) || thing.role == Role::Detail;
            thing.role = if minor || supports >= MAX_SUPPORTS { Role::Detail } else { Role::Support };
            supports += usize::from(thing.role == Role::Support);
        }
    }

    /// Adds what belongs to the place, where few things are in it.
    fn dress(&self, things: &mut Vec<Thing>, place: &Place) {
        let there = things.iter().filter(|t| !t.gone).count();
        let most = EMPTY.saturating_sub(there).min(3);
        // A robin in a storm, a butterfly at night: not there.
        let mut added = 0;
        let fair = !matches!(
            place.weather,
            crate::graph::Weather::Rain | crate::graph::Weather::Storm | crate::graph::Weather::Snow
        );
        let night = place.time == crate::graph::TimeOfDay::Night;
        for key in dressing::keys(place.setting, 5, self.seed.derive(&self.cast.scenes.to_string())) {
            if added >= most || things.iter().any(|t| t.key == key) {
                continue;
            }
            let Some(entry) = self.lexicon.find(key).and_then(|i| self.lexicon.entry(i)) else { continue };
            if entry.class == Class::Flying && place.setting != Setting::Space && (!fair || night) {
                continue;
            }
            let mut thing = Thing::from_entry(entry, key, Count::One);
            thing.role = Role::Detail;
            thing.look = self.seed.derive(key).0;
            things.push(thing);
            added += 1;
        }
        if things.is_empty()
            && let Some(entry) = self.lexicon.find("emblem").and_then(|i| self.lexicon.entry(i))
        {
            // Nothing of the words has art: a shape of its own, and no wrong thing.
            let mut thing = Thing::from_entry(entry, &entry.key, Count::One);
            thing.look = self.seed.derive("emblem").0;
            thing.role = Role::Hero;
            thing.height = 0.34;
            things.push(thing);
        }
    }

    /// The list for the layout: without what is in hands, links renumbered.
    fn finish(&self, mut things: Vec<Thing>) -> Vec<Item> {
        let mut left: Vec<usize> = (0..things.len()).filter(|&i| !things[i].gone).collect();
        // Details go first where there are too many; the order of the rest stays.
        while left.len() > MAX_THINGS {
            let at = left.iter().rposition(|&i| things[i].role == Role::Detail).unwrap_or(left.len() - 1);
            left.remove(at);
        }
        let new = |old: usize| left.iter().position(|&i| i == old);
        let links: Vec<Link> = left
            .iter()
            .map(|&i| {
                let to = |old: usize, make: fn(usize) -> Link| new(old).map_or(Link::Free, make);
                match things[i].link {
                    Link::Free => Link::Free,
                    Link::Rides(o) => to(o, Link::Rides),
                    Link::On(o) => to(o, Link::On),
                    Link::SitsOn(o) => to(o, Link::SitsOn),
                    Link::Behind(o) => to(o, Link::Behind),
                    Link::Beside(o) => to(o, Link::Beside),
                }
            })
            .collect();
        left.iter()
            .zip(links)
            .map(|(&i, link)| {
                let thing = &mut things[i];
                let (art, height) = draw(thing);
                let others = others(thing, &art, self.index);
                Item {
                    others,
                    name: std::mem::take(&mut thing.name),
                    art,
                    class: thing.class,
                    role: thing.role,
                    height,
                    count: thing.count,
                    link,
                    look: thing.look,
                }
            })
            .collect()
    }
}

/// The art of a thing and its height: an animal that is not the hero goes on its own four legs.
fn draw(thing: &Thing) -> (Art, f32) {
    match &thing.art {
        ArtSpec::Icon(icon) => (Art::Icon { icon: icon.clone() }, thing.height),
        ArtSpec::Prop(prop) => (Art::Prop { prop: prop.clone() }, thing.height),
        ArtSpec::Figure { whole: Some(icon), .. } if thing.role != Role::Hero => {
            (Art::Icon { icon: icon.clone() }, thing.height * 0.8)
        }
        ArtSpec::Figure { head, body, holds, .. } => {
            // A hero on two legs is taller than the animal on four.
            let hero = thing.role == Role::Hero && *body == Body::Animal;
            let height = if hero { thing.height.max(0.36) } else { thing.height };
            let holds = thing.holds.clone().or_else(|| holds.clone());
            let pose = match thing.pose {
                Pose::Stand if holds.is_some() => Pose::Hold,
                pose => pose,
            };
            (Art::Figure { head: head.clone(), body: *body, pose, holds }, height)
        }
    }
}

/// Whether an icon looks like the word that found it. Sports, signs and people stand for many words
/// that they do not look like ("team", "members", "field"): only their own names count.
fn is_likeness(hit: &Hit) -> bool {
    hit.how == How::Name || !matches!(hit.group, Group::Activity | Group::Symbol | Group::Person)
}

/// Whether a thing can be in a place: what the backdrop shows anyway is not drawn twice, and no sun
/// shines in rooms.
fn belongs(thing: &Thing, place: &Place) -> bool {
    let indoors = place.setting.is_indoors();
    match (thing.key.as_str(), place.setting) {
        ("mountain", Setting::Mountain) | ("bamboo", Setting::Bamboo) | ("island", Setting::Beach) => false,
        ("tree" | "pine", Setting::Forest | Setting::SnowyForest) => false,
        ("palm tree", Setting::Beach)
        | ("bookshelf", Setting::Library)
        | ("blackboard", Setting::Classroom) => false,
        ("window" | "curtain", _) => !indoors,
        ("office building", Setting::City) | ("shop", Setting::Street) => false,
        ("water", setting) => !has_water(setting),
        ("milky way", Setting::Space) => false,
        ("moon", Setting::Space) => !place.ground,
        ("earth", setting) => matches!(setting, Setting::Space | Setting::Abstract),
        ("star" | "cloud" | "sun", setting) => setting == Setting::Abstract,
        _ => thing.class != Class::Sky || !indoors,
    }
}

/// Other looks for the members of a group of figures: women and men, girls and boys.
fn others(thing: &Thing, art: &Art, index: &crate::search::ArtIndex) -> Vec<Art> {
    let Art::Figure { head, body, pose, holds } = art else { return Vec::new() };
    if thing.count == Count::One || *body == Body::Animal {
        return Vec::new();
    }
    let heads: Vec<String> = match head.as_str() {
        "child" => vec!["girl".into(), "boy".into()],
        "person" => ["woman", "man-beard", "woman-curly-hair", "old-man", "woman-blond-hair"]
            .map(str::to_owned)
            .into(),
        "man" => vec!["man-beard".into(), "man-curly-hair".into()],
        "woman" => vec!["woman-curly-hair".into(), "woman-blond-hair".into()],
        "boy" => vec!["child".into(), "boy".into()],
        head => ["woman", "man"].map(|sex| format!("{sex}-{head}")).into(),
    };
    let heads = heads.into_iter().filter(|head| index.art().has(head));
    heads.map(|head| Art::Figure { head, body: *body, pose: *pose, holds: holds.clone() }).collect()
}
