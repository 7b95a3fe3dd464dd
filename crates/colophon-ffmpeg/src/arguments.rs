//! What ffmpeg is told.

use std::ffi::OsString;
use std::ops::Deref;
use std::path::Path;

/// What ffmpeg is told, word by word. Files that may be hostile are read by [`reading`](Self::reading).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments(Vec<OsString>);

impl Arguments {
    /// Begins with some words.
    pub fn new(words: &[&str]) -> Self {
        Self::default().with(words)
    }

    /// Goes on with some words.
    #[must_use]
    pub fn with(mut self, words: &[&str]) -> Self {
        self.0.extend(words.iter().map(OsString::from));
        self
    }

    /// Reads a file, and it alone: over no network, and none of the other files that it may name. What stands before
    /// it holds for it. `demuxer` is ffmpeg's name for what reads it; for `None` ffmpeg finds it out.
    #[must_use]
    pub fn reading(mut self, file: &Path, demuxer: Option<&str>) -> Self {
        self = self.with(&["-protocol_whitelist", "file"]);
        if let Some(demuxer) = demuxer {
            self = self.with(&["-f", demuxer]);
        }
        // A name with a colon would be taken for an address.
        let mut name = OsString::from("file:");
        name.push(file);
        self.0.extend(["-i".into(), name]);
        self
    }

    /// Writes a file, as what stands before it says; one that is there is replaced.
    #[must_use]
    pub fn writing(mut self, file: &Path) -> Self {
        self.0.push(file.into());
        self
    }
}

impl Deref for Arguments {
    type Target = [OsString];

    fn deref(&self) -> &[OsString] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_alone() {
        let args = Arguments::new(&["-ss", "1"]).reading(Path::new("http:x"), Some("mov")).with(&["-an"]);
        let said = ["-ss", "1", "-protocol_whitelist", "file", "-f", "mov", "-i", "file:http:x", "-an"];
        assert_eq!(*args, said.map(OsString::from));
    }
}
