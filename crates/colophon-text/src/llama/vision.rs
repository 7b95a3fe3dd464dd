//! Image input: the vision projector (mmproj) of a model turns pictures into embeddings.

use std::path::Path;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::mtmd::{MtmdBitmap, MtmdContext, MtmdContextParams, MtmdInputChunkType, MtmdInputText};
use llama_cpp_2::token::LlamaToken;

use super::job::Seen;
use super::shared::BATCH;
use crate::TextError;

/// Stands for a position of an image among the tokens of a text: no vocabulary has it.
pub(super) const IMAGE_TOKEN: LlamaToken = LlamaToken(-1);

/// A loaded projector.
pub(super) struct Vision {
    projector: MtmdContext,
}

/// A prompt that was read.
pub(super) struct Read {
    /// Its tokens, [`IMAGE_TOKEN`] for each position of an image. All but the last are evaluated.
    pub(super) tokens: Vec<LlamaToken>,
    /// The position at which the last token goes.
    pub(super) position: i32,
}

impl Vision {
    pub(super) fn load(path: &Path, model: &LlamaModel, threads: i32) -> Result<Self, TextError> {
        let fail = |reason: String| TextError::Load { model: path.display().to_string(), reason };
        if !path.is_file() {
            return Err(fail("the file is missing".into()));
        }
        let name = path.to_str().ok_or_else(|| fail("its name is not UTF-8".into()))?;
        let params = MtmdContextParams { n_threads: threads, print_timings: false, ..Default::default() };
        let projector = MtmdContext::init_from_file(name, model, &params).map_err(|e| fail(e.to_string()))?;
        if !projector.support_vision() {
            return Err(fail("it is not a vision projector".into()));
        }
        Ok(Self { projector })
    }

    /// Reads a prompt with images into a sequence, up to its last token.
    pub(super) fn read(
        &mut self,
        context: &mut LlamaContext<'_>,
        seen: &Seen,
        seq: i32,
        limit: usize,
    ) -> Result<Read, TextError> {
        let engine = |e: String| TextError::Engine(e);
        let mut bitmaps = Vec::new();
        for image in &seen.images {
            let bitmap = MtmdBitmap::from_buffer(&self.projector, &image.bytes, false)
                .map_err(|_| TextError::Unsupported("an image of the request cannot be read".into()))?;
            bitmaps.push(bitmap);
        }
        let text =
            MtmdInputText { text: seen.prompt.replace('\0', " "), add_special: true, parse_special: true };
        let refs: Vec<_> = bitmaps.iter().collect();
        let chunks = self.projector.tokenize(text, &refs).map_err(|e| engine(e.to_string()))?;
        let mut tokens = Vec::new();
        for i in 0..chunks.len() {
            let Some(chunk) = chunks.get(i) else { continue };
            match chunk.chunk_type() {
                MtmdInputChunkType::Text => tokens.extend_from_slice(chunk.text_tokens().unwrap_or_default()),
                _ => tokens.extend(std::iter::repeat_n(IMAGE_TOKEN, chunk.n_tokens())),
            }
        }
        if tokens.len() + 1 > limit {
            return Err(TextError::TooLong { tokens: tokens.len() + 1, limit });
        }
        let Some(last) = tokens.last().copied().filter(|t| *t != IMAGE_TOKEN) else {
            return Err(TextError::Template("the prompt ends with an image".into()));
        };
        let end = chunks
            .eval_chunks(&mut self.projector, context, 0, seq, BATCH as i32, false)
            .map_err(|e| engine(e.to_string()))?;
        // The last token is evaluated once more with the others of its step, so that its logits are
        // where the scheduler looks for them.
        let position = end - 1;
        context
            .clear_kv_cache_seq(Some(seq as u32), Some(position as u32), None)
            .map_err(|e| engine(e.to_string()))?;
        debug_assert_eq!(tokens.last(), Some(&last));
        Ok(Read { tokens, position })
    }
}
