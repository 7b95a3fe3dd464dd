//! From words to a scene: rules over names, synonyms and modifiers in English and Chinese.
//!
//! A prompt is cut into tokens (words, single Han characters), known phrases are found by the longest
//! match, and clauses become layers: what stands before a sound or after it in its clause changes it.
//! Words that match nothing are given back, for whoever has embeddings.

mod joints;
mod lexicon;
mod reader;
mod token;

use serde::Serialize;

use super::scene::{Layer, Scene};

pub use reader::read;

/// Longest prompt, in characters.
pub const LONGEST_PROMPT: usize = 2_000;

/// What was understood of a prompt.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The scene, as far as names matched.
    pub scene: Scene,
    /// Clauses in which no sound was found, with what else was understood of them.
    pub unknown: Vec<Unknown>,
    /// Words that changed nothing.
    pub ignored: Vec<String>,
}

/// A clause without a sound that has a name here.
#[derive(Clone, Debug, Serialize)]
pub struct Unknown {
    /// Its words.
    pub words: String,
    /// How it is modified: a layer whose sound is still to be found.
    #[serde(skip)]
    pub like: Layer,
    /// Where in the scene its layer belongs.
    #[serde(skip)]
    pub place: usize,
}

impl Reading {
    /// Takes a sound for each unknown clause (or none) with its likeness, in their order, and gives the
    /// whole scene.
    pub fn resolved(mut self, found: &[Option<(&'static super::Sound, f32)>]) -> Scene {
        for (shift, (unknown, sound)) in
            self.unknown.iter().zip(found).filter_map(|(u, f)| f.map(|f| (u, f))).enumerate()
        {
            let (sound, likeness) = sound;
            let layer = Layer { sound, likeness: Some(likeness), ..unknown.like.clone() };
            let at = (unknown.place + shift).min(self.scene.layers.len());
            self.scene.layers.insert(at, layer);
        }
        self.scene
    }
}
