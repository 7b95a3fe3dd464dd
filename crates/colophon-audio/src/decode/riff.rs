//! WAV files of plain samples: RIFF, and RF64 and BW64 for those over 4 GB (EBU Tech 3306).

use std::io::{BufReader, Read};

use crate::AudioError;

use super::wanted::unusable;

/// Largest chunk before the samples that is passed over.
const LARGEST_CHUNK: u64 = 64 << 20;
/// Most channels.
const CHANNELS: u16 = 64;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// A length that is not known when the head is written.
const UNKNOWN: u64 = u32::MAX as u64;
/// Half the power.
const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Samples that are being read.
pub(super) struct Riff<R> {
    reader: BufReader<R>,
    pub(super) rate: u32,
    sample: Sample,
    /// How loud each channel of the file is on the left and on the right.
    mix: Vec<[f32; 2]>,
    /// Bytes of samples; `None` when not known.
    length: Option<u64>,
    left: u64,
}

/// A file of plain samples or of something else.
pub(super) enum Opened<R> {
    Plain(Riff<R>),
    Coded,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sample {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}

impl Sample {
    fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    fn read(self, b: &[u8]) -> f32 {
        match (self, b) {
            (Self::Unsigned8, [a, ..]) => (f32::from(*a) - 128.0) / 128.0,
            (Self::Signed16, [a, b, ..]) => f32::from(i16::from_le_bytes([*a, *b])) / 32_768.0,
            (Self::Signed24, [a, b, c, ..]) => i32::from_le_bytes([0, *a, *b, *c]) as f32 / 2_147_483_648.0,
            (Self::Signed32, [a, b, c, d, ..]) => {
                i32::from_le_bytes([*a, *b, *c, *d]) as f32 / 2_147_483_648.0
            }
            (Self::Float32, [a, b, c, d, ..]) => f32::from_le_bytes([*a, *b, *c, *d]),
            (Self::Float64, b) => b.try_into().map_or(0.0, |b| f64::from_le_bytes(b) as f32),
            _ => 0.0,
        }
    }
}

/// What a `fmt ` chunk says.
struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    block: u16,
    bits: u16,
}

fn cut(_: std::io::Error) -> AudioError {
    unusable("the WAV file ends before its samples begin")
}

impl<R: Read> Riff<R> {
    /// Reads the head, up to the samples.
    pub(super) fn open(mut reader: BufReader<R>) -> Result<Opened<R>, AudioError> {
        let mut head = [0; 12];
        reader.read_exact(&mut head).map_err(cut)?;
        if ![&b"RIFF"[..], b"RF64", b"BW64"].contains(&&head[..4]) || &head[8..] != b"WAVE" {
            return Err(unusable("it is no WAV file"));
        }
        let (mut format, mut large) = (None, None);
        loop {
            let mut head = [0; 8];
            reader.read_exact(&mut head).map_err(cut)?;
            let length = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
            if &head[..4] == b"data" {
                let length = match (length, large) {
                    (UNKNOWN, Some(large)) => Some(large),
                    (UNKNOWN | 0, _) => None,
                    (length, _) => Some(length),
                };
                let format =
                    format.ok_or_else(|| unusable("the WAV file does not say what its samples are"))?;
                return Self::begin(reader, &format, length);
            }
            if length > LARGEST_CHUNK {
                return Err(unusable("the head of the WAV file is too long"));
            }
            let mut chunk = Vec::new();
            Read::by_ref(&mut reader).take(length + length % 2).read_to_end(&mut chunk).map_err(cut)?;
            match &head[..4] {
                b"fmt " => format = Some(parse(&chunk)?),
                b"ds64" => {
                    let bytes = chunk.get(8..16).and_then(|b| b.try_into().ok());
                    large = bytes.map(u64::from_le_bytes);
                }
                _ => {}
            }
        }
    }

    /// Samples without a head: 16 bits, one channel.
    pub(super) fn plain(reader: BufReader<R>, rate: u32) -> Self {
        Self { reader, rate, sample: Sample::Signed16, mix: layout(1), length: None, left: u64::MAX }
    }

