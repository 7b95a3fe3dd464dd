//! Fire: roar, hiss and crackle; what burns and what bursts.

use crate::effects::dsp::{Mode, Signal, clicks, ring, strike, tone};
use crate::effects::take::Take;

fn crackles(t: &Take, part: &str, seconds: f32, density: f32) -> Signal {
    let pool: Vec<Signal> = (0..40)
        .map(|i| {
            let mut dice = t.dice(part).nth(i);
            let hertz = dice.log_range(900.0, 5500.0) * t.pitch;
            let length = dice.log_range(0.002, 0.014);
            crate::effects::dsp::white(t.rate, length, dice)
                .band(hertz, 1.6)
                .decay(0.0002, length * 0.7)
                .unit()
        })
        .collect();
    // Crackles come in groups: one that bursts opens a way for the next.
    let mut group = t.glide(&format!("{part} group"), (0.1, 0.7));
    let mut seen = 0f32;
    let mut now = 0.0;
    t.grains(part, seconds, density, &pool, |time| {
        while seen < time {
            seen += 32.0 / t.rate;
            now = group.next();
        }
        now.powi(2)
    })
}

/// A wood fire.
pub(in crate::effects) fn fire(t: &Take) -> Signal {
    let n = t.seconds;
    let mut flicker = t.glide("flicker", (0.05, 0.25));
    let roar = t.brown("roar", n).high(40.0).low(t.between(250.0, 600.0)).level(t.between(0.25, 0.8));
    let roar = roar.swell(|_| 0.6 + 0.8 * flicker.next());
    let hiss = t.white("hiss", n).high(3000.0).level(0.05 + 0.06 * t.intensity);
    let crackle = crackles(t, "crackle", n, 85.0 * t.pace * t.between(0.5, 1.5)).gain(1.6);
    let pops = crackles(t, "pops", n, 3.0 * t.pace).gain(2.2);
    roar.plus(&hiss).plus(&crackle).plus(&pops)
}

/// Something that fries in a pan: a dense, dry sizzle.
pub(in crate::effects) fn frying(t: &Take) -> Signal {
    let n = t.seconds;
    let sizzle = t.white("sizzle", n).high(4500.0).level(0.55);
    let mut wander = t.glide("wander", (0.3, 1.2));
    let spit =
        clicks(t.rate, n, t.between(500.0, 1600.0), t.dice("spit")).band(6200.0 * t.pitch, 1.0).level(1.0);
    sizzle.plus(&spit).swell(|_| 0.75 + 0.5 * wander.next())
}

/// A match: the scratch, the flare, the small flame.
pub(in crate::effects) fn match_strike(t: &Take) -> Signal {
    let mut grit = t.glide("grit", (0.003, 0.01));
    let scratch =
        t.white("scratch", 0.22).band(4200.0 * t.pitch, 1.0).level(0.8).swell(|_| grit.next() * 1.6);
    let flare = t
        .white("flare", 1.6)
        .swept_low(0.8, |u| 1200.0 + 7500.0 * (-u / 0.16).exp())
        .swell(|u| (u / 0.05).min(1.0) * (0.12 + (-u / 0.2).exp()));
    let mut out = scratch.fade(0.01, 0.03);
    out.put(0.2, &flare.level(0.6), 1.0);
    out.put(0.3, &crackles(t, "crackle", 1.2, 30.0), 0.4);
    out.fade(0.0, 0.5)
}

/// One firework: the whistle of its rise, the burst, the crackle that falls.
pub(in crate::effects) fn firework(t: &Take) -> Signal {
    let mut dice = t.dice("rocket");
    let rise = dice.range(0.9, 1.4);
    let from = dice.range(1700.0, 2400.0) * t.pitch;
    let whistle = tone(t.rate, rise, |u| from * (1.0 + 0.45 * u / rise) * (1.0 + 0.01 * (u * 160.0).sin()));
    let whistle = whistle.swell(|u| 0.16 * (u / rise).powf(0.7));
    let mut out = whistle.plus(&t.white("trail", rise).high(2500.0).level(0.05)).fade(0.1, 0.02);
    let boom = t
        .brown("boom", 1.6)
        .low(500.0)
        .level(1.0)
        .swell(|u| 3.0 * (u / 0.003).min(1.0) * (-u / 0.13).exp())
        .plus(&t.white("burst", 1.6).low(4500.0).swell(|u| 0.9 * (-u / 0.05).exp()));
    out.put(rise + 0.15, &boom, 1.0);
    let sparkle = crackles(t, "sparks", 2.2, 260.0).swell(|u| (u / 0.2).min(1.0) * (-u / 0.8).exp());
    out.put(rise + 0.35, &sparkle, 1.5);
    out.fade(0.0, 0.4)
}

/// An explosion: the shock, the fireball's roar, the debris.
pub(in crate::effects) fn explosion(t: &Take) -> Signal {
    let n = t.between(3.0, 5.0);
    let shock = t.white("shock", 0.25).low(5000.0).decay(0.0005, 0.2).gain(1.3);
    let blast = t
        .brown("blast", n)
        .swept_low(0.8, |u| 90.0 + 1500.0 * (-u / 0.25).exp())
        .level(1.0)
        .swell(|u| 3.2 * (u / 0.006).min(1.0) * ((-u / 0.35).exp() + 0.25 * (-u / 1.3).exp()));
    let sub = tone(t.rate, 1.4, |u| (32.0 + 40.0 * (-u / 0.2).exp()) * t.pitch).decay(0.004, 1.3).gain(1.2);
    let mut out = blast.plus(&shock).plus(&sub);
    let pool: Vec<Signal> = (0..20)
        .map(|i| {
            let mut dice = t.dice("stone").nth(i);
            let hertz = dice.log_range(300.0, 1500.0);
            let modes = [Mode::new(hertz, 0.05, 1.0), Mode::new(hertz * 2.2, 0.03, 0.6)];
            strike(t.rate, &modes, 0.0006, 0.2)
        })
        .collect();
    let debris = t.grains("debris", n - 0.6, 45.0, &pool, |u| (-u / 0.9).exp());
    out.put(0.5, &debris, 0.35);
    out.fade(0.0, 0.6)
}

/// Electric sparks: snaps of an arc over its buzz.
pub(in crate::effects) fn sparks(t: &Take) -> Signal {
    let n = t.seconds;
    let mut burst = t.glide("burst", (0.05, 0.3));
    let buzz = crate::effects::dsp::saw(t.rate, n, |_| 100.0).high(600.0).low(7000.0).level(0.6);
    let arc = buzz.times(&t.white("arc", n)).swell(|_| (burst.next() * 1.6 - 0.6).max(0.0) * 1.6);
    let snaps = crackles(t, "snaps", n, 40.0 * t.pace).gain(2.0);
    let bright = ring(t.rate, &[Mode::new(3100.0, 0.01, 1.0)], 0.05);
    let pings = t.grains("pings", n, 12.0, &[bright], |_| 1.0).gain(0.5);
    arc.plus(&snaps).plus(&pings)
}
