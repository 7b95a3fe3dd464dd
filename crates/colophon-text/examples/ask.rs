//! Asks a model one question: `ask MODEL.gguf "QUESTION" [MAX_TOKENS]`; shows what it took.

use std::io::Write as _;
use std::time::Instant;

use colophon_text::chat::{Chat, GenerateRequest, Message, Sampling};
use colophon_text::{Llama, LlamaOptions};
use colophon_types::Cancel;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, question, rest @ ..] = args.as_slice() else {
        return Err("usage: ask MODEL.gguf QUESTION [MAX_TOKENS]".into());
    };
    let max_tokens = rest.first().map(|n| n.parse()).transpose()?;
    let llama = Llama::load("model", model.as_ref(), LlamaOptions::single(4096, 2))?;
    let request = GenerateRequest {
        max_tokens,
        sampling: Sampling { temperature: 0.0, ..Sampling::default() },
        ..GenerateRequest::chat(vec![Message::user(question)])
    };
    let started = Instant::now();
    let mut first = None;
    let reply = llama.generate(request, &Cancel::new(), &mut |text| {
        first.get_or_insert_with(|| started.elapsed());
        print!("{text}");
        std::io::stdout().flush().is_ok()
    })?;
    let (all, first) = (started.elapsed().as_secs_f64(), first.unwrap_or_default().as_secs_f64());
    let speed = reply.usage.completion_tokens as f64 / (all - first).max(1e-9);
    println!("\n{:?}, {:?}, first after {first:.2} s, then {speed:.1} tokens/s", reply.finish, reply.usage);
    Ok(())
}
