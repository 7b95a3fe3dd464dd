//! Pictures: neural style transfer of pictures and of layered scenes.
//!
//! [`Stylizer`] paints a picture, or each layer of a scene once, so that a moving film does not
//! flicker.

mod error;
mod resize;
pub mod style;

pub use error::ImageError;
pub use style::{Style, Stylizer, Treatment};
