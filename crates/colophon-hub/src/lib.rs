//! The model hub: which models there are, where they come from, and the store that holds them.

mod error;
pub mod onnx;

pub use error::HubError;
