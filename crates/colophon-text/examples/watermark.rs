//! Generates marked texts, trains the Bayesian detector on some of them and measures the detectors on
//! the others: `watermark MODEL.gguf TEXTS TOKENS [OUT.json]`.
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
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if made.lock().map_or(true, |m| m.len() >= texts) || i > texts * 3 {
                        break;
                    }
                    let words = format!(
                        "Write {} about {}, about {} words long.",
                        FORMS[i % FORMS.len()],
                        SUBJECTS[(i / FORMS.len()) % SUBJECTS.len()],
                        tokens
                    );
                    let request = GenerateRequest {
                        max_tokens: Some(tokens + 40),
                        sampling: Sampling {
                            temperature: 1.0,
                            top_k: 0,
                            top_p: 1.0,
                            seed: Some(i as u32),
                            ..Sampling::default()
                        },
                        ..GenerateRequest::chat(vec![Message::user(words)])
                    };
                    let Ok(reply) = llama.generate(request, &Cancel::new(), &mut |_| true) else { break };
                    let Ok(list) = llama.tokens(&reply.text) else { break };
                    if list.len() >= tokens
                        && let Ok(mut made) = made.lock()
                    {
                        made.push((i, list));
                    }
                }
            });
        }
    });
    let mut made = made.into_inner()?;
    made.sort();
    made.truncate(texts);
    let count: usize = made.iter().map(|(_, t)| t.len()).sum();
    println!("{} texts, {:.0} tokens/s", made.len(), count as f64 / started.elapsed().as_secs_f64());
    let (marked, unmarked) = (Detector::new(&own), Detector::new(&other));
    let rows = |detector: &Detector, n: usize| -> Vec<Rows> {
        made.iter().map(|(_, t)| detector.rows(&t[..n.min(t.len())])).collect()
    };
    let (all_marked, all_unmarked) = (rows(&marked, tokens), rows(&unmarked, tokens));
    let half = made.len() / 2;
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
            made[half..].iter().map(|(_, t)| texts.evidence(&t[..n.min(t.len())]).weighted_mean).collect()
        };
        let mut none = weighted(&unmarked, n);
        none.sort_by(f64::total_cmp);
        let least = none[none.len() * 99 / 100];
        let yes_weighted = weighted(&marked, n).iter().filter(|w| **w > least).count();
        println!(
            "{n} tokens: found at 1 % false positives: mean {:.1} %, weighted mean {:.1} %, Bayesian {:.1} %",
            share(&mean),
            100.0 * yes_weighted as f64 / none.len() as f64,
            share(&|rows| bayes.log_odds(rows)),
        );
    }
    Ok(())
}
