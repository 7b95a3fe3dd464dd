//! How another server is reached.

use std::time::Duration;

/// How another server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteOptions {
    /// Base address up to and with `/v1`.
    pub url: String,
    /// The model's name at that server.
    pub model: String,
    /// The key, if the server wants one.
    pub key: Option<String>,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest silence, before the first word and between words.
    pub silence: Duration,
    /// How often a request that failed before its first word is tried again.
    pub retries: u32,
    /// Requests at the same time; more are refused.
    pub at_once: usize,
    /// Tokens of its context, where known.
    pub context: usize,
    /// Whether the server knows the samplers beyond OpenAI's (`top_k`, `min_p`, …), as vLLM and
    /// llama.cpp do.
    pub extended: bool,
}

impl RemoteOptions {
    /// Usual patience with the server at `url`.
    pub fn new(url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            model: model.into(),
            key: None,
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(120),
            retries: 2,
            at_once: 32,
            context: 8192,
            extended: false,
        }
    }
}
