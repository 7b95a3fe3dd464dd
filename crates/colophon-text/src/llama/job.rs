//! A request on its way: ready to run, waiting in line, and running.

use std::collections::VecDeque;
use std::path::PathBuf;

use colophon_types::Cancel;
use llama_cpp_2::token::LlamaToken;

use super::output::Output;
use super::pick::Picker;
use super::speculate::Lookup;
use crate::TextError;
use crate::chat::{Delta, ImageInput, Sink, Tool, WatermarkState};

/// Which adapter a request runs with: file and weight (as bits, to be compared).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Adapter {
    pub(super) path: PathBuf,
    pub(super) scale_bits: u32,
}

/// Images and the text around them, which only the vision projector can turn into tokens.
pub(super) struct Seen {
    pub(super) prompt: String,
    pub(super) images: Vec<ImageInput>,
}

/// A request that is ready to run.
pub(super) struct Job {
    /// The prompt; empty when there are images.
    pub(super) tokens: Vec<LlamaToken>,
    pub(super) seen: Option<Seen>,
    pub(super) picker: Picker,
    pub(super) output: Output,
    pub(super) tools: Vec<Tool>,
    pub(super) max_tokens: usize,
    /// Best tokens to report at each step.
    pub(super) logprobs: Option<usize>,
    pub(super) adapter: Option<Adapter>,
    pub(super) watermark: WatermarkState,
    /// Whether the words are a piece of a longer text.
    pub(super) part: bool,
    pub(super) seed: u32,
    /// Whether the request named its seed or leaves nothing to chance: alone on the engine, it then gives
    /// the same words every time.
    pub(super) repeats: bool,
    pub(super) speculate: bool,
    pub(super) client: String,
    pub(super) cancel: Cancel,
    pub(super) sink: Sink,
}

impl Job {
    pub(super) fn fail(mut self, error: TextError) {
        (self.sink)(Delta::Failed(error));
    }
}

/// Jobs in line: clients take turns, each client's jobs keep their order.
#[derive(Default)]
pub(super) struct Line {
    clients: VecDeque<(String, VecDeque<Job>)>,
}

impl Line {
    pub(super) fn push(&mut self, job: Job) {
        match self.clients.iter_mut().find(|(name, _)| *name == job.client) {
            Some((_, jobs)) => jobs.push_back(job),
            None => {
                let name = job.client.clone();
                self.clients.push_back((name, VecDeque::from([job])));
            }
        }
    }

    /// The job whose turn it is.
    pub(super) fn peek(&self) -> Option<&Job> {
        self.clients.front()?.1.front()
    }

    /// Takes it; the client goes to the end of the line.
    pub(super) fn pop(&mut self) -> Option<Job> {
        let (name, mut jobs) = self.clients.pop_front()?;
        let job = jobs.pop_front();
        if !jobs.is_empty() {
            self.clients.push_back((name, jobs));
        }
        job
    }

    /// Takes out the jobs that were cancelled.
    pub(super) fn take_cancelled(&mut self) -> Vec<Job> {
        let mut out = Vec::new();
        for (_, jobs) in &mut self.clients {
            let (gone, stay): (VecDeque<_>, VecDeque<_>) =
                std::mem::take(jobs).into_iter().partition(|j| j.cancel.is_cancelled());
            *jobs = stay;
            out.extend(gone);
        }
        self.clients.retain(|(_, jobs)| !jobs.is_empty());
        out
    }
}

/// A running request.
pub(super) struct Slot {
    pub(super) job: Job,
    /// Its sequence in the cache.
    pub(super) seq: i32,
    /// Prompt and answer.
    pub(super) tokens: Vec<LlamaToken>,
    pub(super) prompt: usize,
    /// Of the prompt, found in the cache.
    pub(super) reused: usize,
    /// Tokens whose keys and values are in the cache; at least one token is always beyond.
    pub(super) evaluated: usize,
    /// What positions in the cache are ahead of tokens (images may count differently).
    pub(super) shift: i32,
    pub(super) lookup: Lookup,
    pub(super) drafts: Vec<LlamaToken>,
    /// Rows of the last batch that hold its logits, and tokens of it that were fed.
    pub(super) rows: Vec<i32>,
    pub(super) fed: usize,
    pub(super) speculated: usize,
    /// Order of admission.
    pub(super) order: u64,
}

impl Slot {
    pub(super) fn pending(&self) -> usize {
        self.tokens.len() - self.evaluated
    }

    /// Whether it is making its answer, one token (and guesses) a step.
    pub(super) fn is_decoding(&self) -> bool {
        self.pending() == 1
    }

    pub(super) fn position(&self, index: usize) -> i32 {
        index as i32 + self.shift
    }

    /// Whether its cache may be shared: a position of an image is not a token.
    pub(super) fn is_plain(&self) -> bool {
        self.job.seen.is_none()
    }
}

/// Length of the common beginning.
pub(super) fn common(a: &[LlamaToken], b: &[LlamaToken]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
