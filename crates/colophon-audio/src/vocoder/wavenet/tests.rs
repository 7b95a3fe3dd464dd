use std::collections::HashMap;
use std::time::Instant;

use safetensors::SafeTensors;

use super::*;

/// What `training/wavenet/export.py` has computed with PyTorch on the same weights.
fn fixture() -> HashMap<String, Vec<f32>> {
    let bytes = include_bytes!("../../../tests/data/wavenet.safetensors");
    let tensors = SafeTensors::deserialize(bytes).expect("a fixture");
    let floats =
        |data: &[u8]| data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    tensors.tensors().into_iter().map(|(name, view)| (name, floats(view.data()))).collect()
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn spectrum_and_predictors_are_those_of_training() {
    let fixture = fixture();
    let mel = ANALYSIS.log_mel(&fixture["sound"], &Cancel::new()).expect("a spectrum");
    assert!(farthest(&mel.values, &fixture["mel"]) < 1e-4);
    let found =
        lpc::predictors(&ANALYSIS, &Mel { bands: 80, values: fixture["mel"].clone() }).expect("predictors");
    let taps: Vec<f32> = found.iter().flat_map(|p| p.taps).collect();
    let gains: Vec<f32> = found.iter().map(|p| p.gain).collect();
    assert!(farthest(&taps, &fixture["taps"]) < 1e-4);
    for (gain, wanted) in gains.iter().zip(&fixture["gains"]) {
        assert!((gain / wanted - 1.0).abs() < 1e-4, "{gain} {wanted}");
    }
}

/// Runs the built-in network over the fixture's spectrum.
fn run(frames: usize, choose: &mut dyn FnMut(usize, &[f32]) -> f32) {
    let fixture = fixture();
    let vocoder = WaveNet::built_in().expect("the network");
    let mel = Mel { bands: 80, values: fixture["mel"].clone() };
    let predictors = lpc::predictors(&ANALYSIS, &mel).expect("predictors");
    let mut run = Run::new(&vocoder.net);
    for (t, predictor) in predictors.iter().take(frames).enumerate() {
        run.frame(&vocoder.net.condition(&mel, t), predictor, choose, &mut Vec::new());
    }
}

#[test]
fn it_reads_along_as_pytorch_does() {
    let fixture = fixture();
    let mut mixtures = Vec::new();
    run(10, &mut |t, mixture| {
        mixtures.extend_from_slice(mixture);
        fixture["excitation"][t]
    });
    let apart = farthest(&mixtures, &fixture["mixtures"]);
    assert!(apart < 1e-4, "{apart}");
}

#[test]
fn by_itself_it_says_what_it_says_in_pytorch() {
    let fixture = fixture();
    let mut chosen = Vec::new();
    run(3, &mut |_, mixture| {
        let next = draw(mixture, Drawing::Likeliest, &mut Seed(0));
        chosen.push(next);
        next
    });
    let apart = farthest(&chosen, &fixture["alone"]);
    assert!(chosen.len() == 384 && apart < 1e-3, "{apart}");
}

#[test]
fn a_seed_decides_and_a_stop_is_obeyed() {
    let mut vocoder = WaveNet::built_in().expect("the network");
    let mel = Mel { bands: 80, values: fixture()["mel"].clone() };
    let mut make = |seed: u64, cancel: &Cancel| vocoder.synthesise(&mel, Seed(seed), cancel, &mut |_, _| ());
    let first = make(1, &Cancel::new()).expect("sound");
    assert_eq!((first.rate, first.samples.len()), (16_000, 1280));
    assert_eq!(first, make(1, &Cancel::new()).expect("sound"));
    assert_ne!(first, make(2, &Cancel::new()).expect("sound"));
    let stopped = Cancel::new();
    stopped.cancel();
    assert!(matches!(make(1, &stopped), Err(AudioError::Cancelled(_))));
}

#[test]
fn what_is_no_spectrum_or_no_network_is_refused() {
    let mut vocoder = WaveNet::built_in().expect("the network");
    for (bands, values) in [(80, vec![]), (40, vec![0.0; 80]), (80, vec![f32::NAN; 80]), (80, vec![0.0; 81])]
    {
        let mel = Mel { bands, values };
        let made = vocoder.synthesise(&mel, Seed(0), &Cancel::new(), &mut |_, _| ());
        assert!(matches!(made, Err(AudioError::Sound { .. })), "{made:?}");
    }
    for cut in [0, 7, 100, 5000, BUILT_IN.len() - 1] {
        assert!(WaveNet::read(&BUILT_IN[..cut]).is_err());
    }
}

#[test]
fn the_wildest_spectrum_gives_finite_sound() {
    let mut vocoder = WaveNet::built_in().expect("the network");
    let mut seed = Seed(9);
    for (low, high) in [(-11.5f32, 6.0f32), (-80.0, -79.0), (20.0, 21.0), (-11.5, -11.5)] {
        let values = (0..80 * 8).map(|_| seed.range(low, high)).collect();
        let made = vocoder.synthesise(&Mel { bands: 80, values }, Seed(1), &Cancel::new(), &mut |_, _| ());
        assert!(made.expect("sound").samples.iter().all(|x| x.is_finite()));
    }
}

#[test]
#[ignore = "measures speed"]
fn speed() {
    let mut vocoder = WaveNet::built_in().expect("the network");
    let mel = fixture()["mel"].repeat(40);
    let start = Instant::now();
    let made = vocoder.synthesise(&Mel { bands: 80, values: mel }, Seed(1), &Cancel::new(), &mut |_, _| ());
    let seconds = start.elapsed().as_secs_f64();
    let sound = made.expect("sound").seconds();
    eprintln!(
        "WaveNet: {sound:.2} s of sound in {seconds:.2} s on one core, {:.2} of real time",
        seconds / sound
    );
}
