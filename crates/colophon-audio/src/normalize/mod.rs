//! Text normalisation: a sentence as written becomes a sentence as read aloud, with every number,
//! unit, date, currency and abbreviation in words. Pure functions, linear in the length of the text.

mod clean;
mod elements;
pub mod en;
mod number;
pub mod zh;

use colophon_types::Lang;

/// The text as `lang` reads it aloud.
pub fn normalize(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => en::normalize(text),
        Lang::Zh => zh::normalize(text),
    }
}
