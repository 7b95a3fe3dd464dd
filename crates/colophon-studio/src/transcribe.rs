//! Transcription: a sound file or a live sound → what was said.
//!
//! A transcript is what a person said, written down, and nothing that was generated: it is not sealed.
//! Threading contract: recognisers are kept between requests, one for each request at a time.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use colophon_audio::decode::{Decoder, Wanted, read_mono};
use colophon_audio::transcript::Segment;
use colophon_audio::vad::Vad;
use colophon_audio::whisper::live::{Line, Live};
use colophon_audio::whisper::{InMemory, Listening, Precision, RATE, Script, Search, Source, Whisper};
use colophon_audio::{AudioError, Transcript};
use colophon_hub::Role;
use colophon_types::{Cancel, ModelUse, Progress};

use crate::engines::Fetch;
use crate::loaded::{Recogniser, RecogniserKey};
use crate::{Studio, StudioError};

/// The recogniser unless another is named.
pub const DEFAULT_RECOGNISER: &str = "whisper-base";
const VAD: &str = "silero-vad";
/// Longest prompt, in characters.
const LONGEST_PROMPT: usize = 4_000;

/// How a sound is transcribed.
#[derive(Clone, Debug, PartialEq)]
pub struct TranscribeRequest {
    /// A model of the catalogue, or a folder; `None` for the usual one.
    pub model: Option<String>,
    /// Code or name of the language; `None` to find out.
    pub lang: Option<String>,
    /// Whether it is translated to English.
    pub translate: bool,
    /// Whether every word gets its time.
    pub words: bool,
    /// What was said before.
    pub prompt: Option<String>,
    /// Words that will come up.
    pub hotwords: Option<String>,
    /// The only temperature, in the place of the usual fallback.
    pub temperature: Option<f32>,
    /// Hypotheses that are followed; 1 is greedy.
    pub beam: usize,
    /// How Chinese is written.
    pub script: Script,
    /// Whether silence is passed over.
    pub vad: bool,
    /// Whether numbers are kept exact, for what the reference gives to the token.
    pub exact: bool,
}

impl Default for TranscribeRequest {
    fn default() -> Self {
        Self {
            model: None,
            lang: None,
            translate: false,
            words: false,
            prompt: None,
            hotwords: None,
            temperature: None,
            beam: 1,
            script: Script::default(),
            vad: true,
            exact: false,
        }
    }
}

/// A finished transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcribed {
    /// What was said.
    pub transcript: Transcript,
    /// By which models it was recognised.
    pub models: Vec<ModelUse>,
    /// Seconds that it took, with the models loaded.
    pub took: f64,
}

/// Where a live sound comes from.
pub enum LiveSource {
    /// WAV or plain samples (16 bits, 16 kHz, one channel), as they come.
    Stream(Box<dyn Read + Send>),
    /// A file, no faster than it would be played.
    File(PathBuf),
}

