//! Keys, scales and chords. Pitches are MIDI numbers (60 is middle C), pitch classes 0 to 11 from C.

use crate::AudioError;

/// A scale on its tonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Major (Ionian).
    Major,
    /// Natural minor (Aeolian); its dominant chords raise the seventh.
    Minor,
    /// Dorian.
    Dorian,
    /// Mixolydian.
    Mixolydian,
    /// Lydian.
    Lydian,
    /// Pentatonic on 1 (宫).
    Gong,
    /// Pentatonic on 2 (商).
    Shang,
    /// Pentatonic on 5 (徵).
    Zhi,
    /// Pentatonic on 6 (羽).
    Yu,
}

impl Mode {
    /// Semitones above the tonic.
    pub fn steps(self) -> &'static [u8] {
        match self {
            Self::Major => &[0, 2, 4, 5, 7, 9, 11],
            Self::Minor => &[0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => &[0, 2, 3, 5, 7, 9, 10],
            Self::Mixolydian => &[0, 2, 4, 5, 7, 9, 10],
            Self::Lydian => &[0, 2, 4, 6, 7, 9, 11],
            Self::Gong => &[0, 2, 4, 7, 9],
            Self::Shang => &[0, 2, 5, 7, 10],
            Self::Zhi => &[0, 2, 5, 7, 9],
            Self::Yu => &[0, 3, 5, 7, 10],
        }
    }

    /// Whether the third above the tonic is minor.
    pub fn is_minor(self) -> bool {
        matches!(self, Self::Minor | Self::Dorian | Self::Yu)
    }

    /// Whether it has five notes.
    pub fn is_pentatonic(self) -> bool {
        self.steps().len() == 5
    }

    fn label(self) -> &'static str {
        match self {
            Self::Major => " major",
            Self::Minor => " minor",
            Self::Dorian => " dorian",
            Self::Mixolydian => " mixolydian",
            Self::Lydian => " lydian",
            Self::Gong => " gong",
            Self::Shang => " shang",
            Self::Zhi => " zhi",
            Self::Yu => " yu",
        }
    }
}

/// A set of pitch classes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PitchClasses(u16);

impl PitchClasses {
    /// Those of a list.
    pub fn of(all: impl IntoIterator<Item = u8>) -> Self {
        Self(all.into_iter().fold(0, |bits, pc| bits | (1 << (pc % 12))))
    }

    /// Whether a pitch belongs to it.
    pub fn has(self, pitch: u8) -> bool {
        self.0 & (1 << (pitch % 12)) != 0
    }

    /// The pitch of the set nearest to `pitch`; the lower of two.
    pub fn nearest(self, pitch: u8) -> u8 {
        (0..12)
            .flat_map(|d: u8| [pitch.saturating_sub(d), pitch.saturating_add(d).min(127)])
            .find(|p| self.has(*p))
            .unwrap_or(pitch)
    }
}

/// A tonic and a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Pitch class of the tonic.
    pub tonic: u8,
    /// Scale on it.
    pub mode: Mode,
}

const NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

impl Key {
    /// Its pitch classes.
    pub fn scale(self) -> PitchClasses {
        PitchClasses::of(self.mode.steps().iter().map(|s| self.tonic + s))
    }

    /// The same mode, `semitones` away.
    pub fn moved(self, semitones: i8) -> Self {
        Self { tonic: (i16::from(self.tonic) + i16::from(semitones)).rem_euclid(12) as u8, mode: self.mode }
    }

    /// Reads "Am", "F# minor", "Bb", "D dorian", "C大调", "降E小调", "G羽".
    ///
    /// # Errors
    /// [`AudioError::Music`] for anything else.
    pub fn parse(text: &str) -> Result<Self, AudioError> {
        let bad = || AudioError::Music {
            problem: format!("\"{}\" is not a key", text.chars().take(40).collect::<String>()),
            hint: "use a key such as C, Am, F#m, \"Bb major\", \"D dorian\" or \"降E大调\"".into(),
        };
        let text = text.trim();
        let (shift, rest) = match text.chars().next() {
            Some('降') => (-1i16, &text['降'.len_utf8()..]),
            Some('升') => (1, &text['升'.len_utf8()..]),
            _ => (0, text),
        };
        let letter = rest.chars().next().ok_or_else(bad)?;
        let natural = match letter.to_ascii_uppercase() {
            'C' => 0i16,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return Err(bad()),
        };
        let rest = &rest[letter.len_utf8()..];
        let (accidental, rest) = match rest.chars().next() {
            Some(c @ ('#' | '♯')) => (1i16, &rest[c.len_utf8()..]),
            Some(c @ ('b' | '♭')) => (-1, &rest[c.len_utf8()..]),
            _ => (0, rest),
        };
        let word = rest.trim().trim_end_matches("调").trim();
        let mode = match word {
            "m" => Mode::Minor,
            "M" => Mode::Major,
            _ => match word.to_ascii_lowercase().as_str() {
                "" | "major" | "maj" | "大" => Mode::Major,
                "minor" | "min" | "小" => Mode::Minor,
                "dorian" | "多利亚" => Mode::Dorian,
                "mixolydian" => Mode::Mixolydian,
                "lydian" => Mode::Lydian,
                "gong" | "宫" => Mode::Gong,
                "shang" | "商" => Mode::Shang,
                "zhi" | "徵" | "徴" => Mode::Zhi,
                "yu" | "羽" => Mode::Yu,
                _ => return Err(bad()),
            },
        };
        Ok(Self { tonic: (natural + shift + accidental).rem_euclid(12) as u8, mode })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", NAMES[usize::from(self.tonic % 12)], self.mode.label())
    }
}

