//! Speech that a vocoder has made anew is understood, and has the spectrum that it was made from.

use std::time::Instant;

use crate::kit::{model, narrator, words};
use colophon_audio::vocoder::{MelGan, Vocoder, WaveNet, revoice};
use colophon_audio::whisper::Whisper;
use colophon_types::{Cancel, Lang, Pcm, Seed};

/// Sentences that no vocoder here was trained on.
const SENTENCES: [&str; 12] = [
    "The quick brown fox jumps over the lazy dog near the river.",
    "Once upon a time, a little girl lived at the edge of a dark forest.",
    "About half of the surface of the island is covered by water.",
    "The old lighthouse keeper climbed the stairs every evening to light the lamp.",
    "Farmers in the valley grow rice, wheat and tea.",
    "A gentle wind moved through the tall grass and the birds fell silent.",
    "Please call me tomorrow morning, and don't forget the tickets.",
    "Through the window she could see the first snow of winter falling on the city.",
    "The train was late because a tree had fallen across the line.",
    "He asked whether anyone had seen his brother since yesterday.",
    "Seven boats left the harbour before the storm reached the coast.",
    "Nobody knew why the music had stopped so suddenly.",
];

fn melgan() -> MelGan {
    MelGan::load(&model("melgan"), 2).expect("MelGAN loads")
}

/// The built-in network; `COLOPHON_WAVENET` names another file, to measure one in training.
fn wavenet() -> WaveNet {
    match std::env::var_os("COLOPHON_WAVENET") {
        Some(path) => WaveNet::load(path.as_ref()).expect("the network"),
        None => WaveNet::built_in().expect("the network"),
    }
}

fn anew(vocoder: &mut dyn Vocoder, sound: &Pcm) -> Pcm {
    revoice(vocoder, sound, Seed(1), &Cancel::new(), &mut |_, _| ()).expect("it is made anew")
}

/// Mean distance of two sounds' log-mel spectra where the first is not silent, in decibels.
fn apart(vocoder: &dyn Vocoder, before: &Pcm, after: &Pcm) -> f64 {
    let analysis = vocoder.analysis();
    let spectrum = |sound: &Pcm| {
        let sound = colophon_audio::mix::resample(sound, analysis.rate).expect("a rate");
        analysis.log_mel(&sound.samples, &Cancel::new()).expect("a spectrum").values
    };
    let unit = if analysis.decimal { 20.0 } else { 20.0 / std::f64::consts::LN_10 };
    let (before, after) = (spectrum(before), spectrum(after));
    let loudest = before.iter().copied().fold(f32::MIN, f32::max);
    let heard = before.iter().zip(&after).filter(|(b, _)| f64::from(loudest - **b) * unit < 50.0);
    let (sum, count) = heard.fold((0.0, 0), |(s, n), (b, a)| (s + f64::from(b - a).abs() * unit, n + 1));
    sum / f64::from(count.max(1))
}

/// Speaks, makes anew and hears; returns word error rates of the speech as it was and made anew, the distance of
/// the spectra, and the time taken for each second.
fn measure(vocoder: &mut dyn Vocoder, voice: &str, sentences: &[&str]) -> [f64; 4] {
    let mut narrator = narrator(Lang::En, Some(voice));
    let mut ears = Whisper::load(&model("whisper-base"), 2).expect("the recogniser loads");
    let (mut wrong, mut total, mut far, mut seconds, mut taken) = ([0.0; 2], 0.0, 0.0, 0.0, 0.0);
    for sentence in sentences {
        let spoken =
            narrator.speak_sentence(sentence, Lang::En, 1.0, &Cancel::new()).expect("it speaks").sound;
        let start = Instant::now();
        let made = anew(vocoder, &spoken);
        taken += start.elapsed().as_secs_f64();
        seconds += spoken.seconds();
        assert!((made.seconds() - spoken.seconds()).abs() < 0.02);
        far += apart(vocoder, &spoken, &made);
        let reference = words(sentence);
        for (wrong, sound) in wrong.iter_mut().zip([&spoken, &made]) {
            let heard = ears.transcribe(sound, Some(Lang::En), &Cancel::new()).expect("it hears");
            let rate = colophon_test::error_rate(&reference, &words(&heard));
            if rate > 0.0 {
                println!("{rate:.2} {sentence} | {heard}");
            }
            *wrong += rate * reference.len() as f64;
        }
        total += reference.len() as f64;
    }
    let result = [wrong[0] / total, wrong[1] / total, far / sentences.len() as f64, taken / seconds];
    let [before, after, far, time] = result;
    println!(
        "{} of {voice}: words wrong {:.1} % (as spoken {:.1} %), spectrum {far:.1} dB apart, {time:.2} of real time",
        vocoder.engine_version(),
        after * 100.0,
        before * 100.0
    );
    result
}

#[test]
fn melgan_is_understood() {
    let [_, after, far, _] = measure(&mut melgan(), "hibari", &SENTENCES[..4]);
    assert!(after <= 0.06, "{after}");
    assert!(far < 5.0, "{far}");
}

#[test]
fn wavenet_is_understood() {
    let mut vocoder = wavenet();
    let [_, after, far, _] = measure(&mut vocoder, "hibari", &SENTENCES[..4]);
    assert!(after <= 0.15, "{after}");
    assert!(far < 6.0, "{far}");
}

#[test]
fn what_cannot_be_made_anew_is_refused() {
    let mut vocoder = wavenet();
    let mut refused =
        |sound: Pcm| revoice(&mut vocoder, &sound, Seed(0), &Cancel::new(), &mut |_, _| ()).is_err();
    assert!(refused(Pcm { rate: 16_000, samples: vec![] }));
    assert!(refused(Pcm { rate: 0, samples: vec![0.1; 100] }));
    assert!(refused(Pcm { rate: 16_000, samples: vec![f32::NAN; 100] }));
    assert!(refused(Pcm { rate: 8_000, samples: vec![0.0; 8_000 * 3_700] }));
}

#[test]
fn silence_stays_silent() {
    let mut engines: [Box<dyn Vocoder>; 2] = [Box::new(wavenet()), Box::new(melgan())];
    for vocoder in &mut engines {
        let made = anew(vocoder.as_mut(), &Pcm::silence(24_000, 0.5));
        let loudest = made.samples.iter().fold(0f32, |a, b| a.max(b.abs()));
        assert!(loudest < 0.01, "{}: {loudest}", vocoder.engine_version());
    }
}

#[test]
#[ignore = "takes minutes"]
fn figures() {
    for voice in ["hibari", "am_michael", "bf_emma"] {
        measure(&mut wavenet(), voice, &SENTENCES);
        measure(&mut melgan(), voice, &SENTENCES);
    }
}
