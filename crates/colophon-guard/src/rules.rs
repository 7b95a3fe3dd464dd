//! Phrases that say by themselves what a text is about, and words for people under 18.

use crate::Category::{self, *};

/// What a phrase adds to the value of its categories: about what separates fine from not.
pub(crate) const LIFT: f64 = 0.4;
/// What a word for someone under 18 adds to the value of sexual content.
pub(crate) const YOUNG: f64 = 0.15;

/// Phrases of these categories, in lower case. English ones are looked for as whole words.
const PHRASES: &[(&[Category], &[&str])] = &[
    (
        &[Harassment],
        &[
            "kys",
            "kill yourself",
            "go die",
            "piece of shit",
            "fuck you",
            "去死吧",
            "傻逼",
            "操你妈",
            "草泥马",
            "狗杂种",
            "nmsl",
        ],
    ),
    (
        &[Harassment, HarassmentThreatening],
        &[
            "i will kill you",
            "i'll kill you",
            "i'm going to kill you",
            "gonna kill you",
            "杀了你",
            "弄死你",
            "宰了你",
            "砍死你",
        ],
    ),
    (
        &[SelfHarm, SelfHarmIntent],
        &[
            "kill myself",
            "end my life",
            "hang myself",
            "cut myself again",
            "want to die",
            "想自杀",
            "不想活了",
            "想一死了之",
            "结束自己的生命",
        ],
    ),
    (
        &[SelfHarm, SelfHarmInstructions],
        &[
            "painless suicide",
            "how to kill myself",
            "how to hang myself",
            "怎么自杀",
            "怎样自杀",
            "如何自杀",
            "自杀方法",
        ],
    ),
    (
        &[Sexual],
        &[
            "porn",
            "pornographic",
            "hentai",
            "blowjob",
            "cumshot",
            "nude pics",
            "裸聊",
            "色情片",
            "色情小说",
            "约炮",
            "黄片",
            "小黄文",
        ],
    ),
    (
        &[Illicit, IllicitViolent],
        &[
            "make a bomb",
            "build a bomb",
            "pipe bomb",
            "hire a hitman",
            "制作炸弹",
            "自制炸弹",
            "雇杀手",
            "买凶",
        ],
    ),
    (&[Illicit], &["cook meth", "launder money", "stolen credit card", "制造冰毒", "制毒", "洗钱方法"]),
];

/// Words for people under 18.
const YOUNG_WORDS: &[&str] = &[
    "child",
    "children",
    "kid",
    "kids",
    "minor",
    "minors",
    "underage",
    "schoolgirl",
    "schoolgirls",
    "schoolboy",
    "preteen",
    "toddler",
    "little girl",
    "little boy",
    "teenage",
    "儿童",
    "小孩",
    "未成年",
    "小学生",
    "初中生",
    "幼女",
    "萝莉",
    "男童",
    "女童",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "twelve",
    "十二岁",
    "十三岁",
    "十四岁",
    "十五岁",
    "十六岁",
];

/// What phrases add to the value of a category.
pub(crate) fn lift(text: &str, category: Category) -> f64 {
    let text = text.to_lowercase();
    let told =
        PHRASES.iter().any(|(of, phrases)| of.contains(&category) && phrases.iter().any(|p| has(&text, p)));
    if told { LIFT } else { 0.0 }
}

/// Whether a text names someone under 18: a word, or an age below 18.
pub(crate) fn names_young(text: &str) -> bool {
    let text = text.to_lowercase();
    YOUNG_WORDS.iter().any(|word| has(&text, word)) || ages(&text).any(|age| (1..18).contains(&age))
}

/// Ages as they are written: `13-year-old`, `13 years old`, `under 16`, `13岁`.
fn ages(text: &str) -> impl Iterator<Item = u32> + '_ {
    let digits = |s: &str| s.len() <= 3 && !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split_inclusive(|c: char| !c.is_ascii_digit()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    for part in parts {
        let (start, end) = (at, at + part.len());
        at = end;
        let number = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        if !digits(number) {
            continue;
        }
        let after = text[start + number.len()..].trim_start_matches([' ', '-']);
        let before = text[..start].trim_end();
        if after.starts_with("year")
            || after.starts_with("yo ")
            || after.starts_with('岁')
            || before.ends_with("under")
        {
            found.extend(number.parse::<u32>());
        }
    }
    found.into_iter()
}

/// Whether a phrase stands in a text: English as whole words, Chinese anywhere.
fn has(text: &str, phrase: &str) -> bool {
    if !phrase.is_ascii() {
        return text.contains(phrase);
    }
    let word = |c: char| c.is_alphanumeric();
    text.match_indices(phrase)
        .any(|(at, found)| !text[..at].ends_with(word) && !text[at + found.len()..].starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        assert_eq!(lift("Go and KILL YOURSELF!", Harassment), LIFT);
        assert_eq!(lift("a popcorn film", Sexual), 0.0);
        assert_eq!(lift("他说要弄死你", HarassmentThreatening), LIFT);
        assert_eq!(lift("He said hello", Harassment), 0.0);
    }

    #[test]
    fn ages_under_18_are_found() {
        for young in [
            "a 13-year-old girl",
            "she is 9 years old",
            "girls under 16",
            "一个13岁的女孩",
            "two kids",
            "未成年人",
        ] {
            assert!(names_young(young), "{young}");
        }
        for old in [
            "a 30-year-old woman",
            "chapter 13",
            "room 9",
            "18 years old",
            "三十岁的女人",
            "kidney",
            "under 160 euros",
        ] {
            assert!(!names_young(old), "{old}");
        }
    }
}
