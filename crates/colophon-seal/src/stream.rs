//! Sealing a text while it is being generated.
//!
//! The watermark is drawn into the words by the engine's sampler, so a piece may be shown as soon as
//! it is there: [`TextSeal::piece`] is the one way to turn generated words into something that can
//! be sent. The other marks belong to the whole: [`TextSeal::finish`] makes label, `AIGC` field,
//! credential and log entry in that order, and gives them beside the words, as formats for which
//! text is a field of a message need them.

use std::sync::Arc;

use colophon_types::{Cancel, LogPosition, Receipt};
use colophon_watermark::Payload;
use sha2::{Digest, Sha256};

use crate::format::text;
use crate::mark::credential::Claim;
use crate::mark::iscc;
use crate::mark::watermark::Bound;
use crate::pipeline::{Traces, ledger_step, source_type};
use crate::{SealError, Sealer, Step};

/// A piece of a text that may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece(String);

impl Piece {
    /// The words.
    pub fn words(&self) -> &str {
        &self.0
    }
}

/// The seal of one growing text.
pub struct TextSeal {
    sealer: Arc<Sealer>,
    text: String,
}

/// A sealed text with the marks that go beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedText {
    /// The words, as they were sent.
    pub text: String,
    /// The visible label, to be shown with the words.
    pub label: &'static str,
    /// The `AIGC` field: JSON.
    pub aigc: String,
    /// The C2PA manifest of the words in the form of Annex A.8: invisible characters. Appended to
    /// the words it makes them a signed text that any verifier of that annex can read.
    pub manifest: String,
    /// How the text was made.
    pub receipt: Receipt,
    /// SHA-256 of words and manifest together, lower-case hex.
    pub sha256: String,
    /// Where the log has it.
    pub position: LogPosition,
}

impl TextSeal {
    /// A seal for a text that is about to be generated.
    pub fn begin(sealer: Arc<Sealer>) -> Self {
        Self { sealer, text: String::new() }
    }

    /// Takes more words.
    pub fn piece(&mut self, words: String) -> Piece {
        self.text.push_str(&words);
        Piece(words)
    }

    /// Whether no words were taken yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Seals the whole.
    ///
    /// # Errors
    /// [`SealError`] names the step that failed; then the text has no credential and no log entry.
    pub fn finish(self, receipt: Receipt, cancel: &Cancel) -> Result<SealedText, SealError> {
        let Self { sealer, text } = self;
        let source_type = source_type(&receipt, false);
        let aigc = sealer.aigc_field(&receipt.work_id)?.to_json();
        let label = sealer.shows_label(&receipt.work_id)?.then(|| sealer.label.profile.text());
        let bound = Bound::of_text(&receipt);
        let iscc = iscc::of_text(&text);
        let claim = Claim {
            receipt: &receipt,
            source_type: &source_type,
            label: label.map(|words| (words, "beside the text, in the message that carries it")),
            no_label: None,
            bound: &bound,
            iscc: iscc.as_deref(),
            sources: &[],
            thumbnail: None,
        };
        let fail = |e: String| SealError::step(Step::Credential, e);
        let store = claim
            .sign_appended(&sealer.credentials, text.as_bytes(), text::wrapper_length, cancel)
            .map_err(|e| fail(e.to_string()))?;
        let manifest = text::wrap(&store).map_err(fail)?;
        let mut digest = Sha256::new();
        digest.update(text.as_bytes());
        digest.update(manifest.as_bytes());
        let sha256 = colophon_types::hex(&digest.finalize());
        let traces = Traces { payload: Payload::of(&receipt.work_id), bound: &bound, iscc };
        let position = ledger_step("text/plain", &sha256, &receipt, traces, &sealer)?;
        Ok(SealedText { text, label: label.unwrap_or_default(), aigc, manifest, receipt, sha256, position })
    }
}
