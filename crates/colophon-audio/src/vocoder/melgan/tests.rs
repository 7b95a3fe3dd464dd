use std::collections::HashMap;
use std::time::Instant;

use safetensors::SafeTensors;

use super::*;

/// What `tests/python/melgan.py` has computed with PyTorch.
fn fixture() -> HashMap<String, Vec<f32>> {
    let bytes = include_bytes!("../../../tests/data/melgan.safetensors");
    let tensors = SafeTensors::deserialize(bytes).expect("a fixture");
    let floats =
        |data: &[u8]| data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    tensors.tensors().into_iter().map(|(name, view)| (name, floats(view.data()))).collect()
}

fn load(threads: usize) -> MelGan {
    MelGan::load(&colophon_test::models_dir().join("melgan"), threads)
        .expect("run `colophon models pull melgan`")
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn the_spectrum_is_that_of_pytorch() {
    let fixture = fixture();
    let mel = ANALYSIS.log_mel(&fixture["sound"], &Cancel::new()).expect("a spectrum");
    // The fixture's sound goes on after its first 40 frames.
    let whole = 37 * BANDS;
    assert!(farthest(&mel.values[..whole], &fixture["mel"][..whole]) < 1e-3);
}

#[test]
fn it_makes_what_pytorch_makes_whatever_the_threads() {
    let fixture = fixture();
    let mel = Mel { bands: BANDS, values: fixture["mel"].clone() };
    let of = |threads: usize| {
        load(threads).synthesise(&mel, Seed(0), &Cancel::new(), &mut |_, _| ()).expect("sound").samples
    };
    let made = of(1);
    assert_eq!(made.len(), 150 * 256);
    let loudest = made.iter().fold(0f32, |a, b| a.max(b.abs()));
    assert!(loudest > 0.2, "{loudest}");
    for (name, from) in [("start", 0), ("seam", 127 * 256), ("end", made.len() - 2048)] {
        let wanted = &fixture[name];
        let apart = farthest(&made[from..from + wanted.len()], wanted);
        assert!(apart < 1e-3, "{name}: {apart}");
    }
    assert_eq!(made, of(2));
}

#[test]
fn a_stop_is_obeyed_and_a_wrong_file_refused() {
    let stopped = Cancel::new();
    stopped.cancel();
    let mel = Mel { bands: BANDS, values: vec![-5.0; 80 * 20] };
    let made = load(1).synthesise(&mel, Seed(0), &stopped, &mut |_, _| ());
    assert!(matches!(made, Err(AudioError::Cancelled(_))));
    assert!(MelGan::load(Path::new("/nowhere"), 1).is_err());
}

#[test]
#[ignore = "measures speed"]
fn speed() {
    let mut vocoder = load(1);
    let mel = Mel { bands: BANDS, values: fixture()["mel"].repeat(3) };
    let start = Instant::now();
    let made = vocoder.synthesise(&mel, Seed(0), &Cancel::new(), &mut |_, _| ()).expect("sound");
    let seconds = start.elapsed().as_secs_f64();
    let sound = made.seconds();
    eprintln!(
        "MelGAN: {sound:.2} s of sound in {seconds:.2} s on one core, {:.3} of real time",
        seconds / sound
    );
}
