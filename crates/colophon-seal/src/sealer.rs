//! The sealer: keys, producer and log, opened once and shared.

use std::path::PathBuf;
use std::sync::Arc;

use colophon_types::{Lang, Recorder, WorkId};
use colophon_watermark::Key;

use crate::certificates::{self, Credentials};
use crate::mark::label_spoken::{Clip, PAUSE};
use crate::mark::marker::FilmMarker;
use crate::mark::watermark;
use crate::mark::{aigc, credential};
use crate::{
    Aigc, AigcKey, LabelOptions, Protected, RemoteSigner, SealError, SoundLabel, SoundPlace, Step,
    TimeStamper, Watermark,
};

/// What a [`Sealer`] is opened with.
#[derive(Clone)]
pub struct SealerConfig {
    /// Folder for the self-made signing key and certificates (files of mode 0600, made on first use).
    pub keys_dir: PathBuf,
    /// The user's own certificate chain and private key (PEM files), instead of the self-made ones.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Who signs instead, with the certificate chain (PEM file) of the key.
    pub remote: Option<(PathBuf, Arc<dyn RemoteSigner>)>,
    /// PEM file of certificate authorities that make a credential *trusted* when it is verified.
    pub trust_anchors: Option<PathBuf>,
    /// Who produced the content, as the AIGC field names it: a 27-character provider code
    /// (see [`crate::is_provider_code`]) or, for anyone without one, a name. Printable ASCII
    /// without spaces (0x21–0x7E), 1 to 200 characters.
    pub producer: String,
    /// Who spreads content that another produced, in the same form; `None` for the producer.
    pub propagator: Option<String>,
    /// Signs the AIGC fields of content that is produced here.
    pub aigc_key: Option<AigcKey>,
    /// Choices about the label.
    pub label: LabelOptions,
    /// How sounds are labelled.
    pub sound_label: SoundLabel,
    /// The program ffmpeg, which encodes compressed sound.
    pub ffmpeg: PathBuf,
    /// Who stamps signatures with the time; without anyone, credentials carry no time stamp.
    pub stamper: Option<Arc<dyn TimeStamper>>,
    /// Works that must not be copied.
    pub protected: Option<Arc<dyn Protected>>,
    /// Watermarks beside those that are built in, each laid after them.
    pub watermarks: Vec<Arc<dyn Watermark>>,
}

/// Seals drafts. Threading contract: may be shared; each call of [`crate::seal`] is independent.
pub struct Sealer {
    pub(crate) credentials: Credentials,
    producer: String,
    propagator: Option<String>,
    aigc_key: Option<AigcKey>,
    pub(crate) label: LabelOptions,
    pub(crate) sound_label: SoundLabel,
    pub(crate) ffmpeg: PathBuf,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) watermarks: Vec<Arc<dyn Watermark>>,
    pub(crate) protected: Option<Arc<dyn Protected>>,
    pub(crate) key: Key,
    trust_anchors: Option<String>,
}

