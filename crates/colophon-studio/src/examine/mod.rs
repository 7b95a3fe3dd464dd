//! What is known of files: on this machine, from the web, or sent to the server.

mod fetch;
mod report;

use std::path::Path;

use colophon_seal::{Verdict, VerifyContext, verify};

pub use report::{escape, html as report};

use crate::{Studio, StudioError};

impl Studio {
    /// Says what is known of a file.
    ///
    /// # Errors
    /// [`StudioError::Seal`] for what is not a readable file.
    pub fn verify(&self, file: &Path) -> Result<Verdict, StudioError> {
        // A studio that has sealed nothing has no log, and verifying must not make one.
        let ledger = match self.has_log() {
            true => Some(self.ledger()?.as_ref()),
            false => None,
        };
        let anchors = match &self.config.trust_anchors {
            Some(path) => Some(std::fs::read_to_string(path).map_err(StudioError::io("read", path))?),
            None => None,
        };
        let ffmpeg = self.ffmpeg();
        let signers = self.config.provider.signers()?;
        let watermarks = self.neural_marks();
        let context = VerifyContext {
            recorder: ledger.map(|l| l as &dyn colophon_types::Recorder),
            trust_anchors: anchors.as_deref(),
            ffmpeg: Some(&ffmpeg),
            text_watermark: Some(&crate::language::MarkFinder(self)),
            watermarks: &watermarks,
            signers: Some(&signers),
        };
        Ok(verify(file, &context)?)
    }

    /// Fetches a file from a public address of the web and says what is known of it. The copy is
    /// removed.
    ///
    /// # Errors
    /// [`StudioError::Request`] for an address that cannot be fetched; as [`Self::verify`].
    pub fn verify_url(&self, url: &str) -> Result<Verdict, StudioError> {
        let copy = fetch::bring(url)?;
        Ok(Verdict { file: url.to_owned(), ..self.verify(copy.path())? })
    }
}
