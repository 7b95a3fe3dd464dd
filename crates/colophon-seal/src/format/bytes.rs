//! Bytes at a place in a file, with bounded memory.

use std::io::{Read, Seek, SeekFrom};

/// Reads `length` bytes at `offset`; `None` when they are not there or more than `limit`.
pub(crate) fn read_at(
    file: &mut (impl Read + Seek),
    offset: u64,
    length: u64,
    limit: usize,
) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok().filter(|n| *n <= limit)?;
    file.seek(SeekFrom::Start(offset)).ok()?;
    // The vector grows with what is read, so a wrong length costs no memory.
    let mut bytes = Vec::new();
    file.take(length as u64).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// A big-endian `u32` at an offset.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A big-endian `u64` at an offset.
pub(crate) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// A little-endian `u32` at an offset.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
