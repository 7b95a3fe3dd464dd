//! The sounds as they are heard, and the words that call them.

mod features;
mod physics;
mod scenes;
mod words;

use colophon_types::Seed;

use super::dsp::{Dice, Signal};
use super::registry::{Sound, find};
use super::take::Take;

/// A usual take of a sound.
fn take(sound: &Sound, seconds: f32, rate: f32, seed: u64) -> Signal {
    (sound.synth)(&Take {
        rate,
        seconds,
        cycle: None,
        started: false,
        intensity: 0.5,
        pitch: 1.0,
        pace: 1.0,
        count: None,
        distance: sound.distance,
        dice: Dice(Seed(seed)),
    })
}

fn named(id: &str, seconds: f32, rate: f32, seed: u64) -> Signal {
    take(find(id).unwrap_or_else(|| panic!("no sound {id}")), seconds, rate, seed)
}

/// Mean power spectrum in bins of `rate / 4096` hertz.
fn spectrum(signal: &Signal) -> Vec<f64> {
    const N: usize = 4096;
    let fft = realfft::RealFftPlanner::<f32>::new().plan_fft_forward(N);
    let mut power = vec![0f64; N / 2 + 1];
    let mut padded = signal.x.clone();
    padded.resize(padded.len().max(1).next_multiple_of(N), 0.0);
    for block in padded.chunks_exact(N) {
        let window = |i: usize| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / N as f32).cos();
        let mut input: Vec<f32> = block.iter().enumerate().map(|(i, x)| x * window(i)).collect();
        let mut output = fft.make_output_vec();
        fft.process(&mut input, &mut output).expect("lengths");
        power.iter_mut().zip(&output).for_each(|(p, o)| *p += f64::from(o.norm_sqr()));
    }
    power
}

/// The share of the power between two frequencies.
fn share(signal: &Signal, low: f32, high: f32) -> f64 {
    let power = spectrum(signal);
    let bin = |hertz: f32| ((hertz * 4096.0 / signal.rate) as usize).min(power.len());
    power[bin(low)..bin(high)].iter().sum::<f64>() / power.iter().sum::<f64>().max(1e-30)
}

/// The envelope in steps of 5 ms: root mean square.
fn envelope(signal: &Signal) -> Vec<f32> {
    let step = ((0.005 * signal.rate) as usize).max(1);
    signal.x.chunks(step).map(|c| (c.iter().map(|x| x * x).sum::<f32>() / c.len() as f32).sqrt()).collect()
}

/// Times at which the envelope leaps up past a share of its highest value, in seconds.
fn onsets(signal: &Signal, threshold: f32, apart: f32) -> Vec<f32> {
    let envelope = envelope(signal);
    let most = envelope.iter().copied().fold(0f32, f32::max);
    let mut out: Vec<f32> = Vec::new();
    for (i, pair) in envelope.windows(2).enumerate() {
        let at = (i + 1) as f32 * 0.005;
        if pair[1] > threshold * most && pair[1] > 1.5 * pair[0] && out.last().is_none_or(|o| at - o > apart)
        {
            out.push(at);
        }
    }
    out
}
