//! Machines: motors with brushes, compressors, printers, tools.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Mode, Signal, harmonics, ring, saw, strike, white};
use crate::effects::take::Take;

/// A vacuum cleaner: a fast motor with its fan, and the air in the hose.
pub(in crate::effects) fn vacuum(t: &Take) -> Signal {
    let n = t.seconds;
    let mut load = t.glide("load", (0.6, 2.0));
    let (mut now, mut i) = (0.5, 0usize);
    let pitch = |_: f32| {
        if i % 32 == 0 {
            now = load.next();
        }
        i += 1;
        298.0 * t.pitch * (0.985 + 0.03 * now)
    };
    let motor = harmonics(t.rate, n, pitch, &[0.9, 1.0, 0.5, 0.35, 0.5, 0.2, 0.35, 0.12, 0.1]).level(0.5);
    let air = t.white("air", n).bell(1450.0, 1.2, 9.0).low(5200.0).high(180.0).level(1.0);
    motor.plus(&air)
}

/// A fan: blades that pass, and the air they move.
pub(in crate::effects) fn fan(t: &Take) -> Signal {
    let n = t.seconds;
    let air = t.pink("air", n).low(t.between(700.0, 1500.0)).high(60.0).level(1.0);
    let beat = 26.0 * t.pace;
    let air = air.shape(|u, x| x * (1.0 + 0.28 * (TAU * beat * u).sin()));
    let motor = harmonics(t.rate, n, |_| 100.0 * t.pitch, &[1.0, 0.5, 0.25, 0.12]).level(0.16);
    air.plus(&motor)
}

/// A hair dryer: bright air over a whine.
pub(in crate::effects) fn dryer(t: &Take) -> Signal {
    let n = t.seconds;
    let air = t.white("air", n).high(700.0).bell(2600.0, 0.7, 6.0).low(8500.0).level(1.0);
    let whine = harmonics(t.rate, n, |_| 490.0 * t.pitch, &[0.5, 1.0, 0.2, 0.4, 0.1]).level(0.13);
    air.plus(&whine)
}

/// A refrigerator: the hum of its compressor.
pub(in crate::effects) fn fridge(t: &Take) -> Signal {
    let n = t.seconds;
    let hum = harmonics(t.rate, n, |_| 50.0 * t.pitch, &[0.35, 1.0, 0.3, 0.4, 0.12, 0.2, 0.05, 0.08]);
    let mut sway = t.glide("sway", (0.8, 2.5));
    hum.swell(|_| 0.85 + 0.3 * sway.next()).level(1.0).plus(&t.pink("air", n).low(500.0).level(0.12))
}

/// A hum of the mains: transformer, neon.
pub(in crate::effects) fn hum(t: &Take) -> Signal {
    let n = t.seconds;
    let amplitudes = [0.1, 1.0, 0.1, 0.6, 0.08, 0.45, 0.05, 0.3, 0.05, 0.22, 0.03, 0.15, 0.02, 0.1];
    let core = harmonics(t.rate, n, |_| 50.0 * t.pitch, &amplitudes).level(1.0);
    let buzz = saw(t.rate, n, |_| 100.0 * t.pitch).high(1800.0).level(0.12);
    core.plus(&buzz)
}

/// A washing machine: the drum turns, water and cloth fall.
pub(in crate::effects) fn washing(t: &Take) -> Signal {
    let n = t.seconds;
    let period = t.period(1.25);
    let motor = harmonics(t.rate, n, |_| 96.0 * t.pitch, &[1.0, 0.6, 0.3, 0.25, 0.1]).level(0.35);
    let slosh = t
        .pink("slosh", n)
        .band(480.0, 0.6)
        .level(1.0)
        .swell(|u| (0.5 + 0.5 * (TAU * u / period).sin()).powi(3));
    let mut out = motor.plus(&slosh);
    let thump = ring(t.rate, &[Mode::new(72.0, 0.16, 1.0), Mode::new(128.0, 0.1, 0.6)], 0.3);
    for at in t.dice("cloth").steady(period, 0.1, n) {
        out.put(at + 0.3 * period, &thump, 1.6);
    }
    out.lasting(n)
}

