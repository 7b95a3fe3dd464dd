//! Relations: who rides, holds or sits on what, from the words between two nouns.

use super::cues::Verb;
use super::lexicon::Class;
use super::listing::Relation;
use super::thing::{Planner, Thing};
use super::token::{Script, Token};
use super::words::Count;
use crate::graph::{Pose, Role};
use crate::layout::Link;

/// Things that are open, so that a rider is seen on them.
const OPEN: [&str; 14] = [
    "boat",
    "sailboat",
    "canoe",
    "motorboat",
    "speedboat",
    "ship",
    "ferry",
    "passenger ship",
    "bicycle",
    "motorcycle",
    "scooter",
    "kick scooter",
    "skateboard",
    "snow sled",
];
/// Animals that can be ridden.
const MOUNTS: [&str; 14] = [
    "horse",
    "camel",
    "elephant",
    "donkey",
    "deer",
    "dragon",
    "unicorn",
    "llama",
    "ox",
    "water buffalo",
    "whale",
    "dolphin",
    "goose",
    "sea turtle",
];
/// What one sits on.
const SEATS: [&str; 8] = ["bench", "chair", "bed", "armchair", "rock", "log", "crate", "hospital bed"];
/// Surfaces on which things lie.
const SURFACES: [&str; 9] =
    ["table", "desk", "bookshelf", "crate", "barrel", "rock", "bench", "stove", "bed"];

fn can_ride(thing: &Thing) -> bool {
    OPEN.contains(&thing.key.as_str()) || MOUNTS.contains(&thing.key.as_str()) || thing.key == "cart"
}

fn can_hold(thing: &Thing) -> bool {
    let flown = matches!(thing.key.as_str(), "balloon" | "kite" | "feather" | "maple leaf" | "leaf");
    let picked = matches!(
        thing.key.as_str(),
        "rose"
            | "tulip"
            | "bouquet"
            | "sunflower"
            | "seedling"
            | "shell"
            | "gift"
            | "package"
            | "teddy bear"
            | "lamp"
            | "potted plant"
            | "suitcase"
            | "herb"
            | "clover"
            | "lotus"
            | "microphone"
    );
    thing.in_hand().is_some() && (thing.class == Class::Small || flown || picked)
}

/// Finds relations and poses.
pub(super) fn relate(planner: &Planner<'_>, things: &mut [Thing]) {
    for object in 0..things.len() {
        let Some(&(start, end)) = things[object].spans.first() else { continue };
        surface(planner, things, object, (start, end));
        if let Some((subject, between)) = subject_of(planner.tokens, things, object, start) {
            link(planner, things, subject, object, &planner.tokens[between..start]);
        }
    }
    for i in 0..things.len() {
        if things[i].class.is_living() && things[i].pose == Pose::Stand {
            things[i].pose = pose(planner, things, i);
        }
    }
}

/// The character that does something to a thing: the nearest one before it in its sentence, else
/// the hero if it comes after in the sentence; and where the words between begin.
fn subject_of(tokens: &[Token], things: &[Thing], object: usize, start: usize) -> Option<(usize, usize)> {
    let sentence = tokens[..start].iter().rposition(|t| t.script == Script::Stop).map_or(0, |i| i + 1);
    let living = |i: &usize| *i != object && things[*i].class.is_living();
    let before = (0..things.len())
        .filter(living)
        .flat_map(|i| things[i].spans.iter().map(move |&(_, end)| (i, end)))
        .filter(|&(_, end)| end <= start && end >= sentence)
        .max_by_key(|&(_, end)| end);
    before.or_else(|| {
        let hero = things.iter().position(|t| t.role == Role::Hero && t.class.is_living())?;
        (hero != object).then_some((hero, sentence))
    })
}