impl Studio {
    /// Transcribes a sound file of any length. `on_segment` gets every segment as soon as it is known.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no sound, an unknown model or language, a model that cannot be
    /// had.
    pub fn transcribe(
        &self,
        file: &Path,
        request: &TranscribeRequest,
        on_segment: &mut dyn FnMut(&Segment),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Transcribed, StudioError> {
        let wanted = Wanted { ffmpeg: self.ffmpeg(), ..Wanted::mono(RATE) };
        let mut sound = Decoder::open(file, &wanted, cancel)?;
        self.listen(&mut sound, request, on_segment, progress, cancel)
    }

    /// Transcribes a sound file of at most `longest` seconds.
    ///
    /// # Errors
    /// As [`Studio::transcribe`], and for a file that is longer.
    pub fn transcribe_short(
        &self,
        file: &Path,
        longest: f64,
        request: &TranscribeRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Transcribed, StudioError> {
        let wanted = Wanted { ffmpeg: self.ffmpeg(), ..Wanted::mono(RATE) };
        let sound = read_mono(file, &wanted, longest, cancel)?;
        self.listen(&mut InMemory(sound.samples), request, &mut |_| {}, progress, cancel)
    }

    fn listen(
        &self,
        sound: &mut dyn Source,
        request: &TranscribeRequest,
        on_segment: &mut dyn FnMut(&Segment),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Transcribed, StudioError> {
        let how = listening(request)?;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let (mut recogniser, models) = self.recogniser(request, lease.threads(), progress, cancel)?;
        let started = Instant::now();
        let Recogniser { whisper, vad, .. } = &mut recogniser;
        let vad = request.vad.then_some(vad);
        let transcript = whisper.listen(sound, vad, &how, on_segment, progress, cancel)?;
        let took = started.elapsed().as_secs_f64();
        drop(lease);
        self.recognisers.keep(recogniser);
        Ok(Transcribed { transcript, models, took })
    }

    /// Transcribes a sound while it comes; `tell` gets partial and final lines.
    ///
    /// # Errors
    /// As [`Studio::transcribe`].
    pub fn transcribe_live(
        &self,
        source: LiveSource,
        request: &TranscribeRequest,
        tell: &mut dyn FnMut(Line),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        let how = listening(request)?;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let (mut recogniser, _) = self.recogniser(request, lease.threads(), progress, cancel)?;
        let wanted = Wanted { ffmpeg: self.ffmpeg(), ..Wanted::mono(RATE) };
        let blocks = match source {
            LiveSource::File(path) => from_decoder(Decoder::open(&path, &wanted, cancel)?, true, cancel),
            LiveSource::Stream(reader) => from_decoder(streamed(reader, &wanted)?, false, cancel),
        };
        let Recogniser { whisper, vad, .. } = &mut recogniser;
        let mut live = Live::new(whisper, vad, how);
        loop {
            cancel.check()?;
            match everything(&blocks, cancel)? {
                Some(samples) => live.take(&samples, tell, cancel)?,
                None => break,
            }
        }
        live.finish(tell, cancel)?;
        self.recognisers.keep(recogniser);
        Ok(())
    }

    fn recogniser(
        &self,
        request: &TranscribeRequest,
        threads: usize,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(Recogniser, Vec<ModelUse>), StudioError> {
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let name = request.model.as_deref().unwrap_or(DEFAULT_RECOGNISER);
        let folder = if Path::new(name).is_dir() {
            PathBuf::from(name)
        } else {
            let entry = self.hub.catalogue().entry(name);
            let known = name != VAD && entry.is_ok_and(|entry| entry.role == Role::Asr);
            if !known {
                let message = format!("there is no recogniser called \"{name}\"");
                return Err(StudioError::request(message, "try whisper-base, or give the folder of a model"));
            }
            fetch.get(name, "recogniser", None)?.dir
        };
        let vad = fetch.get(VAD, "voice activity", None)?.dir;
        fetch.runtime()?;
        let precision = if request.exact { Precision::Float } else { Precision::Int8 };
        let key = RecogniserKey { folder, precision, threads };
        let recogniser = match self.recognisers.take(&key) {
            Some(kept) => kept,
            None => Recogniser {
                whisper: Whisper::load_with(&key.folder, precision, threads)?,
                vad: Vad::load(&vad)?,
                key,
            },
        };
        Ok((recogniser, fetch.uses))
    }
}

fn listening(request: &TranscribeRequest) -> Result<Listening, StudioError> {
    let mut search = Search { beam: request.beam, ..Search::default() };
    if !(1..=16).contains(&request.beam) {
        return Err(StudioError::request(
            "the number of beams is not between 1 and 16",
            "1 is greedy, 5 usual",
        ));
    }
    if let Some(temperature) = request.temperature {
        if !(0.0..=1.0).contains(&temperature) {
            let message = format!("the temperature {temperature} is not between 0 and 1");
            return Err(StudioError::request(message, "leave it out for the usual fallback"));
        }
        // As at OpenAI's, 0 leaves the usual fallback.
        if temperature > 0.0 {
            search.temperatures = vec![temperature];
        }
    }
    for words in [&request.prompt, &request.hotwords].into_iter().flatten() {
        if words.chars().count() > LONGEST_PROMPT {
            return Err(StudioError::request(
                "the prompt is too long",
                "its last 200 words are all that counts",
            ));
        }
    }
    let given = |words: &Option<String>| words.clone().filter(|w| !w.trim().is_empty());
    Ok(Listening {
        language: request.lang.clone().filter(|l| l != "auto"),
        translate: request.translate,
        words: request.words,
        prompt: given(&request.prompt),
        hotwords: given(&request.hotwords),
        search,
        script: request.script,
        ..Listening::default()
    })
}

/// WAV where it begins like one, else plain samples.
fn streamed(mut reader: Box<dyn Read + Send>, wanted: &Wanted) -> Result<Decoder, AudioError> {
    let mut head = Vec::new();
    let read = |e: std::io::Error| AudioError::Sound { problem: format!("it cannot be read: {e}") };
    reader.by_ref().take(4).read_to_end(&mut head).map_err(read)?;
    let wav = [&b"RIFF"[..], b"RF64", b"BW64"].contains(&head.as_slice());
    let whole = std::io::Cursor::new(head).chain(reader);
    if wav { Decoder::stream(whole, wanted) } else { Decoder::plain(whole, RATE, wanted) }
}

type Blocks = Receiver<Result<Vec<f32>, AudioError>>;

/// Reads on a thread of its own, so that nothing is lost while something is being heard. `paced`: no
/// faster than it would be played.
fn from_decoder(mut sound: Decoder, paced: bool, cancel: &Cancel) -> Blocks {
    let (send, blocks) = sync_channel(if paced { 64 } else { 1024 });
    let cancel = cancel.clone();
    std::thread::spawn(move || {
        let (started, mut given) = (Instant::now(), 0.0);
        loop {
            match sound.next(&cancel) {
                Ok(Some(block)) => {
                    for part in block.chunks(RATE as usize / 10) {
                        given += part.len() as f64 / f64::from(RATE);
                        if paced {
                            let due = Duration::from_secs_f64(given);
                            std::thread::sleep(due.saturating_sub(started.elapsed()));
                        }
                        if send.send(Ok(part.to_vec())).is_err() {
                            return;
                        }
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    let _ = send.send(Err(error));
                    return;
                }
            }
        }
    });
    blocks
}

/// All that has come, waiting for something; `None` at the end.
fn everything(blocks: &Blocks, cancel: &Cancel) -> Result<Option<Vec<f32>>, StudioError> {
    let mut samples = loop {
        cancel.check()?;
        match blocks.recv_timeout(Duration::from_millis(100)) {
            Ok(block) => break block?,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Ok(None),
        }
    };
    loop {
        match blocks.try_recv() {
            Ok(block) => samples.extend(block?),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return Ok(Some(samples)),
        }
    }
}
