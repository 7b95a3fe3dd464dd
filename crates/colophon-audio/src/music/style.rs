//! What a style of music is: its tempo, metre, keys, progressions, instruments and patterns, as data.
//! The tables are in [`super::styles`].

use super::theory::Mode;

/// An instrument of General MIDI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Program, 0 to 127; a drum kit's on the drum channel.
    pub program: u8,
    /// Name.
    pub name: &'static str,
}

/// How often a beat is felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metre {
    /// Four quarter notes.
    Four,
    /// Three quarter notes.
    Three,
    /// Six eighths, in two groups.
    Six,
}

impl Metre {
    /// Quarter notes a bar.
    pub fn quarters(self) -> f64 {
        if self == Self::Four { 4.0 } else { 3.0 }
    }

    /// Numerator and denominator.
    pub fn fraction(self) -> (u8, u8) {
        match self {
            Self::Four => (4, 4),
            Self::Three => (3, 4),
            Self::Six => (6, 8),
        }
    }
}

/// Patterns for quiet, middle and full passages. Each fills a bar (or two); its letters are equal
/// steps. What the letters mean depends on the part.
pub(crate) type Levels = [&'static [&'static str]; 3];

/// What a player does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The melody.
    Lead,
    /// The melody once more, so many semitones away (an octave, as a rule).
    Double(i8),
    /// A slow line of guide tones against the melody.
    Counter,
    /// Held chords of so many voices.
    Pad(usize),
    /// Chords of so many voices in a rhythm: `x`, `X` louder, `o` softer, `-` held, `.` silent.
    Chords(usize, Levels),
    /// The same, the strings one after the other.
    Strum(Levels),
    /// Broken chords in close position: digits are tones from below, `-` held, `.` silent.
    Arpeggio(Levels),
    /// Broken chords from a low root over a wide reach, as a left hand plays them: digits as above.
    Wide(Levels),
    /// A bass line: `R` root, `5` fifth, `8` octave, `3` third, `A` approach to the next root.
    Bass(Levels),
    /// A walking bass.
    Walking,
    /// Drums, as the style's grooves say.
    Drums,
}

/// Which stem a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Melody and what doubles it.
    Melody,
    /// Chords, arpeggios, pads.
    Harmony,
    /// Bass.
    Bass,
    /// Drums and percussion.
    Drums,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::Melody, Self::Harmony, Self::Bass, Self::Drums];

    /// Its name, as stems are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Melody => "melody",
            Self::Harmony => "harmony",
            Self::Bass => "bass",
            Self::Drums => "drums",
        }
    }
}

impl Part {
    pub(crate) fn group(self) -> Group {
        match self {
            Self::Lead | Self::Double(_) | Self::Counter => Group::Melody,
            Self::Pad(_) | Self::Chords(..) | Self::Strum(_) | Self::Arpeggio(_) | Self::Wide(_) => {
                Group::Harmony
            }
            Self::Bass(_) | Self::Walking => Group::Bass,
            Self::Drums => Group::Drums,
        }
    }
}

/// A player of the band.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chair {
    pub(crate) part: Part,
    /// The seed chooses one.
    pub(crate) instruments: &'static [Instrument],
    /// Lowest and highest pitch.
    pub(crate) range: (u8, u8),
    /// Level in decibels.
    pub(crate) level: f32,
    /// −1 left, 1 right.
    pub(crate) pan: f32,
    /// Reverb, 0 to 1.
    pub(crate) reverb: f32,
    /// Plays from this energy of the passage on, 0 to 1.
    pub(crate) from: f32,
}

/// Drum grooves: for each energy level some bars, each a list of (instrument key, steps).
pub(crate) type Groove = &'static [(u8, &'static str)];

/// How the melody is taken from the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MelodyStyle {
    /// Steps a quarter note to which onsets go.
    pub(crate) grid: u8,
    /// How far they go there, 0 (as played) to 1.
    pub(crate) quantise: f32,
    /// Keys down at once; more than one only for keyboards.
    pub(crate) voices: usize,
    /// Notes wanted in two seconds, in quiet and in full passages.
    pub(crate) density: (f32, f32),
    /// Least length between onsets, in quarter notes.
    pub(crate) least: f64,
    /// Longest silence within a phrase, in quarter notes.
    pub(crate) rest: f64,
    /// Notes are held to the next one.
    pub(crate) legato: bool,
}

/// Progressions of eight bars for the sections, bars separated by `|`, chords by blanks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changes {
    pub(crate) modes: &'static [Mode],
    pub(crate) intro: &'static [&'static str],
    pub(crate) a: &'static [&'static str],
    pub(crate) b: &'static [&'static str],
    pub(crate) c: &'static [&'static str],
    /// The two bars before the last chord.
    pub(crate) cadence: &'static [&'static str],
    /// The last chord.
    pub(crate) last: &'static str,
    /// The bar that leads back to the beginning of a loop, or on to another section.
    pub(crate) turn: &'static str,
}

/// A style of music.
#[derive(Debug)]
pub struct Style {
    /// Its name.
    pub id: &'static str,
    /// What it is, in a line.
    pub title: &'static str,
    /// Slowest, usual and fastest tempo in quarter notes a minute.
    pub tempo: (f64, f64, f64),
    /// Metres; the first is usual.
    pub metres: &'static [Metre],
    /// Whether it is in a minor mode where the prompt says nothing.
    pub(crate) minor: bool,
    pub(crate) major_changes: Changes,
    pub(crate) minor_changes: Changes,
    /// Where the second of two eighths (or sixteenths) begins: 0.5 straight, 0.67 triplets.
    pub(crate) swing: f64,
    /// Steps a quarter note that swing: 2 eighths, 4 sixteenths.
    pub(crate) swing_steps: u8,
    /// Spread of onsets in milliseconds and of velocities.
    pub(crate) human: (f64, f32),
    /// Slowing down at the end: the share of the tempo that is lost.
    pub(crate) ritard: f64,
    /// Semitones by which the key moves for the bridge, and for the last return.
    pub(crate) moves: (i8, i8),
    pub(crate) melody: MelodyStyle,
    pub(crate) chairs: &'static [Chair],
    /// Quiet, middle and full.
    pub(crate) grooves: [&'static [Groove]; 3],
    pub(crate) fills: &'static [Groove],
    /// Struck on the first beat of a full section.
    pub(crate) crash: Option<u8>,
    /// Low-pass of the whole in hertz, for the sound of old tape.
    pub(crate) tape: Option<f64>,
    /// How far chords and pads duck under the bass drum, 0 to 1.
    pub(crate) pump: f32,
    /// Share of notes that may leave the scale (approaches of a walking bass).
    pub passing: f64,
}
