//! Log-mel spectra: short-time magnitudes gathered into bands of Slaney's mel scale.

use colophon_types::Cancel;
use realfft::RealFftPlanner;

use crate::AudioError;

/// A log-mel spectrum: `frames × bands`, frame by frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Mel {
    /// Bands in each frame.
    pub bands: usize,
    /// Logarithms of magnitudes; base and floor are the [`Analysis`]'s.
    pub values: Vec<f32>,
}

impl Mel {
    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.values.len().checked_div(self.bands).unwrap_or(0)
    }

    /// One frame; the first or last for an index outside.
    pub fn frame(&self, index: isize) -> &[f32] {
        let last = self.frames().saturating_sub(1);
        let index = index.clamp(0, last as isize) as usize;
        self.values.get(index * self.bands..(index + 1) * self.bands).unwrap_or(&[])
    }

    /// Refuses a spectrum of another shape, without frames, or with numbers that are not finite.
    pub(super) fn check(&self, bands: usize) -> Result<(), AudioError> {
        let problem = |problem: String| Err(AudioError::Sound { problem });
        if self.bands != bands || !self.values.len().is_multiple_of(bands) {
            return problem(format!("its spectrum has {} bands, and {bands} are needed", self.bands));
        }
        if self.values.is_empty() {
            return problem("its spectrum is empty".into());
        }
        if self.values.iter().any(|x| !x.is_finite()) {
            return problem("its spectrum holds values that are no numbers".into());
        }
        Ok(())
    }
}

/// What lies beyond the ends of a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Silence.
    Silence,
    /// The sound itself, mirrored.
    Mirror,
}

/// How a log-mel spectrum is taken: the settings on which a vocoder was trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Analysis {
    /// Samples a second.
    pub rate: u32,
    /// Points of the Fourier transform.
    pub fft: usize,
    /// Samples of the Hann window, in the middle of the transform.
    pub window: usize,
    /// Samples from frame to frame.
    pub hop: usize,
    /// Bands.
    pub bands: usize,
    /// Where the highest band ends, in hertz.
    pub top: f64,
    /// Smallest magnitude.
    pub floor: f64,
    /// Whether logarithms are to base 10, rather than natural.
    pub decimal: bool,
    /// What lies beyond the ends.
    pub edges: Edges,
}

/// Hertz to mel (Slaney, Auditory Toolbox): linear to 1 kHz, logarithmic above.
fn mel_of(hertz: f64) -> f64 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln() }
}

