//! One frame of a film, decoded by the program ffmpeg, to look for the label in its pixels.
//!
//! ffmpeg gets the file alone: no network protocol, no other demuxer than that of MP4, a limit on
//! its time and on what is read from it.

use std::io::{Cursor, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use colophon_types::Raster;

use super::png;

/// When the label stands at full strength and an opening fade is over.
const AT_SECONDS: &str = "1.2";
const TIME_LIMIT: Duration = Duration::from_secs(10);
const MOST_BYTES: u64 = 128 << 20;

/// Decodes the frame at 1.2 s; `None` when there is none or ffmpeg cannot be run.
pub(crate) fn opening_frame(ffmpeg: &Path, film: &Path) -> Option<Raster> {
    let mut name = std::ffi::OsString::from("file:");
    name.push(film);
    let mut child = Command::new(ffmpeg)
        .args(["-v", "quiet", "-nostdin", "-threads", "1", "-protocol_whitelist", "file,pipe", "-f", "mov"])
        .args(["-ss", AT_SECONDS, "-i"])
        .arg(name)
        .args(["-frames:v", "1", "-an", "-sn", "-dn", "-c:v", "png", "-f", "image2pipe", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    // The pipe is read aside, so that a decoder that hangs can be ended.
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        output.take(MOST_BYTES).read_to_end(&mut bytes).map(|_| bytes)
    });
    wait(&mut child);
    let bytes = reader.join().ok()?.ok()?;
    png::decode(Cursor::new(bytes), image::ImageFormat::Png)
}

/// Waits for the program and ends it when its time is over.
fn wait(child: &mut Child) {
    let started = Instant::now();
    while let Ok(None) = child.try_wait() {
        if started.elapsed() > TIME_LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
