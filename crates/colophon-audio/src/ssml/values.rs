//! Values of SSML's attributes.

use colophon_types::Lang;

use crate::fixed::Say;
use crate::g2p::en::spelled;
use crate::normalize::{self, en, zh};
use crate::recital::LONGEST_PAUSE;
use crate::utterance::Manner;

/// A value for an error: short, without control characters.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// The language of a BCP 47 tag.
pub(super) fn language(tag: &str) -> Result<Lang, String> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    match primary.as_str() {
        "en" => Ok(Lang::En),
        "zh" | "cmn" => Ok(Lang::Zh),
        _ => Err(format!("the language \"{}\" is not spoken; en and zh are", shown(tag))),
    }
}

/// Seconds of a pause: `500ms`, `1.5s`, or by strength.
pub(super) fn pause(time: Option<&str>, strength: Option<&str>) -> Result<f64, String> {
    if let Some(time) = time {
        let number = |unit: &str| time.strip_suffix(unit).and_then(|n| n.trim().parse::<f64>().ok());
        let seconds = number("ms").map(|n| n / 1000.0).or_else(|| number("s"));
        return match seconds.filter(|s| s.is_finite() && *s >= 0.0) {
            Some(s) if s <= LONGEST_PAUSE => Ok(s),
            Some(_) => Err(format!("a pause of {} is longer than {LONGEST_PAUSE} s", shown(time))),
            None => Err(format!("\"{}\" is no time such as 500ms or 1.5s", shown(time))),
        };
    }
    match strength.unwrap_or("medium") {
        "none" => Ok(0.0),
        "x-weak" => Ok(0.1),
        "weak" => Ok(0.2),
        "medium" => Ok(0.4),
        "strong" => Ok(0.7),
        "x-strong" => Ok(1.2),
        other => Err(format!("the strength \"{}\" is unknown", shown(other))),
    }
}

/// Emphasis: longer, louder and a little higher, or the opposite.
pub(super) fn emphasis(manner: Manner, level: Option<&str>) -> Result<Manner, String> {
    let (rate, gain, pitch) = match level.unwrap_or("moderate") {
        "strong" => (0.78, 4.5, 1.5),
        "moderate" => (0.86, 3.0, 0.8),
        "none" => (1.0, 0.0, 0.0),
        "reduced" => (1.12, -3.0, -0.5),
        other => return Err(format!("the emphasis \"{}\" is unknown", shown(other))),
    };
    Ok(bounded(Manner { rate: manner.rate * rate, gain: manner.gain + gain, pitch: manner.pitch + pitch }))
}

/// Pace, loudness and pitch.
pub(super) fn prosody(
    manner: Manner,
    rate: Option<&str>,
    volume: Option<&str>,
    pitch: Option<&str>,
) -> Result<Manner, String> {
    let mut out = manner;
    if let Some(rate) = rate {
        out.rate *= pace(rate)?;
    }
    if let Some(volume) = volume {
        out.gain += decibels(volume)?;
    }
    if let Some(pitch) = pitch {
        out.pitch += semitones(pitch)?;
    }
    Ok(bounded(out))
}

fn bounded(m: Manner) -> Manner {
    Manner { rate: m.rate.clamp(0.4, 2.5), gain: m.gain.clamp(-60.0, 12.0), pitch: m.pitch.clamp(-9.0, 9.0) }
}

/// `120%`, `+20%`, `-10%` as a factor.
fn percent(value: &str) -> Option<f32> {
    let number: f32 = value.strip_suffix('%')?.trim().parse().ok()?;
    let signed = value.starts_with(['+', '-']);
    Some(if signed { 1.0 + number / 100.0 } else { number / 100.0 }).filter(|f| f.is_finite() && *f > 0.0)
}

fn pace(value: &str) -> Result<f32, String> {
    let factor = match value {
        "x-slow" => Some(0.6),
        "slow" => Some(0.8),
        "medium" | "default" => Some(1.0),
        "fast" => Some(1.25),
        "x-fast" => Some(1.6),
        other => percent(other).or_else(|| other.parse().ok()),
    };
    let factor = factor.filter(|f| (0.2..=5.0).contains(f));
    factor.ok_or_else(|| format!("the rate \"{}\" is unknown; write slow, 120% or 1.2", shown(value)))
}

fn decibels(value: &str) -> Result<f32, String> {
    let number = value.strip_suffix("dB").and_then(|n| n.trim().parse::<f32>().ok());
    let gain = match value {
        "silent" => Some(-60.0),
        "x-soft" => Some(-12.0),
        "soft" => Some(-6.0),
        "medium" | "default" => Some(0.0),
        "loud" => Some(4.0),
        "x-loud" => Some(8.0),
        other => number.or_else(|| percent(other).map(|f| 20.0 * f.log10())),
    };
    let gain = gain.filter(|g| g.is_finite());
    gain.ok_or_else(|| format!("the volume \"{}\" is unknown; write loud or +6dB", shown(value)))
}

