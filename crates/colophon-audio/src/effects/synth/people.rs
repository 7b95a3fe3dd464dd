//! People together: murmur, applause, cheering, laughter, a baby, snapping and whistling.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Dice, Formant, Glide, Signal, harmonics, voice, white};
use crate::effects::take::Take;

/// Voices have little above 8 kHz: they are made at 16 kHz.
const VOICE_RATE: f32 = 16_000.0;

/// One talker: syllables with vowels that no one understands, and pauses between phrases.
fn talker(t: &Take, part: &str, seconds: f32, liveliness: f32) -> Signal {
    let rate = VOICE_RATE.min(t.rate);
    let mut dice = t.dice(part);
    let home = if dice.chance(0.5) { dice.range(95.0, 140.0) } else { dice.range(170.0, 240.0) };
    let (open, close) = (Formant::vowel(680.0, 1150.0, 2500.0), Formant::vowel(340.0, 1950.0, 2600.0));
    let mut melody = Glide::new(dice.part("melody"), (0.15, 0.5), rate);
    let mut mouth = Glide::new(dice.part("mouth"), (0.07, 0.2), rate / 32.0);
    let mut syllables: Vec<(f32, f32, f32)> = Vec::new();
    let mut at = dice.range(0.0, 1.0);
    while at < seconds {
        for _ in 0..dice.whole(4, 14) {
            let length = dice.range(0.1, 0.24);
            syllables.push((at, length, dice.range(0.5, 1.0)));
            at += length + dice.range(0.0, 0.06);
        }
        at += dice.range(0.2, 1.4) / liveliness;
    }
    let mut next = 0;
    let said = voice(
        rate,
        seconds,
        dice.part("voice"),
        |_| home * t.pitch * (0.85 + 0.35 * melody.next()),
        (&open, &close),
        |_| mouth.next(),
        0.12,
        0.02,
    );
    said.level(1.0).swell(|u| {
        while next < syllables.len() && syllables[next].0 + syllables[next].1 < u {
            next += 1;
        }
        syllables.get(next).map_or(0.0, |(start, length, gain)| {
            let p = (u - start) / length;
            if (0.0..1.0).contains(&p) { gain * (PI * p).sin().powf(0.6) } else { 0.0 }
        })
    })
}

/// The murmur of many people who talk.
pub(in crate::effects) fn crowd(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = Signal::silence(VOICE_RATE.min(t.rate), n);
    let talkers = 7;
    for i in 0..talkers {
        let near = if i == 0 { 1.0 } else { 0.75 };
        out = out.plus(&talker(t, &format!("talker {i}"), n, 1.5).gain(near));
    }
    let mut out = out.at_rate(t.rate).lasting(n);
    // Behind them all the others, who are only a colour.
    let mut wave = t.glide("wave", (0.3, 1.2));
    let mass = t.pink("mass", n).band(480.0, 0.7).swell(|_| 0.7 + 0.6 * wave.next());
    out = out.level(1.0).plus(&mass.level(t.between(0.2, 0.6)));
    out
}

/// One person talking, without words.
pub(in crate::effects) fn talking(t: &Take) -> Signal {
    talker(t, "talker", t.seconds, 1.0).at_rate(t.rate).lasting(t.seconds)
}

/// Claps of different hands: a burst of noise with the resonance of the hollow between them.
fn clap_pool(t: &Take, count: usize) -> Vec<Signal> {
    (0..count)
        .map(|i| {
            let mut dice = t.dice("hands").nth(i);
            let hollow = dice.log_range(750.0, 2300.0) * t.pitch;
            let length = dice.range(0.012, 0.022);
            let burst = white(t.rate, 0.05, dice.part("burst")).decay(0.0006, length * 2.2);
            burst.clone().band(hollow, 1.6).gain(1.6).plus(&burst.high(1500.0).gain(0.25)).unit()
        })
        .collect()
}

