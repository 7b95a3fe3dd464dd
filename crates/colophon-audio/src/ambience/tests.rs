//! The beds as they are heard: level, smoothness, colour, and odd requests.

use super::*;
use crate::mix::{loudness, under};

const RATE: u32 = 24_000;

fn heard() -> impl Iterator<Item = Ambience> {
    Ambience::ALL.into_iter().filter(|kind| *kind != Ambience::Silence)
}

fn highest(samples: &[f32]) -> f32 {
    samples.iter().fold(0f32, |peak, x| peak.max(x.abs()))
}

fn steepest(samples: &[f32]) -> f32 {
    samples.windows(2).fold(0f32, |most, pair| most.max((pair[1] - pair[0]).abs()))
}

/// Mean power spectrum in bands of `RATE / 2048` hertz.
fn spectrum(sound: &Pcm) -> Vec<f64> {
    let fft = realfft::RealFftPlanner::<f32>::new().plan_fft_forward(2048);
    let mut power = vec![0f64; 1025];
    for block in sound.samples.chunks_exact(2048) {
        let window = |i: usize| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / 2048.0).cos();
        let mut input: Vec<f32> = block.iter().enumerate().map(|(i, x)| x * window(i)).collect();
        let mut output = fft.make_output_vec();
        fft.process(&mut input, &mut output).expect("lengths");
        power.iter_mut().zip(&output).for_each(|(p, o)| *p += f64::from(o.norm_sqr()));
    }
    power
}

/// The share of the power above `hertz`.
fn share_above(sound: &Pcm, hertz: f64) -> f64 {
    let power = spectrum(sound);
    let first = (hertz * 2048.0 / f64::from(sound.rate)) as usize;
    power[first..].iter().sum::<f64>() / power.iter().sum::<f64>()
}

#[test]
fn beds_are_equally_loud_and_smooth() {
    for rate in [RATE, 48_000] {
        for kind in heard() {
            for (seconds, seed) in [(5.0, 1), (20.0, 2)] {
                let clock = std::time::Instant::now();
                let sound = bed(kind, seconds, rate, Seed(seed));
                let cost = clock.elapsed().as_secs_f64() * 1000.0 / seconds;
                let (l, peak, jump) = (
                    loudness(&sound).expect("long enough"),
                    highest(&sound.samples),
                    steepest(&sound.samples),
                );
                println!(
                    "{kind:?} {rate} Hz {seconds} s: {l:.1} LUFS, peak {peak:.3}, jump {jump:.3}, {cost:.1} ms/s"
                );
                assert_eq!(sound.samples.len(), (seconds * f64::from(rate)) as usize);
                assert!((l - BED_LUFS).abs() <= 1.5, "{kind:?}: {l} LUFS");
                assert!(peak <= 0.5 && jump <= 0.2, "{kind:?}: peak {peak}, jump {jump}");
                assert!(sound.samples.first().is_some_and(|x| x.abs() < 1e-3));
                assert!(sound.samples.last().is_some_and(|x| x.abs() < 1e-3));
            }
        }
    }
    assert!(bed(Ambience::Silence, 2.0, RATE, Seed(1)).samples.iter().all(|x| *x == 0.0));
}

#[test]
fn a_seed_is_a_sound() {
    for kind in heard() {
        let sound = |seed| bed(kind, 1.5, RATE, Seed(seed)).samples;
        let first = sound(5);
        assert!(first.iter().zip(sound(5)).all(|(a, b)| a.to_bits() == b.to_bits()), "{kind:?}");
        assert_ne!(first, sound(6), "{kind:?}");
    }
}

#[test]
fn places_sound_like_themselves() {
    let sound = |kind| bed(kind, 20.0, RATE, Seed(9));
    let bright = |kind| share_above(&sound(kind), 2000.0);
    let (rain, wind, forest, city) =
        (bright(Ambience::Rain), bright(Ambience::Wind), bright(Ambience::Forest), bright(Ambience::City));
    println!("above 2 kHz: rain {rain:.3}, wind {wind:.4}, forest {forest:.3}, city {city:.4}");
    assert!(rain > 0.3 && rain > 10.0 * wind && forest > 3.0 * wind && city < 0.05);

    // Crickets: a line that stands out of its surroundings.
    let night = spectrum(&sound(Ambience::Night));
    let bin = |hertz: usize| hertz * 2048 / RATE as usize;
    let line = night[bin(3900)..bin(4800)].iter().fold(0f64, |a, b| a.max(*b));
    let around = night[bin(5500)..bin(7000)].iter().sum::<f64>() / (bin(7000) - bin(5500)) as f64;
    println!("crickets {:.1} dB above their surroundings", 10.0 * (line / around).log10());
    assert!(line > 100.0 * around);

    // Waves: the loudness of half a second rises and falls; a room's does not.
    let range = |kind| {
        let sound = sound(kind);
        let power = |block: &[f32]| block.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let blocks: Vec<f64> = sound.samples[12_000..456_000].chunks(12_000).map(power).collect();
        let (low, high) = blocks.iter().fold((f64::MAX, 0f64), |(l, h), p| (l.min(*p), h.max(*p)));
        10.0 * (high / low).log10()
    };
    let (sea, room) = (range(Ambience::Sea), range(Ambience::Room));
    println!("half-second range: sea {sea:.1} dB, room {room:.1} dB");
    assert!(sea > 6.0 && room < 6.0, "{sea} dB, {room} dB");

    // Lapping: most of it between the wind and the birds.
    let between = |kind| share_above(&sound(kind), 400.0) - share_above(&sound(kind), 1500.0);
    let (lake, wood) = (between(Ambience::Lake), between(Ambience::Forest));
    println!("from 400 to 1500 Hz: lake {lake:.2}, forest {wood:.2}");
    assert!(lake > 0.4 && lake > 1.5 * wood, "{lake}, {wood}");
}

