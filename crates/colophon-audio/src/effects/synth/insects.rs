//! Insects and frogs: what stridulates, buzzes and croaks.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Signal, harmonics, tone};
use crate::effects::take::Take;

/// Crickets: chirps of three or four pulses of a wing near 4.5 kHz, about two chirps a second each.
pub(in crate::effects) fn crickets(t: &Take) -> Signal {
    let mut out = t.pink("air", t.seconds).band(500.0, 0.5).level(0.003);
    for i in 0..3 {
        let mut dice = t.dice("cricket").nth(i);
        let hertz = dice.range(4200.0, 4900.0) * t.pitch;
        let pulse =
            tone(t.rate, 0.016, |u| hertz * (1.0 - 1.5 * u)).swell(|u| (PI * u / 0.016).sin().max(0.0));
        let mut chirp = t.silence(0.0);
        for k in 0..dice.whole(3, 4) {
            chirp.put(k as f32 * 0.031, &pulse, 0.7 + 0.1 * k as f32);
        }
        let level = [1.0, 0.55, 0.35][i];
        let period = dice.range(0.42, 0.52) / t.pace;
        for at in dice.steady(period, 0.06, t.seconds) {
            if at > 0.0 && !dice.chance(0.04) {
                out.put(at, &chirp, level);
            }
        }
    }
    out.lasting(t.seconds)
}

/// Cicadas: a loud, dense buzz of clicks that swells and sinks.
pub(in crate::effects) fn cicadas(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.silence(n);
    for i in 0..2 {
        let part = format!("cicada {i}");
        let mut dice = t.dice(&part);
        let clicks = dice.range(105.0, 135.0) * t.pace;
        let centre = dice.range(5200.0, 6200.0) * t.pitch;
        let mut swell = t.glide(&part, (0.8, 2.5));
        let mut phase = 0f32;
        let song = t.white(&part, n).band(centre, 5.0).level(1.0).shape(|_, x| {
            phase = (phase + clicks / t.rate).fract();
            x * (0.15 + 1.1 * (-phase * 3.0).exp())
        });
        out = out.plus(&song.swell(|_| 0.35 + 0.9 * swell.next()).gain([1.0, 0.6][i]));
    }
    out
}

/// Bees around a hive: wing beats near 230 Hz, many and never in tune.
pub(in crate::effects) fn bees(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.silence(n);
    for i in 0..5 {
        let part = format!("bee {i}");
        let home = t.dice(&part).range(195.0, 260.0) * t.pitch;
        let mut bend = t.glide(&part, (0.15, 0.7));
        let mut near = t.glide(&format!("{part} near"), (0.5, 2.0));
        let (mut now, mut at) = (0.5, 0usize);
        let wing = harmonics(
            t.rate,
            n,
            |_| {
                if at % 32 == 0 {
                    now = bend.next();
                }
                at += 1;
                home * (0.92 + 0.16 * now)
            },
            &[0.6, 1.0, 0.8, 0.55, 0.4, 0.25, 0.15, 0.1],
        );
        out = out.plus(&wing.swell(|_| 0.1 + near.next().powi(2)));
    }
    out
}

/// A mosquito: one thin, wandering whine.
pub(in crate::effects) fn mosquito(t: &Take) -> Signal {
    let mut bend = t.glide("bend", (0.2, 0.9));
    let mut near = t.glide("near", (0.6, 2.0));
    let (mut now, mut at) = (0.5, 0usize);
    harmonics(
        t.rate,
        t.seconds,
        |_| {
            if at % 32 == 0 {
                now = bend.next();
            }
            at += 1;
            590.0 * t.pitch * (0.9 + 0.2 * now)
        },
        &[1.0, 0.7, 0.45, 0.3, 0.22, 0.14, 0.1, 0.07],
    )
    .swell(|_| 0.08 + near.next().powf(2.5))
}

/// A fly: lower and rougher, in bursts, with rests.
pub(in crate::effects) fn fly(t: &Take) -> Signal {
    let mut bend = t.glide("bend", (0.05, 0.3));
    let mut near = t.glide("near", (0.25, 0.9));
    let (mut now, mut at) = (0.5, 0usize);
    let buzz = harmonics(
        t.rate,
        t.seconds,
        |_| {
            if at % 32 == 0 {
                now = bend.next();
            }
            at += 1;
            165.0 * t.pitch * (0.8 + 0.45 * now)
        },
        &[0.5, 0.8, 1.0, 0.9, 0.7, 0.55, 0.45, 0.35, 0.3, 0.2, 0.2, 0.15],
    );
    buzz.swell(|_| (near.next() * 1.5 - 0.4).max(0.0).powf(1.5))
}

/// One croak: a train of pulses of a sac's resonance, rising at its end.
fn croak(t: &Take, hertz: f32, pulses: f32, seconds: f32, rise: f32) -> Signal {
    let mut phase = 0f32;
    harmonics(t.rate, seconds, |u| hertz * (1.0 + rise * (u / seconds).powi(2)), &[1.0, 0.35, 0.5, 0.1])
        .shape(|_, x| {
            phase = (phase + pulses / t.rate).fract();
            x * (-phase * 4.0).exp()
        })
        .swell(|u| (PI * (u / seconds).clamp(0.0, 1.0)).sin().max(0.0).powf(0.5))
}

/// Frogs at a pond.
pub(in crate::effects) fn frogs(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    for i in 0..4 {
        let mut dice = t.dice("frog").nth(i);
        let hertz = dice.log_range(520.0, 1150.0) * t.pitch;
        let pulses = dice.range(42.0, 75.0);
        let first = croak(t, hertz, pulses, 0.16, 0.1);
        let second = croak(t, hertz * 1.1, pulses, 0.2, 0.5);
        let mut both = first;
        both = both.then(0.05, &second);
        let gain = [1.0, 0.7, 0.5, 0.35][i];
        let period = dice.range(0.8, 1.5) / t.pace;
        for at in dice.steady(period, 0.5, t.seconds) {
            out.put(at, &both, gain * dice.range(0.7, 1.0));
        }
    }
    out.lasting(t.seconds)
}

/// A rattlesnake: its tail, fifty dry beats a second, and a hiss.
pub(in crate::effects) fn rattlesnake(t: &Take) -> Signal {
    let mut phase = 0f32;
    let mut force = t.glide("force", (0.3, 1.0));
    let rattle = t.white("rattle", t.seconds).band(7200.0 * t.pitch, 1.0).level(1.0).shape(|u, x| {
        phase = (phase + (52.0 + 4.0 * (TAU * 0.7 * u).sin()) * t.pace / t.rate).fract();
        x * (-phase * 5.0).exp()
    });
    rattle.swell(|_| 0.6 + 0.5 * force.next()).plus(&t.white("hiss", t.seconds).high(3500.0).level(0.03))
}
