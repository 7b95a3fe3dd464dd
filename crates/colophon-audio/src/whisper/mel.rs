//! Log-mel spectrum as Whisper was trained on: 16 kHz, 25 ms Hann windows every 10 ms, 80 bands
//! on Slaney's mel scale with unit area, decimal logarithm limited to 8 below the maximum.

use realfft::RealFftPlanner;

/// Bands.
pub(super) const BANDS: usize = 80;
/// Samples of one window of 30 s at 16 kHz.
pub(super) const WINDOW: usize = 480_000;
const FFT: usize = 400;
const HOP: usize = 160;
const RATE: f64 = 16_000.0;

/// Hertz to mel (Slaney, Auditory Toolbox): linear to 1 kHz, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln() }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

/// Triangles of unit area: for each band, the weight of each of the 201 bins.
fn filters() -> Vec<Vec<f32>> {
    let edges: Vec<f64> =
        (0..BANDS + 2).map(|i| hertz(mel(RATE / 2.0) * i as f64 / (BANDS + 1) as f64)).collect();
    (0..BANDS)
        .map(|b| {
            let (low, mid, high) = (edges[b], edges[b + 1], edges[b + 2]);
            (0..=FFT / 2)
                .map(|k| {
                    let f = k as f64 * RATE / FFT as f64;
                    let height = ((f - low) / (mid - low)).min((high - f) / (high - mid)).max(0.0);
                    (height * 2.0 / (high - low)) as f32
                })
                .collect()
        })
        .collect()
}

/// The spectrum of one window of 30 s (shorter sounds are followed by silence): 80 bands by 3000
/// frames, band by band.
pub(super) fn log_mel(samples: &[f32]) -> Result<Vec<f32>, String> {
    let mut padded = samples[..samples.len().min(WINDOW)].to_vec();
    padded.resize(WINDOW, 0.0);
    let frames = WINDOW / HOP;
    let bank = filters();
    let hann: Vec<f32> =
        (0..FFT).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FFT as f32).cos()).collect();
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FFT);
    let (mut frame, mut bins) = (fft.make_input_vec(), fft.make_output_vec());
    let mut out = vec![0f32; BANDS * frames];
    for t in 0..frames {
        for (i, x) in frame.iter_mut().enumerate() {
            let at = (t * HOP + i) as isize - (FFT / 2) as isize;
            let at = at.unsigned_abs();
            let at = if at >= WINDOW { 2 * (WINDOW - 1) - at } else { at };
            *x = padded[at] * hann[i];
        }
        fft.process(&mut frame, &mut bins).map_err(|e| e.to_string())?;
        let power: Vec<f32> = bins.iter().map(|c| c.norm_sqr()).collect();
        for (band, weights) in bank.iter().enumerate() {
            let energy: f32 = weights.iter().zip(&power).map(|(w, p)| w * p).sum();
            out[band * frames + t] = energy.max(1e-10).log10();
        }
    }
    let highest = out.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for x in &mut out {
        *x = (x.max(highest - 8.0) + 4.0) / 4.0;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lights_the_band_at_its_pitch() {
        let tone: Vec<f32> =
            (0..16_000).map(|i| (std::f32::consts::TAU * 1000.0 * i as f32 / 16_000.0).sin()).collect();
        let spectrum = log_mel(&tone).expect("a spectrum");
        let at = |band: usize| spectrum[band * 3000 + 50];
        let loudest = (0..BANDS).max_by(|a, b| at(*a).total_cmp(&at(*b))).expect("bands");
        // 1 kHz is mel 15 of 45.25, so near band 26 of 80.
        assert!((25..=27).contains(&loudest), "{loudest}");
    }
}
