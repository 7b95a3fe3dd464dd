//! Finding: blind, in sound of any rate and length, in windows of half a minute.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use super::BITS;
use super::layout::{self, BANDS, CODED, Chip, LOWEST, Role, SLOT, SLOTS, WIDTH};
use crate::{Found, Key, Turn, code};

/// Frames a slot.
const STEPS: usize = 4;
/// Seconds from frame to frame.
const HOP: f64 = SLOT / STEPS as f64;
/// Seconds of a frame.
const FRAME: f64 = 0.064;
/// Frames of a block.
const PERIOD: usize = SLOTS * STEPS;
/// Frames of a window, and from window to window.
const WINDOW: usize = 6 * PERIOD;
const ADVANCE: usize = 3 * PERIOD;
/// Decoding attempts a sound: each lets noise pass once in 2^16.
const ATTEMPTS: usize = 6;
/// Tempo and pitch are searched this far, in steps.
const STRETCH: f64 = 0.003;
const STRETCHES: i32 = 9;

/// Frames to each side whose mean is taken from a level, and over which its usual size is measured.
const SLOW: usize = 8;
/// Bands to each side whose mean is taken from a level.
const NEAR: usize = 3;
/// A level counts no more than so many times its usual size.
const CLIP: f32 = 2.0;
/// Size that a level is never below, in nepers of power: what codecs do to the steadiest tone.
const STEADY: f32 = 0.06;
/// Score that a sound without a mark seldom reaches by itself, in deviations.
const LEAST: f32 = 3.5;

/// Where a block may begin, and what is read from there.
struct Candidate {
    score: f32,
    llr: Vec<f32>,
}

/// Reads the mark of a sound: one slice of samples a channel (the first two count), of any length and of
/// any rate from 4 kHz. Looks for changes of tempo, and of tempo and pitch together, up to 2.7 %.
///
/// A mark's payload counts as read when its CRC of 16 bits agrees. A sound is decoded at the `ATTEMPTS`
/// places where its pilots agree best, however long it is, so unmarked sound gives any payload in at most
/// `ATTEMPTS / 2^16`, 9.2e-5 of all cases: the key's signs make what is read there coin tosses.
///
/// The score is the correlation of the pilots, in deviations of the same for other keys.
pub fn find(channels: &[&[f32]], rate: u32, key: &Key) -> Option<Found> {
    let channels = &channels[..channels.len().min(2)];
    let length = channels.iter().map(|c| c.len()).min()?;
    if !(4_000..=768_000).contains(&rate) || (length as f64) < f64::from(rate) {
        return None;
    }
    let chips = layout::chips(key);
    let mut spectra = Spectra::new(f64::from(rate));
    let frames = (length as f64 / f64::from(rate) / HOP) as usize;
    let mut best: Vec<Candidate> = Vec::new();
    let mut at = 0;
    loop {
        let n = WINDOW.min(frames - at);
        spectra.read(channels, at, n);
        search(&spectra, n, &chips, &mut best);
        if at + WINDOW >= frames {
            break;
        }
        at = (at + ADVANCE).min(frames - WINDOW);
    }
    best.iter().find_map(|c| {
        let payload = code::decode(&c.llr, BITS)?;
        Some(Found {
            payload: format!("{payload:08x}"),
            score: f64::from(c.score),
            false_positive_rate: ATTEMPTS as f64 / 65536.0,
            turn: Turn::UPRIGHT,
        })
    })
}

/// Powers of the bins of all frames of a window, summed up from bin to bin.
struct Spectra {
    rate: f64,
    size: usize,
    bins: usize,
    window: Vec<f32>,
    fft: Arc<dyn Fft<f32>>,
    sums: Vec<f32>,
}

