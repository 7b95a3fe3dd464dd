//! Bells, gongs and other ringing metal.

use crate::effects::dsp::{Mode, Signal, ring, strike, white};
use crate::effects::take::Take;

/// Partials of a tuned church bell against its prime: hum, prime, tierce, quint, nominal and above.
const CHURCH: [(f32, f32, f32); 9] = [
    (0.5, 9.0, 0.7),
    (1.0, 5.5, 1.0),
    (1.2, 4.5, 0.9),
    (1.5, 2.8, 0.4),
    (2.0, 3.2, 1.0),
    (2.5, 1.6, 0.35),
    (2.67, 1.3, 0.3),
    (3.0, 1.1, 0.4),
    (4.0, 0.7, 0.3),
];

/// Each partial as a pair that beats slowly, as in any bell that is not quite round.
fn partials(home: f32, table: &[(f32, f32, f32)], split: f32) -> Vec<Mode> {
    table
        .iter()
        .flat_map(|(ratio, t60, gain)| {
            let hertz = home * ratio;
            [Mode::new(hertz, *t60, 0.6 * gain), Mode::new(hertz + split, *t60 * 0.9, 0.4 * gain)]
        })
        .collect()
}

/// A church bell, swung: a stroke every two seconds and a little more.
pub(in crate::effects) fn church(t: &Take) -> Signal {
    let mut dice = t.dice("bell");
    let home = dice.range(300.0, 360.0) * t.pitch;
    let modes = partials(home, &CHURCH, 0.7);
    let stroke = strike(t.rate, &modes, 0.0006, 8.0);
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        out.put(k as f32 * 2.2 / t.pace, &stroke, dice.range(0.85, 1.0));
    }
    out
}

/// A handbell or a school bell that is shaken.
pub(in crate::effects) fn handbell(t: &Take) -> Signal {
    let mut dice = t.dice("bell");
    let home = 1180.0 * t.pitch;
    let modes = partials(
        home,
        &[(1.0, 1.1, 1.0), (2.0, 0.7, 0.5), (2.92, 0.5, 0.6), (4.2, 0.3, 0.4), (5.4, 0.2, 0.3)],
        3.0,
    );
    let stroke = strike(t.rate, &modes, 0.0002, 1.5);
    let mut out = t.silence(0.0);
    for k in 0..t.many(9) {
        out.put(dice.about(k as f32 * 0.19, 0.015) / t.pace, &stroke, if k % 2 == 0 { 1.0 } else { 0.75 });
    }
    out
}

/// A bicycle bell: a thumb turns the striker round inside.
pub(in crate::effects) fn bicycle(t: &Take) -> Signal {
    let mut dice = t.dice("bell");
    let home = dice.range(2050.0, 2500.0) * t.pitch;
    let modes = partials(home, &[(1.0, 0.9, 1.0), (1.58, 0.7, 0.5), (2.63, 0.5, 0.8), (3.9, 0.3, 0.35)], 9.0);
    let stroke = strike(t.rate, &modes, 0.00008, 1.2);
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        let start = k as f32 * 0.42 / t.pace;
        for j in 0..6 {
            out.put(start + 0.03 * j as f32 * dice.range(0.96, 1.04), &stroke, 1.0 - 0.1 * j as f32);
        }
    }
    out
}

/// A tam-tam: its energy goes from low modes to high ones before all of it dies away.
pub(in crate::effects) fn gong(t: &Take) -> Signal {
    let mut dice = t.dice("gong");
    let home = dice.range(72.0, 90.0) * t.pitch;
    let mut out = t.silence(0.0);
    let mut early = Vec::new();
    for k in 0..16 {
        let ratio = 1.0 + 0.62 * k as f32 * dice.range(0.92, 1.08);
        early.push(Mode::new(home * ratio, 7.0 / (1.0 + 0.12 * k as f32), 1.0 / (1.0 + 0.12 * k as f32)));
    }
    out.put(0.0, &strike(t.rate, &early, 0.002, 7.0), 1.0);
    let mut shimmer: Signal = t.silence(6.0);
    for k in 0..26 {
        let hertz = home * dice.log_range(9.0, 52.0);
        let bloom = 0.12 + 0.35 * dice.unit();
        let one = ring(t.rate, &[Mode::new(hertz, dice.range(2.0, 4.5), 1.0)], 6.0);
        let grown = one.swell(|u| 1.0 - (-u / bloom).exp());
        shimmer.put(0.0, &grown, 0.16 / (1.0 + 0.02 * k as f32));
    }
    out.put(0.0, &shimmer, t.between(0.5, 1.3));
    out.fade(0.0, 1.0)
}

/// A singing bowl: few, pure, very long partials that beat.
pub(in crate::effects) fn bowl(t: &Take) -> Signal {
    let home = t.dice("bowl").range(205.0, 260.0) * t.pitch;
    let modes =
        partials(home, &[(1.0, 8.5, 1.0), (2.77, 6.0, 0.55), (5.18, 3.5, 0.22), (8.2, 1.5, 0.08)], 1.1);
    strike(t.rate, &modes, 0.0025, 8.0).fade(0.002, 1.0)
}

/// Wind chimes: tubes of a pentatonic scale, struck as the wind will.
pub(in crate::effects) fn chimes(t: &Take) -> Signal {
    let scale = [1.0, 1.125, 1.25, 1.5, 1.6667, 2.0];
    let pool: Vec<Signal> = scale
        .iter()
        .map(|s| {
            let home = 930.0 * s * t.pitch;
            let modes = [
                Mode::new(home, 2.4, 1.0),
                Mode::new(home * 2.757, 1.1, 0.5),
                Mode::new(home * 5.404, 0.4, 0.25),
            ];
            strike(t.rate, &modes, 0.0004, 3.0)
        })
        .collect();
    let mut dice = t.dice("wind");
    let mut out = t.silence(t.seconds);
    let mut at = 0.05;
    while at < t.seconds {
        for _ in 0..dice.whole(2, 6) {
            if at < t.seconds {
                out.put(at, &pool[dice.whole(0, 5) as usize], dice.range(0.25, 1.0));
            }
            at += dice.range(0.06, 0.3) / t.pace;
        }
        at += dice.range(0.2, 1.1) / t.pace;
    }
    out
}

