//! Noise is taken out of speech, and what was said stays.

use std::time::Instant;

use crate::kit::{model, narrator, words};
use colophon_audio::ambience::{self, Ambience};
use colophon_audio::clean::Gtcrn;
use colophon_audio::mix;
use colophon_audio::whisper::Whisper;
use colophon_types::{Cancel, Lang, Pcm, Seed};

const SENTENCES: [&str; 3] = [
    "The old lighthouse keeper climbed the stairs every evening to light the lamp.",
    "Farmers in the valley grow rice, wheat and tea.",
    "Please call me tomorrow morning, and don't forget the tickets.",
];

fn speech(rate: u32) -> Vec<(&'static str, Pcm)> {
    let mut narrator = narrator(Lang::En, Some("hibari"));
    let say = |text: &'static str| {
        let spoken = narrator.speak_sentence(text, Lang::En, 1.0, &Cancel::new()).expect("it speaks");
        (text, mix::resample(&spoken.sound, rate).expect("a rate"))
    };
    SENTENCES.into_iter().map(say).collect()
}

fn power(x: &[f32]) -> f64 {
    x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

/// White noise, or the noise of a place.
fn noise(place: Option<Ambience>, rate: u32, length: usize) -> Vec<f32> {
    let mut seed = Seed(11);
    match place {
        None => (0..length).map(|_| seed.range(-1.0, 1.0)).collect(),
        Some(place) => {
            let skip = rate as usize;
            let seconds = length as f64 / f64::from(rate) + 2.0;
            ambience::bed(place, seconds, rate, seed).samples[skip..skip + length].to_vec()
        }
    }
}

/// Speech with noise so many decibels under it.
fn noisy(speech: &Pcm, place: Option<Ambience>, decibels: f64) -> Pcm {
    let noise = noise(place, speech.rate, speech.samples.len());
    let gain = (power(&speech.samples) / power(&noise) / 10f64.powf(decibels / 10.0)).sqrt() as f32;
    let samples = speech.samples.iter().zip(&noise).map(|(s, n)| s + gain * n).collect();
    Pcm { rate: speech.rate, samples }
}

/// Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019), in decibels.
fn si_sdr(reference: &[f32], estimate: &[f32]) -> f64 {
    let dot: f64 = reference.iter().zip(estimate).map(|(r, e)| f64::from(*r) * f64::from(*e)).sum();
    let scale = dot / power(reference);
    let rest: f64 =
        reference.iter().zip(estimate).map(|(r, e)| (f64::from(*e) - scale * f64::from(*r)).powi(2)).sum();
    10.0 * (scale * scale * power(reference) / rest).log10()
}

fn gtcrn() -> Gtcrn {
    crate::kit::runtime();
    Gtcrn::load(&model("gtcrn")).expect("GTCRN loads")
}

/// Mean SI-SDR before and after.
fn gain(engine: &mut Gtcrn, speech: &[(&str, Pcm)], place: Option<Ambience>, decibels: f64) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for (_, clear) in speech {
        let noisy = noisy(clear, place, decibels);
        let clean = engine.reduce(&noisy, &Cancel::new(), &mut |_, _| ()).expect("it cleans");
        sums[0] += si_sdr(&clear.samples, &noisy.samples);
        sums[1] += si_sdr(&clear.samples, &clean.samples);
    }
    sums.map(|s| s / speech.len() as f64)
}

#[test]
fn noise_goes_and_speech_stays() {
    let (mut engine, speech) = (gtcrn(), speech(16_000));
    for (decibels, least) in [(0.0, 5.0), (10.0, 2.0)] {
        let [before, after] = gain(&mut engine, &speech[..2], None, decibels);
        println!("white noise at {decibels} dB: {before:.1} dB, then {after:.1} dB");
        assert!(after - before > least, "{before} {after}");
    }
    // Clear speech is left nearly as it was.
    let (_, clear) = &speech[0];
    let clean = engine.reduce(clear, &Cancel::new(), &mut |_, _| ()).expect("it cleans");
    let kept = si_sdr(&clear.samples, &clean.samples);
    assert!(kept > 12.0, "{kept}");
}

#[test]
#[ignore = "takes minutes"]
fn figures() {
    let mut engine = gtcrn();
    for rate in [16_000, 48_000] {
        let speech = speech(rate);
        for place in [None, Some(Ambience::Rain), Some(Ambience::City), Some(Ambience::Wind)] {
            for decibels in [0.0, 5.0, 10.0] {
                let [before, after] = gain(&mut engine, &speech, place, decibels);
                println!("{rate} Hz, {place:?} at {decibels} dB: SI-SDR {before:.1} dB, then {after:.1} dB");
            }
        }
    }
    let speech = speech(16_000);
    let mut ears = Whisper::load(&model("whisper-base"), 2).expect("the recogniser loads");
    for decibels in [0.0, 5.0, 10.0] {
        let (mut wrong, mut total) = ([0.0; 2], 0.0);
        for (text, clear) in &speech {
            let noisy = noisy(clear, None, decibels);
            let clean = engine.reduce(&noisy, &Cancel::new(), &mut |_, _| ()).expect("it cleans");
            let reference = words(text);
            for (wrong, sound) in wrong.iter_mut().zip([&noisy, &clean]) {
                let heard = ears.transcribe(sound, Some(Lang::En), &Cancel::new()).expect("it hears");
                *wrong += colophon_test::error_rate(&reference, &words(&heard)) * reference.len() as f64;
            }
            total += reference.len() as f64;
        }
        println!(
            "white at {decibels} dB: words wrong {:.1} %, then {:.1} %",
            wrong[0] / total * 100.0,
            wrong[1] / total * 100.0
        );
    }
}

#[test]
#[ignore = "measures speed"]
fn speed() {
    let (mut engine, speech) = (gtcrn(), speech(48_000));
    let long = Pcm { rate: 48_000, samples: speech.iter().flat_map(|(_, s)| s.samples.clone()).collect() };
    let start = Instant::now();
    engine.reduce(&long, &Cancel::new(), &mut |_, _| ()).expect("it cleans");
    let taken = start.elapsed().as_secs_f64();
    println!(
        "GTCRN: {:.1} s of sound in {taken:.2} s, {:.3} of real time",
        long.seconds(),
        taken / long.seconds()
    );
}
