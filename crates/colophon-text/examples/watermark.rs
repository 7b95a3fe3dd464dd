//! Generates marked texts, trains the Bayesian detector on the first third of them and measures the
//! detectors on the others, at temperature 1 among the 100 likeliest tokens; compares perplexity and
//! repetition with unmarked texts from the same prompts: `watermark SMOLLM2.gguf TEXTS TOKENS [OUT.json]`.
//!
//! A text that is marked with one set of keys is unmarked for another, so every text serves as both.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use colophon_text::chat::{Chat, GenerateRequest, Message, Sampling};
use colophon_text::watermark::bayes::{Bayes, Rows, Training};
use colophon_text::watermark::{Detector, Keys};
use colophon_text::{Llama, LlamaOptions};
use colophon_types::{Cancel, Seed};

const SUBJECTS: [&str; 16] = [
    "a lighthouse",
    "the first snow",
    "a small bakery",
    "an old train",
    "the sea",
    "a garden in spring",
    "a lost letter",
    "the night sky",
    "a mountain village",
    "a clever crow",
    "a long journey",
    "the invention of paper",
    "a school play",
    "how bread is made",
    "a storm",
    "two old friends",
];
/// The marks with which SmolLM2 ends a text. Most texts would end sooner than is asked: they may not.
const ENDS: [u32; 3] = [0, 1, 2];
/// Texts whose perplexity and repetition are compared.
const QUALITY: usize = 60;
const FORMS: [&str; 6] =
    ["a story", "an essay", "a letter", "a diary entry", "a newspaper article", "a speech"];

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts, tokens, rest @ ..] = args.as_slice() else {
        return Err("usage: watermark MODEL.gguf TEXTS TOKENS [OUT.json]".into());
    };
    let (texts, tokens): (usize, usize) = (texts.parse()?, tokens.parse()?);
    let mut dice = Seed(20_261_125);
    let mut layers = || std::array::from_fn(|_| dice.next_u64() as i64);
    let (own, other) = (Keys::from_layers(layers()), Keys::from_layers(layers()));
    let options = LlamaOptions {
        slots: 16,
        keys: Some(own.clone()),
        speculate: false,
        ..LlamaOptions::single(1024, 2)
    };
    let llama = Llama::load("model", model.as_ref(), options)?;
    let started = Instant::now();
    let made = generate(&llama, texts, tokens)?;
    let count: usize = made.iter().map(|t| t.tokens.len()).sum();
    println!("{} texts, {:.0} tokens/s", made.len(), count as f64 / started.elapsed().as_secs_f64());
    let (marked, unmarked) = (Detector::new(&own), Detector::new(&other));
    let rows = |detector: &Detector, n: usize| -> Vec<Rows> {
        made.iter().map(|t| detector.rows(&t.tokens[..n.min(t.tokens.len())])).collect()
    };
    let (all_marked, all_unmarked) = (rows(&marked, tokens), rows(&unmarked, tokens));
    let half = made.len() / 3;
    let mut bayes = Bayes::train(&all_marked[..half], &all_unmarked[..half], &Training::default());
    bayes.calibrate(&[25, 50, 100, 150, 200, 300, 400, 600]);
    if let Some(out) = rest.first() {
        std::fs::write(out, serde_json::to_string(&bayes)? + "\n")?;
    }
    let mean = |rows: &Rows| {
        rows.iter().flatten().map(|g| f64::from(*g)).sum::<f64>() / (rows.len().max(1) * 30) as f64
    };
    for n in [50, 100, 200, 400].into_iter().filter(|n| *n <= tokens) {
        let (yes, no) = (&rows(&marked, n)[half..], &rows(&unmarked, n)[half..]);
        let share = |score: &dyn Fn(&Rows) -> f64| {
            let mut none: Vec<f64> = no.iter().map(score).collect();
            none.sort_by(f64::total_cmp);
            let least = none[none.len() * 99 / 100];
            100.0 * yes.iter().filter(|r| score(r) > least).count() as f64 / yes.len() as f64
        };
        let weighted = |texts: &Detector, n: usize| -> Vec<f64> {
            made[half..]
                .iter()
                .map(|t| texts.evidence(&t.tokens[..n.min(t.tokens.len())]).weighted_mean)
                .collect()
        };
        let mut none = weighted(&unmarked, n);
        none.sort_by(f64::total_cmp);
        let least = none[none.len() * 99 / 100];
        let yes_weighted = weighted(&marked, n).iter().filter(|w| **w > least).count();
        println!(
            "{n} tokens, {} texts: found at 1 % false positives: mean {:.1} %, weighted mean {:.1} %, \
             Bayesian {:.1} %",
            yes.len(),
            share(&mean),
            100.0 * yes_weighted as f64 / none.len() as f64,
            share(&|rows| bayes.log_odds(rows)),
        );
    }
    drop(llama);
    let options = LlamaOptions { slots: 16, speculate: false, ..LlamaOptions::single(1024, 2) };
    let plain = generate(&Llama::load("model", model.as_ref(), options)?, texts.min(QUALITY), tokens)?;
    for (name, texts) in [("marked", &made[..plain.len().min(made.len())]), ("unmarked", &plain[..])] {
        let (surprise, spread) = mean_and_error(texts.iter().map(|t| t.surprise));
        let (repeated, wide) = mean_and_error(texts.iter().map(|t| 100.0 * repetition(&t.tokens)));
        println!(
            "{name}, {} texts: {surprise:.3} ± {spread:.3} nats a token (perplexity {:.1}), {repeated:.2} ± {wide:.2} % \
             of runs of four tokens occur twice",
            texts.len(),
            surprise.exp(),
        );
    }
    Ok(())
}

