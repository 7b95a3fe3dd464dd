//! Things at home and at a desk.

use std::f32::consts::PI;

use crate::effects::dsp::{Dice, Mode, Signal, clicks, harmonics, ring, strike, white};
use crate::effects::take::Take;

/// One key of a keyboard: down, and up again.
fn key(t: &Take, mut dice: Dice) -> Signal {
    let home = dice.range(2100.0, 3300.0) * t.pitch;
    let down = [Mode::new(home, 0.012, 1.0), Mode::new(home * 1.7, 0.008, 0.6), Mode::new(310.0, 0.022, 0.6)];
    let mut out = strike(t.rate, &down, 0.0003, 0.05);
    out.put(0.0, &white(t.rate, 0.008, dice.part("touch")).high(2500.0).decay(0.0004, 0.006), 0.25);
    let up = strike(t.rate, &[Mode::new(home * 1.25, 0.009, 1.0)], 0.0002, 0.05);
    out.put(dice.range(0.06, 0.1), &up, 0.4);
    out
}

/// Typing on a keyboard: words in bursts, the space bar between.
pub(in crate::effects) fn typing(t: &Take) -> Signal {
    let mut dice = t.dice("hands");
    let keys: Vec<Signal> = (0..12).map(|i| key(t, t.dice("key").nth(i))).collect();
    let space = strike(
        t.rate,
        &[Mode::new(640.0 * t.pitch, 0.03, 1.0), Mode::new(1900.0, 0.012, 0.6), Mode::new(210.0, 0.04, 0.6)],
        0.0004,
        0.1,
    );
    let mut out = t.silence(t.seconds);
    let mut at = 0.02;
    while at < t.seconds {
        for _ in 0..dice.whole(2, 8) {
            if at < t.seconds {
                out.put(at, &keys[dice.whole(0, 11) as usize], dice.range(0.5, 1.0));
            }
            at += dice.range(0.07, 0.17) / t.pace;
        }
        if at < t.seconds {
            out.put(at, &space, 0.9);
        }
        at += dice.range(0.1, 0.4) / t.pace;
    }
    out
}

/// A typewriter: type bars that strike paper, the bell, the carriage.
pub(in crate::effects) fn typewriter(t: &Take) -> Signal {
    let mut dice = t.dice("hands");
    let bars: Vec<Signal> = (0..8)
        .map(|i| {
            let mut d = t.dice("bar").nth(i);
            let home = d.range(1150.0, 1500.0) * t.pitch;
            let modes = [
                Mode::new(home, 0.04, 1.0),
                Mode::new(home * 2.1, 0.03, 0.8),
                Mode::new(home * 3.9, 0.02, 0.5),
                Mode::new(230.0, 0.05, 0.9),
            ];
            let mut out = strike(t.rate, &modes, 0.00015, 0.15);
            out.put(0.0, &white(t.rate, 0.015, d.part("paper")).band(3200.0, 0.8).decay(0.0003, 0.012), 0.6);
            out
        })
        .collect();
    let bell =
        ring(t.rate, &[Mode::new(2630.0 * t.pitch, 0.8, 1.0), Mode::new(5400.0 * t.pitch, 0.4, 0.3)], 1.0);
    let mut out = t.silence(t.seconds);
    let (mut at, mut column) = (0.02, 0);
    while at < t.seconds {
        out.put(at, &bars[dice.whole(0, 7) as usize], dice.range(0.75, 1.0));
        at += dice.range(0.1, 0.21) / t.pace;
        column += 1;
        if column > 24 && at + 0.9 < t.seconds {
            out.put(at, &bell, 0.7);
            let ratchet = clicks(t.rate, 0.45, 160.0, t.dice("ratchet")).band(2400.0, 1.5).fade(0.02, 0.02);
            out.put(at + 0.25, &ratchet.unit(), 0.7);
            out.put(at + 0.72, &bars[0], 1.2);
            at += 0.95;
            column = 0;
        }
    }
    out
}

