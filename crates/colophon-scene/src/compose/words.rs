//! Words: tokens of a description in either language, and the nouns among them.
//!
//! English is split at spaces and lower-cased; runs of Chinese are segmented with jieba, to which
//! the words of the lexicon and of the cues are known.

use std::sync::OnceLock;

use jieba_rs::{Jieba, Tag};

use super::cues::Cues;
use super::lexicon::{Class, Lexicon};
use super::token::{Script, Token, phrase};

/// Characters of a description that are looked at.
pub(super) const MAX_CHARS: usize = 2000;

/// Longest phrase, in tokens.
const MAX_PHRASE: usize = 5;

/// How many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// One.
    One,
    /// Two.
    Two,
    /// Three to five.
    Few,
    /// More.
    Many,
}

/// A noun of the description that the lexicon knows.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// Index in the lexicon.
    pub(super) entry: usize,
    /// As written.
    pub(super) text: String,
    pub(super) count: Count,
    /// Tokens `start..end`.
    pub(super) start: usize,
    pub(super) end: usize,
}

fn segmenter(lexicon: &Lexicon, cues: &Cues) -> &'static Jieba {
    static SEGMENTER: OnceLock<Jieba> = OnceLock::new();
    SEGMENTER.get_or_init(|| {
        let mut jieba = Jieba::new();
        for entry in lexicon.entries() {
            for word in entry.zh.iter().filter(|w| w.chars().count() > 1) {
                jieba.add_word(word, None, Some("n"));
            }
        }
        for word in cues.chinese_words() {
            if word.chars().count() > 1 && !jieba.has_word(word) {
                jieba.add_word(word, None, None);
            }
        }
        jieba
    })
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3134F)
}

/// The description with control characters and needless space gone, at most [`MAX_CHARS`] long.
pub(super) fn clean(description: &str) -> String {
    let mut out = String::new();
    let mut space = true;
    for c in description.chars().take(4 * MAX_CHARS) {
        if c.is_whitespace() || c.is_control() {
            if !space {
                out.push(' ');
            }
            space = true;
        } else if !matches!(c, '\u{200b}'..='\u{200c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        {
            out.push(c);
            space = false;
        }
    }
    let out = out.chars().take(MAX_CHARS).collect::<String>();
    without_frame(&out).trim_end().to_owned()
}

/// The description without "A picture showing …": the picture is not in the picture.
fn without_frame(text: &str) -> &str {
    let mut rest = text.trim_start();
    if let Some(chinese) =
        ["画面：", "画面:", "图片：", "画面中，", "画面中"].iter().find_map(|p| rest.strip_prefix(p))
    {
        return chinese.trim_start();
    }
    let lower = text.trim_start().to_ascii_lowercase();
    let mut words = lower.split_inclusive(' ');
    let mut at = 0;
    let mut next = |at: &mut usize| words.next().inspect(|w| *at += w.len()).map(str::trim_end);
    let mut word = next(&mut at);
    if matches!(word, Some("a" | "an" | "the")) {
        word = next(&mut at);
    }
    if matches!(
        word,
        Some("picture" | "image" | "photo" | "photograph" | "scene" | "shot" | "view" | "drawing")
    ) && matches!(next(&mut at), Some("of" | "showing" | "shows" | "with" | "depicting" | "where"))
    {
        rest = rest.get(at..).unwrap_or(rest);
    }
    rest
}

