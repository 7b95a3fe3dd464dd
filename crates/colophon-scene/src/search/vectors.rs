//! Embeddings of names and keywords, kept in a file between runs.
//!
//! The file: 8 bytes of magic, then little-endian: hash of the inputs (u64), rows (u32), numbers a
//! row (u32), hash of the body (u64), body (f32 × rows × numbers). Anything that does not fit is
//! made anew.

use std::io::Write;
use std::path::Path;

use colophon_text::encode::{DIMENSIONS, MiniLm, similarity};

use crate::SceneError;

const MAGIC: &[u8; 8] = b"CLPVEC1\n";
const HEADER: usize = 32;

/// One vector a row.
#[derive(Debug)]
pub(super) struct Vectors(Vec<[f32; DIMENSIONS]>);

impl Vectors {
    /// From the cache if it fits, else from the model.
    pub(super) fn load_or_make(
        rows: &[String],
        model: &MiniLm,
        cache: Option<&Path>,
    ) -> Result<Self, SceneError> {
        // The vector of one fixed word stands for the model: other weights give another vector.
        let probe: Vec<u8> = model
            .embed(&["colophon"])?
            .iter()
            .flatten()
            .flat_map(|x| ((x * 1000.0).round() as i32).to_le_bytes())
            .collect();
        let mut inputs = hash(&probe, 0);
        for row in rows {
            inputs = hash(row.as_bytes(), inputs.rotate_left(7) ^ 0x9e37);
        }
        if let Some(vectors) = cache.and_then(|path| read(path, inputs, rows.len())) {
            return Ok(vectors);
        }
        let texts: Vec<&str> = rows.iter().map(String::as_str).collect();
        let vectors = Self(model.embed(&texts)?);
        if let Some(path) = cache
            && let Err(e) = vectors.write(path, inputs)
        {
            tracing::warn!("the embeddings of the art could not be kept in {}: {e}", path.display());
        }
        Ok(vectors)
    }

    /// The row nearest to a vector, and how near.
    pub(super) fn nearest(&self, query: &[f32; DIMENSIONS]) -> Option<(usize, f32)> {
        self.0
            .iter()
            .map(|row| similarity(row, query))
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    fn write(&self, path: &Path, inputs: u64) -> std::io::Result<()> {
        let body: Vec<u8> = self.0.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let part = path.with_extension(format!("part{}", std::process::id()));
        let mut file = std::fs::File::create(&part)?;
        file.write_all(MAGIC)?;
        file.write_all(&inputs.to_le_bytes())?;
        file.write_all(&(self.0.len() as u32).to_le_bytes())?;
        file.write_all(&(DIMENSIONS as u32).to_le_bytes())?;
        file.write_all(&hash(&body, 0).to_le_bytes())?;
        file.write_all(&body)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&part, path)
    }
}

fn read(path: &Path, inputs: u64, rows: usize) -> Option<Vectors> {
    let bytes = std::fs::read(path).ok()?;
    let (header, body) = bytes.split_at_checked(HEADER)?;
    let u64_at = |at: usize| Some(u64::from_le_bytes(header.get(at..at + 8)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let fits = header.starts_with(MAGIC)
        && u64_at(8)? == inputs
        && u32_at(16)? as usize == rows
        && u32_at(20)? as usize == DIMENSIONS
        && body.len() == rows * DIMENSIONS * 4
        && u64_at(24)? == hash(body, 0);
    fits.then(|| {
        let vectors = body.chunks_exact(DIMENSIONS * 4).map(|row| {
            std::array::from_fn(|i| {
                f32::from_le_bytes([row[4 * i], row[4 * i + 1], row[4 * i + 2], row[4 * i + 3]])
            })
        });
        Vectors(vectors.collect())
    })
}

/// FNV-1a over words of eight bytes: quick, and enough to notice a stale or damaged file.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325 ^ seed;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h = (h ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
        h ^= h >> 29;
    }
    h ^ bytes.len() as u64
}
