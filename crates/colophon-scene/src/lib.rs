//! The scene graph: from words to a layered picture.
//!
//! `compose` (graph) → [`Scene`]: what is in the picture and where it stands. `render` →
//! [`LayeredScene`]: painted layers at depths, with the ways they move. A still is the layers on
//! top of each other; a film moves them; a mixed-reality scene stands them up in space.

pub mod art;
pub mod compose;
pub mod error;
pub mod graph;
pub mod layers;
pub mod layout;
pub mod render;
mod revise;
pub mod search;

pub use compose::{Cast, Listing, compose, listing_prompt, listing_schema};
pub use error::SceneError;
pub use graph::Scene;
pub use layers::{Layer, LayeredScene};
pub use render::{ArtSource, Treatment, render, render_subjects, render_svg};
pub use revise::revise;
pub use search::{ArtIndex, ArtPaths};
