//! Composing: from a description to a [`Scene`].
//!
//! Words alone give a good scene: nouns are looked up in the lexicon, setting, time and weather in
//! the cues, and what is said between two nouns tells how the things stand to each other. A
//! language model, where there is one, lists things that the words left out; it never overrules
//! what the words say.
//!
//! The same description, seed and cast always give the same scene.

pub mod cast;
mod cues;
mod dressing;
mod heads;
pub mod lexicon;
pub mod listing;
mod place;
mod plan;
mod relate;
mod thing;
mod token;
pub mod words;

use colophon_types::Seed;

pub use self::cast::{Cast, Member};
use self::cues::Cues;
use self::lexicon::Lexicon;
pub use self::listing::{ListedObject, Listing, Relation, listing_prompt, listing_schema};
use self::thing::Planner;
pub use self::words::Count;
use crate::SceneError;
use crate::graph::Scene;
use crate::layout::{self, Shot, Stage};
use crate::search::ArtIndex;

/// Composes the scene of a description, and the cast with which the next scene of the same film
/// is composed. `mood` is a word or two; `listing` is what a language model says is in the picture,
/// where one was asked; `previous` is the
/// cast that the scene before gave back (`None` for a single picture or a first scene).
///
/// # Errors
/// [`SceneError::NothingToDraw`] for an empty description without a previous scene, and errors of
/// the embedding model.
pub fn compose(
    description: &str,
    mood: &str,
    seed: u64,
    listing: Option<Listing>,
    index: &ArtIndex,
    previous: Option<&Cast>,
) -> Result<(Scene, Cast), SceneError> {
    let lexicon = Lexicon::builtin()?;
    let cues = Cues::builtin()?;
    let text = words::clean(description);
    let mood = listing::tidy(mood);
    if text.is_empty() && previous.is_none_or(|cast| cast.hero().is_none()) {
        return Err(SceneError::NothingToDraw);
    }
    let tokens = words::tokenise(&text, lexicon, cues);
    let listing = listing.filter(|_| !text.is_empty()).and_then(Listing::validated);

    let seed = Seed(seed);
    let mut cast = previous.cloned().unwrap_or_default();
    let mut planner = Planner { lexicon, cues, index, tokens: &tokens, mood: &mood, seed, cast: &mut cast };
    let mentions = words::mentions(&tokens, lexicon, cues);
    let place = place::decide(&planner, &mentions);
    let items = planner.items(mentions, listing.as_ref(), &place)?;

    let stage = Stage {
        setting: place.setting,
        shot: Shot::of_scene(cast.scenes),
        seed,
        scene: cast.scenes,
        ground: place.ground,
    };
    let objects = layout::place(&items, &stage);
    cast.setting = Some(place.setting);
    cast.time = Some(place.time);
    cast.weather = Some(place.weather);
    cast.scenes = cast.scenes.saturating_add(1);
    let scene = Scene {
        setting: place.setting,
        time: place.time,
        weather: place.weather,
        mood,
        horizon: layout::horizon(place.setting),
        objects,
        description: text,
        seed: seed.0,
        light: None,
    };
    Ok((scene, cast))
}
