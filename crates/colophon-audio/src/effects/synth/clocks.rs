//! Clocks, alarms and telephones.

use std::f32::consts::TAU;

use crate::effects::dsp::{Mode, Signal, harmonics, ring, strike, tone, white};
use crate::effects::take::Take;

/// A clock: one tick a second, every other one a little lower.
pub(in crate::effects) fn tick(t: &Take) -> Signal {
    let mut dice = t.dice("clock");
    let case = dice.range(0.92, 1.08) * t.pitch;
    let tick = |shift: f32| {
        let modes = [
            Mode::new(2350.0 * case * shift, 0.022, 1.0),
            Mode::new(3900.0 * case * shift, 0.012, 0.7),
            Mode::new(5700.0 * case, 0.008, 0.5),
            Mode::new(480.0 * case * shift, 0.035, 0.35),
        ];
        let mut out = strike(t.rate, &modes, 0.0001, 0.1);
        // The escapement: the pallet drops, then the wheel locks.
        let lock = out.clone();
        out.put(0.011, &lock, 0.45);
        out
    };
    let pair = [tick(1.0), tick(0.86)];
    let mut out = t.silence(t.seconds);
    let period = t.period(1.0);
    for (k, at) in dice.steady(period, 0.0, t.seconds).into_iter().enumerate() {
        out.put(at, &pair[k % 2], dice.range(0.93, 1.0));
    }
    out
}

/// A tall clock that strikes the hour: one stroke or as many as are asked for.
pub(in crate::effects) fn chime(t: &Take) -> Signal {
    let home = 233.0 * t.pitch;
    let modes = [
        Mode::new(home, 3.4, 1.0),
        Mode::new(home * 2.02, 2.0, 0.7),
        Mode::new(home * 3.2, 1.2, 0.6),
        Mode::new(home * 5.1, 0.6, 0.4),
        Mode::new(home * 7.3, 0.3, 0.25),
    ];
    let stroke = strike(t.rate, &modes, 0.0005, 4.0);
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        out.put(1.7 * k as f32 / t.pace, &stroke, 1.0);
    }
    out
}

/// Two small gongs that a hammer strikes in turn, so many times a second.
fn rattle_bell(t: &Take, n: f32, strokes: f32, homes: [f32; 2]) -> Signal {
    let bells = homes.map(|home| {
        let home = home * t.pitch;
        let modes = [
            Mode::new(home, 0.55, 1.0),
            Mode::new(home * 1.52, 0.4, 0.4),
            Mode::new(home * 2.64, 0.35, 0.7),
            Mode::new(home * 4.1, 0.2, 0.4),
        ];
        strike(t.rate, &modes, 0.00012, 0.8)
    });
    let mut out = t.silence(0.0);
    for (k, at) in t.dice("hammer").steady(1.0 / strokes, 0.05, n).into_iter().enumerate() {
        out.put(at, &bells[k % 2], 1.0);
    }
    out
}

/// An alarm clock with two bells on top.
pub(in crate::effects) fn alarm(t: &Take) -> Signal {
    let bell = rattle_bell(t, t.seconds, 17.0 * t.pace, [1810.0, 1950.0]);
    let spring = t.white("spring", t.seconds).band(3600.0, 2.0).level(0.02);
    bell.lasting(t.seconds).plus(&spring)
}

/// A digital alarm: four short beeps, a rest.
pub(in crate::effects) fn digital_alarm(t: &Take) -> Signal {
    let beep = harmonics(t.rate, 0.062, |_| 2048.0 * t.pitch, &[1.0, 0.0, 0.3, 0.0, 0.15]).fade(0.002, 0.002);
    let mut out = t.silence(t.seconds);
    let period = t.period(1.0);
    for at in t.dice("alarm").steady(period, 0.0, t.seconds) {
        for k in 0..4 {
            out.put(at + 0.125 * k as f32 * period, &beep, 1.0);
        }
    }
    out
}

