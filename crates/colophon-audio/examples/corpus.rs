//! Makes a hundred sounds without marks for `benches/marks/sounds`, 16 seconds each: `corpus LIBRARY MODELS FOLDER`
//! writes WAV files into `speech/`, `music/` and `effects/`. Those that are there already stay.

#![allow(clippy::print_stdout)]

use std::path::Path;

use colophon_audio::effects::{Layer, Render, Scene, render, sounds};
use colophon_audio::music::{Brief, Composer, MusicModels, Player};
use colophon_audio::{Narrator, SpeechModels, mix, split, voices};
use colophon_types::{Cancel, Lang, NoProgress, Pcm, Seed, Stereo};

type Failure = Box<dyn std::error::Error>;

const SPEECH: usize = 34;
const MUSIC: usize = 33;
const EFFECTS: usize = 33;
const SECONDS: f64 = 16.0;
const ENGLISH: &str = include_str!("../../../benches/speech/long-form.txt");
const CHINESE: &str = include_str!("../tests/data/sentences_zh.txt");
const STYLES: [&str; 13] = [
    "chinese",
    "orchestral",
    "folk",
    "jazz",
    "bossa",
    "rock",
    "pop",
    "lofi",
    "electronic",
    "ambient",
    "piano",
    "classical",
    "waltz",
];

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().collect();
    let [_, library, store, folder] = args.as_slice() else {
        return Err("usage: corpus LIBRARY MODELS FOLDER".into());
    };
    colophon_hub::onnx::init(Path::new(library))?;
    let (store, folder) = (Path::new(store), Path::new(folder));
    for kind in ["speech", "music", "effects"] {
        std::fs::create_dir_all(folder.join(kind))?;
    }
    speech(store, &folder.join("speech"))?;
    music(store, &folder.join("music"))?;
    effects(&folder.join("effects"))
}

/// Voices of both languages, from the first to the last of the list, each further on in the text than the one before.
fn speech(store: &Path, folder: &Path) -> Result<(), Failure> {
    let models = SpeechModels {
        kokoro: Some(store.join("kokoro-82m-int8")),
        kokoro_voices: Some(store.join("kokoro-voices")),
        hibari: Some(store.join("hibari")),
    };
    let english = split::sentences(ENGLISH);
    let chinese: Vec<String> = CHINESE.lines().map(str::to_owned).collect();
    let known: Vec<_> = voices()
        .iter()
        .filter(|voice| matches!(voice.id.as_bytes().first(), Some(b'a' | b'b' | b'z' | b'h')))
        .collect();
    for i in 0..SPEECH {
        let voice = known[i * known.len() / SPEECH];
        let path = folder.join(format!("{i:02}-{}.wav", voice.id));
        if path.exists() {
            continue;
        }
        let (lang, text) =
            if voice.id.starts_with('z') { (Lang::Zh, &chinese) } else { (Lang::En, &english) };
        let mut narrator = Narrator::open(&models, lang, Some(voice.id), 2)?;
        let mut sound = Pcm { rate: narrator.sample_rate(), samples: Vec::new() };
        for sentence in text.iter().skip(3 * i % text.len().max(1)).chain(text) {
            sound.samples.extend(narrator.speak_sentence(sentence, lang, 1.0, &Cancel::new())?.sound.samples);
            if sound.seconds() > SECONDS {
                break;
            }
        }
        let sound = mix::master(&sound)?;
        write(&path, sound.rate, &[&sound.samples])?;
    }
    Ok(())
}

/// Each style in turn, each time with another seed.
fn music(store: &Path, folder: &Path) -> Result<(), Failure> {
    let soundfont = std::fs::read_dir(store.join("musescore-general"))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "sf2" || e == "sf3"))
        .ok_or("no soundfont among the models")?;
    let models = MusicModels { rnn: store.join("performance-rnn"), soundfont };
    let (composer, player) = (Composer::open(&models)?, Player::open(&models.soundfont)?);
    for i in 0..MUSIC {
        let style = STYLES[i % STYLES.len()];
        let path = folder.join(format!("{i:02}-{style}.wav"));
        if path.exists() {
            continue;
        }
        let brief = Brief { style: Some(style.to_owned()), ..Brief::new(style, SECONDS) };
        let seed = Seed(100 + i as u64);
        let score = composer.compose(&brief, seed, &Cancel::new())?;
        stereo(&path, &player.perform(&score, seed, 2, &Cancel::new())?.mix)?;
    }
    Ok(())
}

/// Sounds of the library, from the first to the last.
fn effects(folder: &Path) -> Result<(), Failure> {
    let all: Vec<_> = sounds().iter().collect();
    for i in 0..EFFECTS {
        let sound = all[i * all.len() / EFFECTS];
        let path = folder.join(format!("{i:02}-{}.wav", sound.id));
        if path.exists() {
            continue;
        }
        let scene = Scene { layers: vec![Layer::usual(sound, sound.en[0])], ..Scene::default() };
        let request =
            Render { seconds: Some(SECONDS), rate: 48_000, seed: Seed(200 + i as u64), round: false };
        stereo(&path, &render(&scene, &request, &NoProgress, &Cancel::new())?)?;
    }
    Ok(())
}

fn stereo(path: &Path, sound: &Stereo) -> Result<(), Failure> {
    write(path, sound.rate, &[&sound.left, &sound.right])
}

fn write(path: &Path, sample_rate: u32, channels: &[&[f32]]) -> Result<(), Failure> {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for i in 0..channels.first().map_or(0, |c| c.len()) {
        for channel in channels {
            file.write_sample((channel[i].clamp(-1.0, 1.0) * 32_767.0) as i16)?;
        }
    }
    file.finalize()?;
    println!("{}", path.display());
    Ok(())
}
