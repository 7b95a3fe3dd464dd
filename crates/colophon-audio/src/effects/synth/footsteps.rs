//! Footsteps on surfaces: a heel and a sole, and what lies under them.

use crate::effects::dsp::{Dice, Mode, Signal, bar, clicks, ring, strike, white};
use crate::effects::take::Take;

/// Steps at a walking pace; `step` makes one of them.
fn walk(t: &Take, step: impl Fn(Dice, f32) -> Signal) -> Signal {
    let mut dice = t.dice("walk");
    let mut out = t.silence(t.seconds);
    let period = t.period(0.56);
    let times = dice.steady(period, 0.08, t.seconds);
    let most = t.count.map_or(usize::MAX, |n| n as usize);
    for (k, at) in times.into_iter().take(most).enumerate() {
        let foot = if k % 2 == 0 { 1.0 } else { 0.94 };
        let force = dice.range(0.8, 1.0);
        out.put(at, &step(t.dice("foot").nth(k), foot), force);
    }
    out
}

/// The dull blow of the foot itself.
fn thud(t: &Take, hertz: f32, n: f32) -> Signal {
    ring(t.rate, &[Mode::new(hertz * t.pitch, n, 1.0), Mode::new(hertz * 1.7 * t.pitch, n * 0.6, 0.5)], 0.3)
}

/// Hard heels on stone or concrete.
pub(in crate::effects) fn concrete(t: &Take) -> Signal {
    walk(t, |mut dice, foot| {
        let click = white(t.rate, 0.05, dice.part("heel"))
            .band(dice.range(1500.0, 2100.0) * t.pitch * foot, 1.2)
            .decay(0.0006, 0.035);
        let mut out = click.gain(1.4);
        out.put(0.0, &thud(t, 110.0, 0.07), 0.5);
        let sole = white(t.rate, 0.09, dice.part("sole")).band(900.0 * foot, 0.8).fade(0.01, 0.05);
        out.put(0.09, &sole, 0.22);
        out
    })
}

/// On a wooden floor: the boards ring.
pub(in crate::effects) fn wood(t: &Take) -> Signal {
    walk(t, |mut dice, foot| {
        let home = dice.range(135.0, 185.0) * t.pitch * foot;
        let modes = [
            Mode::new(home, 0.16, 1.0),
            Mode::new(home * 1.58, 0.12, 0.8),
            Mode::new(home * 2.7, 0.08, 0.5),
            Mode::new(home * 4.3, 0.05, 0.3),
        ];
        let mut out = strike(t.rate, &modes, 0.0012, 0.4);
        out.put(0.0, &white(t.rate, 0.02, dice.part("heel")).band(1100.0, 1.0).decay(0.0005, 0.015), 0.25);
        out.put(0.1, &strike(t.rate, &modes, 0.003, 0.3), 0.4);
        out
    })
}

/// On metal: a grating that rings.
pub(in crate::effects) fn metal(t: &Take) -> Signal {
    walk(t, |mut dice, foot| {
        let home = dice.range(290.0, 360.0) * t.pitch * foot;
        let modes: Vec<Mode> = [1.0, 1.47, 2.09, 2.56, 3.37, 4.11, 5.6]
            .iter()
            .map(|r| Mode::new(home * r, 0.55 / r, dice.range(0.4, 1.0)))
            .collect();
        let mut out = strike(t.rate, &modes, 0.0005, 0.6);
        out.put(0.0, &thud(t, 95.0, 0.08), 0.6);
        out
    })
}

/// A crunch: many small breaks under the weight that rolls from heel to toe.
fn crunch(t: &Take, dice: Dice, density: f32, band: (f32, f32), n: f32) -> Signal {
    let pieces: Vec<Signal> = (0..16)
        .map(|i| {
            let mut d = dice.nth(i + 7);
            let hertz = d.log_range(band.0, band.1) * t.pitch;
            let length = d.range(0.003, 0.009);
            white(t.rate, length, d).band(hertz, 1.5).decay(0.0003, length).unit()
        })
        .collect();
    let mut d = dice.part("pieces");
    let mut out = t.silence(n);
    for at in d.poisson(density, n) {
        let p = at / n;
        let weight = (-(p - 0.2).powi(2) / 0.02).exp() + 0.75 * (-(p - 0.68).powi(2) / 0.03).exp();
        let u = d.unit();
        out.put(at, &pieces[d.whole(0, 15) as usize], weight * (0.15 + u * u));
    }
    out.fade(0.0, 0.02)
}

/// On gravel.
pub(in crate::effects) fn gravel(t: &Take) -> Signal {
    walk(t, |dice, _| {
        let mut out = crunch(t, dice, 620.0, (1100.0, 5200.0), 0.32);
        out.put(0.03, &thud(t, 90.0, 0.06), 0.3);
        out
    })
}

/// On snow: a compressed squeak, low and soft.
pub(in crate::effects) fn snow(t: &Take) -> Signal {
    walk(t, |mut dice, _| {
        let n = 0.36;
        let creak =
            clicks(t.rate, n, 2600.0, dice.part("grains")).band(dice.range(950.0, 1300.0) * t.pitch, 1.6);
        let pressed = creak.swell(|u| {
            let p = u / n;
            (-(p - 0.3).powi(2) / 0.03).exp() + 0.7 * (-(p - 0.75).powi(2) / 0.015).exp()
        });
        let mut out = pressed.unit();
        out.put(0.0, &white(t.rate, n, dice.part("powder")).low(500.0).fade(0.1, 0.2), 0.2);
        out
    })
}

/// Through dry leaves.
pub(in crate::effects) fn leaves(t: &Take) -> Signal {
    walk(t, |dice, _| {
        let rustle = white(t.rate, 0.42, dice.part("rustle")).high(3000.0).fade(0.12, 0.2).gain(0.12);
        crunch(t, dice, 260.0, (2800.0, 8500.0), 0.42).plus(&rustle)
    })
}

/// On grass: hardly more than a brush.
pub(in crate::effects) fn grass(t: &Take) -> Signal {
    walk(t, |dice, _| {
        let brush = white(t.rate, 0.26, dice.part("brush")).band(2600.0 * t.pitch, 0.6).fade(0.07, 0.15);
        let mut out = brush.gain(0.35);
        out.put(0.02, &thud(t, 75.0, 0.06), 0.5);
        out
    })
}

/// Through shallow water.
pub(in crate::effects) fn water(t: &Take) -> Signal {
    walk(t, |mut dice, foot| {
        let slap = white(t.rate, 0.22, dice.part("slap"))
            .swept_low(0.8, |u| 500.0 + 4200.0 * foot * (-u / 0.04).exp())
            .fade(0.004, 0.15);
        let mut out = slap;
        for _ in 0..dice.whole(5, 9) {
            let bubble = super::water::bubble(t.rate, dice.log_range(600.0, 2600.0) * t.pitch, 1.2);
            out.put(dice.range(0.04, 0.28), &bubble, dice.range(0.15, 0.5));
        }
        out
    })
}

/// High heels: hard tips that click.
pub(in crate::effects) fn heels(t: &Take) -> Signal {
    walk(t, |mut dice, foot| {
        let modes = bar(dice.range(1750.0, 2250.0) * t.pitch * foot, 0.03, 0.5);
        let mut out = strike(t.rate, &modes, 0.0002, 0.1);
        out.put(0.0, &thud(t, 210.0, 0.03), 0.35);
        out.put(0.075, &white(t.rate, 0.03, dice.part("toe")).band(1700.0, 1.0).decay(0.001, 0.02), 0.25);
        out
    })
}
