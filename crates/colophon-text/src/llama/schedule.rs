//! The scheduler: many requests in one batch.
//!
//! Threading contract: everything here runs on the engine's own thread, which alone owns the
//! llama.cpp context. Requests come in through a channel and report through their sinks.
//!
//! One step: take new requests → give free places to the line, client by client → build a batch of
//! one token (and guesses) from every running answer and a piece of the prompts that are still being
//! read → decode → draw tokens. Every running request has a part of the cache of keys and values to
//! itself, so that attention reads no more than its own (on processors, one shared cache is several
//! times slower). A prompt that begins like one that is cached or being read gets a copy of that
//! beginning. Finished sequences stay cached until their place is needed, the least recently used
//! first to go.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use colophon_types::{Cancel, Lease};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

use super::job::{Adapter, Job, Line, Slot, common};
use super::output::Next;
use super::shared::{BATCH, Shared};
use super::speculate::Cost;
use super::vision::Vision;
use super::{pick, tools};
use crate::TextError;
use crate::chat::{Delta, Finish, Reply, Usage, WatermarkState};
use crate::watermark::SHORTEST;

/// How long the cores are kept while others want them.
const TURN: Duration = Duration::from_millis(250);
/// Tokens of prompts read in a step in which answers are being made, so that these go on smoothly.
const MIXED: usize = 64;
/// With more running answers than this, guessing gains nothing: the batch is full enough.
const SPECULATE_UP_TO: usize = 2;
/// A beginning that another request is reading is waited for when it is longer than this.
const WORTH: usize = 64;

/// What comes through the channel.
pub(super) enum Command {
    /// A new request.
    Run(Box<Job>),
    /// The engine is being dropped.
    End,
}

/// Why the scheduler came back.
pub(super) enum Outcome {
    /// Nobody holds the engine any more.
    End,
    /// The next request needs this adapter.
    Switch(Option<Adapter>),
}

/// A finished sequence that stays in the cache.
struct Cached {
    seq: i32,
    tokens: Vec<LlamaToken>,
    used: u64,
}

/// A running context with its requests.
pub(super) struct Scheduler<'a> {
    context: LlamaContext<'a>,
    model: &'a LlamaModel,
    shared: &'a Shared,
    vision: Option<&'a mut Vision>,
    adapter: Option<Adapter>,
    slots: Vec<Slot>,
    cached: Vec<Cached>,
    free: Vec<i32>,
    batch: LlamaBatch<'static>,
    clock: u64,
    cost: Cost,
    /// The cores, and since when, while there is work.
    turn: Option<(Lease, Instant)>,
}

impl<'a> Scheduler<'a> {
    pub(super) fn new(
        context: LlamaContext<'a>,
        model: &'a LlamaModel,
        shared: &'a Shared,
        vision: Option<&'a mut Vision>,
        adapter: Option<Adapter>,
    ) -> Self {
        let sequences = shared.options.slots as i32;
        Self {
            context,
            model,
            shared,
            vision,
            adapter,
            slots: Vec::new(),
            cached: Vec::new(),
            free: (0..sequences).rev().collect(),
            batch: LlamaBatch::new(BATCH, 1),
            clock: 0,
            cost: Cost::default(),
            turn: None,
        }
    }

    /// Runs until the engine is dropped or another adapter is needed.
    pub(super) fn run(&mut self, line: &mut Line, commands: &Receiver<Command>) -> Outcome {
        loop {
            if self.slots.is_empty() && line.peek().is_none() {
                self.turn = None;
                match commands.recv() {
                    Ok(Command::Run(job)) => line.push(*job),
                    Ok(Command::End) | Err(_) => return Outcome::End,
                }
            }
            loop {
                match commands.try_recv() {
                    Ok(Command::Run(job)) => line.push(*job),
                    Ok(Command::End) | Err(TryRecvError::Disconnected) => {
                        self.fail_all(|| TextError::Stopped);
                        while let Some(job) = line.pop() {
                            self.shared.left_line();
                            job.fail(TextError::Stopped);
                        }
                        return Outcome::End;
                    }
                    Err(TryRecvError::Empty) => break,
                }
            }
            self.drop_cancelled(line);
            if let Some(switch) = self.admit(line) {
                return switch;
            }
            if !self.slots.is_empty() {
                self.step();
            }
        }
    }

