//! SHA-256 of files.

use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};

use sha2::{Digest as _, Sha256};

/// SHA-256 of a file from its start, lower-case hex.
pub(crate) fn hash_file(file: &mut File) -> std::io::Result<String> {
    digest_file(file).map(|digest| colophon_types::hex(&digest))
}

/// SHA-256 of a file from its start.
pub(crate) fn digest_file(file: &mut File) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    std::io::copy(&mut BufReader::with_capacity(1 << 20, file), &mut hash)?;
    Ok(hash.finalize().to_vec())
}
