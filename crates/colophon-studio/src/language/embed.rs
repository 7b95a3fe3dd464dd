//! Sentence embeddings.

use std::sync::{Arc, OnceLock};

use colophon_text::embed::MiniLm;
use colophon_types::{Cancel, NoProgress};

use crate::{Studio, StudioError};

/// The embedding model.
const MODEL: &str = "all-minilm-l6-v2";

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

/// The loaded embedding model of a studio.
pub(crate) type Embedder = OnceLock<Arc<MiniLm>>;

impl Studio {
    /// Embeds texts (English; other languages are embedded, but not well).
    ///
    /// # Errors
    /// [`StudioError`]: unknown model, or it cannot be fetched or run.
    pub fn embed(&self, model: Option<&str>, texts: &[String]) -> Result<Embedded, StudioError> {
        if let Some(other) = model.filter(|m| *m != MODEL) {
            return Err(colophon_hub::HubError::UnknownModel { id: other.to_owned() }.into());
        }
        let cancel = Cancel::new();
        let embedder = match self.embedder.get() {
            Some(embedder) => Arc::clone(embedder),
            None => {
                let files = self.hub.ensure(MODEL, &NoProgress, &cancel)?;
                let loaded = Arc::new(MiniLm::load(&files.dir)?);
                Arc::clone(self.embedder.get_or_init(|| loaded))
            }
        };
        let _lease = self.cores.lease(1, self.cores.total(), &cancel)?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = embedder.embed(&texts)?.into_iter().map(|v| v.to_vec()).collect();
        let tokens = embedder.count_tokens(&texts)?;
        Ok(Embedded { model: MODEL.into(), vectors, tokens })
    }
}
