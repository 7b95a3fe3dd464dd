//! The audit: everything recomputed from the entries.

use std::path::Path;

use tlog_tiles::{HASH_SIZE, Hash, Tile, record_hash};

use crate::LedgerError;
use crate::disk::{self, FULL, TILE_HEIGHT};
use crate::index::Index;
use crate::parse::parse_entry;
use crate::tree::{self, Head};

/// What an audit found to hold.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AuditReport {
    /// The name of the log.
    pub origin: String,
    /// Entries checked.
    pub entries: u64,
    /// Hash tiles checked.
    pub tiles: u64,
    /// Root hash, base64, recomputed and equal to the signed one.
    pub root: String,
    /// The newest checkpoint that enough witnesses signed.
    pub witnessed: Option<crate::Witnessed>,
    /// Stamped checkpoints, each of them of a tree that is the beginning of the present one.
    pub stamps: u64,
}

/// Recomputes the tree level by level of tiles; holds one hash for each full tile at a time.
pub(crate) fn run(dir: &Path, origin: &str, head: Head, index: &Index) -> Result<AuditReport, LedgerError> {
    let mut level_hashes = leaves(dir, head, index)?;
    let mut tiles = 0;
    let mut level = 0u8;
    // The right edge, from the leaves up: the root is the fold of the subtree hashes that are not
    // part of a full tile, level by level.
    let mut edge: Vec<Hash> = Vec::new();
    while !level_hashes.is_empty() {
        let mut parents = Vec::with_capacity(level_hashes.len() / FULL as usize);
        let mut rest: &[Hash] = &[];
        for (n, chunk) in (0u64..).zip(level_hashes.chunks(FULL as usize)) {
            let tile = Tile::new(TILE_HEIGHT, level, n, chunk.len() as u32, false);
            let want: Vec<u8> = chunk.iter().flat_map(|h| h.0).collect();
            let path = disk::tile_path(dir, tile);
            let got = tree::read_at_least(dir, tile, |b| b.len() >= want.len())?;
            if got.get(..want.len()) != Some(&want) || got.len() % HASH_SIZE != 0 {
                return Err(LedgerError::Inconsistent(format!("{} was changed", path.display())));
            }
            tiles += 1;
            if chunk.len() == FULL as usize {
                parents.push(Tile::subtree_hash(&want));
            } else {
                rest = chunk;
            }
        }
        edge.splice(0..0, perfect_subtrees(rest));
        level_hashes = parents;
        level += 1;
    }
    let root = edge.iter().rev().copied().reduce(|right, left| tlog_tiles::node_hash(left, right));
    let root = root.unwrap_or(Head::EMPTY.root);
    if root != head.root {
        return Err(LedgerError::Inconsistent("the entries do not give the signed root".to_owned()));
    }
    if index.size()? != head.size {
        return Err(LedgerError::Inconsistent("the index has another number of entries".to_owned()));
    }
    let root = root.to_string();
    Ok(AuditReport { origin: origin.to_owned(), entries: head.size, tiles, root, witnessed: None, stamps: 0 })
}

/// The leaf hashes, with every entry readable and indexed under its own hash.
fn leaves(dir: &Path, head: Head, index: &Index) -> Result<Vec<Hash>, LedgerError> {
    let mut hashes = Vec::new();
    let mut next = 0;
    while next < head.size {
        let (bundle, _) = tree::bundle_of(next, head.size);
        for record in tree::read_bundle(dir, bundle)? {
            let entry = parse_entry(next, &record)?;
            if index.sha256_of(next)?.as_deref() != Some(entry.sha256.as_str()) {
                return Err(LedgerError::Inconsistent(format!("the index does not agree with entry {next}")));
            }
            hashes.push(record_hash(&record));
            next += 1;
        }
    }
    Ok(hashes)
}

/// The roots of the perfect subtrees of fewer than 256 hashes, left to right (largest first).
fn perfect_subtrees(mut hashes: &[Hash]) -> Vec<Hash> {
    let mut roots = Vec::new();
    while !hashes.is_empty() {
        let width = 1usize << hashes.len().ilog2();
        let (left, right) = hashes.split_at(width);
        let bytes: Vec<u8> = left.iter().flat_map(|h| h.0).collect();
        roots.push(Tile::subtree_hash(&bytes));
        hashes = right;
    }
    roots
}
