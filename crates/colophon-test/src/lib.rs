//! The test kit: where models are, and measures of text likeness.

#[allow(clippy::unwrap_used)]
pub mod audioseal;
#[allow(clippy::unwrap_used)]
pub mod diffusion;
pub mod http;
pub mod nats;
pub mod partition;
#[cfg(unix)]
pub mod postgres;
#[cfg(feature = "s3")]
pub mod s3;
#[allow(clippy::unwrap_used)]
pub mod stylegan;
#[allow(clippy::unwrap_used)]
pub mod trustmark;
pub mod videoseal;

use std::path::PathBuf;

/// The folder of models for tests: `COLOPHON_TEST_MODELS`, else `$COLOPHON_HOME/models`, else the
/// platform's data folder.
///
/// # Panics
/// When the folder is not there: tests that need models must fail loudly, not skip.
#[allow(clippy::panic)]
pub fn models_dir() -> PathBuf {
    let dir = if let Some(dir) = std::env::var_os("COLOPHON_TEST_MODELS") {
        PathBuf::from(dir)
    } else if let Some(home) = std::env::var_os("COLOPHON_HOME") {
        PathBuf::from(home).join("models")
    } else if let Some(data) = std::env::var_os("XDG_DATA_HOME") {
        PathBuf::from(data).join("colophon/models")
    } else {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        home.join(".local/share/colophon/models")
    };
    if !dir.is_dir() {
        panic!("no models at {}: run `colophon models pull --group test` first", dir.display());
    }
    dir
}

/// The ONNX Runtime library among the models.
///
/// # Panics
/// When it is not there.
#[allow(clippy::panic)]
pub fn onnx_runtime() -> PathBuf {
    let dir = models_dir().join("onnxruntime");
    let library = std::fs::read_dir(&dir).ok().and_then(|entries| {
        entries.flatten().map(|e| e.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.contains("onnxruntime") && !name.ends_with(".json")
        })
    });
    library
        .unwrap_or_else(|| panic!("no ONNX Runtime in {}: run `colophon models pull` first", dir.display()))
}

/// Edit distance between two sequences over the length of the first: word error rate over words,
/// character error rate over characters.
pub fn error_rate<T: PartialEq>(reference: &[T], heard: &[T]) -> f64 {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, r) in reference.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, h) in heard.iter().enumerate() {
            let substitute = diagonal + usize::from(r != h);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()] as f64 / reference.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_rates() {
        let words = |s: &'static str| s.split(' ').collect::<Vec<_>>();
        assert_eq!(error_rate(&words("a b c d"), &words("a x c d")), 0.25);
        assert_eq!(error_rate(&words("a b"), &words("a b c")), 0.5);
        assert_eq!(error_rate(&words("a b"), &[]), 1.0);
    }
}
