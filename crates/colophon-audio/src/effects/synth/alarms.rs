//! Sirens, alarms and whistles of warning.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Signal, harmonics, white};
use crate::effects::take::Take;

/// The horn of an electronic siren: strong odd and even harmonics, thin below.
const HORN: [f32; 10] = [0.6, 1.0, 0.75, 0.55, 0.4, 0.28, 0.2, 0.14, 0.1, 0.07];

/// A police siren: a wail between 640 and 1500 Hz, up and down in four seconds.
pub(in crate::effects) fn wail(t: &Take) -> Signal {
    let period = t.period(4.0);
    harmonics(
        t.rate,
        t.seconds,
        |u| {
            let p = (u / period).fract();
            let up = if p < 0.42 { p / 0.42 } else { (1.0 - p) / 0.58 };
            640.0 * (1500.0f32 / 640.0).powf(up.powf(0.8)) * t.pitch
        },
        &HORN,
    )
}

/// An ambulance: two tones a fourth apart in turn.
pub(in crate::effects) fn ambulance(t: &Take) -> Signal {
    let period = t.period(1.1);
    let mut last = 440.0;
    harmonics(
        t.rate,
        t.seconds,
        |u| {
            let goal = if (u / period).fract() < 0.5 { 435.0 } else { 580.0 };
            last += (goal - last) * (1.0 - (-1.0 / (0.006 * t.rate)).exp());
            last * t.pitch
        },
        &HORN,
    )
}

/// A fire engine: a yelp, the wail three times a second.
pub(in crate::effects) fn yelp(t: &Take) -> Signal {
    let period = t.period(0.31);
    harmonics(
        t.rate,
        t.seconds,
        |u| {
            let p = (u / period).fract();
            let up = if p < 0.6 { p / 0.6 } else { (1.0 - p) / 0.4 };
            (620.0 + 880.0 * up) * t.pitch
        },
        &HORN,
    )
}

/// An air-raid siren: a chopper that is spun up slowly and runs down again, two voices a third apart.
pub(in crate::effects) fn air_raid(t: &Take) -> Signal {
    let period = t.period(9.0);
    let speed = |u: f32| 0.5 - 0.5 * (TAU * (u / period).fract()).cos();
    let amplitudes = [1.0, 0.55, 0.45, 0.3, 0.25, 0.15, 0.1];
    let voice = |ratio: f32| {
        harmonics(t.rate, t.seconds, |u| (140.0 + 300.0 * speed(u).powf(0.7)) * ratio * t.pitch, &amplitudes)
    };
    voice(1.0).plus(&voice(1.2)).swell(|u| 0.15 + 0.85 * speed(u).powf(0.5))
}

/// A car's alarm: what it can do, one after another.
pub(in crate::effects) fn car_alarm(t: &Take) -> Signal {
    let turn = t.period(2.0);
    harmonics(
        t.rate,
        t.seconds,
        |u| {
            let part = ((u / turn) as u32) % 3;
            let hertz = match part {
                0 => 800.0 + 900.0 * (u * 5.0).fract(),
                1 => {
                    if (u * 4.0).fract() < 0.5 {
                        920.0
                    } else {
                        1280.0
                    }
                }
                _ => 1250.0 + 500.0 * (TAU * 9.0 * u).sin(),
            };
            hertz * t.pitch
        },
        &[1.0, 0.6, 0.5, 0.35, 0.25, 0.15],
    )
}

/// A smoke alarm: three long beeps near 3.1 kHz and a pause (the T3 pattern of ISO 8201).
pub(in crate::effects) fn smoke(t: &Take) -> Signal {
    let period = t.period(4.0);
    let on = |u: f32| {
        let p = (u / period).fract() * 4.0;
        p < 3.0 && p.fract() < 0.5
    };
    let mut level = 0.0f32;
    harmonics(t.rate, t.seconds, |_| 3120.0 * t.pitch, &[1.0, 0.15, 0.3]).shape(|u, x| {
        let goal = if on(u) { 1.0 } else { 0.0 };
        level += (goal - level) * (1.0 - (-1.0 / (0.002 * t.rate)).exp());
        x * level
    })
}

