//! The mark of sound: small gains up and down in cells of time and frequency, as far as masking hides
//! them, in a block of 5.12 s that repeats. A whole sound that is too sparse for that gets a hush in the same cells.
//! See [`embed`], [`SoundMark`] and [`find`].

mod find;
mod layout;
mod mark;
mod mask;
#[cfg(test)]
mod tests;

pub use find::find;
pub use mark::SoundMark;

use crate::{Key, Payload};

/// The name of the method, as labels and logs give it.
pub const NAME: &str = "colophon-sound/1";
/// Bits of a payload that sound carries.
pub const BITS: usize = 32;
/// Seconds that a sound needs for a mark.
pub const SHORTEST: f64 = 6.0;
/// The noise that carries the mark where the sound itself cannot, dB: over the peak of the sound, and at least so much
/// over its mean.
const HUSH: f32 = -68.0;
const HUSH_OVER_MEAN: f32 = -44.0;
/// A mark is read clearly enough to outlast attacks by a score of so much times the root of the seconds of the sound, of
/// which so many count.
const AMPLE: f64 = 2.32;
const LONGEST_LOOK: f64 = 30.0;

/// What a mark did to a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedded {
    /// Power of the sound over that of the difference, dB; infinite when nothing was changed.
    pub snr_db: f64,
    /// Whether [`find`] reads it back.
    /// `None` where nobody looked: a stream is gone by then.
    pub read: Option<bool>,
}

/// Why a sound cannot be marked; a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Shorter than [`SHORTEST`].
    Short,
    /// Nothing is heard.
    Silent,
    /// A rate outside 8 to 192 kHz.
    Rate,
    /// No channel, or more than two.
    Channels,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Short => "the sound is shorter than the 6 seconds that a mark needs",
            Self::Silent => "there is nothing to hear in the sound that could carry a mark",
            Self::Rate => "sound is marked at sample rates from 8 to 192 kHz",
            Self::Channels => "sound is marked in one or two channels",
        })
    }
}

impl std::error::Error for Unfit {}

/// Marks a whole sound in place: one slice of samples a channel, all of one length, full scale ±1. The
/// same as [`SoundMark`] does to it in pieces; where that is not read back clearly, with a noise 68 dB below the sound's
/// peak, or 44 dB below its mean, under it.
///
/// # Errors
/// When the sound is [`Unfit`]; it is then as it was.
pub fn embed(channels: &mut [&mut [f32]], rate: u32, payload: Payload, key: &Key) -> Result<Embedded, Unfit> {
    if channels.is_empty() || channels.len() > 2 {
        return Err(Unfit::Channels);
    }
    if !(8_000..=192_000).contains(&rate) {
        return Err(Unfit::Rate);
    }
    let length = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    if (length as f64) < SHORTEST * f64::from(rate) {
        return Err(Unfit::Short);
    }
    // Heard: more than 70 dB below full scale.
    let piece = (rate / 16) as usize;
    let heard = |at: usize| {
        channels.iter().any(|c| {
            let part = &c[at..length.min(at + piece)];
            part.iter().filter(|x| x.is_finite()).map(|x| x * x).sum::<f32>() > 1e-7 * piece as f32
        })
    };
    if !(0..length).step_by(piece).any(heard) {
        return Err(Unfit::Silent);
    }
    let samples = || channels.iter().flat_map(|c| c.iter()).filter(|x| x.is_finite());
    let peak = samples().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let mean =
        (samples().map(|x| f64::from(x * x)).sum::<f64>() / samples().count().max(1) as f64).sqrt() as f32;
    let embedded = lay(channels, SoundMark::new(rate, channels.len(), payload, key));
    let score = read(channels, rate, payload, key);
    let seconds = (length as f64 / f64::from(rate)).min(LONGEST_LOOK);
    if score.is_some_and(|score| score >= AMPLE * seconds.sqrt()) {
        return Ok(Embedded { read: Some(true), ..embedded });
    }
    // Sparse beeps and thumps leave too few cells: a noise that is hardly heard carries it in their silence.
    let before: Vec<Vec<f32>> = channels.iter().map(|c| c.to_vec()).collect();
    let ratio = |db: f32| 10.0_f32.powf(db / 20.0);
    let deviation = (peak.min(1.0) * ratio(HUSH)).max(mean.min(1.0) * ratio(HUSH_OVER_MEAN));
    let noise = lay(channels, SoundMark::hushed(deviation, rate, channels.len(), payload, key));
    if read(channels, rate, payload, key) > score {
        let both: f64 = [embedded, noise].iter().map(|e| 10.0_f64.powf(-e.snr_db / 10.0)).sum();
        return Ok(Embedded { snr_db: -10.0 * both.log10(), read: Some(true) });
    }
    channels.iter_mut().zip(&before).for_each(|(channel, before)| channel.copy_from_slice(before));
    Ok(Embedded { read: Some(score.is_some()), ..embedded })
}

/// Lays a mark over a sound, in pieces: the memory that it needs does not grow with the sound.
fn lay(channels: &mut [&mut [f32]], mut mark: SoundMark) -> Embedded {
    let length = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut done = 0;
    let mut write = |channels: &mut [&mut [f32]], out: Vec<Vec<f32>>| {
        let n = out.first().map_or(0, Vec::len);
        for (channel, out) in channels.iter_mut().zip(out) {
            channel[done..done + n].copy_from_slice(&out);
        }
        done += n;
    };
    for at in (0..length).step_by(1 << 16) {
        let piece: Vec<&[f32]> = channels.iter().map(|c| &c[at..length.min(at + (1 << 16))]).collect();
        let out = mark.push(&piece);
        write(channels, out);
    }
    let (out, embedded) = mark.finish();
    write(channels, out);
    embedded
}

/// How clearly a payload is read, where it is.
fn read(channels: &[&mut [f32]], rate: u32, payload: Payload, key: &Key) -> Option<f64> {
    let marked: Vec<&[f32]> = channels.iter().map(|c| &**c).collect();
    let found = find(&marked, rate, key)?;
    (found.payload == format!("{:08x}", payload.short())).then_some(found.score)
}
