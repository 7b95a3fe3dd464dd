//! Recordings that are brought and changed: file → reader → engine → seal. The file stands in the
//! credential as an ingredient, with the marks that it came with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use colophon_audio::clean::{Cleaning, Gtcrn};
use colophon_audio::decode::{self, Container, Wanted, sniff};
use colophon_audio::mix;
use colophon_audio::vocoder::{BUILT_IN, MelGan, Vocoder, WaveNet, revoice};
use colophon_seal::{Sealed, seal};
use colophon_types::{
    Cancel, Draft, Event, Lang, Media, ModelUse, Pcm, Progress, Seed, SoundFormat, Source, Stage,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError};

/// Largest file that is read, in bytes, and longest sound, in seconds.
const LARGEST: u64 = 1 << 30;
const LONGEST: f64 = 3600.0;

/// A recording from outside, not yet read.
#[derive(Clone, Debug)]
pub struct SoundFile {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    path: PathBuf,
}

impl SoundFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`StudioError::Request`] for one that cannot be read or is too large.
    pub fn open(path: &Path) -> Result<Self, StudioError> {
        let bad = |e: std::io::Error| {
            let message = format!("cannot read {}: {e}", path.display());
            StudioError::request(message, "name a sound file that can be read")
        };
        if std::fs::metadata(path).map_err(bad)?.len() > LARGEST {
            let message = format!("{} is larger than 1 GB", path.display());
            return Err(StudioError::request(message, "bring a shorter recording"));
        }
        let bytes = std::fs::read(path).map_err(bad)?;
        let name = origin::file_name(path);
        Ok(Self { name, bytes: bytes.into(), path: path.to_path_buf() })
    }

    fn read(&self, studio: &Studio, cancel: &Cancel) -> Result<(Pcm, Source), StudioError> {
        let ending = self.path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let format = match sniff(&self.bytes[..self.bytes.len().min(64)]) {
            Some(Container::Wav) => SoundFormat::Wav,
            _ => SoundFormat::named(&ending).unwrap_or_default(),
        };
        if format == SoundFormat::Opus {
            // The credential could not hold it as an ingredient.
            let message = format!("{} is an Ogg file, which cannot be kept in a credential", self.name);
            return Err(StudioError::request(message, "give WAV, MP3, M4A or FLAC"));
        }
        let wanted = Wanted { rate: None, channels: 1, ffmpeg: studio.ffmpeg() };
        let sound = decode::read_mono(&self.path, &wanted, LONGEST, cancel)?;
        let source = Source {
            name: self.name.clone(),
            media_type: format.media_type().to_owned(),
            bytes: Arc::clone(&self.bytes),
        };
        Ok((sound, source))
    }
}

/// Which vocoder makes a recording anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VocoderKind {
    /// WaveNet: sample by sample, 16 kHz; built in.
    WaveNet,
    /// MelGAN: at once, 22.05 kHz.
    MelGan,
}

impl VocoderKind {
    fn name(self) -> &'static str {
        match self {
            Self::WaveNet => "wavenet",
            Self::MelGan => "melgan",
        }
    }
}

/// What can be measured of a sound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Its length.
    pub seconds: f64,
    /// Samples a second.
    pub rate: u32,
    /// Integrated loudness in LUFS; `None` for what is too short or too quiet.
    pub lufs: Option<f64>,
}

impl Measured {
    fn of(sound: &Pcm) -> Self {
        Self { seconds: sound.seconds(), rate: sound.rate, lufs: mix::loudness(sound) }
    }
}

/// A recording that was changed.
pub struct Recorded {
    /// The sealed result.
    pub sealed: Sealed,
    /// The recording as it came.
    pub before: Measured,
    /// What was made of it, before its label.
    pub after: Measured,
}

