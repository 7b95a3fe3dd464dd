//! Kokoro's network as it is run, beside the network as it is published: the same lengths, loudness and spectra.

use std::f32::consts::TAU;

use crate::kit::{model, runtime};
use colophon_audio::engine::kokoro::Kokoro;
use colophon_audio::engine::{Speak, Vocabulary};
use colophon_audio::g2p::Phonemizer;
use colophon_audio::{Accent, blend};
use colophon_types::{Cancel, Lang};
use ort::value::TensorRef;
use realfft::RealFftPlanner;

const FFT: usize = 512;
const STYLE: usize = 256;

/// Log spectra, 128 samples apart.
fn spectra(sound: &[f32]) -> Vec<f32> {
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(FFT);
    let mut bins = transform.make_output_vec();
    let mut out = Vec::new();
    for frame in sound.windows(FFT).step_by(128) {
        let window = |(i, x): (usize, &f32)| x * (0.5 - 0.5 * (TAU * i as f32 / FFT as f32).cos());
        let mut frame: Vec<f32> = frame.iter().enumerate().map(window).collect();
        transform.process(&mut frame, &mut bins).expect("a frame is transformed");
        out.extend(bins.iter().map(|bin| (bin.norm() + 1e-3).ln()));
    }
    out
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (spectra(a), spectra(b));
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len() as f32
}

fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
}

#[test]
fn the_network_sounds_as_it_is_published() {
    runtime();
    let (folder, voices) = (model("kokoro-82m-int8"), model("kokoro-voices"));
    let mut kokoro = Kokoro::load(&folder, &voices, 2).expect("Kokoro loads");
    let mut published =
        colophon_hub::onnx::session(&folder.join("kokoro.onnx"), 2).expect("the published network loads");
    let vocabulary = Vocabulary::load(&folder.join("vocab.json")).expect("Kokoro's alphabet");
    let never = Cancel::new();
    for (voice, lang, text) in [
        ("af_heart", Lang::En, "When the rain had finally stopped, we walked home along the quiet river."),
        ("am_michael", Lang::En, "Rice is often served in round bowls."),
        ("zf_xiaoxiao", Lang::Zh, "今天天气很好，我们一起去公园散步吧。"),
    ] {
        let reading = Phonemizer::new(Accent::Us, None).read(text, lang, &[]).expect("the text is read");
        let ours = kokoro
            .speak(&reading, &blend(Some(voice), lang).expect("the voice"), 1.0, &never)
            .expect("the sentence is spoken")
            .sound
            .samples;
        let mut tokens = vocabulary.tokens(&reading.phonemes.chars().collect::<Vec<_>>());
        let styles = std::fs::read(voices.join(format!("{voice}.bin"))).expect("the voice's file");
        let style: Vec<f32> = styles.as_chunks::<4>().0[(tokens.len() - 1) * STYLE..][..STYLE]
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        tokens.insert(0, 0);
        tokens.push(0);
        let out = published
            .run(ort::inputs![
                "tokens" => TensorRef::from_array_view(([1, tokens.len()], tokens.as_slice())).expect("tokens"),
                "style" => TensorRef::from_array_view(([1, STYLE], style.as_slice())).expect("a style"),
                "speed" => TensorRef::from_array_view(([1], [1f32].as_slice())).expect("a speed"),
            ])
            .expect("the published network runs");
        let theirs = out[0].try_extract_tensor::<f32>().expect("its sound").1;
        assert_eq!(ours.len(), theirs.len(), "{voice}: every phoneme takes as long");
        let ratio = loudness(&ours) / loudness(theirs);
        assert!((0.85..1.18).contains(&ratio), "{voice}: {ratio} times as loud");
        // Rounding to 8 bits moves phases, so samples differ; against the same sound a tenth of a second
        // later the distance is above 1.
        let (apart, later) = (distance(&ours, theirs), distance(&ours[2400..], theirs));
        assert!(
            apart < 0.45 && later > 2.0 * apart,
            "{voice}: spectra are {apart} apart, {later} when shifted"
        );
    }
}
