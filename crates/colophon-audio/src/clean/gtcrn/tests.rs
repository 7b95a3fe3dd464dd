use safetensors::SafeTensors;

use super::*;

/// What `tests/python/gtcrn.py` has computed.
fn fixture(name: &str) -> Vec<f32> {
    let bytes = include_bytes!("../../../tests/data/gtcrn.safetensors");
    let tensors = SafeTensors::deserialize(bytes).expect("a fixture");
    let view = tensors.tensor(name).expect("a tensor");
    view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn load() -> Gtcrn {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).expect("the runtime");
    Gtcrn::load(&colophon_test::models_dir().join("gtcrn")).expect("run `colophon models pull gtcrn`")
}

#[test]
fn it_cleans_as_the_reference_does() {
    let noisy = Pcm { rate: RATE, samples: fixture("noisy") };
    let clean = load().reduce(&noisy, &Cancel::new(), &mut |_, _| ()).expect("sound");
    let wanted = fixture("clean");
    assert_eq!(clean.samples.len(), wanted.len());
    let apart = clean.samples.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-4, "{apart}");
    let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
    assert!(power(&wanted) > 0.2 * power(&noisy.samples), "there is nothing left to compare");
}

#[test]
fn other_rates_keep_rate_length_and_place() {
    let mut engine = load();
    let noisy = Pcm { rate: RATE, samples: fixture("noisy") };
    let plain = engine.reduce(&noisy, &Cancel::new(), &mut |_, _| ()).expect("sound");
    for rate in [8_000, 24_000, 44_100, 48_000] {
        let sound = mix::resample(&noisy, rate).expect("sound");
        let clean = engine.reduce(&sound, &Cancel::new(), &mut |_, _| ()).expect("sound");
        assert_eq!((clean.rate, clean.samples.len()), (rate, sound.samples.len()));
        if rate > RATE {
            let back = mix::resample(&clean, RATE).expect("sound");
            let (mut same, mut all) = (0.0, 0.0);
            // The very ends ring where the rate changes.
            for (a, b) in back.samples.iter().zip(&plain.samples).skip(800).take(8_000) {
                same += f64::from((a - b) * (a - b));
                all += f64::from(b * b);
            }
            assert!(same < 0.02 * all, "{rate} Hz: {}", same / all);
        }
    }
}

#[test]
fn what_lies_above_is_turned_down_with_the_noise() {
    let mut seed = colophon_types::Seed(1);
    let samples = (0..96_000).map(|_| 0.05 * seed.range(-1.0, 1.0)).collect();
    let noise = Pcm { rate: 48_000, samples };
    let clean = load().reduce(&noise, &Cancel::new(), &mut |_, _| ()).expect("sound");
    let power = |x: &[f32]| x.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let decibels = 10.0 * (power(&clean.samples[24_000..]) / power(&noise.samples[24_000..])).log10();
    assert!(decibels < -15.0, "{decibels} dB");
}

#[test]
fn a_stop_is_obeyed() {
    let stopped = Cancel::new();
    stopped.cancel();
    let made = load().reduce(&Pcm::silence(RATE, 1.0), &stopped, &mut |_, _| ());
    assert!(matches!(made, Err(AudioError::Cancelled(_))));
}
