//! What the sounds are made with: noise, filters, resonators, oscillators, grains, space.
//!
//! Everything works on a [`Signal`]: one channel of samples with its rate. A frequency above 0.45 of
//! the rate is never played, so that a sound keeps its character at any rate.

mod dice;
mod filter;
mod glide;
mod level;
mod modal;
mod noise;
mod osc;
mod pass;
mod resonator;
mod room;
mod signal;
mod space;
mod voice;

pub(super) use dice::Dice;
pub(super) use filter::{Biquad, DcBlock};
pub(super) use glide::Glide;
pub(super) use level::decibels;
pub(super) use modal::{bar, ring, strike};
pub(super) use noise::{brown, clicks, pink, white};
pub(super) use osc::{fm, harmonics, saw, tone};
pub(super) use pass::{Pass, pass_by};
pub(super) use resonator::Mode;
pub(super) use room::{Reverb, RoomShape};
pub(super) use signal::Signal;
pub(super) use space::{air_lowpass, pan};
pub(super) use voice::{Formant, Vowel, voice};
