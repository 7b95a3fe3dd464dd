//! Clauses become layers.

use super::lexicon::{Change, Lexicon, Meaning};
use super::reading::{LONGEST_PROMPT, Reading, Unknown};
use super::token::{Token, tokens};
use crate::AudioError;
use crate::effects::registry::{Nature, Sound, on_surface, sounds};
use crate::effects::scene::{Layer, Room};

/// Something understood in a clause, with the tokens it came from.
struct Item {
    meaning: Meaning,
    from: usize,
    to: usize,
}

/// What stands between two joints of the prompt.
#[derive(Default)]
struct Clause {
    items: Vec<Item>,
    /// Indices of tokens that mean nothing here.
    strange: Vec<usize>,
    stage: usize,
}

/// Reads a prompt.
///
/// # Errors
/// [`AudioError::Sound`] for a prompt with no words in it or one that is too long.
pub fn read(prompt: &str) -> Result<Reading, AudioError> {
    let length = prompt.chars().count();
    if length > LONGEST_PROMPT {
        let problem = format!("it is described in {length} characters; at most {LONGEST_PROMPT} are read");
        return Err(AudioError::Sound { problem });
    }
    let words = tokens(prompt);
    if !words.iter().any(|t| t.form != ",") {
        return Err(AudioError::Sound { problem: "the description has no words".into() });
    }
    let mut reading = Reading::default();
    for clause in clauses(&words) {
        layers_of(&clause, &words, prompt, &mut reading);
    }
    Ok(reading)
}

fn clauses(words: &[Token]) -> Vec<Clause> {
    let forms: Vec<String> = words.iter().map(|t| t.form.clone()).collect();
    let lexicon = Lexicon::get();
    let mut out = vec![Clause::default()];
    let (mut at, mut stage) = (0, 0);
    let mut fresh = true;
    while at < forms.len() {
        let (meaning, n) = lexicon.at(&forms[at..]).map_or((None, 1), |(m, n)| (Some(m), n));
        let item = |meaning| Item { meaning, from: at, to: at + n };
        let empty = out.last().is_none_or(|c| c.items.is_empty() && c.strange.is_empty());
        match meaning {
            Some(Meaning::Then) => {
                // "Then" before anything else says nothing.
                stage += usize::from(!fresh);
                out.push(Clause { stage, ..Clause::default() });
            }
            Some(Meaning::And) if !empty => out.push(Clause { stage, ..Clause::default() }),
            Some(Meaning::And) => {}
            Some(Meaning::Empty) => {}
            Some(other) => {
                fresh = false;
                if let Some(clause) = out.last_mut() {
                    clause.items.push(item(other));
                }
            }
            None => {
                if let Some(count) = forms[at].parse::<u32>().ok().filter(|n| (1..=99).contains(n)) {
                    if let Some(clause) = out.last_mut() {
                        clause.items.push(item(Meaning::Before(Change::Count(count))));
                    }
                } else if let Some(clause) = out.last_mut() {
                    fresh = false;
                    clause.strange.push(at);
                }
            }
        }
        at += n;
    }
    out
}

