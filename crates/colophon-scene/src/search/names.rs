//! Names of icons: labels and tags of emojibase, keywords of emojilib, in English and Chinese.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use colophon_types::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::group::Group;
use super::hit::{ArtPaths, Hit, How};
use crate::SceneError;
use crate::art::NotoArt;

#[derive(Deserialize)]
struct Emoji {
    label: String,
    hexcode: String,
    emoji: String,
    #[serde(default)]
    tags: Vec<String>,
    group: Option<u8>,
}

/// Names and their icons.
#[derive(Debug)]
pub(super) struct Names {
    /// Icons that have a label, in the order of Unicode.
    icons: Vec<(String, Group)>,
    emoji: HashMap<String, usize>,
    english: Table,
    chinese: Table,
    /// Every English name and keyword of a thing once, sorted, with its icon.
    keywords: Vec<String>,
    owners: Vec<usize>,
    known: usize,
}

/// Words of one language.
#[derive(Debug, Default)]
struct Table {
    names: BTreeMap<String, usize>,
    keywords: BTreeMap<String, usize>,
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SceneError> {
    if !path.is_file() {
        return Err(SceneError::ArtMissing(path.to_owned()));
    }
    let fail = |reason: String| SceneError::Art { file: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| fail(e.to_string()))
}

/// The name of an icon in the Noto set for a label of emojibase.
fn slug(label: &str) -> String {
    let mut out = String::new();
    for c in label.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ñ' => out.push('n'),
            'é' | 'ê' => out.push('e'),
            'ã' | 'å' | 'ä' => out.push('a'),
            'ô' | 'ö' => out.push('o'),
            '\'' | '’' | '.' | '“' | '”' | '"' | '!' => {}
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.trim_end_matches('-').to_owned()
}

impl Names {
    pub(super) fn load(paths: &ArtPaths, art: &NotoArt) -> Result<Self, SceneError> {
        let english: Vec<Emoji> = read(&paths.emojibase_en)?;
        let chinese: Vec<Emoji> = read(&paths.emojibase_zh)?;
        let more: HashMap<String, Vec<String>> = read(&paths.emojilib)?;
        let mut zh: HashMap<&str, &Emoji> = HashMap::new();
        for emoji in &chinese {
            zh.insert(&emoji.hexcode, emoji);
        }

        let mut names = Self {
            icons: Vec::new(),
            emoji: HashMap::new(),
            english: Table::default(),
            chinese: Table::default(),
            keywords: Vec::new(),
            owners: Vec::new(),
            known: 0,
        };
        let mut tags_en = Vec::new();
        let mut tags_zh = Vec::new();
        for emoji in &english {
            let Some(group) = emoji.group.and_then(Group::of) else { continue };
            names.known += 1;
            let icon = slug(&emoji.label);
            if !art.has(&icon) {
                continue;
            }
            let at = names.icons.len();
            names.icons.push((icon.clone(), group));
            names.emoji.insert(emoji.emoji.clone(), at);
            names.emoji.insert(emoji.emoji.replace('\u{fe0f}', ""), at);
            if !group.is_thing() {
                continue;
            }
            names.english.names.entry(emoji.label.to_lowercase()).or_insert(at);
            names.english.names.entry(icon.replace('-', " ")).or_insert(at);
            let keywords = more.get(&emoji.emoji).into_iter().flatten();
            for tag in emoji.tags.iter().chain(keywords) {
                tags_en.push((tag.to_lowercase().replace('_', " "), at));
            }
            if let Some(zh) = zh.get(emoji.hexcode.as_str()) {
                names.chinese.names.entry(zh.label.clone()).or_insert(at);
                tags_zh.extend(zh.tags.iter().map(|tag| (tag.clone(), at)));
            }
        }
        names.english.keywords = owners(&tags_en, &names.english.names, 3);
        names.chinese.keywords = owners(&tags_zh, &names.chinese.names, 2);

        let mut rows: BTreeMap<&String, usize> = BTreeMap::new();
        for (word, &at) in names.english.keywords.iter().chain(&names.english.names) {
            if word.chars().filter(char::is_ascii_alphabetic).count() > 2 {
                rows.insert(word, at);
            }
        }
        let (words, owners): (Vec<String>, Vec<usize>) =
            rows.into_iter().map(|(word, at)| (word.clone(), at)).unzip();
        names.keywords = words;
        names.owners = owners;
        Ok(names)
    }

    pub(super) fn keywords(&self) -> &[String] {
        &self.keywords
    }

    pub(super) fn owner(&self, row: usize) -> Option<(&str, Group)> {
        let (icon, group) = self.icons.get(*self.owners.get(row)?)?;
        Some((icon, *group))
    }

    pub(super) fn coverage(&self) -> (usize, usize) {
        (self.known, self.icons.len())
    }

    pub(super) fn emoji(&self, emoji: &str) -> Option<Hit> {
        let bare: String =
            emoji.chars().filter(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect();
        self.emoji.get(emoji).or_else(|| self.emoji.get(&bare)).map(|&at| self.hit(at, How::Name))
    }

    pub(super) fn exact(&self, word: &str, lang: Lang) -> Option<Hit> {
        let table = match lang {
            Lang::En => &self.english,
            Lang::Zh => &self.chinese,
        };
        if let Some(&at) = table.names.get(word) {
            return Some(self.hit(at, How::Name));
        }
        table.keywords.get(word).map(|&at| self.hit(at, How::Keyword))
    }

    fn hit(&self, at: usize, how: How) -> Hit {
        let (icon, group) = &self.icons[at];
        let score = if how == How::Name { 1.0 } else { 0.95 };
        Hit { icon: icon.clone(), score, how, group: *group }
    }
}

/// Each keyword with the first icon that has it; a keyword of more than `most` icons says little
/// and is left out, as is one that is the name of an icon.
fn owners(tags: &[(String, usize)], names: &BTreeMap<String, usize>, most: usize) -> BTreeMap<String, usize> {
    let mut all: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for (tag, at) in tags {
        let list = all.entry(tag).or_default();
        if !list.contains(at) {
            list.push(*at);
        }
    }
    all.into_iter()
        .filter(|(tag, list)| list.len() <= most && !names.contains_key(*tag))
        .filter_map(|(tag, list)| Some((tag.clone(), *list.first()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_icon_names() {
        assert_eq!(slug("red apple"), "red-apple");
        assert_eq!(slug("man’s shoe"), "mans-shoe");
        assert_eq!(slug("Mrs. Claus"), "mrs-claus");
        assert_eq!(slug("woman: red hair"), "woman-red-hair");
        assert_eq!(slug("piñata"), "pinata");
        assert_eq!(slug("T-Rex"), "t-rex");
    }

    #[test]
    fn common_keywords_are_dropped() {
        let tags: Vec<(String, usize)> =
            [("food", 1), ("food", 2), ("food", 3), ("jam", 2)].map(|(t, i)| (t.into(), i)).into();
        let kept = owners(&tags, &BTreeMap::new(), 2);
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("jam".to_owned(), 2)]);
    }
}
