//! How Chinese is written: simplified or traditional characters, by the words of Open Chinese Convert (Apache-2.0). One
//! simplified character often stands for several traditional ones, and only the word tells which.

use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// The characters of a Chinese transcript.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Script {
    /// Simplified ones.
    #[default]
    Simplified,
    /// Traditional ones.
    Traditional,
    /// As the recogniser writes them.
    AsHeard,
}

impl Script {
    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "simplified" => Some(Self::Simplified),
            "traditional" => Some(Self::Traditional),
            "as-heard" => Some(Self::AsHeard),
            _ => None,
        }
    }

    /// 0 for simplified, 1 for traditional.
    pub(super) fn index(self) -> Option<usize> {
        match self {
            Self::Simplified => Some(0),
            Self::Traditional => Some(1),
            Self::AsHeard => None,
        }
    }

    /// A text in these characters.
    pub fn write(self, text: &str) -> String {
        match self {
            Self::Simplified => {
                static TABLE: OnceLock<Option<OpenCC>> = OnceLock::new();
                converted(&TABLE, BuiltinConfig::T2s, text)
            }
            Self::Traditional => {
                static TABLE: OnceLock<Option<OpenCC>> = OnceLock::new();
                converted(&TABLE, BuiltinConfig::S2t, text)
            }
            Self::AsHeard => text.to_owned(),
        }
    }
}

fn converted(table: &OnceLock<Option<OpenCC>>, config: BuiltinConfig, text: &str) -> String {
    let table = table.get_or_init(|| OpenCC::from_config(config).ok());
    table.as_ref().map_or_else(|| text.to_owned(), |table| table.convert(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_which_character_is_meant() {
        let traditional = |text| Script::Traditional.write(text);
        assert_eq!(traditional("皇后的头发在里面，之后她发现了。"), "皇后的頭髮在裏面，之後她發現了。");
        assert_eq!(traditional("這已經是了 ok"), "這已經是了 ok");
    }

    #[test]
    fn rare_characters_are_simplified_too() {
        let simplified = |text| Script::Simplified.write(text);
        assert_eq!(simplified("這個學生聽起來很疲憊。"), "这个学生听起来很疲惫。");
        assert_eq!(simplified("这个学生 ok"), "这个学生 ok");
    }
}
