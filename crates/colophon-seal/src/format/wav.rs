//! WAV: the AIGC field is a RIFF chunk `AIGC`; the IPTC source type stands in an XMP packet in the
//! chunk `_PMX` (Adobe XMP specification, part 3).

use std::io::{Read, Seek, SeekFrom};

use colophon_types::Stereo;

use super::{Marks, le32, read_at, sound};
use crate::mark::{aigc, xmp};

const MAX_CHUNKS: usize = 10_000;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

/// Encodes channels of the same length as 16-bit PCM with both marks.
///
/// # Errors
/// A sentence, when the sound is empty, has no rate or does not fit the format's 4 GiB.
pub(crate) fn encode(rate: u32, channels: &[&[f32]], aigc_json: &str, xmp: &str) -> Result<Vec<u8>, String> {
    let frames = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    if rate == 0 || frames == 0 {
        return Err("the sound is empty".to_owned());
    }
    let count = u16::try_from(channels.len()).map_err(|_| "the sound has too many channels".to_owned())?;
    let (format, data) = (format_chunk(rate, count), sound::interleaved(channels));
    let mut body = b"WAVE".to_vec();
    for (id, chunk) in [
        (b"fmt ", format.as_slice()),
        (b"AIGC", aigc_json.as_bytes()),
        (b"_PMX", xmp.as_bytes()),
        (b"data", data.as_slice()),
    ] {
        put_chunk(&mut body, id, chunk);
    }
    riff(&body).ok_or_else(|| "the sound is too long for WAV".to_owned())
}

/// Adds a chunk of a RIFF file, padded to an even length.
pub(crate) fn put_chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(name);
    // One that is longer does not fit the file either, which tells of it.
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(2), 0);
}

/// A RIFF file of its kind and chunks; `None` beyond the 4 GiB that it can say.
pub(crate) fn riff(body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(body.len()).ok()?;
    Some([b"RIFF".as_slice(), &length.to_le_bytes(), body].concat())
}

/// The chunk `fmt ` of 16-bit PCM.
fn format_chunk(rate: u32, channels: u16) -> Vec<u8> {
    let block = 2 * channels;
    let mut format = Vec::with_capacity(16);
    format.extend_from_slice(&PCM.to_le_bytes());
    format.extend_from_slice(&channels.to_le_bytes());
    format.extend_from_slice(&rate.to_le_bytes());
    format.extend_from_slice(&rate.saturating_mul(u32::from(block)).to_le_bytes());
    format.extend_from_slice(&block.to_le_bytes());
    format.extend_from_slice(&16u16.to_le_bytes());
    format
}

/// What comes before the samples of a mono sound whose length is not known yet: the sizes are the
/// largest that there are, as is usual for streams.
pub(crate) fn stream_head(rate: u32, aigc_json: &str, xmp: &str) -> Vec<u8> {
    let unknown = u32::MAX.to_le_bytes();
    let mut head = [b"RIFF".as_slice(), &unknown, b"WAVE"].concat();
    let format = format_chunk(rate, 1);
    for (id, chunk) in
        [(b"fmt ", format.as_slice()), (b"AIGC", aigc_json.as_bytes()), (b"_PMX", xmp.as_bytes())]
    {
        put_chunk(&mut head, id, chunk);
    }
    head.extend_from_slice(b"data");
    head.extend_from_slice(&unknown);
    head
}

/// Visits the chunks: id, offset of the body, length.
fn chunks(file: &mut (impl Read + Seek)) -> Vec<([u8; 4], u64, u64)> {
    let mut found = Vec::new();
    let mut offset = 12;
    while found.len() < MAX_CHUNKS {
        let Some(header) = read_at(file, offset, 8, 8) else { break };
        let length = u64::from(le32(&header, 4).unwrap_or_default());
        found.push(([header[0], header[1], header[2], header[3]], offset + 8, length));
        offset += 8 + length + length % 2;
    }
    found
}

/// Finds the marks; in WebP, which is RIFF too, the packet stands in the chunk `XMP `.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    for (id, offset, length) in chunks(file) {
        match &id {
            b"AIGC" => {
                let body = read_at(file, offset, length, aigc::MAX).unwrap_or_default();
                marks.aigc.add(String::from_utf8_lossy(&body).trim_end_matches('\0'));
            }
            b"_PMX" | b"XMP " => {
                let body = read_at(file, offset, length, xmp::MAX).unwrap_or_default();
                marks.add_xmp(&String::from_utf8_lossy(&body));
            }
            _ => {}
        }
    }
    marks
}

/// The first `seconds` of a file of 16-bit, 24-bit or float PCM: its first two channels, or its only
/// one twice.
pub(crate) fn decode_start(file: &mut (impl Read + Seek), seconds: f64) -> Option<Stereo> {
    let chunks = chunks(file);
    let (_, offset, length) = *chunks.iter().find(|c| &c.0 == b"fmt ")?;
    let format = read_at(file, offset, length, 4096)?;
    let short = |at: usize| Some(u16::from_le_bytes([*format.get(at)?, *format.get(at + 1)?]));
    let (mut tag, channels, rate, bits) = (short(0)?, short(2)?, le32(&format, 4)?, short(14)?);
    if tag == EXTENSIBLE {
        tag = short(24)?;
    }
    if !(1..=64).contains(&channels) || !(4_000..=384_000).contains(&rate) {
        return None;
    }
    if !matches!((tag, bits), (PCM, 16 | 24) | (FLOAT, 32)) {
        return None;
    }
    let (_, offset, length) = *chunks.iter().find(|c| &c.0 == b"data")?;
    let frame = u64::from(channels) * u64::from(bits / 8);
    // A stream's length is given as the largest number.
    let there = file.seek(SeekFrom::End(0)).ok()?.saturating_sub(offset);
    let want = ((f64::from(rate) * seconds) as u64 * frame).min(length).min(there);
    let bytes = read_at(file, offset, want, 256 << 20)?;
    let bytes_a_sample = usize::from(bits / 8).max(1);
    let sample = |b: &[u8]| match (tag, bits) {
        (PCM, 16) => Some(f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0),
        (PCM, 24) => Some((i32::from_le_bytes([0, b[0], b[1], b[2]]) >> 8) as f32 / 8_388_608.0),
        (FLOAT, 32) => Some(f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
        _ => None,
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for frame in bytes.chunks_exact(frame as usize) {
        let first = sample(&frame[..bytes_a_sample])?;
        left.push(first);
        right.push(match channels {
            1 => first,
            _ => sample(&frame[bytes_a_sample..2 * bytes_a_sample])?,
        });
    }
    Some(Stereo { rate, left, right })
}