/// A triangle.
pub(in crate::effects) fn triangle(t: &Take) -> Signal {
    let mut dice = t.dice("triangle");
    let home = 1250.0 * t.pitch;
    let modes: Vec<Mode> = [1.0, 1.89, 2.76, 3.3, 4.21, 5.1, 5.4, 6.8]
        .iter()
        .map(|r| Mode::new(home * r, 3.2 / (1.0 + 0.06 * r), dice.range(0.3, 1.0)))
        .collect();
    strike(t.rate, &modes, 0.00008, 4.0).fade(0.0, 0.8)
}

/// A desk bell, as on the counter of a hotel.
pub(in crate::effects) fn desk(t: &Take) -> Signal {
    let home = 2430.0 * t.pitch;
    let modes = partials(home, &[(1.0, 1.9, 1.0), (2.41, 0.8, 0.3), (4.2, 0.3, 0.15)], 2.0);
    let mut out = t.silence(0.0);
    let button = white(t.rate, 0.02, t.dice("button")).band(900.0, 1.0).decay(0.0005, 0.02);
    for k in 0..t.many(1) {
        out.put(0.5 * k as f32, &button, 0.25);
        out.put(0.5 * k as f32 + 0.006, &strike(t.rate, &modes, 0.0001, 2.2), 1.0);
    }
    out
}

/// Coins that fall on a table and spin to rest.
pub(in crate::effects) fn coins(t: &Take) -> Signal {
    let mut dice = t.dice("coins");
    let mut out = t.silence(0.0);
    for _ in 0..t.many(5) {
        let home = dice.range(3900.0, 6200.0) * t.pitch;
        let modes = [1.0, 1.43, 2.05].map(|r| Mode::new(home * r, 0.24 / r, dice.range(0.4, 1.0)));
        let mut hit = strike(t.rate, &modes, 0.00006, 0.4);
        // The table under them.
        hit.put(0.0, &ring(t.rate, &[Mode::new(1150.0 * t.pitch, 0.02, 0.3)], 0.05), 0.4);
        let (mut at, mut gap, mut gain) = (dice.range(0.0, 0.5), dice.range(0.1, 0.17), 1.0);
        for _ in 0..9 {
            out.put(at, &hit, gain);
            at += gap;
            gap *= 0.74;
            gain *= 0.78;
        }
    }
    out
}

/// A hammer on an anvil.
pub(in crate::effects) fn anvil(t: &Take) -> Signal {
    let mut dice = t.dice("anvil");
    let home = dice.range(820.0, 950.0) * t.pitch;
    let modes: Vec<Mode> = [1.0, 1.62, 2.41, 3.42, 4.86, 6.1, 8.3]
        .iter()
        .map(|r| Mode::new(home * r, 0.9 / (1.0 + 0.12 * r), dice.range(0.4, 1.0)))
        .collect();
    let blow = strike(t.rate, &modes, 0.00012, 1.2);
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        out.put(0.62 * k as f32 / t.pace, &blow, dice.range(0.85, 1.0));
        out.put(0.62 * k as f32 / t.pace, &ring(t.rate, &[Mode::new(140.0, 0.06, 1.0)], 0.1), 0.6);
    }
    out
}

/// Swords that meet and slide along each other.
pub(in crate::effects) fn swords(t: &Take) -> Signal {
    let mut dice = t.dice("swords");
    let mut out = t.silence(0.0);
    let mut at = 0.0;
    for k in 0..t.many(2) {
        let home = dice.range(1350.0, 1900.0) * t.pitch;
        let modes: Vec<Mode> = [1.0, 1.31, 1.83, 2.57, 3.19, 3.97, 5.2]
            .iter()
            .map(|r| Mode::new(home * r, 0.75 / (1.0 + 0.1 * r), dice.range(0.3, 1.0)))
            .collect();
        out.put(at, &strike(t.rate, &modes, 0.00006, 1.2), 1.0);
        let scrape = white(t.rate, 0.4, dice.part("scrape").nth(k as usize))
            .swept_band(8.0, |u| (3600.0 + 4200.0 * u / 0.4) * t.pitch)
            .fade(0.03, 0.3);
        out.put(at + 0.02, &scrape, 1.2);
        at += dice.range(0.45, 0.7) / t.pace;
    }
    out
}

/// A heavy chain that is moved.
pub(in crate::effects) fn chain(t: &Take) -> Signal {
    let pool: Vec<Signal> = (0..20)
        .map(|i| {
            let mut dice = t.dice("link").nth(i);
            let home = dice.log_range(1150.0, 2600.0) * t.pitch;
            let modes = [1.0, 1.49, 2.21, 3.3].map(|r| Mode::new(home * r, 0.09 / r, dice.range(0.4, 1.0)));
            strike(t.rate, &modes, 0.00025, 0.2)
        })
        .collect();
    let mut pull = t.glide("pull", (0.12, 0.4));
    let mut seen = 0f32;
    let mut now = 0.5;
    t.grains("links", t.seconds, 70.0 * t.pace, &pool, |time| {
        while seen < time {
            seen += 32.0 / t.rate;
            now = pull.next();
        }
        now.powf(1.5)
    })
}
