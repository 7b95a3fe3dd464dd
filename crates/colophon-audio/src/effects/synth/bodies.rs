//! The body: heart, breath, snoring.

use std::f32::consts::PI;

use crate::effects::dsp::{Signal, tone, white};
use crate::effects::take::Take;

/// A heart as through a stethoscope: two dull beats, seventy times a minute.
pub(in crate::effects) fn heartbeat(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let mut dice = t.dice("heart");
    let period = t.period(60.0 / 70.0);
    let beat = |hertz: f32, n: f32| {
        tone(t.rate, n, |u| hertz * t.pitch * (1.0 + 0.7 * (-u / 0.02).exp()))
            .swell(|u| (u / 0.008).min(1.0) * (-u / (n * 0.28)).exp())
            .fade(0.0, n * 0.3)
    };
    let (first, second) = (beat(46.0, 0.2), beat(60.0, 0.14));
    for at in dice.steady(period, 0.015, t.seconds) {
        out.put(at, &first, dice.range(0.92, 1.0));
        out.put(at + (0.3 * period).min(0.31), &second, 0.62);
    }
    out
}

/// Breathing: in, a short turn, out.
pub(in crate::effects) fn breathing(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let mut dice = t.dice("breath");
    let period = t.period(3.4);
    for (k, at) in dice.steady(period, 0.02, t.seconds).into_iter().enumerate() {
        let (inwards, outwards) = (0.36 * period, 0.44 * period);
        let breath = |n: f32, low: f32, high: f32, name: &str| {
            let noise = white(t.rate, n, t.dice(name).nth(k));
            let dark = noise.clone().band(low * t.pitch, 1.2);
            dark.plus(&noise.band(high * t.pitch, 1.0).gain(0.6))
                .swell(|u| (PI * (u / n).clamp(0.0, 1.0)).sin().max(0.0).powf(1.3))
        };
        out.put(at, &breath(inwards, 1500.0, 3800.0, "in"), 0.6);
        out.put(at + 0.45 * period, &breath(outwards, 650.0, 1700.0, "out"), 1.0);
    }
    out
}

/// Snoring: the palate flutters as air is drawn in, then a soft breath out.
pub(in crate::effects) fn snoring(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let mut dice = t.dice("snore");
    let period = t.period(3.8);
    for (k, at) in dice.steady(period, 0.03, t.seconds).into_iter().enumerate() {
        let n = 0.36 * period;
        let flutter = dice.range(34.0, 46.0) * t.pitch;
        let mut phase = 0f32;
        let noise = white(t.rate, n, t.dice("throat").nth(k));
        let throat = noise.clone().band(260.0, 1.5).gain(1.6).plus(&noise.clone().band(900.0, 2.0).gain(0.7));
        let rasp = throat.shape(|u, x| {
            phase = (phase + flutter * (1.0 + 0.25 * u / n) / t.rate).fract();
            x * (-phase * 5.0).exp() * (PI * (u / n).clamp(0.0, 1.0)).sin().max(0.0).powf(0.7)
        });
        out.put(at, &rasp, 1.0);
        let n = 0.4 * period;
        let breath = white(t.rate, n, t.dice("out").nth(k)).band(900.0, 0.8);
        out.put(at + 0.47 * period, &breath.swell(|u| (PI * (u / n).clamp(0.0, 1.0)).sin().max(0.0)), 0.07);
    }
    out
}

/// A kiss: the lips draw in air and part with a small pop.
pub(in crate::effects) fn kiss(t: &Take) -> Signal {
    let squeeze =
        white(t.rate, 0.12, t.dice("squeeze")).swept_band(4.0, |u| 1500.0 + 9000.0 * u).fade(0.07, 0.005);
    let mut out = squeeze.gain(0.5);
    let pop = tone(t.rate, 0.05, |u| (700.0 + 9000.0 * u) * t.pitch).decay(0.001, 0.04);
    out.put(0.118, &pop, 1.0);
    let tick: Signal = white(t.rate, 0.01, t.dice("tick")).high(2000.0).decay(0.0003, 0.008);
    out.put(0.118, &tick, 0.5);
    out
}
