//! Trains: wheels over joints, steam, horns, the crossing.

use crate::effects::dsp::{Mode, Signal, harmonics, ring, strike};
use crate::effects::take::Take;

/// A train: the roll of steel on steel, and at every joint the four wheels of two bogies.
pub(in crate::effects) fn train(t: &Take) -> Signal {
    let n = t.seconds;
    let mut dice = t.dice("joint");
    let roll = t.pink("roll", n).bell(240.0, 0.7, 7.0).low(2400.0).level(0.55);
    let hum = t.white("rail", n).band(1150.0, 3.0).level(0.1);
    let modes = [
        Mode::new(95.0 * t.pitch, 0.12, 1.0),
        Mode::new(240.0 * t.pitch, 0.09, 0.8),
        Mode::new(610.0 * t.pitch, 0.05, 0.6),
        Mode::new(1480.0 * t.pitch, 0.035, 0.35),
    ];
    let clack = strike(t.rate, &modes, 0.0008, 0.3);
    let mut out = roll.plus(&hum);
    // A rail of 18 m at 70 km/h; two axles 2.3 m apart.
    let period = t.period(0.93);
    for at in dice.steady(period, 0.012, n) {
        let axle = 0.125 * period;
        for (k, offset) in [0.0, axle, 2.6 * axle, 3.6 * axle].into_iter().enumerate() {
            out.put(at + offset, &clack, [1.0, 0.85, 0.7, 0.6][k] * dice.range(0.85, 1.0) * 1.4);
        }
    }
    out.lasting(n)
}

/// A steam engine: four beats of the blast at every turn of the wheels.
pub(in crate::effects) fn steam_train(t: &Take) -> Signal {
    let n = t.seconds;
    let mut dice = t.dice("blast");
    let mut out =
        t.pink("rumble", n).low(350.0).level(0.2).plus(&t.white("leak", n).high(4000.0).level(0.06));
    let period = t.period(0.27);
    let puffs: Vec<Signal> = (0..4)
        .map(|k| {
            let length = 0.24;
            t.white(&format!("puff {k}"), length)
                .swept_low(0.9, |u| 500.0 + 3200.0 * (-u / 0.05).exp())
                .swell(|u| (u / 0.012).min(1.0) * (-u / 0.075).exp())
                .fade(0.0, 0.05)
        })
        .collect();
    for (k, at) in dice.steady(period, 0.03, n).into_iter().enumerate() {
        out.put(at, &puffs[k % 4], [2.2, 1.5, 1.8, 1.4][k % 4] * dice.range(0.9, 1.0));
    }
    out.lasting(n)
}

/// A steam whistle: a chord of pipes that scoops up to its pitch.
pub(in crate::effects) fn steam_whistle(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        let n = if k == 0 { 0.7 } else { 1.7 };
        let mut whistle = t.silence(n);
        for ratio in [1.0, 1.26, 1.5] {
            let pitch = |u: f32| 640.0 * ratio * t.pitch * (0.9 + 0.1 * (u / 0.18).min(1.0));
            whistle = whistle.plus(&harmonics(t.rate, n, pitch, &[1.0, 0.25, 0.18, 0.06]));
        }
        let steam = t.white("steam", n).band(2400.0, 0.6).level(0.4);
        out = out.then(if k == 0 { 0.0 } else { 0.25 }, &whistle.plus(&steam).fade(0.07, 0.15));
    }
    out
}

/// A locomotive's air horn: five trumpets in a chord (a K5LA's D♯, F♯, G♯, B, D♯).
pub(in crate::effects) fn horn(t: &Take) -> Signal {
    let amplitudes = [0.8, 1.0, 0.9, 0.75, 0.6, 0.5, 0.4, 0.3, 0.25, 0.18, 0.12, 0.08];
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let n = 2.4;
        let mut chord = t.silence(n);
        for hertz in [311.1, 370.0, 415.3, 493.9, 622.3] {
            let pitch = |u: f32| hertz * t.pitch * (0.975 + 0.025 * (u / 0.12).min(1.0));
            chord = chord.plus(&harmonics(t.rate, n, pitch, &amplitudes));
        }
        out = out.then(if k == 0 { 0.0 } else { 0.5 }, &chord.drive(0.25).fade(0.06, 0.3));
    }
    out
}

/// The bell of a level crossing.
pub(in crate::effects) fn crossing(t: &Take) -> Signal {
    let home = 720.0 * t.pitch;
    let modes = [
        Mode::new(home, 0.5, 1.0),
        Mode::new(home * 1.51, 0.4, 0.8),
        Mode::new(home * 2.39, 0.3, 0.7),
        Mode::new(home * 3.47, 0.18, 0.4),
    ];
    let stroke = ring(t.rate, &modes, 0.7);
    let mut out = t.silence(t.seconds);
    let period = t.period(0.3);
    for at in t.dice("bell").steady(period, 0.0, t.seconds) {
        out.put(at, &stroke, 1.0);
    }
    out
}