/// The tokens of a cleaned description.
pub(super) fn tokenise(text: &str, lexicon: &Lexicon, cues: &Cues) -> Vec<Token> {
    let mut tokens = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        let start = i;
        if is_han(c) {
            while i < chars.len() && is_han(chars[i]) {
                i += 1;
            }
            let run: String = chars[start..i].iter().collect();
            for tag in segmenter(lexicon, cues).tag(&run, false) {
                let mut push = |text: &str, noun, name| {
                    tokens.push(Token { text: text.to_owned(), script: Script::Han, noun, name });
                };
                if let Some(parts) = apart(&tag, lexicon, cues) {
                    parts.into_iter().for_each(|(part, noun)| push(part, noun, false));
                } else {
                    push(tag.word, tag.tag.starts_with('n'), tag.tag == "nr");
                }
            }
        } else if c.is_alphanumeric() {
            while i < chars.len()
                && !is_han(chars[i])
                && (chars[i].is_alphanumeric() || matches!(chars[i], '\'' | '’' | '-'))
            {
                i += 1;
            }
            let word: String = chars[start..i].iter().collect();
            let lower = word.to_lowercase().replace('’', "'");
            let bare = lower.strip_suffix("'s").unwrap_or(&lower).trim_matches(['\'', '-']);
            let name = c.is_uppercase();
            if !bare.is_empty() {
                let text = bare.to_owned();
                tokens.push(Token { text, script: Script::Latin, noun: false, name });
            }
        } else {
            i += 1;
            let script = match c {
                ' ' => continue,
                '.' | '!' | '?' | ';' | '。' | '！' | '？' | '；' => Script::Stop,
                c if c.is_ascii_punctuation() || "，、：（）“”‘’《》…—–".contains(c) => {
                    Script::Comma
                }
                _ => {
                    // An emoji with its joiners and variation selectors is one token.
                    while i < chars.len()
                        && (matches!(chars[i], '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
                            || chars[i - 1] == '\u{200d}')
                    {
                        i += 1;
                    }
                    Script::Other
                }
            };
            let text = chars[start..i].iter().collect();
            tokens.push(Token { text, script, noun: false, name: false });
        }
    }
    tokens
}

/// The two words, and whether each is a noun, of what the segmenter's dictionary has as one: 一朵花 and 两匹马,
/// 桌上 and 树下.
fn apart<'a>(tag: &Tag<'a>, lexicon: &Lexicon, cues: &Cues) -> Option<[(&'a str, bool); 2]> {
    if lexicon.find(tag.word).is_some() || cues.knows(tag.word) {
        return None;
    }
    // A number alone begins many a word that counts nothing.
    let mut parts = tag.word.char_indices().skip(2).map(|(at, _)| tag.word.split_at(at));
    let counted = parts.find(|(n, noun)| cues.grammar.is_number(n) && lexicon.find(noun).is_some());
    if let Some((number, noun)) = counted {
        return Some([(number, false), (noun, true)]);
    }
    let (side, _) = tag.word.char_indices().next_back().filter(|_| matches!(tag.tag, "n" | "s"))?;
    let (thing, side) = tag.word.split_at(side);
    let class = lexicon.entry(lexicon.find(thing)?)?.class;
    // What is 手上 or 心里 is not seen there.
    let stands = matches!(
        class,
        Class::Furniture | Class::Structure | Class::Plant | Class::Boat | Class::Vehicle | Class::Ground
    );
    (stands && ["上", "下", "里", "中", "旁"].contains(&side)).then_some([(thing, true), (side, false)])
}

/// The nouns that the lexicon knows, longest match first, in their order; nouns after a negation
/// ("no people") are left out.
pub(super) fn mentions(tokens: &[Token], lexicon: &Lexicon, cues: &Cues) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let Some((entry, plural, n, text)) = longest(tokens, i, lexicon, cues) else {
            i += 1;
            continue;
        };
        let (start, end) = (i, i + n);
        i = end;
        if negated(tokens, start, cues) || !is_noun_here(tokens, start, end, plural, lexicon, cues) {
            continue;
        }
        let class = lexicon.entry(entry).map(|e| e.class);
        let count = count(tokens, start, end, plural, class, cues);
        found.push(Mention { entry, text, count, start, end });
    }
    found
}

