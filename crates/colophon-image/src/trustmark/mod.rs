//! TrustMark (Bui, Agarwal and Collomosse 2023), variant Q: an invisible watermark by neural networks, which other
//! programs read too. Two networks, `encoder_Q.onnx` and `decoder_Q.onnx` (MIT), both for 256 × 256 pixels in
//! −1 … 1: the encoder takes a picture and 100 bits and gives the picture marked, the decoder takes a picture and
//! gives 100 numbers, positive for ones.
//!
//! What the encoder changed is enlarged to the size of the picture and added to it. Pictures that are more than
//! twice as long as they are wide carry the mark in their middle square. The 100 bits are 61 of data, 35 that
//! protect them (`bch`), and the number of that code in four: `BCH_5` of TrustMark.

mod bch;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use colophon_types::{Cancel, Raster};

use crate::net::{Net, Tensor};
use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Bits of a payload. The 61st data bit is always 1, which half of what is no mark is not.
pub const BITS: u32 = 60;
/// How often, at most, noise in the place of 100 bits is taken for a mark: the words within five bits of one of
/// 2⁶¹ among 2⁹⁶, with the right code number and 61st bit.
pub const FALSE_POSITIVES: f64 = 5.9e-5;
/// The mark's name in C2PA's list of soft bindings.
pub const ALGORITHM: &str = "com.adobe.trustmark.Q";

/// The files of the two networks: encoder and decoder.
pub const FILES: [&str; 2] = ["encoder_Q.onnx", "decoder_Q.onnx"];

/// Side of what the networks see, in pixels.
const SIDE: usize = 256;
/// Bits that the networks carry, and those of them that name the code.
const CARRIED: usize = 100;
const CODE: u128 = 1;
const CODE_BITS: usize = 4;
/// Most that a value changes, of −1 … 1.
const MOST: f32 = 0.2;
/// Longer pictures carry the mark in their middle.
const LONGEST_ASPECT: f32 = 2.0;
/// The edge of the middle over which the change sets in: a part of its side, and at most so many pixels.
const FEATHER: (f32, usize) = (0.01, 50);

/// The two networks, read when they are first needed.
#[derive(Debug)]
pub struct TrustMark {
    folder: PathBuf,
    threads: usize,
    encoder: OnceLock<Net>,
    decoder: OnceLock<Net>,
}

impl TrustMark {
    /// With the networks in `folder`. The ONNX Runtime must have been loaded before the first use.
    pub fn new(folder: &Path, threads: usize) -> Self {
        Self { folder: folder.to_owned(), threads, encoder: OnceLock::new(), decoder: OnceLock::new() }
    }

    fn network<'a>(&self, place: &'a OnceLock<Net>, name: &str) -> Result<&'a Net, ImageError> {
        if let Some(net) = place.get() {
            return Ok(net);
        }
        let net = Net::open(&self.folder.join(name), self.threads)?;
        Ok(place.get_or_init(|| net))
    }

    /// Marks a picture with the lowest [`BITS`] of `payload`; says whether it can be read back, and leaves the
    /// picture as it was where it cannot.
    ///
    /// # Errors
    /// A picture without pixels, a stop, a network that is missing or failed.
    pub fn embed(&self, picture: &mut Raster, payload: u64, cancel: &Cancel) -> Result<bool, ImageError> {
        pixels::check(picture)?;
        let encoder = self.network(&self.encoder, FILES[0])?;
        let (left, top, w, h) = marked_part(picture.width as usize, picture.height as usize);
        let full = pixels::colours(picture);
        let small = seen(&full, (left, top, w, h));
        let bits = Tensor::new(&[1, CARRIED], word(payload).to_vec());
        let given = pixels::tensor(&small);
        let made = encoder.run(vec![("onnx::Concat_0", given), ("onnx::Gemm_1", bits)], cancel)?;
        let made = made.into_iter().next().unwrap_or_default();
        if made.data.len() != 3 * SIDE * SIDE {
            return Err(ImageError::Network(format!("TrustMark's encoder gave {:?}", made.shape)));
        }
        let change: Vec<Plane> = small
            .iter()
            .zip(made.data.chunks_exact(SIDE * SIDE))
            .map(|(before, after)| {
                let mut v: Vec<f32> =
                    before.v.iter().zip(after).map(|(b, a)| a.clamp(-1.0, 1.0) - b).collect();
                // The whole gets no other colour.
                let mean = v.iter().sum::<f32>() / v.len() as f32;
                // From −1 … 1 to 0 … 1.
                v.iter_mut().for_each(|x| *x = (*x - mean).clamp(-MOST, MOST) * 0.5);
                let change = Plane { w: SIDE, h: SIDE, v };
                // Of the whole it is enlarged when it is added.
                let whole = (w, h) == (full[0].w, full[0].h);
                if whole { change } else { placed(&change.resized(w, h), (left, top), &full[0]) }
            })
            .collect();
        let marked = pixels::changed(&full, &change, pixels::opacity(picture).as_ref());
        if self.find(&marked, cancel)? != Some(payload & ((1 << BITS) - 1)) {
            return Ok(false);
        }
        *picture = marked;
        Ok(true)
    }

    /// The payload of a picture; `None` where there is none of this kind.
    ///
    /// # Errors
    /// As [`TrustMark::embed`].
    pub fn find(&self, picture: &Raster, cancel: &Cancel) -> Result<Option<u64>, ImageError> {
        pixels::check(picture)?;
        let decoder = self.network(&self.decoder, FILES[1])?;
        let part = marked_part(picture.width as usize, picture.height as usize);
        let small = seen(&pixels::colours(picture), part);
        let heard = decoder.apply("image", pixels::tensor(&small), cancel)?;
        if heard.data.len() != CARRIED {
            return Err(ImageError::Network(format!("TrustMark's decoder gave {:?}", heard.shape)));
        }
        Ok(read(heard.data.iter().map(|x| *x > 0.0)))
    }

    /// A payload as C2PA's soft bindings write it: the number of the code and the data bits.
    pub fn binding(payload: u64) -> String {
        format!("{CODE}*{:061b}", data_bits(payload))
    }
}

