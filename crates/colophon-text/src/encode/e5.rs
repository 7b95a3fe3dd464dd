//! `multilingual-e5-small` (Wang et al. 2024): sentence embeddings in about a hundred languages, a
//! twelve-layer BERT with the vocabulary of XLM-RoBERTa.
//!
//! The weights come in one packed file of 72 MB with 4-bit blocks (GGML `Q4_0`). Little-endian:
//! `E5S1`, version, shape, pieces of the tokenizer, table of replaced characters, directory of
//! tensors (name, type, count, offset, bytes), tensors. Layers are unpacked when the file is read
//! (85 MB), the word vectors when they are looked up.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use candle_nn::VarBuilder;
use colophon_types::Cancel;

use super::embed::{Embed, EncoderInfo, Purpose, unit};
use super::error::{EncodeError, load_error};
use super::tokens::Tokens;
use super::tower::{Batch, Shape, Tower, Words, existing, unpack};
use super::unigram::Pieces;

/// The file.
const FILE: &str = "e5-small-q4.bin";
/// Windows embedded in one pass.
const BATCH: usize = 16;
/// Bytes of a block of 32 weights.
const BLOCK: usize = 18;
/// Longest text, in characters; the rest is cut off.
const MAX_CHARS: usize = 1 << 20;

/// The multilingual encoder, in memory (160 MB).
pub struct E5 {
    tower: Tower,
    pieces: Pieces,
}

impl std::fmt::Debug for E5 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("E5")
    }
}

impl E5 {
    /// Loads the packed file from a folder.
    ///
    /// # Errors
    /// [`EncodeError::Missing`] and [`EncodeError::Load`].
    pub fn load(dir: &Path) -> Result<Self, EncodeError> {
        let bytes = std::fs::read(existing(dir, FILE)?).map_err(load_error)?;
        Self::read(&bytes)
    }

    fn read(bytes: &[u8]) -> Result<Self, EncodeError> {
        let mut file = Reader { bytes, at: 0 };
        if file.take(4)? != b"E5S1" || file.u32()? != 1 {
            return Err(load_error("it is no packed encoder of version 1"));
        }
        let [hidden, layers, heads, inner, words, positions, types] = file.counts()?;
        let epsilon = f64::from(f32::from_le_bytes(file.array()?));
        if file.u32()? != 32 || !hidden.is_multiple_of(32) || !inner.is_multiple_of(32) {
            return Err(load_error("its blocks have no 32 weights"));
        }
        let shape = Shape::packed([hidden, layers, heads, inner], [words, positions, types], epsilon)?;
        let pieces = file.pieces(words)?;
        let tensors = file.directory()?;
        let tower = Tower::with_words(&shape, &tensors.variables(&shape)?, tensors.words(&shape)?)?;
        Ok(Self { tower, pieces })
    }

    /// Token ids of a text in windows that fit the model, each with its ends.
    fn windows(&self, text: &str, purpose: Purpose) -> Result<Vec<Vec<u32>>, EncodeError> {
        let task = match purpose {
            Purpose::Query => "query: ",
            Purpose::Passage => "passage: ",
        };
        let text: String = task.chars().chain(text.chars().take(MAX_CHARS)).collect();
        let ids = self.pieces.ids(&text)?;
        let (begin, end) = self.pieces.ends;
        let windows = ids.chunks(self.tower.longest - 2);
        Ok(windows.map(|w| [begin].iter().chain(w).chain([&end]).copied().collect()).collect())
    }
}

impl Embed for E5 {
    fn encoder(&self) -> EncoderInfo {
        EncoderInfo {
            id: "multilingual-e5-small".into(),
            dimensions: self.tower.hidden,
            max_tokens: self.tower.longest,
        }
    }

