//! Sounds of programs and games: short, tonal, clear.

use crate::effects::dsp::{Mode, Signal, fm, harmonics, ring, tone, white};
use crate::effects::take::Take;

/// A soft, mallet-like note.
fn note(t: &Take, hertz: f32, t60: f32) -> Signal {
    let hertz = hertz * t.pitch;
    ring(
        t.rate,
        &[
            Mode::new(hertz, t60, 1.0),
            Mode::new(hertz * 2.0, t60 * 0.6, 0.3),
            Mode::new(hertz * 3.01, t60 * 0.35, 0.12),
        ],
        2.0,
    )
}

/// Notes at times in seconds.
fn figure(t: &Take, notes: &[(f32, f32, f32)]) -> Signal {
    let mut out = t.silence(0.0);
    for (at, hertz, t60) in notes {
        out.put(at / t.pace, &note(t, *hertz, *t60), 1.0);
    }
    out
}

/// A button that is pressed.
pub(in crate::effects) fn click(t: &Take) -> Signal {
    let mut dice = t.dice("click");
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let home = dice.range(1500.0, 1900.0) * t.pitch;
        let one = ring(t.rate, &[Mode::new(home, 0.016, 1.0), Mode::new(home * 2.3, 0.008, 0.5)], 0.05);
        out.put(0.25 * k as f32 / t.pace, &one, 1.0);
    }
    out
}

/// Something has arrived.
pub(in crate::effects) fn notification(t: &Take) -> Signal {
    let base = [783.99, 880.0, 987.77][t.dice("key").whole(0, 2) as usize];
    figure(t, &[(0.0, base, 0.7), (0.13, base * 1.4983, 1.1)])
}

/// It went well: a chord that rises.
pub(in crate::effects) fn success(t: &Take) -> Signal {
    let base = [523.25, 587.33, 493.88][t.dice("key").whole(0, 2) as usize];
    figure(
        t,
        &[(0.0, base, 0.5), (0.09, base * 1.26, 0.5), (0.18, base * 1.4983, 0.6), (0.27, base * 2.0, 1.2)],
    )
}

/// It went wrong: two low buzzes, falling.
pub(in crate::effects) fn error(t: &Take) -> Signal {
    let shift = t.dice("key").range(0.95, 1.05) * t.pitch;
    let buzz = |hertz: f32, n: f32| {
        harmonics(t.rate, n, |_| hertz * shift, &[1.0, 0.0, 0.5, 0.0, 0.35, 0.0, 0.2]).fade(0.008, 0.03)
    };
    buzz(220.0, 0.16).then(0.05, &buzz(174.6, 0.34))
}

/// A warning: the same note again and again.
pub(in crate::effects) fn warning(t: &Take) -> Signal {
    let beep = harmonics(t.rate, 0.16, |_| 932.0 * t.pitch, &[1.0, 0.3, 0.15]).fade(0.006, 0.02);
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        out.put(0.26 * k as f32 / t.pace, &beep, 1.0);
    }
    out
}

/// A machine that is switched on.
pub(in crate::effects) fn power_up(t: &Take) -> Signal {
    let n = 1.6;
    let sweep = fm(t.rate, n, |u| 90.0 * 9f32.powf((u / 1.3).min(1.0)) * t.pitch, 1.0, |u| 2.5 - u);
    sweep.swell(|u| (u / 0.3).min(1.0)).fade(0.02, 0.35)
}

/// A machine that is switched off.
pub(in crate::effects) fn power_down(t: &Take) -> Signal {
    let n = 1.5;
    let sweep = fm(t.rate, n, |u| 780.0 * 0.09f32.powf((u / 1.35).min(1.0)) * t.pitch, 1.0, |u| 0.8 + u);
    sweep.swell(|u| 1.0 - 0.6 * u / n).fade(0.01, 0.4)
}

/// A coin in an old game.
pub(in crate::effects) fn coin(t: &Take) -> Signal {
    let square = [1.0, 0.0, 0.333, 0.0, 0.2, 0.0, 0.143];
    let first = harmonics(t.rate, 0.075, |_| 987.8 * t.pitch, &square).fade(0.002, 0.004);
    let second = harmonics(t.rate, 0.55, |_| 1318.5 * t.pitch, &square).decay(0.002, 0.65);
    first.then(0.0, &second.fade(0.0, 0.05))
}

