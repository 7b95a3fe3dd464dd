//! Cues: the words that decide setting, time and weather, and the small words of the grammar
//! (`data/cues.toml`).

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lexicon::{list, singulars};
use super::token::{Script, Token, phrase};
use crate::SceneError;
use crate::graph::{Setting, TimeOfDay, Weather};

/// Longest cue, in tokens.
const MAX_PHRASE: usize = 6;

/// A verb that says what a figure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Verb {
    Sit,
    Walk,
    Run,
    Wave,
    Hold,
    Ride,
    Act,
}

/// The small words.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) determiners: HashSet<String>,
    pub(super) articles: HashSet<String>,
    pub(super) ambiguous: HashSet<String>,
    pub(super) colours: HashSet<String>,
    pub(super) negations: HashSet<String>,
    pub(super) pronouns: HashSet<String>,
    pub(super) pronouns_female: HashSet<String>,
    pub(super) one: HashSet<String>,
    pub(super) two: HashSet<String>,
    pub(super) few: HashSet<String>,
    pub(super) many: HashSet<String>,
    pub(super) stop_nouns: HashSet<String>,
    pub(super) hero_moods: HashSet<String>,
}

impl Grammar {
    /// Whether a word is a number or a measure word.
    pub(super) fn is_number(&self, word: &str) -> bool {
        [&self.one, &self.two, &self.few, &self.many].iter().any(|set| set.contains(word))
    }

    /// Words past which a number does not reach.
    pub(super) fn is_boundary(&self, word: &str) -> bool {
        matches!(
            word,
            "and"
                | "with"
                | "in"
                | "on"
                | "at"
                | "by"
                | "near"
                | "under"
                | "of"
                | "the"
                | "和"
                | "在"
                | "与"
                | "的"
                | "上"
                | "里"
        ) && word != "的"
            && word != "of"
    }
}

/// All cues.
#[derive(Debug)]
pub(super) struct Cues {
    settings: HashMap<String, (Setting, bool)>,
    times: HashMap<String, (TimeOfDay, bool)>,
    weathers: HashMap<String, (Weather, bool)>,
    verbs: HashMap<String, Vec<Verb>>,
    pub(super) grammar: Grammar,
}

#[derive(Deserialize)]
struct File {
    setting: Vec<Rule>,
    time: Vec<Rule>,
    weather: Vec<Rule>,
    verbs: HashMap<String, String>,
    grammar: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    en: String,
    zh: String,
    #[serde(default)]
    hint_en: String,
    #[serde(default)]
    hint_zh: String,
}

/// What the words say about one of setting, time, weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said<T> {
    /// Named outright.
    pub(super) named: Option<T>,
    /// Suggested by what is there.
    pub(super) hinted: Option<T>,
}

impl Cues {
    /// The table that is built in.
    pub(super) fn builtin() -> Result<&'static Self, SceneError> {
        static BUILTIN: OnceLock<Result<Cues, String>> = OnceLock::new();
        BUILTIN
            .get_or_init(|| Self::parse(include_str!("../../data/cues.toml")))
            .as_ref()
            .map_err(|reason| SceneError::Data { file: "cues.toml", reason: reason.clone() })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let set = |name: &str| -> Result<HashSet<String>, String> {
            let text = file.grammar.get(name).ok_or_else(|| format!("no '{name}'"))?;
            Ok(list(text).into_iter().collect())
        };
        let articles = ["a", "an", "the", "his", "her", "its", "their", "my", "our", "your"];
        let grammar = Grammar {
            determiners: set("determiners")?,
            articles: articles.map(str::to_owned).into(),
            ambiguous: set("ambiguous")?,
            colours: set("colours")?,
            negations: set("negations")?,
            pronouns: set("pronouns")?,
            pronouns_female: set("pronouns_female")?,
            one: set("one")?,
            two: set("two")?,
            few: set("few")?,
            many: set("many")?,
            stop_nouns: set("stop_nouns")?,
            hero_moods: set("hero_moods")?,
        };
        let mut verbs: HashMap<String, Vec<Verb>> = HashMap::new();
        for (name, verb) in [
            ("sit", Verb::Sit),
            ("walk", Verb::Walk),
            ("run", Verb::Run),
            ("wave", Verb::Wave),
            ("hold", Verb::Hold),
            ("ride", Verb::Ride),
            ("act", Verb::Act),
        ] {
            let words = file.verbs.get(name).ok_or_else(|| format!("no '{name}'"))?;
            for word in list(words) {
                verbs.entry(word).or_default().push(verb);
            }
        }
        Ok(Self {
            settings: index(&file.setting)?,
            times: index(&file.time)?,
            weathers: index(&file.weather)?,
            verbs,
            grammar,
        })
    }

    /// Chinese words of the table, for the segmenter; sorted.
    pub(super) fn chinese_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self
            .settings
            .keys()
            .chain(self.times.keys())
            .chain(self.weathers.keys())
            .chain(self.verbs.keys())
            .map(String::as_str)
            .filter(|w| !w.is_ascii())
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// What the words say about the setting.
    pub(super) fn setting(&self, tokens: &[Token]) -> Said<Setting> {
        let hits = scan(&self.settings, tokens);
        let mut said = choose(&hits);
        let names = |s: Setting| hits.iter().any(|h| h.value == s && h.named);
        // Of two places that lie within each other, the nearer one.
        for (far, near) in [
            (Setting::City, Setting::Street),
            (Setting::Sea, Setting::Beach),
            (Setting::Mountain, Setting::Village),
            (Setting::Mountain, Setting::Forest),
            (Setting::Village, Setting::Kitchen),
            (Setting::Village, Setting::Street),
        ] {
            if said.named == Some(far) && names(near) {
                said.named = Some(near);
            }
        }
        said
    }

    /// What the words say about the time of day.
    pub(super) fn time(&self, tokens: &[Token]) -> Said<TimeOfDay> {
        choose(&scan(&self.times, tokens))
    }

    /// What the words say about the weather.
    pub(super) fn weather(&self, tokens: &[Token]) -> Said<Weather> {
        let hits = scan(&self.weathers, tokens);
        let mut said = choose(&hits);
        // Weather that falls shows more than weather that blows.
        for strong in [Weather::Storm, Weather::Snow, Weather::Rain] {
            if hits.iter().any(|h| h.value == strong && h.named) {
                said.named = Some(strong);
                break;
            }
        }
        said
    }

    /// Whether a word names or hints at a setting, a time or weather.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.settings.contains_key(word) || self.times.contains_key(word) || self.weathers.contains_key(word)
    }

    /// What a token does, if it is a verb of the table.
    pub(super) fn verbs_of(&self, token: &Token) -> &[Verb] {
        self.verbs.get(&token.text).map_or(&[], Vec::as_slice)
    }
}

