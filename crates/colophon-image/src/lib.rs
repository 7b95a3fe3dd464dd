//! Pictures: neural style transfer of pictures and of layered scenes, painting by optimisation,
//! dreams, faces, landscapes by procedure, enlarging, cutting out, sketching.
//!
//! [`Stylizer`] paints a picture, or each layer of a scene once, so that a moving film does not
//! flicker. The other engines take a picture and give one. All run on the ONNX Runtime; networks that
//! are published in other formats are read and written down anew as its graphs.

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod agreement;
pub mod any_style;
pub mod crop;
pub mod cutout;
pub mod diffusion;
pub mod dream;
mod error;
pub mod faces;
pub mod gatys;
pub mod grade;
pub mod inpaint;
mod lbfgs;
mod net;
pub mod nsfw;
mod painters;
mod pixels;
pub mod read;
mod resize;
pub mod sheet;
pub mod sketch;
pub mod style;
pub mod stylegan;
pub mod terrain;
mod thumbnail;
pub mod trustmark;
pub mod upscale;
mod vgg;
pub mod videoseal;

pub use any_style::AnyStyle;
pub use cutout::Cutter;
pub use diffusion::Diffusion;
pub use dream::Dreamer;
pub use error::ImageError;
pub use faces::Faces;
pub use gatys::GatysPainter;
pub use grade::Grade;
pub use nsfw::NudityFilter;
pub use sketch::Sketcher;
pub use style::{Style, Stylizer, Treatment};
pub use stylegan::StyleGan;
pub use thumbnail::{Thumbnail, thumbnail};
pub use trustmark::TrustMark;
pub use upscale::Upscaler;
pub use videoseal::VideoSeal;
