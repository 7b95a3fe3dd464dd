//! Speaks the sentences on stdin and says how long each took, as lines of JSON: phonemes, seconds of
//! sound, seconds that it took, and seconds to the first sound when the first clause is spoken by
//! itself. `speak_pace LIBRARY MODELS LANG VOICE THREADS`, for `benches/speech/run`.
#![allow(clippy::print_stdout)]

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use colophon_audio::g2p::Phonemizer;
use colophon_audio::{Dictionary, Narrator, Performance, Recital, SpeechModels};
use colophon_types::{Cancel, Lang};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, library, store, lang, voice, threads] = args.as_slice() else {
        return Err("usage: speak_pace LIBRARY MODELS LANG VOICE THREADS".into());
    };
    colophon_hub::onnx::init(Path::new(library))?;
    let store = Path::new(store);
    let models = SpeechModels {
        kokoro: Some(store.join("kokoro-82m-int8")),
        kokoro_voices: Some(store.join("kokoro-voices")),
        hibari: Some(store.join("hibari")),
    };
    let lang: Lang = lang.parse().map_err(|_| "LANG is en or zh")?;
    let mut narrator = Narrator::open(&models, lang, Some(voice), threads.parse()?)?;
    let mut reader = Phonemizer::new(narrator.blend().accent(), models.hibari.clone());
    let none = Dictionary::default();
    narrator.speak_sentence("One, two, three.", Lang::En, 1.0, &Cancel::new())?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let start = Instant::now();
        let spoken = narrator.speak_sentence(&line, lang, 1.0, &Cancel::new())?;
        let seconds = start.elapsed().as_secs_f64();
        let mut recital = Recital::plain(&line, lang, &none);
        recital.start_early(&none);
        let start = Instant::now();
        let voice = narrator.blend().clone();
        Performance::new(&recital, voice, 1.0).next(&mut narrator, &Cancel::new())?;
        let first = start.elapsed().as_secs_f64();
        let phonemes = reader.phonemes(&line, lang)?;
        let answer = serde_json::json!({
            "phonemes": phonemes, "sound": spoken.sound.seconds(), "seconds": seconds, "first": first,
        });
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}
