//! Prompts as tokens: CLIP's byte pairs, the pieces of T5, and what is said to Qwen3.

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use tokenizers::models::bpe::{BPE, BpeBuilder, Vocab};
use tokenizers::normalizers::{Lowercase, NFC, Replace, Sequence};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as Cuts;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior, Tokenizer};

use super::clip::LENGTH;
use super::weighting::Part;
use crate::ImageError;

/// How CLIP cuts a text.
const WORDS: &str =
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
const START: &str = "<|startoftext|>";
const END: &str = "<|endoftext|>";
/// CLIP's merges in the package `open_clip_torch`: how many of its lines, and its size unpacked at most.
const PACKED: &str = "bpe_simple_vocab_16e6.txt.gz";
const MERGES: usize = 49_152 - 256 - 2;
const LARGEST: u64 = 16 << 20;

/// Pieces of a long prompt that are read, at most.
const MOST_PIECES: usize = 8;

/// A tokenizer of a text encoder.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    /// What fills the places after the end.
    pad: u32,
}

/// A prompt of CLIP.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prompt {
    /// `LENGTH` tokens.
    pub(crate) tokens: Vec<u32>,
    /// What each of them weighs.
    pub(crate) weights: Vec<f32>,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whether its end had to be left out.
    pub(crate) cut: bool,
}

impl Tokens {
    /// The tokenizer of a folder: `tokenizer.json`, CLIP's `vocab.json` and `merges.txt`, or its merges as
    /// OpenCLIP's package has them. `pad` is the token that fills up, where the folder does not say.
    pub(crate) fn open(folder: &Path, pad: &str) -> Result<Self, ImageError> {
        let bad = |reason: String| ImageError::model(folder, reason);
        let whole = folder.join("tokenizer.json");
        let mut tokenizer = if whole.is_file() {
            Tokenizer::from_file(&whole).map_err(|e| bad(e.to_string()))?
        } else if folder.join(PACKED).is_file() {
            clip(folder, packed(&folder.join(PACKED))?)?
        } else {
            let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
            clip(folder, BPE::from_file(&file("vocab.json"), &file("merges.txt")))?
        };
        let said = said_pad(folder);
        if let Some(said) = &said {
            // What fills up is a token by itself, also where it stands in a prompt ("!" does).
            tokenizer
                .add_special_tokens([AddedToken::from(said.clone(), true)])
                .map_err(|e| bad(e.to_string()))?;
        }
        let pad = said.unwrap_or_else(|| pad.to_owned());
        let pad = tokenizer
            .token_to_id(&pad)
            .ok_or_else(|| bad(format!("its tokenizer does not know the token {pad} that fills up")))?;
        Ok(Self { tokenizer, pad })
    }

    /// A prompt for CLIP, as far as it reads at once.
    pub(crate) fn clip(&self, text: &str) -> Result<Prompt, ImageError> {
        let mut pieces = self.clip_pieces(text)?;
        let cut = pieces.len() > 1;
        Ok(Prompt { cut, ..pieces.swap_remove(0) })
    }

    /// A prompt for CLIP in pieces of 75 tokens, each with a start and an end of its own; one piece where there
    /// are no words.
    pub(crate) fn clip_pieces(&self, text: &str) -> Result<Vec<Prompt>, ImageError> {
        self.clip_weighted(&[Part { text: text.to_owned(), weight: 1.0 }])
    }

    /// The same of a prompt whose words have weights. Each part is cut into tokens by itself.
    pub(crate) fn clip_weighted(&self, parts: &[Part]) -> Result<Vec<Prompt>, ImageError> {
        let fail = |what: &str| ImageError::Network(format!("the prompt cannot be cut into tokens: {what}"));
        let known = |token| self.tokenizer.token_to_id(token).ok_or_else(|| fail("it has no start or end"));
        let (start, stop) = (known(START)?, known(END)?);
        let mut words: Vec<(u32, f32)> = Vec::new();
        for part in parts {
            let read = self.tokenizer.encode_fast(part.text.as_str(), false);
            let read = read.map_err(|e| fail(&e.to_string()))?;
            words.extend(read.get_ids().iter().map(|id| (*id, part.weight)));
        }
        let piece = |words: &[(u32, f32)]| {
            let (mut tokens, mut weights) = (vec![start], vec![1.0]);
            tokens.extend(words.iter().map(|(id, _)| id));
            weights.extend(words.iter().map(|(_, weight)| weight));
            let end = tokens.len();
            tokens.push(stop);
            tokens.resize(LENGTH, self.pad);
            weights.resize(LENGTH, 1.0);
            Prompt { tokens, weights, end, cut: false }
        };
        let first = words.get(..LENGTH - 2).unwrap_or(&words);
        let rest = words[first.len()..].chunks(LENGTH - 2);
        Ok(std::iter::once(first).chain(rest).take(MOST_PIECES).map(piece).collect())
    }