fn semitones(value: &str) -> Result<f32, String> {
    let number = value.strip_suffix("st").and_then(|n| n.trim().parse::<f32>().ok());
    let pitch = match value {
        "x-low" => Some(-5.0),
        "low" => Some(-2.5),
        "medium" | "default" => Some(0.0),
        "high" => Some(2.5),
        "x-high" => Some(5.0),
        other => number.or_else(|| percent(other).map(|f| 12.0 * f.log2())),
    };
    let pitch = pitch.filter(|p| p.is_finite());
    pitch.ok_or_else(|| format!("the pitch \"{}\" is unknown; write high, +2st or +10%", shown(value)))
}

/// The content of `say-as`, as words of their own and how each is said. Kinds that are unknown are
/// read by the rules for any text, as SSML asks.
pub(super) fn say_as(text: &str, kind: &str, format: &str, lang: Lang) -> Vec<(String, Say)> {
    let text = text.trim();
    let whole = |words: String| vec![(text.to_owned(), Say::Words(words))];
    let plain = || normalize::normalize(text, lang);
    let number = || text.replace([',', ' '], "").parse::<u64>().ok();
    match kind {
        _ if text.is_empty() => Vec::new(),
        "characters" | "spell-out" | "verbatim" => characters(text, lang),
        "digits" => {
            let digits: String = text.chars().filter(char::is_ascii_digit).take(200).collect();
            whole(read_digits(&digits, lang))
        }
        "cardinal" | "number" => whole(number().map_or_else(plain, |n| match lang {
            Lang::En => en::cardinal(n),
            Lang::Zh => zh::cardinal(n),
        })),
        "ordinal" => {
            let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit()).trim_start_matches('第');
            whole(digits.parse().map_or_else(
                |_| plain(),
                |n| match lang {
                    Lang::En => en::ordinal(n),
                    Lang::Zh => format!("第{}", zh::cardinal(n)),
                },
            ))
        }
        "telephone" => {
            let groups: Vec<String> = text
                .split(|c: char| !c.is_ascii_digit())
                .filter(|g| !g.is_empty())
                .map(|g| match lang {
                    Lang::En => read_digits(g, lang),
                    Lang::Zh => read_digits(g, lang).replace('一', "幺"),
                })
                .collect();
            let plus =
                if text.starts_with('+') { ["plus ", "加"][usize::from(lang == Lang::Zh)] } else { "" };
            whole(format!("{plus}{}", groups.join(", ")))
        }
        "date" => whole(date(text, format, lang).unwrap_or_else(plain)),
        _ => whole(plain()),
    }
}

fn read_digits(digits: &str, lang: Lang) -> String {
    match lang {
        Lang::En => en::digits(digits),
        Lang::Zh => zh::digits(digits),
    }
}

/// Letter by letter, each a word of its own.
fn characters(text: &str, lang: Lang) -> Vec<(String, Say)> {
    let read = |c: char| match c {
        c if c.is_ascii_alphabetic() => Say::Phonemes(spelled(c)),
        c if c.is_ascii_digit() => Say::Words(read_digits(c.encode_utf8(&mut [0; 4]), lang)),
        c => Say::Words(sign(c, lang)),
    };
    let chars = text.chars().filter(|c| !c.is_whitespace()).take(500);
    chars.map(|c| (c.to_string(), read(c))).filter(|(_, s)| *s != Say::Words(String::new())).collect()
}

/// The name of a sign.
fn sign(c: char, lang: Lang) -> String {
    let names = match c {
        '.' => ["dot", "点"],
        ',' => ["comma", "逗号"],
        '-' => ["dash", "横杠"],
        '_' => ["underscore", "下划线"],
        '/' => ["slash", "斜杠"],
        '\\' => ["backslash", "反斜杠"],
        '@' => ["at", "at"],
        '#' => ["hash", "井号"],
        ':' => ["colon", "冒号"],
        '*' => ["star", "星号"],
        '!' => ["exclamation mark", "感叹号"],
        '?' => ["question mark", "问号"],
        _ => return normalize::normalize(c.encode_utf8(&mut [0; 4]), lang),
    };
    names[usize::from(lang == Lang::Zh)].into()
}

/// A date in the order that `format` names: `dmy`, `mdy`, `ymd`, `dm`, `md`, `ym`, `my`, `d`, `m`, `y`.
fn date(text: &str, format: &str, lang: Lang) -> Option<String> {
    let fields: Vec<u64> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|f| !f.is_empty())
        .map(|f| f.parse().ok())
        .collect::<Option<_>>()?;
    let compact = fields.len() == 1 && format.len() == 3 && text.len() == 8;
    let fields = if compact { split_compact(text, format)? } else { fields };
    if format.is_empty() || fields.len() != format.len() {
        return None;
    }
    let of = |field: char| format.chars().position(|f| f == field).map(|i| fields[i]);
    let (y, m, d) = (of('y'), of('m'), of('d'));
    if m.is_some_and(|m| !(1..=12).contains(&m)) || d.is_some_and(|d| !(1..=31).contains(&d)) {
        return None;
    }
    Some(match lang {
        Lang::En => en::date(y, m, d),
        Lang::Zh => zh::date(y, m, d),
    })
}

/// `20261124` in the order of the format.
fn split_compact(text: &str, format: &str) -> Option<Vec<u64>> {
    let mut rest = text;
    let mut out = Vec::new();
    for field in format.chars() {
        let (head, tail) = rest.split_at_checked(if field == 'y' { 4 } else { 2 })?;
        out.push(head.parse().ok()?);
        rest = tail;
    }
    Some(out)
}