    fn begin(reader: BufReader<R>, format: &Format, length: Option<u64>) -> Result<Opened<R>, AudioError> {
        let sample = match (format.tag, format.bits) {
            (PCM, 8) => Sample::Unsigned8,
            (PCM, 16) => Sample::Signed16,
            (PCM, 24) => Sample::Signed24,
            (PCM, 32) => Sample::Signed32,
            (FLOAT, 32) => Sample::Float32,
            (FLOAT, 64) => Sample::Float64,
            _ => return Ok(Opened::Coded),
        };
        if format.channels == 0 || format.channels > CHANNELS {
            return Err(unusable(format!("a WAV file of {} channels cannot be read", format.channels)));
        }
        if usize::from(format.block) != sample.bytes() * usize::from(format.channels) {
            return Err(unusable("the head of the WAV file contradicts itself"));
        }
        let mix = layout(usize::from(format.channels));
        let left = length.unwrap_or(u64::MAX);
        Ok(Opened::Plain(Self { reader, rate: format.rate, sample, mix, length, left }))
    }

    /// Length in seconds, where the head says.
    pub(super) fn seconds(&self) -> Option<f64> {
        let frames = self.length? / (self.sample.bytes() * self.mix.len()) as u64;
        Some(frames as f64 / f64::from(self.rate.max(1)))
    }

    /// At most a tenth of a second, mixed to one or two channels; `None` at the end.
    pub(super) fn read(&mut self, channels: usize) -> Result<Option<Vec<f32>>, AudioError> {
        let frame = self.sample.bytes() * self.mix.len();
        let most = (self.rate as usize / 10).max(1) * frame;
        let most = self.left.min(most as u64) as usize / frame * frame;
        let mut bytes = vec![0; most];
        let got = fill(&mut self.reader, &mut bytes)?;
        self.left -= got as u64;
        let mut out = Vec::with_capacity(got / frame * channels);
        for frame in bytes[..got].chunks_exact(frame) {
            let (mut left, mut right) = (0.0, 0.0);
            for (bytes, gain) in frame.chunks_exact(self.sample.bytes()).zip(&self.mix) {
                let x = self.sample.read(bytes);
                let x = if x.is_finite() { x } else { 0.0 };
                left += x * gain[0];
                right += x * gain[1];
            }
            if channels == 1 {
                out.push(0.5 * (left + right));
            } else {
                out.extend([left, right]);
            }
        }
        Ok((!out.is_empty()).then_some(out))
    }
}

/// Reads until the buffer is full or nothing more comes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize, AudioError> {
    let mut got = 0;
    while got < buffer.len() {
        match reader.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unusable(format!("it cannot be read: {e}"))),
        }
    }
    Ok(got)
}

fn parse(chunk: &[u8]) -> Result<Format, AudioError> {
    let u16_at = |at: usize| chunk.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let rate = chunk.get(4..8).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let read = || Some((u16_at(0)?, u16_at(2)?, rate?, u16_at(12)?, u16_at(14)?));
    let (tag, channels, rate, block, bits) =
        read().ok_or_else(|| unusable("the WAV file does not say what its samples are"))?;
    // The true tag is the beginning of the extension's identifier.
    let tag = if tag == EXTENSIBLE { u16_at(24).unwrap_or(0) } else { tag };
    Ok(Format { tag, channels, rate, block, bits })
}

/// How loud each channel is on the left and on the right, by the usual order of loudspeakers: front
/// left and right, centre, low frequencies (left out), back or side pairs. Adds up to one.
fn layout(channels: usize) -> Vec<[f32; 2]> {
    let (left, right, centre, none) = ([1.0, 0.0], [0.0, 1.0], [HALF, HALF], [0.0, 0.0]);
    let (back_left, back_right) = ([HALF, 0.0], [0.0, HALF]);
    let mut mix = match channels {
        1 => return vec![[1.0, 1.0]],
        2 => return vec![left, right],
        3 => vec![left, right, centre],
        4 => vec![left, right, back_left, back_right],
        5 => vec![left, right, centre, back_left, back_right],
        6 => vec![left, right, centre, none, back_left, back_right],
        7 => vec![left, right, centre, none, centre, back_left, back_right],
        8 => vec![left, right, centre, none, back_left, back_right, back_left, back_right],
        n => vec![[1.0, 1.0]; n],
    };
    let total: f32 = mix.iter().map(|gain| gain[0]).sum();
    mix.iter_mut().flatten().for_each(|gain| *gain /= total);
    mix
}
