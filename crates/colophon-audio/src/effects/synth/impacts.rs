//! Blows, breaks and air that is cut.

use std::f32::consts::PI;

use crate::effects::dsp::{Dice, Mode, Signal, bar, ring, strike, tone, white};
use crate::effects::take::Take;

/// The modes of a drinking glass: (2,0) at the bottom, then about as the squares.
fn glass_modes(home: f32, t60: f32, dice: &mut Dice) -> Vec<Mode> {
    [1.0, 2.32, 4.25, 6.63, 9.38]
        .iter()
        .enumerate()
        .map(|(i, r)| {
            Mode::new(
                home * r * dice.range(0.99, 1.01),
                t60 / (1.0 + 0.55 * i as f32),
                1.0 / (1.0 + 0.5 * i as f32),
            )
        })
        .collect()
}

/// Two glasses that are touched.
pub(in crate::effects) fn clink(t: &Take) -> Signal {
    let mut dice = t.dice("glass");
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        for ratio in [1.0, 1.17] {
            let home = dice.range(1500.0, 2000.0) * ratio * t.pitch;
            let modes = glass_modes(home, 0.75, &mut dice);
            out.put(0.55 * k as f32 + 0.004 * ratio, &strike(t.rate, &modes, 0.00006, 1.2), 0.8);
        }
    }
    out
}

/// Glass that breaks: the blow, the cracks, and splinters that fall and ring.
pub(in crate::effects) fn shatter(t: &Take) -> Signal {
    let dice = t.dice("pane");
    let mut out = white(t.rate, 0.25, dice.part("crack")).high(1500.0).decay(0.0003, 0.18).gain(1.2);
    out.put(
        0.0,
        &ring(t.rate, &[Mode::new(210.0 * t.pitch, 0.1, 1.0), Mode::new(480.0 * t.pitch, 0.08, 0.7)], 0.2),
        0.5,
    );
    let pool: Vec<Signal> = (0..36)
        .map(|i| {
            let mut d = t.dice("splinter").nth(i);
            let home = d.log_range(2400.0, 8800.0) * t.pitch;
            let modes = [1.0, 1.41, 1.93, 2.37]
                .map(|r| Mode::new(home * r, d.range(0.05, 0.22) / r, d.range(0.3, 1.0)));
            strike(t.rate, &modes, 0.00004, 0.3)
        })
        .collect();
    let first = t.grains("burst", 0.35, 420.0, &pool, |u| 1.0 - u / 0.4);
    let fall =
        t.grains("fall", 1.9, 90.0, &pool, |u| (-(u - 0.25).powi(2) / 0.12).exp() + 0.3 * (-u / 0.6).exp());
    out.put(0.01, &first, 1.0);
    out.put(0.25, &fall, 1.0);
    out.fade(0.0, 0.2)
}

/// A dull blow of something heavy.
pub(in crate::effects) fn thud(t: &Take) -> Signal {
    let mut dice = t.dice("thud");
    let home = dice.range(62.0, 80.0) * t.pitch;
    let modes =
        [Mode::new(home, 0.22, 1.0), Mode::new(home * 1.9, 0.12, 0.6), Mode::new(home * 3.4, 0.07, 0.35)];
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let at = 0.6 * k as f32 / t.pace;
        out.put(at, &strike(t.rate, &modes, 0.004, 0.5), 1.0);
        let body = white(t.rate, 0.12, dice.part("body").nth(k as usize)).low(480.0).decay(0.001, 0.1);
        out.put(at, &body, 0.35);
    }
    out
}

/// A fist that lands.
pub(in crate::effects) fn punch(t: &Take) -> Signal {
    let mut dice = t.dice("fist");
    let mut out = white(t.rate, 0.09, dice.part("swing"))
        .swept_band(2.0, |u| 500.0 + 9000.0 * u)
        .fade(0.07, 0.01)
        .gain(0.25);
    let slap = white(t.rate, 0.09, dice.part("slap")).low(2600.0).high(200.0).decay(0.0006, 0.06);
    out.put(0.09, &slap, 1.3);
    let flesh = tone(t.rate, 0.2, |u| (75.0 + 110.0 * (-u / 0.02).exp()) * t.pitch).decay(0.001, 0.16);
    out.put(0.09, &flesh, 1.0 * dice.range(0.9, 1.0));
    out
}

/// Metal that is struck hard: a sheet or a pot.
pub(in crate::effects) fn clang(t: &Take) -> Signal {
    let mut dice = t.dice("metal");
    let home = dice.range(230.0, 330.0) * t.pitch;
    let modes: Vec<Mode> = (0..22)
        .map(|k| {
            Mode::new(
                home * (1.0 + 0.71 * k as f32 * dice.range(0.9, 1.1)),
                1.7 / (1.0 + 0.13 * k as f32),
                dice.range(0.3, 1.0),
            )
        })
        .collect();
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        out.put(0.7 * k as f32, &strike(t.rate, &modes, 0.0002, 2.2), 1.0);
    }
    out
}

/// Wood on wood.
pub(in crate::effects) fn wood_hit(t: &Take) -> Signal {
    let home = t.dice("wood").range(430.0, 560.0) * t.pitch;
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        out.put(0.4 * k as f32 / t.pace, &strike(t.rate, &bar(home, 0.11, 0.6), 0.0005, 0.3), 1.0);
    }
    out
}

