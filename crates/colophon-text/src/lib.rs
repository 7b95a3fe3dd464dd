//! Language: embeddings.

pub mod embed;
