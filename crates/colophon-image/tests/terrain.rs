//! Landscapes by procedure.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may panic and print")]

use colophon_image::ImageError;
use colophon_image::terrain::{Hour, Plan, draw};
use colophon_types::{Cancel, Raster};

fn land(words: &str, seed: u64, size: (u32, u32), threads: usize) -> Raster {
    draw(Plan::of(words, seed), size, seed, threads, &Cancel::new(), &|_, _| {}).unwrap()
}

/// Mean red, green and blue of some rows, in parts of the height.
fn mean(r: &Raster, rows: std::ops::Range<f32>) -> [f32; 3] {
    let (from, to) = ((rows.start * r.height as f32) as usize, (rows.end * r.height as f32) as usize);
    let part = &r.rgba[from * r.width as usize * 4..to * r.width as usize * 4];
    let sum = part
        .as_chunks::<4>()
        .0
        .iter()
        .fold([0.0; 3], |sum, p| [0, 1, 2].map(|c: usize| sum[c] + f32::from(p[c])));
    sum.map(|s| s / (part.len() / 4) as f32)
}

#[test]
fn the_same_seed_gives_the_same_pixels_with_any_number_of_threads() {
    let first = land("mountain lake at dawn", 3, (160, 120), 1);
    assert!(first == land("mountain lake at dawn", 3, (160, 120), 3));
    assert!(first != land("mountain lake at dawn", 4, (160, 120), 1));
    assert_eq!((first.width, first.height), (160, 120));
    assert!(first.rgba.as_chunks::<4>().0.iter().all(|p| p[3] == 255));
}

#[test]
fn words_are_seen() {
    let size = (192, 160);
    let luma = |c: [f32; 3]| 0.3 * c[0] + 0.6 * c[1] + 0.1 * c[2];
    let (noon, night) = (land("mountains at noon", 5, size, 2), land("夜晚的山", 5, size, 2));
    assert!(luma(mean(&noon, 0.0..1.0)) > 1.5 * luma(mean(&night, 0.0..1.0)));
    let (winter, summer) = (land("winter hills, noon", 5, size, 2), land("summer hills, noon", 5, size, 2));
    assert!(luma(mean(&winter, 0.7..1.0)) > 1.2 * luma(mean(&summer, 0.7..1.0)), "snow is bright");
    let [r, g, b] = mean(&summer, 0.7..1.0);
    assert!(g > r && g > b, "grass is green: {r} {g} {b}");
    let [r, _, b] = mean(&land("sand dunes at noon", 5, size, 2), 0.7..1.0);
    assert!(r > 1.2 * b, "sand is warm: {r} {b}");
    let [r, _, b] = mean(&land("islands at noon", 5, size, 2), 0.7..1.0);
    assert!(b > 1.2 * r, "the sea is blue: {r} {b}");
    let [r, _, b] = mean(&land("日落 海岸", 5, size, 2), 0.2..0.35);
    assert!(r > 1.1 * b, "the sky of a sunset is warm: {r} {b}");
}

#[test]
fn every_land_at_every_shape_draws_and_odd_sizes_are_refused() {
    let sizes = [(64, 64), (320, 64), (64, 200)].into_iter().cycle();
    let lands = ["mountains", "hills", "canyon", "dunes", "coast", "islands", ""];
    for (seed, (words, size)) in (0..).zip(lands.into_iter().zip(sizes)) {
        let raster = land(words, seed, size, 2);
        let first = &raster.rgba[..4];
        assert!(raster.rgba.as_chunks::<4>().0.iter().any(|p| p != first), "{words} {size:?}");
    }
    for size in [(63, 64), (64, 4097), (0, 0)] {
        let made = draw(Plan::of("", 1), size, 1, 1, &Cancel::new(), &|_, _| {});
        assert!(matches!(made, Err(ImageError::Setting(_))), "{size:?}");
    }
    let stopped = Cancel::new();
    stopped.cancel();
    let made = draw(Plan::of("", 1), (640, 480), 1, 1, &stopped, &|_, _| {});
    assert!(matches!(made, Err(ImageError::Cancelled(_))));
    assert_eq!(Plan::of("夜", 1).hour, Hour::Night);
}