/// A chord in a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chord {
    /// Pitch class of the root.
    pub root: u8,
    /// Semitones above the root, ascending, the root (0) first.
    pub intervals: Vec<u8>,
    /// Roman numeral, as it was written.
    pub numeral: String,
}

impl Chord {
    /// Reads a Roman numeral in a key: `I`, `vi7`, `bVII`, `V7/ii`, `IVmaj7`, `iiø7`, `Vsus4`, `I5`.
    /// Degrees count from the major scale of the tonic; capitals are major, small letters minor.
    pub fn parse(numeral: &str, key: Key) -> Option<Self> {
        let (main, of) = match numeral.split_once('/') {
            Some((main, of)) => (main, Some(of)),
            None => (numeral, None),
        };
        let base = match of {
            Some(of) => degree(of)?.0,
            None => 0,
        };
        let (offset, minor, suffix) = degree(main)?;
        let third = if minor { 3 } else { 4 };
        let intervals: Vec<u8> = match suffix {
            "" => vec![0, third, 7],
            "5" => vec![0, 7],
            "6" => vec![0, third, 7, 9],
            "7" => vec![0, third, 7, 10],
            "9" => vec![0, third, 7, 10, 14],
            "13" => vec![0, third, 10, 14, 21],
            "maj7" => vec![0, third, 7, 11],
            "maj9" => vec![0, third, 7, 11, 14],
            "add9" => vec![0, third, 7, 14],
            "sus2" => vec![0, 2, 7],
            "sus4" => vec![0, 5, 7],
            "7sus4" => vec![0, 5, 7, 10],
            "9sus4" => vec![0, 5, 7, 10, 14],
            "dim" => vec![0, 3, 6],
            "dim7" => vec![0, 3, 6, 9],
            "ø7" => vec![0, 3, 6, 10],
            "7b9" => vec![0, 4, 7, 10, 13],
            _ => return None,
        };
        let root = (key.tonic + base + offset) % 12;
        Some(Self { root, intervals, numeral: numeral.to_owned() })
    }

    /// Its pitch classes.
    pub fn tones(&self) -> PitchClasses {
        PitchClasses::of(self.intervals.iter().map(|i| self.root + i))
    }

    /// The pitch classes that sound right while the chord sounds: its tones, and the notes of the key
    /// that are not a semitone from a tone which the key does not have.
    pub fn scale(&self, key: Key) -> PitchClasses {
        let (tones, scale) = (self.tones(), key.scale());
        let foreign = |pc: u8| tones.has(pc) && !scale.has(pc);
        PitchClasses::of((0..12).filter(|pc| {
            tones.has(*pc) || (scale.has(*pc) && !foreign((pc + 1) % 12) && !foreign((pc + 11) % 12))
        }))
    }
}

/// Semitones above the tonic, whether it is written small, and what follows.
fn degree(text: &str) -> Option<(u8, bool, &str)> {
    let (shift, rest) = match text.as_bytes().first()? {
        b'b' => (11u8, &text[1..]),
        b'#' => (1, &text[1..]),
        _ => (0, text),
    };
    let end = rest.find(|c: char| !matches!(c, 'I' | 'V' | 'i' | 'v')).unwrap_or(rest.len());
    let (roman, suffix) = rest.split_at(end);
    let steps = match roman.to_ascii_uppercase().as_str() {
        "I" => 0,
        "II" => 2,
        "III" => 4,
        "IV" => 5,
        "V" => 7,
        "VI" => 9,
        "VII" => 11,
        _ => return None,
    };
    Some(((steps + shift) % 12, roman.chars().all(|c| c.is_ascii_lowercase()), suffix))
}

