//! How fast the engine is: `llama_pace MODEL.gguf THREADS WHAT`, where WHAT is
//!
//! - `single`: reads a prompt of about 512 tokens, writes 128 tokens from a short one, and measures how
//!   fast this machine reads memory, which bounds the writing;
//! - `speculate`: rewrites a text with and without guessed tokens, in turns;
//! - `watermark`: writes with and without the watermark, in turns.
//!
//! Prints one JSON object. `benches/language/run` compares with llama.cpp's own programs.

use std::time::Instant;

use colophon_text::chat::{Chat, GenerateRequest, Message, Reply, Sampling};
use colophon_text::watermark::Keys;
use colophon_text::{Llama, LlamaOptions};
use colophon_types::{Cancel, Seed};
use serde_json::{Value, json};

/// Rounds of comparisons.
const ROUNDS: usize = 5;
const WORDS: [&str; 12] = [
    "harbour", "lamp", "winter", "ledger", "copper", "window", "orchard", "signal", "bridge", "paper",
    "salt", "engine",
];

type Failure = Box<dyn std::error::Error>;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, threads, what] = args.as_slice() else {
        return Err("usage: llama_pace MODEL.gguf THREADS single|speculate|watermark".into());
    };
    let threads: usize = threads.parse()?;
    let load = |speculate: bool, keys: Option<Keys>| {
        let options = LlamaOptions { speculate, keys, ..LlamaOptions::single(2048, threads) };
        Llama::load("model", model.as_ref(), options)
    };
    let result = match what.as_str() {
        "single" => {
            let size = std::fs::metadata(model)?.len();
            single(&load(false, None)?, size, threads)?
        }
        "speculate" => speculate(&load(false, None)?, &load(true, None)?)?,
        "watermark" => {
            let mut dice = Seed(1);
            let keys = Keys::from_layers(std::array::from_fn(|_| dice.next_u64() as i64));
            marked(&load(false, None)?, &load(false, Some(keys))?)?
        }
        other => return Err(format!("'{other}' is nothing to measure").into()),
    };
    println!("{result}");
    Ok(())
}

/// A reply with the seconds to its first piece and to its end.
fn timed(llama: &Llama, request: GenerateRequest) -> Result<(Reply, f64, f64), Failure> {
    let started = Instant::now();
    let mut first = None;
    let reply = llama.generate(request, &Cancel::new(), &mut |_| {
        first.get_or_insert_with(|| started.elapsed().as_secs_f64());
        true
    })?;
    let all = started.elapsed().as_secs_f64();
    Ok((reply, first.unwrap_or(all), all))
}

/// Tokens a second after the first.
fn speed((reply, first, all): &(Reply, f64, f64)) -> f64 {
    (reply.usage.completion_tokens.saturating_sub(1)) as f64 / (all - first).max(1e-9)
}

