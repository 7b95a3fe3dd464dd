//! Marks of pictures and films, found again after what happens to files on their way.

use std::f32::consts::PI;

use colophon_types::Raster;
use colophon_watermark::film::{FilmMark, FilmReader};
use colophon_watermark::{Found, Key, Payload, Turn, picture};

/// Repeatable numbers in 0…1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn gauss(&mut self) -> f32 {
        (0..12).map(|_| self.roll()).sum::<f32>() - 6.0
    }
}

fn painted(width: usize, height: usize, colour: impl Fn(f32, f32) -> [f32; 3]) -> Raster {
    let mut raster = Raster::filled(width as u32, height as u32, [255; 4]);
    for (k, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let c = colour((k % width) as f32, (k / width) as f32);
        (0..3).for_each(|n| p[n] = c[n].round().clamp(0.0, 255.0) as u8);
    }
    raster
}

/// Like a photo: noise of a spectrum that falls with frequency, and grain.
fn natural(width: usize, height: usize, seed: u64) -> Raster {
    let mut dice = Dice(seed);
    let mut sum = vec![0.0_f32; width * height];
    for (cell, depth) in [(128, 50.0), (64, 30.0), (32, 20.0), (16, 12.0), (8, 8.0), (4, 5.0)] {
        let across = width / cell + 2;
        let grid: Vec<f32> = (0..across * (height / cell + 2)).map(|_| dice.roll() * 2.0 - 1.0).collect();
        for (k, v) in sum.iter_mut().enumerate() {
            let (x, y) = (k % width, k / width);
            let (fx, fy) = ((x % cell) as f32 / cell as f32, (y % cell) as f32 / cell as f32);
            let at = y / cell * across + x / cell;
            let top = grid[at] * (1.0 - fx) + grid[at + 1] * fx;
            let low = grid[at + across] * (1.0 - fx) + grid[at + across + 1] * fx;
            *v += depth * (top * (1.0 - fy) + low * fy);
        }
    }
    let grain: Vec<f32> = sum.iter().map(|v| v + 2.0 * dice.gauss()).collect();
    painted(width, height, |x, y| {
        let v = grain[y as usize * width + x as usize];
        [130.0 + v, 115.0 + 0.9 * v, 95.0 + 0.8 * v]
    })
}

/// Like a drawing: a sky that fades, a hill, a sun, a house.
fn flat(width: usize, height: usize, seed: u64) -> Raster {
    let (w, h, s) = (width as f32, height as f32, seed as f32);
    painted(width, height, |x, y| {
        if (x - w * 0.7).hypot(y - h * 0.25) < 50.0 + s {
            [250.0, 220.0, 90.0]
        } else if (x - w * 0.3).abs() < 60.0 && (y - h * 0.6).abs() < 50.0 {
            [180.0, 60.0 + s, 50.0]
        } else if y > h * 0.7 + 30.0 * (x / w * PI + s).sin() {
            [70.0, 140.0, 60.0]
        } else {
            [120.0 + 80.0 * y / h, 180.0 + 50.0 * y / h, 235.0]
        }
    })
}

fn cropped(from: &Raster, left: usize, top: usize, width: usize, height: usize) -> Raster {
    let rows = from.rgba.chunks_exact(from.width as usize * 4).skip(top).take(height);
    let rgba = rows.flat_map(|r| &r[left * 4..(left + width) * 4]).copied().collect();
    Raster { width: width as u32, height: height as u32, rgba }
}

