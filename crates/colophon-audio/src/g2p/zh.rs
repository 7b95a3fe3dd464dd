//! Mandarin: segmentation, readings, tone sandhi, phonemes.
//!
//! Words come from jieba's dictionary, readings from the table of heteronyms and the `pinyin`
//! crate, sandhi from Duanmu (2007) ch. 11: 一 and 不 change before certain tones, the first of two
//! low tones rises, and some second syllables lose their tone.

use std::sync::OnceLock;

use jieba_rs::Jieba;
use pinyin::ToPinyin;

use super::heteronyms;
use super::syllable::Syllable;

fn jieba() -> &'static Jieba {
    static JIEBA: OnceLock<Jieba> = OnceLock::new();
    JIEBA.get_or_init(Jieba::new)
}

/// Whether a character is a Han ideograph that has a reading.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// One character of a run as it is read.
pub(crate) struct Read {
    /// The character.
    pub(crate) text: char,
    /// Its phonemes; empty where no reading is known.
    pub(crate) phonemes: String,
    /// Whether a word ends after it.
    pub(crate) ends_word: bool,
}

/// A run of Han characters, read one by one.
pub(crate) fn readings(run: &str) -> Vec<Read> {
    let mut words = read(run);
    sandhi(run, &mut words);
    let mut chars = run.chars();
    let mut out = Vec::new();
    for word in &words {
        for (i, syllable) in word.iter().enumerate() {
            let Some(text) = chars.next() else { return out };
            let phonemes = syllable.as_ref().and_then(Syllable::phonemes).unwrap_or_default();
            out.push(Read { text, phonemes, ends_word: i + 1 == word.len() });
        }
    }
    out
}

/// Words of a run, as jieba's dictionary cuts it.
pub(crate) fn words(run: &str) -> Vec<&str> {
    jieba().cut(run, false).iter().map(|t| t.word).collect()
}

/// Phonemes of pinyin with tone numbers or marks, syllables separated by spaces or apostrophes:
/// `chong2 qing4`, `chóng qìng`. `None` where a syllable is none.
pub(crate) fn phonemes_of_pinyin(pinyin: &str) -> Option<String> {
    let syllables = pinyin.split(|c: char| c.is_whitespace() || c == '\'').filter(|s| !s.is_empty());
    let read: Option<String> = syllables.map(|s| Syllable::parse(&numbered(s)).phonemes()).collect();
    read.filter(|p| !p.is_empty())
}

/// A syllable with its tone mark, if any, as a number at its end.
fn numbered(syllable: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut tone = None;
    let mut plain = String::new();
    for c in syllable.to_lowercase().replace("u:", "ü").nfd() {
        match c {
            '\u{304}' => tone = Some('1'),
            '\u{301}' => tone = Some('2'),
            '\u{30c}' => tone = Some('3'),
            '\u{300}' => tone = Some('4'),
            c => plain.push(c),
        }
    }
    plain.extend(tone);
    plain.nfc().collect()
}

/// Pinyin of a run, for tests and inspection: `ni2 hao3`.
pub fn pinyin_of(run: &str) -> String {
    let mut words = read(run);
    sandhi(run, &mut words);
    let spoken: Vec<String> =
        words.iter().flatten().flatten().map(|s| format!("{}{}", s.letters, s.tone)).collect();
    spoken.join(" ")
}

type Word = Vec<Option<Syllable>>;

fn read(run: &str) -> Vec<Word> {
    let chars: Vec<char> = run.chars().collect();
    let cut: Vec<&str> = jieba().cut(run, false).iter().map(|t| t.word).collect();
    let mut words = Vec::with_capacity(cut.len());
    let mut at = 0;
    for (i, word) in cut.iter().enumerate() {
        let n = word.chars().count();
        let mut syllables: Word = (at..at + n)
            .map(|k| {
                let pinyin = heteronyms::reading(&chars, k)
                    .or_else(|| chars[k].to_pinyin().map(|p| p.with_tone_num_end()));
                pinyin.map(Syllable::parse)
            })
            .collect();
        // An adverb's 地 is a particle: 慢慢地走, but not 在地上.
        let adverb = *word == "地" && i > 0 && cut[i - 1].chars().count() >= 2 && i + 1 < cut.len();
        if adverb {
            syllables = vec![Some(Syllable::parse("de5"))];
        }
        if heteronyms::ends_neutral(word)
            && let Some(Some(last)) = syllables.last_mut()
        {
            last.tone = 5;
        }
        // 儿 as a suffix: 花儿, 一会儿.
        if n >= 2
            && word.ends_with('儿')
            && !matches!(
                *word,
                "女儿"
                    | "婴儿"
                    | "孤儿"
                    | "幼儿"
                    | "胎儿"
                    | "少儿"
                    | "健儿"
                    | "幼儿园"
                    | "宠儿"
                    | "新生儿"
                    | "患儿"
            )
            && let Some(Some(last)) = syllables.last_mut()
        {
            last.tone = 5;
        }
        words.push(syllables);
        at += n;
    }
    words
}

