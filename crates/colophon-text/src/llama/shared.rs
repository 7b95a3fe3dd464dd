//! How an engine runs, and what its thread and those who ask it share.

use std::path::PathBuf;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use colophon_types::Cores;
use llama_cpp_2::model::LlamaModel;

use super::template::ChatTemplate;
use crate::watermark::Keys;

/// Tokens that are evaluated in one step.
pub(super) const BATCH: usize = 512;

/// How an engine runs.
#[derive(Clone, Debug)]
pub struct LlamaOptions {
    /// Threads that it computes on.
    pub threads: usize,
    /// Where it leases them, step by step; `None` when its callers hold a lease.
    pub cores: Option<Cores>,
    /// Requests that run at the same time, each in a part of the cache of its own.
    pub slots: usize,
    /// Tokens of context of one request; the model's own limit where it is smaller.
    pub context: usize,
    /// Requests that may wait.
    pub queue: usize,
    /// Whether repeated passages are guessed.
    pub speculate: bool,
    /// Keys of the watermark; nothing is marked without.
    pub keys: Option<Keys>,
    /// Vision projector.
    pub mmproj: Option<PathBuf>,
}

impl LlamaOptions {
    /// For one request after the other; two places, so that two kinds of requests in turn find their
    /// beginnings cached.
    pub fn single(context: usize, threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            cores: None,
            slots: 2,
            context,
            queue: 16,
            speculate: true,
            keys: None,
            mmproj: None,
        }
    }

    /// For many clients on all of `cores`.
    pub fn serving(cores: &Cores) -> Self {
        Self {
            threads: cores.total(),
            cores: Some(cores.clone()),
            slots: 4,
            context: 4096,
            queue: 256,
            speculate: true,
            keys: None,
            mmproj: None,
        }
    }
}

/// What the engine's thread and its callers share.
pub(super) struct Shared {
    pub(super) id: String,
    pub(super) model: RwLock<LlamaModel>,
    pub(super) template: Option<ChatTemplate>,
    pub(super) options: LlamaOptions,
    pub(super) parameters: u64,
    pub(super) waiting: AtomicUsize,
    pub(super) generated: AtomicU64,
}

impl Shared {
    /// A request begins to run.
    pub(super) fn left_line(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a token.
    pub(super) fn generated(&self) {
        self.generated.fetch_add(1, Ordering::Relaxed);
    }
}