/// Words without sense, other ones for each seed, so that no cached beginning helps.
fn noise(seed: u64, words: usize) -> String {
    let mut dice = Seed(seed);
    (0..words).map(|_| WORDS[dice.next_u64() as usize % WORDS.len()]).collect::<Vec<_>>().join(" ")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn single(llama: &Llama, bytes: u64, threads: usize) -> Result<Value, Failure> {
    let seed = Instant::now().elapsed().as_nanos() as u64 ^ u64::from(std::process::id());
    let mut prompt = String::new();
    let mut words = 0;
    while llama.count_tokens(&prompt)? < 510 {
        words += 8;
        prompt = noise(seed, words);
    }
    let request = |text: &str, tokens: usize| GenerateRequest {
        max_tokens: Some(tokens),
        sampling: Sampling { temperature: 0.0, ..Sampling::default() },
        ..GenerateRequest::plain(text)
    };
    // One to warm up.
    timed(llama, request("Once", 4))?;
    let (reply, first, _) = timed(llama, request(&prompt, 2))?;
    let reading = reply.usage.prompt_tokens as f64 / first;
    let written = timed(llama, request("Once upon a time in a harbour town there was", 128))?;
    let bandwidth = bandwidth(threads);
    Ok(json!({
        "prompt_tokens": reply.usage.prompt_tokens,
        "prompt": reading,
        "written_tokens": written.0.usage.completion_tokens,
        "decode": speed(&written),
        "bandwidth_gb_s": bandwidth / 1e9,
        "decode_limit": bandwidth / bytes as f64,
    }))
}

fn speculate(plain: &Llama, guessing: &Llama) -> Result<Value, Failure> {
    let text = "The ferry to the northern islands leaves the harbour at a quarter past six in the morning and again at \
                four in the afternoon. Tickets are sold at the small wooden office beside the lighthouse, where the \
                timetable for the winter season also hangs. Bicycles travel free of charge, but dogs need a ticket of \
                their own. In strong wind the afternoon ferry does not sail, and travellers are asked to call the \
                office before they set out. The crossing takes fifty minutes and there is hot tea on board.";
    let words =
        format!("Correct the spelling of this text and change nothing else. Write the text only.\n\n{text}");
    let request = |seed| GenerateRequest {
        max_tokens: Some(160),
        sampling: Sampling { temperature: 0.0, seed: Some(seed), ..Sampling::default() },
        ..GenerateRequest::chat(vec![Message::user(&words)])
    };
    let (mut without, mut with, mut guessed) = (Vec::new(), Vec::new(), 0);
    let mut same = true;
    for round in 0..ROUNDS {
        let a = timed(plain, request(round as u32))?;
        let b = timed(guessing, request(round as u32))?;
        same &= a.0.text == b.0.text;
        guessed = b.0.usage.speculated_tokens;
        without.push(speed(&a));
        with.push(speed(&b));
    }
    let (without, with) = (median(without), median(with));
    Ok(json!({
        "plain": without, "guessing": with, "ratio": with / without, "guessed_tokens": guessed, "same_text": same,
    }))
}

fn marked(plain: &Llama, marking: &Llama) -> Result<Value, Failure> {
    let request = |seed| GenerateRequest {
        max_tokens: Some(256),
        sampling: Sampling { temperature: 1.0, seed: Some(seed), ..Sampling::default() },
        ..GenerateRequest::chat(vec![Message::user(
            "Write a long story about a lighthouse keeper and the sea.",
        )])
    };
    // Seconds a token, in pairs: what slows the machine slows both.
    let mut ratios = Vec::new();
    let mut seconds = Vec::new();
    for round in 0..2 * ROUNDS {
        let (a, b) = if round % 2 == 0 {
            let a = timed(plain, request(round as u32))?;
            (a, timed(marking, request(round as u32))?)
        } else {
            let b = timed(marking, request(round as u32))?;
            (timed(plain, request(round as u32))?, b)
        };
        ratios.push(speed(&a) / speed(&b));
        seconds.push(1.0 / speed(&a));
    }
    Ok(json!({"seconds_a_token": median(seconds), "overhead": median(ratios) - 1.0}))
}

/// Bytes a second that so many threads read from memory together: the best of several passes over more
/// than the caches hold.
fn bandwidth(threads: usize) -> f64 {
    const WORDS: usize = 64 << 20;
    let mut blocks: Vec<Vec<u64>> = (0..threads.max(1)).map(|_| Vec::with_capacity(WORDS)).collect();
    for block in &mut blocks {
        // SAFETY: the range is this vector's own, allocated and not yet filled; the advice changes no
        // content.
        #[cfg(target_os = "linux")]
        unsafe {
            libc::madvise(block.as_mut_ptr().cast(), WORDS * 8, libc::MADV_HUGEPAGE);
        }
        block.resize(WORDS, 1);
    }
    let pass = || {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for block in &blocks {
                scope.spawn(move || std::hint::black_box(block.iter().fold(0u64, |a, b| a.wrapping_add(*b))));
            }
        });
        (blocks.len() * WORDS * 8) as f64 / started.elapsed().as_secs_f64()
    };
    (0..5).map(|_| pass()).fold(0.0, f64::max)
}
