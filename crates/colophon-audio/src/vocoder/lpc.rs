//! The linear predictor that a log-mel spectrum implies.
//!
//! Speech is an excitation through the resonances of mouth and nose (Atal and Hanauer 1971). The spectrum
//! already says where the resonances are: its power, brought back to the bins of the transform, gives
//! the autocorrelation, and Levinson's recursion the coefficients. What the predictor leaves over has a
//! flat spectrum and unit power, at every loudness: a network has much less to learn of it (LPCNet, Valin
//! and Skoglund 2019; LP-WaveNet, Hwang et al. 2018).

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::spectrum::{Analysis, Mel};
use crate::AudioError;

/// Samples of the past that a prediction uses.
pub(super) const ORDER: usize = 16;
/// First-order high-pass in front of the predictor: x[t] − EMPHASIS · x[t − 1].
pub(super) const EMPHASIS: f64 = 0.85;
/// Widens resonances, in hertz: prediction stays stable where the spectrum is sharp.
const LAG_WINDOW: f64 = 40.0;
/// White noise under the spectrum, relative and absolute.
const NOISE: [f64; 2] = [1e-5, 1e-9];
/// Mean of the squared Hann window.
const WINDOW_POWER: f64 = 0.375;

/// The predictor of one frame.
#[derive(Clone, Debug)]
pub(super) struct Predictor {
    /// x[t] is predicted as the sum of `taps[k] · x[t − 1 − k]`.
    pub(super) taps: [f32; ORDER],
    /// Standard deviation of what is left over.
    pub(super) gain: f32,
}

/// A predictor for each frame of natural logarithms.
pub(super) fn predictors(analysis: &Analysis, mel: &Mel) -> Result<Vec<Predictor>, AudioError> {
    let edges = analysis.edges_of_bands();
    let areas: Vec<f64> = analysis.filters().iter().map(|band| band.area().max(1e-9)).collect();
    let fft = RealFftPlanner::<f64>::new().plan_fft_inverse(analysis.fft);
    let (mut bins, mut lags) = (fft.make_input_vec(), fft.make_output_vec());
    let mut out = Vec::with_capacity(mel.frames());
    for frame in mel.values.chunks(mel.bands) {
        let levels: Vec<f64> =
            frame.iter().zip(&areas).map(|(v, area)| f64::from(*v).clamp(-30.0, 20.0).exp() / area).collect();
        for (k, bin) in bins.iter_mut().enumerate() {
            let hertz = k as f64 * f64::from(analysis.rate) / analysis.fft as f64;
            let angle = std::f64::consts::TAU * k as f64 / analysis.fft as f64;
            let emphasis = 1.0 + EMPHASIS * EMPHASIS - 2.0 * EMPHASIS * angle.cos();
            *bin = Complex::new(between(&edges, &levels, hertz).powi(2) * emphasis, 0.0);
        }
        fft.process(&mut bins, &mut lags).map_err(AudioError::engine("lpc"))?;
        let scale = 1.0 / (analysis.fft as f64 * analysis.window as f64 * WINDOW_POWER);
        let mut correlation = [0.0; ORDER + 1];
        for (lag, r) in correlation.iter_mut().enumerate() {
            let width = std::f64::consts::TAU * LAG_WINDOW / f64::from(analysis.rate) * lag as f64;
            *r = lags[lag] * scale * (-0.5 * width * width).exp();
        }
        correlation[0] = correlation[0] * (1.0 + NOISE[0]) + NOISE[1];
        out.push(levinson(&correlation));
    }
    Ok(out)
}

/// The level at a frequency, on straight lines between the peaks of the bands.
fn between(edges: &[f64], levels: &[f64], hertz: f64) -> f64 {
    let peaks = &edges[1..edges.len() - 1];
    let above = peaks.partition_point(|peak| *peak <= hertz);
    if above == 0 {
        return levels[0];
    }
    if above == peaks.len() {
        return levels[peaks.len() - 1];
    }
    let share = (hertz - peaks[above - 1]) / (peaks[above] - peaks[above - 1]);
    levels[above - 1] + (levels[above] - levels[above - 1]) * share
}

/// Levinson's recursion (Durbin 1960).
fn levinson(correlation: &[f64; ORDER + 1]) -> Predictor {
    let mut taps = [0.0f64; ORDER];
    let mut error = correlation[0];
    for i in 0..ORDER {
        let predicted: f64 = (0..i).map(|k| taps[k] * correlation[i - k]).sum();
        let reflection = (correlation[i + 1] - predicted) / error;
        let before = taps;
        for k in 0..i {
            taps[k] = before[k] - reflection * before[i - 1 - k];
        }
        taps[i] = reflection;
        error *= 1.0 - reflection * reflection;
    }
    Predictor { taps: taps.map(|tap| tap as f32), gain: error.max(1e-10).sqrt() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resonance_is_found_again() {
        // Autocorrelation of the recursion x[t] = 1.6 x[t-1] - 0.8 x[t-2] + e, unit power of e.
        let mut r = [0.0; ORDER + 1];
        let (a, b) = (1.6f64, -0.8f64);
        let rho = a / (1.0 - b);
        r[0] = (1.0 - b) / ((1.0 + b) * ((1.0 - b).powi(2) - a * a));
        r[1] = r[0] * rho;
        for k in 2..=ORDER {
            r[k] = a * r[k - 1] + b * r[k - 2];
        }
        let found = levinson(&r);
        assert!((found.taps[0] - 1.6).abs() < 1e-4 && (found.taps[1] + 0.8).abs() < 1e-4, "{found:?}");
        assert!(found.taps[2..].iter().all(|tap| tap.abs() < 1e-4));
        assert!((found.gain - 1.0).abs() < 1e-4);
    }
}
