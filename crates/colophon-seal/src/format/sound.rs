//! Compressed sound: the program ffmpeg encodes it and writes the marks that its formats have a place
//! for. MP3: an ID3 frame `TXXX:AIGC`, the XMP packet in a `PRIV` frame. FLAC and Opus: Vorbis
//! comments `AIGC` and `DIGITALSOURCETYPE`. MPEG-4: as [`super::mp4`] has it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Write};
use std::path::Path;

use colophon_ffmpeg::{Arguments, Ffmpeg, FfmpegError, Pipes};
use colophon_types::{Cancel, SoundFormat, Stereo};
use tempfile::NamedTempFile;

use super::mp4;
use crate::mark::xmp;

/// Samples sent to ffmpeg at once.
const BLOCK: usize = 16_384;
/// How long the start of a file may take to decode.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
/// Rates that Opus knows, in hertz.
const OPUS_RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];

/// The marks of a file.
#[derive(Clone, Copy)]
pub(crate) struct Tags<'a> {
    /// The AIGC field: JSON.
    pub(crate) aigc: &'a str,
    /// The IPTC source type.
    pub(crate) source_type: &'a str,
}

/// Encodes channels of the same length.
///
/// # Errors
/// What ffmpeg said; cancelled.
pub(crate) fn encode(
    ffmpeg: &Path,
    format: SoundFormat,
    rate: u32,
    channels: &[&[f32]],
    tags: Tags<'_>,
    cancel: &Cancel,
) -> Result<Vec<u8>, FfmpegError> {
    let out = tempfile::Builder::new().prefix(".colophon-").suffix(".part").tempfile()?;
    let mut args = input(rate, channels.len());
    args.extend(coding(format, rate, channels.len()));
    args.extend(marks(format, tags));
    args.extend(container(format, false));
    args.push(out.path().display().to_string());
    let pipes = Pipes { input: true, output: false };
    let mut process = Ffmpeg::start(ffmpeg, &args, "encoding sound", pipes, cancel, &Cancel::new())?;
    // A pipe that breaks means that ffmpeg has ended; it says itself why.
    if let Some(pipe) = process.take_input() {
        let _ = send(pipe, channels);
    }
    process.wait(cancel)?;
    finished(format, File::open(out.path())?, tags)
}

/// Copies an encoded recording and adds its marks; nothing is encoded again.
///
/// # Errors
/// What ffmpeg said; cancelled; a file that cannot be read or written.
pub(crate) fn tagged(
    ffmpeg: &Path,
    format: SoundFormat,
    path: &Path,
    tags: Tags<'_>,
    target: &mut NamedTempFile,
    cancel: &Cancel,
) -> Result<(), FfmpegError> {
    if format == SoundFormat::Aac {
        let packet = xmp::source_type_packet(tags.source_type);
        let mut source = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut out = BufWriter::with_capacity(1 << 20, target.as_file_mut());
        mp4::write(&mut source, &mut out, tags.aigc, &packet).map_err(failed)?;
        return Ok(out.flush()?);
    }
    let told = [marks(format, tags), container(format, false)].concat();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let copy = Arguments::default().reading(path, None).with(&["-map", "0", "-c", "copy"]);
    let args = copy.with(&told).writing(target.path());
    Ffmpeg::start(ffmpeg, &args, "marking sound", Pipes::default(), cancel, &Cancel::new())?.wait(cancel)
}

/// The first `seconds` of a file's sound, mixed to two channels; `None` when it cannot be decoded.
/// `demuxer` is ffmpeg's name for what reads it.
pub(crate) fn decode_start(ffmpeg: &Path, path: &Path, demuxer: &str, seconds: f64) -> Option<Stereo> {
    const RATE: u32 = 48_000;
    let args = Arguments::default()
        .reading(path, Some(demuxer))
        .with(&["-t", &seconds.to_string(), "-vn", "-sn", "-dn", "-ac", "2"])
        .with(&["-ar", &RATE.to_string(), "-f", "f32le", "pipe:1"]);
    let most = (f64::from(RATE) * (seconds + 1.0)) as u64 * 8;
    let bytes = colophon_ffmpeg::output(ffmpeg, &args, most, TIME_LIMIT)?;
    let sample = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let (left, right) = bytes.chunks_exact(8).map(|b| (sample(&b[..4]), sample(&b[4..]))).unzip();
    Some(Stereo { rate: RATE, left, right }).filter(|sound| !sound.is_empty())
}

/// 16-bit samples, interleaved, little endian.
pub(crate) fn interleaved(channels: &[&[f32]]) -> Vec<u8> {
    let frames = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut data = Vec::with_capacity(frames * channels.len() * 2);
    for frame in 0..frames {
        for channel in channels {
            let sample = (channel[frame].clamp(-1.0, 1.0) * 32767.0).round() as i16;
            data.extend_from_slice(&sample.to_le_bytes());
        }
    }
    data
}

