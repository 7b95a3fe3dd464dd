//! Embedding, frame by frame as the sound comes.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::Embedded;
use super::layout::{self, BANDS, LOWEST, SLOT, SLOTS, WIDTH};
use super::mask::Mask;
use crate::key::Stream;
use crate::{Key, Payload};

/// Seconds of a frame. Frames overlap by half, and this is what a sample waits at most.
const FRAME: f64 = 0.064;
/// Samples beyond this are taken for it by the analysis, so that no square overflows.
const LOUDEST: f32 = 64.0;

/// Marks sound while it comes: what goes into [`SoundMark::push`] comes out marked at most 70 ms
/// later, the same to the bit however it was cut into pieces.
pub struct SoundMark {
    rate: f64,
    half: usize,
    signs: Vec<f32>,
    /// What is laid over the sound.
    lays: Lays,
    /// Where the phases of noise come from, a channel.
    noise: Vec<Stream>,
    mask: Mask,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    channels: Vec<Channel>,
    /// Frames done.
    frames: u64,
    /// Samples that came, a channel.
    came: u64,
    /// Samples that went out, a channel.
    went: u64,
    signal: f64,
    difference: f64,
    // Work space of a frame.
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    power: Vec<f32>,
    scratch: Vec<Complex32>,
}

/// What carries the mark.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lays {
    /// The sound itself, louder and softer as its masking allows.
    Gains,
    /// A noise of so much power in all, where the sound is silent too: in the cells that are louder.
    Hush(f32),
}

#[derive(Default)]
struct Channel {
    /// Half a frame that is marked in part, and what came after it.
    waiting: Vec<f32>,
    /// What the frame before adds to the next half.
    overlap: Vec<f32>,
}

impl SoundMark {
    /// A mark for sound of `rate` samples a second in `channels` channels. Rates below 8 kHz have no
    /// room for the mark: such sound passes as it is.
    pub fn new(rate: u32, channels: usize, payload: Payload, key: &Key) -> Self {
        Self::laying(Lays::Gains, rate, channels, payload, key)
    }

    /// The same mark as a noise of `deviation` that is added to the sound.
    pub(super) fn hushed(deviation: f32, rate: u32, channels: usize, payload: Payload, key: &Key) -> Self {
        Self::laying(Lays::Hush(deviation * deviation), rate, channels, payload, key)
    }

    fn laying(lays: Lays, rate: u32, channels: usize, payload: Payload, key: &Key) -> Self {
        // The memory of a frame grows with the rate: beyond any rate in use it stays as it is.
        let rate = f64::from(rate.clamp(1, 768_000));
        let half = layout::smooth((rate * FRAME / 2.0).ceil() as usize);
        let size = 2 * half;
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let back = planner.plan_fft_inverse(size);
        // The root of a Hann window, before and after: together they add up to one.
        let window: Vec<f32> =
            (0..size).map(|i| (std::f64::consts::PI * (i as f64 + 0.5) / size as f64).sin() as f32).collect();
        let gain: f32 = window.iter().sum();
        let scratch = forward.get_scratch_len().max(back.get_scratch_len());
        Self {
            rate,
            half,
            signs: layout::pattern(key, payload.short()),
            lays,
            noise: (0..channels).map(|c| key.stream(&format!("sound/1 hush {c}"))).collect(),
            mask: Mask::new(rate, size, gain * gain / 4.0),
            window,
            channels: (0..channels)
                .map(|_| Channel { waiting: vec![0.0; half], overlap: vec![0.0; half] })
                .collect(),
            frames: 0,
            came: 0,
            went: 0,
            signal: 0.0,
            difference: 0.0,
            frame: vec![0.0; size],
            spectrum: forward.make_output_vec(),
            power: vec![0.0; half + 1],
            scratch: vec![Complex32::default(); scratch],
            forward,
            back,
        }
    }

    /// Takes the next samples, one slice a channel (all as long as the shortest), and gives those that
    /// are done, one list a channel.
    pub fn push(&mut self, channels: &[&[f32]]) -> Vec<Vec<f32>> {
        let n = channels.iter().map(|c| c.len()).min().unwrap_or(0);
        for (channel, new) in self.channels.iter_mut().zip(channels) {
            channel.waiting.extend_from_slice(&new[..n]);
        }
        if channels.len() >= self.channels.len() {
            self.came += n as u64;
        }
        self.run()
    }

    /// The rest: as many samples come out in all as went in.
    pub fn finish(mut self) -> (Vec<Vec<f32>>, Embedded) {
        let (came, went) = (self.came, self.went);
        for channel in &mut self.channels {
            let padded = channel.waiting.len().div_ceil(self.half) + 1;
            channel.waiting.resize(padded * self.half, 0.0);
        }
        let mut out = self.run();
        for channel in &mut out {
            channel.truncate((came - went) as usize);
        }
        let snr_db = if self.difference > 0.0 {
            10.0 * (self.signal / self.difference).log10()
        } else {
            f64::INFINITY
        };
        (out, Embedded { snr_db, read: None })
    }