    fn drop_cancelled(&mut self, line: &mut Line) {
        for job in line.take_cancelled() {
            self.shared.left_line();
            job.fail(colophon_types::Cancelled.into());
        }
        while let Some(i) = self.slots.iter().position(|s| s.job.cancel.is_cancelled()) {
            let slot = self.slots.remove(i);
            self.release(slot).fail(colophon_types::Cancelled.into());
        }
    }

    /// Lets requests in while there are places.
    fn admit(&mut self, line: &mut Line) -> Option<Outcome> {
        while self.slots.len() < self.shared.options.slots {
            let next = line.peek()?;
            if next.adapter != self.adapter {
                return self.slots.is_empty().then(|| Outcome::Switch(next.adapter.clone()));
            }
            let job = line.pop()?;
            self.shared.left_line();
            self.start(job);
        }
        None
    }

    fn start(&mut self, job: Job) {
        self.clock += 1;
        let (seq, reused) = self.sequence_for(&job.tokens);
        let tokens = job.tokens.clone();
        let mut slot = Slot {
            seq,
            prompt: tokens.len(),
            tokens,
            reused,
            evaluated: reused,
            shift: 0,
            lookup: Default::default(),
            drafts: Vec::new(),
            rows: Vec::new(),
            fed: 0,
            speculated: 0,
            order: self.clock,
            job,
        };
        if slot.job.seen.is_some() {
            match self.see(&mut slot) {
                Ok(()) => {}
                Err(error) => {
                    self.release(slot).fail(error);
                    return;
                }
            }
        }
        self.slots.push(slot);
    }

    /// Reads a prompt with images. All of it is evaluated at once, but for its last token.
    fn see(&mut self, slot: &mut Slot) -> Result<(), TextError> {
        let (Some(vision), Some(seen)) = (self.vision.as_mut(), &slot.job.seen) else {
            return Err(TextError::Unsupported("this model cannot see images".into()));
        };
        let read = vision.read(&mut self.context, seen, slot.seq, self.shared.options.context)?;
        slot.prompt = read.tokens.len();
        slot.tokens = read.tokens;
        slot.evaluated = slot.tokens.len() - 1;
        slot.shift = read.position - slot.evaluated as i32;
        Ok(())
    }

    /// A sequence for a prompt, and how many of its tokens are already in it.
    fn sequence_for(&mut self, tokens: &[LlamaToken]) -> (i32, usize) {
        let most = tokens.len().saturating_sub(1);
        let best = (0..self.cached.len())
            .map(|i| (i, common(&self.cached[i].tokens, tokens).min(most)))
            .max_by_key(|(i, n)| (*n, self.cached[*i].used));
        if let Some((i, n)) = best.filter(|(_, n)| *n > 0) {
            let whole = n + 1 >= self.cached[i].tokens.len();
            // What goes on from a cached text takes it over; what only begins like it gets a copy.
            if whole || (self.free.is_empty() && self.cached.len() == 1) {
                let taken = self.cached.swap_remove(i);
                let kept = self.cut(taken.seq, n);
                return (taken.seq, kept);
            }
            self.cached[i].used = self.clock;
            let from = self.cached[i].seq;
            if self.free.is_empty() {
                self.evict(Some(from));
            }
            if let Some(seq) = self.free.pop() {
                return (seq, self.copy(from, seq, n));
            }
        }
        if self.free.is_empty() {
            self.evict(None);
        }
        // There are as many sequences as slots, so one is free or was cached.
        (self.free.pop().unwrap_or_default(), 0)
    }