/// What ffmpeg is told of the samples that we send it.
pub(crate) fn input(rate: u32, channels: usize) -> Vec<String> {
    strings(&["-f", "s16le", "-ar", &rate.to_string(), "-ac", &channels.to_string(), "-i", "pipe:0"])
}

/// What ffmpeg is told of the coding.
pub(crate) fn coding(format: SoundFormat, rate: u32, channels: usize) -> Vec<String> {
    let mono = channels == 1;
    let pick = |one: &'static str, two: &'static str| if mono { one } else { two };
    let mut args = match format {
        SoundFormat::Mp3 => strings(&["-c:a", "libmp3lame", "-b:a", pick("96k", "192k")]),
        SoundFormat::Opus => strings(&["-c:a", "libopus", "-b:a", pick("48k", "128k")]),
        SoundFormat::Aac => strings(&["-c:a", "aac", "-b:a", pick("80k", "192k")]),
        SoundFormat::Flac => strings(&["-c:a", "flac", "-sample_fmt", "s16"]),
        SoundFormat::Wav | SoundFormat::Pcm => strings(&["-c:a", "pcm_s16le"]),
    };
    if format == SoundFormat::Opus {
        let nearest = OPUS_RATES.into_iter().find(|r| *r >= rate).unwrap_or(48_000);
        args.extend(strings(&["-ar", &nearest.to_string()]));
    }
    args.extend(strings(&["-threads", "1", "-flags:a", "+bitexact"]));
    args
}

/// What ffmpeg is told of the marks.
pub(crate) fn marks(format: SoundFormat, tags: Tags<'_>) -> Vec<String> {
    let mut args = vec!["-metadata".to_owned(), format!("AIGC={}", tags.aigc)];
    match format {
        SoundFormat::Mp3 => {
            let packet = xmp::source_type_packet(tags.source_type);
            // ffmpeg takes the bytes of a private frame with everything unusual as \xHH.
            let escaped: String = packet
                .bytes()
                .map(|b| match b {
                    b'\\' | 0x7f.. | ..0x20 => format!("\\x{b:02x}"),
                    _ => char::from(b).to_string(),
                })
                .collect();
            args.extend(["-metadata".to_owned(), format!("id3v2_priv.XMP={escaped}")]);
        }
        SoundFormat::Flac | SoundFormat::Opus => {
            args.extend(["-metadata".to_owned(), format!("DIGITALSOURCETYPE={}", tags.source_type)]);
        }
        // These get their marks elsewhere.
        SoundFormat::Aac | SoundFormat::Wav | SoundFormat::Pcm => args.clear(),
    }
    args
}

/// What ffmpeg is told of the container; `streamed` when its output is a pipe.
pub(crate) fn container(format: SoundFormat, streamed: bool) -> Vec<String> {
    let mut args = strings(&["-fflags", "+bitexact"]);
    args.extend(match (format, streamed) {
        (SoundFormat::Mp3, false) => strings(&["-id3v2_version", "4", "-f", "mp3"]),
        (SoundFormat::Mp3, true) => strings(&["-id3v2_version", "4", "-write_xing", "0", "-f", "mp3"]),
        (SoundFormat::Opus, false) => strings(&["-f", "ogg"]),
        (SoundFormat::Opus, true) => strings(&["-page_duration", "100000", "-f", "ogg"]),
        (SoundFormat::Flac, _) => strings(&["-f", "flac"]),
        (SoundFormat::Aac, false) => strings(&["-movflags", "+faststart", "-f", "ipod"]),
        (SoundFormat::Aac, true) => strings(&["-f", "adts"]),
        (SoundFormat::Wav, _) => strings(&["-f", "wav"]),
        (SoundFormat::Pcm, _) => strings(&["-f", "s16le"]),
    });
    args
}

/// The bytes of an encoded file with the marks that ffmpeg did not write.
fn finished(format: SoundFormat, mut file: File, tags: Tags<'_>) -> Result<Vec<u8>, FfmpegError> {
    let mut bytes = Vec::new();
    if format == SoundFormat::Aac {
        let packet = xmp::source_type_packet(tags.source_type);
        mp4::write(&mut file, &mut Cursor::new(&mut bytes), tags.aigc, &packet).map_err(failed)?;
    } else {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn failed(last: String) -> FfmpegError {
    FfmpegError::Failed { doing: "marking sound", last }
}

/// Sends samples.
fn send(pipe: impl Write, channels: &[&[f32]]) -> std::io::Result<()> {
    let mut pipe = BufWriter::with_capacity(BLOCK * 4, pipe);
    let frames = channels.iter().map(|c| c.len()).min().unwrap_or(0);
    for from in (0..frames).step_by(BLOCK) {
        let part: Vec<&[f32]> = channels.iter().map(|c| &c[from..(from + BLOCK).min(frames)]).collect();
        pipe.write_all(&interleaved(&part))?;
    }
    pipe.flush()
}

fn strings(args: &[&str]) -> Vec<String> {
    args.iter().map(|s| (*s).to_owned()).collect()
}
