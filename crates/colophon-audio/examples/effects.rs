//! Renders sounds of the library to WAV files and says how fast: `effects DIR SECONDS [ID…]`.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool for developers")]

use colophon_audio::effects::{Layer, Render, Scene, measure, render, sounds};
use colophon_types::{Cancel, NoProgress, Seed, Stereo};

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().expect("a folder");
    let seconds: f64 = args.next().and_then(|s| s.parse().ok()).unwrap_or(6.0);
    let wanted: Vec<String> = args.collect();
    for sound in sounds() {
        if !wanted.is_empty() && !wanted.iter().any(|w| w == sound.id) {
            continue;
        }
        let scene = Scene { layers: vec![Layer::usual(sound, sound.en[0])], ..Scene::default() };
        let request = Render { seconds: Some(seconds), rate: 48_000, seed: Seed(7), round: false };
        let before = on_core();
        let made = render(&scene, &request, &NoProgress, &Cancel::new()).expect("a sound");
        let speed = seconds / (on_core() - before);
        let (loud, peak) = measure(&made);
        println!("{:18} x{speed:5.0}  {:6.1} LUFS {peak:5.1} dBTP", sound.id, loud.unwrap_or(f64::NAN));
        write(&format!("{dir}/{}.wav", sound.id), &made);
    }
}

/// Seconds that this thread has had on a core (Linux); other programs on the machine do not count.
fn on_core() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux's scheduler statistics");
    text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

fn write(path: &str, sound: &Stereo) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: sound.rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("a file");
    for (l, r) in sound.left.iter().zip(&sound.right) {
        for x in [l, r] {
            file.write_sample((x.clamp(-1.0, 1.0) * 32767.0) as i16).expect("a sample");
        }
    }
    file.finalize().expect("an end");
}