/// Applause.
pub(in crate::effects) fn applause(t: &Take) -> Signal {
    let pool = clap_pool(t, 36);
    let density = t.between(40.0, 420.0) * t.pace;
    let mut wave = t.glide("wave", (0.5, 2.0));
    t.grains("claps", t.seconds, density, &pool, |_| 1.0).swell(|_| 0.85 + 0.3 * wave.next())
}

/// Single hand claps.
pub(in crate::effects) fn clap(t: &Take) -> Signal {
    let pool = clap_pool(t, 4);
    let mut dice = t.dice("claps");
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        let one = &pool[k as usize % 4];
        let length = one.seconds();
        out = out.then(if k == 0 { 0.0 } else { dice.about(0.42, 0.05) / t.pace - length }, one);
    }
    out
}

/// Finger snaps.
pub(in crate::effects) fn snap(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    let mut dice = t.dice("snaps");
    for k in 0..t.many(1) {
        let noise = white(t.rate, 0.06, dice.part("snap").nth(k as usize));
        let hertz = dice.range(1900.0, 2500.0) * t.pitch;
        let one =
            noise.clone().band(hertz, 4.0).gain(2.0).plus(&noise.high(3500.0).gain(0.3)).decay(0.0003, 0.03);
        let mut both = t.silence(0.0);
        both.put(0.0, &one, 0.25);
        both.put(0.012, &one, 1.0);
        out = out.then(if k == 0 { 0.0 } else { 0.45 / t.pace }, &both);
    }
    out
}

/// A crowd that cheers: drawn vowels of many throats, whistles, some claps.
pub(in crate::effects) fn cheer(t: &Take) -> Signal {
    let n = t.seconds;
    let rate = VOICE_RATE.min(t.rate);
    let mut out = Signal::silence(rate, n);
    let (ah, eh) = (Formant::vowel(800.0, 1250.0, 2600.0), Formant::vowel(560.0, 1800.0, 2600.0));
    for i in 0..7 {
        let mut dice = t.dice("throat").nth(i);
        let home = dice.log_range(200.0, 480.0) * t.pitch;
        let mut bend = Glide::new(dice.part("bend"), (0.3, 1.0), rate);
        let mut force = Glide::new(dice.part("force"), (0.3, 1.1), rate / 32.0);
        let mut mouth = Glide::new(dice.part("mouth"), (0.3, 1.0), rate / 32.0);
        let cry = voice(
            rate,
            n,
            dice,
            |_| home * (0.8 + 0.4 * bend.next()),
            (&ah, &eh),
            |_| mouth.next(),
            0.2,
            0.05,
        );
        out = out.plus(&cry.level(1.0).swell(|_| force.next()));
    }
    let out = out.at_rate(t.rate).lasting(n);
    let roar = t.pink("roar", n).band(1000.0, 0.5).level(0.75);
    let claps = t.grains("claps", n, 90.0, &clap_pool(t, 20), |_| 1.0).level(0.2);
    out.level(1.0).plus(&roar).plus(&claps)
}

/// Someone laughing: a row of ha, each lower and softer.
pub(in crate::effects) fn laugh(t: &Take) -> Signal {
    let mut dice = t.dice("laugh");
    let home = dice.range(210.0, 300.0) * t.pitch;
    let (a, b) = (Formant::vowel(800.0, 1300.0, 2700.0), Formant::vowel(700.0, 1200.0, 2600.0));
    let mut out = t.silence(0.0);
    let total = t.many(7);
    for k in 0..total {
        let p = k as f32 / total as f32;
        let breath = white(t.rate, 0.07, dice.part("h").nth(k as usize)).band(1400.0, 0.8).fade(0.02, 0.03);
        let ha = voice(
            t.rate,
            0.12,
            dice.part("ha").nth(k as usize),
            |u| home * (1.25 - 0.4 * p) * (1.0 - 0.9 * u),
            (&a, &b),
            |u| u * 8.0,
            0.12,
            0.03,
        );
        out = out.then(0.0, &breath.gain(0.15));
        out = out.then(0.0, &ha.fade(0.015, 0.06).unit().gain(1.0 - 0.5 * p));
        out = out.then(0.01 / t.pace, &t.silence(0.0));
    }
    out
}