    /// A prompt for T5: `length` tokens, the end being `</s>`.
    pub(crate) fn t5(&self, text: &str, length: usize) -> Result<Vec<u32>, ImageError> {
        let fail = |what: &str| ImageError::Network(format!("the prompt cannot be cut into tokens: {what}"));
        let stop = self.tokenizer.token_to_id("</s>").ok_or_else(|| fail("it has no end"))?;
        let words = self.tokenizer.encode_fast(text, false).map_err(|e| fail(&e.to_string()))?;
        let mut tokens: Vec<u32> = words.get_ids().iter().copied().take(length - 1).collect();
        tokens.push(stop);
        tokens.resize(length, self.pad);
        Ok(tokens)
    }

    /// A prompt for Qwen3, as one asks it something: `longest` tokens at most.
    pub(crate) fn qwen(&self, text: &str, longest: usize) -> Result<Vec<u32>, ImageError> {
        let asked = format!("<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
        let read = self.tokenizer.encode_fast(asked, false);
        let read =
            read.map_err(|e| ImageError::Network(format!("the prompt cannot be cut into tokens: {e}")))?;
        Ok(read.get_ids().iter().copied().take(longest).collect())
    }
}

/// CLIP's tokenizer over some byte pairs.
fn clip(folder: &Path, pairs: BpeBuilder) -> Result<Tokenizer, ImageError> {
    let bad = |e: tokenizers::Error| ImageError::model(folder, e.to_string());
    let pairs = pairs.end_of_word_suffix("</w>".into()).unk_token(END.into()).build().map_err(bad)?;
    let mut tokenizer = Tokenizer::new(pairs);
    let spaces = Replace::new(tokenizers::normalizers::replace::ReplacePattern::Regex(r"\s+".into()), " ");
    let steps = vec![NFC.into(), spaces.map_err(bad)?.into(), Lowercase.into()];
    tokenizer.with_normalizer(Some(Sequence::new(steps))).map_err(bad)?;
    let words = Split::new(SplitPattern::Regex(WORDS.into()), SplitDelimiterBehavior::Removed, true);
    tokenizer.with_pre_tokenizer(Some(PreTokenizerWrapper::Sequence(Cuts::new(vec![
        words.map_err(bad)?.into(),
        ByteLevel::new(false, true, true).into(),
    ]))));
    tokenizer
        .add_special_tokens([START, END].map(|token| AddedToken::from(token.to_owned(), true)))
        .map_err(bad)?;
    Ok(tokenizer)
}

/// CLIP's merges as OpenAI published them: the words are the bytes, the bytes at the end of a word, what
/// the merges make, start and end.
fn packed(path: &Path) -> Result<BpeBuilder, ImageError> {
    let bad = |reason: &str| ImageError::model(path, reason.to_owned());
    let file = std::fs::File::open(path).map_err(|e| bad(&e.to_string()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|e| bad(&e.to_string()))?;
    let merges: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .take(MERGES)
        .filter_map(|line| line.split_once(' '))
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .collect();
    if merges.len() != MERGES {
        return Err(bad("it does not hold CLIP's merges"));
    }
    let letters: Vec<String> = byte_letters().map(String::from).collect();
    let ends = letters.iter().map(|letter| format!("{letter}</w>"));
    let made = merges.iter().map(|(a, b)| format!("{a}{b}"));
    let words = letters.iter().cloned().chain(ends).chain(made).chain([START, END].map(str::to_owned));
    let vocabulary: Vocab = words.zip(0..).collect();
    Ok(BPE::builder().vocab_and_merges(vocabulary, merges))
}

/// The letters that stand for bytes: printable ones for themselves, the others for the rest, in the
/// order in which the words begin with them.
fn byte_letters() -> impl Iterator<Item = char> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let plain = (0..=255u8).filter(printable).map(char::from);
    let rest = (0..=255u8).filter(move |byte| !printable(byte)).count() as u32;
    plain.chain((0..rest).filter_map(|n| char::from_u32(256 + n)))
}

/// The token that fills up, as a folder says it.
fn said_pad(folder: &Path) -> Option<String> {
    ["special_tokens_map.json", "tokenizer_config.json"].iter().find_map(|name| {
        let json: Value = serde_json::from_slice(&std::fs::read(folder.join(name)).ok()?).ok()?;
        let pad = &json["pad_token"];
        pad.as_str().or_else(|| pad["content"].as_str()).map(str::to_owned)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What `transformers` 5 makes of these texts with the same words.
    #[test]
    fn clips_words_are_those_of_transformers() {
        let tokens =
            Tokens::open(&colophon_test::models_dir().join("clip-tokenizer"), "<|endoftext|>").unwrap();
        for (text, ids) in [
            ("a photo of a cat!!", &[320, 1125, 539, 320, 2368, 748][..]),
            (
                "Ünïcödé naïve café 12345 don't",
                &[
                    6522, 77, 35689, 66, 7255, 67, 4166, 1097, 35689, 563, 15304, 272, 273, 274, 275, 276,
                    847, 713,
                ],
            ),
            (
                "一只在雪地里的熊猫",
                &[
                    19759, 222, 34517, 103, 37746, 101, 165, 249, 103, 37746, 108, 38283, 234, 163, 248, 226,
                    163, 228, 232, 163, 234, 360,
                ],
            ),
            (
                "  spaces\n\ttabs   é (test:1.2), 🦊 fox's",
                &[9006, 29163, 4166, 263, 1628, 281, 272, 269, 273, 2361, 6040, 488, 3240, 568],
            ),
        ] {
            let prompt = tokens.clip(text).unwrap();
            assert_eq!(&prompt.tokens[1..prompt.end], ids, "{text}");
            assert_eq!(
                (prompt.tokens[0], prompt.tokens[prompt.end], prompt.tokens.len()),
                (49_406, 49_407, 77)
            );
            assert!(!prompt.cut);
        }
        let long = tokens.clip(&"fox ".repeat(100)).unwrap();
        assert!(long.cut && long.end == 76);
        let pieces = tokens.clip_pieces(&"fox ".repeat(100)).unwrap();
        assert_eq!(pieces.iter().map(|p| p.end).collect::<Vec<_>>(), [76, 26]);
        assert!(pieces.iter().all(|p| p.tokens.len() == 77 && p.tokens[0] == 49_406));
        assert_eq!(tokens.clip_pieces("").unwrap().len(), 1);
        assert_eq!(tokens.clip_pieces(&"fox ".repeat(75)).unwrap().len(), 1);
        assert_eq!(tokens.clip_pieces(&"fox ".repeat(5000)).unwrap().len(), 8);
        // Weights lie on the tokens of their words, start and end having none.
        let parts = crate::diffusion::weighting::read("a photo (of a cat:1.5)!!");
        let weighted = tokens.clip_weighted(&parts).unwrap();
        assert_eq!(weighted[0].tokens, tokens.clip("a photo of a cat!!").unwrap().tokens);
        assert_eq!(weighted[0].weights[..8], [1.0, 1.0, 1.0, 1.5, 1.5, 1.5, 1.0, 1.0]);
        let long = crate::diffusion::weighting::read(&format!("{}(fox:2) [fox]", "fox ".repeat(75)));
        let pieces = tokens.clip_weighted(&long).unwrap();
        assert!(pieces[0].weights.iter().all(|w| *w == 1.0));
        assert_eq!(pieces[1].weights[..4], [1.0, 2.0, (1.0 / 1.1f64) as f32, 1.0]);
    }
}