impl Spectra {
    fn new(rate: f64) -> Self {
        let size = layout::smooth((rate * FRAME) as usize);
        let top = f64::from(LOWEST + WIDTH * BANDS as f32) * 1.04;
        Self {
            rate,
            size,
            bins: ((top / rate * size as f64) as usize + 2).min(size / 2),
            window: (0..size)
                .map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / size as f32).cos())
                .collect(),
            fft: FftPlanner::new().plan_fft_forward(size),
            sums: Vec::new(),
        }
    }

    fn read(&mut self, channels: &[&[f32]], first: usize, frames: usize) {
        self.sums.clear();
        let mut buffer = vec![Complex32::default(); self.size];
        let mut scratch = vec![Complex32::default(); self.fft.get_inplace_scratch_len()];
        let sample = |c: usize, i: i64| {
            let x = channels.get(c).and_then(|c| c.get(usize::try_from(i).ok()?)).copied().unwrap_or(0.0);
            if x.is_finite() { x.clamp(-64.0, 64.0) } else { 0.0 }
        };
        for frame in first..first + frames {
            let centre = (frame as f64 + 0.5) * HOP * self.rate;
            let start = centre as i64 - self.size as i64 / 2;
            // Two channels in one transform: the powers of a bin and its mirror add up to theirs.
            for (i, (b, w)) in buffer.iter_mut().zip(&self.window).enumerate() {
                let at = start + i as i64;
                *b = Complex32::new(sample(0, at), sample(1, at)) * *w;
            }
            self.fft.process_with_scratch(&mut buffer, &mut scratch);
            let mut sum = 0.0;
            self.sums.push(0.0);
            for k in 1..self.bins {
                sum += buffer[k].norm_sqr() + buffer[self.size - k].norm_sqr();
                self.sums.push(sum);
            }
        }
    }

    /// Power of a frame from `low` to `high` Hz.
    fn band(&self, frame: usize, low: f64, high: f64) -> f32 {
        let sums = &self.sums[frame * self.bins..(frame + 1) * self.bins];
        let at = |hertz: f64| {
            // Bin k stands for all from k − ½ to k + ½.
            let x = (hertz * self.size as f64 / self.rate - 0.5).clamp(0.0, (self.bins - 1) as f64);
            let (k, part) = (x as usize, x.fract() as f32);
            let next = sums.get(k + 1).copied().unwrap_or(sums[k]);
            sums[k] + part * (next - sums[k])
        };
        (at(high) - at(low)).max(0.0)
    }
}

fn search(spectra: &Spectra, frames: usize, chips: &[Chip], best: &mut Vec<Candidate>) {
    let at_pitch = whiten(spectra, frames, 1.0);
    for step in -STRETCHES..=STRETCHES {
        let stretch = 1.0 + STRETCH * f64::from(step);
        consider(&fold(&at_pitch, frames, stretch), chips, best);
        if step != 0 {
            // Played faster, everything lies higher.
            consider(&fold(&whiten(spectra, frames, stretch), frames, stretch), chips, best);
        }
    }
}

/// What is left of the level of each band when what its neighbours in time and frequency share is taken
/// away, over the root of its usual size: `frames × BANDS`. `scale` is by how much all frequencies are
/// higher than when the sound was marked.
fn whiten(spectra: &Spectra, frames: usize, scale: f64) -> Vec<f32> {
    let mut level = vec![0.0; frames * BANDS];
    let mut mean = 0.0_f64;
    for f in 0..frames {
        for b in 0..BANDS {
            let low = f64::from(LOWEST + WIDTH * b as f32) * scale;
            let e = spectra.band(f, low, low + f64::from(WIDTH) * scale);
            level[f * BANDS + b] = e;
            mean += f64::from(e);
        }
    }
    // 60 dB below the mean there is nothing but rounding and the noise of codecs.
    let floor = (mean / level.len().max(1) as f64 * 1e-6) as f32 + 1e-12;
    let weight: Vec<f32> = level.iter().map(|e| e / (e + 10.0 * floor)).collect();
    level.iter_mut().for_each(|e| *e = (*e + floor).ln());
    let slow = box_time(&level, frames, SLOW);
    level.iter_mut().zip(&slow).for_each(|(l, s)| *l -= s);
    let common = box_bands(&level, frames, NEAR);
    level.iter_mut().zip(&common).for_each(|(l, s)| *l -= s);
    // The mean of sizes, not of squares: an onset in the neighbourhood does not silence it.
    let sizes: Vec<f32> = level.iter().map(|l| l.abs()).collect();
    let usual = box_time(&sizes, frames, SLOW);
    for ((l, s), w) in level.iter_mut().zip(&usual).zip(&weight) {
        let size = s.max(0.0) + STEADY;
        // Between the whole size, which makes all cells equal, and its square, which is right when the
        // mark is as strong in all: it is weaker in steady ones.
        *l = (*l / size).clamp(-CLIP, CLIP) / size.sqrt() * w;
    }
    level
}

