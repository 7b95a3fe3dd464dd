//! Whether a sentence says nothing beyond the facts it rests on: its numbers, names and quotations are
//! theirs, it claims no cause, rank or forecast of its own, and most of its words are theirs.
//!
//! Rules over words, no model: the same answer every time, and an objection can be read. They err on
//! the side of objecting. What they cannot see is a fact that is put together wrongly from words that
//! are all there ("A sold B to C" for "C sold B to A").

use std::collections::BTreeSet;

use colophon_types::Lang;
use serde::Serialize;

use crate::sentences::pairs;
use crate::understand::is_content;

/// Words of its own that a sentence may not have: one may be a synonym, two are a statement.
const NEW_WORDS: usize = 2;
/// Words from facts that it does not rest on, which with one of its own make a new statement.
const FOREIGN_WORDS: usize = 3;
/// Share of the pairs of characters of a Chinese clause that may be new.
const NEW_PAIRS: f32 = 0.5;
/// Shortest Chinese clause that is looked at, in pairs.
const CLAUSE: usize = 4;

/// What a sentence says that its facts do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "what")]
pub enum Objection {
    /// A number.
    Figure(String),
    /// A name, a month, a day of the week.
    Name(String),
    /// A claim of cause, rank, judgement or future.
    Claim(String),
    /// Words between quotation marks.
    Quotation(String),
    /// "Not" where the facts say nothing of the kind, or the other way round.
    Negation,
    /// Too many words of its own.
    Words(Vec<String>),
}

/// What is to be said against a sentence that rests on `facts`; nothing when it is supported. Names
/// may come from anywhere in `all`.
pub fn support(sentence: &str, facts: &[&str], all: &[String], lang: Lang) -> Vec<Objection> {
    let basis = facts.join(" \n ");
    let whole = all.join(" \n ");
    let mut objections = Vec::new();
    let known: BTreeSet<String> = figures(&basis).into_iter().map(|(key, _)| key).collect();
    for (key, shown) in figures(sentence) {
        if !known.contains(&key) {
            objections.push(Objection::Figure(shown));
        }
    }
    let (said, resting, own) = (words(&whole), words(&basis), words(sentence));
    let everything = whole.to_lowercase();
    for name in names(sentence) {
        let lower = plain(&name);
        // A date belongs to its fact.
        if DATES.contains(&lower.as_str()) && !resting.contains(&lower) {
            objections.push(Objection::Name(name));
            continue;
        }
        if !said.iter().any(|w| same_word(w, &lower)) && !everything.contains(&lower) {
            objections.push(Objection::Name(name));
        }
    }
    let (lower, below) = (sentence.to_lowercase(), basis.to_lowercase());
    for claim in CLAIMS {
        let there = |text: &str, list: &[String]| {
            if claim.is_ascii() && !claim.contains(' ') {
                list.iter().any(|w| w == claim)
            } else {
                text.contains(claim)
            }
        };
        if there(&lower, &own) && !there(&below, &resting) {
            objections.push(Objection::Claim((*claim).to_owned()));
        }
    }
    for quoted in quotations(sentence) {
        if !everything.contains(&quoted.to_lowercase()) {
            objections.push(Objection::Quotation(quoted));
        }
    }
    if negated(&lower, &own) != negated(&below, &resting) {
        objections.push(Objection::Negation);
    }
    objections.extend(match lang {
        Lang::En => new_words(own, &resting, &said),
        Lang::Zh => new_clause(sentence, &whole),
    });
    objections
}

/// How much of a sentence a fact covers, 0 to 1: for finding the fact it rests on.
pub(super) fn overlap(sentence: &str, fact: &str, lang: Lang) -> f32 {
    let (own, theirs) = (pieces(sentence, lang), pieces(fact, lang));
    if own.is_empty() {
        return 0.0;
    }
    let shared = own.iter().filter(|p| theirs.iter().any(|t| same_word(t, p))).count();
    shared as f32 / own.len() as f32
}

fn pieces(text: &str, lang: Lang) -> Vec<String> {
    match lang {
        Lang::En => words(text)
            .into_iter()
            .filter(|w| is_content(w) || w.chars().any(|c| c.is_ascii_digit()))
            .collect(),
        Lang::Zh => pairs(text),
    }
}

