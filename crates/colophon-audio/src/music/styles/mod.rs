//! The styles, as tables. Patterns: see `super::style::Part`; drum keys are those of General MIDI.

mod acoustic;
mod band;
mod electric;
mod keys;

use super::style::{Groove, Instrument, MelodyStyle, Style};

/// Every style.
pub const ALL: &[&Style] = &[
    &keys::PIANO,
    &keys::CLASSICAL,
    &acoustic::CHINESE,
    &electric::LOFI,
    &acoustic::ORCHESTRAL,
    &electric::ELECTRONIC,
    &band::JAZZ,
    &band::BOSSA,
    &electric::AMBIENT,
    &band::ROCK,
    &band::POP,
    &acoustic::FOLK,
    &keys::WALTZ,
];

const fn inst(program: u8, name: &'static str) -> Instrument {
    Instrument { program, name }
}

const GRAND: Instrument = inst(0, "grand piano");
const NO_GROOVE: [&[Groove]; 3] = [&[], &[], &[]];

const KICK: u8 = 36;
const STICK: u8 = 37;
const SNARE: u8 = 38;
const CLAP: u8 = 39;
const HAT: u8 = 42;
const PEDAL: u8 = 44;
const OPEN: u8 = 46;
const CRASH: u8 = 49;
const RIDE: u8 = 51;
const TAMBOURINE: u8 = 54;
const SHAKER: u8 = 70;
const TOM_HIGH: u8 = 50;
const TOM_MIDDLE: u8 = 47;
const TOM_LOW: u8 = 43;
/// Of the orchestra kit.
const CYMBALS: u8 = 59;
pub(super) const TIMPANI: u8 = 41;
pub(super) const ORCHESTRA_KIT: u8 = 48;

/// A singing melody in eighths.
const SONG: MelodyStyle = MelodyStyle {
    grid: 2,
    quantise: 1.0,
    voices: 1,
    density: (4.0, 8.0),
    least: 0.45,
    rest: 2.0,
    legato: true,
};
