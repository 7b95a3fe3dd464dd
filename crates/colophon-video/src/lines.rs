//! Where text may be broken into lines: between words, and between Han characters except before
//! closing and after opening punctuation (kinsoku; GB/T 15834, W3C "Requirements for Chinese Text
//! Layout").

use unicode_segmentation::UnicodeSegmentation;

/// Characters that must not begin a line.
const CLOSING: &str = "，。！？；：、）》」』】〉〕｝”’…—～·％%,.!?;:)]}'\"％℃";
/// Characters that end a clause: good places to end a line.
pub(crate) const CLAUSE: &str = "，。！？；：、…—,;:.!?";
/// Characters that must not end a line.
const OPENING: &str = "（《「『【〈〔｛“‘([{$￥¥";

/// Whether a character takes a full em: ideographs, kana, full-width forms and their punctuation.
pub(crate) fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6
        | 0x20000..=0x3134F | 0x1F300..=0x1FAFF)
}

/// Splits text into the smallest pieces that must stay together. Joined they give the text back, but
/// for white space, which becomes one space at the end of a piece.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let first = out.len();
        for g in word.graphemes(true) {
            let c = g.chars().next().unwrap_or(' ');
            let previous = out[first..].last().and_then(|p: &String| p.chars().next_back());
            let stays = match previous {
                None => false,
                Some(p) => {
                    CLOSING.contains(c) || OPENING.contains(p) || (!is_wide(c) && !is_wide(p) && p != '—')
                }
            };
            match out[first..].last_mut() {
                Some(last) if stays => last.push_str(g),
                _ => out.push(g.to_string()),
            }
        }
        if let Some(last) = out.last_mut() {
            last.push(' ');
        }
    }
    if let Some(last) = out.last_mut() {
        last.truncate(last.trim_end().len());
    }
    out
}

/// A piece of text with its width, without and with the space after it.
struct Atom {
    text: String,
    tight: f32,
    full: f32,
}

impl Atom {
    fn new(text: String, measure: &dyn Fn(&str) -> f32) -> Self {
        let tight = measure(text.trim_end());
        let space = if text.ends_with(' ') { measure("n n") - measure("nn") } else { 0.0 };
        Self { text, tight, full: tight + space }
    }
}

/// Breaks text into lines no wider than `max` as told by `measure`, as few as possible and of similar
/// length. A piece that is too wide alone is broken between characters. Every piece is measured once:
/// the width of a line is the sum of its pieces.
pub(crate) fn wrap(text: &str, max: f32, measure: &dyn Fn(&str) -> f32) -> Vec<String> {
    let mut atoms: Vec<Atom> = Vec::new();
    for piece in pieces(text) {
        let atom = Atom::new(piece, measure);
        if atom.tight <= max {
            atoms.push(atom);
            continue;
        }
        let (mut part, mut width) = (String::new(), 0.0);
        for g in atom.text.graphemes(true) {
            let wide = measure(g);
            if !part.is_empty() && width + wide > max {
                atoms.push(Atom { text: std::mem::take(&mut part), tight: width, full: width });
                width = 0.0;
            }
            part.push_str(g);
            width += wide;
        }
        atoms.push(Atom { text: part, tight: width, full: width });
    }
    let best = fill(&atoms, max);
    let mut breaks = best.clone();
    if best.len() > 2 {
        // The narrowest measure that needs no more lines gives lines of similar length.
        let (mut low, mut high) = (max * 0.4, max);
        for _ in 0..9 {
            let middle = (low + high) / 2.0;
            let tried = fill(&atoms, middle);
            let fits = tried.windows(2).all(|b| width(&atoms[b[0]..b[1]]) <= max);
            if tried.len() <= best.len() && fits {
                breaks = tried;
                high = middle;
            } else {
                low = middle;
            }
        }
    }
    if let [_, _, end] = breaks[..] {
        breaks = at_clause(&atoms, max).map_or(breaks, |n| vec![0, n, end]);
    }
    let line = |b: &[usize]| {
        let text: String = atoms[b[0]..b[1]].iter().map(|a| a.text.as_str()).collect();
        text.trim().to_string()
    };
    breaks.windows(2).map(line).collect()
}

