//! One Mandarin syllable from pinyin to the phoneme alphabet of the Kokoro voices.
//!
//! The voices were trained on the IPA of Duanmu, *The Phonology of Standard Chinese* (2007), with
//! affricates as one letter each and the tone as an arrow right after the vowel:
//! → high, ↗ rising, ↓ low, ↘ falling, nothing for the neutral tone.

/// A syllable: pinyin without its tone (`ü` for the rounded vowel), and the tone 1 to 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Syllable {
    /// Letters, e.g. `zhuang`.
    pub(crate) letters: String,
    /// 1 high, 2 rising, 3 low, 4 falling, 5 neutral.
    pub(crate) tone: u8,
}

impl Syllable {
    /// Reads `zhuang1`, `lü4`, `lv4`, `de5` or `de`.
    pub(crate) fn parse(pinyin: &str) -> Self {
        let letters: String =
            pinyin.chars().filter(|c| c.is_alphabetic()).map(|c| if c == 'v' { 'ü' } else { c }).collect();
        let tone = pinyin.bytes().last().filter(|b| (b'1'..=b'5').contains(b)).map_or(5, |b| b - b'0');
        Self { letters, tone }
    }

    /// Phonemes with the tone arrow; `None` for letters that are no syllable.
    pub(crate) fn phonemes(&self) -> Option<String> {
        let tone = ["", "→", "↗", "↓", "↘", ""][usize::from(self.tone.min(5))];
        let (initial, rest) = split(&self.letters);
        let nucleus = match (initial, rest) {
            ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => "ɨ*",
            ("", _) => bare(rest)?,
            _ => vowel(joined(initial, rest))?,
        };
        Some(format!("{}{}", consonant(initial), nucleus.replacen('*', tone, 1)))
    }
}

fn split(letters: &str) -> (&str, &str) {
    for initial in [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z",
        "c", "s",
    ] {
        if let Some(rest) = letters.strip_prefix(initial)
            && !rest.is_empty()
            && rest != "g"
            && !(initial == "h" && matches!(rest, "m" | "ng"))
        {
            return (initial, rest);
        }
    }
    ("", letters)
}

fn consonant(initial: &str) -> &'static str {
    match initial {
        "b" => "p",
        "p" => "pʰ",
        "m" => "m",
        "f" => "f",
        "d" => "t",
        "t" => "tʰ",
        "n" => "n",
        "l" => "l",
        "g" => "k",
        "k" => "kʰ",
        "h" => "x",
        "j" => "ʨ",
        "q" => "ʨʰ",
        "x" => "ɕ",
        "zh" => "ꭧ",
        "ch" => "ꭧʰ",
        "sh" => "ʂ",
        "r" => "ɻ",
        "z" => "ʦ",
        "c" => "ʦʰ",
        "s" => "s",
        _ => "",
    }
}

/// The full form of a final that pinyin shortens after a consonant.
fn joined<'a>(initial: &str, rest: &'a str) -> &'a str {
    match (initial, rest) {
        ("j" | "q" | "x", "u") => "ü",
        ("j" | "q" | "x", "ue") => "üe",
        ("j" | "q" | "x", "uan") => "üan",
        ("j" | "q" | "x", "un") => "ün",
        ("n" | "l", "ue") => "üe",
        (_, "iu") => "iou",
        (_, "ui") => "uei",
        (_, "un") => "uen",
        _ => rest,
    }
}

/// A syllable that begins with a vowel (y and w are spelling only), or an interjection.
fn bare(letters: &str) -> Option<&'static str> {
    Some(match letters {
        "er" | "r" => "ɚ*",
        "o" => "ɔ*",
        "yo" => "jɔ*",
        "ê" => "ɛ*",
        "m" | "hm" => "m*",
        "n" => "n*",
        "ng" | "hng" => "ŋ*",
        "yi" => vowel("i")?,
        "yin" => vowel("in")?,
        "ying" => vowel("ing")?,
        "ya" => vowel("ia")?,
        "yan" => vowel("ian")?,
        "yang" => vowel("iang")?,
        "yao" => vowel("iao")?,
        "ye" => vowel("ie")?,
        "you" => vowel("iou")?,
        "yong" => vowel("iong")?,
        "yu" => vowel("ü")?,
        "yue" => vowel("üe")?,
        "yuan" => vowel("üan")?,
        "yun" => vowel("ün")?,
        "wu" => vowel("u")?,
        "wa" => vowel("ua")?,
        "wo" => vowel("uo")?,
        "wai" => vowel("uai")?,
        "wei" => vowel("uei")?,
        "wan" => vowel("uan")?,
        "wen" => vowel("uen")?,
        "wang" => vowel("uang")?,
        "weng" => vowel("ueng")?,
        other => vowel(other)?,
    })
}

/// Phonemes of a final; `*` is where the tone goes.
fn vowel(name: &str) -> Option<&'static str> {
    Some(match name {
        "a" => "a*",
        "ai" => "ai*",
        "an" => "a*n",
        "ang" => "a*ŋ",
        "ao" => "au*",
        "e" => "ɤ*",
        "ei" => "ei*",
        "en" => "ə*n",
        "eng" => "ə*ŋ",
        "i" => "i*",
        "ia" => "ja*",
        "ian" => "jɛ*n",
        "iang" => "ja*ŋ",
        "iao" => "jau*",
        "ie" => "je*",
        "in" => "i*n",
        "ing" => "i*ŋ",
        "iong" => "jʊ*ŋ",
        "iou" => "jou*",
        "o" => "wo*",
        "ong" => "ʊ*ŋ",
        "ou" => "ou*",
        "u" => "u*",
        "ua" => "wa*",
        "uai" => "wai*",
        "uan" => "wa*n",
        "uang" => "wa*ŋ",
        "uei" => "wei*",
        "uen" => "wə*n",
        "ueng" => "wə*ŋ",
        "uo" => "wo*",
        "ü" => "y*",
        "üe" => "ɥe*",
        "üan" => "ɥɛ*n",
        "ün" => "y*n",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_become_phonemes() {
        for (pinyin, want) in [
            ("ni3", "ni↓"),
            ("hao3", "xau↓"),
            ("zhong1", "ꭧʊ→ŋ"),
            ("guo2", "kwo↗"),
            ("shi4", "ʂɨ↘"),
            ("zi5", "ʦɨ"),
            ("jue2", "ʨɥe↗"),
            ("xun4", "ɕy↘n"),
            ("lv4", "ly↘"),
            ("nü3", "ny↓"),
            ("liu2", "ljou↗"),
            ("gui1", "kwei→"),
            ("dun4", "twə↘n"),
            ("bo1", "pwo→"),
            ("yuan2", "ɥɛ↗n"),
            ("er2", "ɚ↗"),
            ("de", "tɤ"),
            ("ng2", "ŋ↗"),
            ("ri4", "ɻɨ↘"),
            ("a1", "a→"),
        ] {
            assert_eq!(Syllable::parse(pinyin).phonemes().as_deref(), Some(want), "{pinyin}");
        }
        assert_eq!(Syllable::parse("xyz").phonemes(), None);
    }
}
