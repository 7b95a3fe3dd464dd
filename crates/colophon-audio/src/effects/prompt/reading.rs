//! What is understood of a prompt.

use serde::Serialize;

use super::super::scene::{Layer, Scene};

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
    pub fn resolved(mut self, found: &[Option<(&'static crate::effects::Sound, f32)>]) -> Scene {
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
