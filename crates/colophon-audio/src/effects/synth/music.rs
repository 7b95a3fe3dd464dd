//! Instruments that are heard as effects: drums, cymbals, horns.

use std::f32::consts::TAU;

use crate::effects::dsp::{Mode, Signal, harmonics, ring, strike, tone, white};
use crate::effects::take::Take;

/// One stroke on a snare drum.
fn snare(t: &Take, index: usize) -> Signal {
    let mut dice = t.dice("snare").nth(index);
    let head =
        ring(t.rate, &[Mode::new(185.0 * t.pitch, 0.09, 1.0), Mode::new(332.0 * t.pitch, 0.07, 0.6)], 0.2);
    let wires =
        white(t.rate, 0.16, dice.part("wires")).band(dice.range(3000.0, 3800.0), 0.5).decay(0.0005, 0.13);
    let mut out = wires.gain(0.7);
    out.put(0.0, &head, 0.7);
    out
}

/// A drum roll that grows, and the stroke at its end.
pub(in crate::effects) fn drum_roll(t: &Take) -> Signal {
    let strokes: Vec<Signal> = (0..8).map(|i| snare(t, i)).collect();
    let n = 2.8;
    let mut dice = t.dice("sticks");
    let mut out = t.silence(0.0);
    for (k, at) in dice.steady(1.0 / (25.0 * t.pace), 0.12, n).into_iter().enumerate() {
        out.put(at, &strokes[k % 8], (0.25 + 0.5 * at / n) * dice.range(0.85, 1.0));
    }
    out.put(n + 0.02, &strokes[0], 1.5);
    out.put(n + 0.02, &tone(t.rate, 0.4, |u| 62.0 + 60.0 * (-u / 0.03).exp()).decay(0.001, 0.35), 0.7);
    out
}

/// A crash cymbal.
pub(in crate::effects) fn cymbal(t: &Take) -> Signal {
    let mut dice = t.dice("cymbal");
    let modes: Vec<Mode> = (0..60)
        .map(|_| {
            let hertz = dice.log_range(420.0, 11_500.0) * t.pitch;
            Mode::new(hertz, 2.6 / (1.0 + hertz / 6000.0), dice.range(0.4, 1.0))
        })
        .collect();
    let metal = strike(t.rate, &modes, 0.00004, 3.0);
    let wash = t.white("wash", 3.0).high(3200.0).decay(0.002, 2.0).level(0.12);
    metal.unit().gain(0.6).plus(&wash.gain(1.6)).fade(0.0, 0.6)
}

/// A large drum, as in a temple or a battle.
pub(in crate::effects) fn taiko(t: &Take) -> Signal {
    let mut dice = t.dice("drum");
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        let home = 68.0 * t.pitch;
        let body = tone(t.rate, 1.1, |u| home * (1.0 + 0.5 * (-u / 0.03).exp())).decay(0.002, 1.0);
        let skin = ring(
            t.rate,
            &[
                Mode::new(home * 1.59, 0.4, 0.6),
                Mode::new(home * 2.14, 0.3, 0.45),
                Mode::new(home * 2.65, 0.2, 0.3),
            ],
            0.6,
        );
        let stick = white(t.rate, 0.04, dice.part("stick").nth(k as usize)).low(1800.0).decay(0.0006, 0.03);
        let at = 0.75 * k as f32 / t.pace;
        let gain = dice.range(0.85, 1.0);
        out.put(at, &body, gain);
        out.put(at, &skin, 0.6 * gain);
        out.put(at, &stick, 0.5 * gain);
    }
    out
}

/// A wooden fish or a temple block.
pub(in crate::effects) fn temple_block(t: &Take) -> Signal {
    let home = t.dice("block").range(610.0, 720.0) * t.pitch;
    let modes =
        [Mode::new(home, 0.09, 1.0), Mode::new(home * 1.46, 0.05, 0.35), Mode::new(home * 2.9, 0.02, 0.2)];
    let stroke = strike(t.rate, &modes, 0.0005, 0.2);
    let mut out = t.silence(t.seconds);
    let period = t.period(0.62);
    for at in t.dice("beat").steady(period, 0.01, t.seconds) {
        out.put(at, &stroke, 1.0);
    }
    out
}

/// A brass player's note: brighter as it grows louder.
fn brass(t: &Take, hertz: f32, n: f32) -> Signal {
    let amplitudes: Vec<f32> = (1..20).map(|h| (-(h as f32 - 2.5).abs() * 0.28).exp()).collect();
    harmonics(
        t.rate,
        n,
        |u| hertz * t.pitch * (1.0 - 0.03 * (-u / 0.03).exp() + 0.003 * (TAU * 5.0 * u).sin()),
        &amplitudes,
    )
    .swept_low(0.7, |u| 700.0 + 3800.0 * (u / 0.07).min(1.0) * (1.0 - 0.3 * u / n))
    .fade(0.025, 0.08)
}

/// A fanfare of trumpets.
pub(in crate::effects) fn fanfare(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for (at, hertz, n) in [
        (0.0, 392.0, 0.17),
        (0.2, 392.0, 0.17),
        (0.4, 392.0, 0.17),
        (0.6, 523.25, 0.55),
        (1.2, 392.0, 0.3),
        (1.55, 523.25, 1.4),
    ] {
        let chord: &[f32] = if n > 0.5 { &[1.0, 1.26, 1.4983] } else { &[1.0, 0.7937] };
        for ratio in chord {
            out.put(at / t.pace, &brass(t, hertz * ratio, n), 0.7);
        }
    }
    out
}

/// A horn that calls: hunting horn, alphorn.
pub(in crate::effects) fn horn_call(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for (at, hertz, n) in [(0.0, 174.6, 0.5), (0.55, 261.6, 1.0), (1.7, 349.2, 1.6)] {
        let warm = brass(t, hertz, n).low(1300.0);
        out.put(at / t.pace, &warm.fade(0.06, 0.2), 1.0);
    }
    out
}

/// A harp that is swept upwards.
pub(in crate::effects) fn harp(t: &Take) -> Signal {
    const SCALE: [f32; 7] = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];
    let mut out = t.silence(0.0);
    for k in 0..22 {
        let hertz = 196.0 * 2f32.powf(SCALE[k % 7] / 12.0 + (k / 7) as f32) * t.pitch;
        // A string of a waveguide: a burst of noise in a loop.
        let burst = white(t.rate, 1.0 / hertz, t.dice("pluck").nth(k)).lasting(1.6);
        let string = burst.comb(1.0 / hertz, 0.985, 0.35).high(80.0).fade(0.001, 0.5);
        out.put(0.062 * k as f32 / t.pace, &string.unit(), 0.5 + 0.02 * k as f32);
    }
    out
}