fn hertz_of(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

/// A triangle over the bins of a transform.
pub(super) struct Band {
    /// Its first bin.
    first: usize,
    weights: Vec<f64>,
}

impl Band {
    fn gather(&self, magnitudes: &[f64]) -> f64 {
        self.weights.iter().zip(magnitudes.get(self.first..).unwrap_or(&[])).map(|(w, m)| w * m).sum()
    }

    pub(super) fn area(&self) -> f64 {
        self.weights.iter().sum()
    }
}

impl Analysis {
    /// Frequencies at which the bands begin, peak and end: `bands + 2`.
    pub(super) fn edges_of_bands(&self) -> Vec<f64> {
        let highest = mel_of(self.top);
        (0..self.bands + 2).map(|i| hertz_of(highest * i as f64 / (self.bands + 1) as f64)).collect()
    }

    /// Triangles of equal area.
    pub(super) fn filters(&self) -> Vec<Band> {
        let edges = self.edges_of_bands();
        let bin = |k: usize| k as f64 * f64::from(self.rate) / self.fft as f64;
        let band = |e: &[f64]| {
            let (low, mid, high) = (e[0], e[1], e[2]);
            let height = |k: usize| {
                let slope = ((bin(k) - low) / (mid - low)).min((high - bin(k)) / (high - mid));
                slope.max(0.0) * 2.0 / (high - low)
            };
            let inside: Vec<usize> = (0..=self.fft / 2).filter(|k| height(*k) > 0.0).collect();
            Band {
                first: inside.first().copied().unwrap_or(0),
                weights: inside.into_iter().map(height).collect(),
            }
        };
        edges.windows(3).map(band).collect()
    }

    /// Takes the spectrum: one frame for each hop that has begun (with mirrored ends: for each whole hop).
    /// Frame `t` is centred on sample `(t + ½) · hop`.
    ///
    /// # Errors
    /// When the sound is too short to be mirrored, or `cancel` is set.
    pub fn log_mel(&self, samples: &[f32], cancel: &Cancel) -> Result<Mel, AudioError> {
        let front = (self.fft - self.hop) / 2;
        let frames = match self.edges {
            Edges::Silence => samples.len().div_ceil(self.hop),
            Edges::Mirror => samples.len() / self.hop,
        };
        if self.edges == Edges::Mirror && samples.len() <= front.max(self.hop) {
            return Err(AudioError::Sound { problem: "it is too short".into() });
        }
        let bank = self.filters();
        let lead = (self.fft - self.window) / 2;
        let hann: Vec<f64> = (0..self.window)
            .map(|i| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / self.window as f64).cos())
            .collect();
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(self.fft);
        let (mut frame, mut bins) = (fft.make_input_vec(), fft.make_output_vec());
        let mut values = Vec::with_capacity(frames * self.bands);
        for t in 0..frames {
            if t % 64 == 0 {
                cancel.check()?;
            }
            frame.fill(0.0);
            for (i, weight) in hann.iter().enumerate() {
                let at = (t * self.hop + lead + i) as isize - front as isize;
                frame[lead + i] = self.sample(samples, at) * weight;
            }
            fft.process(&mut frame, &mut bins).map_err(AudioError::engine("mel"))?;
            let magnitudes: Vec<f64> = bins.iter().map(|c| c.norm()).collect();
            values.extend(bank.iter().map(|band| self.log(band.gather(&magnitudes)) as f32));
        }
        Ok(Mel { bands: self.bands, values })
    }

    fn log(&self, magnitude: f64) -> f64 {
        let magnitude = magnitude.max(self.floor);
        if self.decimal { magnitude.log10() } else { magnitude.ln() }
    }

    fn sample(&self, samples: &[f32], at: isize) -> f64 {
        let at = match self.edges {
            Edges::Silence => usize::try_from(at).ok(),
            Edges::Mirror => {
                let at = at.unsigned_abs();
                Some(if at >= samples.len() { (2 * (samples.len() - 1)).saturating_sub(at) } else { at })
            }
        };
        at.and_then(|at| samples.get(at)).map_or(0.0, |x| f64::from(*x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Analysis = Analysis {
        rate: 22_050,
        fft: 1024,
        window: 1024,
        hop: 256,
        bands: 80,
        top: 11_025.0,
        floor: 1e-5,
        decimal: true,
        edges: Edges::Mirror,
    };

    #[test]
    fn a_tone_lights_its_band_and_silence_is_the_floor() {
        let tone: Vec<f32> =
            (0..22_050).map(|i| (std::f32::consts::TAU * 1000.0 * i as f32 / 22_050.0).sin() * 0.5).collect();
        let mel = WIDE.log_mel(&tone, &Cancel::new()).expect("a spectrum");
        assert_eq!(mel.frames(), 22_050 / 256);
        let frame = mel.frame(40);
        let loudest = (0..80).max_by(|a, b| frame[*a].total_cmp(&frame[*b])).expect("bands");
        let edges = WIDE.edges_of_bands();
        assert!(edges[loudest] < 1000.0 && 1000.0 < edges[loudest + 2], "{loudest}");
        let silent = WIDE.log_mel(&[0.0; 4096], &Cancel::new()).expect("a spectrum");
        assert!(silent.values.iter().all(|x| (*x + 5.0).abs() < 1e-6));
    }

    #[test]
    fn ends_are_silent_or_mirrored() {
        let flat = vec![0.3f32; 5000];
        let mirrored = WIDE.log_mel(&flat, &Cancel::new()).expect("a spectrum");
        assert!((mirrored.frame(0)[0] - mirrored.frame(9)[0]).abs() < 1e-5);
        let silent = Analysis { edges: Edges::Silence, ..WIDE };
        let cut = silent.log_mel(&flat, &Cancel::new()).expect("a spectrum");
        assert_eq!(cut.frames(), 20);
        assert!(cut.frame(0)[30] > mirrored.frame(0)[30] + 0.5);
        assert!(WIDE.log_mel(&[0.0; 300], &Cancel::new()).is_err());
    }
}
