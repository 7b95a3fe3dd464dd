//! What ffmpeg is told: how to encode the pictures, and how to put pictures, sound, captions, cover
//! and title into one MP4.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use colophon_ffmpeg::{Ffmpeg, Pipes};
use colophon_types::captions::to_vtt;
use colophon_types::{Cancel, Caption, Lang, Pcm, Raster, Stereo};

use crate::error::VideoError;
use crate::film_config::FilmConfig;
use crate::yuv::frame_bytes;

/// Rate of the film's sound.
const RATE: u32 = 48_000;
/// Quality of the pictures (x264's constant rate factor) and speed. Measured on drawn scenes, one
/// thread: `veryfast` at 21 takes 7.6 ms a frame for SSIM .9923; `superfast` with macroblock-tree rate
/// control at 20 takes 4.7 ms for .9932 and a third more bytes.
const CRF: &str = "20";
const PRESET: &str = "superfast";
const X264: &str = "mbtree=1:rc-lookahead=20:weightp=1";

/// The sound of a film: in one channel, which is played in the middle, or in two.
#[derive(Clone, Copy, Debug)]
pub enum FilmSound<'a> {
    /// One channel.
    Mono(&'a Pcm),
    /// Two channels.
    Stereo(&'a Stereo),
}

impl<'a> From<&'a Pcm> for FilmSound<'a> {
    fn from(sound: &'a Pcm) -> Self {
        Self::Mono(sound)
    }
}

impl<'a> From<&'a Stereo> for FilmSound<'a> {
    fn from(sound: &'a Stereo) -> Self {
        Self::Stereo(sound)
    }
}

impl FilmSound<'_> {
    /// Samples a second, and the samples of each channel.
    pub(crate) fn channels(self) -> (u32, Vec<Vec<f32>>) {
        match self {
            Self::Mono(sound) => (sound.rate, vec![sound.samples.clone()]),
            Self::Stereo(sound) => (sound.rate, vec![sound.left.clone(), sound.right.clone()]),
        }
    }
}

/// The sound as it is sent.
pub(crate) struct Track {
    pub(crate) rate: u32,
    pub(crate) channels: Vec<Vec<f32>>,
}

/// All that is added to the pictures.
pub(crate) struct Extras<'a> {
    pub(crate) reel: &'a Path,
    pub(crate) seconds: f64,
    pub(crate) sound: &'a Track,
    pub(crate) captions: &'a [Caption],
    pub(crate) title: &'a str,
    pub(crate) cover: Option<&'a Raster>,
}

fn strings(args: &[&str]) -> Vec<String> {
    args.iter().map(|s| (*s).to_string()).collect()
}

