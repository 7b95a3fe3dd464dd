//! XMP packets, and other bytes, wherever they stand in a file.

use std::ops::Range;

use crate::mark::xmp;

/// At most so many packets are looked at.
const MOST_PACKETS: usize = 16;
const OPEN: &[u8] = b"<x:xmpmeta";
const CLOSE: &[u8] = b"</x:xmpmeta>";

/// Where XMP packets stand.
pub(crate) fn packet_ranges(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let (Some(at), true) = (find(&bytes[from..], OPEN), found.len() < MOST_PACKETS) {
        let start = from + at;
        let rest = &bytes[start..];
        match find(&rest[..rest.len().min(xmp::MAX)], CLOSE) {
            Some(length) => {
                found.push(start..start + length);
                from = start + length;
            }
            None => from = start + OPEN.len(),
        }
    }
    found
}

/// Where some bytes stand, from the first to the last.
pub(crate) fn positions<'a>(bytes: &'a [u8], what: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(bytes.get(from..)?, what)?;
        from = at + what.len().max(1);
        Some(at)
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| *b == first) {
        if bytes[from + at..].starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