    /// Texts longer than the model reads are read in windows; the vector is their mean, weighted by
    /// their tokens.
    fn vectors(
        &self,
        texts: &[&str],
        purpose: Purpose,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<f32>>, EncodeError> {
        let mut windows: Vec<(usize, Vec<u32>)> = Vec::new();
        for i in Tokens::by_length(texts) {
            cancel.check()?;
            windows.extend(self.windows(texts[i], purpose)?.into_iter().map(|window| (i, window)));
        }
        let mut sums = vec![vec![0.0; self.tower.hidden]; texts.len()];
        for batch in windows.chunks(BATCH) {
            cancel.check()?;
            let encoded: Vec<_> = batch.iter().map(|(_, ids)| (ids.clone(), Vec::new())).collect();
            let means = self.tower.means(&Batch::of(&encoded, self.tower.pad))?;
            for ((owner, ids), mean) in batch.iter().zip(means) {
                let weight = (ids.len() - 2) as f32;
                sums[*owner].iter_mut().zip(mean).for_each(|(sum, x)| *sum += weight * x);
            }
        }
        Ok(sums.into_iter().map(unit).collect())
    }

    fn tokens(&self, texts: &[&str]) -> Result<usize, EncodeError> {
        let mut sum = 0;
        for text in texts {
            sum += self.windows(text, Purpose::Passage)?.iter().map(Vec::len).sum::<usize>();
        }
        Ok(sum)
    }
}

/// Reads the packed file front to back.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], EncodeError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| load_error("the file is cut short"))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EncodeError> {
        let bytes = self.take(N)?;
        Ok(std::array::from_fn(|i| bytes[i]))
    }

    fn u32(&mut self) -> Result<u32, EncodeError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn size(&mut self) -> Result<usize, EncodeError> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(load_error)
    }

    fn counts<const N: usize>(&mut self) -> Result<[usize; N], EncodeError> {
        let mut counts = [0; N];
        for count in &mut counts {
            *count = self.u32()? as usize;
        }
        Ok(counts)
    }

    fn pieces(&mut self, words: usize) -> Result<Pieces, EncodeError> {
        let [count, begin, end, _pad, unknown] = self.counts()?;
        if count > words || begin.max(end).max(unknown) >= count {
            return Err(load_error("its tokenizer does not fit its vocabulary"));
        }
        let letters = self.size()?;
        let starts = self.take((count + 1) * 4)?;
        let scores = self.take(count * 4)?;
        let letters = self.take(letters)?;
        let word = |bytes: &[u8], i: usize| [0, 1, 2, 3].map(|k| bytes[i * 4 + k]);
        let mut pieces = Vec::with_capacity(count);
        for i in 0..count {
            let start = |i: usize| u32::from_le_bytes(word(starts, i)) as usize;
            let piece = letters.get(start(i)..start(i + 1));
            let piece = piece.and_then(|p| std::str::from_utf8(p).ok());
            let piece = piece.ok_or_else(|| load_error("a piece of its tokenizer is no text"))?;
            pieces.push((piece.to_owned(), f64::from(f32::from_le_bytes(word(scores, i)))));
        }
        let replaced = self.replaced()?;
        Pieces::new(pieces, unknown, (begin as u32, end as u32), replaced)
    }

    fn replaced(&mut self) -> Result<HashMap<char, String>, EncodeError> {
        let count = self.u32()?;
        let size = self.u32()? as usize;
        let mut table = Reader { bytes: self.take(size)?, at: 0 };
        let letter = |code: u32| char::from_u32(code).ok_or_else(|| load_error("a letter is none"));
        let mut replaced = HashMap::new();
        for _ in 0..count {
            let from = letter(table.u32()?)?;
            let [length] = table.array()?;
            let to = (0..length).map(|_| letter(table.u32()?)).collect::<Result<_, _>>()?;
            replaced.insert(from, to);
        }
        Ok(replaced)
    }

    fn directory(mut self) -> Result<Tensors<'b>, EncodeError> {
        let mut found = HashMap::new();
        for _ in 0..self.u32()? {
            let length = usize::from(u16::from_le_bytes(self.array()?));
            let name = String::from_utf8_lossy(self.take(length)?).into_owned();
            let [packed] = self.array()?;
            let count = self.u32()? as usize;
            let [start, bytes] = [self.size()?, self.size()?];
            let wanted = if packed == 1 { count / 32 * BLOCK } else { count * 4 };
            let end = start.checked_add(bytes);
            let data = end.and_then(|end| self.bytes.get(start..end)).filter(|_| bytes == wanted);
            let data = data.ok_or_else(|| load_error(format!("the tensor '{name}' is cut short")))?;
            found.insert(name, (packed == 1, data));
        }
        Ok(Tensors(found))
    }
}

/// The tensors of the file: whether they are packed, and their bytes.
struct Tensors<'b>(HashMap<String, (bool, &'b [u8])>);

