//! The mark of sound: small gains up and down in cells of time and frequency, as far as masking hides
//! them, in a block of 5.12 s that repeats. See [`embed`], [`SoundMark`] and [`find`].

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
/// Seconds of it in which there must be something to hear: silence carries no mark.
pub const HEARD: f64 = 3.0;

/// What a mark did to a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedded {
    /// Power of the sound over that of the difference, dB; infinite when nothing was changed.
    pub snr_db: f64,
    /// Whether [`find`] reads it back. Sparse beeps and thumps leave too few cells to carry a mark.
    /// `None` where nobody looked: a stream is gone by then.
    pub read: Option<bool>,
}

/// Why a sound cannot be marked; a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Shorter than [`SHORTEST`].
    Short,
    /// Something is heard for less than [`HEARD`].
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
            Self::Silent => "there are less than 3 seconds of sound to carry a mark",
            Self::Rate => "sound is marked at sample rates from 8 to 192 kHz",
            Self::Channels => "sound is marked in one or two channels",
        })
    }
}

impl std::error::Error for Unfit {}

/// Marks a whole sound in place: one slice of samples a channel, all of one length, full scale ±1. The
/// same as [`SoundMark`] does to it in pieces.
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
    let heard = (0..length).step_by(piece).filter(|at| heard(*at)).count();
    if (heard as f64) < HEARD * 16.0 {
        return Err(Unfit::Silent);
    }
    let mut mark = SoundMark::new(rate, channels.len(), payload, key);
    let mut done = 0;
    let mut write = |channels: &mut [&mut [f32]], out: Vec<Vec<f32>>| {
        let n = out.first().map_or(0, Vec::len);
        for (channel, out) in channels.iter_mut().zip(out) {
            channel[done..done + n].copy_from_slice(&out);
        }
        done += n;
    };
    // In pieces: the memory needed does not grow with the sound.
    for at in (0..length).step_by(1 << 16) {
        let piece: Vec<&[f32]> = channels.iter().map(|c| &c[at..length.min(at + (1 << 16))]).collect();
        let out = mark.push(&piece);
        write(channels, out);
    }
    let (out, embedded) = mark.finish();
    write(channels, out);
    let marked: Vec<&[f32]> = channels.iter().map(|c| &**c).collect();
    let found = find(&marked, rate, key);
    let read = found.is_some_and(|f| f.payload == format!("{:08x}", payload.short()));
    Ok(Embedded { read: Some(read), ..embedded })
}
