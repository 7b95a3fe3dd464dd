//! Mammals: voices of larger throats, and hooves.

use std::f32::consts::{PI, TAU};

use crate::effects::dsp::{Dice, Formant, Mode, Signal, Vowel, strike, voice, white};
use crate::effects::take::Take;

/// A curve through points of (share of the time, value).
fn along(points: &[(f32, f32)], p: f32) -> f32 {
    let mut before = points[0];
    for point in points {
        if p <= point.0 {
            let span = (point.0 - before.0).max(1e-6);
            return before.1 + (point.1 - before.1) * ((p - before.0) / span).clamp(0.0, 1.0);
        }
        before = *point;
    }
    before.1
}

/// What a throat does.
struct Call<'a> {
    seconds: f32,
    pitch: &'a [(f32, f32)],
    vowels: (Vowel, Vowel),
    /// Where between the vowels, along the time.
    mouth: &'a [(f32, f32)],
    breath: f32,
    rough: f32,
    rise: f32,
    fall: f32,
}

impl Call<'_> {
    fn sound(&self, t: &Take, dice: Dice) -> Signal {
        let n = self.seconds;
        voice(
            t.rate,
            n,
            dice,
            |u| along(self.pitch, u / n) * t.pitch,
            (&self.vowels.0, &self.vowels.1),
            |u| along(self.mouth, u / n),
            self.breath,
            self.rough,
        )
        .fade(self.rise, self.fall)
        .unit()
    }
}

fn vowel(t: &Take, a: f32, b: f32, c: f32) -> Vowel {
    let size = t.pitch.sqrt();
    Formant::vowel(a * size, b * size, c * size)
}

/// A dog: barks, each a burst of a hoarse voice with an open mouth.
pub(in crate::effects) fn dog(t: &Take) -> Signal {
    let mut dice = t.dice("dog");
    let mut out = t.silence(0.0);
    for k in 0..t.many(3) {
        let top = dice.range(430.0, 560.0);
        let bark = Call {
            seconds: dice.range(0.17, 0.24),
            pitch: &[(0.0, top * 0.55), (0.25, top), (1.0, top * 0.45)],
            vowels: (vowel(t, 550.0, 1150.0, 2500.0), vowel(t, 900.0, 1500.0, 2900.0)),
            mouth: &[(0.0, 0.0), (0.3, 1.0), (1.0, 0.1)],
            breath: 0.3,
            rough: 0.3,
            rise: 0.008,
            fall: 0.09,
        }
        .sound(t, dice.part("bark").nth(k as usize));
        out = out.then(if k == 0 { 0.0 } else { dice.range(0.16, 0.42) / t.pace }, &bark);
    }
    out
}

/// A dog that growls.
pub(in crate::effects) fn growl(t: &Take) -> Signal {
    let mut force = t.glide("force", (0.4, 1.2));
    let growl = Call {
        seconds: t.seconds,
        pitch: &[(0.0, 72.0), (0.5, 86.0), (1.0, 70.0)],
        vowels: (vowel(t, 420.0, 900.0, 2200.0), vowel(t, 520.0, 1050.0, 2400.0)),
        mouth: &[(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)],
        breath: 0.35,
        rough: 0.5,
        rise: 0.1,
        fall: 0.1,
    };
    growl.sound(t, t.dice("growl")).swell(|_| 0.5 + force.next())
}

/// A cat's meow.
pub(in crate::effects) fn cat(t: &Take) -> Signal {
    let mut dice = t.dice("cat");
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let top = dice.range(620.0, 760.0);
        let meow = Call {
            seconds: dice.range(0.75, 1.0) / t.pace.clamp(0.5, 2.0),
            pitch: &[(0.0, top * 0.72), (0.3, top), (0.6, top * 0.95), (1.0, top * 0.62)],
            vowels: (vowel(t, 480.0, 2300.0, 3300.0), vowel(t, 1050.0, 1700.0, 3100.0)),
            mouth: &[(0.0, 0.0), (0.35, 1.0), (0.65, 0.8), (1.0, -0.3)],
            breath: 0.03,
            rough: 0.01,
            rise: 0.09,
            fall: 0.28,
        }
        .sound(t, dice.part("meow").nth(k as usize));
        out = out.then(if k == 0 { 0.0 } else { dice.range(0.4, 0.9) }, &meow);
    }
    out
}

