//! Speaks a sentence into a WAV file: `speak LIBRARY MODELS OUT LANG VOICE TEXT [THREADS]`, where
//! MODELS is the model store's folder. For listening while working on the engines.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use colophon_audio::{Narrator, SpeechModels, g2p::Phonemizer, mix, wav};
use colophon_types::{Cancel, Lang};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, library, store, out, lang, voice, text, rest @ ..] = args.as_slice() else {
        return Err("usage: speak LIBRARY MODELS OUT LANG VOICE TEXT [THREADS]".into());
    };
    colophon_hub::onnx::init(Path::new(library))?;
    let store = Path::new(store);
    let models = SpeechModels {
        kokoro: Some(store.join("kokoro-82m-int8")),
        kokoro_voices: Some(store.join("kokoro-voices")),
        hibari: Some(store.join("hibari")),
    };
    let lang: Lang = lang.parse().map_err(|_| "LANG is en or zh")?;
    let threads = rest.first().map_or(Ok(1), |t| t.parse())?;
    let mut narrator = Narrator::open(&models, lang, Some(voice), threads)?;
    let phonemes = Phonemizer::new(narrator.voice().accent, models.hibari.clone()).phonemes(text, lang)?;
    println!("{phonemes}");
    for _ in 0..2 {
        let start = Instant::now();
        let spoken = narrator.speak_sentence(text, lang, 1.0, &Cancel::new())?;
        let (wall, seconds) = (start.elapsed().as_secs_f64(), spoken.sound.seconds());
        println!("{seconds:.2} s of sound in {wall:.2} s: real-time factor {:.3}", wall / seconds);
        std::fs::write(out, wav::encode(&mix::master(&spoken.sound)?))?;
    }
    Ok(())
}
