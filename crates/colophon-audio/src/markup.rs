//! How a text to be said is written, and reading it by that.

use colophon_types::Lang;

use crate::ssml;
use crate::{AudioError, Dialogue, Dictionary, Recital};

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// SSML where it begins with `<speak`, else plain.
    #[default]
    Auto,
    /// Plain, whatever it begins with.
    Plain,
    /// SSML.
    Ssml,
    /// A dialogue: lines of `NAME: words`.
    Dialogue,
}

impl Markup {
    /// What a text is, with `Auto` decided.
    pub fn of(self, text: &str) -> Self {
        match self {
            Self::Auto if ssml::is_ssml(text) => Self::Ssml,
            Self::Auto => Self::Plain,
            other => other,
        }
    }

    /// The words of a text without its markup, to tell its language.
    pub fn words(self, text: &str) -> String {
        if self.of(text) != Self::Ssml {
            return text.to_owned();
        }
        let mut inside = false;
        let outside = text.chars().filter(|c| match c {
            '<' => {
                inside = true;
                false
            }
            '>' => !std::mem::replace(&mut inside, false),
            _ => !inside,
        });
        outside.collect()
    }
}

impl Recital {
    /// Reads a text. `cast` gives the characters of a dialogue their voices.
    ///
    /// # Errors
    /// [`AudioError::Ssml`] and [`AudioError::Dialogue`] for texts that are not what they should be; an
    /// unknown voice in the cast.
    pub fn read(
        text: &str,
        markup: Markup,
        lang: Lang,
        dictionary: &Dictionary,
        cast: &[(String, String)],
    ) -> Result<Self, AudioError> {
        match markup.of(text) {
            Markup::Ssml => ssml::parse(text, lang, dictionary),
            Markup::Dialogue => {
                let dialogue = Dialogue::parse(text)?;
                let voices = dialogue.cast(cast, lang)?;
                Ok(dialogue.recital(&voices, lang, dictionary))
            }
            Markup::Auto | Markup::Plain => Ok(Self::plain(text, lang, dictionary)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_from_text() {
        let none = Dictionary::default();
        let xml = "<speak>你好 <break/> 世界</speak>";
        assert_eq!(Markup::Auto.of(xml), Markup::Ssml);
        assert_eq!(Lang::detect(&Markup::Auto.words(xml)), Lang::Zh);
        assert_eq!(Markup::Plain.words(xml), xml);
        let read = |markup| Recital::read(xml, markup, Lang::En, &none, &[]).map(|r| r.len());
        assert_eq!(
            (read(Markup::Auto).ok(), read(Markup::Plain).ok(), read(Markup::Dialogue).ok()),
            (Some(2), Some(1), None)
        );
    }
}