/// English: words that neither the facts it rests on nor the others have.
fn new_words(own: Vec<String>, resting: &[String], known: &[String]) -> Option<Objection> {
    let own = own.into_iter().filter(|w| is_content(w) && !REPORTING.contains(&w.as_str()));
    let (there, mut new): (Vec<String>, Vec<String>) =
        own.partition(|w| known.iter().any(|k| same_word(k, w)));
    new.sort();
    new.dedup();
    let foreign = there.iter().filter(|w| !resting.iter().any(|k| same_word(k, w))).count();
    let statement = new.len() >= NEW_WORDS || (!new.is_empty() && foreign >= FOREIGN_WORDS);
    statement.then_some(Objection::Words(new))
}

/// Chinese: a clause most of whose pairs of characters no fact has.
fn new_clause(sentence: &str, whole: &str) -> Option<Objection> {
    let known = pairs(whole);
    sentence.split(['，', '；', '：', ',', ';']).find_map(|clause| {
        let own = pairs(clause);
        let fresh = |w: &&String| !REPORTING.contains(&w.as_str()) && !known.contains(w);
        let new: Vec<String> = own.iter().filter(fresh).cloned().collect();
        let statement = own.len() >= CLAUSE && new.len() as f32 > NEW_PAIRS * own.len() as f32;
        statement.then_some(Objection::Words(new))
    })
}

/// Words in lower case, without possessives.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
        .map(plain)
        .filter(|w| !w.is_empty())
        .collect()
}

fn plain(word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.trim_matches(['\'', '’']);
    bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(bare).to_owned()
}

/// Whether two words are forms of one: equal, or with a common beginning of at least four letters and
/// short endings.
fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let (long, short) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    let letters = a.is_ascii() && !a.chars().chain(b.chars()).any(|c| c.is_ascii_digit());
    letters && common >= 4 && long - common <= 4 && short - common <= 3
}

/// Words that look like names: capitals that no sentence began with.
fn names(sentence: &str) -> Vec<String> {
    let tokens: Vec<&str> =
        sentence.split_whitespace().map(|t| t.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let capital = |t: &str| t.chars().next().is_some_and(char::is_uppercase) && t.chars().count() > 1;
    let mut names = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let begins = i == 0 || sentence_ended(sentence, tokens[i - 1], token);
        // A capital at the beginning is a name when another follows.
        let follows = tokens.get(i + 1).is_some_and(|t| capital(t));
        if capital(token) && (!begins || (follows && is_content(token))) {
            names.push((*token).to_owned());
        }
    }
    // Latin words and titles between 《》 in Chinese text.
    let mut rest = sentence;
    while let Some((_, after)) = rest.split_once('《') {
        let (title, further) = after.split_once('》').unwrap_or((after, ""));
        names.push(title.to_owned());
        rest = further;
    }
    names
}

fn sentence_ended(sentence: &str, before: &str, token: &str) -> bool {
    if before.is_empty() || token.is_empty() {
        return true;
    }
    let marks = ['.', '!', '?', ':', '"', '“'];
    sentence
        .split_once(before)
        .is_some_and(|(_, rest)| rest.trim_start().starts_with(marks) && rest.contains(token))
}

fn quotations(sentence: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    for (at, c) in sentence.char_indices() {
        match (c, open) {
            ('"' | '”' | '」', Some(start)) => {
                let quoted = sentence[start..at].trim_matches(|c: char| !c.is_alphanumeric());
                if quoted.split_whitespace().count() > 2 || quoted.chars().count() > 6 {
                    found.push(quoted.to_owned());
                }
                open = None;
            }
            ('"' | '“' | '「', None) => open = Some(at + c.len_utf8()),
            _ => {}
        }
    }
    found
}

fn negated(lower: &str, words: &[String]) -> bool {
    const ENGLISH: [&str; 12] = [
        "not", "no", "never", "none", "nobody", "without", "cannot", "neither", "nor", "fail", "failed",
        "nothing",
    ];
    words.iter().any(|w| ENGLISH.contains(&w.as_str()) || w.ends_with("n't") || w.ends_with("n’t"))
        || ["没有", "不", "未", "无"].iter().any(|n| lower.contains(n))
}