/// A generated text.
struct Made {
    tokens: Vec<i32>,
    /// Mean surprise of a token to the model, in nats.
    surprise: f64,
}

/// Texts of at least so many tokens, sixteen at a time.
fn generate(llama: &Llama, texts: usize, tokens: usize) -> Result<Vec<Made>, Box<dyn std::error::Error>> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::new());
    let one = |i: usize| -> Option<Made> {
        let words = format!(
            "Write {} about {}, about {} words long.",
            FORMS[i % FORMS.len()],
            SUBJECTS[(i / FORMS.len()) % SUBJECTS.len()],
            tokens
        );
        let sampling = Sampling {
            temperature: 1.0,
            top_k: 100,
            top_p: 1.0,
            seed: Some(i as u32),
            logit_bias: ENDS.map(|id| (id, -100.0)).to_vec(),
            ..Sampling::default()
        };
        let request = GenerateRequest {
            max_tokens: Some(tokens + 40),
            sampling,
            logprobs: Some(0),
            ..GenerateRequest::chat(vec![Message::user(words)])
        };
        let reply = llama.generate(request, &Cancel::new(), &mut |_| true).ok()?;
        let list = reply.logprobs.unwrap_or_default();
        let surprise = -list.iter().map(|t| f64::from(t.logprob)).sum::<f64>() / list.len().max(1) as f64;
        Some(Made { tokens: llama.tokens(&reply.text).ok()?, surprise })
    };
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if made.lock().map_or(true, |m| m.len() >= texts) || i > texts * 3 {
                        break;
                    }
                    if let Some(text) = one(i)
                        && text.tokens.len() >= tokens
                        && let Ok(mut made) = made.lock()
                    {
                        made.push((i, text));
                        if made.len() % 50 == 0 {
                            eprintln!("{} of {} tried", made.len(), i + 1);
                        }
                    }
                }
            });
        }
    });
    let mut made = made.into_inner()?;
    made.sort_by_key(|(i, _)| *i);
    made.truncate(texts);
    Ok(made.into_iter().map(|(_, text)| text).collect())
}

/// Share of the runs of four tokens that occurred before.
fn repetition(tokens: &[i32]) -> f64 {
    let runs: std::collections::HashSet<&[i32]> = tokens.windows(4).collect();
    let all = tokens.len().saturating_sub(3).max(1);
    1.0 - runs.len() as f64 / all as f64
}

/// The mean and its standard error.
fn mean_and_error(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, (spread / count).sqrt())
}
