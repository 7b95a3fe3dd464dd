//! Understanding: encoders that are loaded when they are asked for, and what they are asked.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use colophon_hub::HubError;
use colophon_text::encode::{CrossEncoder, E5, Embed, EncodeError, FillMask, Filling, MiniLm, Purpose};
use colophon_text::understand::{self, Scored};
use colophon_types::{Cancel, Progress};

use crate::{Studio, StudioError};

/// The encoder where none is named: English, Chinese and about a hundred other languages.
pub const DEFAULT_ENCODER: &str = "multilingual-e5-small";
/// The English encoder.
const MINILM: &str = "all-minilm-l6-v2";

/// Embedded texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// The model.
    pub model: String,
    /// One vector of length 1 for each text.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of all texts.
    pub tokens: usize,
}

impl Studio {
    /// An encoder by its catalogue id; fetched and loaded when it is not in memory.
    ///
    /// # Errors
    /// [`StudioError`]: unknown, cannot be fetched, cannot be loaded.
    pub fn encoder(
        &self,
        model: Option<&str>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Arc<dyn Embed>, StudioError> {
        let id = model.unwrap_or(DEFAULT_ENCODER);
        // Held while loading: two loads of one model would be one too many.
        let mut loaded = self.encoders.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = loaded.get(id) {
            return Ok(Arc::clone(encoder));
        }
        let encoder: Arc<dyn Embed> = match id {
            DEFAULT_ENCODER => Arc::new(E5::load(&self.hub.ensure(id, progress, cancel)?.dir)?),
            MINILM => Arc::new(MiniLm::load(&self.hub.ensure(id, progress, cancel)?.dir)?),
            other => return Err(HubError::UnknownModel { id: other.to_owned() }.into()),
        };
        loaded.insert(id.to_owned(), Arc::clone(&encoder));
        Ok(encoder)
    }

    /// Embeds texts.
    ///
    /// # Errors
    /// [`StudioError`]: unknown model, or it cannot be fetched or run.
    pub fn embed(
        &self,
        model: Option<&str>,
        texts: &[String],
        purpose: Purpose,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Embedded, StudioError> {
        let encoder = self.encoder(model, progress, cancel)?;
        let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = encoder.vectors(&texts, purpose, cancel)?;
        let tokens = encoder.tokens(&texts)?;
        Ok(Embedded { model: encoder.encoder().id, vectors, tokens })
    }

    /// Lets the default encoder work, with a lease of cores.
    fn with_encoder<T>(
        &self,
        progress: &dyn Progress,
        cancel: &Cancel,
        work: impl FnOnce(&dyn Embed) -> Result<T, EncodeError>,
    ) -> Result<T, StudioError> {
        let encoder = self.encoder(None, progress, cancel)?;
        let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
        Ok(work(&*encoder)?)
    }

    /// Lets the cross-encoder in a folder work, with a lease of cores.
    fn with_judge<T>(
        &self,
        dir: &Path,
        cancel: &Cancel,
        work: impl FnOnce(&CrossEncoder) -> Result<T, EncodeError>,
    ) -> Result<T, StudioError> {
        let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
        Ok(work(&CrossEncoder::load(dir)?)?)
    }

    /// Which of the labels fits a text, best first. `judge` is the folder of a cross-encoder for
    /// natural language inference; without it the default encoder compares meanings.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder.
    pub fn classify(
        &self,
        text: &str,
        labels: &[&str],
        judge: Option<&Path>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Scored>, StudioError> {
        match judge {
            Some(dir) => self.with_judge(dir, cancel, |judge| {
                understand::classify_by_entailment(judge, text, labels, cancel)
            }),
            None => self.with_encoder(progress, cancel, |e| understand::classify(e, text, labels, cancel)),
        }
    }

    /// Orders texts by how well they answer a question. `judge` is the folder of a cross-encoder that
    /// was trained to rank; without it the default encoder compares meanings.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder.
    pub fn rerank(
        &self,
        query: &str,
        texts: &[&str],
        judge: Option<&Path>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Scored>, StudioError> {
        match judge {
            Some(dir) => {
                self.with_judge(dir, cancel, |judge| understand::rerank_pairs(judge, query, texts, cancel))
            }
            None => self.with_encoder(progress, cancel, |e| understand::rerank(e, query, texts, cancel)),
        }
    }

    /// Cosine similarity of two texts.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder.
    pub fn likeness(
        &self,
        a: &str,
        b: &str,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<f32, StudioError> {
        self.with_encoder(progress, cancel, |e| understand::likeness(e, a, b, cancel))
    }

    /// The phrases that say best what a text is about.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder.
    pub fn keyphrases(
        &self,
        text: &str,
        count: usize,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Scored>, StudioError> {
        self.with_encoder(progress, cancel, |e| understand::keyphrases(e, text, count, cancel))
    }

    /// The likeliest words for each gap of a text, by the masked language model in a folder.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder, also when the text has no gap.
    pub fn fill_mask(
        &self,
        dir: &Path,
        text: &str,
        best: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Filling>>, StudioError> {
        let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let model = FillMask::load(dir)?;
        // `[MASK]` is understood whatever the model writes itself.
        let text = match model.mask() {
            Some(mask) => text.replace("[MASK]", mask).replace("<mask>", mask),
            None => text.to_owned(),
        };
        Ok(model.fill(&text, best)?)
    }
}
