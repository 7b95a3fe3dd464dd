//! The lexicon: what the nouns of a description look like (`data/lexicon.toml`).

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::SceneError;
use crate::graph::Body;

/// Where a thing may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// People.
    Person,
    /// Animals that walk, and other characters (robot, snowman).
    Animal,
    /// In the air.
    Flying,
    /// Under water.
    Swimming,
    /// Trees, flowers, crops.
    Plant,
    /// Buildings and landmarks: just below the horizon.
    Structure,
    /// Other things that stand on the ground.
    Ground,
    /// Road and rail vehicles.
    Vehicle,
    /// Boats and ships.
    Boat,
    /// Sun, moon, stars, clouds.
    Sky,
    /// Stands in a room.
    Furniture,
    /// Hangs on a wall.
    Wall,
    /// Held in a hand, or lies about.
    Small,
    /// A sign for an idea.
    Symbol,
}

impl Class {
    /// Whether it can be the one whom a scene is about.
    pub fn is_living(self) -> bool {
        matches!(self, Self::Person | Self::Animal)
    }
}

/// How an entry is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum ArtSpec {
    /// An icon of the Noto set.
    Icon(String),
    /// A parametric drawing.
    Prop(String),
    /// A head on a drawn body.
    Figure {
        /// Icon of the head.
        head: String,
        /// The body.
        body: Body,
        /// What it holds unless the description says otherwise.
        holds: Option<String>,
        /// Icon of the whole creature, for when it is not the hero.
        whole: Option<String>,
    },
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// First English word; unique.
    pub key: String,
    /// English words, singular.
    pub en: Vec<String>,
    /// Chinese words.
    pub zh: Vec<String>,
    /// How it is drawn.
    pub art: ArtSpec,
    /// Where it may stand.
    pub class: Class,
    /// Height as a fraction of the frame's height.
    pub height: f32,
}

/// All entries, with an index by word.
#[derive(Debug)]
pub struct Lexicon {
    entries: Vec<Entry>,
    words: HashMap<String, usize>,
}

#[derive(Deserialize)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    class: Class,
    height: f32,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Sized(String, String, String, f32),
    Plain(String, String, String),
}

impl Lexicon {
    /// The lexicon that is built in.
    ///
    /// # Errors
    /// [`SceneError::Data`] when the table is damaged.
    pub fn builtin() -> Result<&'static Self, SceneError> {
        static BUILTIN: OnceLock<Result<Lexicon, String>> = OnceLock::new();
        BUILTIN
            .get_or_init(|| Self::parse(include_str!("../../data/lexicon.toml")))
            .as_ref()
            .map_err(|reason| SceneError::Data { file: "lexicon.toml", reason: reason.clone() })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut entries = Vec::new();
        let mut words = HashMap::new();
        for group in file.group {
            for row in group.rows {
                let (en, zh, art, height) = match row {
                    Row::Sized(en, zh, art, height) => (en, zh, art, height),
                    Row::Plain(en, zh, art) => (en, zh, art, group.height),
                };
                let (en, zh) = (list(&en), list(&zh));
                let key = en.first().cloned().ok_or("a row without an English word")?;
                let art = parse_art(&art).ok_or_else(|| format!("no such art: '{art}'"))?;
                for word in en.iter().chain(&zh) {
                    if words.insert(word.clone(), entries.len()).is_some() {
                        return Err(format!("'{word}' stands in two rows"));
                    }
                }
                entries.push(Entry { key, en, zh, art, class: group.class, height });
            }
        }
        Ok(Self { entries, words })
    }

    /// Every entry, in the order of the table.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at an index.
    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// The entry of a word or phrase: lower case, singular, as in the table.
    pub fn find(&self, word: &str) -> Option<usize> {
        self.words.get(word).copied()
    }

    /// The entry of an English phrase in singular or plural; true for a plural.
    pub fn find_english(&self, phrase: &str) -> Option<(usize, bool)> {
        if let Some(index) = self.find(phrase) {
            return Some((index, false));
        }
        let (head, last) = match phrase.rsplit_once(' ') {
            Some((head, last)) => (Some(head), last),
            None => (None, phrase),
        };
        singulars(last).into_iter().find_map(|single| {
            let phrase = head.map_or(single.clone(), |head| format!("{head} {single}"));
            self.find(&phrase).map(|index| (index, true))
        })
    }
}

/// The words of a comma-separated list.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn parse_art(text: &str) -> Option<ArtSpec> {
    let (kind, rest) = text.split_once(':')?;
    let body = match kind {
        "icon" => return Some(ArtSpec::Icon(rest.to_owned())),
        "prop" => return Some(ArtSpec::Prop(rest.to_owned())),
        "adult" => Body::Adult,
        "child" => Body::Child,
        "animal" => Body::Animal,
        _ => return None,
    };
    let (rest, whole) = match rest.split_once('|') {
        Some((rest, whole)) => (rest, Some(whole.to_owned())),
        None => (rest, None),
    };
    let (head, holds) = match rest.split_once('+') {
        Some((head, holds)) => (head, Some(holds.to_owned())),
        None => (rest, None),
    };
    Some(ArtSpec::Figure { head: head.to_owned(), body, holds, whole })
}

/// What an English plural may be the plural of, the likeliest first.
pub(super) fn singulars(word: &str) -> Vec<String> {
    const IRREGULAR: [(&str, &str); 17] = [
        ("men", "man"),
        ("women", "woman"),
        ("children", "child"),
        ("people", "person"),
        ("mice", "mouse"),
        ("geese", "goose"),
        ("feet", "foot"),
        ("teeth", "tooth"),
        ("wolves", "wolf"),
        ("leaves", "leaf"),
        ("knives", "knife"),
        ("loaves", "loaf"),
        ("calves", "calf"),
        ("shelves", "shelf"),
        ("oxen", "ox"),
        ("dice", "die"),
        ("bookshelves", "bookshelf"),
    ];
    if let Some((_, single)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return vec![(*single).to_owned()];
    }
    for (plural, single) in &IRREGULAR[..2] {
        // fishermen, policewomen
        if let Some(stem) = word.strip_suffix(plural) {
            return vec![format!("{stem}{single}")];
        }
    }
    let mut found = Vec::new();
    if let Some(stem) = word.strip_suffix("ies") {
        found.push(format!("{stem}y"));
    }
    if word.len() > 2
        && !word.ends_with("ss")
        && let Some(stem) = word.strip_suffix('s')
    {
        found.push(stem.to_owned());
        if let Some(stem) = stem.strip_suffix('e') {
            found.push(stem.to_owned());
        }
    }
    found
}