/// By the mean over each pixel's area, as a good program shrinks.
fn shrunk(from: &Raster, factor: f32) -> Raster {
    let (w, h) = (from.width as usize, from.height as usize);
    let (nw, nh) = ((w as f32 * factor).round() as usize, (h as f32 * factor).round() as usize);
    painted(nw, nh, |x, y| {
        let mut sum = [0.0; 3];
        const PARTS: usize = 4;
        for part in 0..PARTS * PARTS {
            let (px, py) = ((part % PARTS) as f32 + 0.5, (part / PARTS) as f32 + 0.5);
            let sx = (((x + px / PARTS as f32) * w as f32 / nw as f32) as usize).min(w - 1);
            let sy = (((y + py / PARTS as f32) * h as f32 / nh as f32) as usize).min(h - 1);
            let p = &from.rgba[(sy * w + sx) * 4..];
            (0..3).for_each(|c| sum[c] += f32::from(p[c]) / (PARTS * PARTS) as f32);
        }
        sum
    })
}

fn each(from: &Raster, mut change: impl FnMut(f32) -> f32) -> Raster {
    let mut to = from.clone();
    for p in to.rgba.chunks_exact_mut(4) {
        p[..3].iter_mut().for_each(|v| *v = change(f32::from(*v)).round().clamp(0.0, 255.0) as u8);
    }
    to
}

fn blurred(from: &Raster) -> Raster {
    let w = from.width as usize;
    let pass = |from: &Raster, step: usize| {
        let mut to = from.clone();
        for k in step..from.rgba.len() - step {
            let (a, b, c) = (from.rgba[k - step], from.rgba[k], from.rgba[k + step]);
            to.rgba[k] = ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) / 4) as u8;
        }
        to
    };
    pass(&pass(from, 4), 4 * w)
}

/// What JPEG at quality 50 does to brightness: blocks of 8 × 8, cosine transform, coarse steps.
fn quantised(from: &Raster) -> Raster {
    const STEPS: [f32; 64] = [
        16., 11., 10., 16., 24., 40., 51., 61., 12., 12., 14., 19., 26., 58., 60., 55., 14., 13., 16., 24.,
        40., 57., 69., 56., 14., 17., 22., 29., 51., 87., 80., 62., 18., 22., 37., 56., 68., 109., 103., 77.,
        24., 35., 55., 64., 81., 104., 113., 92., 49., 64., 78., 87., 103., 121., 120., 101., 72., 92., 95.,
        98., 112., 100., 103., 99.,
    ];
    let cosine: Vec<f32> = (0..64)
        .map(|k| {
            let (u, x) = ((k / 8) as f32, (k % 8) as f32);
            let scale = if u == 0.0 { 0.125_f32.sqrt() } else { 0.5 };
            scale * ((2.0 * x + 1.0) * u * PI / 16.0).cos()
        })
        .collect();
    let mut to = from.clone();
    let (w, h) = (from.width as usize, from.height as usize);
    for top in (0..h - h % 8).step_by(8) {
        for left in (0..w - w % 8).step_by(8) {
            let at = |k: usize| ((top + k / 8) * w + left + k % 8) * 4;
            let y: Vec<f32> = (0..64)
                .map(|k| {
                    let p = &from.rgba[at(k)..];
                    0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])
                })
                .collect();
            let turn = |from: &[f32], back: bool| {
                let c = |u: usize, x: usize| if back { cosine[x * 8 + u] } else { cosine[u * 8 + x] };
                let rows: Vec<f32> =
                    (0..64).map(|k| (0..8).map(|x| c(k % 8, x) * from[k / 8 * 8 + x]).sum()).collect();
                (0..64).map(|k| (0..8).map(|x| c(k / 8, x) * rows[x * 8 + k % 8]).sum()).collect::<Vec<f32>>()
            };
            let coarse: Vec<f32> =
                turn(&y, false).iter().zip(STEPS).map(|(v, step)| (v / step).round() * step).collect();
            for (k, new) in turn(&coarse, true).into_iter().enumerate() {
                let change = new - y[k];
                to.rgba[at(k)..][..3].iter_mut().for_each(|v| *v = (f32::from(*v) + change).round() as u8);
            }
        }
    }
    to
}

