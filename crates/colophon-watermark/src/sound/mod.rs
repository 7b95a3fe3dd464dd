//! The mark of sound: small gains up and down in cells of time and frequency, as far as masking hides
//! them, in a block of 5.12 s that repeats. See [`embed`], [`SoundMark`] and [`find`].

mod find;
mod layout;
mod mark;
mod mask;

pub use find::find;
pub use mark::SoundMark;

use crate::{Key, Payload};

/// The name of the method, as labels and logs give it.
pub const NAME: &str = "colophon-sound/1";
/// Bits of a payload that sound carries.
pub const BITS: usize = 32;
/// Seconds that a sound needs for a mark.
pub const SHORTEST: f64 = 5.0;

/// What a mark did to a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedded {
    /// Power of the sound over that of the difference, dB; infinite when nothing was changed.
    pub snr_db: f64,
}

/// Why a sound cannot be marked; a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Too short.
    Short,
    /// Nothing to be heard.
    Silent,
    /// Its rate leaves no room.
    Rate,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Short => "the sound is too short for a mark",
            Self::Silent => "the sound is silent",
            Self::Rate => "the sample rate is outside 8 to 192 kHz",
        })
    }
}

impl std::error::Error for Unfit {}

/// Marks a whole sound in place: one slice of samples a channel, all of one length, full scale ±1.
///
/// # Errors
/// When the sound is shorter than [`SHORTEST`], silent, or of a rate outside 8 to 192 kHz; it is then
/// as it was.
pub fn embed(channels: &mut [&mut [f32]], rate: u32, payload: Payload, key: &Key) -> Result<Embedded, Unfit> {
    if !(8_000..=192_000).contains(&rate) {
        return Err(Unfit::Rate);
    }
    let length = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    if (length as f64) < SHORTEST * f64::from(rate) {
        return Err(Unfit::Short);
    }
    if !channels.iter().any(|c| c.iter().any(|x| x.is_finite() && x.abs() > 1e-4)) {
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
    Ok(embedded)
}
