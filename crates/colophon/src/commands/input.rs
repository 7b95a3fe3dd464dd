//! Reading what a command works on: files and stdin, with their limits.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use colophon_types::ErrorCode;

use crate::failure::Failure;

/// Longest input, in bytes.
const MAX_FILE: u64 = 16 << 20;

fn bad(message: String) -> Failure {
    Failure::new(ErrorCode::BadInput, message)
}

/// The text of a file.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    let bad = |why: String| bad(format!("cannot read {}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
    if size > MAX_FILE {
        return Err(bad(format!("it is larger than {} MB", MAX_FILE >> 20)));
    }
    std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))
}

/// The text of an argument, else of a file or stdin; empty where there is none.
pub(super) fn text(given: Option<&String>, path: Option<&PathBuf>) -> Result<String, Failure> {
    match given {
        Some(text) => Ok(text.clone()),
        None => Ok(file_or_stdin(path)?.unwrap_or_default()),
    }
}

/// The text of a file, or of stdin where there is no file and stdin is no terminal.
pub(super) fn file_or_stdin(path: Option<&PathBuf>) -> Result<Option<String>, Failure> {
    if let Some(path) = path {
        return file(path).map(Some);
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let mut text = String::new();
    stdin.take(MAX_FILE).read_to_string(&mut text).map_err(|e| bad(format!("cannot read stdin: {e}")))?;
    Ok(Some(text))
}