/// The longest phrase at `i` that the lexicon knows: entry, plural, tokens, text.
fn longest(
    tokens: &[Token],
    i: usize,
    lexicon: &Lexicon,
    cues: &Cues,
) -> Option<(usize, bool, usize, String)> {
    for n in (1..=MAX_PHRASE.min(tokens.len() - i)).rev() {
        let Some(text) = phrase(&tokens[i..i + n]) else { continue };
        if tokens[i + n - 1].script == Script::Han {
            // A single character may be anything; it is a noun after a number.
            let sure = text.chars().count() > 1
                || tokens[i].noun
                || i.checked_sub(1).is_some_and(|b| cues.grammar.is_number(&tokens[b].text));
            if let Some(entry) = lexicon.find(&text).filter(|_| sure) {
                return Some((entry, false, n, text));
            }
        } else if let Some((entry, plural)) = lexicon.find_english(&text) {
            return Some((entry, plural, n, text));
        }
    }
    // A Chinese compound is what its last part is: 老渔夫, 红帆船.
    let token = &tokens[i];
    if token.script == Script::Han && !cues.knows(&token.text) {
        let verb = !cues.verbs_of(token).is_empty();
        let starts: Vec<usize> = token.text.char_indices().map(|(at, _)| at).collect();
        for &at in starts.iter().skip(1) {
            let tail = &token.text[at..];
            let last = tail.chars().count() == 1;
            if (!last || (token.noun || verb) && TAILS.contains(tail))
                && let Some(entry) = lexicon.find(tail)
            {
                return Some((entry, false, 1, token.text.clone()));
            }
        }
    }
    None
}

/// Characters that, as the last of a longer word, name the thing.
const TAILS: &str = "船车树花鸟鱼猫狗马牛羊鸡鸭鹅熊鹿塔桥灯伞书人狼虎蛇鹰龙琴鼓药糖";

fn negated(tokens: &[Token], start: usize, cues: &Cues) -> bool {
    tokens[..start]
        .iter()
        .rev()
        .take(2)
        .take_while(|t| !matches!(t.script, Script::Comma | Script::Stop))
        .any(|t| cues.grammar.negations.contains(&t.text))
}

/// Whether a word that is also a verb is a noun in this place.
fn is_noun_here(
    tokens: &[Token],
    start: usize,
    end: usize,
    plural: bool,
    lexicon: &Lexicon,
    cues: &Cues,
) -> bool {
    if end - start > 1 || tokens[start].script != Script::Latin {
        return true;
    }
    let grammar = &cues.grammar;
    let word = &tokens[start].text;
    if !plural && grammar.colours.contains(word) && is_colour_here(tokens, start, end, cues) {
        return false;
    }
    let ambiguous = grammar.ambiguous.contains(word)
        || plural && super::lexicon::singulars(word).iter().any(|w| grammar.ambiguous.contains(w));
    if !ambiguous {
        return true;
    }
    let before = |n: usize| start.checked_sub(n).map(|i| &tokens[i]);
    let opens = |t: Option<&Token>| match t {
        Some(t) => {
            !matches!(t.script, Script::Latin)
                || grammar.determiners.contains(&t.text)
                || t.text.parse::<u32>().is_ok()
        }
        None => true,
    };
    if opens(before(1)) {
        return true;
    }
    // One unknown word between is taken for an adjective: "a rusty train".
    let adjective = before(1).is_some_and(|t| {
        !grammar.pronouns.contains(&t.text)
            && t.text != "to"
            && lexicon.find_english(&t.text).is_none()
            && cues.verbs_of(t).is_empty()
    });
    let opens = |t: &Token| t.script != Script::Latin || grammar.articles.contains(&t.text);
    adjective && before(2).is_none_or(opens)
}

/// Whether a noun that is also a colour is the colour in this place: it stands before what it colours,
/// beside another colour, or after "of" or a verb without an article of its own.
fn is_colour_here(tokens: &[Token], start: usize, end: usize, cues: &Cues) -> bool {
    const LINKS: [&str; 22] = [
        "on", "in", "at", "with", "by", "under", "over", "from", "near", "beside", "between", "behind", "of",
        "to", "is", "are", "lies", "that", "which", "for", "into", "across",
    ];
    let grammar = &cues.grammar;
    let latin = |i: usize| tokens.get(i).filter(|t| t.script == Script::Latin).map(|t| t.text.as_str());
    let next = latin(end);
    if let Some(next) = next.filter(|n| *n != "and" && *n != "or") {
        // "An orange rolls away", but "orange leaves".
        let article = start.checked_sub(1).and_then(latin).is_some_and(|b| grammar.articles.contains(b));
        return !LINKS.contains(&next) && (!article || cues.verbs_of(&tokens[end]).is_empty());
    }
    if next.is_some() && latin(end + 1).is_some_and(|n| grammar.colours.contains(n) || COLOURS.contains(&n)) {
        return true;
    }
    let before = start.checked_sub(1).and_then(latin);
    before.is_some_and(|b| b == "of" || COLOURS.contains(&b) || !cues.verbs_of(&tokens[start - 1]).is_empty())
}

