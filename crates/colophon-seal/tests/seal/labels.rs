//! The visible label, measured from rendered pixels.

use colophon_seal::{Corner, FILM_LABEL_SECONDS, FilmLabel, LABEL_TEXT, LabelProfile, TEXT_LABEL};
use colophon_types::Raster;

fn grey(width: u32, height: u32) -> Raster {
    Raster::filled(width, height, [90, 90, 90, 255])
}

fn marked(width: u32, height: u32, index: u64, corner: Corner) -> Raster {
    let mut frame = grey(width, height);
    FilmLabel::new(corner, LabelProfile::All).mark(index, 24, &mut frame);
    frame
}

/// The bounding box of bright pixels, column by column grouped into letters: (left, right, height).
fn letters(raster: &Raster) -> Vec<(usize, usize, usize)> {
    let (w, h) = (raster.width as usize, raster.height as usize);
    let bright = |x: usize, y: usize| raster.rgba[(y * w + x) * 4] > 180;
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    for x in 0..w {
        let rows: Vec<usize> = (0..h).filter(|y| bright(x, *y)).collect();
        match (rows.first(), rows.last()) {
            (Some(top), Some(bottom)) => {
                let (_, t, b) = run.get_or_insert((x, *top, *bottom));
                *t = (*t).min(*top);
                *b = (*b).max(*bottom);
            }
            _ => {
                if let Some((left, top, bottom)) = run.take() {
                    found.push((left, x, bottom - top + 1));
                }
            }
        }
    }
    found
}

#[test]
fn the_words_hold_both_elements() {
    assert!(LABEL_TEXT.contains("AI") && LABEL_TEXT.contains("生成"));
    assert!(TEXT_LABEL.contains("人工智能") && TEXT_LABEL.contains("生成") && TEXT_LABEL.contains("AI"));
}

#[test]
fn capitals_and_characters_are_at_least_five_percent_of_the_shortest_side() {
    for (width, height) in [(1920, 1080), (1080, 1920), (1280, 720), (512, 512), (854, 480)] {
        let frame = marked(width, height, 0, Corner::TopLeft);
        let found = letters(&frame);
        let least = f64::from(width.min(height)) * 0.05;
        // A, I, then the two characters (whose strokes may touch or fall apart into columns).
        assert!(found[0].2 as f64 >= least && found[1].2 as f64 >= least, "{width}x{height}: {found:?}");
        let em = found[0].2 as f64 / 0.733;
        let hanzi: Vec<_> = found.iter().skip(2).filter(|l| (l.1 - l.0) as f64 > 0.7 * em).collect();
        assert!(
            hanzi.len() >= 2 && hanzi[..2].iter().all(|l| l.2 as f64 >= least),
            "{width}x{height}: {found:?}"
        );
        // It is whole: nothing bright touches the edge.
        let last = found.last().unwrap();
        assert!(last.1 < width as usize - 2, "{found:?}");
        // Top left.
        assert!(found[0].0 < width as usize / 10);
    }
}

#[test]
fn the_label_stays_for_its_time_then_fades_and_is_gone() {
    let (label, fps) = (FilmLabel::default(), 30);
    let strength = |index: u64| {
        let mut frame = grey(640, 360);
        label.mark(index, fps, &mut frame);
        frame.rgba.chunks_exact(4).map(|p| p[0].abs_diff(90) as u64).sum::<u64>()
    };
    let full = strength(0);
    let hold = (FILM_LABEL_SECONDS * f64::from(fps)) as u64;
    const { assert!(FILM_LABEL_SECONDS >= 2.5) };
    assert!((0..hold).all(|i| strength(i) == full));
    let fade: Vec<u64> = (hold..hold + 30).map(strength).collect();
    // Each pixel is rounded, so the sum wavers by a fraction of a step a pixel.
    assert!(fade.windows(2).all(|w| w[1] <= w[0] + full / 100), "{fade:?}");
    assert_eq!(*fade.last().unwrap(), 0);
    assert!(fade.iter().filter(|s| **s > 0 && **s < full).count() > 5, "softly");
    assert_eq!(strength(1_000_000), 0);
}

#[test]
fn marking_is_deterministic_opaque_and_survives_any_size() {
    for corner in [Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight] {
        for (width, height) in [(1, 1), (3, 200), (200, 3), (64, 64), (4000, 50), (1, 0), (0, 0)] {
            let frame = marked(width, height, 3, corner);
            assert_eq!(frame, marked(width, height, 3, corner));
            assert!(frame.rgba.chunks_exact(4).all(|p| p[3] == 255));
        }
    }
    // A raster whose size lies about its bytes.
    let mut short = Raster { width: 100, height: 100, rgba: vec![0; 37] };
    FilmLabel::default().mark(0, 24, &mut short);
}

#[test]
fn marking_a_frame_takes_less_than_a_millisecond() {
    let label = FilmLabel::default();
    let mut frame = grey(1920, 1080);
    label.mark(0, 24, &mut frame);
    let mut best = f64::MAX;
    for _ in 0..5 {
        let started = std::time::Instant::now();
        for i in 0..20 {
            label.mark(i, 24, &mut frame);
        }
        best = best.min(started.elapsed().as_secs_f64() / 20.0);
    }
    println!("{:.3} ms a frame of 1920x1080", best * 1e3);
    assert!(best < 1e-3, "{best} s");
}
