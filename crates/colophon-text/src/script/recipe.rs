//! Recipes of the script writer: structure and tone as data.

use std::path::Path;

use colophon_types::Lang;
use serde::Deserialize;

use crate::TextError;

/// Recipes that come with the program, by name.
const BUILT_IN: [(&str, &str); 5] = [
    ("story", include_str!("../../../../recipes/story.toml")),
    ("news", include_str!("../../../../recipes/news.toml")),
    ("lesson", include_str!("../../../../recipes/lesson.toml")),
    ("ad", include_str!("../../../../recipes/ad.toml")),
    ("explainer", include_str!("../../../../recipes/explainer.toml")),
];

/// A recipe file larger than this is refused.
const MAX_BYTES: u64 = 64 * 1024;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Bilingual {
    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// A recipe.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Short name: lower-case letters, digits and hyphens.
    pub name: String,
    /// Title, as shown in lists.
    pub title: Bilingual,
    /// Who writes, and how.
    pub tone: Bilingual,
    /// Sampling temperature, 0 to 1.5.
    pub temperature: f32,
    /// English words a scene; Chinese takes 1.7 characters a word.
    pub words_per_scene: u32,
    /// Whether the quiet sound of the place lies under the voice.
    #[serde(default)]
    pub ambience: bool,
    /// The music that suits it, as a prompt.
    #[serde(default)]
    pub music: Option<Bilingual>,
    /// The course of the film.
    pub beats: Vec<Bilingual>,
}

impl Recipe {
    /// The names of the recipes that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Finds a recipe by name, or reads it from a file when the name has a path separator or ends
    /// in `.toml`.
    ///
    /// # Errors
    /// [`TextError::Recipe`]: unknown name, unreadable or broken file.
    pub fn find(name: &str) -> Result<Self, TextError> {
        if name.ends_with(".toml") || name.contains(['/', '\\']) {
            return Self::read(Path::new(name));
        }
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(text, name),
            None => {
                let names: Vec<_> = Self::names().collect();
                Err(TextError::Recipe(format!(
                    "unknown recipe '{name}'; known are {}, or give the path of a .toml file",
                    names.join(", ")
                )))
            }
        }
    }

    fn read(path: &Path) -> Result<Self, TextError> {
        let shown = path.display();
        let unreadable = |e: std::io::Error| TextError::Recipe(format!("cannot read recipe {shown}: {e}"));
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > MAX_BYTES {
            return Err(TextError::Recipe(format!("recipe {shown} is larger than {MAX_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, &shown.to_string())
    }

    /// Parses and checks a recipe; `source` names it in errors.
    ///
    /// # Errors
    /// [`TextError::Recipe`] with the line or the rule that is broken.
    pub fn parse(text: &str, source: &str) -> Result<Self, TextError> {
        let broken = |why: String| TextError::Recipe(format!("recipe '{source}' is broken: {why}"));
        let recipe: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].lines().count().max(1));
            broken(format!("line {line}: {}", e.message().replace('\n', " ")))
        })?;
        recipe.check().map_err(broken)?;
        Ok(recipe)
    }

    fn check(&self) -> Result<(), String> {
        let name_ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || !self.name.chars().all(name_ok) {
            return Err("`name` must be lower-case letters, digits and hyphens".into());
        }
        if !(0.0..=1.5).contains(&self.temperature) {
            return Err("`temperature` must be between 0 and 1.5".into());
        }
        if !(8..=60).contains(&self.words_per_scene) {
            return Err("`words_per_scene` must be between 8 and 60".into());
        }
        if !(2..=40).contains(&self.beats.len()) {
            return Err("there must be 2 to 40 `beats`".into());
        }
        let texts = self.beats.iter().chain([&self.title, &self.tone]).chain(&self.music);
        for text in texts.flat_map(|b| [&b.en, &b.zh]) {
            if text.trim().is_empty() {
                return Err("no text may be empty".into());
            }
            if text.chars().count() > 2000 {
                return Err("no text may be longer than 2,000 characters".into());
            }
        }
        Ok(())
    }

    /// The beat of scene `index` of `count`.
    pub fn beat(&self, index: usize, count: usize) -> &Bilingual {
        let last = self.beats.len() - 1;
        // The first and the last scene always get the first and the last beat.
        let at = if count <= 1 { 0 } else { (index * last + (count - 1) / 2) / (count - 1) };
        &self.beats[at.min(last)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_recipe_is_valid() {
        for name in Recipe::names() {
            assert_eq!(Recipe::find(name).expect("valid").name, name);
        }
    }

    #[test]
    fn beats_cover_the_course_from_first_to_last() {
        let story = Recipe::find("story").expect("valid");
        for count in 2..30 {
            let beats: Vec<_> = (0..count).map(|i| story.beat(i, count)).collect();
            assert_eq!(beats[0], &story.beats[0]);
            assert_eq!(beats[count - 1], &story.beats[5]);
            if count >= 6 {
                assert!(story.beats.iter().all(|b| beats.contains(&b)), "{count}");
            }
        }
    }

    #[test]
    fn a_broken_recipe_says_where() {
        let text = "name = \"x\"\ntitle = 3\n";
        let error = Recipe::parse(text, "mine.toml").expect_err("broken").to_string();
        assert!(error.starts_with("recipe 'mine.toml' is broken: line 2"), "{error}");
        let story = include_str!("../../../../recipes/story.toml");
        let hot = story.replace("temperature = 0.75", "temperature = 9.0");
        assert!(Recipe::parse(&hot, "hot").expect_err("hot").to_string().contains("temperature"));
        let extra = story.replace("ambience = true", "ambience = true\ncolour = 1");
        assert!(Recipe::parse(&extra, "extra").is_err());
        assert!(Recipe::find("opera").expect_err("unknown").to_string().contains("story, news"));
    }
}
