//! Animations: GIF, whose XMP packet stands in an application extension, and WebP, whose packet stands in
//! an `XMP ` chunk. The readers of both formats find them.

use std::io::Write as _;

use colophon_types::{Animation, AnimationFormat, Raster};
use color_quant::NeuQuant;
use image_webp::{ColorType, WebPEncoder};

use super::png;
use super::wav::{put_chunk as chunk, riff};

/// Longest sides that the formats hold, in pixels.
const LONGEST_GIF: u32 = 65_535;
const LONGEST_WEBP: u32 = 16_384;
/// Pixels of all frames together that the colours are chosen from.
const LOOKED_AT: usize = 200_000;

/// Encodes an animation with its XMP packet.
///
/// # Errors
/// A sentence, when the frames do not fit each other or the format.
pub(crate) fn encode(animation: &Animation, xmp: &str) -> Result<Vec<u8>, String> {
    let (width, height) = animation.check()?;
    let longest = match animation.format {
        AnimationFormat::Gif => LONGEST_GIF,
        AnimationFormat::WebP => LONGEST_WEBP,
    };
    if width.max(height) > longest {
        return Err(format!("a side is longer than the {longest} pixels of the format"));
    }
    match animation.format {
        AnimationFormat::Gif => gif(animation, (width as u16, height as u16), xmp),
        AnimationFormat::WebP => webp(animation, (width, height), xmp),
    }
}

/// What a GIF file shows of the first frame.
pub(crate) fn as_gif(animation: &Animation) -> Option<Raster> {
    let colours = Colours::of(&animation.frames);
    let first = animation.frames.first()?;
    let table = colours.table();
    let rgba = colours.indices(first).into_iter().flat_map(|i| {
        let at = usize::from(i) * 3;
        [table[at], table[at + 1], table[at + 2], 255]
    });
    Some(Raster { rgba: rgba.collect(), ..*first })
}

fn gif(animation: &Animation, (width, height): (u16, u16), xmp: &str) -> Result<Vec<u8>, String> {
    let failed = |e: gif::EncodingError| e.to_string();
    let colours = Colours::of(&animation.frames);
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, width, height, &colours.table()).map_err(failed)?;
    encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
    encoder.get_mut().write_all(&super::gif::extension(xmp)).map_err(|e| e.to_string())?;
    for frame in &animation.frames {
        let mut one = gif::Frame::from_indexed_pixels(width, height, colours.indices(frame), None);
        one.delay = u16::try_from((animation.delay_ms + 5) / 10).unwrap_or(u16::MAX).max(2);
        encoder.write_frame(&one).map_err(failed)?;
    }
    drop(encoder);
    Ok(out)
}

/// 256 colours for all frames, so that nothing flickers, and the way to them.
struct Colours {
    /// Red, green and blue of each.
    table: Vec<u8>,
    /// The nearest colour to each of 32 × 32 × 32.
    nearest: Vec<u8>,
}

/// Thresholds of an ordered dither (Bayer), which stays in its place from frame to frame.
const BAYER: [[i32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

impl Colours {
    fn of(frames: &[Raster]) -> Self {
        let all: usize = frames.iter().map(|f| f.rgba.len() / 4).sum();
        let step = (all / LOOKED_AT).max(1);
        // An odd step, so that no column is favoured.
        let step = step | 1;
        let some: Vec<u8> = frames
            .iter()
            .flat_map(|f| f.rgba.as_chunks::<4>().0.iter().step_by(step))
            .flatten()
            .copied()
            .collect();
        // The network wants a thousand pixels or so.
        let some = if some.len() < 4096 { some.repeat(4096 / some.len().max(1) + 1) } else { some };
        let network = NeuQuant::new(3, 256, &some);
        let table = network.color_map_rgb();
        let mut nearest = Vec::with_capacity(1 << 15);
        for cell in 0..1u32 << 15 {
            let part = |shift: u32| (((cell >> shift) & 31) * 255 / 31) as u8;
            nearest.push(network.index_of(&[part(10), part(5), part(0), 255]) as u8);
        }
        Self { table, nearest }
    }

    fn table(&self) -> Vec<u8> {
        let mut table = self.table.clone();
        table.resize(256 * 3, 0);
        table
    }

    fn indices(&self, frame: &Raster) -> Vec<u8> {
        let width = frame.width as usize;
        let index = |(i, p): (usize, &[u8; 4])| {
            let shift = BAYER[i / width % 4][i % width % 4] * 12 / 16 - 6;
            let part = |c: u8| (((i32::from(c) + shift).clamp(0, 255) * 31 + 127) / 255) as usize;
            self.nearest[(part(p[0]) << 10) | (part(p[1]) << 5) | part(p[2])]
        };
        frame.rgba.as_chunks::<4>().0.iter().enumerate().map(index).collect()
    }
}

/// The container of RFC 9649: `VP8X`, `ANIM`, an `ANMF` for each frame, `XMP `.
fn webp(animation: &Animation, (width, height): (u32, u32), xmp: &str) -> Result<Vec<u8>, String> {
    let three = |n: u32| [n as u8, (n >> 8) as u8, (n >> 16) as u8];
    let mut body = b"WEBP".to_vec();
    const HAS_XMP: u8 = 4;
    const IS_ANIMATED: u8 = 2;
    let mut head = vec![HAS_XMP | IS_ANIMATED, 0, 0, 0];
    head.extend(three(width - 1));
    head.extend(three(height - 1));
    chunk(&mut body, b"VP8X", &head);
    // On black, for ever.
    chunk(&mut body, b"ANIM", &[0, 0, 0, 255, 0, 0]);
    for frame in &animation.frames {
        let (pixels, opaque) = png::pixels(frame)?;
        let mut still = Vec::new();
        let kind = if opaque { ColorType::Rgb8 } else { ColorType::Rgba8 };
        WebPEncoder::new(&mut still).encode(&pixels, width, height, kind).map_err(|e| e.to_string())?;
        let data = still.get(12..).filter(|d| d.starts_with(b"VP8L"));
        let data = data.ok_or("the encoder of WebP gave no picture")?;
        let mut part = vec![0; 6];
        part.extend(three(width - 1));
        part.extend(three(height - 1));
        part.extend(three(animation.delay_ms.min((1 << 24) - 1)));
        const NOT_BLENDED: u8 = 2;
        part.push(NOT_BLENDED);
        part.extend_from_slice(data);
        chunk(&mut body, b"ANMF", &part);
    }
    chunk(&mut body, b"XMP ", xmp.as_bytes());
    riff(&body).ok_or_else(|| "the animation is larger than 4 GB".to_owned())
}
