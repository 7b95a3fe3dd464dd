//! Sound effects: a library of synthesised sounds, and scenes made of them from words.
//!
//! The path of a prompt: [`prompt::read`] finds the sounds of the [`registry`](sounds) and their
//! modifiers in the words, English or Chinese; a [`Scene`] says which sounds are heard, how and where;
//! [`render`](render()) plays it in two channels. Nothing is recorded: every sound is physically informed
//! synthesis (resonators, granular and filtered noise, waveguides, formants) from its seed.

mod dsp;
mod master;
mod place;
pub mod prompt;
mod registry;
mod render;
mod scene;
mod synth;
mod take;

pub use master::measure;
pub use registry::{Category, Nature, Sound, Surface, find, sounds};
pub use render::{LONGEST, RATES, Render, SHORTEST, render};
pub use scene::{Layer, Room, Scene};

#[cfg(test)]
mod tests;