fn link(planner: &Planner<'_>, things: &mut [Thing], subject: usize, object: usize, between: &[Token]) {
    let does = |verb: Verb| between.iter().any(|t| planner.cues.verbs_of(t).contains(&verb));
    let says = |words: &[&str]| between.iter().any(|t| words.contains(&t.text.as_str()));
    let free =
        matches!(things[subject].link, Link::Free | Link::Beside(_)) && things[subject].count == Count::One;
    let thing = &things[object];
    if can_ride(thing) && free && thing.count == Count::One {
        let inside = thing.class == Class::Boat && is_in(planner.tokens, things, object, between);
        let upon = thing.class == Class::Vehicle && says(&["on"]);
        if does(Verb::Ride) || inside || upon {
            let sits = thing.class == Class::Boat || thing.key == "cart";
            things[subject].link = Link::Rides(object);
            things[subject].pose = if sits { Pose::Sit } else { Pose::Ride };
            return;
        }
    }
    let thing = &things[object];
    let seat = SEATS.contains(&thing.key.as_str());
    let bed = matches!(thing.key.as_str(), "bed" | "hospital bed" | "armchair");
    if free && seat && (does(Verb::Sit) || bed && is_in(planner.tokens, things, object, between)) {
        things[subject].link = Link::SitsOn(object);
        things[subject].pose = Pose::Sit;
        return;
    }
    if free
        && matches!(things[object].key.as_str(), "desk" | "table" | "computer")
        && (says(&["at", "behind", "using"]) && !says(&["look", "looks", "looking"])
            || between.iter().any(|t| t.text.ends_with('在'))
                && things[object].spans.first().is_some_and(|&(_, end)| {
                    planner.tokens.get(end).is_some_and(|t| t.text.starts_with(['前', '后', '旁', '边']))
                }))
    {
        things[subject].link = Link::Behind(object);
        return;
    }
    let thing = &things[object];
    // "A boy fishing": the word for what is done stands for the thing too.
    let own = thing.spans.first().map_or(&[][..], |&(start, end)| &planner.tokens[start..end]);
    let acts = own.iter().any(|t| planner.cues.verbs_of(t).contains(&Verb::Hold));
    let held = does(Verb::Hold) || says(&["with"]) || acts;
    let empty = things[subject].is_figure() && things[subject].holds.is_none();
    let lies = thing.link != Link::Free;
    if can_hold(thing) && held && empty && !lies && thing.role != Role::Hero {
        things[subject].holds = thing.in_hand().map(str::to_owned);
        things[object].gone = true;
        return;
    }
    let near = says(&[
        "beside",
        "near",
        "by",
        "next",
        "alongside",
        "with",
        "旁",
        "旁边",
        "身边",
        "身旁",
        "和",
        "与",
        "跟",
    ]);
    let thing = &mut things[object];
    if near
        && thing.link == Link::Free
        && (thing.class.is_living()
            || matches!(thing.class, Class::Ground | Class::Furniture | Class::Vehicle))
        && thing.role != Role::Hero
    {
        thing.link = Link::Beside(subject);
    }
}

/// "in the boat", "在小船上": the words that close in on the thing.
fn is_in(tokens: &[Token], things: &[Thing], object: usize, between: &[Token]) -> bool {
    let Some(&(_, end)) = things[object].spans.first() else { return false };
    let last = between.iter().rev().take(3).take_while(|t| t.script == Script::Latin);
    let english = last.into_iter().any(|t| matches!(t.text.as_str(), "in" | "inside" | "aboard" | "on"));
    let chinese = between.iter().rev().take(4).any(|t| t.text.ends_with('在'))
        && tokens.get(end).is_some_and(|t| t.text.starts_with(['上', '里', '中']));
    english || chinese
}

