//! Birds: whistles of one pure gliding tone, calls with a rough voice, wings and beaks.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Dice, Formant, Mode, Signal, harmonics, strike, tone, voice, white};
use crate::effects::take::Take;

/// A whistled note: from one pitch to another with a bow between, its second harmonic faint.
fn note(rate: f32, seconds: f32, from: f32, to: f32, bow: f32) -> Signal {
    let glide = |u: f32| {
        let p = (u / seconds).clamp(0.0, 1.0);
        from + (to - from) * p + bow * (PI * p).sin()
    };
    harmonics(rate, seconds, glide, &[1.0, 0.12, 0.03])
        .swell(|u| (PI * (u / seconds).clamp(0.0, 1.0)).sin().max(0.0).powf(0.6))
}

/// A phrase of a songbird: motifs that are repeated, trills between.
fn phrase(t: &Take, dice: &mut Dice) -> Signal {
    let home = dice.range(2600.0, 4300.0) * t.pitch;
    let mut out = t.silence(0.0);
    for _ in 0..dice.whole(2, 4) {
        let seconds = dice.range(0.06, 0.2);
        let (from, to) = (home * dice.range(0.75, 1.35), home * dice.range(0.75, 1.35));
        let motif = note(t.rate, seconds, from, to, home * dice.range(-0.2, 0.25));
        let times = if dice.chance(0.3) { dice.whole(5, 9) } else { dice.whole(1, 3) };
        let gap = if times > 4 { 0.012 } else { dice.range(0.03, 0.09) };
        let motif = if times > 4 { motif.lasting(seconds * 0.45).fade(0.004, 0.01) } else { motif };
        for _ in 0..times {
            out = out.then(gap / t.pace, &motif.clone().gain(dice.range(0.8, 1.0)));
        }
    }
    out
}

/// A songbird, phrase after phrase.
pub(in crate::effects) fn songbird(t: &Take) -> Signal {
    let mut dice = t.dice("bird");
    let mut out = t.silence(t.seconds);
    let mut at = dice.range(0.0, 0.3);
    while at < t.seconds {
        let song = phrase(t, &mut dice);
        let length = song.seconds();
        out.put(at, &song, 1.0);
        at += length + dice.range(0.5, 1.6) / t.pace;
    }
    out.lasting(t.seconds).fade(0.0, 0.02)
}

/// Many birds at daybreak, near and far.
pub(in crate::effects) fn chorus(t: &Take) -> Signal {
    let mut out = t.pink("air", t.seconds).band(700.0, 0.5).level(0.02);
    for i in 0..7 {
        let mut bird = t.another(&format!("bird {i}"));
        bird.pitch *= [0.75, 1.25, 1.0, 0.6, 1.4, 0.9, 1.1][i];
        let far = if i < 2 { 1.0 } else { 0.45 };
        let song = if i % 3 == 2 { cheeps(&bird, 2.2) } else { songbird(&bird) };
        let song = if i < 2 { song } else { song.low(5200.0) };
        out = out.plus(&song.gain(far));
    }
    out
}

/// Short, sharp chirps, so many a second.
fn cheeps(t: &Take, often: f32) -> Signal {
    let mut dice = t.dice("cheeps");
    let mut out = t.silence(t.seconds);
    for at in dice.steady(1.0 / (often * t.pace), 0.8, t.seconds) {
        let top = dice.range(5200.0, 6400.0) * t.pitch;
        let seconds = dice.range(0.05, 0.09);
        let cheep = tone(t.rate, seconds, |u| {
            let p = u / seconds;
            top * (1.0 - 0.42 * p) * (1.0 + 0.06 * (TAU * 90.0 * u).sin())
        });
        out.put(at, &cheep.fade(seconds * 0.2, seconds * 0.5), dice.range(0.5, 1.0));
    }
    out.lasting(t.seconds).fade(0.0, 0.02)
}

/// Sparrows in a hedge.
pub(in crate::effects) fn sparrow(t: &Take) -> Signal {
    cheeps(t, 4.5).plus(&cheeps(&t.another("second"), 3.0).gain(0.5))
}

/// Chicks: thin peeps that fall.
pub(in crate::effects) fn chicks(t: &Take) -> Signal {
    let mut out = t.silence(t.seconds);
    for i in 0..4 {
        let mut dice = t.dice("chick").nth(i);
        let home = dice.range(3100.0, 3700.0) * t.pitch;
        for at in dice.steady(dice.clone().range(0.28, 0.42) / t.pace, 0.5, t.seconds) {
            let peep = note(t.rate, 0.11, home * 1.12, home * 0.85, home * 0.12);
            out.put(at, &peep, dice.range(0.4, 1.0));
        }
    }
    out.lasting(t.seconds)
}

