//! Loudness, peaks and sample rates.
//!
//! Loudness follows ITU-R BS.1770-4 / EBU R 128 (integrated, gated); peaks are true peaks.

use colophon_types::Pcm;
use ebur128::{EbuR128, Mode};
use rubato::audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Resampler};

use crate::AudioError;

/// Integrated loudness of a finished film, in LUFS.
pub const TARGET_LUFS: f64 = -16.0;
/// Highest true peak of a finished film, in dBTP.
pub const CEILING_DBTP: f64 = -1.0;
/// Samples a second of a finished film's sound.
pub const FILM_RATE: u32 = 48_000;

/// Changes the sample rate, band-limited; the length in seconds is kept to the nearest sample.
///
/// # Errors
/// When one of the rates is zero or cannot be worked with.
pub fn resample(sound: &Pcm, rate: u32) -> Result<Pcm, AudioError> {
    if sound.rate == rate {
        return Ok(sound.clone());
    }
    let problem = |e: &dyn std::fmt::Display| AudioError::Sound { problem: e.to_string() };
    if sound.rate == 0 || rate == 0 {
        return Err(problem(&"its sample rate is zero"));
    }
    let length =
        (sound.samples.len() as u64 * u64::from(rate) + u64::from(sound.rate) / 2) / u64::from(sound.rate);
    if sound.samples.is_empty() {
        return Ok(Pcm { rate, samples: Vec::new() });
    }
    let mut engine = Fft::<f32>::new(sound.rate as usize, rate as usize, 1024, 1, FixedSync::Input)
        .map_err(|e| problem(&e))?;
    let frames = sound.samples.len();
    let input = InterleavedOwned::new_from(sound.samples.clone(), 1, frames).map_err(|e| problem(&e))?;
    let output = engine.process_all(&input, frames, None).map_err(|e| problem(&e))?;
    let mut samples = output.take_data();
    samples.resize(length as usize, 0.0);
    Ok(Pcm { rate, samples })
}

/// Integrated loudness in LUFS; `None` for what is too short (0.4 s) or too quiet to have one.
pub fn loudness(sound: &Pcm) -> Option<f64> {
    let mut meter = EbuR128::new(1, sound.rate, Mode::I).ok()?;
    meter.add_frames_f32(&sound.samples).ok()?;
    meter.loudness_global().ok().filter(|l| l.is_finite() && *l > -70.0)
}

/// Measures the integrated loudness of a mono sound that comes in parts.
pub struct Meter(EbuR128);

impl Meter {
    /// A meter for sound of `rate` hertz.
    ///
    /// # Errors
    /// When the rate cannot be worked with.
    pub fn new(rate: u32) -> Result<Self, AudioError> {
        EbuR128::new(1, rate, Mode::I).map(Self).map_err(|e| AudioError::Sound { problem: e.to_string() })
    }

    /// Takes the next part.
    pub fn add(&mut self, sound: &Pcm) {
        // Fails only for other channel counts.
        let _ = self.0.add_frames_f32(&sound.samples);
    }

    /// Loudness of all parts in LUFS; `None` as for [`loudness`].
    pub fn loudness(&self) -> Option<f64> {
        self.0.loudness_global().ok().filter(|l| l.is_finite() && *l > -70.0)
    }
}

/// Highest true peak in dBTP (four times oversampled); minus infinity for silence.
pub fn true_peak(sound: &Pcm) -> f64 {
    let measure = || -> Option<f64> {
        let mut meter = EbuR128::new(1, sound.rate, Mode::TRUE_PEAK).ok()?;
        meter.add_frames_f32(&sound.samples).ok()?;
        meter.true_peak(0).ok()
    };
    20.0 * measure().unwrap_or(0.0).log10()
}
