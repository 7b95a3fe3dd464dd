//! Rain on surfaces, hail, wind, thunder.

use crate::effects::dsp::{Mode, Signal, ring};
use crate::effects::take::Take;

/// What rain falls on.
#[derive(Clone, Copy, PartialEq)]
enum Ground {
    Open,
    Tin,
    Glass,
    Leaves,
    Umbrella,
}

/// Rain on the ground: the dense hiss of far drops, and near ones that can be told apart.
pub(in crate::effects) fn rain(t: &Take) -> Signal {
    rain_on(t, Ground::Open)
}

/// Rain on corrugated metal: every drop rings the sheet.
pub(in crate::effects) fn rain_tin(t: &Take) -> Signal {
    rain_on(t, Ground::Tin)
}

/// Rain against a window pane.
pub(in crate::effects) fn rain_window(t: &Take) -> Signal {
    rain_on(t, Ground::Glass)
}

/// Rain in leaves: soft and dull.
pub(in crate::effects) fn rain_leaves(t: &Take) -> Signal {
    rain_on(t, Ground::Leaves)
}

/// Rain on the taut cloth of an umbrella or a tent.
pub(in crate::effects) fn rain_umbrella(t: &Take) -> Signal {
    rain_on(t, Ground::Umbrella)
}

fn rain_on(t: &Take, ground: Ground) -> Signal {
    let n = t.seconds;
    // Share of the hiss, its band, drops a second when usual.
    let (hiss, low, high, drops) = match ground {
        Ground::Open => (0.55, 900.0, 9500.0, 420.0),
        Ground::Tin => (0.14, 500.0, 5000.0, 330.0),
        Ground::Glass => (0.12, 250.0, 3200.0, 90.0),
        Ground::Leaves => (0.35, 350.0, 3600.0, 260.0),
        Ground::Umbrella => (0.10, 200.0, 1800.0, 150.0),
    };
    let mut swell = t.glide("swell", (1.5, 4.0));
    let far = t.white("far", n).high(low).low(high * t.between(0.75, 1.25)).level(1.0);
    let far = far.swell(|_| 0.85 + 0.3 * swell.next());
    let density = drops * t.pace * 8f32.powf(t.intensity - 0.5);
    let pool: Vec<Signal> = (0..40).map(|i| drop(t, ground, i)).collect();
    let mut gust = t.glide("gust", (0.8, 3.0));
    let mut at = 0f32;
    let mut now = 0.5;
    let near = t.grains("drops", n, density, &pool, |time| {
        while at < time {
            at += 32.0 / t.rate;
            now = gust.next();
        }
        0.7 + 0.3 * now
    });
    let mass = t.between(0.5, 1.5) * hiss;
    far.gain(mass).plus(&near.level(1.0 - hiss * 0.6))
}

/// The sound of one drop.
fn drop(t: &Take, ground: Ground, index: usize) -> Signal {
    let mut dice = t.dice("drop").nth(index);
    let tick = |seconds: f32, low: f32, high: f32, mut d: crate::effects::dsp::Dice| {
        let corner = d.log_range(low, high);
        crate::effects::dsp::white(t.rate, seconds, d)
            .band(corner * t.pitch, 1.2)
            .decay(0.0003, seconds * 0.8)
    };
    match ground {
        Ground::Open => {
            let splash = tick(dice.range(0.004, 0.012), 2500.0, 7000.0, dice.part("tick"));
            let bubble = super::water::bubble(t.rate, dice.log_range(1200.0, 5000.0) * t.pitch, 0.3);
            let mut out = splash;
            out.put(0.003, &bubble, if dice.chance(0.35) { 0.5 } else { 0.0 });
            out
        }
        Ground::Tin => {
            let modes: Vec<Mode> = (0..7)
                .map(|k| {
                    let hertz = 420.0 * (1.0 + k as f32 * dice.range(0.8, 1.4)) * t.pitch;
                    Mode::new(hertz, dice.range(0.05, 0.16) / (1.0 + 0.15 * k as f32), dice.range(0.3, 1.0))
                })
                .collect();
            let mut out = ring(t.rate, &modes, 0.25);
            out.put(0.0, &tick(0.004, 3000.0, 7000.0, dice.part("tick")), 1.2);
            out
        }
        Ground::Glass => {
            let hertz = dice.log_range(1700.0, 3800.0) * t.pitch;
            let modes = [
                Mode::new(dice.range(170.0, 240.0) * t.pitch, 0.07, 0.8),
                Mode::new(hertz, 0.03, 0.8),
                Mode::new(hertz * 2.31, 0.018, 0.4),
            ];
            let mut out = ring(t.rate, &modes, 0.1);
            out.put(0.0, &tick(0.003, 3000.0, 6000.0, dice.part("tick")), 0.6);
            out
        }
        Ground::Leaves => tick(dice.range(0.012, 0.03), 700.0, 2600.0, dice.part("tick")),
        Ground::Umbrella => {
            let hertz = dice.log_range(240.0, 620.0) * t.pitch;
            let modes =
                [1.0, 1.594, 2.136, 2.653].map(|r| Mode::new(hertz * r, 0.045 / r, dice.range(0.4, 1.0)));
            let mut out = ring(t.rate, &modes, 0.1);
            out.put(0.0, &tick(0.004, 900.0, 2500.0, dice.part("tick")), 0.5);
            out
        }
    }
}

