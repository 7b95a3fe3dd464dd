//! Clean-up of recorded speech: noise reduction, silence cut away, sample rate, loudness, fades.
//!
//! Each step is a function of its own; [`Cleaning`] names a choice of them and applies it in the order in
//! which they depend on one another.

mod fade;
mod gtcrn;
mod pauses;

use colophon_types::{Cancel, Pcm};

pub use fade::fade;
pub use gtcrn::Gtcrn;
pub use pauses::{Pauses, cut_pauses};

use crate::{AudioError, mix};

/// Longest sound that is cleaned, in seconds.
pub const LONGEST: f64 = 4.0 * 3600.0;

/// What is done to a sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cleaning {
    /// Whether noise is taken out.
    pub denoise: bool,
    /// What is done to silence; `None` leaves it.
    pub pauses: Option<Pauses>,
    /// Samples a second, in hertz; `None` for those that it has.
    pub rate: Option<u32>,
    /// Integrated loudness in LUFS; `None` for the one that it has.
    pub loudness: Option<f64>,
    /// Length of the fades at both ends, in seconds; 0 for none.
    pub fade: f64,
}

impl Cleaning {
    /// Whether it does nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Says what is out of range, in a sentence.
    pub fn problem(&self) -> Option<String> {
        let pause = self.pauses.as_ref().and_then(|p| p.longest);
        if pause.is_some_and(|s| !(0.1..=60.0).contains(&s)) {
            return Some("the longest pause must be 0.1 to 60 seconds".into());
        }
        if self.rate.is_some_and(|r| !(8_000..=192_000).contains(&r)) {
            return Some("the sample rate must be 8000 to 192000 Hz".into());
        }
        if self.loudness.is_some_and(|l| !(-40.0..=-5.0).contains(&l)) {
            return Some("the loudness must be -40 to -5 LUFS".into());
        }
        if !(0.0..=60.0).contains(&self.fade) {
            return Some("a fade must be 0 to 60 seconds long".into());
        }
        None
    }

    /// Does it: noise, silence, sample rate, loudness, fades, in this order. `denoiser` is only used where
    /// noise is to be taken out.
    ///
    /// # Errors
    /// When a setting is out of range ([`Cleaning::problem`]), the sound is empty, longer than
    /// [`LONGEST`], not finite, or nothing but silence that is to be cut; when the denoiser is missing
    /// or fails; when `cancel` is set.
    pub fn apply(
        &self,
        sound: &Pcm,
        denoiser: Option<&mut Gtcrn>,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Pcm, AudioError> {
        let bad = |problem: String| AudioError::Sound { problem };
        if let Some(problem) = self.problem() {
            return Err(bad(problem));
        }
        checked(sound)?;
        let mut out = sound.clone();
        if self.denoise {
            let denoiser = denoiser.ok_or(AudioError::ModelMissing { id: "gtcrn" })?;
            out = denoiser.reduce(&out, cancel, tell)?;
        }
        cancel.check()?;
        if let Some(pauses) = &self.pauses {
            out = cut_pauses(&out, pauses);
            if out.samples.is_empty() {
                return Err(bad("there is nothing but silence in it".into()));
            }
        }
        cancel.check()?;
        if let Some(rate) = self.rate {
            out = mix::resample(&out, rate)?;
        }
        cancel.check()?;
        if let Some(lufs) = self.loudness {
            out = mix::normalise(&out, lufs, mix::CEILING_DBTP);
        }
        fade(&mut out, self.fade, self.fade);
        Ok(out)
    }
}

/// Refuses what cannot be worked with.
fn checked(sound: &Pcm) -> Result<(), AudioError> {
    let bad = |problem: &str| Err(AudioError::Sound { problem: problem.into() });
    if sound.rate < 4_000 || sound.rate > 384_000 {
        return bad("its sample rate is not between 4000 and 384000 Hz");
    }
    if sound.samples.is_empty() {
        return bad("it is empty");
    }
    if sound.seconds() > LONGEST {
        return bad("it is longer than four hours");
    }
    if sound.samples.iter().any(|x| !x.is_finite()) {
        return bad("it holds samples that are no numbers");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: f64) -> Pcm {
        let mut out = Pcm::silence(rate, seconds);
        for (i, x) in out.samples.iter_mut().enumerate() {
            *x = 0.3 * (std::f32::consts::TAU * 440.0 * i as f32 / rate as f32).sin();
        }
        out
    }

    #[test]
    fn rate_loudness_and_fades_are_what_was_asked_for() {
        let cleaning =
            Cleaning { rate: Some(24_000), loudness: Some(-23.0), fade: 0.5, ..Cleaning::default() };
        let made = cleaning.apply(&tone(44_100, 6.0), None, &Cancel::new(), &mut |_, _| ()).expect("sound");
        assert_eq!((made.rate, made.samples.len()), (24_000, 144_000));
        let middle = Pcm { rate: made.rate, samples: made.samples[24_000..120_000].to_vec() };
        let loudness = mix::loudness(&middle).expect("loudness");
        assert!((loudness + 23.0).abs() < 0.3, "{loudness}");
        let peak =
            |range: std::ops::Range<usize>| made.samples[range].iter().fold(0f32, |a, b| a.max(b.abs()));
        let whole = peak(60_000..80_000);
        assert!(peak(0..240) < 0.02 * whole && peak(143_760..144_000) < 0.02 * whole);
        // Half way through a fade the sound has half its height.
        assert!((peak(5_950..6_050) / whole - 0.5).abs() < 0.05);
    }

    #[test]
    fn what_cannot_be_cleaned_is_refused() {
        let nothing = Cleaning::default();
        assert!(nothing.is_nothing());
        let apply =
            |cleaning: &Cleaning, sound: &Pcm| cleaning.apply(sound, None, &Cancel::new(), &mut |_, _| ());
        for sound in [
            Pcm { rate: 16_000, samples: vec![] },
            Pcm { rate: 0, samples: vec![0.0; 10] },
            Pcm { rate: 16_000, samples: vec![f32::INFINITY; 10] },
        ] {
            assert!(matches!(apply(&nothing, &sound), Err(AudioError::Sound { .. })));
        }
        let sound = tone(16_000, 1.0);
        for cleaning in [
            Cleaning { rate: Some(7), ..nothing.clone() },
            Cleaning { loudness: Some(f64::NAN), ..nothing.clone() },
            Cleaning { fade: -1.0, ..nothing.clone() },
            Cleaning { pauses: Some(Pauses { ends: true, longest: Some(0.0) }), ..nothing.clone() },
        ] {
            assert!(matches!(apply(&cleaning, &sound), Err(AudioError::Sound { .. })), "{cleaning:?}");
        }
        let denoise = Cleaning { denoise: true, ..nothing.clone() };
        assert!(matches!(apply(&denoise, &sound), Err(AudioError::ModelMissing { .. })));
        let cut = Cleaning { pauses: Some(Pauses { ends: true, longest: None }), ..nothing };
        assert!(matches!(apply(&cut, &Pcm::silence(16_000, 2.0)), Err(AudioError::Sound { .. })));
    }

    #[test]
    fn fades_never_meet() {
        let mut short = tone(16_000, 0.1);
        fade(&mut short, 9.0, 9.0);
        assert!(short.samples.iter().all(|x| x.is_finite() && x.abs() <= 0.3));
        let mut empty = Pcm::default();
        fade(&mut empty, 1.0, 1.0);
    }
}