    fn run(&mut self) -> Vec<Vec<f32>> {
        let half = self.half;
        let mut out: Vec<Vec<f32>> = self.channels.iter().map(|_| Vec::new()).collect();
        let ready = self.channels.iter().map(|c| c.waiting.len() / half).min().unwrap_or(0).saturating_sub(1);
        for step in 0..ready {
            // The first frame begins half a frame before the sound: that half is no output.
            let slot = (self.frames as f64 * half as f64 / self.rate / SLOT) as usize % SLOTS;
            for (c, out) in out.iter_mut().enumerate() {
                self.channel(c, step * half, slot, out);
            }
            self.went += if self.frames > 0 { half as u64 } else { 0 };
            self.frames += 1;
        }
        for channel in &mut self.channels {
            channel.waiting.drain(..ready * half);
        }
        out
    }

    /// One frame of one channel: its first half is done then.
    fn channel(&mut self, c: usize, at: usize, slot: usize, out: &mut Vec<f32>) {
        let half = self.half;
        let laid = match self.lays {
            Lays::Gains => self.gains(c, at, slot),
            Lays::Hush(power) => {
                self.hush(power, c, slot);
                true
            }
        };
        let back = self.back.process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch);
        if !laid || back.is_err() {
            self.frame.fill(0.0);
        }
        for (f, w) in self.frame.iter_mut().zip(&self.window) {
            *f *= w;
        }
        let channel = &mut self.channels[c];
        if self.frames > 0 {
            for ((x, d), o) in channel.waiting[at..at + half].iter().zip(&self.frame).zip(&channel.overlap) {
                let y = add(*x, d + o);
                if x.is_finite() {
                    self.signal += f64::from(*x) * f64::from(*x);
                    self.difference += f64::from(y - x) * f64::from(y - x);
                }
                out.push(y);
            }
        }
        channel.overlap.copy_from_slice(&self.frame[half..]);
    }

    /// The spectrum of what a frame of sound gets by gains. Says whether there is one.
    fn gains(&mut self, c: usize, at: usize, slot: usize) -> bool {
        let half = self.half;
        let host = &self.channels[c].waiting[at..at + 2 * half];
        for ((f, x), w) in self.frame.iter_mut().zip(host).zip(&self.window) {
            *f = if x.is_finite() { x.clamp(-LOUDEST, LOUDEST) * w } else { 0.0 };
        }
        let guard = guard(&self.frame);
        let marked =
            self.forward.process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        for (p, x) in self.power.iter_mut().zip(&self.spectrum) {
            *p = x.norm_sqr();
        }
        let mut strengths = [0.0_f32; BANDS];
        self.mask.strengths(&self.power, &mut strengths);
        // Only the difference is synthesised: the host passes untouched.
        let mut next = 0;
        let scale = 1.0 / (2 * half) as f32;
        for (band, strength) in strengths.iter().enumerate() {
            let bins = self.mask.bins(band);
            self.spectrum[next..bins.start].fill(Complex32::default());
            let gain = 1.0 + strength * guard;
            let gain = if self.signs[slot * BANDS + band] > 0.0 { gain } else { 1.0 / gain };
            for x in &mut self.spectrum[bins.clone()] {
                *x *= (gain - 1.0) * scale;
            }
            next = bins.end;
        }
        self.spectrum[next..].fill(Complex32::default());
        marked.is_ok()
    }

    /// The spectrum of a noise of `power` for a frame: as much in each octave, in the cells that are louder.
    fn hush(&mut self, power: f32, c: usize, slot: usize) {
        self.spectrum.fill(Complex32::default());
        let all = ((LOWEST + WIDTH * BANDS as f32) / LOWEST).ln();
        for band in 0..BANDS {
            if self.signs[slot * BANDS + band] < 0.0 {
                continue;
            }
            let bins = self.mask.bins(band);
            let low = LOWEST + WIDTH * band as f32;
            // Half of the cells carry all of it. A bin and its mirror make a wave of power 2 · |x|².
            let share = 2.0 * ((low + WIDTH) / low).ln() / all;
            let size = (power * share / 2.0 / bins.len().max(1) as f32).sqrt();
            for x in &mut self.spectrum[bins] {
                *x = Complex32::from_polar(size, std::f32::consts::TAU * self.noise[c].part());
            }
        }
    }
}

/// The sample with the mark on it. A mark pushes nothing over full scale that was not over it.
fn add(host: f32, mark: f32) -> f32 {
    if !host.is_finite() || !mark.is_finite() {
        return host;
    }
    let most = host.abs().max(1.0);
    (host + mark).clamp(-most, most)
}

/// Less mark in a frame whose sound begins late: it would be heard before the sound that masks it.
fn guard(frame: &[f32]) -> f32 {
    const PARTS: usize = 8;
    let mut energy = [0.0_f32; PARTS];
    for (part, e) in frame.chunks(frame.len().div_ceil(PARTS)).zip(&mut energy) {
        *e = part.iter().map(|x| x * x).sum();
    }
    let (loudest, most) =
        energy.iter().enumerate().fold((0, 0.0_f32), |best, (i, e)| if *e > best.1 { (i, *e) } else { best });
    // The window takes the first part away in every sound.
    let before = &energy[1.min(loudest)..loudest];
    if before.is_empty() || most <= 0.0 {
        return 1.0;
    }
    let mean = before.iter().sum::<f32>() / before.len() as f32;
    (16.0 * mean / most).sqrt().min(1.0)
}