    /// Removes what lies behind the first `keep` tokens of a sequence; gives how many are left
    /// (models with a recurrent state cannot go back and lose all).
    fn cut(&mut self, seq: i32, keep: usize) -> usize {
        match self.context.clear_kv_cache_seq(Some(seq as u32), Some(keep as u32), None) {
            Ok(true) => keep,
            _ => {
                self.wipe(seq);
                0
            }
        }
    }

    /// Copies the first `n` tokens of a sequence into an empty one; gives how many are there.
    fn copy(&mut self, from: i32, to: i32, n: usize) -> usize {
        // Between parts of the cache only whole sequences can be copied.
        match self.context.copy_kv_cache_seq(from, to, None, None) {
            Ok(()) => self.cut(to, n),
            Err(_) => 0,
        }
    }

    fn wipe(&mut self, seq: i32) {
        // Removing a whole sequence cannot fail.
        let _ = self.context.clear_kv_cache_seq(Some(seq as u32), None, None);
    }

    /// Frees the cached sequence that was not used for longest. Says whether there was one.
    fn evict(&mut self, keep: Option<i32>) -> bool {
        let oldest = (0..self.cached.len())
            .filter(|i| Some(self.cached[*i].seq) != keep)
            .min_by_key(|i| self.cached[*i].used);
        let Some(i) = oldest else { return false };
        let gone = self.cached.swap_remove(i);
        self.wipe(gone.seq);
        self.free.push(gone.seq);
        true
    }

    /// Gives a sequence back without keeping it.
    fn release(&mut self, slot: Slot) -> Job {
        self.wipe(slot.seq);
        self.free.push(slot.seq);
        slot.job
    }

    fn fail_all(&mut self, error: impl Fn() -> TextError) {
        for slot in std::mem::take(&mut self.slots) {
            self.release(slot).fail(error());
        }
    }

    /// Takes the cores, or keeps them for a while: given back after every step, they would come back
    /// only when all others had worked.
    fn take_cores(&mut self) {
        let Some(cores) = &self.shared.options.cores else { return };
        if self.turn.as_ref().is_some_and(|(lease, since)| since.elapsed() < TURN || !lease.is_wanted()) {
            return;
        }
        self.turn = None;
        let threads = self.shared.options.threads;
        // Never cancelled: a request that is cancelled meanwhile is dropped at the next step.
        self.turn = cores.lease(threads, threads, &Cancel::new()).ok().map(|lease| (lease, Instant::now()));
    }

    /// One batch.
    fn step(&mut self) {
        self.take_cores();
        self.share();
        self.fill();
        let started = Instant::now();
        if let Err(e) = self.context.decode(&mut self.batch) {
            self.fail_all(|| TextError::Engine(e.to_string()));
            while self.evict(None) {}
            self.context.clear_kv_cache();
            return;
        }
        if let [alone] = self.slots.as_slice()
            && alone.fed == 1
        {
            self.context.synchronize();
            self.cost.learn(self.batch.n_tokens() as usize, started.elapsed().as_secs_f32());
        }
        let mut i = 0;
        while i < self.slots.len() {
            match self.draw(i) {
                Ok(None) => i += 1,
                Ok(Some(finish)) => {
                    let slot = self.slots.remove(i);
                    self.finish(slot, finish);
                }
                Err(error) => {
                    let slot = self.slots.remove(i);
                    self.release(slot).fail(error);
                }
            }
        }
    }

