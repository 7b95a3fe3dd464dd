//! What an encoder does, whichever it is.

use colophon_types::Cancel;

use super::error::EncodeError;

/// What a text is embedded for. Some models tell questions from what answers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A question, a search.
    Query,
    /// A text that may be found.
    #[default]
    Passage,
}

/// Facts about an encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncoderInfo {
    /// Catalogue id.
    pub id: String,
    /// Numbers in an embedding.
    pub dimensions: usize,
    /// Longest text in tokens; what is longer is cut off or, where the encoder can, read in parts.
    pub max_tokens: usize,
}

/// An engine that turns texts into vectors of length 1, so that the dot product of two is their
/// cosine similarity.
///
/// Threading contract: may be shared between threads.
pub trait Embed: Send + Sync {
    /// The model.
    fn encoder(&self) -> EncoderInfo;

    /// One vector for each text, in their order. Stops between batches when asked to.
    ///
    /// # Errors
    /// [`EncodeError::Run`] and [`EncodeError::Cancelled`].
    fn vectors(
        &self,
        texts: &[&str],
        purpose: Purpose,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<f32>>, EncodeError>;

    /// Tokens of the texts, as far as they are embedded.
    ///
    /// # Errors
    /// [`EncodeError::Run`] when the tokenizer fails.
    fn tokens(&self, texts: &[&str]) -> Result<usize, EncodeError>;
}

/// Cosine similarity of two vectors of length 1.
pub fn similarity(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The vector scaled to length 1.
pub(super) fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}
