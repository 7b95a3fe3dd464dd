//! Weights of words in a prompt, written as the common web interfaces have them: `(word)`, `[word]`,
//! `(word:1.3)`, nested, and `\(` for a bracket.

use crate::net::Tensor;

/// What round brackets without a number multiply by, and square ones divide by.
const STEP: f64 = 1.1;
/// Weights are between this and its negative.
const MOST: f64 = 10.0;
/// Characters of a number, at most.
const LONGEST: usize = 12;

/// A stretch of a prompt whose words weigh alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) weight: f32,
}

/// A character of a prompt, or a bracket that has a partner.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    Letter(char),
    /// With what it multiplies by.
    Open(f64),
    Close,
    /// Of a number that was read.
    Nothing,
}

/// Takes the weights out of a prompt. Brackets without a partner are characters as any other.
pub(crate) fn read(prompt: &str) -> Vec<Part> {
    let mut signs: Vec<Sign> = Vec::with_capacity(prompt.len());
    // Where brackets that are not closed yet are.
    let (mut round, mut square): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut letters = prompt.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = letters.peek().copied().filter(|next| letter == '\\' && "()[]\\".contains(*next));
        if let Some(next) = escaped {
            letters.next();
            signs.push(Sign::Letter(next));
            continue;
        }
        let partner = match letter {
            '(' => {
                round.push(signs.len());
                None
            }
            '[' => {
                square.push(signs.len());
                None
            }
            ')' => round.pop(),
            ']' => square.pop(),
            _ => None,
        };
        let Some(at) = partner else {
            signs.push(Sign::Letter(letter));
            continue;
        };
        // What was opened in between and not closed has no partner.
        for open in [&mut round, &mut square] {
            open.truncate(open.partition_point(|place| *place < at));
        }
        let number = if letter == ')' { number(&signs[at + 1..]) } else { None };
        let factor = match number {
            Some((value, length)) => {
                let end = signs.len();
                signs[end - length..].fill(Sign::Nothing);
                value
            }
            None if letter == ')' => STEP,
            None => 1.0 / STEP,
        };
        signs[at] = Sign::Open(factor);
        signs.push(Sign::Close);
    }
    weighed(&signs)
}

/// The number at the end of some signs, after a colon, and the length of both.
fn number(signs: &[Sign]) -> Option<(f64, usize)> {
    let mut text = String::new();
    for (length, sign) in (1..=LONGEST).zip(signs.iter().rev()) {
        let Sign::Letter(letter) = sign else { return None };
        if *letter == ':' {
            let text: String = text.chars().rev().collect();
            let plain = text.trim();
            let digits = plain.strip_prefix(['+', '-']).unwrap_or(plain);
            if !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
                return None;
            }
            return plain.parse().ok().filter(|value: &f64| value.abs() <= MOST).map(|value| (value, length));
        }
        text.push(*letter);
    }
    None
}

fn weighed(signs: &[Sign]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut weights = vec![1.0f64];
    for sign in signs {
        let now = weights.last().copied().unwrap_or(1.0);
        match sign {
            Sign::Open(factor) => weights.push((now * factor).clamp(-MOST, MOST)),
            Sign::Close => {
                weights.pop();
            }
            Sign::Nothing => {}
            Sign::Letter(letter) => match parts.last_mut() {
                Some(part) if part.weight == now as f32 => part.text.push(*letter),
                _ => parts.push(Part { text: letter.to_string(), weight: now as f32 }),
            },
        }
    }
    if parts.is_empty() {
        parts.push(Part { text: String::new(), weight: 1.0 });
    }
    parts
}