/// A referee's whistle: a pea that makes it trill.
pub(in crate::effects) fn whistle(t: &Take) -> Signal {
    let mut dice = t.dice("pea");
    let mut out = t.silence(0.0);
    let times = t.many(1);
    for k in 0..times {
        let n = if times == 1 { 0.85 } else { 0.3 };
        let trill = dice.range(38.0, 46.0);
        let pitch = |u: f32| 2750.0 * t.pitch * (1.0 + 0.035 * (TAU * trill * u).sin());
        let tone = harmonics(t.rate, n, pitch, &[1.0, 0.25, 0.12])
            .shape(|u, x| x * (0.65 + 0.35 * (TAU * trill * u).sin()));
        let air = white(t.rate, n, dice.part("air").nth(k as usize)).band(3000.0, 1.5).gain(0.35);
        out = out.then(if k == 0 { 0.0 } else { 0.12 }, &tone.plus(&air).fade(0.015, 0.04));
    }
    out
}

/// A buzzer, as at the end of a game.
pub(in crate::effects) fn buzzer(t: &Take) -> Signal {
    let amplitudes: Vec<f32> =
        (1..40).map(|h| if h % 2 == 1 { 1.0 / (h as f32).sqrt() } else { 0.25 }).collect();
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let buzz =
            harmonics(t.rate, 1.1, |_| 123.0 * t.pitch, &amplitudes).bell(900.0, 1.0, 8.0).fade(0.01, 0.03);
        out.put(1.4 * k as f32, &buzz, 1.0);
    }
    out
}

/// A foghorn: a long, low tone with a grunt at its end.
pub(in crate::effects) fn foghorn(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let n = 3.4;
        let amplitudes: Vec<f32> = (1..20).map(|h| (-(h as f32) * 0.16).exp()).collect();
        let pitch = |u: f32| {
            165.0 * t.pitch * if u > n - 0.5 { 1.0 - 0.25 * ((u - n + 0.5) / 0.12).min(1.0) } else { 1.0 }
        };
        let horn = harmonics(t.rate, n, pitch, &amplitudes).fade(0.12, 0.2);
        out.put(5.0 * k as f32, &horn.swell(|u| 0.8 + 0.2 * (PI * u / n).sin()), 1.0);
    }
    out
}

/// The beep of a lorry that goes backwards.
pub(in crate::effects) fn reversing(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let period = t.period(1.0);
    let beep = harmonics(t.rate, 0.48 * period, |_| 1250.0 * t.pitch, &[1.0, 0.1, 0.35, 0.05, 0.12])
        .fade(0.006, 0.006);
    for at in t.dice("beeper").steady(period, 0.0, t.seconds) {
        out.put(at, &beep, 1.0);
    }
    out
}

/// The beep of a heart monitor.
pub(in crate::effects) fn monitor(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let period = t.period(0.86);
    let beep = harmonics(t.rate, 0.11, |_| 960.0 * t.pitch, &[1.0, 0.08]).fade(0.004, 0.008);
    for at in t.dice("monitor").steady(period, 0.0, t.seconds) {
        out.put(at, &beep, 1.0);
    }
    out
}

/// A sonar: a ping and the deep that answers.
pub(in crate::effects) fn sonar(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let ping: Signal =
            harmonics(t.rate, 2.6, |u| (1010.0 - 12.0 * u) * t.pitch, &[1.0, 0.06]).decay(0.01, 2.2);
        out.put(3.0 * k as f32, &ping, 1.0);
        out.put(3.0 * k as f32 + 0.62, &ping.low(900.0), 0.22);
    }
    out.fade(0.0, 0.3)
}
