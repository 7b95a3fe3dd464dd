//! The published networks cannot be here. Two tiny ones stand in, of the same inputs and results
//! (`colophon-test/data/trustmark.py`).

use colophon_types::Seed;

use super::*;

fn networks() -> (tempfile::TempDir, TrustMark) {
    colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    colophon_test::trustmark::write(folder.path());
    let mark = TrustMark::new(folder.path(), 1);
    (folder, mark)
}

/// A soft picture.
fn picture(w: u32, h: u32) -> Raster {
    let mut raster = Raster::filled(w, h, [0, 0, 0, 255]);
    for (i, p) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (i as f32 % w as f32 / w as f32, (i / w as usize) as f32 / h as f32);
        let wave = |a: f32, b: f32| (128.0 + 60.0 * (a * x + b * y).sin()) as u8;
        *p = [wave(4.0, 1.0), wave(2.0, 5.0), wave(1.0, 3.0), 255];
    }
    raster
}

#[test]
fn payloads_become_words_and_come_back() {
    let mut dice = Seed(2);
    for _ in 0..50 {
        let payload = dice.next_u64() >> (64 - BITS);
        let mut bits = word(payload).map(|b| b > 0.5);
        assert_eq!(read(bits.iter().copied()), Some(payload));
        assert_eq!(TrustMark::binding(payload), format!("1*{payload:060b}1"));
        for _ in 0..5 {
            let place = dice.next_u64() as usize % (CARRIED - CODE_BITS);
            bits[place] = !bits[place];
        }
        assert_eq!(read(bits.iter().copied()), Some(payload));
        // Another code, or another 61st bit, is no mark of this kind.
        let mut other = word(payload).map(|b| b > 0.5);
        other[CARRIED - 1] = false;
        assert_eq!(read(other.iter().copied()), None);
    }
}

#[test]
fn pictures_of_any_shape_carry_it() {
    let (_folder, mark) = networks();
    let cancel = Cancel::new();
    for (w, h) in [(256, 256), (640, 400), (300, 900), (1200, 128)] {
        let plain = picture(w, h);
        assert_eq!(mark.find(&plain, &cancel).unwrap(), None, "{w} × {h}");
        let mut marked = plain.clone();
        assert!(mark.embed(&mut marked, 0x0123_4567_89ab_cdef, &cancel).unwrap(), "{w} × {h}");
        // Sixty bits of it.
        assert_eq!(mark.find(&marked, &cancel).unwrap(), Some(0x0123_4567_89ab_cdef & ((1 << 60) - 1)));
        let apart = plain.rgba.iter().zip(&marked.rgba).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!((1..=26).contains(&apart), "{apart} of 255");
        if w.max(h) > 2 * w.min(h) {
            // Only the middle has changed.
            assert_eq!(plain.rgba[..4], marked.rgba[..4]);
        }
        // Half the size still has it.
        let small = pixels::colours(&marked)
            .iter()
            .map(|p| p.resized(w as usize / 2, h as usize / 2))
            .collect::<Vec<_>>();
        let small = pixels::picture(&small, None);
        assert_eq!(mark.find(&small, &cancel).unwrap(), Some(0x0123_4567_89ab_cdef & ((1 << 60) - 1)));
    }
}

#[test]
fn what_cannot_be_read_back_stays_as_it_was() {
    let (_folder, mark) = networks();
    // Nothing can be seen of a change where all is clear.
    let clear = Raster::filled(64, 64, [0; 4]);
    let mut marked = clear.clone();
    assert!(!mark.embed(&mut marked, 5, &Cancel::new()).unwrap());
    assert_eq!(marked, clear);
    let none = tempfile::tempdir().unwrap();
    let missing = TrustMark::new(none.path(), 1).find(&picture(64, 64), &Cancel::new());
    assert!(missing.unwrap_err().to_string().contains("decoder_Q.onnx"));
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(mark.find(&picture(64, 64), &cancel), Err(ImageError::Cancelled(_))));
}