/// "A cup on the table", "桌子上放着一本书".
fn surface(planner: &Planner<'_>, things: &mut [Thing], object: usize, span: (usize, usize)) {
    let lies = |t: &Thing| {
        matches!(t.class, Class::Small | Class::Symbol)
            || matches!(
                t.key.as_str(),
                "cat"
                    | "owl"
                    | "mouse"
                    | "computer"
                    | "television"
                    | "potted plant"
                    | "lamp"
                    | "laptop"
                    | "black cat"
                    | "microscope"
            )
    };
    if !lies(&things[object]) {
        return;
    }
    let tokens = planner.tokens;
    for other in 0..things.len() {
        if other == object || !SURFACES.contains(&things[other].key.as_str()) {
            continue;
        }
        for &(start, end) in &things[other].spans {
            let english = start >= span.1
                && start - span.1 <= 4
                && tokens[span.1..start].iter().any(|t| matches!(t.text.as_str(), "on" | "atop" | "upon"))
                && tokens[span.1..start].iter().all(|t| t.script == Script::Latin);
            let chinese = end <= span.0
                && span.0 - end <= 6
                && tokens.get(end).is_some_and(|t| t.text.starts_with('上'))
                && tokens[end..span.0].iter().all(|t| t.script == Script::Han);
            let sits = tokens[span.1.min(start)..start]
                .iter()
                .any(|t| t.text.starts_with('坐') || t.text.starts_with('趴'))
                && tokens.get(end).is_some_and(|t| t.text.starts_with('上'))
                && start >= span.1;
            if english || chinese || sits {
                things[object].link = Link::On(other);
                return;
            }
        }
    }
}

/// What a character does: the first telling verb between it and the next character.
fn pose(planner: &Planner<'_>, things: &[Thing], who: usize) -> Pose {
    for &(_, end) in &things[who].spans {
        // Up to the next character that comes after a verb: "a boy and his dog sit".
        let next = things
            .iter()
            .enumerate()
            .filter(|(i, t)| *i != who && t.class.is_living())
            .flat_map(|(_, t)| t.spans.iter().map(|s| s.0))
            .filter(|&start| start >= end)
            .filter(|&start| {
                planner.tokens[end..start]
                    .iter()
                    .any(|t| !planner.cues.verbs_of(t).is_empty() && t.text != "with")
            })
            .min()
            .unwrap_or(planner.tokens.len());
        let clause = planner.tokens[end..next].iter().take_while(|t| t.script != Script::Stop);
        for token in clause {
            for verb in planner.cues.verbs_of(token) {
                match verb {
                    Verb::Sit => return Pose::Sit,
                    Verb::Walk => return Pose::Walk,
                    Verb::Run => return Pose::Run,
                    Verb::Wave => return Pose::Wave,
                    Verb::Hold | Verb::Ride | Verb::Act => {}
                }
            }
        }
    }
    Pose::Stand
}

/// Relations that the model gives, where the words gave none.
pub(super) fn from_model(things: &mut [Thing], relations: &[(String, Relation, String)]) {
    for (who, relation, what) in relations {
        let at = |key: &str| things.iter().position(|t| t.key == key && !t.gone);
        let (Some(subject), Some(object)) = (at(who), at(what)) else { continue };
        if subject == object || things[subject].link != Link::Free || things[object].link != Link::Free {
            continue;
        }
        match relation {
            Relation::Rides if can_ride(&things[object]) && things[subject].class.is_living() => {
                things[subject].link = Link::Rides(object);
                let sits = things[object].class == Class::Boat;
                things[subject].pose = if sits { Pose::Sit } else { Pose::Ride };
            }
            Relation::Holds
                if can_hold(&things[object])
                    && things[subject].is_figure()
                    && things[subject].holds.is_none()
                    && things[object].role != Role::Hero =>
            {
                things[subject].holds = things[object].in_hand().map(str::to_owned);
                things[object].gone = true;
            }
            Relation::On
                if SURFACES.contains(&things[object].key.as_str())
                    && things[subject].class == Class::Small =>
            {
                things[subject].link = Link::On(object);
            }
            Relation::Beside if things[subject].role != Role::Hero => {
                things[subject].link = Link::Beside(object);
            }
            _ => {}
        }
    }
}