/// Colours that are nothing else.
const COLOURS: [&str; 14] = [
    "red", "blue", "green", "yellow", "purple", "pink", "white", "black", "grey", "gray", "brown", "golden",
    "bright", "deep",
];

fn count(
    tokens: &[Token],
    start: usize,
    end: usize,
    plural: bool,
    class: Option<Class>,
    cues: &Cues,
) -> Count {
    let grammar = &cues.grammar;
    // Adjectives may stand between the number and the noun, another noun may not.
    for token in tokens[..start].iter().rev().take(4) {
        if matches!(token.script, Script::Comma | Script::Stop) {
            break;
        }
        let word = &token.text;
        let number = |set: &std::collections::HashSet<String>| set.contains(word);
        if number(&grammar.many) {
            return Count::Many;
        }
        if number(&grammar.few) {
            return Count::Few;
        }
        if number(&grammar.two) {
            return Count::Two;
        }
        if number(&grammar.one) && !plural {
            return Count::One;
        }
        if let Ok(n) = word.parse::<u32>() {
            return match n {
                0 | 1 => Count::One,
                2 => Count::Two,
                3..=5 => Count::Few,
                _ => Count::Many,
            };
        }
        if grammar.is_boundary(word) {
            break;
        }
    }
    let many_after = tokens.get(end).is_some_and(|t| matches!(t.text.as_str(), "们" | "群" | "队" | "商队"));
    if plural || many_after {
        return Count::Few;
    }
    match class {
        Some(Class::Person) if tokens[start..end].iter().any(|t| t.text.ends_with('们')) => Count::Few,
        _ => Count::One,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_is_not_in_the_picture() {
        assert_eq!(clean("A picture showing the old mill, at dawn"), "the old mill, at dawn");
        assert_eq!(clean("画面：渔夫在船上。"), "渔夫在船上。");
        assert_eq!(clean("A picture hangs on the wall"), "A picture hangs on the wall");
        assert_eq!(clean("The scene"), "The scene");
    }

    #[test]
    fn a_counted_noun_is_a_number_and_a_noun() {
        let (lexicon, cues) = (Lexicon::builtin().unwrap(), Cues::builtin().unwrap());
        for (text, key, count) in [
            ("一个男孩", "boy", Count::One),
            ("一个拖拉机", "tractor", Count::One),
            ("桌上有一个碗", "bowl", Count::One),
            ("两匹马在草原上", "horse", Count::Two),
            ("几本书", "book", Count::Few),
            ("许多星星", "star", Count::Many),
        ] {
            let found = mentions(&tokenise(text, lexicon, cues), lexicon, cues);
            let told = found
                .iter()
                .any(|m| m.count == count && lexicon.entry(m.entry).is_some_and(|e| e.key == key));
            assert!(told, "{text}: {found:?}");
        }
    }

    #[test]
    fn what_says_where_stays_whole() {
        let (lexicon, cues) = (Lexicon::builtin().unwrap(), Cues::builtin().unwrap());
        let words = |text| tokenise(text, lexicon, cues).into_iter().map(|t| t.text).collect::<Vec<_>>();
        assert_eq!(words("家里"), ["家里"]);
        assert_eq!(words("桌上"), ["桌", "上"]);
    }

    #[test]
    fn a_colour_is_no_fruit() {
        let (lexicon, cues) = (Lexicon::builtin().unwrap(), Cues::builtin().unwrap());
        let fruit = |text: &str| {
            let tokens = tokenise(text, lexicon, cues);
            let found = mentions(&tokens, lexicon, cues);
            found.iter().any(|m| lexicon.entry(m.entry).is_some_and(|e| e.key == "orange"))
        };
        for text in
            ["an orange sky at dusk", "a sky of orange and red", "orange leaves fall", "the sky glows orange"]
        {
            assert!(!fruit(text), "{text}");
        }
        for text in
            ["an orange on the table", "a girl peels an orange", "two oranges", "an orange and a knife"]
        {
            assert!(fruit(text), "{text}");
        }
    }
}