/// A mouse button.
pub(in crate::effects) fn mouse(t: &Take) -> Signal {
    let mut dice = t.dice("mouse");
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let home = dice.range(3800.0, 4600.0) * t.pitch;
        let down =
            strike(t.rate, &[Mode::new(home, 0.008, 1.0), Mode::new(home * 0.42, 0.01, 0.5)], 0.0001, 0.05);
        out.put(0.2 * k as f32, &down, 1.0);
        out.put(0.2 * k as f32 + 0.085, &down, 0.55);
    }
    out
}

/// A kettle that begins to whistle.
pub(in crate::effects) fn kettle(t: &Take) -> Signal {
    let n = t.seconds;
    let rise = |u: f32| if t.started { 1.0 } else { (u / (0.4 * n).min(4.0)).clamp(0.0, 1.0) };
    let boil = super::water::boiling(t).level(0.25);
    let mut flutter = t.glide("flutter", (0.05, 0.2));
    let (mut now, mut i) = (0.5, 0usize);
    let pitch = |u: f32| {
        if i % 32 == 0 {
            now = flutter.next();
        }
        i += 1;
        (1650.0 + 750.0 * rise(u)) * t.pitch * (0.99 + 0.02 * now)
    };
    let whistle = harmonics(t.rate, n, pitch, &[1.0, 0.2, 0.12]).swell(|u| 0.05 + rise(u).powi(2));
    let steam = t.white("steam", n).high(3500.0).level(0.2).swell(|u| 0.3 + rise(u));
    boil.plus(&whistle).plus(&steam)
}

/// A page that is turned.
pub(in crate::effects) fn page(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let n = 0.62 / t.pace.clamp(0.3, 3.0);
        let mut crease = t.glide(&format!("crease {k}"), (0.004, 0.03));
        let paper = white(t.rate, n, t.dice("paper").nth(k as usize))
            .swept_band(0.8, |u| 2600.0 + 3000.0 * (PI * u / n).sin())
            .swell(|u| (0.15 + crease.next().powi(2)) * (PI * (u / n).clamp(0.0, 1.0)).sin());
        out = out.then(if k == 0 { 0.0 } else { 0.6 }, &paper);
    }
    out
}

/// Paper that is crumpled: sharp creases in heaps.
pub(in crate::effects) fn crumple(t: &Take) -> Signal {
    let n = 1.7;
    let creases = clicks(t.rate, n, 480.0, t.dice("creases")).band(3300.0 * t.pitch, 0.6);
    let mut squeeze = t.glide("squeeze", (0.05, 0.25));
    let rustle = t.white("rustle", n).high(2600.0).level(0.02);
    creases.gain(2.0).plus(&rustle).swell(|_| squeeze.next().powf(1.5)).fade(0.05, 0.2)
}

/// Paper or cloth that is torn.
pub(in crate::effects) fn tear(t: &Take) -> Signal {
    let n = 0.75 / t.pace;
    let fibres = clicks(t.rate, n, 3200.0, t.dice("fibres"));
    fibres
        .swept_band(0.9, |u| (1700.0 + 3300.0 * u / n) * t.pitch)
        .swell(|u| 0.4 + 0.6 * u / n)
        .fade(0.03, 0.03)
}

/// A pencil on paper: strokes up and down.
pub(in crate::effects) fn writing(t: &Take) -> Signal {
    let mut dice = t.dice("hand");
    let mut out = t.silence(t.seconds);
    let mut at = 0.02;
    let mut k = 0;
    while at < t.seconds {
        for _ in 0..dice.whole(3, 9) {
            let n = dice.range(0.06, 0.15) / t.pace;
            let stroke = white(t.rate, n, t.dice("stroke").nth(k))
                .band(dice.range(3600.0, 5400.0) * t.pitch, 1.4)
                .swell(|u| (PI * (u / n).clamp(0.0, 1.0)).sin().max(0.0));
            if at < t.seconds {
                out.put(at, &stroke, dice.range(0.5, 1.0));
            }
            at += n + dice.range(0.005, 0.03);
            k += 1;
        }
        at += dice.range(0.12, 0.4) / t.pace;
    }
    out.lasting(t.seconds).fade(0.0, 0.01)
}