/// Mirrored left to right, then turned clockwise, pixel by pixel.
fn turned(from: &Raster, turn: Turn) -> Raster {
    let mut now = from.clone();
    if turn.mirrored {
        for row in now.rgba.chunks_exact_mut(from.width as usize * 4) {
            let flipped: Vec<u8> = row.chunks_exact(4).rev().flatten().copied().collect();
            row.copy_from_slice(&flipped);
        }
    }
    for _ in 0..turn.quarters {
        let (w, h) = (now.width as usize, now.height as usize);
        let rgba = (0..w).flat_map(|x| (0..h).rev().map(move |y| (y * w + x) * 4));
        let rgba = rgba.flat_map(|at| now.rgba[at..at + 4].to_vec()).collect();
        now = Raster { width: h as u32, height: w as u32, rgba };
    }
    now
}

fn payload() -> Payload {
    Payload::from_bits(0x0123_4567_89ab_cdef)
}

fn found(raster: &Raster) -> Option<Found> {
    picture::find(raster, &Key::public())
}

#[test]
fn a_picture_keeps_its_mark() {
    for (name, original) in [("natural", natural(640, 512, 1)), ("flat", flat(640, 512, 1))] {
        let mut marked = original.clone();
        let done = picture::embed(&mut marked, payload(), &Key::public()).unwrap();
        assert!(done.psnr >= 40.0, "{name}: {} dB", done.psnr);
        let mut dice = Dice(7);
        let attacked = [
            ("nothing", marked.clone()),
            ("crop 50 %", cropped(&marked, 37, 91, 452, 362)),
            ("half size", shrunk(&marked, 0.5)),
            ("three quarters", shrunk(&marked, 0.75)),
            ("noise", each(&marked, |v| v + 5.1 * dice.gauss())),
            ("blur", blurred(&marked)),
            ("brighter", each(&marked, |v| v * 1.2)),
            ("darker", each(&marked, |v| v * 0.8)),
            ("less contrast", each(&marked, |v| 128.0 + (v - 128.0) * 0.8)),
            ("coarse steps", quantised(&marked)),
            ("three quarters, coarse steps", quantised(&shrunk(&marked, 0.75))),
        ];
        for (attack, raster) in attacked {
            let found = found(&raster).map(|f| f.payload);
            assert_eq!(found, Some(payload().to_string()), "{name}, {attack}");
        }
    }
}

#[test]
fn mirrored_and_turned_pictures_are_found() {
    for (name, original) in [("natural", natural(640, 512, 1)), ("flat", flat(600, 500, 4))] {
        let mut marked = original.clone();
        picture::embed(&mut marked, payload(), &Key::public()).unwrap();
        for turn in Turn::ALL {
            let copy = turned(&marked, turn);
            let attacked = [
                ("nothing", copy.clone()),
                ("coarse steps", quantised(&copy)),
                ("crop", cropped(&copy, 23, 41, 440, 430)),
                ("three quarters, coarse steps", quantised(&shrunk(&copy, 0.75))),
            ];
            for (attack, raster) in attacked {
                let found = found(&raster).unwrap_or_else(|| panic!("{name}, {turn:?}, {attack}"));
                assert_eq!(found.payload, payload().to_string(), "{name}, {turn:?}, {attack}");
                assert_eq!(found.turn, turn, "{name}, {attack}");
                assert!(found.false_positive_rate <= 1e-4, "{name}, {turn:?}, {attack}");
            }
        }
    }
}

