//! What the beds are made of: filtered noise that drifts, and soft notes laid over it.
//!
//! All levels here are relative; the caller sets the loudness of the whole.

use std::f32::consts::{PI, TAU};

use colophon_types::Seed;

use super::place::Ambience;

/// `count` samples of a bed at `rate` hertz, at no particular level.
pub(super) fn synthesise(kind: Ambience, count: usize, rate: f32, seed: Seed) -> Vec<f32> {
    let mut out = vec![0f32; count];
    let bed = &mut Bed { out: &mut out, rate, seed };
    match kind {
        Ambience::Silence => {}
        Ambience::Room => {
            bed.noise("air", Shape::Low, (180.0, 260.0), 0.5, (0.8, 1.0), (3.0, 6.0));
            bed.noise("hiss", Shape::Band, (900.0, 1500.0), 0.5, (0.05, 0.08), (3.0, 6.0));
        }
        Ambience::Wind => {
            bed.noise("body", Shape::Low, (140.0, 240.0), 0.6, (0.3, 0.8), (2.0, 5.0));
            bed.noise("gusts", Shape::Band, (220.0, 620.0), 1.1, (0.1, 0.8), (1.5, 4.0));
        }
        Ambience::Forest => {
            bed.noise("wind", Shape::Low, (160.0, 320.0), 0.5, (0.3, 0.7), (2.0, 5.0));
            bed.noise("leaves", Shape::Band, (1400.0, 2600.0), 0.6, (0.08, 0.35), (1.2, 3.5));
            bed.birds();
        }
        Ambience::Night => {
            bed.noise("wind", Shape::Low, (140.0, 260.0), 0.5, (0.3, 0.6), (3.0, 6.0));
            for cricket in ["near", "left", "right"] {
                bed.cricket(cricket);
            }
        }
        Ambience::Sea => {
            bed.noise("deep", Shape::Low, (160.0, 280.0), 0.5, (0.25, 0.4), (3.0, 6.0));
            bed.waves("first", 1.0);
            bed.waves("second", 0.5);
        }
        Ambience::Lake => {
            bed.noise("wind", Shape::Low, (160.0, 300.0), 0.5, (0.15, 0.35), (2.0, 5.0));
            bed.noise("lapping", Shape::Band, (450.0, 950.0), 0.9, (0.0, 0.6), (0.35, 0.9));
            bed.noise("ripples", Shape::Band, (1300.0, 2100.0), 1.2, (0.0, 0.2), (0.2, 0.6));
            bed.birds();
        }
        Ambience::Rain => {
            bed.noise("fall", Shape::Band, (2600.0, 3400.0), 0.4, (0.7, 1.0), (2.0, 5.0));
            bed.noise("far", Shape::Band, (500.0, 800.0), 0.5, (0.3, 0.5), (2.0, 5.0));
            bed.drops();
        }
        Ambience::City => {
            bed.noise("rumble", Shape::Low, (90.0, 140.0), 0.6, (0.8, 1.2), (3.0, 7.0));
            bed.noise("traffic", Shape::Band, (250.0, 480.0), 0.6, (0.05, 0.3), (2.5, 6.0));
        }
        Ambience::Space => bed.pad(),
        Ambience::Underwater => {
            bed.noise("water", Shape::Low, (180.0, 380.0), 0.8, (0.6, 1.0), (2.0, 5.0));
            bed.bubbles();
        }
    }
    out
}

/// A value that wanders: it glides from one random target in 0…1 to the next.
struct Drift {
    seed: Seed,
    from: f32,
    to: f32,
    at: f32,
    step: f32,
    seconds: (f32, f32),
    rate: f32,
}

impl Drift {
    /// Each glide takes a random time within `seconds`.
    fn new(mut seed: Seed, seconds: (f32, f32), rate: f32) -> Self {
        let (from, to) = (seed.next_f32(), seed.next_f32());
        let at = seed.next_f32();
        let step = 1.0 / (seed.range(seconds.0, seconds.1) * rate);
        Self { seed, from, to, at, step, seconds, rate }
    }

    fn next(&mut self) -> f32 {
        self.at += self.step;
        if self.at >= 1.0 {
            self.at = 0.0;
            self.from = self.to;
            self.to = self.seed.next_f32();
            self.step = 1.0 / (self.seed.range(self.seconds.0, self.seconds.1) * self.rate);
        }
        let smooth = self.at * self.at * (3.0 - 2.0 * self.at);
        self.from + (self.to - self.from) * smooth
    }
}

/// Which output of the [`Filter`] is heard.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Low,
    Band,
}