/// A baby that cries: wails of about a second, the breath caught between them.
pub(in crate::effects) fn baby(t: &Take) -> Signal {
    let mut dice = t.dice("baby");
    let (a, b) = (Formant::vowel(1050.0, 1900.0, 3400.0), Formant::vowel(800.0, 2300.0, 3600.0));
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        let n = dice.range(0.8, 1.2);
        let top = dice.range(480.0, 560.0) * t.pitch;
        let wail = voice(
            t.rate,
            n,
            dice.part("wail").nth(k as usize),
            |u| top * (0.8 + 0.25 * (PI * u / n).sin()) * (1.0 + 0.02 * (TAU * 6.0 * u).sin()),
            (&a, &b),
            |u| (PI * u / n).sin(),
            0.08,
            0.05,
        );
        out = out.then(if k == 0 { 0.0 } else { 0.12 }, &wail.fade(0.06, 0.25).unit());
        let gasp = white(t.rate, 0.22, dice.part("gasp").nth(k as usize)).band(1900.0, 0.9).fade(0.1, 0.06);
        out = out.then(0.08, &gasp.gain(0.12));
    }
    out
}

/// Someone who whistles a few notes of a tune.
pub(in crate::effects) fn whistling(t: &Take) -> Signal {
    const STEPS: [i32; 7] = [0, 2, 4, 7, 9, 12, 14];
    let mut dice = t.dice("tune");
    let mut out = t.silence(t.seconds);
    let mut at = 0.05;
    let mut step: i32 = 3;
    let mut before = 1050.0 * t.pitch;
    while at < t.seconds {
        step = (step + dice.whole(0, 4) as i32 - 2).clamp(0, 6);
        let target = 784.0 * 2f32.powf(STEPS[step as usize] as f32 / 12.0) * t.pitch;
        let n = if dice.chance(0.25) { 0.7 } else { 0.32 } / t.pace;
        let from = before;
        let pitch = |u: f32| {
            let f = from + (target - from) * (u / 0.06).min(1.0);
            f * (1.0 + 0.012 * (TAU * 5.5 * u).sin() * (u / 0.25).min(1.0))
        };
        let whistle = harmonics(t.rate, n, pitch, &[1.0, 0.05]);
        let air = white(t.rate, n, dice.part("air").nth(step as usize)).swept_band(6.0, pitch).gain(0.12);
        out.put(at, &whistle.plus(&air).fade(0.03, 0.07), 1.0);
        before = target;
        at += n + if dice.chance(0.2) { 0.35 } else { 0.01 };
    }
    out.lasting(t.seconds).fade(0.0, 0.03)
}

/// One cough: the closed throat bursts open.
fn cough_once(t: &Take, dice: Dice) -> Signal {
    let (a, b) = (Formant::vowel(650.0, 1250.0, 2500.0), Formant::vowel(500.0, 1100.0, 2400.0));
    let n = 0.3;
    let sound = voice(t.rate, n, dice, |u| (170.0 - 160.0 * u) * t.pitch, (&a, &b), |u| u / n, 0.75, 0.3);
    sound
        .swell(|u| (u / 0.01).min(1.0) * ((-u / 0.06).exp() + 0.15 * (PI * u / n).sin().max(0.0)))
        .fade(0.0, 0.1)
        .unit()
}

/// Someone coughing.
pub(in crate::effects) fn cough(t: &Take) -> Signal {
    let mut dice = t.dice("cough");
    let mut out = t.silence(0.0);
    for k in 0..t.many(2) {
        let one = cough_once(t, dice.part("one").nth(k as usize));
        out = out.then(if k == 0 { 0.0 } else { dice.range(0.05, 0.2) }, &one);
    }
    out
}
