//! What several styles are made of; drum keys are those of General MIDI.

use super::super::style::{Groove, Instrument, MelodyStyle};

pub(super) const fn inst(program: u8, name: &'static str) -> Instrument {
    Instrument { program, name }
}

pub(super) const GRAND: Instrument = inst(0, "grand piano");
pub(super) const NO_GROOVE: [&[Groove]; 3] = [&[], &[], &[]];
pub(super) const KICK: u8 = 36;
pub(super) const STICK: u8 = 37;
pub(super) const SNARE: u8 = 38;
pub(super) const CLAP: u8 = 39;
pub(super) const HAT: u8 = 42;
pub(super) const PEDAL: u8 = 44;
pub(super) const OPEN: u8 = 46;
pub(super) const CRASH: u8 = 49;
pub(super) const RIDE: u8 = 51;
pub(super) const TAMBOURINE: u8 = 54;
pub(super) const SHAKER: u8 = 70;
pub(super) const TOM_HIGH: u8 = 50;
pub(super) const TOM_MIDDLE: u8 = 47;
pub(super) const TOM_LOW: u8 = 43;
/// Of the orchestra kit.
pub(super) const CYMBALS: u8 = 59;
pub(in crate::music) const TIMPANI: u8 = 41;
pub(in crate::music) const ORCHESTRA_KIT: u8 = 48;

/// A singing melody in eighths.
pub(super) const SONG: MelodyStyle = MelodyStyle {
    grid: 2,
    quantise: 1.0,
    voices: 1,
    density: (4.0, 8.0),
    least: 0.45,
    rest: 2.0,
    legato: true,
};