/// The numbers of a text: a key that is the same for all ways to write one, and how it is written.
pub(super) fn figures(text: &str) -> Vec<(String, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if chars[i].is_ascii_digit() {
            let (value, next) = digits(&chars, i);
            let (scale, next) = magnitude(&chars, next);
            found.push((key(value * scale), chars[i..next].iter().collect()));
            i = next;
        } else if HAN.contains(&chars[i]) {
            let end = (i..chars.len()).find(|&k| !HAN.contains(&chars[k])).unwrap_or(chars.len());
            let run = &chars[i..end];
            // "一个", "十分", "万一" are words, not counts.
            let idiom =
                run == ['一'] || (run == ['十'] && chars.get(end) == Some(&'分')) || run == ['万', '一'];
            if let (false, Some(value)) = (idiom, han(run)) {
                found.push((key(value), run.iter().collect()));
            }
            i = end;
        } else {
            i += 1;
        }
    }
    found.extend(spelled(text));
    found
}

fn key(value: f64) -> String {
    format!("{value:.6e}")
}

/// A number in digits with its separators, from `i` on.
fn digits(chars: &[char], mut i: usize) -> (f64, usize) {
    let mut text = String::new();
    while let Some(&c) = chars.get(i) {
        let digit = |k: usize| chars.get(k).is_some_and(char::is_ascii_digit);
        match c {
            c if c.is_ascii_digit() => text.push(c),
            // Thousands.
            ',' | '，' if digit(i + 1) && digit(i + 2) && digit(i + 3) && !digit(i + 4) => {}
            '.' if digit(i + 1) && !text.contains('.') => text.push('.'),
            _ => break,
        }
        i += 1;
    }
    (text.parse().unwrap_or(0.0), i)
}

/// The word of magnitude after a number, and where the number ends with it.
fn magnitude(chars: &[char], at: usize) -> (f64, usize) {
    let rest: String = chars[at..].iter().take(12).collect::<String>().to_lowercase();
    let skipped = rest.len() - rest.trim_start().len();
    let names = [
        ("thousand", 1e3),
        ("million", 1e6),
        ("billion", 1e9),
        ("trillion", 1e12),
        ("万亿", 1e12),
        ("亿", 1e8),
        ("万", 1e4),
        ("千", 1e3),
        ("百", 1e2),
    ];
    for (name, scale) in names {
        if rest.trim_start().starts_with(name) {
            return (scale, at + rest[..skipped].chars().count() + name.chars().count());
        }
    }
    (1.0, at)
}

const HAN: [char; 18] = [
    '零', '〇', '一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万', '亿',
    '点',
];

/// The value of Chinese numerals.
fn han(run: &[char]) -> Option<f64> {
    let digit = |c: char| match c {
        '零' | '〇' => Some(0.0),
        '两' => Some(2.0),
        c => "一二三四五六七八九".chars().position(|d| d == c).map(|p| p as f64 + 1.0),
    };
    let dot = run.iter().position(|c| *c == '点');
    let (whole, part) = dot.map_or((run, [].as_slice()), |at| (&run[..at], &run[at + 1..]));
    if whole.is_empty() {
        return None;
    }
    // "二〇二六": digits alone.
    let value = if whole.len() > 1 && whole.iter().all(|c| digit(*c).is_some()) {
        whole.iter().filter_map(|c| digit(*c)).fold(0.0, |sum, d| sum * 10.0 + d)
    } else {
        let (mut total, mut section, mut last) = (0.0, 0.0, None);
        for &c in whole {
            let scale = match c {
                '十' => 10.0,
                '百' => 100.0,
                '千' => 1000.0,
                '万' | '亿' => {
                    let unit = if c == '万' { 1e4 } else { 1e8 };
                    let sum: f64 = section + last.take().unwrap_or(0.0);
                    total = (total + if sum == 0.0 && total == 0.0 { 1.0 } else { sum }) * unit;
                    section = 0.0;
                    continue;
                }
                c => {
                    last = digit(c);
                    continue;
                }
            };
            section += last.take().unwrap_or(1.0) * scale;
        }
        total + section + last.unwrap_or(0.0)
    };
    let fraction = part
        .iter()
        .filter_map(|c| digit(*c))
        .fold((0.0, 0.1), |(sum, place), d| (sum + d * place, place / 10.0));
    Some(value + fraction.0)
}