/// What was done, for the receipt.
struct Done {
    task: &'static str,
    settings: Value,
    seed: u64,
    uses: Vec<ModelUse>,
    steps: Vec<(&'static str, String)>,
    format: SoundFormat,
}

impl Studio {
    /// Cleans a recording up and seals the result. The same file and settings give the same sound.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no sound, settings out of range or none at all, a model that cannot be
    /// had, a step that failed.
    pub fn clean(
        &self,
        file: &SoundFile,
        cleaning: &Cleaning,
        format: SoundFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Recorded, StudioError> {
        if cleaning.is_nothing() {
            let hint = "ask for at least one of noise, silence, loudness, sample rate and fades";
            return Err(StudioError::request("there is nothing to do", hint));
        }
        if let Some(problem) = cleaning.problem() {
            return Err(StudioError::request(problem, "change that setting or leave it out"));
        }
        let (sound, source) = file.read(self, cancel)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let model = match cleaning.denoise {
            true => Some(fetch.get("gtcrn", "denoise", None)?),
            false => None,
        };
        if model.is_some() {
            fetch.runtime()?;
        }
        let uses = fetch.uses;
        let lease = self.cores.lease(1, 1, cancel)?;
        let mut denoiser = match &model {
            Some(model) => Some(Gtcrn::load(&model.dir)?),
            None => None,
        };
        let mut tell = told(progress);
        let made = cleaning.apply(&sound, denoiser.as_mut(), cancel, &mut tell)?;
        drop(lease);
        let mut steps: Vec<(&'static str, String)> =
            denoiser.iter().map(|d| ("denoise", d.engine_version())).collect();
        steps.push(("clean", GENERATOR.to_owned()));
        let settings = json!({
            "denoise": cleaning.denoise, "trim": cleaning.pauses.as_ref().is_some_and(|p| p.ends),
            "longest_pause": cleaning.pauses.as_ref().and_then(|p| p.longest), "rate": cleaning.rate,
            "loudness": cleaning.loudness, "fade": cleaning.fade,
        });
        let done = Done { task: "sound.clean", settings, seed: 0, uses, steps, format };
        self.recorded(file, (&sound, made), source, done, progress, cancel)
    }

    /// Copy synthesis: takes a recording of speech apart into its log-mel spectrum, makes it anew with a
    /// vocoder, and seals the result. The same seed and file give the same sound.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no sound or too long, a model that cannot be had, a step that failed.
    pub fn revoice(
        &self,
        file: &SoundFile,
        vocoder: VocoderKind,
        seed: Option<u64>,
        format: SoundFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Recorded, StudioError> {
        let (sound, source) = file.read(self, cancel)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let model = match vocoder {
            VocoderKind::MelGan => Some(fetch.get("melgan", "vocoder", None)?),
            VocoderKind::WaveNet => {
                fetch.uses.push(built_in());
                None
            }
        };
        let uses = fetch.uses;
        let seed = seed.unwrap_or_else(fresh_seed);
        // WaveNet works on one sample after the other: more cores would not help it.
        let most = if model.is_some() { self.cores.total() } else { 1 };
        let lease = self.cores.lease(1, most, cancel)?;
        let mut engine: Box<dyn Vocoder> = match &model {
            Some(model) => Box::new(MelGan::load(&model.dir, lease.threads())?),
            None => Box::new(WaveNet::built_in()?),
        };
        let made = revoice(engine.as_mut(), &sound, Seed(seed), cancel, &mut told(progress))?;
        drop(lease);
        let steps = vec![("vocode", engine.engine_version())];
        let settings = json!({"vocoder": vocoder.name(), "seed": seed});
        let done = Done { task: "sound.vocode", settings, seed, uses, steps, format };
        self.recorded(file, (&sound, made), source, done, progress, cancel)
    }

    /// Seals what was made of a recording.
    fn recorded(
        &self,
        file: &SoundFile,
        (before, made): (&Pcm, Pcm),
        source: Source,
        done: Done,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Recorded, StudioError> {
        let sealer = self.sealer()?;
        let mut given = json!({"task": done.task, "input_sha256": [origin::sha256_of(&file.bytes)]});
        if let (Some(given), Value::Object(settings)) = (given.as_object_mut(), done.settings) {
            given.extend(settings);
        }
        let work = new_work(&given)?;
        let mut steps = done.steps;
        steps.push(("seal", GENERATOR.to_owned()));
        let receipt = origin::receipt(work, &file.name, Lang::En, given, done.seed, done.uses, steps);
        let (before, after) = (Measured::of(before), Measured::of(&made));
        let draft = Draft::from_sources(Media::Sound(made), receipt, vec![source]).written_as(done.format);
        let sealed = seal(draft, &sealer, cancel, progress)?;
        Ok(Recorded { sealed, before, after })
    }
}

/// What the receipt says of the network that the program brings along.
fn built_in() -> ModelUse {
    ModelUse {
        id: "wavenet".to_owned(),
        role: "vocoder".to_owned(),
        sha256: origin::sha256_of(BUILT_IN),
        licence: env!("CARGO_PKG_LICENSE").to_owned(),
        variant: None,
    }
}

/// Passes an engine's counts on.
fn told(progress: &dyn Progress) -> impl FnMut(usize, usize) {
    |done, total| {
        let (done, total) = (done as u64, total as u64);
        progress.event(Event::Progress { stage: Stage::Play, done, total, what: None });
    }
}