/// Hail: hard, bouncing stones over the hiss of their fall.
pub(in crate::effects) fn hail(t: &Take) -> Signal {
    let pool: Vec<Signal> = (0..30)
        .map(|i| {
            let mut dice = t.dice("stone").nth(i);
            let hertz = dice.log_range(1400.0, 3600.0) * t.pitch;
            let modes = [1.0, 1.83, 2.9].map(|r| Mode::new(hertz * r, 0.022 / r, dice.range(0.3, 1.0)));
            let hit = ring(t.rate, &modes, 0.05);
            let mut out = hit.clone();
            let (mut at, mut gain, mut gap) = (0.0, 1.0, dice.range(0.05, 0.11));
            for _ in 0..3 {
                at += gap;
                gap *= 0.6;
                gain *= 0.45;
                out.put(at, &hit, gain);
            }
            out
        })
        .collect();
    let stones = t.grains("stones", t.seconds, t.between(40.0, 320.0) * t.pace, &pool, |_| 1.0);
    stones.level(1.0).plus(&t.white("fall", t.seconds).high(2500.0).level(0.12))
}

/// Wind over open land: broad noise whose colour and strength wander together.
pub(in crate::effects) fn wind(t: &Take) -> Signal {
    let mut gust = t.glide("gust", (1.5, 4.5));
    let mut force = t.glide("force", (1.5, 4.5));
    let body = t.brown("body", t.seconds).low(t.between(250.0, 500.0)).level(0.6);
    let top = t.between(450.0, 1100.0) * t.pitch;
    let air = t
        .pink("air", t.seconds)
        .swept_band(0.9, |_| 180.0 + top * gust.next())
        .level(1.0)
        .swell(|_| 0.25 + force.next());
    body.plus(&air)
}

/// A gale that howls around corners: narrow resonances that rise with the gusts.
pub(in crate::effects) fn howl(t: &Take) -> Signal {
    let mut out = wind(t).level(0.5);
    for (name, home, q) in [("first", 380.0, 14.0), ("second", 620.0, 18.0), ("third", 910.0, 20.0)] {
        let mut gust = t.glide(name, (1.2, 3.5));
        let mut force = t.glide(&format!("{name} force"), (1.0, 3.0));
        let tone = t
            .white(name, t.seconds)
            .swept_band(q, |_| home * t.pitch * (0.75 + 0.6 * gust.next()))
            .level(1.0)
            .swell(|_| force.next().powi(2) * 1.4);
        out = out.plus(&tone.gain(240.0 / home * t.between(0.5, 1.3)));
    }
    out
}

/// Wind in the leaves of trees.
pub(in crate::effects) fn leaves(t: &Take) -> Signal {
    let mut gust = t.glide("gust", (1.0, 3.5));
    let mut detail = t.glide("detail", (0.08, 0.3));
    let rustle = t
        .white("rustle", t.seconds)
        .band(3800.0 * t.pitch, 0.5)
        .level(1.0)
        .swell(|_| (0.2 + gust.next().powf(1.5)) * (0.6 + 0.5 * detail.next()));
    let body = t.brown("body", t.seconds).low(300.0).level(0.16);
    rustle.plus(&body)
}

/// A blizzard: driven snow, a hiss over a hollow wind.
pub(in crate::effects) fn blizzard(t: &Take) -> Signal {
    let mut gust = t.glide("gust", (1.0, 3.0));
    let mut force = t.glide("snow", (0.4, 1.6));
    let hollow = t.pink("hollow", t.seconds).swept_band(3.0, |_| 260.0 + 420.0 * gust.next()).level(0.9);
    let snow = t.white("snow", t.seconds).high(4200.0).level(0.35).swell(|_| 0.4 + force.next());
    hollow.plus(&snow)
}

/// One roll of thunder. The channel of a flash is long and bent: its parts are heard one after
/// another. Near by it begins with a crack; from afar only the rumble is left.
pub(in crate::effects) fn thunder(t: &Take) -> Signal {
    let mut dice = t.dice("bolt");
    let near = (600.0 / t.distance.max(50.0)).clamp(0.05, 2.0);
    let length = dice.range(5.5, 8.5) * (1.15 - 0.3 * near.min(1.0));
    let mut peals: Vec<(f32, f32, f32)> = (0..dice.whole(7, 12))
        .map(|_| {
            let at = length * 0.7 * dice.unit().powf(1.4);
            (at, dice.range(0.3, 1.0) * (-1.1 * at / length).exp(), dice.range(0.25, 0.9))
        })
        .collect();
    peals.push((0.02, 1.0, 0.7));
    let envelope = |time: f32| -> f32 {
        peals
            .iter()
            .map(|(at, gain, fall)| {
                let u = time - at;
                if u < 0.0 { 0.0 } else { gain * (u / 0.06).min(1.0) * (-u / fall).exp() }
            })
            .sum()
    };
    let deep = t.brown("deep", length).low(95.0 * t.pitch).level(1.0).swell(envelope);
    let mut roll_corner = t.glide("roll", (0.2, 0.7));
    let roll = t
        .pink("roll", length)
        .swept_low(0.7, |time| (110.0 + 190.0 * near.min(1.2) * roll_corner.next()) * (1.2 - time / length))
        .level(0.55)
        .swell(envelope);
    let mut out = deep.plus(&roll);
    if near > 0.35 {
        let crack = t.white("crack", 0.9).high(250.0).low(1200.0 + 5000.0 * near.min(1.0));
        let mut shatter = t.glide("shatter", (0.01, 0.05));
        let crack = crack.swell(|u| shatter.next().powi(3) * 3.0 * (-u / (0.12 + 0.1 * near)).exp());
        out.put(0.0, &crack.level(0.55 * near.min(1.2)), 1.0);
    }
    out.fade(0.004, length * 0.35)
}