/// A cuckoo: a falling third, both notes hollow.
pub(in crate::effects) fn cuckoo(t: &Take) -> Signal {
    let mut dice = t.dice("cuckoo");
    let high = dice.range(640.0, 690.0) * t.pitch;
    let mut out = t.silence(0.0);
    for _ in 0..t.many(2) {
        for (ratio, seconds) in [(1.0, 0.17), (0.8, 0.3)] {
            let f = high * ratio;
            let call = harmonics(t.rate, seconds, |u| f * (1.0 - 0.02 * u / seconds), &[1.0, 0.06, 0.05]);
            out = out.then(if ratio > 0.9 { 0.55 } else { 0.11 } / t.pace, &call.fade(0.03, 0.07));
        }
    }
    out
}

/// An owl: one hoot, a pause, and a long wavering one.
pub(in crate::effects) fn owl(t: &Take) -> Signal {
    let mut dice = t.dice("owl");
    let home = dice.range(340.0, 400.0) * t.pitch;
    let hoot = |seconds: f32, waver: f32, d: Dice| {
        let breath = white(t.rate, seconds, d).band(home * 1.1, 3.0).gain(0.1);
        harmonics(
            t.rate,
            seconds,
            |u| {
                home * (0.94 + 0.09 * (PI * u / seconds).sin()) * (1.0 + waver * 0.03 * (TAU * 7.5 * u).sin())
            },
            &[1.0, 0.10, 0.06],
        )
        .shape(|u, x| x * (1.0 - waver * 0.45 * (0.5 + 0.5 * (TAU * 7.5 * u).sin())))
        .plus(&breath)
        .fade(0.07, 0.14)
    };
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let d = dice.part("breath").nth(k as usize);
        out = out.then(if k == 0 { 0.0 } else { 1.6 }, &hoot(0.55, 0.0, d));
        out = out.then(0.9, &hoot(0.12, 0.0, d)).then(0.15, &hoot(1.1, 1.0, d));
    }
    out
}

/// A dove's cooing, three notes with a purr in the middle one.
pub(in crate::effects) fn pigeon(t: &Take) -> Signal {
    let mut dice = t.dice("dove");
    let home = dice.range(390.0, 450.0) * t.pitch;
    let mut out = t.silence(0.0);
    for _ in 0..t.many(2) {
        for (seconds, ratio, purr, pause) in
            [(0.25, 0.92, 0.15, 0.6), (0.55, 1.08, 0.75, 0.06), (0.35, 0.95, 0.25, 0.09)]
        {
            let coo = harmonics(
                t.rate,
                seconds,
                |u| home * ratio * (1.0 + 0.05 * (PI * u / seconds).sin()),
                &[1.0, 0.3, 0.05],
            )
            .shape(|u, x| x * (1.0 - purr * (0.5 + 0.5 * (TAU * 26.0 * u).sin())));
            out = out.then(pause / t.pace, &coo.fade(0.05, 0.1));
        }
    }
    out
}

/// A rough call: pitch from, in the middle and at the end.
#[allow(clippy::too_many_arguments, reason = "the measures of a call")]
fn call(
    t: &Take,
    dice: Dice,
    seconds: f32,
    pitch: [f32; 3],
    a: [f32; 3],
    b: [f32; 3],
    breath: f32,
    rough: f32,
) -> Signal {
    let (va, vb) = (Formant::vowel(a[0], a[1], a[2]), Formant::vowel(b[0], b[1], b[2]));
    let curve = |u: f32| {
        let p = (u / seconds).clamp(0.0, 1.0);
        let v = if p < 0.4 {
            pitch[0] + (pitch[1] - pitch[0]) * p / 0.4
        } else {
            pitch[1] + (pitch[2] - pitch[1]) * (p - 0.4) / 0.6
        };
        v * t.pitch
    };
    voice(t.rate, seconds, dice, curve, (&va, &vb), |u| u / seconds, breath, rough)
        .fade(0.02, seconds * 0.3)
        .unit()
}

/// A crow: hoarse caws.
pub(in crate::effects) fn crow(t: &Take) -> Signal {
    let mut dice = t.dice("crow");
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        let seconds = dice.range(0.28, 0.38);
        let caw = call(
            t,
            dice.part("caw").nth(k as usize),
            seconds,
            [430.0, 520.0, 400.0],
            [1050.0, 1600.0, 2700.0],
            [1250.0, 1900.0, 3000.0],
            0.35,
            0.5,
        );
        let beat = 62.0;
        let caw = caw.shape(|u, x| x * (0.6 + 0.4 * (TAU * beat * u).sin()));
        out = out.then(dice.range(0.18, 0.3) / t.pace, &caw);
    }
    out
}

