//! How fast Whisper hears: transcribes WAV files and prints one JSON line a file and round. For
//! `benches/speech/run`.
//!
//! `recognition_pace LIBONNXRUNTIME MODEL float|int8 THREADS BEAM ROUNDS FILE…`

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::path::Path;
use std::time::Instant;

use colophon_audio::decode::{Wanted, read_mono};
use colophon_audio::whisper::{InMemory, Listening, Precision, RATE, Script, Search, Whisper};
use colophon_types::{Cancel, NoProgress};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [library, model, precision, threads, beam, rounds, files @ ..] = args.as_slice() else {
        return Err("LIBONNXRUNTIME MODEL float|int8 THREADS BEAM ROUNDS FILE…".into());
    };
    colophon_hub::onnx::init(Path::new(library))?;
    let precision = if precision == "float" { Precision::Float } else { Precision::Int8 };
    let cancel = Cancel::new();
    let started = Instant::now();
    let mut whisper = Whisper::load_with(Path::new(model), precision, threads.parse()?)?;
    eprintln!("loaded in {:.2} s", started.elapsed().as_secs_f64());
    let search = Search { beam: beam.parse()?, temperatures: vec![0.0], ..Search::default() };
    for _ in 0..rounds.parse::<usize>()? {
        for file in files {
            let sound = read_mono(Path::new(file), &Wanted::mono(RATE), 3600.0, &cancel)?;
            let seconds = sound.seconds();
            let lang = if file.contains("zh") { "zh" } else { "en" };
            let how = Listening {
                language: Some(lang.into()),
                script: Script::AsHeard,
                remember: false,
                search: search.clone(),
                ..Listening::default()
            };
            let started = Instant::now();
            let heard = whisper.listen(
                &mut InMemory(sound.samples),
                None,
                &how,
                &mut |_| {},
                &NoProgress,
                &cancel,
            )?;
            let took = started.elapsed().as_secs_f64();
            let tokens: Vec<u32> = heard.segments.iter().flat_map(|s| s.tokens.clone()).collect();
            let line = serde_json::json!({
                "file": file, "seconds": seconds, "took": took, "text": heard.text(), "tokens": tokens,
            });
            println!("{line}");
        }
    }
    Ok(())
}