fn data_bits(payload: u64) -> u64 {
    (payload & ((1 << BITS) - 1)) << 1 | 1
}

/// The 100 bits of a payload, as numbers.
fn word(payload: u64) -> [f32; CARRIED] {
    let data = data_bits(payload);
    let bits = (u128::from(data) << bch::CHECK | u128::from(bch::check_bits(data))) << CODE_BITS | CODE;
    std::array::from_fn(|i| (bits >> (CARRIED - 1 - i) & 1) as f32)
}

/// The payload of 100 bits, where they hold one.
fn read(bits: impl Iterator<Item = bool>) -> Option<u64> {
    let bits = bits.fold(0u128, |all, bit| all << 1 | u128::from(bit));
    if bits & ((1 << CODE_BITS) - 1) != CODE {
        return None;
    }
    let word = bits >> CODE_BITS;
    let (data, check) = ((word >> bch::CHECK) as u64, word as u64 & ((1 << bch::CHECK) - 1));
    let (data, _) = bch::corrected(data, check)?;
    (data & 1 == 1).then_some(data >> 1)
}

/// Left, top, width and height of the part that carries the mark.
fn marked_part(w: usize, h: usize) -> (usize, usize, usize, usize) {
    let short = w.min(h);
    if w.max(h) as f32 > LONGEST_ASPECT * short as f32 {
        ((w - short) / 2, (h - short) / 2, short, short)
    } else {
        (0, 0, w, h)
    }
}

/// What the networks see of a part: 256 pixels square, −1 … 1.
fn seen(full: &[Plane], (left, top, w, h): (usize, usize, usize, usize)) -> Vec<Plane> {
    let part = |plane: &Plane| plane.part(left as isize, top as isize, w, h).resized(SIDE, SIDE);
    let scaled = |mut plane: Plane| {
        plane.v.iter_mut().for_each(|x| *x = *x * 2.0 - 1.0);
        plane
    };
    full.iter().map(|plane| scaled(part(plane))).collect()
}

/// The change of a part at its place in a plane as large as `full`, setting in softly.
fn placed(change: &Plane, (left, top): (usize, usize), full: &Plane) -> Plane {
    let edge = ((change.w.min(change.h) as f32 * FEATHER.0) as usize).clamp(1, FEATHER.1);
    let part = |i: usize, size: usize| ((i.min(size - 1 - i) + 1) as f32 / edge as f32).min(1.0);
    let mut v = vec![0.0; full.v.len()];
    for y in 0..change.h {
        for x in 0..change.w {
            let gain = part(x, change.w) * part(y, change.h);
            v[(top + y) * full.w + left + x] = change.v[y * change.w + x] * gain;
        }
    }
    Plane { w: full.w, h: full.h, v }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