/// Width of pieces set as one line.
fn width(atoms: &[Atom]) -> f32 {
    let Some((last, before)) = atoms.split_last() else { return 0.0 };
    before.iter().map(|a| a.full).sum::<f32>() + last.tight
}

/// Where to break in two so that the first line ends with a clause, if that is not too uneven.
fn at_clause(atoms: &[Atom], max: f32) -> Option<usize> {
    let ends = |a: &Atom| a.text.trim_end().chars().next_back().is_some_and(|c| CLAUSE.contains(c));
    let mut best: Option<(f32, usize)> = None;
    for n in (1..atoms.len()).filter(|n| ends(&atoms[n - 1])) {
        let (a, b) = (width(&atoms[..n]), width(&atoms[n..]));
        let evenness = a.min(b) / a.max(b).max(1.0);
        if a.max(b) <= max && evenness > best.map_or(0.6, |(e, _)| e) {
            best = Some((evenness, n));
        }
    }
    best.map(|(_, n)| n)
}

/// Fills lines greedily: the numbers of the pieces that begin lines, and the end. Nothing gives
/// `[0]`.
fn fill(atoms: &[Atom], max: f32) -> Vec<usize> {
    let mut breaks = vec![0];
    let mut line = 0.0;
    for (i, atom) in atoms.iter().enumerate() {
        if line > 0.0 && line + atom.tight > max {
            breaks.push(i);
            line = 0.0;
        }
        line += atom.full;
    }
    if !atoms.is_empty() {
        breaks.push(atoms.len());
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(s: &str) -> f32 {
        s.chars().map(|c| if is_wide(c) { 2.0 } else { 1.0 }).sum()
    }

    #[test]
    fn chinese_never_starts_a_line_with_closing_punctuation() {
        let text = "灯塔守望着大海，画家“林先生”每天在这里画画；风很大，浪很高……他说：《海》是他最好的作品。";
        for max in 6..40 {
            let lines = wrap(text, max as f32, &units);
            assert_eq!(lines.concat(), text, "nothing is lost at {max}");
            for line in lines {
                let first = line.chars().next().expect("not empty");
                let last = line.chars().next_back().expect("not empty");
                assert!(!CLOSING.contains(first), "{max}: {line}");
                assert!(!OPENING.contains(last), "{max}: {line}");
            }
        }
    }

    #[test]
    fn english_breaks_between_words_into_even_lines() {
        let lines = wrap("The lighthouse keeper paints the sea every single morning", 42.0, &units);
        assert_eq!(lines, ["The lighthouse keeper paints", "the sea every single morning"]);
        assert!(wrap("   ", 10.0, &units).is_empty());
    }

    #[test]
    fn a_line_ends_with_a_clause_where_it_can() {
        let lines = wrap("一只小狐狸在沙滩上捡到一盒颜料，渐渐明白：没有一朵浪花会停留两次。", 48.0, &units);
        assert_eq!(lines, ["一只小狐狸在沙滩上捡到一盒颜料，", "渐渐明白：没有一朵浪花会停留两次。"]);
    }

    #[test]
    fn a_word_that_is_too_long_is_broken() {
        let lines = wrap(&"x".repeat(95), 30.0, &units);
        assert!(lines.len() >= 4 && lines.iter().all(|l| units(l) <= 30.0));
        assert_eq!(lines.concat().len(), 95);
    }

    #[test]
    fn latin_words_inside_chinese_stay_whole() {
        assert_eq!(pieces("用Rust写的"), ["用", "Rust", "写", "的"]);
        assert_eq!(pieces("“你好”"), ["“你", "好”"]);
    }
}
