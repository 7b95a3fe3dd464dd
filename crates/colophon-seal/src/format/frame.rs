//! One frame of a film, decoded by the program ffmpeg, to look for the label in its pixels.
//!
//! ffmpeg gets the file alone: no network protocol, no other demuxer than that of MP4, a limit on
//! its time and on what is read from it.

use std::ffi::OsString;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use colophon_types::Raster;

use super::png;

/// When the label stands at full strength and an opening fade is over.
const AT_SECONDS: &str = "1.2";
const TIME_LIMIT: Duration = Duration::from_secs(10);
const MOST_BYTES: u64 = 128 << 20;

/// Decodes the frame at 1.2 s; `None` when there is none or ffmpeg cannot be run.
pub(crate) fn opening_frame(ffmpeg: &Path, film: &Path) -> Option<Raster> {
    let mut name = OsString::from("file:");
    name.push(film);
    let mut args: Vec<OsString> =
        ["-threads", "1", "-protocol_whitelist", "file,pipe", "-f", "mov", "-ss", AT_SECONDS, "-i"]
            .map(OsString::from)
            .to_vec();
    args.push(name);
    let rest = ["-frames:v", "1", "-an", "-sn", "-dn", "-c:v", "png", "-f", "image2pipe", "pipe:1"];
    args.extend(rest.map(OsString::from));
    let bytes = colophon_ffmpeg::output(ffmpeg, &args, MOST_BYTES, TIME_LIMIT)?;
    png::decode(Cursor::new(bytes), image::ImageFormat::Png)
}
