//! How Chinese is written: simplified or traditional characters.

use super::{simplified, traditional};

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
            Self::Simplified => simplified::simplify(text),
            Self::Traditional => traditional::traditional(text),
            Self::AsHeard => text.to_owned(),
        }
    }
}
