//! Longer, shorter, higher, lower: time stretching by waveform similarity overlap-add (WSOLA,
//! Verhelst & Roelands 1993), and pitch by stretching and resampling.

/// Length of a frame and reach of the search for a similar one, in seconds.
const FRAME: f64 = 0.03;
const REACH: f64 = 0.008;

/// The sound `factor` times as long, at the same pitch. `factor` 0.25 to 4.
pub fn stretch(sound: &[f32], rate: u32, factor: f64) -> Vec<f32> {
    let factor = if factor.is_finite() { factor.clamp(0.25, 4.0) } else { 1.0 };
    let length = (sound.len() as f64 * factor).round() as usize;
    let hop = ((FRAME * f64::from(rate)) as usize / 2).max(1);
    let frame = 2 * hop;
    if sound.len() < 2 * frame || (factor - 1.0).abs() < 1e-3 {
        return resampled(sound, length);
    }
    let reach = ((REACH * f64::from(rate)) as usize).max(1);
    let window: Vec<f32> = (0..frame)
        .map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / frame as f32).cos())
        .collect();
    let at = |i: isize| usize::try_from(i).ok().and_then(|i| sound.get(i)).copied().unwrap_or(0.0);
    let mut out = vec![0f32; length + frame];
    let mut weight = vec![0f32; length + frame];
    // Frames begin half a frame before the sound, so that its first samples have full weight.
    let mut last = -(hop as isize);
    let mut k = 0;
    while k * hop < length + hop {
        let begin = k as isize * hop as isize - hop as isize;
        let place = if k == 0 {
            last
        } else {
            let ideal = ((begin + hop as isize) as f64 / factor) as isize - hop as isize;
            similar(&at, last + hop as isize, ideal, frame, reach as isize)
        };
        for (i, w) in window.iter().enumerate() {
            if let Some(to) = usize::try_from(begin + i as isize).ok().filter(|t| *t < out.len()) {
                out[to] += w * at(place + i as isize);
                weight[to] += w;
            }
        }
        last = place;
        k += 1;
    }
    out.truncate(length);
    for (x, w) in out.iter_mut().zip(weight) {
        *x /= w.max(1e-3);
    }
    out
}

/// The start, within `reach` of `ideal`, of the frame most like the one at `natural`.
fn similar(at: &impl Fn(isize) -> f32, natural: isize, ideal: isize, frame: usize, reach: isize) -> isize {
    let model: Vec<f32> = (0..frame as isize).map(|i| at(natural + i)).collect();
    let mut best = (f32::NEG_INFINITY, ideal);
    for shift in -reach..=reach {
        let place = ideal + shift;
        let (mut product, mut power) = (0f32, 1e-6f32);
        // Every second sample is enough to tell where periods meet.
        for i in (0..frame).step_by(2) {
            let x = at(place + i as isize);
            product += model[i] * x;
            power += x * x;
        }
        let likeness = product / power.sqrt();
        if likeness > best.0 {
            best = (likeness, place);
        }
    }
    best.1
}

/// The sound `semitones` higher, of the same length.
pub fn shift(sound: &[f32], rate: u32, semitones: f64) -> Vec<f32> {
    if semitones.abs() < 0.01 || !semitones.is_finite() {
        return sound.to_vec();
    }
    let ratio = 2f64.powf(semitones.clamp(-12.0, 12.0) / 12.0);
    resampled(&stretch(sound, rate, ratio), sound.len())
}

/// The sound in another number of samples, by cubic interpolation (Catmull-Rom).
fn resampled(sound: &[f32], length: usize) -> Vec<f32> {
    if sound.len() == length || sound.is_empty() {
        return sound.to_vec();
    }
    let step = sound.len() as f64 / length.max(1) as f64;
    let at = |i: isize| sound[i.clamp(0, sound.len() as isize - 1) as usize];
    (0..length)
        .map(|k| {
            let x = k as f64 * step;
            let (i, t) = (x.floor() as isize, (x - x.floor()) as f32);
            let (a, b, c, d) = (at(i - 1), at(i), at(i + 1), at(i + 2));
            let (p, q) = (2.0 * a - 5.0 * b + 4.0 * c - d, 3.0 * (b - c) + d - a);
            b + 0.5 * t * (c - a + t * (p + t * q))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 24_000;

    fn tone(hertz: f32, seconds: f32) -> Vec<f32> {
        let n = (seconds * RATE as f32) as usize;
        (0..n).map(|i| 0.5 * (std::f32::consts::TAU * hertz * i as f32 / RATE as f32).sin()).collect()
    }

    /// Frequency by upward zero crossings of the middle.
    fn frequency(sound: &[f32]) -> f32 {
        let middle = &sound[sound.len() / 4..sound.len() * 3 / 4];
        let crossings = middle.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
        crossings as f32 * RATE as f32 / middle.len() as f32
    }

    #[test]
    fn a_stretched_tone_keeps_pitch_and_level() {
        let sound = tone(200.0, 1.0);
        for factor in [0.5, 0.8, 1.0, 1.2, 2.0] {
            let out = stretch(&sound, RATE, factor);
            assert_eq!(out.len(), (24_000.0 * factor).round() as usize);
            let middle = &out[out.len() / 4..out.len() * 3 / 4];
            let rms = (middle.iter().map(|x| x * x).sum::<f32>() / middle.len() as f32).sqrt();
            assert!((frequency(&out) - 200.0).abs() < 6.0, "{factor}: {} Hz", frequency(&out));
            assert!((rms - 0.3536).abs() < 0.03, "{factor}: {rms}");
        }
    }

    #[test]
    fn a_shifted_tone_keeps_its_length() {
        let sound = tone(200.0, 1.0);
        for semitones in [-5.0, -2.0, 3.0, 12.0] {
            let out = shift(&sound, RATE, semitones);
            let want = 200.0 * 2f32.powf(semitones as f32 / 12.0);
            assert_eq!(out.len(), sound.len());
            assert!((frequency(&out) - want).abs() < want * 0.03, "{semitones}: {} Hz", frequency(&out));
        }
        assert_eq!(shift(&sound, RATE, f64::NAN), sound);
    }

    #[test]
    fn short_and_empty_sounds_pass() {
        assert!(stretch(&[], RATE, 2.0).is_empty());
        assert_eq!(stretch(&[0.1; 10], RATE, 2.0).len(), 20);
        assert_eq!(stretch(&[0.1; 5000], RATE, f64::INFINITY).len(), 5000);
    }
}