impl Sealer {
    /// Opens the keys (making them on first use) and checks the configuration.
    ///
    /// # Errors
    /// [`SealError::Config`] for a producer that the AIGC field cannot hold, [`SealError::Key`] for
    /// keys, certificates or trust anchors that cannot be read, or with which a trial signature is not
    /// valid under the rules of C2PA (an expired certificate, a wrong key usage).
    pub fn open(config: SealerConfig, recorder: Arc<dyn Recorder>) -> Result<Self, SealError> {
        for name in [Some(&config.producer), config.propagator.as_ref()].into_iter().flatten() {
            if !aigc::is_producer(name) {
                return Err(SealError::Config(format!(
                    "the producer '{name}' cannot be written: it takes 1 to 200 printable ASCII characters \
                     without spaces"
                )));
            }
        }
        if config.label.hidden.as_ref().is_some_and(|agreement| !agreement.is_complete()) {
            let message = "content without a visible label needs the name of who agrees and the reason";
            return Err(SealError::Config(message.to_owned()));
        }
        let (mut credentials, place) = match (&config.remote, &config.certificate) {
            (Some((chain, signer)), _) => (certificates::remote(chain, Arc::clone(signer))?, chain),
            (None, Some((chain, key))) => (certificates::from_files(chain, key)?, chain),
            (None, None) => (certificates::self_made(&config.keys_dir)?, &config.keys_dir),
        };
        credential::try_out(&credentials).map_err(|reason| SealError::key(place, reason))?;
        credentials.stamper = config.stamper;
        // Everyone can read the mark with this program alone: a secret key would keep a verifier that
        // asks nobody from reading it.
        let key = Key::public();
        let trust_anchors = match &config.trust_anchors {
            Some(path) => Some(std::fs::read_to_string(path).map_err(|e| SealError::key(path, e))?),
            None => None,
        };
        Ok(Self {
            credentials,
            producer: config.producer,
            propagator: config.propagator,
            aigc_key: config.aigc_key,
            label: config.label,
            sound_label: config.sound_label,
            ffmpeg: config.ffmpeg,
            recorder,
            watermarks: watermark::built_in(&key).into_iter().chain(config.watermarks).collect(),
            protected: config.protected,
            key,
            trust_anchors,
        })
    }

    /// What must go over a film's frames and sound before they are encoded.
    pub fn film_marker(&self, work: &WorkId) -> FilmMarker {
        FilmMarker::new(&self.label, &self.key, &self.watermarks, work)
    }

    /// The label of a sound in a language, its speech or tones at the level of speech of the root mean
    /// square `level`.
    pub(crate) fn sound_clip(&self, lang: Lang, rate: u32, level: f32) -> Result<Clip, SealError> {
        let clip = self.sound_label.clip(self.label.profile, lang, rate, level);
        clip.map_err(|e| SealError::step(Step::Label, e))
    }

    /// How much later the content of a sound begins for its label, and how much longer the whole is, in
    /// seconds.
    ///
    /// # Errors
    /// [`SealError::Step`] when the label cannot be spoken.
    pub fn sound_label_seconds(&self, lang: Lang, rate: u32) -> Result<(f64, f64), SealError> {
        if self.label.hidden.is_some() {
            return Ok((0.0, 0.0));
        }
        let seconds = self.sound_clip(lang, rate, 0.1)?.sound.seconds();
        Ok(match self.sound_label.place {
            SoundPlace::Start => (seconds, seconds),
            SoundPlace::Middle | SoundPlace::End => (0.0, seconds + PAUSE),
        })
    }

    /// Whether a work shows its label. Where the user agreed to do without, the agreement is kept first.
    pub(crate) fn shows_label(&self, work: &WorkId) -> Result<bool, SealError> {
        match &self.label.hidden {
            None => Ok(true),
            Some(agreement) => {
                agreement.keep(work).map(|()| false).map_err(|e| SealError::step(Step::Label, e))
            }
        }
    }

    /// The AIGC field of content that is produced here, signed where there is a key.
    pub(crate) fn aigc_field(&self, work: &WorkId) -> Result<Aigc, SealError> {
        let mut field = Aigc::of_producer(&self.producer, work.as_str());
        if let Some(key) = &self.aigc_key {
            key.sign(&mut field).map_err(|e| SealError::step(Step::Metadata, e))?;
        }
        Ok(field)
    }

    /// Who spreads content.
    pub(crate) fn propagator(&self) -> &str {
        self.propagator.as_deref().unwrap_or(&self.producer)
    }

    /// The log.
    pub fn recorder(&self) -> &dyn Recorder {
        self.recorder.as_ref()
    }

    /// The certificate authorities of the configuration, for [`crate::VerifyContext`].
    pub fn trust_anchors(&self) -> Option<&str> {
        self.trust_anchors.as_deref()
    }
}
