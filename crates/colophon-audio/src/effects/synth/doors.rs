//! Doors: wood that is knocked on, hinges that stick and slip, latches, locks, bells.

use crate::effects::dsp::{Dice, Mode, Signal, clicks, ring, strike, white};
use crate::effects::take::Take;

/// A wooden door that is struck.
fn panel(t: &Take, dice: &mut Dice, hertz: f32, t60: f32) -> Vec<Mode> {
    [1.0, 1.42, 1.93, 2.58, 3.31, 4.27, 5.9]
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let i = i as f32;
            Mode::new(
                hertz * r * dice.range(0.97, 1.03) * t.pitch,
                t60 / (1.0 + 0.45 * i),
                1.0 / (1.0 + 0.3 * i),
            )
        })
        .collect()
}

/// Knuckles on a door.
pub(in crate::effects) fn knock(t: &Take) -> Signal {
    let mut dice = t.dice("knock");
    let modes = panel(t, &mut dice, 168.0, 0.13);
    let mut out = t.silence(0.0);
    let mut at = 0.0;
    for _ in 0..t.many(3) {
        let mut blow = strike(t.rate, &modes, dice.range(0.0009, 0.0015), 0.3);
        let knuckle = white(t.rate, 0.01, dice.part("knuckle")).band(1700.0, 1.2).decay(0.0003, 0.008);
        blow.put(0.0, &knuckle, 0.35);
        out.put(at, &blow, dice.range(0.8, 1.0) * t.between(0.7, 1.3));
        at += dice.about(0.3, 0.06) / t.pace;
    }
    out
}

/// Stick and slip of a dry hinge: pulses whose rate bends, through the panel.
fn hinge(t: &Take, part: &str, n: f32, low: f32, high: f32) -> Signal {
    let mut dice = t.dice(part);
    let mut bend = t.glide(part, (0.15, 0.5));
    let mut phase = 0f32;
    let (mut now, mut i) = (0.5, 0usize);
    let pulses = t.silence(n).shape(|_, _| {
        if i % 32 == 0 {
            now = bend.next();
        }
        i += 1;
        phase += (low + (high - low) * now * now) / t.rate;
        if phase >= 1.0 {
            phase -= 1.0 + 0.18 * dice.range(-1.0, 1.0);
            return dice.range(0.6, 1.0);
        }
        0.0
    });
    let modes = [640.0, 1130.0, 1720.0, 2480.0, 3350.0]
        .map(|f: f32| Mode::new(f * t.pitch * dice.range(0.92, 1.08), 0.02, dice.range(0.4, 1.0)));
    pulses.resonate(&modes, 0.0)
}

/// A door that creaks.
pub(in crate::effects) fn creak(t: &Take) -> Signal {
    let n = (1.9 / t.pace).clamp(0.5, 8.0);
    hinge(t, "hinge", n, 28.0, 210.0).fade(0.12, 0.25)
}

/// The latch: a bolt of metal in its plate.
fn latch(t: &Take, part: &str) -> Signal {
    let mut dice = t.dice(part);
    let home = dice.range(1900.0, 2500.0) * t.pitch;
    let modes = [1.0, 1.53, 2.27, 3.1].map(|r| Mode::new(home * r, 0.03 / r, dice.range(0.4, 1.0)));
    let mut out = strike(t.rate, &modes, 0.0002, 0.1);
    out.put(0.0, &ring(t.rate, &[Mode::new(420.0, 0.03, 0.6)], 0.1), 1.0);
    out
}

/// A door that is opened: handle, latch, a breath of the hinge and the air.
pub(in crate::effects) fn open(t: &Take) -> Signal {
    let mut out = t.silence(0.05);
    out.put(0.0, &latch(t, "handle").low(2600.0), 0.45);
    out.put(0.17, &latch(t, "latch"), 0.8);
    let n = 0.95;
    out.put(0.26, &hinge(t, "hinge", n, 14.0, 60.0).unit().fade(0.08, 0.3), 0.3);
    let air = white(t.rate, n, t.dice("air")).swept_band(0.7, |u| 420.0 + 500.0 * u).fade(0.35, 0.5);
    out.put(0.26, &air, 0.12);
    out
}

/// A door that is closed: the air, the frame, the latch.
pub(in crate::effects) fn close(t: &Take) -> Signal {
    shut(t, 0.55, 0.3)
}

/// A door that is slammed.
pub(in crate::effects) fn slam(t: &Take) -> Signal {
    shut(t, 1.6, 0.75)
}

