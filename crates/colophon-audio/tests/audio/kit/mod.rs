//! What the tests share: the models of the store, and how alike two readings are.

use std::path::PathBuf;

use colophon_audio::normalize::normalize;
use colophon_audio::{Narrator, SpeechModels};
use colophon_types::Lang;

/// A model's folder in the test store.
pub(crate) fn model(id: &str) -> PathBuf {
    let dir = colophon_test::models_dir().join(id);
    assert!(dir.is_dir(), "the model {id} is missing: run `colophon models pull {id}` first");
    dir
}

/// Loads the runtime of the store.
pub(crate) fn runtime() {
    let dir = model("onnxruntime");
    let library = std::fs::read_dir(dir)
        .expect("the runtime's folder")
        .filter_map(|f| Some(f.ok()?.path()))
        .find(|p| p.file_name().is_some_and(|n| n.to_string_lossy().contains("libonnxruntime")))
        .expect("the runtime's library");
    colophon_hub::onnx::init(&library).expect("the runtime loads");
}

/// A narrator on two threads.
pub(crate) fn narrator(lang: Lang, voice: Option<&str>) -> Narrator {
    runtime();
    let models = SpeechModels {
        kokoro: Some(model("kokoro-82m-int8")),
        kokoro_voices: Some(model("kokoro-voices")),
        hibari: Some(model("hibari")),
    };
    Narrator::open(&models, lang, voice, 2).expect("the narrator opens")
}

/// English words as they are spoken, for counting errors.
pub(crate) fn words(text: &str) -> Vec<String> {
    let spoken = normalize(&text.replace("per cent", "percent"), Lang::En).to_lowercase();
    let plain: String =
        spoken.chars().map(|c| if c.is_alphabetic() || c == '\'' { c } else { ' ' }).collect();
    plain.split_whitespace().map(|w| w.trim_matches('\'').to_string()).filter(|w| !w.is_empty()).collect()
}

/// Chinese characters as they are spoken; the pronouns that sound alike count as one.
pub(crate) fn characters(text: &str) -> Vec<char> {
    let spoken = normalize(text, Lang::Zh).to_lowercase();
    let alike = |c: char| match c {
        '她' | '它' => '他',
        '地' | '得' => '的',
        c => c,
    };
    spoken.chars().filter(|c| c.is_alphanumeric()).map(alike).collect()
}