#[test]
fn odd_requests_are_bounded() {
    for kind in Ambience::ALL {
        for seconds in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(bed(kind, seconds, RATE, Seed(1)).samples.is_empty());
            assert!(joined(&[(0.0, 1.0, kind)], seconds, RATE, Seed(1)).samples.is_empty());
        }
        assert!(bed(kind, 3.0, 0, Seed(1)).samples.is_empty());
        assert!(bed(kind, 3.0, u32::MAX, Seed(1)).samples.is_empty());
        for (seconds, rate) in [(f64::INFINITY, 20), (1e12, 20), (1e-4, RATE), (0.1, RATE), (5.0, 1)] {
            let sound = bed(kind, seconds, rate, Seed(1));
            assert!(!sound.samples.is_empty() && sound.seconds() <= LONGEST);
            assert!(sound.samples.iter().all(|x| x.abs() <= 0.5), "{kind:?} {seconds} s {rate} Hz");
        }
        let odd = [(f64::NAN, 1.0, kind), (0.0, f64::INFINITY, kind), (-5.0, 5.5, kind), (0.9, 9.0, kind)];
        assert_eq!(joined(&odd, 1.0, RATE, Seed(1)).samples.len(), RATE as usize);
    }
}

#[test]
fn scenes_cross_over_without_a_dip() {
    let parts = [(0.0, 4.0, Ambience::City), (4.0, 3.0, Ambience::Room), (7.0, 3.0, Ambience::Room)];
    let film = joined(&parts, 12.0, RATE, Seed(4));
    let db = |from: f64, to: f64| {
        let at = |s: f64| (s * f64::from(RATE)) as usize;
        let block = &film.samples[at(from)..at(to)];
        10.0 * (block.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / block.len() as f64).log10()
    };
    assert_eq!(film.samples.len(), 12 * RATE as usize);
    assert!(steepest(&film.samples) <= 0.2 && highest(&film.samples) <= 0.5);
    // At the crossing, and where one room goes on into the next scene, the sound goes on.
    println!(
        "city {:.1}, crossing {:.1}, room {:.1}, within {:.1} dB",
        db(1.0, 3.5),
        db(3.8, 4.2),
        db(5.0, 6.5),
        db(6.8, 7.2)
    );
    assert!(db(3.8, 4.2) > db(1.0, 3.5).min(db(5.0, 6.5)) - 4.0);
    assert!((db(6.8, 7.2) - db(5.0, 6.5)).abs() < 3.0);
    assert!(film.samples[(10.4 * f64::from(RATE)) as usize..].iter().all(|x| *x == 0.0));
    assert!(film == joined(&parts, 12.0, RATE, Seed(4)));
}

#[test]
fn a_bed_lies_below_the_voice() {
    let mut voice = Pcm::silence(RATE, 12.0);
    let mut seed = Seed(3);
    for (i, x) in voice.samples.iter_mut().enumerate() {
        let t = i as f32 / RATE as f32;
        *x = 0.2 * (t * 12.0).sin().max(0.0) * seed.range(-1.0, 1.0);
    }
    let before = loudness(&voice).expect("loud");
    for kind in heard() {
        let sound = bed(kind, 12.0, RATE, Seed(8));
        let mixed = under(&voice, &sound, 22.0).expect("rates");
        let after = loudness(&mixed).expect("loud");
        let rest = mixed.samples.iter().zip(&voice.samples).map(|(m, v)| m - v).collect();
        let below = loudness(&Pcm { rate: RATE, samples: rest }).expect("loud");
        assert!((after - before).abs() < 0.2, "{kind:?}: {before} LUFS became {after}");
        assert!((before - below - 22.0).abs() < 0.1, "{kind:?}: {before} over {below} LUFS");
    }
    let silent = bed(Ambience::Silence, 12.0, RATE, Seed(8));
    assert!(under(&voice, &silent, 22.0).expect("rates") == voice);
    assert!(under(&voice, &Pcm::silence(48_000, 1.0), 22.0).is_err());
}