/// Hammer and nail: each blow drives it in and raises its pitch.
pub(in crate::effects) fn hammering(t: &Take) -> Signal {
    let mut dice = t.dice("hammer");
    let mut out = t.silence(0.0);
    let blows = t.many(4);
    for k in 0..blows {
        let nail = 2300.0 * (1.0 + 0.09 * k as f32) * t.pitch;
        let modes = [
            Mode::new(nail, 0.05, 0.8),
            Mode::new(nail * 1.63, 0.03, 0.5),
            Mode::new(245.0 * t.pitch, 0.07, 1.0),
            Mode::new(430.0 * t.pitch, 0.05, 0.7),
        ];
        out.put(
            dice.about(0.42 * k as f32, 0.01) / t.pace,
            &strike(t.rate, &modes, 0.0001, 0.2),
            dice.range(0.85, 1.0),
        );
    }
    out
}

/// Something fast that flies past close by.
pub(in crate::effects) fn whoosh(t: &Take) -> Signal {
    let n = 0.75 / t.pace.clamp(0.3, 3.0);
    let at = |u: f32| (-(u / n - 0.5).powi(2) / 0.025).exp();
    t.white("air", n)
        .swept_band(1.4, |u| (350.0 + 2400.0 * at(u)) * t.pitch)
        .level(1.0)
        .swell(|u| at(u).powf(1.2))
        .fade(0.05, 0.08)
}

/// A lighter, higher swish: a stick or a page through the air.
pub(in crate::effects) fn swish(t: &Take) -> Signal {
    let n = 0.28 / t.pace.clamp(0.3, 3.0);
    t.white("air", n)
        .swept_band(2.2, |u| (2200.0 + 5200.0 * (u / n)) * t.pitch)
        .swell(|u| (PI * (u / n).clamp(0.0, 1.0)).sin().max(0.0).powi(2))
}

/// An arrow: the string, the flight, the hit.
pub(in crate::effects) fn arrow(t: &Take) -> Signal {
    let mut out = ring(
        t.rate,
        &[
            Mode::new(185.0 * t.pitch, 0.25, 1.0),
            Mode::new(372.0 * t.pitch, 0.15, 0.6),
            Mode::new(561.0, 0.1, 0.4),
        ],
        0.4,
    );
    let flight = t.white("flight", 0.4).swept_band(3.0, |u| 3800.0 - 4200.0 * u).fade(0.05, 0.1);
    out.put(0.05, &flight, 0.9);
    let hit = strike(t.rate, &bar(310.0 * t.pitch, 0.13, 0.5), 0.0006, 0.3);
    out.put(0.46, &hit, 1.3);
    let quiver = tone(t.rate, 0.4, |u| 95.0 + 12.0 * (2.0 * PI * 21.0 * u).sin()).decay(0.002, 0.3);
    out.put(0.47, &quiver, 0.5);
    out
}

/// A deep blow as in a trailer: the hit and a long sub that sinks.
pub(in crate::effects) fn boom(t: &Take) -> Signal {
    let n = 3.4;
    let sub = tone(t.rate, n, |u| (34.0 + 46.0 * (-u / 0.12).exp()) * t.pitch).decay(0.003, 2.9);
    let hit = t.brown("hit", 0.8).low(380.0).decay(0.001, 0.5).level(0.5);
    let dust = t.white("dust", 2.0).low(2200.0).decay(0.001, 0.7).level(0.1);
    sub.plus(&hit).plus(&dust).fade(0.0, 0.8)
}

/// A rise of tension: noise and a tone that climb until they are cut off.
pub(in crate::effects) fn riser(t: &Take) -> Signal {
    let n = 3.5 / t.pace.clamp(0.3, 3.0);
    let up = |u: f32| (u / n).clamp(0.0, 1.0);
    let noise = t.white("air", n).swept_band(2.0, |u| 300.0 * 24f32.powf(up(u))).level(0.8);
    let pitch = |u: f32| 110.0 * 8f32.powf(up(u)) * t.pitch;
    let tone = crate::effects::dsp::saw(t.rate, n, pitch).low(4500.0).level(0.35);
    noise.plus(&tone).swell(|u| 0.04 + up(u).powi(2)).fade(0.1, 0.02)
}

/// A tree that cracks and falls.
pub(in crate::effects) fn tree_fall(t: &Take) -> Signal {
    let mut dice = t.dice("tree");
    let pool: Vec<Signal> = (0..20)
        .map(|i| {
            let mut d = t.dice("fibre").nth(i);
            let home = d.log_range(380.0, 2200.0) * t.pitch;
            let modes = [1.0, 1.7, 2.6].map(|r| Mode::new(home * r, 0.035 / r, d.range(0.4, 1.0)));
            strike(t.rate, &modes, 0.0002, 0.1)
        })
        .collect();
    let mut out = t.grains("cracks", 1.7, 70.0, &pool, |u| (u / 1.7).powi(2));
    let rush = t.white("rush", 1.3).swept_band(0.6, |u| 900.0 + 1500.0 * u).fade(0.9, 0.2);
    out.put(0.9, &rush, 0.3);
    let hit = t.brown("ground", 1.4).low(220.0).decay(0.004, 0.9).level(0.8);
    out.put(2.1, &hit, 2.0);
    let twigs = t.grains("twigs", 1.4, 140.0, &pool, |u| (-u / 0.3).exp());
    out.put(2.12, &twigs, 0.7 * dice.range(0.9, 1.0));
    out.fade(0.0, 0.3)
}

/// A balloon that bursts.
pub(in crate::effects) fn pop(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let one = white(t.rate, 0.12, t.dice("pop").nth(k as usize)).low(5200.0).decay(0.0002, 0.05);
        let body = tone(t.rate, 0.05, |u| (520.0 - 5200.0 * u).max(60.0) * t.pitch).decay(0.0005, 0.03);
        out.put(0.4 * k as f32, &one.plus(&body.lasting(0.12)), 1.0);
    }
    out
}