/// Scissors: two blades that slide and close.
pub(in crate::effects) fn scissors(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        let n = 0.16;
        let slide = white(t.rate, n, t.dice("slide").nth(k as usize))
            .swept_band(3.0, |u| (4800.0 + 12_000.0 * u) * t.pitch)
            .swell(|u| 0.3 + 0.7 * u / n)
            .fade(0.02, 0.005);
        let home = 4300.0 * t.pitch;
        let snip =
            strike(t.rate, &[Mode::new(home, 0.05, 1.0), Mode::new(home * 1.6, 0.03, 0.8)], 0.0001, 0.1);
        let start = 0.42 * k as f32 / t.pace;
        out.put(start, &slide, 0.7);
        out.put(start + n, &snip, 1.0);
    }
    out
}

/// Cutlery and plates.
pub(in crate::effects) fn dishes(t: &Take) -> Signal {
    let pool: Vec<Signal> = (0..16)
        .map(|i| {
            let mut dice = t.dice("piece").nth(i);
            let plate = i % 2 == 0;
            let home = if plate { dice.range(900.0, 1700.0) } else { dice.range(2600.0, 4300.0) } * t.pitch;
            let t60 = if plate { 0.16 } else { 0.3 };
            let modes = [1.0, 1.62, 2.51, 3.66].map(|r| Mode::new(home * r, t60 / r, dice.range(0.3, 1.0)));
            strike(t.rate, &modes, 0.0001, 0.4)
        })
        .collect();
    t.grains("clatter", t.seconds, 6.5 * t.pace, &pool, |_| 1.0)
}

/// Ice that falls into a glass.
pub(in crate::effects) fn ice(t: &Take) -> Signal {
    let mut dice = t.dice("ice");
    let mut out = t.silence(0.0);
    let mut at = 0.0;
    for _ in 0..t.many(3) {
        let home = dice.range(2900.0, 3700.0) * t.pitch;
        let glass = [1.0, 2.1, 3.4].map(|r| Mode::new(home * r, 0.28 / r, 1.0 / r));
        let hit = strike(t.rate, &glass, 0.0001, 0.4);
        let mut gain = 1.0;
        let mut when = at;
        for _ in 0..4 {
            out.put(when, &hit, gain);
            let block = ring(t.rate, &[Mode::new(home * 0.37, 0.02, 1.0)], 0.05);
            out.put(when, &block, 0.5 * gain);
            when += dice.range(0.05, 0.12);
            gain *= 0.6;
        }
        at += dice.range(0.22, 0.4);
    }
    out
}

/// A switch on the wall.
pub(in crate::effects) fn switch(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let home = 1250.0 * t.pitch;
        let snap = strike(
            t.rate,
            &[Mode::new(home, 0.02, 1.0), Mode::new(home * 2.6, 0.01, 0.9), Mode::new(390.0, 0.035, 0.8)],
            0.0002,
            0.1,
        );
        out.put(0.5 * k as f32, &snap, 0.5);
        out.put(0.5 * k as f32 + 0.018, &snap, 1.0);
    }
    out
}

/// A lift that arrives: one clear chime.
pub(in crate::effects) fn lift(t: &Take) -> Signal {
    let hertz = 1046.5 * t.pitch;
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let chime = ring(
            t.rate,
            &[
                Mode::new(hertz, 1.7, 1.0),
                Mode::new(hertz * 2.01, 0.9, 0.25),
                Mode::new(hertz * 4.03, 0.3, 0.1),
            ],
            2.0,
        );
        out.put(0.6 * k as f32, &chime, 1.0);
    }
    out
}

/// A cash register: keys, the bell, the drawer with its coins.
pub(in crate::effects) fn register(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    let clack =
        strike(t.rate, &[Mode::new(900.0 * t.pitch, 0.03, 1.0), Mode::new(2300.0, 0.02, 0.7)], 0.0002, 0.1);
    out.put(0.0, &clack, 0.8);
    out.put(0.13, &clack, 0.9);
    let bell =
        ring(t.rate, &[Mode::new(2950.0 * t.pitch, 0.9, 1.0), Mode::new(4820.0 * t.pitch, 0.5, 0.5)], 1.2);
    out.put(0.3, &bell, 1.0);
    let drawer = t.pink("drawer", 0.35).band(420.0, 0.7).fade(0.1, 0.02);
    out.put(0.32, &drawer, 0.5);
    out.put(0.66, &ring(t.rate, &[Mode::new(130.0, 0.1, 1.0), Mode::new(340.0, 0.08, 0.6)], 0.2), 0.8);
    let coins = super::bells::coins(&t.another("coins")).gain(0.25).lasting(0.7).fade(0.0, 0.2);
    out.put(0.66, &coins, 1.0);
    out
}