/// A two-pole state-variable filter in its trapezoidal form (Zavalishin, The Art of VA Filter
/// Design, 2012), which stays quiet and stable while its cutoff moves.
struct Filter {
    a1: f32,
    a2: f32,
    k: f32,
    s1: f32,
    s2: f32,
    g: f32,
}

impl Filter {
    fn new(q: f32) -> Self {
        Self { a1: 0.0, a2: 0.0, k: 1.0 / q, s1: 0.0, s2: 0.0, g: 0.0 }
    }

    fn tune(&mut self, hertz: f32, rate: f32) {
        self.g = (PI * (hertz / rate).min(0.45)).tan();
        self.a1 = 1.0 / (1.0 + self.g * (self.g + self.k));
        self.a2 = self.g * self.a1;
    }

    fn next(&mut self, x: f32, shape: Shape) -> f32 {
        let v3 = x - self.s2;
        let band = self.a1 * self.s1 + self.a2 * v3;
        let low = self.s2 + self.a2 * self.s1 + self.g * self.a2 * v3;
        self.s1 = 2.0 * band - self.s1;
        self.s2 = 2.0 * low - self.s2;
        if shape == Shape::Low { low } else { self.k * band }
    }
}

/// How often, in samples, a moving filter is tuned anew.
const TUNE: usize = 32;

/// A short tone: a sine that glides between two pitches under a smooth envelope.
struct Note {
    /// Seconds from the beginning of the bed.
    start: f32,
    seconds: f32,
    /// Hertz at the beginning and the end.
    pitch: (f32, f32),
    /// Depth (as a share of the pitch) of a vibrato of 28 Hz.
    vibrato: f32,
    level: f32,
}

/// A bed in the making.
struct Bed<'a> {
    out: &'a mut [f32],
    rate: f32,
    seed: Seed,
}