/// Places a chord's tones (without the root when there are more than `voices` of them) between `low`
/// and `high`, moving as little as possible from `before`, with no narrow intervals low down.
pub fn voice(chord: &Chord, voices: usize, low: u8, high: u8, before: &[u8]) -> Vec<u8> {
    let mut tones: Vec<u8> = chord.intervals.iter().map(|i| (chord.root + i) % 12).collect();
    if tones.len() > voices && tones.len() > 3 {
        // The bass has the root; the fifth is the next that is not missed.
        tones.remove(0);
        if tones.len() > voices && tones.len() > 3 {
            tones.remove(1);
        }
    }
    let mut best: (i32, Vec<u8>) = (i32::MAX, Vec::new());
    for start in low..=high {
        if !tones.contains(&(start % 12)) {
            continue;
        }
        for open in [false, true] {
            let notes = stack(&tones, voices, start, open);
            if notes.last().is_none_or(|top| *top > high) {
                continue;
            }
            let cost = cost(&notes, before, low, high);
            if cost < best.0 {
                best = (cost, notes);
            }
        }
    }
    best.1
}

fn stack(tones: &[u8], voices: usize, start: u8, open: bool) -> Vec<u8> {
    let mut notes = vec![start];
    let mut at = start;
    while notes.len() < voices.min(tones.len() + 1) && at < 120 {
        at += 1;
        if tones.contains(&(at % 12)) {
            notes.push(at);
        }
    }
    if open && notes.len() >= 3 {
        // Drop 2: the second voice from above goes down an octave.
        let second = notes.len() - 2;
        notes[second] = notes[second].saturating_sub(12);
        notes.sort_unstable();
    }
    notes
}

fn cost(notes: &[u8], before: &[u8], low: u8, high: u8) -> i32 {
    let middle = (i32::from(low) + i32::from(high)) / 2;
    let mean = notes.iter().map(|n| i32::from(*n)).sum::<i32>() / notes.len().max(1) as i32;
    let mut cost = (mean - middle).abs();
    let nearest = |n: u8, all: &[u8]| all.iter().map(|m| i32::from(n.abs_diff(*m))).min().unwrap_or(0);
    for note in notes {
        cost += 2 * nearest(*note, before);
    }
    for note in before {
        cost += nearest(*note, notes);
    }
    for pair in notes.windows(2) {
        let gap = i32::from(pair[1]) - i32::from(pair[0]);
        if pair[0] < 52 && gap < 5 {
            cost += 12;
        }
        if gap == 1 {
            cost += 6;
        }
    }
    if notes[0] < low { cost + 10 * i32::from(low - notes[0]) } else { cost }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_both_languages() {
        for (text, tonic, mode) in [
            ("Am", 9, Mode::Minor),
            ("F# minor", 6, Mode::Minor),
            ("Bb", 10, Mode::Major),
            ("降E大调", 3, Mode::Major),
            ("升F小调", 6, Mode::Minor),
            ("b minor", 11, Mode::Minor),
            ("D Dorian", 2, Mode::Dorian),
            ("G羽", 7, Mode::Yu),
        ] {
            assert_eq!(Key::parse(text).expect(text), Key { tonic, mode }, "{text}");
        }
        for bad in ["", "H", "C sharpish", "调", "😀"] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numerals_become_chords() {
        let c = Key { tonic: 0, mode: Mode::Major };
        let tones = |n: &str| {
            let chord = Chord::parse(n, c).expect(n);
            chord.intervals.iter().map(|i| (chord.root + i) % 12).collect::<Vec<u8>>()
        };
        assert_eq!(tones("V7/ii"), [9, 1, 4, 7]);
        assert_eq!(tones("bVII"), [10, 2, 5]);
        assert_eq!(tones("iiø7"), [2, 5, 8, 0]);
        assert!(Chord::parse("X", c).is_none() && Chord::parse("Iwhat", c).is_none());
    }

    #[test]
    fn a_dominant_in_minor_takes_the_raised_seventh() {
        let am = Key { tonic: 9, mode: Mode::Minor };
        let scale = Chord::parse("V7", am).expect("V7").scale(am);
        assert!(scale.has(8) && !scale.has(7) && scale.has(11) && scale.has(0));
    }

    #[test]
    fn voices_move_little() {
        let c = Key { tonic: 0, mode: Mode::Major };
        let one = voice(&Chord::parse("I", c).expect("I"), 3, 52, 76, &[]);
        let two = voice(&Chord::parse("vi", c).expect("vi"), 3, 52, 76, &one);
        let moved: i32 = one.iter().zip(&two).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).sum();
        assert!(one.len() == 3 && moved <= 3, "{one:?} {two:?}");
    }
}