/// Numbers written as English words.
fn spelled(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let tokens = text.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).chain([""]);
    for token in tokens {
        let lower = token.to_lowercase();
        let counts = value(&lower).is_some() || scale(&lower).is_some_and(|_| !run.is_empty());
        if counts || (lower == "and" && !run.is_empty()) {
            run.push(token);
            continue;
        }
        while run.last().is_some_and(|t| t.eq_ignore_ascii_case("and")) {
            run.pop();
        }
        // "one" and "second" are more often no numbers.
        let word =
            matches!(run.as_slice(), [w] if ["one", "first", "second"].contains(&w.to_lowercase().as_str()));
        if !run.is_empty() && !word {
            found.push((key(evaluate(&run)), run.join(" ")));
        }
        run.clear();
    }
    found
}

fn evaluate(run: &[&str]) -> f64 {
    let (mut total, mut section) = (0.0, 0.0);
    for word in run {
        let lower = word.to_lowercase();
        match (value(&lower), scale(&lower)) {
            (Some(v), _) => section += v,
            (None, Some(100.0)) => section = f64::max(section, 1.0) * 100.0,
            (None, Some(s)) => {
                total += f64::max(section, 1.0) * s;
                section = 0.0;
            }
            (None, None) => {}
        }
    }
    total + section
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" | "hundreds" => 1e2,
        "thousand" | "thousands" => 1e3,
        "million" | "millions" => 1e6,
        "billion" | "billions" => 1e9,
        "trillion" => 1e12,
        _ => return None,
    })
}

fn value(word: &str) -> Option<f64> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const ORDINAL: [&str; 13] = [
        "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = |list: &[&str]| list.iter().position(|w| *w == word);
    place(&SMALL).or_else(|| place(&ORDINAL)).or_else(|| place(&TENS).map(|i| i * 10 + 20)).map(|v| v as f64)
}

/// Parts of dates that are written like names.
const DATES: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Words that report and add nothing.
const REPORTING: &[&str] = &[
    "according",
    "announced",
    "announcement",
    "report",
    "reported",
    "reports",
    "stated",
    "says",
    "officials",
    "confirmed",
    "include",
    "includes",
    "including",
    "total",
    "number",
    "additionally",
    "also",
    "meanwhile",
    "further",
    "along",
    "among",
    "around",
    "took",
    "place",
    "held",
    "event",
    "feature",
    "features",
    "made",
    "provide",
    "provides",
    "available",
    "located",
    "set",
    "据悉",
    "报道",
    "宣布",
    "表示",
    "介绍",
    "此外",
    "其中",
    "同时",
];

