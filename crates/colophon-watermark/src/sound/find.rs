//! Finding: blind, in sound of any rate and length, in windows of half a minute.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use super::layout::{self, BANDS, CODED, Chip, LOWEST, Role, SLOT, SLOTS, WIDTH};
use super::mask::Mask;
use super::{BITS, NAME};
use crate::{Found, Key, code};

/// Frames a slot.
const STEPS: usize = 4;
/// Seconds from frame to frame.
const HOP: f64 = SLOT / STEPS as f64;
/// Seconds of a frame.
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

/// Where a block may begin, and what is read from there.
struct Candidate {
    score: f32,
    llr: Vec<f32>,
}

/// Reads the mark of a sound: one slice of samples a channel, of any rate and length. Looks for changes
/// of tempo or of tempo and pitch together up to 2.7 %.
pub fn find(channels: &[&[f32]], rate: u32, key: &Key) -> Option<Found> {
    let channels = &channels[..channels.len().min(2)];
    let length = channels.iter().map(|c| c.len()).min()?;
    if rate < 4_000 || (length as f64) < f64::from(rate) {
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
    let _ = NAME;
    if std::env::var("TRACE").is_ok() {
        println!("z {:?}", best.iter().map(|c| c.score).collect::<Vec<_>>());
    }
    best.iter().find_map(|c| {
        let payload = code::decode(&c.llr, BITS)?;
        Some(Found {
            payload: format!("{payload:08x}"),
            score: f64::from(c.score),
            false_positive_rate: ATTEMPTS as f64 / 65536.0,
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
    /// How strong a mark may be in each frame and band, by masking: `frames × BANDS`.
    strengths: Vec<f32>,
    mask: Mask,
}

impl Spectra {
    fn new(rate: f64) -> Self {
        let size = layout::smooth((rate * crate::tune("FD",0.064)) as usize);
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
            strengths: Vec::new(),
            mask: Mask::new(rate, size, (size * size) as f32 / 16.0),
        }
    }

    fn read(&mut self, channels: &[&[f32]], first: usize, frames: usize) {
        self.sums.clear();
        self.strengths.clear();
        let mut power = vec![0.0; self.size / 2];
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
            for (k, p) in power.iter_mut().enumerate().skip(1) {
                *p = 0.5 * (buffer[k].norm_sqr() + buffer[self.size - k].norm_sqr());
            }
            let mut strengths = [0.0; BANDS];
            self.mask.strengths(&power, &mut strengths);
            self.strengths.extend(strengths);
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
    for pitch in [false, true] {
        for step in -STRETCHES..=STRETCHES {
            if pitch && step == 0 {
                continue;
            }
            let stretch = 1.0 + STRETCH * f64::from(step);
            let scale = if pitch { 1.0 / stretch } else { 1.0 };
            let soft = whiten(spectra, frames, scale);
            let folded = fold(&soft, frames, stretch);
            consider(&folded, chips, best, step == 0 && !pitch);
        }
    }
}

/// What is left of the level of each band when what its neighbours share is taken away, over its usual
/// size: `frames × BANDS`.
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
    let floor = (mean / level.len() as f64 * 1e-6) as f32 + 1e-12;
    let ka = 10_f32.powf(-crate::tune("KA", 25.0) as f32 / 10.0);
    let kf = 10_f32.powf(-crate::tune("KF", 10.0) as f32 / 10.0);
    let mut weight = vec![0.0; level.len()];
    for f in 0..frames {
        let row = &level[f * BANDS..(f + 1) * BANDS];
        let mut spread = row.to_vec();
        for b in 1..BANDS {
            spread[b] = spread[b].max(spread[b - 1] * kf);
        }
        for b in (0..BANDS - 1).rev() {
            spread[b] = spread[b].max(spread[b + 1] * kf);
        }
        for b in 0..BANDS {
            weight[f * BANDS + b] = row[b] / (row[b] + ka * spread[b] + floor * 10.0);
        }
    }
    level.iter_mut().for_each(|e| *e = (*e + floor).ln());
    let slow = box_time(&level, frames, crate::tune("RT",12.0) as usize);
    level.iter_mut().zip(&slow).for_each(|(l, s)| *l -= s);
    let common = box_bands(&level, frames, crate::tune("RB",2.0) as usize);
    level.iter_mut().zip(&common).for_each(|(l, s)| *l -= s);
    let cl = crate::tune("CL", 2.5) as f32;
    let (pw, pn, fl) = (crate::tune("PW", 0.5) as f32, crate::tune("PN", 1.0) as f32, crate::tune("FL", 0.06) as f32);
    let square: Vec<f32> = level.iter().map(|l| l.abs().powf(pn)).collect();
    let size = box_bands(&box_time(&square, frames, crate::tune("ST",10.0) as usize), frames, crate::tune("SB",0.0) as usize);
    level.iter_mut().zip(&size).for_each(|(l, s)| {let sd = s.max(0.0).powf(1.0 / pn) + fl; *l = (*l / sd).clamp(-cl, cl) * sd.powf(-pw)});
    let ps = crate::tune("PS", 0.0) as f32;
    level.iter_mut().zip(&weight).zip(&spectra.strengths).for_each(|((l, w), s)| *l *= w * s.powf(ps));
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

fn value(chip: &Chip, slots: &[f32], offset: usize) -> f32 {
    chip.cells
        .iter()
        .map(|(slot, band, sign)| sign * slots[(slot * STEPS + offset) % PERIOD * BANDS + band])
        .sum::<f32>()
        * chip.sign
}

fn consider(slots: &[f32], chips: &[Chip], best: &mut Vec<Candidate>, zero: bool) {
    let scores: Vec<f32> = (0..PERIOD)
        .map(|offset| {
            let (mut sum, mut power) = (0.0, 1e-9);
            for chip in chips.iter().filter(|c| c.role == Role::Pilot) {
                let v = value(chip, slots, offset);
                sum += v;
                power += v * v;
            }
            sum / f32::sqrt(power)
        })
        .collect();
    if zero && std::env::var("TRACE").is_ok() {
        let z = [PERIOD - 2, PERIOD - 1, 0, 1, 2].iter().map(|o| scores[*o]).fold(0.0_f32, f32::max);
        let n = chips.iter().filter(|c| c.role == Role::Pilot).count() as f32;
        println!("Z {}", z / (1.0 - z * z / n).max(1e-3).sqrt());
    }
    for (offset, score) in scores.iter().enumerate() {
        let peak = (1..4).all(|k| {
            *score >= scores[(offset + k) % PERIOD] && *score >= scores[(offset + PERIOD - k) % PERIOD]
        });
        if !peak || best.len() == ATTEMPTS && best.last().is_some_and(|b| b.score >= *score) {
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
