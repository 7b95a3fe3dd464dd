//! The two first-class languages.

use std::fmt;
use std::str::FromStr;

/// A language that Colophon writes and speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    En,
    /// Mandarin Chinese, simplified characters.
    Zh,
}

impl Lang {
    /// The language of a text: Chinese when Han characters weigh more than Latin words
    /// (one Han character counts as much as two Latin letters).
    pub fn detect(text: &str) -> Self {
        let han = text.chars().filter(|c| is_han(*c)).count();
        let latin = text.chars().filter(char::is_ascii_alphabetic).count();
        if han * 2 > latin { Self::Zh } else { Self::En }
    }

    /// The BCP 47 tag: `en` or `zh`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// Whether a character is a Han ideograph (URO, extension A, compatibility, extensions B–G).
fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3134F)
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(format!("unknown language '{s}'")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_the_brief_language() {
        assert_eq!(Lang::detect("A fox who learns to paint"), Lang::En);
        assert_eq!(Lang::detect("海边的灯塔与归来的渔船"), Lang::Zh);
        assert_eq!(Lang::detect("介绍 AI 模型"), Lang::Zh);
        assert_eq!(Lang::detect("The word 道 in English"), Lang::En);
        assert_eq!(Lang::detect(""), Lang::En);
    }
}