/// Words that make a claim of their own.
const CLAIMS: &[&str] = &[
    "because",
    "due to",
    "as a result",
    "caused",
    "causing",
    "leads to",
    "thanks to",
    "largest",
    "biggest",
    "new",
    "first",
    "strong",
    "weak",
    "low",
    "high",
    "despite",
    "smallest",
    "highest",
    "lowest",
    "best",
    "worst",
    "record",
    "unprecedented",
    "historic",
    "landmark",
    "successful",
    "success",
    "successfully",
    "significant",
    "significantly",
    "major",
    "important",
    "crucial",
    "popular",
    "famous",
    "renowned",
    "beloved",
    "exciting",
    "tragic",
    "expected",
    "expects",
    "hopes",
    "hoped",
    "aims",
    "aimed",
    "plans",
    "likely",
    "soon",
    "double",
    "doubled",
    "twice",
    "half",
    "dozen",
    "dozens",
    "increase",
    "increased",
    "decrease",
    "decreased",
    "rise",
    "rose",
    "fell",
    "growing",
    "more than",
    "less than",
    "at least",
    "nearly",
    "almost",
    "approximately",
    "residents",
    "experts",
    "critics",
    "witnesses",
    "victims",
    "estimated",
    "extensive",
    "grand",
    "iconic",
    "beautiful",
    "stunning",
    "modern",
    "state-of-the-art",
    "vibrant",
    "cherished",
    "much-needed",
    "eagerly",
    "proudly",
    "warmly",
    "ensuring",
    "showcasing",
    "highlighting",
    "indicating",
    "allowing",
    "resulting",
    "resulted",
    "prompting",
    "leading",
    "marking",
    "reflecting",
    "因为",
    "由于",
    "导致",
    "从而",
    "最大",
    "最高",
    "最好",
    "首次",
    "首个",
    "历史性",
    "创纪录",
    "成功",
    "显著",
    "重要",
    "著名",
    "受欢迎",
    "预计",
    "有望",
    "希望",
    "计划",
    "即将",
    "翻倍",
    "一半",
    "增长",
    "增加",
    "下降",
    "超过",
    "不到",
    "近",
    "约",
    "专家",
    "居民",
    "标志着",
    "意味着",
    "旨在",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        figures(text).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn a_number_is_the_same_in_every_writing() {
        let same = [
            ("3.5 million", "3,500,000"),
            ("twenty-five", "25"),
            ("two hundred and six", "206"),
            ("1.2万人", "12000"),
            ("三百五十万元", "3500000"),
            ("二〇二六年", "2026"),
            ("two million", "2000000"),
            ("fifth", "5"),
            ("十二", "12"),
            ("一千零五", "1005"),
        ];
        for (a, b) in same {
            assert_eq!(keys(a), keys(b), "{a} {b}");
        }
        assert!(keys("One of them, for a second, was first.").is_empty());
        assert!(keys("十分一个万一").is_empty());
        assert_eq!(keys("2026-05-03").len(), 3);
    }

    #[test]
    fn what_is_not_in_the_facts_is_found() {
        let all: Vec<String> = [
            "The Harbour Library in Kiel reopened on 3 May 2026 after two years of repairs.",
            "The repairs cost 4.2 million euros.",
            "The mayor, Jana Petersen, cut the ribbon.",
        ]
        .map(String::from)
        .into();
        let check = |sentence: &str, fact: usize| support(sentence, &[&all[fact]], &all, Lang::En);
        assert!(check("The Harbour Library in Kiel reopened on 3 May 2026.", 0).is_empty());
        assert!(check("Repairs to the library cost 4,200,000 euros.", 1).is_empty());
        assert!(check("Mayor Jana Petersen cut the ribbon.", 2).is_empty());
        let wrong = [
            ("The repairs cost 4.5 million euros.", 1, "Figure"),
            ("The repairs took 4.2 million euros because of delays.", 1, "Claim"),
            ("The mayor, Jana Schmidt, cut the ribbon.", 2, "Name"),
            ("The library reopened on 3 June 2026.", 0, "Name"),
            ("The repairs did not cost 4.2 million euros.", 1, "Negation"),
            ("The mayor said \"we are all very proud today\".", 2, "Quotation"),
            ("Children danced while musicians filled the square with melodies.", 0, "Words"),
            ("It is the largest library in Kiel.", 0, "Claim"),
            ("The repairs cost 4.2 million euros, which resulted in a loss for the town.", 1, "Words"),
            ("The repairs cost 4.2 million euros, as announced in May.", 1, "Name"),
            ("The library, a reading institution based in Kiel, reopened on 3 May 2026.", 0, "Words"),
        ];
        for (sentence, fact, kind) in wrong {
            let found = format!("{:?}", check(sentence, fact));
            assert!(found.contains(kind), "{sentence}: {found}");
        }
    }

    #[test]
    fn chinese_is_checked_too() {
        let all: Vec<String> =
            ["基尔港口图书馆于2026年5月3日重新开放。", "维修耗资四百二十万欧元。"].map(String::from).into();
        let check = |sentence: &str, fact: usize| support(sentence, &[&all[fact]], &all, Lang::Zh);
        assert!(check("港口图书馆于2026年5月3日重新开放。", 0).is_empty());
        assert!(check("图书馆维修耗资420万欧元。", 1).is_empty());
        assert!(!check("图书馆维修耗资520万欧元。", 1).is_empty());
        assert!(!check("图书馆维修耗资420万欧元，这是为了满足市民的需求。", 1).is_empty());
        assert!(!check("这是全市最大的图书馆。", 0).is_empty());
        assert!(!check("孩子们在广场上跳舞，音乐家演奏着优美的旋律。", 0).is_empty());
    }
}
