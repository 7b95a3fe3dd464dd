//! The sound as it leaves: no offset, no clicks at the ends, an even loudness, peaks below the ceiling.

use colophon_types::Stereo;
use ebur128::{EbuR128, Mode};

use super::dsp::{DcBlock, decibels};

/// Integrated loudness of a scene, in LUFS.
pub(super) const TARGET_LUFS: f64 = -20.0;
/// Highest true peak, in dBTP.
pub(super) const CEILING_DBTP: f64 = -1.0;
/// Decibels that the limiter may take from the highest peak.
const MOST_LIMITING: f64 = 6.0;
/// Half the width of a change of gain, in seconds.
const REACH: f64 = 0.004;

/// Integrated loudness in LUFS (nothing for what is too short or too quiet) and the true peak in dBTP.
pub fn measure(sound: &Stereo) -> (Option<f64>, f64) {
    let run = || -> Option<(Option<f64>, f64)> {
        let mut meter = EbuR128::new(2, sound.rate, Mode::I | Mode::TRUE_PEAK).ok()?;
        for (l, r) in sound.left.chunks(1 << 16).zip(sound.right.chunks(1 << 16)) {
            meter.add_frames_planar_f32(&[l, r]).ok()?;
        }
        let loud = meter.loudness_global().ok().filter(|l| l.is_finite() && *l > -70.0);
        let peak = meter.true_peak(0).ok()?.max(meter.true_peak(1).ok()?);
        Some((loud, 20.0 * peak.log10()))
    };
    run().unwrap_or((None, f64::NEG_INFINITY))
}

/// Brings a scene to its loudness. What is too short to have a loudness, or has peaks too high above
/// it, is brought as near as its peaks allow. `round`: the end goes on at the beginning.
pub(super) fn master(sound: &mut Stereo, round: bool) {
    for channel in [&mut sound.left, &mut sound.right] {
        let mut block = DcBlock::new(sound.rate as f32);
        if round {
            // The filter as it would be after many rounds.
            let warm = channel.len().saturating_sub(sound.rate as usize / 2);
            channel[warm..].iter().for_each(|x| {
                block.next(*x);
            });
        }
        channel.iter_mut().for_each(|x| *x = if x.is_finite() { block.next(*x) } else { 0.0 });
    }
    let (loud, peak) = measure(sound);
    if !peak.is_finite() {
        return;
    }
    let most = CEILING_DBTP + MOST_LIMITING - peak;
    let gain = loud.map_or(CEILING_DBTP - 2.0 - peak, |l| (TARGET_LUFS - l).min(most));
    amplify(sound, gain);
    if peak + gain > CEILING_DBTP {
        limit(sound, round);
        let rest = measure(sound).1 - CEILING_DBTP;
        if rest > 0.0 {
            amplify(sound, -rest - 0.01);
        }
    }
}

fn amplify(sound: &mut Stereo, db: f64) {
    let factor = decibels(db as f32);
    for channel in [&mut sound.left, &mut sound.right] {
        channel.iter_mut().for_each(|x| *x *= factor);
    }
}

/// A look-ahead limiter: one gain for both channels, smooth over eight milliseconds.
fn limit(sound: &mut Stereo, round: bool) {
    let n = sound.len();
    let allowed = decibels((CEILING_DBTP - 0.15) as f32);
    let mut wanted = vec![1f32; n];
    for channel in [&sound.left, &sound.right] {
        for (i, gain) in wanted.iter_mut().enumerate() {
            let peak = between(channel, i);
            if peak > allowed {
                *gain = gain.min(allowed / peak);
            }
        }
    }
    let reach = ((REACH * f64::from(sound.rate)) as usize).clamp(1, n.max(1));
    let gains = smooth(&wanted, reach, round);
    for channel in [&mut sound.left, &mut sound.right] {
        channel.iter_mut().zip(&gains).for_each(|(x, g)| *x *= g);
    }
}

/// The highest magnitude from a sample to the next, by a band-limited guess of the middle.
fn between(x: &[f32], i: usize) -> f32 {
    let at = |k: isize| x.get(k.max(0) as usize).copied().unwrap_or(0.0);
    let i = i as isize;
    let here = at(i).abs();
    if here.max(at(i + 1).abs()) < 0.4 {
        return here;
    }
    // A windowed sinc at half a sample.
    let pairs = [(0, 0.6205), (1, -0.1637), (2, 0.0559), (3, -0.0152)];
    let middle: f32 = pairs.iter().map(|(k, w)| w * (at(i - k) + at(i + 1 + k))).sum();
    here.max(middle.abs())
}

/// The least gain within reach on both sides, averaged over the same reach: never above what a peak
/// needs. `round`: the ends are neighbours.
fn smooth(wanted: &[f32], reach: usize, round: bool) -> Vec<f32> {
    let n = wanted.len() as isize;
    // Where nothing is limited the gain is 1: only the stretches around peaks are worked out.
    let mut least = vec![1f32; wanted.len()];
    let r = reach as isize;
    for i in 0..n {
        let g = wanted[i as usize];
        if g < 1.0 {
            for k in i - r..=i + r {
                let k = if round { k.rem_euclid(n) } else { k };
                if (0..n).contains(&k) {
                    least[k as usize] = least[k as usize].min(g);
                }
            }
        }
    }
    let value = |i: isize| -> f64 {
        let k = if round { i.rem_euclid(n) } else { i.clamp(0, n - 1) };
        f64::from(least[k as usize])
    };
    let mut sum: f64 = (-r..=r).map(value).sum();
    let width = (2 * r + 1) as f64;
    (0..n)
        .map(|i| {
            let mean = (sum / width).min(1.0) as f32;
            sum += value(i + r + 1) - value(i - r);
            mean
        })
        .collect()
}
