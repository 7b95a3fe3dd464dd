//! Sound files of any kind, as a stream of samples: WAV by ourselves, everything else (MP3, FLAC, Ogg
//! with Vorbis or Opus, M4A and AAC, AIFF, the sound of MP4 and WebM) through the program ffmpeg.
//!
//! Blocks of at most a second come one at a time, so that a day of sound takes no more memory than a
//! minute. Files come from anywhere: what a file is, is told by its first bytes and not by its name;
//! ffmpeg gets that one demuxer, that one file, no network, and an end when it says nothing for long.
//! Samples that are no numbers become silence. Threading contract: one reader, one thread; ffmpeg
//! is read by two threads of its own.

mod ffmpeg;
mod rate;
mod riff;
mod sniff;
mod wanted;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use colophon_types::{Cancel, Pcm, Stereo};

pub use sniff::{Container, sniff};
use wanted::unusable;
pub use wanted::{LONGEST, Wanted};

use crate::AudioError;
use rate::Converter;

/// Highest and lowest sample rate that is read, in hertz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=1_536_000;
/// Largest sample that is kept: 12 dB above full scale.
const HIGHEST: f32 = 4.0;

/// A sound that is being read.
pub struct Decoder {
    from: From,
    converter: Converter,
    rate: u32,
    channels: usize,
    seconds: Option<f64>,
    /// Samples of one channel that were given.
    given: u64,
    ended: bool,
}

enum From {
    Riff(riff::Riff<Box<dyn Read + Send>>),
    Ffmpeg(ffmpeg::Ffmpeg),
}

/// What stands behind the ID3v2 tags at the start of a file: FLAC and AAC may have some, too. The file
/// stays where it was.
fn behind_tags(file: &mut File, head: &[u8]) -> Option<Container> {
    const MOST: usize = 4;
    let here = file.stream_position().ok()?;
    let mut head = head.to_vec();
    let mut at = 0;
    for _ in 0..MOST {
        if !head.starts_with(b"ID3") || head.len() < 10 {
            break;
        }
        at += 10 + head[6..10].iter().fold(0, |n, b| n << 7 | u64::from(b & 0x7f));
        head.clear();
        file.seek(SeekFrom::Start(at)).ok()?;
        Read::by_ref(file).take(sniff::HEAD as u64).read_to_end(&mut head).ok()?;
    }
    file.seek(SeekFrom::Start(here)).ok()?;
    if at == 0 { None } else { sniff(&head) }
}

