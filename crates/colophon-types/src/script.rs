//! The script of a film.

use crate::Lang;

/// A script.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Script {
    /// Title.
    pub title: String,
    /// One sentence that sums it up.
    pub logline: String,
    /// Language.
    pub lang: Lang,
    /// Scenes, in order.
    pub scenes: Vec<SceneText>,
}

/// One scene of a script.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SceneText {
    /// What the narrator says, one complete sentence an item.
    pub narration: Vec<String>,
    /// What is to be seen.
    pub picture: String,
    /// Mood, one or two words.
    pub mood: String,
}