/// Means over `2 · reach + 1` frames.
fn box_time(x: &[f32], frames: usize, reach: usize) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    let mut sum = [0.0_f64; BANDS];
    let (mut from, mut to) = (0, 0);
    for f in 0..frames {
        while to < frames && to <= f + reach {
            for (s, x) in sum.iter_mut().zip(&x[to * BANDS..]) {
                *s += f64::from(*x);
            }
            to += 1;
        }
        while from + reach < f {
            for (s, x) in sum.iter_mut().zip(&x[from * BANDS..]) {
                *s -= f64::from(*x);
            }
            from += 1;
        }
        for (o, s) in out[f * BANDS..(f + 1) * BANDS].iter_mut().zip(&sum) {
            *o = (*s / (to - from) as f64) as f32;
        }
    }
    out
}

/// Means over `2 · reach + 1` bands.
fn box_bands(x: &[f32], frames: usize, reach: usize) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    for f in 0..frames {
        let row = &x[f * BANDS..(f + 1) * BANDS];
        for b in 0..BANDS {
            let part = &row[b.saturating_sub(reach)..(b + reach + 1).min(BANDS)];
            out[f * BANDS + b] = part.iter().sum::<f32>() / part.len() as f32;
        }
    }
    out
}

/// All blocks on one another: `PERIOD × BANDS`.
fn fold(soft: &[f32], frames: usize, stretch: f64) -> Vec<f32> {
    let mut folded = vec![0.0; PERIOD * BANDS];
    for f in 0..frames {
        let at = ((f as f64 + 0.5) * stretch) as usize % PERIOD;
        for (a, x) in folded[at * BANDS..(at + 1) * BANDS].iter_mut().zip(&soft[f * BANDS..]) {
            *a += x;
        }
    }
    // The frames of a slot together, whichever it begins with; less of those at its edges.
    let mut slots = vec![0.0; PERIOD * BANDS];
    for at in 0..PERIOD {
        for k in 0..STEPS {
            let weight = if k == 0 || k == STEPS - 1 { 0.5 } else { 1.0 };
            let from = (at + k) % PERIOD * BANDS;
            for b in 0..BANDS {
                slots[at * BANDS + b] += weight * folded[from + b];
            }
        }
    }
    slots
}

/// What a chip says when the block begins at `offset`.
fn value(chip: &Chip, slots: &[f32], offset: usize) -> f32 {
    let cell = |slot: usize| slots[(slot * STEPS + offset) % PERIOD * BANDS + chip.band];
    (cell(chip.slot) - cell(chip.slot + 1)) * chip.sign
}

/// Keeps the places of a folded block where the pilots agree best.
fn consider(slots: &[f32], chips: &[Chip], best: &mut Vec<Candidate>) {
    let pilots: Vec<&Chip> = chips.iter().filter(|c| c.role == Role::Pilot).collect();
    let scores: Vec<f32> = (0..PERIOD)
        .map(|offset| {
            let (mut sum, mut power) = (0.0, 1e-9);
            for chip in &pilots {
                let v = value(chip, slots, offset);
                sum += v;
                power += v * v;
            }
            sum / f32::sqrt(power)
        })
        .collect();
    for (offset, score) in scores.iter().enumerate() {
        let peak = (1..4).all(|k| {
            *score >= scores[(offset + k) % PERIOD] && *score >= scores[(offset + PERIOD - k) % PERIOD]
        });
        if !peak || *score < LEAST || best.len() == ATTEMPTS && best.last().is_some_and(|b| b.score >= *score)
        {
            continue;
        }
        let mut llr = vec![0.0; CODED];
        for chip in chips {
            if let Role::Bit(i) = chip.role {
                llr[i] += value(chip, slots, offset);
            }
        }
        best.push(Candidate { score: *score, llr });
        best.sort_by(|a, b| b.score.total_cmp(&a.score));
        best.truncate(ATTEMPTS);
    }
}