/// A radio between stations: hiss, whistles that drift, crackle.
pub(in crate::effects) fn radio_static(t: &Take) -> Signal {
    let n = t.seconds;
    let hiss = t.white("hiss", n).high(350.0).low(4200.0).level(0.7);
    let mut fade = t.glide("fade", (0.2, 1.2));
    let hiss = hiss.swell(|_| 0.5 + 0.8 * fade.next());
    let mut drift = t.glide("drift", (0.6, 2.0));
    let mut near = t.glide("near", (0.4, 1.6));
    let (mut now, mut i) = (0.5, 0usize);
    let whistle = harmonics(
        t.rate,
        n,
        |_| {
            if i % 32 == 0 {
                now = drift.next();
            }
            i += 1;
            300.0 + 2600.0 * now * now
        },
        &[1.0],
    );
    let crackle = clicks(t.rate, n, 40.0, t.dice("crackle")).high(600.0).low(4500.0).gain(2.5);
    hiss.plus(&whistle.swell(|_| 0.35 * near.next().powi(3))).plus(&crackle)
}

/// The surface of an old record.
pub(in crate::effects) fn vinyl(t: &Take) -> Signal {
    let n = t.seconds;
    let rumble = t.brown("rumble", n).low(90.0).level(0.05);
    let dust = clicks(t.rate, n, 55.0, t.dice("dust")).band(3000.0, 0.5).gain(1.6);
    let turn = t.period(1.8);
    let mut out = rumble.plus(&dust).plus(&t.pink("hiss", n).high(1500.0).level(0.02));
    let scratch = white(t.rate, 0.004, t.dice("scratch")).band(2000.0, 1.0);
    for at in t.dice("turn").steady(turn, 0.0, n) {
        out.put(at + 0.21, &scratch, 0.8);
        out.put(at + 0.31, &scratch, 0.4);
    }
    out.lasting(n)
}

/// Someone who eats something crisp.
pub(in crate::effects) fn crunching(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    let mut dice = t.dice("bites");
    for k in 0..t.many(4) {
        let n = dice.range(0.16, 0.24);
        let bite = clicks(t.rate, n, 700.0, t.dice("bite").nth(k as usize))
            .band(dice.range(1500.0, 2300.0) * t.pitch, 0.6)
            .swell(|u| (-(u / n - 0.25).powi(2) / 0.06).exp());
        out.put(0.44 * k as f32 / t.pace, &bite.unit(), 1.0 - 0.12 * k as f32);
    }
    out
}

/// A spray can.
pub(in crate::effects) fn spray(t: &Take) -> Signal {
    let n = 1.3 / t.pace;
    let mut waver = t.glide("waver", (0.03, 0.1));
    t.white("spray", n)
        .bell(6500.0, 0.8, 8.0)
        .high(2800.0)
        .swell(|_| 0.85 + 0.3 * waver.next())
        .fade(0.02, 0.05)
}

/// A cork that leaves a bottle, and the wine that follows.
pub(in crate::effects) fn cork(t: &Take) -> Signal {
    let squeak = harmonics(t.rate, 0.25, |u| (620.0 + 900.0 * u) * t.pitch, &[1.0, 0.6, 0.3]).fade(0.1, 0.02);
    let mut out = squeak.gain(0.12);
    let pop = ring(
        t.rate,
        &[
            Mode::new(410.0 * t.pitch, 0.06, 1.0),
            Mode::new(1090.0 * t.pitch, 0.035, 0.6),
            Mode::new(2150.0, 0.02, 0.3),
        ],
        0.2,
    );
    out.put(0.26, &pop, 1.0);
    out.put(0.26, &white(t.rate, 0.05, t.dice("air")).high(1500.0).decay(0.0003, 0.03), 0.4);
    let fizz = clicks(t.rate, 1.6, 1500.0, t.dice("fizz")).band(6500.0, 0.8).swell(|u| (-u / 0.5).exp());
    out.put(0.3, &fizz, 0.5);
    out
}
