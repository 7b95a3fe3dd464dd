//! Semantic search over a folder: every text in it is cut into passages, each passage embedded, and
//! the vectors kept in an index on disk that is brought up to date before each search.
//!
//! Threading contract: several searches may run at the same time, in one process or in several; the
//! index file is SQLite and locks itself.

mod found;
mod index;
mod passages;

use std::path::{Path, PathBuf};

use colophon_text::encode::{Purpose, similarity};
use colophon_text::understand::{content_words, share_in};
use colophon_types::{Cancel, Progress};

use crate::{Studio, StudioError};
pub use found::{Found, Indexed};
use index::Index;

/// Added to the cosine when a passage has every word of the question; cosines of one question lie
/// within about 0.1 of each other.
const WORDS: f32 = 0.04;
/// Passages of one file in the results, at most.
const PER_FILE: usize = 2;

/// How a folder is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchOptions {
    /// Results, at most.
    pub top: usize,
    /// Whether the index is brought up to date first.
    pub update: bool,
    /// Whether it is made anew.
    pub rebuild: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { top: 10, update: true, rebuild: false }
    }
}

impl Studio {
    /// The passages of a folder that answer a question best, best first, with what was done to the
    /// index before.
    ///
    /// # Errors
    /// [`StudioError`]: no such folder, nothing in it, the encoder cannot be had, the index cannot be
    /// written.
    pub fn search(
        &self,
        dir: &Path,
        query: &str,
        options: SearchOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(Vec<Found>, Indexed), StudioError> {
        if query.trim().is_empty() {
            return Err(StudioError::request(
                "there is nothing to search for",
                "give a question or some words",
            ));
        }
        let root = dir.canonicalize().map_err(StudioError::io("read", dir))?;
        if !root.is_dir() {
            let message = format!("{} is no folder", dir.display());
            return Err(StudioError::request(message, "give the folder to search"));
        }
        let encoder = self.encoder(None, progress, cancel)?;
        let mut index = Index::open(&self.index_file(&root), &encoder.encoder().id, options.rebuild)?;
        let mut indexed = Indexed::default();
        if options.update || options.rebuild {
            indexed = index.update(&root, &*encoder, &self.cores, progress, cancel)?;
        }
        let asked = {
            let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
            encoder.vectors(&[query], Purpose::Query, cancel)?.swap_remove(0)
        };
        let words = content_words(query);
        let mut found: Vec<Found> = Vec::new();
        index.each(&mut |passage, vector| {
            let score = similarity(vector, &asked) + WORDS * share_in(&words, &passage.text);
            keep(&mut found, Found { score, ..passage }, options.top.max(1));
            !cancel.is_cancelled()
        })?;
        cancel.check()?;
        (indexed.files, indexed.passages) = index.counts()?;
        Ok((found, indexed))
    }

    /// Where the index of a folder is kept.
    fn index_file(&self, root: &Path) -> PathBuf {
        use sha2::{Digest as _, Sha256};
        let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
        let name = colophon_types::hex(&digest[..12]);
        self.home.join("index").join(format!("{name}.db"))
    }
}

/// Puts a passage in its place among the best, unless its file has enough better ones.
fn keep(found: &mut Vec<Found>, passage: Found, top: usize) {
    let at = found.partition_point(|f| f.score >= passage.score);
    let better = found[..at].iter().filter(|f| f.file == passage.file).count();
    if at >= top || better >= PER_FILE {
        return;
    }
    let file = passage.file.clone();
    found.insert(at, passage);
    let mut seen = 0;
    found.retain(|f| {
        seen += usize::from(f.file == file);
        f.file != file || seen <= PER_FILE
    });
    found.truncate(top);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order_and_no_file_fills_the_list() {
        let mut found = Vec::new();
        for (file, score) in [("a", 0.5), ("a", 0.9), ("b", 0.7), ("a", 0.8), ("c", 0.1), ("d", 0.6)] {
            let passage = Found { file: file.into(), line: 1, last_line: 1, text: String::new(), score };
            keep(&mut found, passage, 4);
        }
        let kept: Vec<_> = found.iter().map(|f| (f.file.as_str(), f.score)).collect();
        assert_eq!(kept, [("a", 0.9), ("a", 0.8), ("b", 0.7), ("d", 0.6)]);
    }
}