/// Gulls: a long call, then a laughing run.
pub(in crate::effects) fn gull(t: &Take) -> Signal {
    let mut dice = t.dice("gull");
    let mut out = t.silence(0.0);
    let total = t.many(5);
    for k in 0..total {
        let seconds = if k == 0 { 0.75 } else { dice.range(0.22, 0.32) };
        let top = dice.range(1050.0, 1250.0);
        let cry = call(
            t,
            dice.part("cry").nth(k as usize),
            seconds,
            [top * 0.6, top, top * 0.75],
            [1100.0, 2300.0, 3400.0],
            [1500.0, 2900.0, 4200.0],
            0.08,
            0.06,
        );
        out = out.then(0.06 / t.pace, &cry);
    }
    out
}

/// A cock's crow: four syllables, the last one long and falling.
pub(in crate::effects) fn rooster(t: &Take) -> Signal {
    let dice = t.dice("cock");
    let mut out = t.silence(0.0);
    for (k, (seconds, pitch)) in [
        (0.22, [420.0, 620.0, 640.0]),
        (0.16, [700.0, 800.0, 760.0]),
        (0.42, [760.0, 900.0, 880.0]),
        (0.95, [860.0, 820.0, 480.0]),
    ]
    .into_iter()
    .enumerate()
    {
        let syllable = call(
            t,
            dice.part("syllable").nth(k),
            seconds,
            pitch,
            [950.0, 1900.0, 3000.0],
            [1200.0, 2200.0, 3300.0],
            0.15,
            0.12,
        );
        out = out.then(0.035, &syllable.gain([0.6, 0.7, 1.0, 0.9][k]));
    }
    out
}

/// A duck's quacks, each softer than the one before.
pub(in crate::effects) fn duck(t: &Take) -> Signal {
    let mut dice = t.dice("duck");
    let mut out = t.silence(0.0);
    for k in 0..t.many(4) {
        let quack = call(
            t,
            dice.part("quack").nth(k as usize),
            dice.range(0.16, 0.22),
            [250.0, 230.0, 190.0],
            [1250.0, 2100.0, 3300.0],
            [900.0, 1700.0, 2900.0],
            0.12,
            0.15,
        );
        out = out.then(0.11 / t.pace, &quack.gain(0.85f32.powi(k as i32)));
    }
    out
}

/// A hawk's scream: high, hoarse, falling.
pub(in crate::effects) fn hawk(t: &Take) -> Signal {
    let seconds = 1.3;
    let fall = |u: f32| (2100.0 + 1000.0 * (-u / 0.35).exp() - 300.0 * u) * t.pitch;
    let scream = harmonics(t.rate, seconds, fall, &[1.0, 0.55, 0.35, 0.2]);
    let rasp = t.white("rasp", seconds).swept_band(2.5, fall).level(0.45);
    scream.plus(&rasp).swell(|u| (u / 0.06).min(1.0) * (1.0 - 0.55 * u / seconds)).fade(0.0, 0.3)
}

/// A woodpecker's drum: a roll of taps on a hollow trunk that fades.
pub(in crate::effects) fn woodpecker(t: &Take) -> Signal {
    let mut dice = t.dice("wood");
    let hertz = dice.range(780.0, 1100.0) * t.pitch;
    let modes = [
        Mode::new(hertz, 0.035, 1.0),
        Mode::new(hertz * 1.72, 0.025, 0.6),
        Mode::new(hertz * 2.6, 0.015, 0.4),
    ];
    let tap = strike(t.rate, &modes, 0.0004, 0.08);
    let mut out = t.silence(0.0);
    let mut at = 0.0;
    let taps = t.many(15);
    for k in 0..taps {
        let p = k as f32 / taps as f32;
        out.put(at, &tap, (0.7 + 0.3 * (PI * p).sin()) * (1.0 - 0.5 * p) * dice.range(0.9, 1.0));
        at += dice.about(0.052 - 0.008 * p, 0.03) / t.pace;
    }
    out
}

/// Wings that beat: a bird that takes off.
pub(in crate::effects) fn wings(t: &Take) -> Signal {
    let mut dice = t.dice("wings");
    let mut out = t.silence(0.0);
    let mut at = 0.0;
    let beats = t.many(14);
    for k in 0..beats {
        let flap = white(t.rate, 0.075, dice.part("flap").nth(k as usize))
            .swept_low(0.8, |u| 350.0 + 1900.0 * (PI * u / 0.075).sin())
            .swell(|u| (PI * u / 0.075).sin().powi(2));
        let p = k as f32 / beats as f32;
        out.put(at, &flap, (1.0 - 0.75 * p) * dice.range(0.8, 1.0));
        at += dice.about(0.092 - 0.02 * p, 0.06) / t.pace;
    }
    out
}