/// An old telephone: two gongs, two seconds on and two off.
pub(in crate::effects) fn telephone(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let ring = rattle_bell(t, 1.8, 24.0, [1230.0, 1480.0]);
        out.put(3.6 * k as f32 / t.pace, &ring, 1.0);
    }
    out
}

/// A mobile telephone that plays a marimba figure.
pub(in crate::effects) fn ringtone(t: &Take) -> Signal {
    const FIGURE: [i32; 8] = [0, 4, 7, 12, 9, 7, 4, 7];
    let mut dice = t.dice("tune");
    let home = 659.3 * 2f32.powf(dice.whole(0, 5) as f32 / 12.0) * t.pitch;
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        for (i, step) in FIGURE.iter().enumerate() {
            let hertz = home * 2f32.powf(*step as f32 / 12.0);
            let note = ring(t.rate, &[Mode::new(hertz, 0.5, 1.0), Mode::new(hertz * 3.93, 0.13, 0.35)], 0.8);
            out.put((1.9 * k as f32 + 0.13 * i as f32) / t.pace, &note, if i % 4 == 0 { 1.0 } else { 0.75 });
        }
    }
    out
}

/// A telephone that vibrates on a table.
pub(in crate::effects) fn vibration(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        let buzz = harmonics(
            t.rate,
            0.42,
            |_| 158.0 * t.pitch,
            &[1.0, 0.7, 0.5, 0.45, 0.3, 0.3, 0.2, 0.15, 0.1, 0.1],
        );
        let table = white(t.rate, 0.42, t.dice("table").nth(k as usize))
            .band(1300.0, 1.0)
            .shape(|u, x| x * (0.5 + 0.5 * (TAU * 158.0 * u).sin()));
        out.put(0.62 * k as f32, &buzz.plus(&table.gain(0.8)).fade(0.03, 0.05), 1.0);
    }
    out
}

/// The tone of a line that is engaged.
pub(in crate::effects) fn busy(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let period = t.period(0.7);
    let beep = tone(t.rate, period * 0.5, |_| 450.0 * t.pitch).fade(0.005, 0.005);
    for at in t.dice("line").steady(period, 0.0, t.seconds) {
        out.put(at, &beep, 1.0);
    }
    out
}

/// A cuckoo clock: wooden pipes and the bellows that feed them.
pub(in crate::effects) fn cuckoo(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        for (at, hertz, n) in [(0.0, 830.0, 0.22), (0.42, 659.0, 0.3)] {
            let pipe = harmonics(t.rate, n, |_| hertz * t.pitch, &[1.0, 0.02, 0.32, 0.01, 0.1]);
            let wind = white(t.rate, n, t.dice("wind").nth(k as usize)).band(hertz * 2.2, 1.5).gain(0.22);
            out.put(1.25 * k as f32 + at, &pipe.plus(&wind).fade(0.02, 0.05), 1.0);
        }
        let flap = strike(t.rate, &[Mode::new(520.0, 0.05, 1.0), Mode::new(1300.0, 0.03, 0.6)], 0.0005, 0.1);
        out.put(1.25 * k as f32 + 0.8, &flap, 0.5);
    }
    out
}

/// A kitchen timer: its wheels tick fast.
pub(in crate::effects) fn stopwatch(t: &Take) -> Signal {
    let mut dice = t.dice("watch");
    let tick = ring(
        t.rate,
        &[
            Mode::new(6100.0 * t.pitch, 0.008, 1.0),
            Mode::new(3900.0 * t.pitch, 0.01, 0.5),
            Mode::new(2450.0 * t.pitch, 0.012, 0.3),
        ],
        0.05,
    );
    let mut out = t.silence(t.seconds);
    let period = t.period(0.2);
    for (k, at) in dice.steady(period, 0.0, t.seconds).into_iter().enumerate() {
        out.put(at, &tick, if k % 2 == 0 { 1.0 } else { 0.7 });
    }
    out
}