/// One cue found.
struct Hit<T> {
    value: T,
    named: bool,
    at: usize,
    length: usize,
}

fn index<T: DeserializeOwned + Copy>(rules: &[Rule]) -> Result<HashMap<String, (T, bool)>, String> {
    let mut map = HashMap::new();
    for rule in rules {
        let value: T = serde_json::from_value(serde_json::Value::String(rule.name.clone()))
            .map_err(|e| e.to_string())?;
        for (words, named) in
            [(&rule.en, true), (&rule.zh, true), (&rule.hint_en, false), (&rule.hint_zh, false)]
        {
            for word in list(words) {
                let slot = map.entry(word).or_insert((value, named));
                // A word that names one place and hints at another names it.
                if named && !slot.1 {
                    *slot = (value, true);
                }
            }
        }
    }
    Ok(map)
}

fn scan<T: Copy>(map: &HashMap<String, (T, bool)>, tokens: &[Token]) -> Vec<Hit<T>> {
    let mut hits = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let found = (1..=MAX_PHRASE.min(tokens.len() - i)).rev().find_map(|n| {
            let text = phrase(&tokens[i..i + n])?;
            Some((n, lookup(map, &text)?))
        });
        if let Some((n, (value, named))) = found {
            let length = tokens[i..i + n].iter().map(|t| t.text.chars().count()).sum();
            hits.push(Hit { value, named, at: i, length });
            i += n;
            continue;
        }
        // Inside a long Chinese token, such as an idiom: 大雪纷飞.
        let token = &tokens[i];
        let chars: Vec<char> = token.text.chars().collect();
        if token.script == Script::Han && chars.len() > 2 {
            'token: for n in (2..chars.len()).rev() {
                for window in chars.windows(n) {
                    let part: String = window.iter().collect();
                    if let Some(&(value, named)) = map.get(&part) {
                        hits.push(Hit { value, named, at: i, length: n });
                        break 'token;
                    }
                }
            }
        }
        i += 1;
    }
    hits
}

fn lookup<T: Copy>(map: &HashMap<String, T>, text: &str) -> Option<T> {
    if let Some(&found) = map.get(text) {
        return Some(found);
    }
    let (head, last) = text.rsplit_once(' ').map_or(("", text), |(head, last)| (head, last));
    singulars(last).into_iter().find_map(|single| {
        let text = if head.is_empty() { single } else { format!("{head} {single}") };
        map.get(&text).copied()
    })
}

/// Of the named, the first, a longer one at the same place before a shorter; of the hinted, the
/// first.
fn choose<T: Copy + PartialEq>(hits: &[Hit<T>]) -> Said<T> {
    let first = |named: bool| {
        hits.iter()
            .filter(|h| h.named == named)
            .min_by_key(|h| (h.at, usize::MAX - h.length))
            .map(|h| h.value)
    };
    Said { named: first(true), hinted: first(false) }
}
