//! Where a conversation is heard: a file, standard input, a microphone. A thread of its own reads,
//! finds who speaks when, and hands turns on.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use colophon_audio::decode::{Decoder, Wanted};
use colophon_audio::turns::{TurnEvent, TurnOptions, Turns};
use colophon_audio::vad::{FRAME, RATE, Vad};
use colophon_ffmpeg::{Ffmpeg, Pipes};
use colophon_types::{Cancel, Progress};

use crate::engines::Fetch;
use crate::{Studio, StudioError};

/// Finds who speaks when.
const VAD: &str = "silero-vad";
/// Events that may wait.
const WAITING: usize = 8;

/// What is listened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A file of any sound format; its silences are as long as they are.
    File(PathBuf),
    /// A WAV file that comes in through standard input as it is spoken.
    Stdin,
    /// The microphone of this name; `default` is the system's.
    Microphone(String),
}

/// Turns as they are heard.
pub struct Hearing {
    events: Receiver<Result<TurnEvent, StudioError>>,
    waiting: VecDeque<TurnEvent>,
    failed: Option<StudioError>,
    /// Whether it happens while we listen, so that an answer can be interrupted at any time.
    pub(super) live: bool,
    /// Stops the thread and the microphone when it is dropped.
    stop: Cancel,
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Studio {
    /// Listens.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no sound, a microphone that is not there, a model that cannot be
    /// had.
    pub fn hear(
        &self,
        source: &Heard,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Hearing, StudioError> {
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let vad = fetch.get(VAD, "voice activity", None)?;
        fetch.runtime()?;
        let vad = Vad::load(&vad.dir)?;
        let stop = Cancel::new();
        let wanted = Wanted { ffmpeg: self.ffmpeg(), ..Wanted::mono(RATE) };
        let mut microphone = None;
        let decoder = match source {
            Heard::File(path) => Decoder::open(path, &wanted, cancel)?,
            Heard::Stdin => Decoder::stream(std::io::stdin(), &wanted)?,
            Heard::Microphone(name) => {
                let args = capture(name);
                let pipes = Pipes { input: false, output: true };
                let mut process = Ffmpeg::start(&self.ffmpeg(), &args, "listening", pipes, cancel, &stop)?;
                let output = process.take_output().ok_or(StudioError::Stopped("microphone"))?;
                microphone = Some(process);
                Decoder::plain(output, RATE, &wanted)?
            }
        };
        let (send, events) = sync_channel(WAITING);
        let stopped = stop.clone();
        std::thread::spawn(move || {
            let result = listen(decoder, vad, &stopped, &mut |event| send.send(Ok(event)).is_ok());
            let ended = match (result, microphone) {
                (Ok(()), Some(process)) => process.wait(&stopped).map_err(StudioError::from),
                (result, _) => result,
            };
            if let Err(error) = ended {
                // Nobody listens any more after a stop.
                let _ = send.send(Err(error));
            }
        });
        let live = !matches!(source, Heard::File(_));
        Ok(Hearing { events, waiting: VecDeque::new(), failed: None, live, stop })
    }
}

/// What ffmpeg is told of a microphone: 16-bit samples of 16 kHz to its standard output.
fn capture(name: &str) -> Vec<String> {
    let (system, device) = match std::env::consts::OS {
        "macos" => ("avfoundation", format!(":{name}")),
        "windows" => ("dshow", format!("audio={name}")),
        _ => ("alsa", name.to_owned()),
    };
    let rate = RATE.to_string();
    ["-f", system, "-i", &device, "-ac", "1", "-ar", &rate, "-f", "s16le", "pipe:1"]
        .map(str::to_owned)
        .to_vec()
}

fn listen(
    mut decoder: Decoder,
    mut vad: Vad,
    stop: &Cancel,
    tell: &mut dyn FnMut(TurnEvent) -> bool,
) -> Result<(), StudioError> {
    let mut turns = Turns::new(TurnOptions::default());
    let mut samples = Vec::new();
    while let Some(block) = decoder.next(stop)? {
        samples.extend(block);
        let whole = samples.len() / FRAME * FRAME;
        let frames: Vec<f32> = samples.drain(..whole).collect();
        let probabilities = vad.probabilities(&frames, stop)?;
        for event in turns.take(&frames, &probabilities) {
            if !tell(event) {
                return Ok(());
            }
        }
    }
    if let Some(event) = turns.finish() {
        tell(event);
    }
    Ok(())
}

impl Hearing {
    /// The next event; `None` after the last.
    ///
    /// # Errors
    /// What ended the listening.
    pub(super) fn next(&mut self, cancel: &Cancel) -> Result<Option<TurnEvent>, StudioError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(event));
            }
            if !self.fill()? {
                return Ok(None);
            }
            if self.waiting.is_empty() {
                cancel.check()?;
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
    }

    /// When someone begins to speak next, in seconds; waits for it.
    pub(super) fn next_began(&mut self, cancel: &Cancel) -> Result<Option<f64>, StudioError> {
        loop {
            if let Some(TurnEvent::Began(at)) = self.waiting.front() {
                return Ok(Some(*at));
            }
            if !self.fill()? {
                return Ok(None);
            }
            cancel.check()?;
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Whether someone has begun to speak.
    pub(super) fn began(&mut self) -> bool {
        // An error is told by the next call of `next`.
        if let Err(error) = self.fill() {
            self.failed = Some(error);
        }
        matches!(self.waiting.front(), Some(TurnEvent::Began(_)))
    }

    /// Takes what is there; false when nothing will come any more.
    fn fill(&mut self) -> Result<bool, StudioError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        loop {
            match self.events.try_recv() {
                Ok(event) => self.waiting.push_back(event?),
                Err(TryRecvError::Empty) => return Ok(true),
                Err(TryRecvError::Disconnected) => return Ok(!self.waiting.is_empty()),
            }
        }
    }
}
