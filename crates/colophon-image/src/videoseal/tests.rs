//! Beside the reference code, with two tiny networks of random weights (`colophon-test/data/film_marks.py`): the
//! published ones cannot be here.

use colophon_test::videoseal::{CHECKPOINT, REFERENCE};

use super::*;

#[derive(serde::Deserialize)]
struct Reference {
    width: u32,
    height: u32,
    message: Vec<u8>,
    every: usize,
    change: Vec<f32>,
    marked: Vec<u8>,
    bits: Vec<f32>,
}

impl Reference {
    fn picture(&self) -> Raster {
        let mut picture = Raster::filled(self.width, self.height, [0, 0, 0, 255]);
        for (i, p) in picture.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let (x, y) = (i as u32 % self.width, i as u32 / self.width);
            let checks = (x / 12 + y / 10) % 2 * 170 + 30;
            *p = [(x * 2 + y) as u8, (x * y / 16 + 40) as u8, checks as u8, 255];
        }
        picture
    }

    fn message(&self) -> [bool; BITS] {
        std::array::from_fn(|i| self.message[i] == 1)
    }
}

fn networks() -> (tempfile::TempDir, VideoSeal, Reference) {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(CHECKPOINT.0), CHECKPOINT.1).unwrap();
    let seal = VideoSeal::new(folder.path(), 1);
    (folder, seal, serde_json::from_str(REFERENCE).unwrap())
}

fn furthest(a: impl IntoIterator<Item = f32>, b: &[f32]) -> f32 {
    a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn marks_and_reads_as_the_reference() {
    let (_folder, seal, reference) = networks();
    let picture = reference.picture();
    let change = seal.change(&picture, &reference.message(), &Cancel::new()).unwrap();
    let made = change.0[0].v.iter().copied().step_by(reference.every);
    let apart = furthest(made, &reference.change);
    let most = reference.change.iter().fold(0f32, |most, x| most.max(x.abs()));
    assert!(apart < 3e-4 && most > 0.1, "{apart} apart of {most}");
    let other = seal.change(&picture, &[false; BITS], &Cancel::new()).unwrap();
    let other = furthest(other.0[0].v.iter().copied(), &change.0[0].v);
    assert!(other > 20.0 * apart, "the message is in the mark: {other}");

    let mut marked = picture.clone();
    change.lay(&mut marked);
    let colours = marked.rgba.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]);
    let bytes = colours.step_by(reference.every).map(f32::from);
    let expected: Vec<f32> = reference.marked.iter().map(|v| f32::from(*v)).collect();
    assert!(furthest(bytes, &expected) <= 1.0, "but for rounding");
    assert_ne!(marked, picture);

    let read = seal.read(&VideoSeal::seen(&picture).unwrap(), &Cancel::new()).unwrap();
    assert_eq!(read.len(), reference.bits.len());
    let apart = furthest(read.iter().copied(), &reference.bits);
    let most = reference.bits.iter().fold(0f32, |most, x| most.max(x.abs()));
    assert!(apart < 1e-4 * most.max(1.0), "{apart} apart of {most}");
}

#[test]
fn clear_pixels_and_broken_frames_stay_as_they_are() {
    let change = Change(vec![Plane { w: SIDE, h: SIDE, v: vec![1.0; SIDE * SIDE] }]);
    let mut frame = Raster::filled(40, 30, [90, 120, 60, 255]);
    frame.rgba[..4].copy_from_slice(&[10, 20, 30, 100]);
    change.lay(&mut frame);
    assert_eq!(frame.rgba[..4], [10, 20, 30, 100]);
    assert!(frame.rgba[200] > 90);
    let mut broken = Raster { width: 40, height: 30, rgba: vec![7; 11] };
    change.lay(&mut broken);
    assert_eq!(broken.rgba, [7; 11]);
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let frame = VideoSeal::seen(&Raster::filled(64, 64, [90, 120, 60, 255])).unwrap();
    let missing = VideoSeal::new(empty.path(), 1).read(&frame, &Cancel::new());
    assert!(missing.unwrap_err().to_string().contains(FILE));
    // A checkpoint of another method.
    let (_, other) = colophon_test::audioseal::NETWORKS[0];
    std::fs::write(empty.path().join(FILE), other).unwrap();
    let other = VideoSeal::new(empty.path(), 1).load();
    assert!(other.unwrap_err().to_string().contains("embedder.msg_processor"));
    let (_folder, seal, _) = networks();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(seal.read(&frame, &cancel), Err(ImageError::Cancelled(_))));
    let nothing = seal.change(&Raster::filled(0, 0, [0; 4]), &[true; BITS], &Cancel::new());
    assert!(matches!(nothing, Err(ImageError::BadPicture { .. })));
}