/// A microwave oven: its hum and turntable, and the bell at the end.
pub(in crate::effects) fn microwave(t: &Take) -> Signal {
    let n = (t.seconds - 0.6).max(1.0);
    let hum = harmonics(t.rate, n, |_| 120.0 * t.pitch, &[1.0, 0.35, 0.5, 0.1, 0.25, 0.05, 0.15]).level(0.8);
    let fan = t.pink("fan", n).band(900.0, 0.6).level(0.45);
    let mut out = hum.plus(&fan).fade(0.15, 0.08);
    let home = 2080.0 * t.pitch;
    let bell = ring(t.rate, &[Mode::new(home, 1.1, 1.0), Mode::new(home * 2.7, 0.5, 0.3)], 1.4);
    out.put(n, &bell, 1.8);
    out
}

/// A printer: the carriage runs across and back, paper moves on.
pub(in crate::effects) fn printer(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.silence(n);
    let line = t.period(1.5);
    let run = 0.5 * line;
    for (k, at) in t.dice("lines").steady(line, 0.0, n).into_iter().enumerate() {
        for (way, offset) in [(1.0, 0.0), (0.92, run)] {
            let m = run * 0.86;
            let motor = saw(t.rate, m, |u| {
                let ramp = (u / 0.08).min(1.0).min((m - u).max(0.0) / 0.08);
                (140.0 + 430.0 * ramp) * way * t.pitch
            });
            let head = white(t.rate, m, t.dice("head").nth(k * 2 + (offset > 0.0) as usize))
                .band(2800.0, 1.0)
                .level(0.5);
            let both = motor.band(1350.0, 0.8).level(0.7).plus(&head);
            out.put(at + offset, &both.fade(0.05, 0.05), 1.0);
        }
        let paper = white(t.rate, 0.1, t.dice("paper").nth(k)).band(4200.0, 0.8).fade(0.02, 0.03);
        out.put(at + 0.9 * run, &paper, 0.6);
    }
    out.lasting(n)
}

/// A photograph: the mirror, the first curtain, the second.
pub(in crate::effects) fn camera(t: &Take) -> Signal {
    let mut dice = t.dice("camera");
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let home = dice.range(1300.0, 1600.0) * t.pitch;
        let part = |f: f32, contact: f32| {
            let modes = [
                Mode::new(f, 0.02, 1.0),
                Mode::new(f * 1.9, 0.014, 0.8),
                Mode::new(f * 3.3, 0.01, 0.7),
                Mode::new(330.0, 0.03, 0.5),
            ];
            strike(t.rate, &modes, contact, 0.1)
        };
        let start = 0.7 * k as f32 / t.pace;
        out.put(start, &part(home * 0.8, 0.0002), 0.8);
        out.put(
            start + 0.03,
            &white(t.rate, 0.035, dice.part("curtain").nth(k as usize)).band(4200.0, 0.8).fade(0.004, 0.02),
            0.3,
        );
        out.put(start + 0.075, &part(home, 0.00012), 1.0);
        out.put(start + 0.105, &part(home * 0.7, 0.0003), 0.5);
    }
    out
}

/// A drill: a motor under load, and the screech of the bit.
pub(in crate::effects) fn drill(t: &Take) -> Signal {
    let n = t.seconds;
    let mut load = t.glide("load", (0.25, 0.9));
    let (mut now, mut i) = (0.5, 0usize);
    let pitch = |_: f32| {
        if i % 32 == 0 {
            now = load.next();
        }
        i += 1;
        415.0 * t.pitch * (0.86 + 0.2 * now)
    };
    let motor =
        harmonics(t.rate, n, pitch, &[0.6, 0.9, 1.0, 0.8, 0.6, 0.7, 0.4, 0.5, 0.3, 0.25, 0.2]).level(1.0);
    let bit = t.white("bit", n).band(5200.0, 1.2).level(0.5);
    motor.plus(&bit)
}