impl Bed<'_> {
    fn seconds(&self) -> f32 {
        self.out.len() as f32 / self.rate
    }

    /// Adds noise of about unit power before its gain: its cutoff wanders within `hertz`, its gain
    /// within `gain`, each glide taking a time within `pace` seconds.
    fn noise(
        &mut self,
        part: &str,
        shape: Shape,
        hertz: (f32, f32),
        q: f32,
        gain: (f32, f32),
        pace: (f32, f32),
    ) {
        let seed = self.seed.derive(part);
        let mut white = seed.derive("noise");
        let mut colour = Drift::new(seed.derive("colour"), pace, self.rate / TUNE as f32);
        let mut swell = Drift::new(seed.derive("swell"), pace, self.rate);
        let mut filter = Filter::new(q);
        // The power a filter lets through goes with its width: level it, whatever the sample rate.
        let width = (hertz.0 + hertz.1) * 0.5 / self.rate;
        let level = 1.0 / width.min(0.5).sqrt();
        for (i, out) in self.out.iter_mut().enumerate() {
            if i % TUNE == 0 {
                filter.tune(hertz.0 + (hertz.1 - hertz.0) * colour.next(), self.rate);
            }
            let loud = gain.0 + (gain.1 - gain.0) * swell.next();
            *out += level * loud * filter.next(white.range(-1.0, 1.0), shape);
        }
    }

    /// Adds waves: swells of 6 to 9 seconds that brighten as they rise.
    fn waves(&mut self, part: &str, level: f32) {
        let mut seed = self.seed.derive(part);
        let mut white = seed.derive("noise");
        let mut filter = Filter::new(0.6);
        let mut at = seed.next_f32();
        let mut step = 1.0 / (seed.range(6.0, 9.0) * self.rate);
        let mut height = seed.range(0.7, 1.0);
        let level = level / (500.0 / self.rate).min(0.5).sqrt();
        let mut swell = 0f32;
        for (i, out) in self.out.iter_mut().enumerate() {
            at += step;
            if at >= 1.0 {
                at = 0.0;
                step = 1.0 / (seed.range(6.0, 9.0) * self.rate);
                height = seed.range(0.7, 1.0);
            }
            if i % TUNE == 0 {
                // Up within two fifths of the time, then slowly back; flat at both feet.
                let p = if at < 0.4 { at / 0.4 } else { (1.0 - at) / 0.6 };
                swell = p * p * (3.0 - 2.0 * p) * height;
                filter.tune(300.0 + 1900.0 * swell * swell, self.rate);
            }
            *out += level * (0.08 + 0.6 * swell) * filter.next(white.range(-1.0, 1.0), Shape::Low);
        }
    }

    fn note(&mut self, note: &Note) {
        let count = (note.seconds * self.rate) as usize;
        let start = (note.start.max(0.0) * self.rate) as usize;
        let mut phase = 0f32;
        let mut shake = 0f32;
        for (i, out) in self.out.iter_mut().skip(start).take(count).enumerate() {
            let t = i as f32 / count as f32;
            let bend = if note.vibrato > 0.0 { 1.0 + note.vibrato * (TAU * shake).sin() } else { 1.0 };
            let hertz = (note.pitch.0 + (note.pitch.1 - note.pitch.0) * t) * bend;
            phase = (phase + (hertz / self.rate).min(0.45)).fract();
            shake = (shake + 28.0 / self.rate).fract();
            let envelope = (PI * t).sin();
            *out += note.level * envelope * envelope * (TAU * phase).sin();
        }
    }

    /// Adds a phrase of two to five chirps every few seconds, each from another distance.
    fn birds(&mut self) {
        let mut seed = self.seed.derive("birds");
        let mut start = seed.range(0.6, 3.0);
        while start < self.seconds() {
            let level = seed.range(0.18, 0.55);
            let home = seed.range(2300.0, 4200.0);
            let bend = seed.range(0.8, 1.25);
            for _ in 0..2 + seed.next_u64() % 4 {
                let seconds = seed.range(0.07, 0.2);
                let from = home * seed.range(0.94, 1.06);
                self.note(&Note { start, seconds, pitch: (from, from * bend), vibrato: 0.02, level });
                start += seconds + seed.range(0.04, 0.16);
            }
            start += seed.range(2.0, 6.0);
        }
    }

    /// Adds one cricket: chirps of three or four pulses, with now and then a rest.
    fn cricket(&mut self, part: &str) {
        let mut seed = self.seed.derive(part);
        let hertz = seed.range(4000.0, 4700.0);
        let level = seed.range(0.2, 0.38);
        let pace = seed.range(0.38, 0.55);
        let mut start = seed.range(0.0, 0.5);
        while start < self.seconds() {
            let loud = level * seed.range(0.8, 1.0);
            for pulse in 0..3 + seed.next_u64() % 2 {
                let start = start + pulse as f32 * 0.034;
                self.note(&Note { start, seconds: 0.028, pitch: (hertz, hertz), vibrato: 0.0, level: loud });
            }
            start += pace * seed.range(0.96, 1.04);
            if seed.next_f32() < 0.06 {
                start += seed.range(0.8, 2.2);
            }
        }
    }

    /// Adds drops: forty soft ticks a second.
    fn drops(&mut self) {
        let mut seed = self.seed.derive("drops");
        let mut start = 0f32;
        while start < self.seconds() {
            start += seed.range(0.002, 0.048);
            let hertz = seed.range(1300.0, 4200.0);
            let near = seed.next_f32();
            let level = 0.1 + 0.7 * near * near * near;
            let seconds = seed.range(0.006, 0.012);
            self.note(&Note { start, seconds, pitch: (hertz, hertz * 0.8), vibrato: 0.0, level });
        }
    }

    /// Adds bubbles: now and then a run of short tones that rise.
    fn bubbles(&mut self) {
        let mut seed = self.seed.derive("bubbles");
        let mut start = seed.range(0.5, 2.0);
        while start < self.seconds() {
            let home = seed.range(260.0, 520.0);
            for _ in 0..3 + seed.next_u64() % 6 {
                let hertz = home * seed.range(0.8, 1.4);
                let seconds = seed.range(0.04, 0.1);
                let level = seed.range(0.15, 0.6);
                self.note(&Note { start, seconds, pitch: (hertz, hertz * 1.7), vibrato: 0.0, level });
                start += seed.range(0.05, 0.16);
            }
            start += seed.range(2.0, 5.0);
        }
    }

    /// Adds a slow chord of open fifths: each tone a pair slightly out of tune, coming and going.
    fn pad(&mut self) {
        for (part, hertz, level) in
            [("a", 110.0, 0.9), ("b", 164.8, 0.7), ("c", 220.0, 0.5), ("d", 329.6, 0.22), ("e", 440.0, 0.12)]
        {
            let mut seed = self.seed.derive(part);
            let detune = seed.range(0.0008, 0.002);
            let mut phases = [seed.next_f32(), seed.next_f32()];
            let steps = [hertz * (1.0 - detune) / self.rate, hertz * (1.0 + detune) / self.rate];
            let mut swell = Drift::new(seed, (3.0, 8.0), self.rate);
            for out in self.out.iter_mut() {
                let gain = level * (0.35 + 0.65 * swell.next());
                for (phase, step) in phases.iter_mut().zip(steps) {
                    *phase = (*phase + step.min(0.45)).fract();
                    *out += gain * (TAU * *phase).sin();
                }
            }
        }
        self.noise("air", Shape::Low, (200.0, 400.0), 0.5, (0.1, 0.3), (3.0, 8.0));
    }
}
