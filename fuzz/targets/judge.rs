// A file of any bytes is judged: it ends, without a panic, within the limits of memory and time.

use std::cell::RefCell;
use std::path::PathBuf;

use colophon_seal::{VerdictKind, VerifyContext, verify};

/// Where the bytes are written to; in memory where the system has such a folder.
fn place() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("colophon-fuzz-{}", std::process::id()))
}

thread_local!(static FILE: RefCell<PathBuf> = RefCell::new(place()));

pub fn judge(bytes: &[u8]) {
    FILE.with_borrow(|file| {
        std::fs::write(file, bytes).expect("room for a file");
        // Without a log nothing can be verified, whatever it says of itself.
        if let Ok(verdict) = verify(file, &VerifyContext::default()) {
            assert_ne!(verdict.verdict, VerdictKind::Verified);
        }
    });
}