/// A cat that purrs: twenty-five soft pulses a second, breathing in and out.
pub(in crate::effects) fn purr(t: &Take) -> Signal {
    let mut phase = 0f32;
    let breath = t.period(1.9);
    let pulses = t
        .brown("throat", t.seconds)
        .band(170.0 * t.pitch, 0.7)
        .plus(&t.pink("air", t.seconds).band(520.0, 0.8).gain(0.25));
    pulses.shape(|u, x| {
        let wave = (TAU * u / breath).sin();
        let rate = if wave > 0.0 { 26.5 } else { 23.5 };
        phase = (phase + rate * t.pace / t.rate).fract();
        x * (-phase * 4.5).exp() * (0.45 + 0.55 * wave.abs().sqrt())
    })
}

/// A cow's long low.
pub(in crate::effects) fn cow(t: &Take) -> Signal {
    let mut dice = t.dice("cow");
    let home = dice.range(120.0, 150.0);
    Call {
        seconds: dice.range(1.6, 2.2),
        pitch: &[(0.0, home * 0.75), (0.3, home * 1.05), (0.7, home * 1.15), (1.0, home * 0.8)],
        vowels: (vowel(t, 260.0, 620.0, 1900.0), vowel(t, 480.0, 900.0, 2100.0)),
        mouth: &[(0.0, 0.0), (0.35, 0.3), (0.7, 1.0), (1.0, 0.4)],
        breath: 0.08,
        rough: 0.06,
        rise: 0.18,
        fall: 0.4,
    }
    .sound(t, dice)
}

/// A sheep: a bleat that shakes eight times a second.
pub(in crate::effects) fn sheep(t: &Take) -> Signal {
    let mut dice = t.dice("sheep");
    let home = dice.range(240.0, 290.0);
    let shake = dice.range(7.5, 9.0) * t.pace;
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let bleat = Call {
            seconds: 1.1,
            pitch: &[(0.0, home), (0.2, home * 1.1), (1.0, home * 0.9)],
            vowels: (vowel(t, 650.0, 1700.0, 2500.0), vowel(t, 780.0, 1850.0, 2600.0)),
            mouth: &[(0.0, 0.0), (0.5, 1.0), (1.0, 0.4)],
            breath: 0.1,
            rough: 0.05,
            rise: 0.05,
            fall: 0.25,
        }
        .sound(t, dice.part("bleat").nth(k as usize))
        .shape(|u, x| x * (0.55 + 0.45 * (TAU * shake * u).sin()));
        out = out.then(if k == 0 { 0.0 } else { 0.5 }, &bleat);
    }
    out
}

/// A pig: grunts, short snorts of breath over a very low voice.
pub(in crate::effects) fn pig(t: &Take) -> Signal {
    let mut dice = t.dice("pig");
    let mut out = t.silence(0.0);
    for k in 0..t.many(4) {
        let grunt = Call {
            seconds: dice.range(0.14, 0.28),
            pitch: &[(0.0, 85.0), (0.4, 120.0), (1.0, 70.0)],
            vowels: (vowel(t, 380.0, 1250.0, 2300.0), vowel(t, 520.0, 1450.0, 2500.0)),
            mouth: &[(0.0, 0.0), (0.4, 1.0), (1.0, 0.0)],
            breath: 0.5,
            rough: 0.45,
            rise: 0.015,
            fall: 0.08,
        }
        .sound(t, dice.part("grunt").nth(k as usize));
        out = out.then(if k == 0 { 0.0 } else { dice.range(0.1, 0.35) / t.pace }, &grunt);
    }
    out
}

/// A horse's whinny: it begins high and shakes its way down.
pub(in crate::effects) fn neigh(t: &Take) -> Signal {
    let dice = t.dice("horse");
    let n = 1.7;
    let call = Call {
        seconds: n,
        pitch: &[(0.0, 700.0), (0.12, 1250.0), (0.5, 950.0), (1.0, 380.0)],
        vowels: (vowel(t, 900.0, 1800.0, 3000.0), vowel(t, 650.0, 1350.0, 2500.0)),
        mouth: &[(0.0, 0.0), (1.0, 1.0)],
        breath: 0.15,
        rough: 0.05,
        rise: 0.05,
        fall: 0.35,
    };
    let mut neigh = call.sound(t, dice).shape(|u, x| x * (0.6 + 0.4 * (TAU * (13.0 - 3.0 * u) * u).sin()));
    // The lips that flutter at the end.
    let snort = t
        .white("snort", 0.5)
        .band(900.0, 0.7)
        .shape(|u, x| x * (0.5 + 0.5 * (TAU * 24.0 * u).sin()))
        .fade(0.05, 0.3);
    neigh.put(n - 0.1, &snort, 0.7);
    neigh
}