    /// Lets prompts that are being read take over what others have read since.
    fn share(&mut self) {
        for i in 0..self.slots.len() {
            let slot = &self.slots[i];
            if slot.pending() < 2 || !slot.is_plain() {
                continue;
            }
            let most = slot.tokens.len() - 1;
            let best = self
                .slots
                .iter()
                .filter(|o| o.seq != slot.seq && o.is_plain())
                .map(|o| (o.seq, common(&o.tokens[..o.evaluated], &slot.tokens).min(most)))
                .max_by_key(|(_, n)| *n);
            let Some((from, n)) = best.filter(|(_, n)| *n > slot.evaluated) else { continue };
            let (to, before) = (slot.seq, slot.evaluated);
            self.wipe(to);
            let kept = self.copy(from, to, n);
            let slot = &mut self.slots[i];
            slot.reused = (slot.reused + kept).saturating_sub(before);
            slot.evaluated = kept;
        }
    }

    /// Whether another request, further ahead, is reading what this one needs too.
    fn waits(&self, slot: &Slot) -> bool {
        slot.is_plain()
            && self.slots.iter().any(|o| {
                o.order < slot.order
                    && o.is_plain()
                    && o.pending() > 1
                    && common(&o.tokens, &slot.tokens) > o.evaluated.max(slot.evaluated) + WORTH
            })
    }

    /// Builds the batch.
    fn fill(&mut self) {
        self.batch.clear();
        let decoding = self.slots.iter().filter(|s| s.is_decoding()).count();
        let speculate = self.shared.options.speculate && decoding <= SPECULATE_UP_TO;
        for slot in &mut self.slots {
            slot.rows.clear();
            slot.drafts.clear();
            slot.fed = 0;
        }
        for slot in self.slots.iter_mut().filter(|s| s.is_decoding()) {
            let left = slot.job.max_tokens.saturating_sub(slot.job.output.tokens() + 1);
            if speculate && slot.job.speculate && left > 0 {
                let room = left.min(self.shared.options.context.saturating_sub(slot.tokens.len() + 1));
                let pays = if slot.job.repeats { Cost::pays_without_a_clock() } else { self.cost.pays() };
                slot.drafts = slot.lookup.guess(&slot.tokens, room, pays);
            }
            let start = slot.evaluated;
            let fed = slot.tokens[start..].iter().chain(&slot.drafts);
            for (k, token) in fed.enumerate() {
                let row = self.batch.n_tokens();
                if self.batch.add(*token, slot.position(start + k), &[slot.seq], true).is_ok() {
                    slot.rows.push(row);
                }
            }
            slot.fed = 1;
            slot.drafts.truncate(slot.rows.len().saturating_sub(1));
        }
        let used = self.batch.n_tokens() as usize;
        let mut room = if decoding == 0 { BATCH } else { MIXED }.min(BATCH - used);
        for i in 0..self.slots.len() {
            let slot = &self.slots[i];
            if slot.pending() < 2 || room == 0 || self.waits(slot) {
                continue;
            }
            let slot = &mut self.slots[i];
            let mut fed = slot.pending().min(room);
            if slot.job.repeats && fed == slot.pending() {
                // The last token is read by itself, as it is when the rest is cached: in a larger batch the
                // sums have other last bits, and with them now and then another word.
                fed -= 1;
            }
            for k in 0..fed {
                let index = slot.evaluated + k;
                let last = index + 1 == slot.tokens.len();
                let row = self.batch.n_tokens();
                if self.batch.add(slot.tokens[index], slot.position(index), &[slot.seq], last).is_err() {
                    break;
                }
                slot.fed += 1;
                if last {
                    slot.rows.push(row);
                }
            }
            room -= fed;
        }
    }