/// Arguments that encode raw frames from standard input into `reel`.
pub(crate) fn encode_args(config: &FilmConfig, reel: &Path) -> Vec<String> {
    let size = format!("{}x{}", config.width, config.height);
    let fps = config.fps.to_string();
    let threads = config.encode_threads.clamp(1, 64).to_string();
    let gop = (config.fps * 4).to_string();
    let mut args =
        strings(&["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", &size, "-framerate", &fps]);
    let frame = frame_bytes(config.width, config.height).to_string();
    args.extend(strings(&["-color_range", "tv", "-blocksize", &frame, "-i", "pipe:0", "-an"]));
    args.extend(strings(&["-c:v", "libx264", "-preset", PRESET, "-crf", CRF, "-profile:v", "high"]));
    args.extend(strings(&["-tune", "animation", "-x264-params", X264, "-g", &gop, "-threads", &threads]));
    args.extend(strings(&["-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709"]));
    args.extend(strings(&["-color_primaries", "bt709", "-color_trc", "bt709"]));
    args.extend(strings(&["-chroma_sample_location", "center"]));
    args.extend(strings(&["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]));
    args.extend(strings(&["-f", "mp4"]));
    args.push(reel.display().to_string());
    args
}

/// Adds sound, captions, cover and title; gives the finished file inside `dir`.
pub(crate) fn mux(
    config: &FilmConfig,
    dir: &Path,
    extras: &Extras<'_>,
    cancel: &Cancel,
) -> Result<PathBuf, VideoError> {
    let made = dir.join("film.mp4");
    let language = match config.lang {
        Lang::En => "eng",
        Lang::Zh => "zho",
    };
    let rate = if extras.sound.rate == 0 { RATE } else { extras.sound.rate };
    let (rate_in, rate_out) = (rate.to_string(), RATE.to_string());
    let mut args = strings(&["-i"]);
    args.push(extras.reel.display().to_string());
    let channels = extras.sound.channels.len().to_string();
    args.extend(strings(&["-f", "f32le", "-ar", &rate_in, "-ac", &channels, "-i", "pipe:0"]));
    let mut inputs = 2;
    let mut maps = strings(&["-map", "0:v:0", "-map", "1:a:0"]);
    let mut codecs =
        strings(&["-c:v:0", "copy", "-c:a", "aac", "-b:a", "160k", "-ar", &rate_out, "-ac", "2"]);
    let mut tags = vec![format!("-metadata:s:a:0"), format!("language={language}")];
    let shown = extras.captions.iter().any(|c| !c.text.trim().is_empty());
    if shown {
        let file = dir.join("captions.vtt");
        std::fs::write(&file, to_vtt(extras.captions))
            .map_err(|e| VideoError::io("write the captions", e))?;
        args.extend(strings(&["-f", "webvtt", "-i"]));
        args.push(file.display().to_string());
        maps.extend(strings(&["-map", &format!("{inputs}:s:0")]));
        codecs.extend(strings(&["-c:s", "mov_text", "-disposition:s:0", "0"]));
        tags.extend(["-metadata:s:s:0".into(), format!("language={language}")]);
        inputs += 1;
    }
    if let Some(cover) = extras.cover {
        let file = dir.join("cover.png");
        std::fs::write(&file, png(cover)?).map_err(|e| VideoError::io("write the cover", e))?;
        args.extend(strings(&["-f", "png_pipe", "-i"]));
        args.push(file.display().to_string());
        maps.extend(strings(&["-map", &format!("{inputs}:v:0")]));
        codecs.extend(strings(&["-c:v:1", "copy", "-disposition:v:1", "attached_pic"]));
    }
    args.extend(maps);
    args.extend(codecs);
    args.extend(strings(&["-map_metadata", "-1", "-metadata", &format!("title={}", extras.title)]));
    args.extend(tags);
    args.extend(strings(&["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]));
    args.extend(strings(&["-threads", "1", "-movflags", "+faststart", "-f", "mp4"]));
    args.push(made.display().to_string());

    let pipes = Pipes { input: true, output: false };
    let mut ffmpeg = Ffmpeg::start(&config.ffmpeg, &args, "muxing", pipes, cancel, &Cancel::new())?;
    let wanted = (extras.seconds * f64::from(rate)).round().max(1.0) as usize;
    let sent = match ffmpeg.take_input() {
        Some(mut pipe) => send(&mut pipe, &extras.sound.channels, wanted, cancel),
        None => Ok(()),
    };
    ffmpeg.wait(cancel)?;
    sent?;
    if shown {
        switch_off_captions(&made).map_err(|e| VideoError::io("write the film", e))?;
    }
    Ok(made)
}

/// The captions stand in the picture already, so their track must not be shown unasked. ffmpeg always
/// enables the first track of a kind; this clears the flag (ISO/IEC 14496-12, 8.3.2) in place.
fn switch_off_captions(file: &Path) -> std::io::Result<()> {
    let mut film = std::fs::File::options().read(true).write(true).open(file)?;
    // With `faststart` the index comes first: `ftyp`, then `moov`.
    let mut at = 0u64;
    let mut head = [0u8; 8];
    for _ in 0..4 {
        film.seek(SeekFrom::Start(at))?;
        film.read_exact(&mut head)?;
        let size = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        if &head[4..] == b"moov" && size <= 64 << 20 {
            let mut moov = vec![0; size as usize];
            film.seek(SeekFrom::Start(at))?;
            film.read_exact(&mut moov)?;
            for flags in caption_flags(&moov) {
                film.seek(SeekFrom::Start(at + flags as u64))?;
                film.write_all(&[moov[flags] & !1])?;
            }
            return film.flush();
        }
        at += size.max(8);
    }
    Ok(())
}

/// Boxes inside `range` of `bytes`: their kind and the range of their content.
fn boxes(bytes: &[u8], range: Range<usize>) -> Vec<([u8; 4], Range<usize>)> {
    let mut out = Vec::new();
    let mut at = range.start;
    while let Some(&[a, b, c, d, k0, k1, k2, k3]) = bytes.get(at..at + 8) {
        let end = at.saturating_add(u32::from_be_bytes([a, b, c, d]) as usize);
        if end < at + 8 || end > range.end || end > bytes.len() {
            break;
        }
        out.push(([k0, k1, k2, k3], at + 8..end));
        at = end;
    }
    out
}

/// Where the lowest byte of the flags of each caption track lies in a `moov` box.
fn caption_flags(moov: &[u8]) -> Vec<usize> {
    let find = |range: Range<usize>, kind: &[u8; 4]| {
        boxes(moov, range).into_iter().find(|(k, _)| k == kind).map(|(_, inside)| inside)
    };
    let flags = |track: Range<usize>| {
        let handler = find(find(track.clone(), b"mdia")?, b"hdlr")?;
        let kind = moov.get(handler.start + 8..handler.start + 12)?;
        let header = find(track, b"tkhd")?;
        (kind == b"sbtl" || kind == b"text").then_some(header.start + 3)
    };
    let tracks = boxes(moov, 8..moov.len()).into_iter().filter(|(kind, _)| kind == b"trak");
    tracks.filter_map(|(_, track)| flags(track)).filter(|at| *at < moov.len()).collect()
}

/// Sends exactly `wanted` samples of each channel: cut, or filled with silence.
fn send(
    pipe: &mut impl Write,
    channels: &[Vec<f32>],
    wanted: usize,
    cancel: &Cancel,
) -> Result<(), VideoError> {
    const BLOCK: usize = 16_384;
    let mut bytes = Vec::with_capacity(BLOCK * 4 * channels.len());
    let mut done = 0;
    while done < wanted {
        cancel.check()?;
        let n = BLOCK.min(wanted - done);
        bytes.clear();
        for i in done..done + n {
            for samples in channels {
                let v = samples.get(i).copied().unwrap_or(0.0);
                let v = if v.is_finite() { v.clamp(-1.0, 1.0) } else { 0.0 };
                bytes.extend_from_slice(&v.to_le_bytes());
            }
        }
        pipe.write_all(&bytes).map_err(|e| VideoError::io("send sound to ffmpeg", e))?;
        done += n;
    }
    Ok(())
}

/// A picture as PNG: RGB, as a cover is opaque.
fn png(image: &Raster) -> Result<Vec<u8>, VideoError> {
    let fail = |e: png::EncodingError| VideoError::Png(e.to_string());
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, image.width, image.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let rgb: Vec<u8> = image.rgba.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut writer = encoder.write_header().map_err(fail)?;
    writer.write_image_data(&rgb).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(out)
}
