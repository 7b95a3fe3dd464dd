//! The Merkle tree on disk: reading authenticated hashes from tiles, and the tiles of one more leaf.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use tlog_tiles::{
    EMPTY_HASH, Error, HASH_SIZE, Hash, HashReader, Tile, TileHashReader, TileReader, record_hash,
    stored_hash_index, stored_hashes_for_record_hash, tree_hash,
};

use crate::LedgerError;
use crate::disk::{self, FULL, TILE_HEIGHT};

/// The size and root of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

impl Head {
    pub(crate) const EMPTY: Self = Self { size: 0, root: EMPTY_HASH };
}

/// Reads hash tiles from the log's folder.
pub(crate) struct Tiles<'a> {
    dir: &'a Path,
    /// The first I/O failure, kept because the crate's error type cannot carry it.
    failure: RefCell<Option<LedgerError>>,
}

impl<'a> Tiles<'a> {
    pub(crate) fn new(dir: &'a Path) -> Self {
        Self { dir, failure: RefCell::new(None) }
    }

    /// The error to report: an I/O failure that happened below, or `e`.
    pub(crate) fn explain(&self, e: &Error) -> LedgerError {
        self.failure.borrow_mut().take().unwrap_or_else(|| LedgerError::tree(e))
    }

    fn read_one(&self, tile: Tile) -> Result<Vec<u8>, LedgerError> {
        let want = tile.width() as usize * HASH_SIZE;
        let mut bytes = read_at_least(self.dir, tile, |b| b.len() >= want)?;
        bytes.truncate(want);
        Ok(bytes)
    }
}

/// Reads a tile or bundle: its own file, or the full one where the partial was pruned.
pub(crate) fn read_at_least(
    dir: &Path,
    tile: Tile,
    enough: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, LedgerError> {
    let path = disk::tile_path(dir, tile);
    let full = disk::tile_path(dir, disk::with_width(tile, FULL));
    for candidate in [&path, &full] {
        if let Some(bytes) = disk::read(candidate)? {
            if enough(&bytes) {
                return Ok(bytes);
            }
            return Err(LedgerError::Inconsistent(format!("{} is too short", candidate.display())));
        }
    }
    Err(LedgerError::Inconsistent(format!("{} is missing", path.display())))
}

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        tiles
            .iter()
            .map(|t| {
                self.read_one(*t).map_err(|e| {
                    let text = e.to_string();
                    self.failure.borrow_mut().get_or_insert(e);
                    Error::InvalidInput(text)
                })
            })
            .collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

/// Hashes of a tree of `head` whose tiles are checked against its root, with hashes not yet on disk
/// laid over them.
pub(crate) struct Hashes<'a> {
    head: Head,
    tiles: &'a Tiles<'a>,
    fresh: BTreeMap<u64, Hash>,
}

impl<'a> Hashes<'a> {
    pub(crate) fn new(head: Head, tiles: &'a Tiles<'a>) -> Self {
        Self { head, tiles, fresh: BTreeMap::new() }
    }
}

impl HashReader for Hashes<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let stored: Vec<u64> = indexes.iter().copied().filter(|i| !self.fresh.contains_key(i)).collect();
        let mut found = if stored.is_empty() {
            Vec::new()
        } else if self.head.size == 0 {
            return Err(Error::IndexesNotInTree);
        } else {
            TileHashReader::new(self.head.size, self.head.root, self.tiles).read_hashes(&stored)?
        }
        .into_iter();
        indexes
            .iter()
            .map(|i| self.fresh.get(i).copied().or_else(|| found.next()).ok_or(Error::BadMath))
            .collect()
    }
}

/// A tile and its bytes.
pub(crate) type TileData = (Tile, Vec<u8>);

/// The tiles that change when `records` become the next leaves, and the new head.
pub(crate) fn extend(
    head: Head,
    records: &[impl AsRef<[u8]>],
    dir: &Path,
) -> Result<(Head, Vec<TileData>), LedgerError> {
    let tiles = Tiles::new(dir);
    let mut hashes = Hashes::new(head, &tiles);
    let mut size = head.size;
    for record in records {
        let new = stored_hashes_for_record_hash(size, record_hash(record.as_ref()), &hashes)
            .map_err(|e| tiles.explain(&e))?;
        hashes.fresh.extend((stored_hash_index(0, size)..).zip(new));
        size += 1;
    }
    let mut changed = Vec::new();
    for tile in Tile::new_tiles(TILE_HEIGHT, head.size, size) {
        let data = tile.read_data(&hashes).map_err(|e| tiles.explain(&e))?;
        changed.push((tile, data));
    }
    let root = tree_hash(size, &hashes).map_err(|e| tiles.explain(&e))?;
    Ok((Head { size, root }, changed))
}

/// The root of the first `size` entries of a tree.
pub(crate) fn root_at(head: Head, size: u64, dir: &Path) -> Result<Head, LedgerError> {
    if size == 0 {
        return Ok(Head::EMPTY);
    }
    let tiles = Tiles::new(dir);
    let root = tree_hash(size, &Hashes::new(head, &tiles)).map_err(|e| tiles.explain(&e))?;
    Ok(Head { size, root })
}

/// The entry bundle that holds entry `index` in a log of `size` entries, and the entry's place in it.
pub(crate) fn bundle_of(index: u64, size: u64) -> (Tile, usize) {
    let n = index / u64::from(FULL);
    let width = (size - n * u64::from(FULL)).min(u64::from(FULL)) as u32;
    (Tile::new(TILE_HEIGHT, 0, n, width, true), (index % u64::from(FULL)) as usize)
}

/// Splits an entry bundle: each entry is preceded by its length as a big-endian `u16`.
/// `None` when the bytes are not such a sequence.
pub(crate) fn split_bundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    Some(entries)
}

/// Reads the entries of a bundle, exactly `tile.width()` of them.
pub(crate) fn read_bundle(dir: &Path, tile: Tile) -> Result<Vec<Vec<u8>>, LedgerError> {
    let width = tile.width() as usize;
    let bytes = read_at_least(dir, tile, |b| split_bundle(b).is_some_and(|e| e.len() >= width))?;
    let entries = split_bundle(&bytes).unwrap_or_default();
    Ok(entries.into_iter().take(width).map(<[u8]>::to_vec).collect())
}