impl Decoder {
    /// Opens a file.
    ///
    /// # Errors
    /// [`AudioError::Sound`] for a file that is not there, is empty, or is no sound that can be read;
    /// [`AudioError::Program`] when ffmpeg is needed and missing.
    pub fn open(path: &Path, wanted: &Wanted, cancel: &Cancel) -> Result<Self, AudioError> {
        let read = |e: std::io::Error| unusable(format!("{} cannot be read: {e}", path.display()));
        let mut file = File::open(path).map_err(read)?;
        if !file.metadata().map_err(read)?.is_file() {
            return Err(unusable(format!("{} is no file", path.display())));
        }
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(sniff::HEAD as u64).read_to_end(&mut head).map_err(read)?;
        if head.is_empty() {
            return Err(unusable("the file is empty"));
        }
        let Some(container) = behind_tags(&mut file, &head).or_else(|| sniff(&head)) else {
            return Err(unusable("it is no sound file of a known kind"));
        };
        if container == Container::Wav {
            let whole: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(head).chain(file));
            match riff::Riff::open(BufReader::new(whole))? {
                riff::Opened::Plain(riff) => return Self::of_riff(riff, wanted),
                // A WAV file with compressed sound in it.
                riff::Opened::Coded => {}
            }
        }
        let ffmpeg = ffmpeg::Ffmpeg::start(path, container, wanted, cancel)?;
        let rate = ffmpeg.rate();
        Ok(Self {
            seconds: ffmpeg.seconds(),
            from: From::Ffmpeg(ffmpeg),
            converter: Converter::none(),
            rate,
            channels: wanted.channels,
            given: 0,
            ended: false,
        })
    }

    /// Reads a WAV file of plain samples as it comes in, such as from a pipe.
    ///
    /// # Errors
    /// [`AudioError::Sound`] when it is none.
    pub fn stream(reader: impl Read + Send + 'static, wanted: &Wanted) -> Result<Self, AudioError> {
        let reader: Box<dyn Read + Send> = Box::new(reader);
        match riff::Riff::open(BufReader::new(reader))? {
            riff::Opened::Plain(riff) => Self::of_riff(riff, wanted),
            riff::Opened::Coded => Err(unusable("only WAV files of plain samples can be read as they come")),
        }
    }

    /// Reads plain samples without a header: 16-bit little-endian, of `rate` hertz and one channel.
    ///
    /// # Errors
    /// [`AudioError::Sound`] for a rate that cannot be worked with.
    pub fn plain(reader: impl Read + Send + 'static, rate: u32, wanted: &Wanted) -> Result<Self, AudioError> {
        let reader: Box<dyn Read + Send> = Box::new(reader);
        Self::of_riff(riff::Riff::plain(BufReader::new(reader), rate), wanted)
    }

    fn of_riff(riff: riff::Riff<Box<dyn Read + Send>>, wanted: &Wanted) -> Result<Self, AudioError> {
        if !RATES.contains(&riff.rate) {
            return Err(unusable(format!("{} samples a second cannot be worked with", riff.rate)));
        }
        let rate = wanted.rate.unwrap_or(riff.rate);
        let seconds = riff.seconds();
        if seconds.is_some_and(|s| s > LONGEST) {
            return Err(unusable("it is longer than three days"));
        }
        let converter = Converter::new(riff.rate, rate, wanted.channels)?;
        Ok(Self {
            from: From::Riff(riff),
            converter,
            rate,
            channels: wanted.channels,
            seconds,
            given: 0,
            ended: false,
        })
    }

    /// Samples a second of what it gives.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Length in seconds, as far as the file says.
    pub fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// The next samples, channel by channel in turn; `None` after the last.
    ///
    /// # Errors
    /// [`AudioError::Sound`] for a file without a sample that can be read, or one that goes on for
    /// longer than three days; when `cancel` is set.
    pub fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<f32>>, AudioError> {
        while !self.ended {
            cancel.check()?;
            let block = match &mut self.from {
                From::Riff(riff) => match riff.read(self.channels)? {
                    Some(block) => self.converter.convert(block)?,
                    None => {
                        self.ended = true;
                        self.converter.finish()?
                    }
                },
                From::Ffmpeg(ffmpeg) => match ffmpeg.read(cancel)? {
                    Some(block) => block,
                    None => {
                        self.ended = true;
                        Vec::new()
                    }
                },
            };
            if block.is_empty() {
                continue;
            }
            self.given += (block.len() / self.channels) as u64;
            if self.given as f64 > LONGEST * f64::from(self.rate) {
                return Err(unusable("it is longer than three days"));
            }
            return Ok(Some(clean(block)));
        }
        if self.given == 0 {
            return Err(unusable("there is no sound in it"));
        }
        Ok(None)
    }

    /// All of it, of at most `longest` seconds.
    fn all(mut self, longest: f64, cancel: &Cancel) -> Result<(u32, Vec<f32>), AudioError> {
        let most = (longest * f64::from(self.rate)) as usize * self.channels;
        let mut samples = Vec::new();
        while let Some(block) = self.next(cancel)? {
            samples.extend(block);
            if samples.len() > most {
                return Err(unusable(format!("it is longer than {longest} seconds")));
            }
        }
        Ok((self.rate, samples))
    }
}

/// What is no number becomes silence, what is far too loud is cut.
fn clean(mut samples: Vec<f32>) -> Vec<f32> {
    for x in &mut samples {
        *x = if x.is_finite() { x.clamp(-HIGHEST, HIGHEST) } else { 0.0 };
    }
    samples
}

/// Reads a whole file into one channel; at most `longest` seconds of it.
///
/// # Errors
/// As [`Decoder::open`] and [`Decoder::next`], and for a file that is longer.
pub fn read_mono(path: &Path, wanted: &Wanted, longest: f64, cancel: &Cancel) -> Result<Pcm, AudioError> {
    let wanted = Wanted { channels: 1, ..wanted.clone() };
    let (rate, samples) = Decoder::open(path, &wanted, cancel)?.all(longest, cancel)?;
    Ok(Pcm { rate, samples })
}

/// Reads a whole file into two channels; at most `longest` seconds of it.
///
/// # Errors
/// As [`read_mono`].
pub fn read_stereo(
    path: &Path,
    wanted: &Wanted,
    longest: f64,
    cancel: &Cancel,
) -> Result<Stereo, AudioError> {
    let (rate, samples) = Decoder::open(path, &wanted.clone().stereo(), cancel)?.all(longest, cancel)?;
    let channel = |c: usize| samples.iter().skip(c).step_by(2).copied().collect();
    Ok(Stereo { rate, left: channel(0), right: channel(1) })
}
