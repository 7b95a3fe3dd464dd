//! Imperceptible watermarks of pictures, films and sound: signal processing alone, no weights, no I/O.
//!
//! A mark carries a [`Payload`], a short number that the log resolves to a work, under a [`Key`] that
//! fixes its pattern. Every mark is found blind: without the original and without metadata. The bits
//! are protected by `code`; how they are laid into the content is one module per medium.

pub mod code;
pub mod film;
mod fold;
mod key;
mod lattice;
mod mask;
mod payload;
pub mod picture;
mod plane;
mod search;
pub mod sound;
mod turn;

pub use key::Key;
pub use payload::{Found, Payload};
pub use turn::Turn;
