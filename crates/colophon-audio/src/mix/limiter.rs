//! A look-ahead peak limiter: gain goes down smoothly before a peak and comes back after it.

use std::collections::VecDeque;

use colophon_types::Pcm;

use super::measure::{resample, true_peak};

/// Half the width of a gain change, in seconds.
const REACH: f64 = 0.006;

/// The sound with true peaks of at most `ceiling` dBTP. Where nothing exceeds it, unchanged.
pub(super) fn limit(sound: &Pcm, ceiling: f64) -> Pcm {
    if true_peak(sound) <= ceiling {
        return sound.clone();
    }
    // A margin for what the moving gain itself adds between samples.
    let allowed = 10f64.powf((ceiling - 0.1) / 20.0) as f32;
    let peaks = between_samples(sound);
    let wanted: Vec<f32> = peaks.iter().map(|p| if *p > allowed { allowed / p } else { 1.0 }).collect();
    let reach = ((REACH * f64::from(sound.rate)) as usize).max(1);
    // The least gain within reach, averaged over the same reach, is never above what a peak needs.
    let gain = average(&least(&wanted, reach), reach);
    let mut out =
        Pcm { rate: sound.rate, samples: sound.samples.iter().zip(gain).map(|(x, g)| x * g).collect() };
    let rest = true_peak(&out) - ceiling;
    if rest > 0.0 {
        let factor = 10f64.powf(-rest / 20.0) as f32;
        out.samples.iter_mut().for_each(|x| *x *= factor);
    }
    out
}

/// For each sample the highest magnitude near it, between samples included.
fn between_samples(sound: &Pcm) -> Vec<f32> {
    let n = sound.samples.len();
    let mut peaks: Vec<f32> = sound.samples.iter().map(|x| x.abs()).collect();
    let Ok(fine) = resample(sound, sound.rate.saturating_mul(4)) else { return peaks };
    for (i, x) in fine.samples.iter().enumerate() {
        for at in [i / 4, i / 4 + 1] {
            if at < n {
                peaks[at] = peaks[at].max(x.abs());
            }
        }
    }
    peaks
}

/// The least value within `reach` on both sides.
pub(super) fn least(values: &[f32], reach: usize) -> Vec<f32> {
    let mut queue: VecDeque<usize> = VecDeque::new();
    let mut out = Vec::with_capacity(values.len());
    let mut next = 0;
    for i in 0..values.len() {
        while next < values.len().min(i + reach + 1) {
            while queue.back().is_some_and(|b| values[*b] >= values[next]) {
                queue.pop_back();
            }
            queue.push_back(next);
            next += 1;
        }
        while queue.front().is_some_and(|f| f + reach < i) {
            queue.pop_front();
        }
        out.push(queue.front().map_or(1.0, |f| values[*f]));
    }
    out
}

/// The mean within `reach` on both sides; beyond the ends the end value goes on.
pub(super) fn average(values: &[f32], reach: usize) -> Vec<f32> {
    let n = values.len() as isize;
    let at = |i: isize| f64::from(values[i.clamp(0, n - 1) as usize]);
    let reach = reach as isize;
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    let width = (2 * reach + 1) as f64;
    (0..n)
        .map(|i| {
            let mean = (sum / width) as f32;
            sum += at(i + reach + 1) - at(i - reach);
            mean
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_bend_and_quiet_parts_stay() {
        let mut sound = Pcm::silence(48_000, 1.0);
        for (i, x) in sound.samples.iter_mut().enumerate() {
            let level = if (20_000..20_200).contains(&i) { 3.0 } else { 0.3 };
            *x = level * (i as f32 * 0.09).sin();
        }
        let out = limit(&sound, -1.0);
        assert!(true_peak(&out) <= -0.99, "{}", true_peak(&out));
        assert_eq!(out.samples[..10_000], sound.samples[..10_000]);
        assert_eq!(out.samples[40_000..], sound.samples[40_000..]);
    }
}