fn shut(t: &Take, force: f32, depth: f32) -> Signal {
    let mut dice = t.dice("door");
    let mut out = white(t.rate, 0.3, dice.part("air")).band(500.0, 0.7).fade(0.25, 0.02).gain(0.1 / force);
    let modes = panel(t, &mut dice, 88.0, 0.22 + 0.16 * depth);
    let blow = strike(t.rate, &modes, 0.0035 / force, 0.7);
    out.put(0.28, &blow, force);
    let frame = t.brown("frame", 0.4).low(160.0).decay(0.002, 0.28 + 0.2 * depth);
    out.put(0.28, &frame, 0.55 * force * depth * 3.0);
    out.put(0.283, &white(t.rate, 0.05, dice.part("slap")).low(2800.0).decay(0.0005, 0.04), 0.3 * force);
    out.put(if force > 1.0 { 0.31 } else { 0.36 }, &latch(t, "latch"), 0.35);
    if depth > 0.5 {
        for k in 1..4 {
            out.put(0.3 + 0.045 * k as f32, &latch(t, "rattle").low(2200.0), 0.2 / k as f32);
        }
    }
    out
}

/// A lock: the key in the wards, the pins, the bolt that turns.
pub(in crate::effects) fn lock(t: &Take) -> Signal {
    let mut dice = t.dice("lock");
    let mut out = t.silence(0.1);
    let pin = |hertz: f32, n: f32| {
        ring(t.rate, &[Mode::new(hertz, n, 1.0), Mode::new(hertz * 1.7, n * 0.6, 0.5)], 0.1)
    };
    for k in 0..6 {
        out.put(
            0.055 * k as f32 * dice.range(0.9, 1.1),
            &pin(dice.range(3800.0, 5600.0) * t.pitch, 0.012),
            0.3,
        );
    }
    out.put(0.6, &latch(t, "turn"), 0.6);
    out.put(0.78, &latch(t, "bolt").low(2400.0), 1.3);
    out.put(0.78, &ring(t.rate, &panel(t, &mut dice, 190.0, 0.06), 0.2), 0.15);
    out
}

/// Keys on a ring that jingle.
pub(in crate::effects) fn keys(t: &Take) -> Signal {
    let pool: Vec<Signal> = (0..24)
        .map(|i| {
            let mut dice = t.dice("key").nth(i);
            let home = dice.log_range(3300.0, 6500.0) * t.pitch;
            let modes = [1.0, 1.37, 1.91, 2.4].map(|r| Mode::new(home * r, 0.14 / r, dice.range(0.3, 1.0)));
            strike(t.rate, &modes, 0.00008, 0.3)
        })
        .collect();
    let mut shake = t.glide("shake", (0.1, 0.35));
    let mut seen = 0f32;
    let mut now = 0.5;
    t.grains("jingle", 1.8, 42.0 * t.pace, &pool, |time| {
        while seen < time {
            seen += 32.0 / t.rate;
            now = shake.next();
        }
        now
    })
}

/// A doorbell: two chimes, ding and dong.
pub(in crate::effects) fn doorbell(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        for (at, hertz) in [(0.0, 659.3), (0.55, 523.3)] {
            let modes = [
                Mode::new(hertz * t.pitch, 1.9, 1.0),
                Mode::new(2.76 * hertz * t.pitch, 0.7, 0.35),
                Mode::new(5.4 * hertz * t.pitch, 0.25, 0.12),
            ];
            out.put(2.4 * k as f32 + at, &strike(t.rate, &modes, 0.0008, 3.0), 1.0);
        }
    }
    out
}

/// A zip: teeth that pass faster and faster.
pub(in crate::effects) fn zip(t: &Take) -> Signal {
    let n = 0.7 / t.pace;
    let mut phase = 0f32;
    let teeth = t.silence(n).shape(|u, _| {
        phase += (110.0 + 260.0 * (u / n)) / t.rate;
        if phase >= 1.0 {
            phase -= 1.0;
            1.0
        } else {
            0.0
        }
    });
    let mut dice = t.dice("teeth");
    let up = move |u: f32| (2300.0 + 2200.0 * u / n) * t.pitch;
    let body = teeth.plus(&clicks(t.rate, n, 900.0, dice.part("cloth")).gain(0.25));
    let low = body.clone().swept_band(3.0, up);
    low.plus(&body.high(5000.0).gain(dice.range(0.15, 0.25))).fade(0.06, 0.05)
}
