//! The model hub: which models there are, where they come from and under which terms, and the store
//! that holds them.
//!
//! Models arrive through the user's own `pip` or `npm`, from Hugging Face, a web server or a folder;
//! every file is checked against the hash in the [`Catalogue`] before it can be seen. With everything
//! pulled, nothing here uses the network. [`graph`] writes networks down, [`onnx`] loads the ONNX Runtime
//! library and opens sessions on it; [`torch`] and [`legacy_torch`] read weights; [`tools`] tells which other programs this
//! machine has.

mod archive;
mod catalogue;
mod child;
mod client;
mod digest;
mod entry;
mod error;
pub mod graph;
mod http;
mod hub;
pub mod legacy_torch;
mod lock;
mod meter;
pub mod onnx;
mod options;
mod pull;
mod raw;
pub mod tools;
pub mod torch;

pub use catalogue::{Catalogue, platform};
pub use entry::{Entry, FileEntry, Package, Part, Registry, Role, Source, WheelTag};
pub use error::HubError;
pub use hub::{FileReport, FileState, Hub, Licence, Model, Report, Status};
pub use options::HubOptions;