/// A wolf's howl.
pub(in crate::effects) fn wolf(t: &Take) -> Signal {
    let mut dice = t.dice("wolf");
    let top = dice.range(520.0, 620.0);
    let rise = dice.range(0.15, 0.3);
    Call {
        seconds: dice.range(3.2, 4.5),
        pitch: &[(0.0, top * 0.5), (rise, top), (0.7, top * 0.96), (1.0, top * 0.6)],
        vowels: (vowel(t, 430.0, 850.0, 2300.0), vowel(t, 600.0, 1050.0, 2500.0)),
        mouth: &[(0.0, 0.0), (0.4, 1.0), (1.0, 0.0)],
        breath: 0.05,
        rough: 0.006,
        rise: 0.35,
        fall: 0.9,
    }
    .sound(t, dice)
    .low(1800.0)
}

/// A lion's roar: very low, very rough.
pub(in crate::effects) fn lion(t: &Take) -> Signal {
    let dice = t.dice("lion");
    Call {
        seconds: 2.6,
        pitch: &[(0.0, 70.0), (0.3, 125.0), (0.7, 105.0), (1.0, 55.0)],
        vowels: (vowel(t, 280.0, 560.0, 1500.0), vowel(t, 520.0, 950.0, 1900.0)),
        mouth: &[(0.0, 0.0), (0.35, 1.0), (1.0, 0.2)],
        breath: 0.3,
        rough: 0.6,
        rise: 0.25,
        fall: 0.9,
    }
    .sound(t, dice)
    .plus(&t.brown("chest", 2.6).low(160.0).level(0.12).swell(|u| (PI * u / 2.6).sin()))
}

/// An elephant's trumpet.
pub(in crate::effects) fn elephant(t: &Take) -> Signal {
    let dice = t.dice("elephant");
    Call {
        seconds: 1.5,
        pitch: &[(0.0, 300.0), (0.2, 480.0), (0.7, 520.0), (1.0, 330.0)],
        vowels: (vowel(t, 800.0, 1500.0, 2600.0), vowel(t, 1000.0, 1900.0, 3300.0)),
        mouth: &[(0.0, 0.0), (0.5, 1.0), (1.0, 0.5)],
        breath: 0.25,
        rough: 0.25,
        rise: 0.05,
        fall: 0.4,
    }
    .sound(t, dice)
    .gain(1.5)
    .drive(2.5)
}

/// A horse's hooves on a road: walk, trot and gallop by the pace.
pub(in crate::effects) fn hooves(t: &Take) -> Signal {
    let mut dice = t.dice("hooves");
    let mut out = t.silence(t.seconds);
    // Beats of one stride, as shares of it: a trot is two and two, a gallop three and a flight.
    let (stride, beats): (f32, &[f32]) = match t.pace {
        p if p < 0.8 => (1.15, &[0.0, 0.25, 0.5, 0.75]),
        p if p < 1.4 => (0.72, &[0.0, 0.04, 0.5, 0.54]),
        _ => (0.52, &[0.0, 0.2, 0.36]),
    };
    // The gait already follows the pace.
    let stride = t.period(stride * t.pace);
    let mut k = 0;
    while (k as f32) * stride < t.seconds - 5e-4 {
        for (foot, beat) in beats.iter().enumerate() {
            let at = (k as f32 + beat) * stride + 0.006 * dice.unit();
            if at >= t.seconds {
                continue;
            }
            let hertz = [620.0, 760.0, 560.0, 700.0][foot % 4] * dice.range(0.94, 1.06) * t.pitch;
            let modes = [
                Mode::new(hertz, 0.06, 1.0),
                Mode::new(hertz * 1.9, 0.035, 0.7),
                Mode::new(hertz * 3.1, 0.02, 0.4),
                Mode::new(150.0, 0.05, 0.7),
            ];
            let clop = strike(t.rate, &modes, 0.0006, 0.2);
            out.put(at, &clop, dice.range(0.7, 1.0));
            let scrape =
                white(t.rate, 0.05, dice.part("grit").nth(k * 4 + foot)).band(2600.0, 0.8).decay(0.004, 0.05);
            out.put(at, &scrape, 0.08);
        }
        k += 1;
    }
    out
}