/// What turning costs: pictures that come back whole, and the milliseconds that looking takes.
#[test]
#[ignore = "measures: run with --no-capture"]
fn measured_over_many_pictures() {
    let (mut whole, mut took, mut alarms, mut bare) = ([0; 8], [0.0; 8], 0, 0.0);
    const PICTURES: u64 = 40;
    for seed in 0..PICTURES {
        let original =
            if seed % 2 == 0 { natural(1024, 768, 100 + seed) } else { flat(1024, 768, 100 + seed) };
        let mut marked = original.clone();
        picture::embed(&mut marked, payload(), &Key::public()).unwrap();
        let timed = |raster: &Raster, took: &mut f64| {
            let started = std::time::Instant::now();
            let found = found(raster);
            *took += started.elapsed().as_secs_f64() * 1e3;
            found
        };
        for (k, turn) in Turn::ALL.into_iter().enumerate() {
            let copy = quantised(&shrunk(&turned(&marked, turn), 0.75));
            let found = timed(&copy, &mut took[k]);
            whole[k] +=
                usize::from(found.is_some_and(|f| f.payload == payload().to_string() && f.turn == turn));
        }
        alarms += usize::from(timed(&original, &mut bare).is_some());
    }
    let each = |sum: f64| sum / PICTURES as f64;
    for (k, turn) in Turn::ALL.into_iter().enumerate() {
        println!("{turn:?}: {} of {PICTURES}, {:.0} ms", whole[k], each(took[k]));
    }
    println!("unmarked: {alarms} of {PICTURES}, {:.0} ms", each(bare));
    assert!(alarms == 0 && whole.iter().all(|n| *n as u64 * 10 >= PICTURES * 9), "{whole:?}");
}

#[test]
fn the_difference_is_what_was_told() {
    let original = natural(512, 512, 3);
    let mut marked = original.clone();
    let told = picture::embed(&mut marked, payload(), &Key::public()).unwrap().psnr;
    let colours = |r: &Raster| r.rgba.chunks_exact(4).flat_map(|p| p[..3].to_vec()).collect::<Vec<u8>>();
    let (a, b) = (colours(&original), colours(&marked));
    let squares: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    let psnr = 10.0 * (255.0_f64.powi(2) * a.len() as f64 / squares).log10();
    assert!((psnr - told).abs() < 0.01, "{psnr} but told {told}");
}

#[test]
fn the_same_comes_twice() {
    let (mut a, mut b) = (natural(300, 200, 5), natural(300, 200, 5));
    picture::embed(&mut a, payload(), &Key::public()).unwrap();
    picture::embed(&mut b, payload(), &Key::public()).unwrap();
    assert_eq!(a, b);
    assert_eq!(found(&a), found(&b));
}

#[test]
fn another_key_finds_nothing() {
    let mut marked = natural(512, 512, 6);
    picture::embed(&mut marked, payload(), &Key::new(b"mine")).unwrap();
    assert_eq!(found(&marked), None);
    assert!(picture::find(&marked, &Key::new(b"mine")).is_some());
}

#[test]
fn unmarked_pictures_have_none() {
    for seed in 0..20 {
        assert_eq!(found(&natural(256, 256, seed)), None);
        assert_eq!(found(&flat(256, 256, seed)), None);
    }
    assert_eq!(found(&Raster::filled(400, 300, [255; 4])), None);
}

#[test]
fn small_pictures_are_marked_or_refused() {
    let mut marked = natural(256, 256, 8);
    picture::embed(&mut marked, payload(), &Key::public()).unwrap();
    assert_eq!(found(&quantised(&marked)).map(|f| f.payload), Some(payload().to_string()));
    for (w, h) in [(0, 0), (1, 1), (127, 400), (400, 127)] {
        let mut small = Raster::filled(w, h, [90; 4]);
        assert!(picture::embed(&mut small, payload(), &Key::public()).is_err(), "{w} x {h}");
        assert_eq!(small, Raster::filled(w, h, [90; 4]));
    }
}