fn sandhi(run: &str, words: &mut [Word]) {
    let chars: Vec<char> = run.chars().collect();
    let tones: Vec<u8> = words.iter().flatten().map(|s| s.as_ref().map_or(0, |s| s.tone)).collect();
    let mut changed = tones.clone();
    for i in 0..chars.len().min(tones.len()) {
        let next = tones.get(i + 1).copied().filter(|t| *t > 0);
        let twins = i > 0 && i + 1 < chars.len() && chars[i - 1] == chars[i + 1];
        match chars[i] {
            '一' if tones[i] == 1 && twins && !is_numeral(chars[i - 1]) => changed[i] = 5,
            '一' if tones[i] == 1 && counts(&chars, i) => {
                changed[i] = match next {
                    // 个 is spoken short but counts as falling.
                    Some(4) => 2,
                    Some(5) if chars.get(i + 1) == Some(&'个') => 2,
                    Some(1..=3) => 4,
                    _ => 1,
                }
            }
            '不' if twins => changed[i] = 5,
            '不' if next == Some(4) => changed[i] = 2,
            _ => {}
        }
    }
    // Low tones, word by word, then where a short word meets the next one.
    let mut bounds = Vec::with_capacity(words.len());
    let mut at = 0;
    for w in words.iter() {
        bounds.push((at, at + w.len()));
        at += w.len();
    }
    for &(from, to) in &bounds {
        low_tones(&chars, &mut changed, from, to);
    }
    for pair in bounds.windows(2).rev() {
        let ((a, b), (c, d)) = (pair[0], pair[1]);
        let short = b - a == 1 || d - c == 1;
        if short && b > a && changed[b - 1] == 3 && changed.get(c) == Some(&3) {
            changed[b - 1] = 2;
        }
    }
    for (s, tone) in words.iter_mut().flatten().zip(changed) {
        if let Some(s) = s {
            s.tone = tone;
        }
    }
}

/// 33 → 23; 333 → 223 where the first two belong together, else 323; longer runs in pairs.
fn low_tones(chars: &[char], tones: &mut [u8], from: usize, to: usize) {
    let mut i = from;
    while i < to {
        let n = tones[i..to].iter().take_while(|t| **t == 3).count();
        if n == 3 {
            let front: String = chars[i..i + 2].iter().collect();
            if jieba().has_word(&front) {
                tones[i] = 2;
            }
            tones[i + 1] = 2;
        } else if n >= 2 {
            for k in (0..n - 1).step_by(if n == 2 { 1 } else { 2 }) {
                tones[i + k] = 2;
            }
        }
        i += n.max(1);
    }
}

fn is_numeral(c: char) -> bool {
    "零〇一二三四五六七八九十百千万亿两点第".contains(c)
}

/// Whether 一 at `i` is a quantity (its tone changes) and not a digit, an ordinal or a date.
fn counts(chars: &[char], i: usize) -> bool {
    let before = i.checked_sub(1).map(|k| chars[k]);
    let after = chars.get(i + 1).copied();
    let digit = |c: char| "零〇一二三四五六七八九点".contains(c);
    match (before, after) {
        (_, None) => false,
        (Some(b), _)
            if digit(b) || matches!(b, '第' | '十' | '初' | '周' | '期' | '之' | '其' | '唯' | '统') =>
        {
            false
        }
        (Some('百' | '千' | '万'), Some('十')) => false,
        (_, Some(a)) => !digit(a) && !matches!(a, '月' | '号' | '日' | '楼' | '班' | '级' | '等' | '九'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_and_sandhi() {
        for (text, want) in [
            ("你好", "ni2 hao3"),
            ("我很好", "wo3 hen2 hao3"),
            ("展览馆", "zhan2 lan2 guan3"),
            ("小老虎", "xiao3 lao2 hu3"),
            ("一个人", "yi2 ge4 ren2"),
            ("一天", "yi4 tian1"),
            ("一年", "yi4 nian2"),
            ("一起", "yi4 qi3"),
            ("第一名", "di4 yi1 ming2"),
            ("十一月", "shi2 yi1 yue4"),
            ("二零一六年", "er4 ling2 yi1 liu4 nian2"),
            ("一百", "yi4 bai3"),
            ("看一看", "kan4 yi5 kan4"),
            ("不是", "bu2 shi4"),
            ("不好", "bu4 hao3"),
            ("好不好", "hao3 bu5 hao3"),
            ("银行行长", "yin2 hang2 hang2 zhang3"),
            ("音乐让人快乐", "yin1 yue4 rang4 ren2 kuai4 le4"),
            ("慢慢地走", "man4 man4 de5 zou3"),
            ("土地", "tu3 di4"),
            ("跑得快", "pao3 de5 kuai4"),
            ("孩子们", "hai2 zi5 men5"),
            ("妈妈", "ma1 ma5"),
            ("女儿", "nü3 er2"),
            ("睡觉", "shui4 jiao4"),
            ("觉得", "jue2 de5"),
            ("长城很长", "chang2 cheng2 hen3 chang2"),
            ("绿色", "lü4 se4"),
        ] {
            assert_eq!(pinyin_of(text), want, "{text}");
        }
    }

    #[test]
    fn pinyin_is_read_with_numbers_or_marks() {
        for (pinyin, want) in [
            ("chong2 qing4", "ꭧʰʊ↗ŋʨʰi↘ŋ"),
            ("chóng qìng", "ꭧʰʊ↗ŋʨʰi↘ŋ"),
            ("lǜ'sè", "ly↘sɤ↘"),
            ("lv4 se4", "ly↘sɤ↘"),
            ("ma", "ma"),
        ] {
            assert_eq!(phonemes_of_pinyin(pinyin).as_deref(), Some(want), "{pinyin}");
        }
        assert_eq!(phonemes_of_pinyin("hello there"), None);
        assert_eq!(phonemes_of_pinyin(" "), None);
    }
}