    /// Draws the tokens of a slot after a step. Gives why it ended, when it did.
    fn draw(&mut self, i: usize) -> Result<Option<Finish>, TextError> {
        let Self { context, model, shared, slots, .. } = self;
        let slot = &mut slots[i];
        slot.evaluated += slot.fed;
        let vocab = model.vocab();
        let special = !slot.job.tools.is_empty();
        let text = |token: LlamaToken| vocab.token_to_piece(token, special, None);
        let mut right = 0;
        let mut ended = None;
        for k in 0..slot.rows.len() {
            let logits = context.get_logits_ith(slot.rows[k]);
            let mark = !slot.job.output.inside_code();
            let token = slot.job.picker.pick(logits, &slot.tokens[slot.prompt..], mark)?;
            if vocab.is_eog(token) {
                ended = Some(Finish::Stop);
                break;
            }
            let logprob = slot.job.logprobs.map(|top| pick::logprobs(logits, token, top, &text));
            slot.tokens.push(token);
            let (shown, logprobs, stop) = match slot.job.output.push(&text(token), logprob) {
                Next::Go(shown, logprobs) => (shown, logprobs, false),
                Next::Stop(shown, logprobs) => (shown, logprobs, true),
            };
            shared.generated();
            if !shown.is_empty() && !(slot.job.sink)(Delta::Text(shown, logprobs)) {
                ended = Some(Finish::Receiver);
            } else if stop {
                ended = Some(Finish::Stop);
            } else if slot.job.output.tokens() >= slot.job.max_tokens
                || slot.tokens.len() >= shared.options.context
            {
                ended = Some(Finish::Length);
            }
            let guessed = slot.drafts.get(k) == Some(&token);
            if guessed {
                right += 1;
                slot.evaluated += 1;
            }
            if ended.is_some() || !guessed {
                break;
            }
        }
        let made = slot.drafts.len();
        slot.speculated += right;
        if made > 0 {
            slot.lookup.learn(made, right);
            let (seq, from) = (slot.seq, slot.position(slot.evaluated) as u32);
            if right < made
                && !matches!(context.clear_kv_cache_seq(Some(seq as u32), Some(from), None), Ok(true))
            {
                return Err(TextError::Engine("a wrong guess could not be taken back".into()));
            }
        }
        Ok(ended)
    }

    fn finish(&mut self, slot: Slot, finish: Finish) {
        let Slot { job, seq, tokens, prompt, reused, evaluated, speculated, .. } = slot;
        let Job { output, tools: offered, mut sink, watermark, part, seed, logprobs, seen, .. } = job;
        self.clock += 1;
        if seen.is_none() && evaluated > 0 && self.cut(seq, evaluated) == evaluated {
            let kept = tokens[..evaluated].to_vec();
            self.cached.push(Cached { seq, tokens: kept, used: self.clock });
        } else {
            self.wipe(seq);
            self.free.push(seq);
        }
        let usage = Usage {
            prompt_tokens: prompt,
            cached_tokens: reused.min(prompt),
            completion_tokens: output.tokens(),
            speculated_tokens: speculated,
        };
        let watermark = match watermark {
            WatermarkState::Marked if output.is_code() => WatermarkState::Code,
            WatermarkState::Marked if !part && output.tokens() < SHORTEST => WatermarkState::Short,
            state => state,
        };
        let finished = output.finish();
        let (mut text, mut rest) = (finished.text, finished.rest);
        let mut calls = Vec::new();
        if !offered.is_empty() {
            let (words, mut found) = tools::parse(&text, &offered);
            for (n, call) in found.iter_mut().enumerate() {
                call.id = format!("call_{seed:08x}{:04x}{n:02x}", self.clock & 0xffff);
            }
            if !found.is_empty() {
                // Of what was held back, the words around the calls are shown.
                let shown = text.len() - rest.len();
                rest = words.get(shown.min(words.len())..).unwrap_or_default().trim_end().to_owned();
                text = words;
                calls = found;
            }
        }
        let finish = if calls.is_empty() { finish } else { Finish::ToolCalls };
        let mut listening =
            rest.is_empty() || finish == Finish::Receiver || sink(Delta::Text(rest, finished.waiting));
        for call in &calls {
            listening = listening && sink(Delta::ToolCall(call.clone()));
        }
        sink(Delta::Done(Box::new(Reply {
            text,
            tool_calls: calls,
            finish,
            usage,
            logprobs: logprobs.map(|_| finished.logprobs),
            watermark,
            seed,
        })));
    }
}
