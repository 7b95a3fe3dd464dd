//! Who answers in a dialogue, as data.

use std::path::Path;

use serde::Deserialize;

use crate::TextError;
use crate::script::Bilingual;

/// Personas that come with the program, by name.
const BUILT_IN: [(&str, &str); 5] = [
    ("assistant", include_str!("../../../../personas/assistant.toml")),
    ("teacher", include_str!("../../../../personas/teacher.toml")),
    ("editor", include_str!("../../../../personas/editor.toml")),
    ("storyteller", include_str!("../../../../personas/storyteller.toml")),
    ("service", include_str!("../../../../personas/service.toml")),
];

/// A persona file larger than this is refused.
const MAX_BYTES: u64 = 64 * 1024;

/// A persona.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Short name.
    pub name: String,
    /// Title, as shown in lists.
    pub title: Bilingual,
    /// Instructions for the model.
    pub system: Bilingual,
    /// Sampling temperature, 0 to 1.5; the usual one where it is missing.
    #[serde(default)]
    pub temperature: Option<f32>,
}

impl Persona {
    /// A persona by name, or from the file at a path.
    ///
    /// # Errors
    /// [`TextError::Recipe`] for an unknown name, an unreadable or a broken file.
    pub fn open(name: &str) -> Result<Self, TextError> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Self::parse(text, name);
        }
        let path = Path::new(name);
        let cannot = |why: String| TextError::Recipe(format!("the persona '{name}' {why}"));
        if !path.is_file() {
            let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            return Err(cannot(format!("is unknown; known are {}, or the path of a file", names.join(", "))));
        }
        let size = std::fs::metadata(path).map_err(|e| cannot(format!("cannot be read: {e}")))?.len();
        if size > MAX_BYTES {
            return Err(cannot(format!("is larger than {} kB", MAX_BYTES / 1024)));
        }
        let text = std::fs::read_to_string(path).map_err(|e| cannot(format!("cannot be read: {e}")))?;
        Self::parse(&text, name)
    }

    /// All personas that come with the program.
    pub fn built_in() -> Vec<Self> {
        BUILT_IN.iter().filter_map(|(name, text)| Self::parse(text, name).ok()).collect()
    }

    fn parse(text: &str, origin: &str) -> Result<Self, TextError> {
        let broken = |why: String| TextError::Recipe(format!("the persona '{origin}' is broken: {why}"));
        let persona: Self = toml::from_str(text).map_err(|e| broken(e.message().replace('\n', " ")))?;
        if persona.system.en.trim().is_empty() || persona.system.zh.trim().is_empty() {
            return Err(broken("'system' must not be empty".into()));
        }
        if persona.temperature.is_some_and(|t| !(0.0..=1.5).contains(&t)) {
            return Err(broken("'temperature' must be between 0 and 1.5".into()));
        }
        Ok(persona)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_ones_are_whole_and_bad_ones_are_named() {
        let all = Persona::built_in();
        assert_eq!(all.len(), BUILT_IN.len());
        assert!(all.iter().zip(BUILT_IN).all(|(p, (name, _))| p.name == name));
        assert!(Persona::open("nobody").is_err_and(|e| e.to_string().contains("assistant")));
        assert!(Persona::parse("name = 1", "x").is_err());
        let hot = BUILT_IN[0].1.replace("temperature = 0.6", "temperature = 9");
        assert!(Persona::parse(&hot, "x").is_err_and(|e| e.to_string().contains("temperature")));
    }
}