#[test]
fn hostile_sizes_do_no_harm() {
    let key = Key::public();
    for (w, h) in
        [(0, 0), (1, 1), (1, 5000), (5000, 1), (33, 40), (128, 129), (20_000, 128), (32, 9000), (131, 3001)]
    {
        let mut raster = natural(w.max(1), h.max(1), 9);
        (raster.width, raster.height) = (w as u32, h as u32);
        raster.rgba.truncate(w * h * 4);
        let _ = picture::embed(&mut raster, payload(), &key);
        let _ = found(&raster);
        FilmMark::new(payload(), &key).mark(&mut raster);
        let mut reader = FilmReader::new(&key);
        reader.add(&raster);
        let _ = reader.found();
    }
    // Bytes that do not fit the size.
    let mut broken = Raster { width: u32::MAX, height: u32::MAX, rgba: vec![0; 64] };
    assert!(picture::embed(&mut broken, payload(), &key).is_err());
    assert_eq!(found(&broken), None);
    FilmMark::new(payload(), &key).mark(&mut broken);
}

#[test]
fn clear_parts_stay_clear() {
    let mut raster = natural(512, 512, 10);
    for (k, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let alpha = if k % 512 < 100 { 0 } else { (k / 512 / 2) as u32 };
        (0..3).for_each(|c| p[c] = (u32::from(p[c]) * alpha / 255) as u8);
        p[3] = alpha as u8;
    }
    let before = raster.clone();
    let done = picture::embed(&mut raster, payload(), &Key::public()).unwrap();
    assert!(done.psnr >= 40.0);
    for (new, old) in raster.rgba.chunks_exact(4).zip(before.rgba.chunks_exact(4)) {
        assert_eq!(new[3], old[3]);
        assert!(new[..3].iter().all(|c| *c <= new[3]));
    }
    assert_eq!(found(&raster).map(|f| f.payload), Some(payload().to_string()));
    let mut clear = Raster::filled(512, 512, [0; 4]);
    assert!(picture::embed(&mut clear, payload(), &Key::public()).is_err());
}

#[test]
fn the_rate_of_false_alarms_is_told() {
    let mut marked = flat(512, 512, 2);
    picture::embed(&mut marked, payload(), &Key::public()).unwrap();
    let rate = found(&marked).unwrap().false_positive_rate;
    assert!(rate > 0.0 && rate <= 1e-4, "{rate}");
}

#[test]
fn a_film_keeps_its_mark() {
    let mark = FilmMark::new(payload(), &Key::public());
    let (mut whole, mut small, mut bare) =
        (FilmReader::new(&Key::public()), FilmReader::new(&Key::public()), FilmReader::new(&Key::public()));
    assert_eq!(whole.found(), None);
    for k in 0..6 {
        // A pan, and a cut in the middle.
        let scene = if k < 3 { natural(700, 400, 20) } else { flat(700, 400, 21) };
        let mut frame = cropped(&scene, 5 * k, 3 * k, 640, 360);
        bare.add(&frame);
        mark.mark(&mut frame);
        let frame = quantised(&frame);
        whole.add(&frame);
        // Cropped and shrunk.
        small.add(&shrunk(&cropped(&frame, 15, 8, 608, 342), 0.75));
    }
    assert_eq!(whole.frames(), 6);
    assert_eq!(bare.glance(), None);
    assert_eq!(whole.glance().map(|f| f.payload), Some(payload().to_string()));
    assert_eq!(whole.found().map(|f| f.payload), Some(payload().to_string()));
    assert_eq!(small.found().map(|f| f.payload), Some(payload().to_string()));
    assert_eq!(bare.found(), None);
}

#[test]
fn mirrored_films_are_found() {
    let mark = FilmMark::new(payload(), &Key::public());
    let mirrored = Turn { mirrored: true, quarters: 0 };
    let mut reader = FilmReader::new(&Key::public());
    for k in 0..4 {
        let mut frame = cropped(&natural(700, 400, 22), 5 * k, 3 * k, 640, 360);
        mark.mark(&mut frame);
        reader.add(&quantised(&turned(&frame, mirrored)));
    }
    let found = reader.found().unwrap();
    assert_eq!((found.payload, found.turn), (payload().to_string(), mirrored));
}
