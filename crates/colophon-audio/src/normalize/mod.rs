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

#[cfg(test)]
mod tests {
    use super::clean::clean;
    use super::*;

    #[test]
    fn cleaning_keeps_what_can_be_spoken() {
        for (raw, want) in [
            ("Hi\u{0}\u{7} there 😀!", "Hi there !"),
            ("ＡＢＣ１２３", "ABC123"),
            ("“It’s”", "\"It's\""),
            ("20℃ — 3½", "20°C — 3 1/2"),
            ("你好，世界。", "你好,世界."),
            ("wait...", "wait…"),
            ("\u{200b}\u{feff}", ""),
        ] {
            assert_eq!(clean(raw), want, "{raw}");
        }
    }
}
