//! Sound out of ffmpeg: 32-bit floats through a pipe, block by block.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use colophon_ffmpeg::Arguments;
use colophon_types::Cancel;

use super::sniff::Container;
use super::wanted::{LONGEST, Wanted, unusable};
use crate::AudioError;

/// Samples a second where the file's own rate is wanted and not known.
const USUAL_RATE: u32 = 48_000;
/// Samples of a block.
const BLOCK: usize = 16_384;
/// Blocks that may wait.
const WAITING: usize = 8;
/// How long it may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to say what the file is.
const HEAD: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(50);
/// Lines of its messages that are kept, and how long one may be.
const LINES: usize = 64;
const LONGEST_LINE: u64 = 1024;

/// A running ffmpeg. Ends with this value.
pub(super) struct Ffmpeg {
    child: Child,
    blocks: Receiver<Vec<f32>>,
    said: Arc<Mutex<Said>>,
    rate: u32,
    seconds: Option<f64>,
    heard: bool,
}

/// What it said about the file.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
    rate: Option<u32>,
    seconds: Option<f64>,
    ended: bool,
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ffmpeg {
    pub(super) fn start(
        path: &Path,
        container: Container,
        wanted: &Wanted,
        cancel: &Cancel,
    ) -> Result<Self, AudioError> {
        let rate = match wanted.rate {
            Some(rate) => rate,
            // Asks first: a rate must be known before the samples come.
            None => Self::run(path, container, wanted, USUAL_RATE, cancel)?.own_rate().unwrap_or(USUAL_RATE),
        };
        let running = Self::run(path, container, wanted, rate, cancel)?;
        if running.seconds.is_some_and(|s| s > LONGEST) {
            return Err(unusable("it is longer than three days"));
        }
        Ok(running)
    }

    fn run(
        path: &Path,
        container: Container,
        wanted: &Wanted,
        rate: u32,
        cancel: &Cancel,
    ) -> Result<Self, AudioError> {
        let args = Arguments::default()
            .reading(path, Some(container.demuxer()))
            .with(&["-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", &wanted.channels.to_string()])
            .with(&["-ar", &rate.to_string(), "-t", &(LONGEST + 1.0).to_string(), "-f", "f32le", "pipe:1"]);
        let mut command = Command::new(&wanted.ffmpeg);
        command
            .args(["-hide_banner", "-nostats", "-v", "info", "-nostdin", "-threads", "1"])
            .args(args.iter())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|e| AudioError::Program { path: wanted.ffmpeg.clone(), problem: e.to_string() })?;
        let said = Arc::new(Mutex::new(Said::default()));
        let (send, blocks) = sync_channel(WAITING);
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || read_samples(output, |block| send.send(block).is_ok()));
        }
        if let Some(errors) = child.stderr.take() {
            let said = Arc::clone(&said);
            std::thread::spawn(move || listen(errors, &said));
        }
        let mut running = Self { child, blocks, said, rate, seconds: None, heard: false };
        running.wait_for_head(cancel)?;
        Ok(running)
    }

    /// Waits until it has said what the file is, or that it is nothing.
    fn wait_for_head(&mut self, cancel: &Cancel) -> Result<(), AudioError> {
        let started = Instant::now();
        loop {
            cancel.check()?;
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.ended || said.rate.is_some() || started.elapsed() > HEAD {
                self.seconds = said.seconds;
                return Ok(());
            }
            drop(said);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn own_rate(&self) -> Option<u32> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).rate
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// The next samples; `None` after the last.
    pub(super) fn read(&mut self, cancel: &Cancel) -> Result<Option<Vec<f32>>, AudioError> {
        let started = Instant::now();
        loop {
            cancel.check()?;
            match self.blocks.recv_timeout(TICK) {
                Ok(block) => {
                    self.heard = true;
                    return Ok(Some(block));
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() < PATIENCE => {}
                Err(RecvTimeoutError::Timeout) => return Err(unusable("it takes too long to read")),
                Err(RecvTimeoutError::Disconnected) if self.heard => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(self.problem()),
            }
        }
    }

    /// Why there was nothing.
    fn problem(&mut self) -> AudioError {
        let _ = self.child.wait();
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(1) {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.ended {
                let silent = said.lines.iter().any(|line| line.contains("matches no streams"));
                let why = if silent { "there is no sound in it" } else { "it is damaged or no sound" };
                return unusable(why);
            }
            drop(said);
            std::thread::sleep(Duration::from_millis(5));
        }
        unusable("it is damaged or no sound")
    }
}

/// Reads samples until the pipe ends or nobody wants them.
fn read_samples(mut output: ChildStdout, mut give: impl FnMut(Vec<f32>) -> bool) {
    let mut bytes = vec![0; BLOCK * 4];
    let mut held = 0;
    loop {
        match output.read(&mut bytes[held..]) {
            Ok(0) | Err(_) => return,
            Ok(n) => held += n,
        }
        // Whole frames of two channels.
        let whole = held / 8 * 8;
        let samples = bytes[..whole].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let block: Vec<f32> = samples.collect();
        bytes.copy_within(whole..held, 0);
        held -= whole;
        if !block.is_empty() && !give(block) {
            return;
        }
    }
}

/// Reads what it says, and of that a little.
fn listen(errors: impl Read, said: &Mutex<Said>) {
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = Read::by_ref(&mut errors).take(LONGEST_LINE).read_until(b'\n', &mut line);
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(read, Ok(0) | Err(_)) {
            said.ended = true;
            return;
        }
        let line = String::from_utf8_lossy(&line);
        said.seconds = said.seconds.or_else(|| duration(&line));
        said.rate = said.rate.or_else(|| own_rate(&line));
        if said.lines.len() < LINES {
            said.lines.push(line.into_owned());
        }
    }
}

/// `  Duration: 00:01:02.50, start: …` in seconds.
fn duration(line: &str) -> Option<f64> {
    let rest = line.trim_start().strip_prefix("Duration: ")?;
    let mut parts = rest.split(',').next()?.split(':').map(|p| p.trim().parse::<f64>());
    let (hours, minutes, seconds) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

/// `  Stream #0:0: Audio: mp3, 44100 Hz, stereo, …` in hertz.
fn own_rate(line: &str) -> Option<u32> {
    let rest = line.split_once("Audio: ")?.1;
    let word = rest.split(',').map(str::trim).find_map(|part| part.strip_suffix(" Hz"))?;
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_understood() {
        assert_eq!(duration("  Duration: 01:01:02.50, start: 0.025057, bitrate: 64 kb/s\n"), Some(3662.5));
        assert_eq!(duration("  Duration: N/A, bitrate: N/A"), None);
        assert_eq!(own_rate("  Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, 128 kb/s"), Some(44_100));
        assert_eq!(own_rate("  Stream #0:0: Video: h264"), None);
    }
}
