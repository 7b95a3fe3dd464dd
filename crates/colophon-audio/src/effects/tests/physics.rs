//! What each family has to do to be itself.

use super::{named, onsets, share, spectrum};
use crate::effects::dsp::Signal;

const RATE: f32 = 24_000.0;

#[test]
fn thunder_is_below_200_hz_and_hail_above_1_khz() {
    let (thunder, hail) = (named("thunder", 8.0, RATE, 1), named("hail", 5.0, RATE, 1));
    let (low, high) = (share(&thunder, 0.0, 200.0), share(&hail, 1000.0, 12_000.0));
    println!("thunder {low:.2} below 200 Hz, hail {high:.2} above 1 kHz");
    assert!(low > 0.7 && high > 0.8);
}

#[test]
fn a_clock_ticks_once_a_second() {
    let ticks = onsets(&named("clock", 10.0, RATE, 1), 0.3, 0.3);
    println!("ticks at {ticks:?}");
    // The first is at 0, before any rise can be seen.
    assert!((9..=10).contains(&ticks.len()));
    assert!(ticks.windows(2).all(|w| (w[1] - w[0] - 1.0).abs() < 0.02));
}

#[test]
fn crickets_sing_above_4_khz() {
    let crickets = named("crickets", 6.0, RATE, 1);
    assert!(share(&crickets, 3800.0, 5300.0) > 0.8, "{}", share(&crickets, 3800.0, 5300.0));
}

/// The strongest frequency of a stretch, in hertz.
fn peak(signal: &Signal, from: f32, to: f32) -> f32 {
    let at = |s: f32| ((s * signal.rate) as usize).min(signal.x.len());
    let part = Signal { rate: signal.rate, x: signal.x[at(from)..at(to)].to_vec() };
    let power = spectrum(&part);
    let best = (1..power.len()).max_by(|a, b| power[*a].total_cmp(&power[*b])).unwrap_or(0);
    best as f32 * signal.rate / 4096.0
}

#[test]
fn a_siren_rises_and_falls_and_an_ambulance_has_two_tones() {
    let siren = named("police_siren", 8.0, RATE, 1);
    let (low, high) = (share(&siren, 0.0, 600.0), share(&siren, 640.0, 12_000.0));
    assert!(low < 0.1 && high > 0.9, "{low} {high}");
    let (start, top) = (peak(&siren, 0.0, 0.17), peak(&siren, 1.6, 1.77));
    println!("siren from {start} to {top} Hz");
    assert!(top > 1.7 * start);
    let ambulance = named("ambulance", 3.3, RATE, 1);
    let (first, second) = (peak(&ambulance, 0.1, 0.5), peak(&ambulance, 0.65, 1.05));
    assert!((second / first - 580.0 / 435.0).abs() < 0.05, "{first} {second}");
}

#[test]
fn a_heart_beats_low_and_knocks_are_counted() {
    assert!(share(&named("heartbeat", 6.0, RATE, 1), 0.0, 200.0) > 0.9);
    let knocks = onsets(&named("knock", 1.0, RATE, 1), 0.25, 0.15);
    // The first begins at once.
    assert!((2..=3).contains(&knocks.len()), "{knocks:?}");
}

#[test]
fn a_cuckoo_falls_by_a_third() {
    let cuckoo = named("cuckoo", 1.0, RATE, 1);
    let (high, low) = (peak(&cuckoo, 0.55, 0.72), peak(&cuckoo, 0.86, 1.1));
    assert!((high / low - 1.25).abs() < 0.06, "{high} {low}");
}
