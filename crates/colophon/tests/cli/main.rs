//! The program as a user runs it: films in both languages, verification, tampering, repetition,
//! bad input, and stopping. Needs ffmpeg, ffprobe, exiftool and the models of the group `test`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod aloud;
mod bad_input;
mod broker;
mod bucket;
mod cluster;
mod diffusion;
mod film;
mod hearing;
mod jobs;
mod language;
mod log;
mod mark;
mod neural_marks;
mod pictures;
mod policy;
mod serving;
mod single;
mod sound;
mod stopping;
mod traces;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The small language model.
const MODEL: &str = "qwen2.5-coder-0.5b-instruct-q4";

/// A data folder of its own with the models of the test store.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::os::unix::fs::symlink(colophon_test::models_dir(), dir.path().join("models")).expect("a link");
        Self(dir)
    }

    fn without_models() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program in this home, offline, without the caller's settings.
    fn colophon(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_colophon"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COLOPHON_") {
                command.env_remove(name);
            }
        }
        command.env("COLOPHON_HOME", self.0.path()).env("COLOPHON_OFFLINE", "1");
        command.current_dir(self.0.path()).args(args);
        command
    }

    /// Runs it as if the time stood still: equal requests then have equal numbers, and with them equal
    /// watermarks.
    fn at_one_time(&self, args: &[&str]) -> Output {
        let mut command = self.colophon(args);
        command.env("SOURCE_DATE_EPOCH", "1790000000").output().expect("the program starts")
    }

    fn run(&self, args: &[&str]) -> Output {
        self.colophon(args).output().expect("the program starts")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("not JSON: {e}: {}", text(bytes)))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Runs a program of the system and gives its output.
fn tool(program: &str, args: &[&str]) -> Vec<u8> {
    let out = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(out.status.success(), "{program}: {}", text(&out.stderr));
    out.stdout
}

/// The same, and gives what it says on the side.
fn tool_errors(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(out.status.success(), "{program}: {}", text(&out.stderr));
    text(&out.stderr)
}