impl Tensors<'_> {
    fn words(&self, shape: &Shape) -> Result<Words, EncodeError> {
        let (hidden, row) = (shape.hidden_size, shape.hidden_size / 32 * BLOCK);
        match self.0.get("emb.word") {
            Some((true, bytes)) if bytes.len() == shape.vocab_size * row => {
                Ok(Words::Packed { bytes: bytes.to_vec(), row, hidden })
            }
            _ => Err(load_error("its word vectors are missing")),
        }
    }

    /// Everything but the word vectors, under the names of a BERT checkpoint.
    fn variables(&self, shape: &Shape) -> Result<VarBuilder<'static>, EncodeError> {
        let hidden = shape.hidden_size;
        let mut named = HashMap::new();
        let mut put = |from: &str, to: String, rows: Option<usize>| {
            let tensor = self.tensor(from, rows).map_err(|e| load_error(format!("'{from}': {e}")))?;
            named.insert(to, tensor);
            Ok::<(), EncodeError>(())
        };
        let positions = self.0.get("emb.pos").map_or(0, |(_, bytes)| bytes.len() / 4 / hidden);
        put("emb.pos", "embeddings.position_embeddings.weight".into(), Some(positions))?;
        let types = self.0.get("emb.type").map_or(0, |(_, bytes)| bytes.len() / 4 / hidden);
        put("emb.type", "embeddings.token_type_embeddings.weight".into(), Some(types))?;
        put("emb.ln.w", "embeddings.LayerNorm.weight".into(), None)?;
        put("emb.ln.b", "embeddings.LayerNorm.bias".into(), None)?;
        for layer in 0..shape.layers() {
            let parts = [
                ("q", "attention.self.query", true),
                ("k", "attention.self.key", true),
                ("v", "attention.self.value", true),
                ("ao", "attention.output.dense", true),
                ("aln", "attention.output.LayerNorm", false),
                ("fi", "intermediate.dense", true),
                ("fo", "output.dense", true),
                ("oln", "output.LayerNorm", false),
            ];
            for (short, long, matrix) in parts {
                let bias = format!("l{layer}.{short}.b");
                let rows = self.0.get(&bias).map(|(_, bytes)| bytes.len() / 4).filter(|_| matrix);
                let long = format!("encoder.layer.{layer}.{long}");
                put(&format!("l{layer}.{short}.w"), format!("{long}.weight"), rows)?;
                put(&bias, format!("{long}.bias"), None)?;
            }
        }
        Ok(VarBuilder::from_tensors(named, candle_core::DType::F32, &Device::Cpu))
    }

    /// A matrix of so many rows, or a vector.
    fn tensor(&self, name: &str, rows: Option<usize>) -> candle_core::Result<Tensor> {
        let missing = || candle_core::Error::Msg("it is missing".into());
        let (packed, bytes) = self.0.get(name).ok_or_else(missing)?;
        let count = if *packed { bytes.len() / BLOCK * 32 } else { bytes.len() / 4 };
        let columns = match rows {
            Some(rows) if rows > 0 && count.is_multiple_of(rows) => Some(count / rows),
            Some(_) => return Err(missing()),
            None => None,
        };
        if *packed {
            let shape = (rows.ok_or_else(missing)?, columns.ok_or_else(missing)?);
            return unpack(bytes.to_vec(), shape);
        }
        let floats: Vec<f32> =
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        match (rows, columns) {
            (Some(rows), Some(columns)) => Tensor::from_vec(floats, (rows, columns), &Device::Cpu),
            _ => Tensor::from_vec(floats, count, &Device::Cpu),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_files_are_refused() {
        let mut file = b"E5S1".to_vec();
        file.extend(1u32.to_le_bytes());
        for n in [32u32, 1, 1, 32, 5, 8, 1] {
            file.extend(n.to_le_bytes());
        }
        file.extend(1e-12f32.to_le_bytes());
        file.extend(32u32.to_le_bytes());
        let whole = file.len();
        for cut in [0, 3, 8, 20, whole] {
            assert!(matches!(E5::read(&file[..cut]), Err(EncodeError::Load(_))), "{cut}");
        }
        // A tokenizer that claims more pieces than the file can hold.
        for n in [5u32, 0, 2, 1, 3] {
            file.extend(n.to_le_bytes());
        }
        file.extend(u64::MAX.to_le_bytes());
        file.resize(file.len() + 100, 0);
        assert!(matches!(E5::read(&file), Err(EncodeError::Load(_))));
        // A shape that no machine holds.
        file[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(E5::read(&file), Err(EncodeError::Load(_))));
    }
}