/// The words of all parts.
pub(crate) fn plain(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// A prompt without the signs of weights.
pub fn words_of(prompt: &str) -> String {
    plain(&read(prompt))
}

/// Whether a prompt gives some words another weight.
pub fn has_weights(prompt: &str) -> bool {
    read(prompt).iter().any(|part| part.weight != 1.0)
}

/// Multiplies the values of each token, `[1, tokens, width]`, by its weight, and then all of them so that
/// their mean is what it was. Where that would take more than ten times or less than a tenth, or turn the
/// sign, it is left.
pub(crate) fn scale(values: &mut Tensor, weights: &[f32]) {
    if weights.is_empty() || weights.iter().all(|weight| *weight == 1.0) {
        return;
    }
    let mean = |data: &[f32]| data.iter().map(|v| f64::from(*v)).sum::<f64>() / data.len().max(1) as f64;
    let before = mean(&values.data);
    let width = (values.data.len() / weights.len()).max(1);
    for (row, weight) in values.data.chunks_exact_mut(width).zip(weights) {
        row.iter_mut().for_each(|v| *v *= weight);
    }
    let factor = before / mean(&values.data);
    if (1.0 / MOST..=MOST).contains(&factor) {
        values.data.iter_mut().for_each(|v| *v = (f64::from(*v) * factor) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(prompt: &str) -> Vec<(String, f32)> {
        read(prompt).into_iter().map(|part| (part.text, part.weight)).collect()
    }

    #[test]
    fn brackets_and_numbers_are_weights() {
        let down = (1.0 / 1.1f64) as f32;
        for (prompt, parts) in [
            ("a red fox", &[("a red fox", 1.0f32)][..]),
            ("", &[("", 1.0)]),
            ("a (red:1.2) fox", &[("a ", 1.0), ("red", 1.2), (" fox", 1.0)]),
            ("a ((red)) fox", &[("a ", 1.0), ("red", 1.21), (" fox", 1.0)]),
            ("[red] fox", &[("red", down), (" fox", 1.0)]),
            ("[[red]]", &[("red", (1.0 / 1.1f64 / 1.1) as f32)]),
            ("(a (red:1.5) fox:0.5)", &[("a ", 0.5), ("red", 0.75), (" fox", 0.5)]),
            ("(red: 1.2 )", &[("red", 1.2)]),
            ("(red:-0.5) (blue:+2)", &[("red", -0.5), (" ", 1.0), ("blue", 2.0)]),
            ("(red:0)", &[("red", 0.0)]),
            ("(red:1) (fox:1.0)", &[("red fox", 1.0)]),
            // What is escaped is a character.
            (r"fox \(red\) \[x\] \\", &[(r"fox (red) [x] \", 1.0)]),
            (r"(fox \(red\):1.3)", &[("fox (red)", 1.3)]),
            (r"a\b", &[(r"a\b", 1.0)]),
            // So is what has no partner, and a number that is none.
            ("sad :( and (glad", &[("sad :( and (glad", 1.0)]),
            ("glad :) ]", &[("glad :) ]", 1.0)]),
            ("(a [red) fox]", &[("a [red", 1.1), (" fox]", 1.0)]),
            ("(note: red)", &[("note: red", 1.1)]),
            ("(at 12:30)", &[("at 12:30", 1.1)]),
            ("(red:inf) (red:1e3)", &[("red:inf", 1.1), (" ", 1.0), ("red:1e3", 1.1)]),
            ("(红狐:1.4)", &[("红狐", 1.4)]),
            ("()", &[("", 1.0)]),
            ("(:1.5)", &[("", 1.0)]),
            ("((red:9):9)", &[("red", 10.0)]),
        ] {
            let parts: Vec<(String, f32)> = parts.iter().map(|(t, w)| ((*t).to_owned(), *w)).collect();
            assert_eq!(told(prompt), parts, "{prompt}");
            assert_eq!(words_of(prompt), parts.iter().map(|(t, _)| t.as_str()).collect::<String>());
            assert_eq!(has_weights(prompt), parts.iter().any(|(_, w)| *w != 1.0), "{prompt}");
        }
        // Deep and hostile ones end soon.
        let deep = format!("{}red{}", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(told(&deep), [("red".to_owned(), 10.0)]);
        assert_eq!(words_of(&"(".repeat(50_000)).len(), 50_000);
    }

    #[test]
    fn tokens_are_scaled_and_the_mean_stays() {
        let before = Tensor::new(&[1, 4, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let mean = |t: &Tensor| t.data.iter().sum::<f32>() / t.data.len() as f32;
        let scaled = |weights: [f32; 4]| {
            let mut values = before.clone();
            scale(&mut values, &weights);
            values
        };
        assert_eq!(scaled([1.0; 4]), before);
        for weight in [0.5, 1.5, 2.0] {
            let after = scaled([1.0, weight, 1.0, 1.0]);
            assert!((mean(&after) - mean(&before)).abs() < 1e-5);
            // Beside the others, the token is so many times what it was.
            let share = |t: &Tensor| t.data[2] / t.data[0];
            assert!((share(&after) / share(&before) - weight).abs() < 1e-5);
        }
        assert_eq!(scaled([1.0, 0.0, 1.0, 1.0]).data[2..4], [0.0, 0.0]);
        // A mean that would turn, or that is nothing, is not brought back.
        let turned = scaled([1.0, 1.0, 1.0, -5.0]);
        assert_eq!(turned.data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -35.0, -40.0]);
        assert!(scaled([0.0; 4]).data.iter().all(|v| *v == 0.0));
    }
}