fn layers_of(clause: &Clause, words: &[Token], prompt: &str, reading: &mut Reading) {
    let found: Vec<(usize, &'static Sound)> = clause
        .items
        .iter()
        .enumerate()
        .filter_map(|(i, item)| if let Meaning::Sound(s) = item.meaning { Some((i, s)) } else { None })
        .collect();
    let strange = || phrase(&clause.strange, words, prompt);
    if found.is_empty() {
        stands_alone(clause, strange(), reading, words, prompt);
        return;
    }
    reading.ignored.extend(Some(strange()).filter(|s| !s.is_empty()));
    let kept = without_descriptions(&found, clause);
    let mut layers: Vec<(usize, Layer)> = kept
        .iter()
        .map(|(i, sound)| {
            let item = &clause.items[*i];
            let mut layer = Layer::usual(sound, &span(item.from, item.to, words, prompt));
            layer.stage = clause.stage;
            layer.once = !words[item.to - 1].plural && single(item.from, words);
            (*i, layer)
        })
        .collect();
    for (i, item) in clause.items.iter().enumerate() {
        let (change, forwards) = match item.meaning {
            Meaning::Before(change) => (change, true),
            Meaning::After(change) => (change, false),
            // A sound that only describes another, such as the snow that someone walks in.
            _ => continue,
        };
        let target = target_of(&layers, i, forwards, change);
        if let Some((_, layer)) = target.and_then(|t| layers.get_mut(t)) {
            let said = span(item.from, item.to, words, prompt);
            layer.words = if item.from < clause.items[i.min(clause.items.len() - 1)].from {
                layer.words.clone()
            } else {
                joined(&layer.words, &said, forwards)
            };
            apply(layer, change);
        }
    }
    // A room that is said of the last sound of a prompt without others is the room of the scene.
    for (_, layer) in layers {
        reading.scene.layers.push(layer);
    }
    settle_room(reading);
}

/// One sound in one room is a scene in that room.
fn settle_room(reading: &mut Reading) {
    let rooms: Vec<Option<Room>> = reading.scene.layers.iter().map(|l| l.room).collect();
    let said: Vec<Room> = rooms.iter().flatten().copied().collect();
    // "A choir and an organ in a church": the room is said last and meant for all.
    if let [.., Some(last)] = rooms.as_slice()
        && said.len() == 1
        && !matches!(last, Room::Wall | Room::Telephone)
    {
        reading.scene.room = *last;
        reading.scene.layers.iter_mut().for_each(|l| l.room = None);
    }
}

/// A clause without a sound: rooms and modifiers are of the whole scene or the last layer; other words
/// are unknown.
fn stands_alone(clause: &Clause, strange: String, reading: &mut Reading, words: &[Token], prompt: &str) {
    let mut like = sounds().first().map(|s| Layer::usual(s, &strange));
    for item in &clause.items {
        let change = match item.meaning {
            Meaning::Before(change) | Meaning::After(change) => change,
            _ => continue,
        };
        if !strange.is_empty() {
            if let Some(layer) = like.as_mut() {
                apply_loosely(layer, change);
            }
            continue;
        }
        match change {
            Change::In(room) => {
                reading.scene.room = room;
                reading.scene.layers.iter_mut().for_each(|l| l.room = None);
            }
            other => match reading.scene.layers.last_mut().filter(|l| l.stage == clause.stage) {
                Some(layer) => apply(layer, other),
                None => reading.ignored.push(span(item.from, item.to, words, prompt)),
            },
        }
    }
    if strange.is_empty() {
        return;
    }
    if let Some(mut like) = like {
        like.stage = clause.stage;
        // The whole clause tells more than its strange words alone.
        let from = clause.items.first().map_or(usize::MAX, |i| i.from).min(clause.strange[0]);
        let to = clause.items.last().map_or(0, |i| i.to).max(clause.strange[clause.strange.len() - 1] + 1);
        let whole = span(from, to, words, prompt);
        like.words = whole.clone();
        reading.unknown.push(Unknown { words: whole, like, place: reading.scene.layers.len() });
    }
}

/// Of neighbours that say the same thing twice ("rain shower falling", "dog bark"), or of a place in a
/// clause with its own sound, all that are different stay.
fn without_descriptions(found: &[(usize, &'static Sound)], clause: &Clause) -> Vec<(usize, &'static Sound)> {
    let mut out: Vec<(usize, &'static Sound)> = Vec::new();
    for (i, sound) in found {
        if out.iter().any(|(_, s)| s.id == sound.id) {
            continue;
        }
        // "rain on the river" has two; "police car siren", directly side by side in one category, has one.
        let neighbour = out
            .last()
            .filter(|(j, s)| clause.items[*i].from == clause.items[*j].to && s.category == sound.category);
        if neighbour.is_some() {
            out.pop();
        }
        out.push((*i, sound));
    }
    out
}

/// The layer that a change is about: the next or the last one, and for a surface one that has it.
fn target_of(layers: &[(usize, Layer)], at: usize, forwards: bool, change: Change) -> Option<usize> {
    let after = (0..layers.len()).filter(|k| layers[*k].0 > at);
    let before = (0..layers.len()).rev().filter(|k| layers[*k].0 < at);
    let order: Vec<usize> =
        if forwards { after.chain(before).collect() } else { before.chain(after).collect() };
    match change {
        Change::On(surface) => order.into_iter().find(|k| on_surface(layers[*k].1.sound, surface).is_some()),
        _ => order.into_iter().next(),
    }
}

fn apply(layer: &mut Layer, change: Change) {
    if let Change::On(surface) = change {
        if let Some(sound) = on_surface(layer.sound, surface) {
            layer.sound = sound;
        }
        return;
    }
    apply_loosely(layer, change);
}

fn apply_loosely(layer: &mut Layer, change: Change) {
    match change {
        Change::Intensity(by) => layer.intensity = (layer.intensity + by).clamp(0.0, 1.0),
        Change::Pitch(by) => layer.pitch = (layer.pitch * by).clamp(0.3, 3.0),
        Change::Pace(by) => layer.pace = (layer.pace * by).clamp(0.25, 4.0),
        Change::Distance(by) => layer.distance = (layer.distance * by).clamp(0.1, 20.0),
        Change::Direction(to) => layer.direction = Some(to),
        Change::Count(n) => {
            layer.count = Some(n);
            layer.once = true;
        }
        Change::Once => layer.once = true,
        Change::Often => layer.once = false,
        Change::Passing => layer.passing = true,
        Change::In(room) => layer.room = Some(room),
        Change::Size(by) => {
            layer.pitch = (layer.pitch * by).clamp(0.3, 3.0);
            // The large is also stronger.
            layer.intensity = (layer.intensity + if by < 1.0 { 0.15 } else { -0.1 }).clamp(0.0, 1.0);
        }
        Change::On(_) => {}
    }
}

/// Whether an English singular with its article stands here: "a door slam" happens once, "thunder" not.
fn single(from: usize, words: &[Token]) -> bool {
    // The article may stand a few adjectives before.
    words[..from]
        .iter()
        .rev()
        .take(4)
        .take_while(|t| t.form != "," && t.form != "and" && t.form != "with")
        .any(|t| matches!(t.form.as_str(), "a" | "an"))
}

fn span(from: usize, to: usize, words: &[Token], prompt: &str) -> String {
    prompt[words[from].from..words[to - 1].to].to_owned()
}

fn phrase(indices: &[usize], words: &[Token], prompt: &str) -> String {
    let mut out = String::new();
    let mut last: Option<usize> = None;
    for i in indices {
        let word = &prompt[words[*i].from..words[*i].to];
        let gap = last.is_some_and(|l| words[*i].from > words[l].to);
        if gap {
            out.push(' ');
        }
        out.push_str(word);
        last = Some(*i);
    }
    out
}

/// The words of a layer with those of a modifier.
fn joined(words: &str, more: &str, front: bool) -> String {
    let han = |s: &str| s.chars().any(super::token::is_han);
    let gap = if han(words) && han(more) { "" } else { " " };
    if front { format!("{more}{gap}{words}") } else { format!("{words}{gap}{more}") }
}

impl Layer {
    /// Whether a nature repeats unless it is said otherwise.
    pub fn repeats(&self) -> bool {
        matches!(self.sound.nature, Nature::Event(..)) && !self.once
    }
}