/// A jump in an old game.
pub(in crate::effects) fn jump(t: &Take) -> Signal {
    let n = 0.26;
    harmonics(
        t.rate,
        n,
        |u| (240.0 + 900.0 * (u / n).powf(1.4)) * t.pitch,
        &[1.0, 0.0, 0.33, 0.0, 0.2, 0.0, 0.14],
    )
    .fade(0.004, 0.07)
}

/// A ray gun.
pub(in crate::effects) fn laser(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let n = 0.34;
        let zap = fm(t.rate, n, |u| (180.0 + 3400.0 * (-u / 0.06).exp()) * t.pitch, 0.5, |_| 1.8);
        out.put(0.3 * k as f32 / t.pace, &zap.decay(0.001, 0.5).fade(0.0, 0.05), 1.0);
    }
    out
}

/// Magic: a cascade of tiny bells over a breath of air.
pub(in crate::effects) fn magic(t: &Take) -> Signal {
    const SCALE: [i32; 7] = [0, 2, 4, 7, 9, 11, 14];
    let mut dice = t.dice("sparkle");
    let mut out = t.silence(0.0);
    for k in 0..t.many(26) {
        let up = k as f32 / 26.0;
        let step = SCALE[dice.whole(0, 6) as usize] + (12.0 * up) as i32;
        let hertz = 1046.5 * 2f32.powf(step as f32 / 12.0) * t.pitch;
        let bell = ring(t.rate, &[Mode::new(hertz, 0.7, 1.0), Mode::new(hertz * 2.76, 0.25, 0.35)], 1.0);
        out.put(1.25 * up * dice.range(0.92, 1.08), &bell, dice.range(0.3, 1.0));
    }
    let air = t.white("air", 1.7).swept_band(2.0, |u| 2500.0 + 2800.0 * u).fade(0.7, 0.7);
    out.put(0.0, &air, 0.2);
    out
}

/// A robot that talks to itself.
pub(in crate::effects) fn robot(t: &Take) -> Signal {
    let mut dice = t.dice("robot");
    let mut out = t.silence(0.0);
    for _ in 0..t.many(9) {
        let (from, to) = (dice.log_range(420.0, 2600.0) * t.pitch, dice.log_range(420.0, 2600.0) * t.pitch);
        let n = dice.range(0.05, 0.17);
        let beep = fm(t.rate, n, |u| from + (to - from) * u / n, 2.0, |_| 0.9);
        out = out.then(dice.range(0.01, 0.07) / t.pace, &beep.fade(0.006, 0.012));
    }
    out
}

/// A message is sent: a light whoosh that rises.
pub(in crate::effects) fn sent(t: &Take) -> Signal {
    let n = 0.5;
    let air = t.white("air", n).swept_band(4.0, |u| (900.0 + 4200.0 * (u / n)) * t.pitch).level(0.5);
    let whistle = tone(t.rate, n, |u| (620.0 + 1500.0 * (u / n).powi(2)) * t.pitch).gain(0.3);
    air.plus(&whistle).fade(0.12, 0.3)
}

/// A countdown: short beeps and one long and higher.
pub(in crate::effects) fn countdown(t: &Take) -> Signal {
    let beep = |hertz: f32, n: f32| tone(t.rate, n, |_| hertz * t.pitch).fade(0.004, 0.01);
    let mut out = t.silence(0.0);
    let beeps = t.many(3);
    for k in 0..beeps {
        out.put(k as f32 / t.pace, &beep(440.0, 0.12), 1.0);
    }
    out.put(beeps as f32 / t.pace, &beep(880.0, 0.7), 1.0);
    out
}

/// A drop of sound: a bubble that pops, as interfaces like it.
pub(in crate::effects) fn bubble_pop(t: &Take) -> Signal {
    let body = tone(t.rate, 0.11, |u| (380.0 + 6500.0 * u) * t.pitch).decay(0.003, 0.13).fade(0.0, 0.02);
    body.plus(&white(t.rate, 0.004, t.dice("tick")).decay(0.0002, 0.003).gain(0.15))
}
