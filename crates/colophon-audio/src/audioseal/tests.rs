//! Beside the reference code, with two tiny networks of random weights (`colophon-test/data/sound_marks.py`): the
//! published ones cannot be here.

use colophon_test::audioseal;

use super::*;

#[derive(serde::Deserialize)]
struct Reference {
    sound: Vec<f32>,
    message: u16,
    mark: Vec<f32>,
    share: f64,
    bits: Vec<f32>,
}

fn networks() -> (tempfile::TempDir, AudioSeal, Reference) {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    audioseal::write(folder.path());
    let seal = AudioSeal::new(folder.path(), 1);
    (folder, seal, serde_json::from_str(audioseal::REFERENCE).unwrap())
}

#[test]
fn marks_and_finds_as_the_reference() {
    let (_folder, seal, reference) = networks();
    let sound = Pcm { rate: RATE, samples: reference.sound };
    let mark = seal.mark(&sound, reference.message, &Cancel::new()).unwrap();
    assert_eq!(mark.len(), reference.mark.len());
    let apart = mark.iter().zip(&reference.mark).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let loudest = reference.mark.iter().map(|x| x.abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5 && loudest > 1e-3, "{apart} apart of {loudest}");
    let other = seal.mark(&sound, !reference.message, &Cancel::new()).unwrap();
    assert!(other.iter().zip(&mark).any(|(a, b)| (a - b).abs() > 10.0 * apart), "the message is in the mark");
    let heard = seal.find(&sound, &Cancel::new()).unwrap();
    assert!((heard.share - reference.share).abs() < 1e-3, "{} {}", heard.share, reference.share);
    let bits = reference.bits.iter().fold(0, |message, bit| message << 1 | u16::from(*bit > 0.5));
    assert_eq!(heard.message, bits);
}

#[test]
fn long_sounds_are_marked_in_stretches() {
    let (_folder, seal, reference) = networks();
    let samples: Vec<f32> = reference.sound.iter().copied().cycle().take(2 * STRETCH + 700).collect();
    let mark = seal.mark(&Pcm { rate: RATE, samples: samples.clone() }, 7, &Cancel::new()).unwrap();
    assert_eq!(mark.len(), samples.len());
    assert!(mark.chunks(400).all(|part| part.iter().any(|x| x.abs() > 1e-4)), "no moment is left out");
    let heard = seal.find(&Pcm { rate: 44_100, samples }, &Cancel::new()).unwrap();
    assert!((0.0..=1.0).contains(&heard.share));
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let sound = Pcm { rate: RATE, samples: vec![0.1; 400] };
    let missing = AudioSeal::new(empty.path(), 1).find(&sound, &Cancel::new());
    assert!(missing.unwrap_err().to_string().contains("detector_base.pth"));
    // The one in the other's place.
    std::fs::write(empty.path().join(FILES[1]), audioseal::NETWORKS[0].1).unwrap();
    let other = AudioSeal::new(empty.path(), 1).find(&sound, &Cancel::new());
    assert!(other.unwrap_err().to_string().contains("detector.0.model"));
    let (_folder, seal, _) = networks();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(seal.mark(&sound, 1, &cancel), Err(AudioError::Cancelled(_))));
    let silence = seal.mark(&Pcm { rate: RATE, samples: Vec::new() }, 1, &Cancel::new()).unwrap();
    assert!(silence.is_empty());
}