/// A chain saw: a small two-stroke engine that is given gas and meets wood.
pub(in crate::effects) fn chainsaw(t: &Take) -> Signal {
    let n = t.seconds;
    let mut gas = t.glide("gas", (0.5, 1.5));
    let (mut now, mut i) = (0.5, 0usize);
    let mut dice = t.dice("shots");
    let (mut phase, mut luck) = (0f32, 1f32);
    let engine = t.white("gas noise", n).shape(|_, x| {
        if i % 32 == 0 {
            now = gas.next();
        }
        i += 1;
        phase += (72.0 + 95.0 * now) * t.pitch / t.rate;
        if phase >= 1.0 {
            phase -= 1.0;
            luck = dice.range(0.6, 1.0);
        }
        luck * (-phase * 6.0).exp() * (1.0 + 0.7 * x)
    });
    let engine = engine.high(60.0).comb(0.0031, -0.6, 0.3).bell(2300.0, 1.0, 8.0).low(6500.0).level(1.0);
    engine.plus(&t.white("chain", n).band(4600.0, 1.0).level(0.25))
}

/// A hand saw in wood: pushed and drawn.
pub(in crate::effects) fn sawing(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    let period = t.period(0.95);
    for (k, at) in t.dice("strokes").steady(period, 0.03, t.seconds).into_iter().enumerate() {
        for (offset, home, gain) in [(0.0, 1500.0, 1.0), (0.5, 1150.0, 0.7)] {
            let n = 0.4 * period;
            let teeth = white(t.rate, n, t.dice("teeth").nth(2 * k + (offset > 0.0) as usize));
            let mut phase = 0f32;
            let cut = teeth.band(home * t.pitch, 1.1).shape(|u, x| {
                let speed = (PI * (u / n).clamp(0.0, 1.0)).sin();
                phase = (phase + 150.0 * speed / t.rate).fract();
                x * speed * (0.35 + 0.65 * (-phase * 4.0).exp())
            });
            out.put(at + offset * period, &cut, gain);
        }
    }
    out
}

/// A factory: presses in time, motors, steam.
pub(in crate::effects) fn factory(t: &Take) -> Signal {
    let n = t.seconds;
    let hum = harmonics(t.rate, n, |_| 48.0 * t.pitch, &[0.6, 1.0, 0.5, 0.6, 0.3, 0.3, 0.2]).level(0.35);
    let mut out = hum.plus(&t.pink("air", n).low(1300.0).level(0.4));
    let press = strike(
        t.rate,
        &[
            Mode::new(88.0, 0.2, 1.0),
            Mode::new(310.0, 0.25, 0.6),
            Mode::new(870.0, 0.2, 0.4),
            Mode::new(1630.0, 0.12, 0.3),
        ],
        0.001,
        0.5,
    );
    let period = t.period(1.2);
    for at in t.dice("press").steady(period, 0.0, n) {
        out.put(at, &press, 2.2);
        let hiss = white(t.rate, 0.35, t.dice("steam")).high(3000.0).decay(0.01, 0.35);
        out.put(at + 0.45 * period, &hiss, 0.35);
    }
    out.lasting(n)
}

/// An air conditioner: a steady, low stream of air with a rattle in it.
pub(in crate::effects) fn air_conditioner(t: &Take) -> Signal {
    let n = t.seconds;
    let air = t.pink("air", n).high(120.0).low(2600.0).level(1.0);
    let hum = harmonics(t.rate, n, |_| 58.0 * t.pitch, &[1.0, 0.7, 0.25, 0.2]).level(0.4);
    air.plus(&hum)
}

/// Hydraulic doors of a bus or a spaceship: air let out, a slide, a stop.
pub(in crate::effects) fn airlock(t: &Take) -> Signal {
    let mut out = t.white("hiss", 1.3).high(1800.0).swell(|u| (u / 0.01).min(1.0) * (-u / 0.35).exp());
    let slide = t.pink("slide", 0.8).swept_band(2.0, |u| 300.0 + 420.0 * u).fade(0.1, 0.05);
    out.put(0.35, &slide, 0.8);
    let stop = ring(
        t.rate,
        &[
            Mode::new(95.0 * t.pitch, 0.18, 1.0),
            Mode::new(260.0 * t.pitch, 0.1, 0.6),
            Mode::new(900.0, 0.05, 0.3),
        ],
        0.4,
    );
    out.put(1.13, &stop, 0.9);
    out
}
