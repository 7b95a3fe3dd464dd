//! The styles, as tables. Patterns: see `super::style::Part`; drum keys are those of General MIDI.

mod acoustic;
mod band;
mod electric;
mod keys;
mod kit;

pub(super) use kit::{ORCHESTRA_KIT, TIMPANI};

use super::style::Style;

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
