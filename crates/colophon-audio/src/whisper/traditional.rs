//! Simplified characters to traditional ones, by the words of Open Chinese Convert (Apache-2.0): one
//! simplified character often stands for several traditional ones, and only the word tells which.

use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// The text in traditional characters.
pub fn traditional(text: &str) -> String {
    static TABLE: OnceLock<Option<OpenCC>> = OnceLock::new();
    let table = TABLE.get_or_init(|| OpenCC::from_config(BuiltinConfig::S2t).ok());
    table.as_ref().map_or_else(|| text.to_owned(), |table| table.convert(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_which_character_is_meant() {
        assert_eq!(traditional("皇后的头发在里面，之后她发现了。"), "皇后的頭髮在裏面，之後她發現了。");
        assert_eq!(traditional("這已經是了 ok"), "這已經是了 ok");
    }
}
