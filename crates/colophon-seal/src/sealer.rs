//! The sealer: keys, producer and log, opened once and shared.

use std::path::PathBuf;
use std::sync::Arc;

use colophon_types::{Recorder, WorkId};
use colophon_watermark::Key;

use crate::certificates::{self, Credentials};
use crate::mark::label::Corner;
use crate::mark::{aigc, credential};
use crate::mark::marker::FilmMarker;
use crate::mark::watermark;
use crate::{SealError, Watermark};

/// Choices about the visible label. The label itself is not optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelOptions {
    /// The corner in which pictures and films carry it.
    pub corner: Corner,
}

/// What a [`Sealer`] is opened with.
#[derive(Clone, Debug)]
pub struct SealerConfig {
    /// Folder for the self-made signing key and certificates (files of mode 0600, made on first use).
    pub keys_dir: PathBuf,
    /// The user's own certificate chain and private key (PEM files), instead of the self-made ones.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// PEM file of certificate authorities that make a credential *trusted* when it is verified.
    pub trust_anchors: Option<PathBuf>,
    /// Who produced the content, as the AIGC field names it: a 27-character provider code
    /// (see [`crate::is_provider_code`]) or, for anyone without one, a name. Printable ASCII
    /// without spaces (0x21–0x7E), 1 to 200 characters.
    pub producer: String,
    /// Choices about the label.
    pub label: LabelOptions,
    /// The program ffmpeg, which encodes compressed sound.
    pub ffmpeg: PathBuf,
}

/// Seals drafts. Threading contract: may be shared; each call of [`crate::seal`] is independent.
pub struct Sealer {
    pub(crate) credentials: Credentials,
    pub(crate) producer: String,
    pub(crate) label: LabelOptions,
    pub(crate) ffmpeg: PathBuf,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) watermarks: Vec<Arc<dyn Watermark>>,
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
        if !aigc::is_producer(&config.producer) {
            return Err(SealError::Config(format!(
                "the producer '{}' cannot be written: it takes 1 to 200 printable ASCII characters without spaces",
                config.producer
            )));
        }
        let credentials = match &config.certificate {
            Some((chain, key)) => certificates::from_files(chain, key)?,
            None => certificates::self_made(&config.keys_dir)?,
        };
        credential::try_out(&credentials).map_err(|reason| {
            SealError::key(config.certificate.as_ref().map_or(&config.keys_dir, |(chain, _)| chain), reason)
        })?;
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
            label: config.label,
            ffmpeg: config.ffmpeg,
            recorder,
            watermarks: watermark::built_in(&key),
            key,
            trust_anchors,
        })
    }

    /// What must go over a film's frames and sound before they are encoded.
    pub fn film_marker(&self, work: &WorkId) -> FilmMarker {
        FilmMarker::new(self.label.corner, &self.key, work)
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
