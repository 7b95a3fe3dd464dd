//! A text in a small repertoire of characters.

use unicode_normalization::UnicodeNormalization;

use crate::fixed::fixed_index;

/// Brings a text into a small repertoire: compatibility forms folded (NFKC), quotation marks and
/// dashes of one kind each, letters, digits and spoken punctuation kept, everything else
/// (emoji, control characters, private use) replaced by spaces. White space is collapsed.
pub(crate) fn clean(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars() {
        match c {
            '½' | '⅓' | '⅔' | '¼' | '¾' | '⅛' => {
                if folded.ends_with(|d: char| d.is_ascii_digit()) {
                    folded.push(' ');
                }
                folded.extend(std::iter::once(c).nfkc());
            }
            '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '⁺' | '⁻' | 'ⁿ' | 'ⁱ' => {
                // A raised run begins with one circumflex: 10⁻³ is 10^-3.
                if !raised {
                    folded.push('^');
                }
                folded.extend(std::iter::once(c).nfkc());
            }
            '№' => folded.push_str("No. "),
            _ => folded.push(c),
        }
        raised = matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '⁺' | '⁻');
    }
    let mut out = String::with_capacity(folded.len());
    for c in folded.nfkc() {
        let mapped = match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => {
                continue;
            }
            '’' | '‘' | 'ʼ' | '`' | '´' => '\'',
            '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '《' | '》' | '〈' | '〉' | '【'
            | '】' => '"',
            '—' | '―' | '─' => '—',
            '–' | '‒' | '‐' | '‑' | '−' => '-',
            '⁄' | '∕' => '/',
            '。' | '｡' => '.',
            '、' | '，' => ',',
            '·' | '・' | '•' => '·',
            '〜' | '～' | '~' => '~',
            '∙' | '⋅' => '·',
            '←' | '⟶' | '➔' | '➜' => '→',
            '√' | '∛' | '≤' | '≥' | '≠' | '≈' | '≡' | '±' | '∞' | '∑' | '∏' | '∫' | '∂' | '∇' | '∆' | '∈'
            | '∉' | '∪' | '∩' | '⊂' | '∀' | '∃' | '→' | '⇒' | '⇔' | '∝' | '∴' | '×' | '′' | '″' | '₽'
            | '₺' | '₫' | '฿' | '₴' | '₪' | '₿' => c,
            '⩽' | '≦' => '≤',
            '⩾' | '≧' => '≥',
            '≃' | '≅' => '≈',
            '÷' | '°' | '$' | '£' | '€' | '¥' | '₩' | '₹' | '¢' | '&' | '+' | '%' | '‰' | '=' | '@' | '#'
            | '/' | '<' | '>' | '*' | '_' | '^' | '\'' | '"' | '-' | '.' | ',' | '!' | '?' | ';' | ':'
            | '(' | ')' => c,
            '[' | '{' => '(',
            ']' | '}' => ')',
            // Fixed readings pass.
            c if c.is_alphanumeric() || fixed_index(c).is_some() => c,
            _ => ' ',
        };
        if mapped == ' ' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(mapped);
        }
    }
    let out = out.trim_end().replace("...", "…");
    out.replace("——", "—").replace("--", "—")
}

#[cfg(test)]
mod tests {
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
