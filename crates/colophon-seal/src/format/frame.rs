//! Frames of a film, decoded by the program ffmpeg, to look for marks in their pixels.
//!
//! ffmpeg gets the file alone: no network protocol, no other demuxer than that of its kind, a limit on
//! its time and on what is read from it. Frames come one by one, so that a film costs the memory of
//! one of them.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use colophon_ffmpeg::Arguments;
use colophon_types::Raster;

/// When the label stands at full strength and an opening fade is over.
const AT_SECONDS: &str = "1.2";
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Larger frames are made smaller before they are looked at.
const WIDEST: u32 = 1920;
/// Longest line of a frame's header.
const LINE: u64 = 64;

/// Which frames of a film are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    /// The one in which the label stands.
    Opening,
    /// Those that were encoded alone, which hold most detail; at most so many.
    Keys(u32),
    /// So many from its first seconds, three a second.
    First(u32),
}

/// Gives each frame to `see` until it answers `false`; `demuxer` is ffmpeg's name for what reads the film.
pub(crate) fn frames(
    ffmpeg: &Path,
    film: &Path,
    demuxer: &str,
    which: Which,
    mut see: impl FnMut(Raster) -> bool + Send + 'static,
) {
    let first: &[&str] = match which {
        Which::Opening => &["-ss", AT_SECONDS],
        Which::Keys(_) => &["-skip_frame", "nokey"],
        Which::First(_) => &[],
    };
    let (most, pace) = match which {
        Which::Opening => (1, ""),
        Which::Keys(most) => (most, ""),
        Which::First(most) => (most, "fps=3,"),
    };
    let filter = format!("{pace}scale='min({WIDEST},iw)':-2");
    let args = Arguments::new(&["-threads", "1"])
        .with(first)
        .reading(film, Some(demuxer))
        .with(&["-vf", &filter, "-fps_mode", "passthrough", "-frames:v", &most.to_string()])
        .with(&["-an", "-sn", "-dn", "-c:v", "ppm", "-f", "image2pipe", "pipe:1"]);
    colophon_ffmpeg::read(ffmpeg, &args, TIME_LIMIT, move |output| {
        let mut output = BufReader::with_capacity(1 << 20, output);
        for _ in 0..most {
            let Some(frame) = next(&mut output, WIDEST, u64::from(WIDEST) * 16 * u64::from(WIDEST)) else {
                break;
            };
            if !see(frame) {
                break;
            }
        }
    });
}

/// The next picture of a stream in the format PPM: `P6`, width and height, 255, then the pixels; at most
/// `widest` wide and of `most` pixels.
pub(crate) fn next(from: &mut impl BufRead, widest: u32, most: u64) -> Option<Raster> {
    let mut line = || {
        let mut bytes = Vec::new();
        from.take(LINE).read_until(b'\n', &mut bytes).ok()?;
        String::from_utf8(bytes).ok().map(|s| s.trim().to_owned())
    };
    if line()? != "P6" {
        return None;
    }
    let size = line()?;
    let (width, height) = size.split_once(' ')?;
    let (width, height) = (width.parse::<u32>().ok()?, height.parse::<u32>().ok()?);
    if line()? != "255" || width == 0 || height == 0 || width > widest {
        return None;
    }
    if u64::from(width) * u64::from(height) > most {
        return None;
    }
    let count = width as usize * height as usize;
    let mut pixels = Vec::new();
    from.take(count as u64 * 3).read_to_end(&mut pixels).ok()?;
    if pixels.len() != count * 3 {
        return None;
    }
    let rgba = pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Some(Raster { width, height, rgba })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_one_by_one_and_damage_ends_them() {
        let mut stream = b"P6\n2 1\n255\nabcdefP6\n1 1\n255\nghi".as_slice();
        assert_eq!(next(&mut stream, 9, 9).unwrap().rgba, b"abc\xffdef\xff");
        assert_eq!(next(&mut stream, 9, 9).unwrap().width, 1);
        assert!(next(&mut stream, 9, 9).is_none());
        assert!(next(&mut b"P6\n999999 999999\n255\n".as_slice(), 9, 9).is_none());
        assert!(next(&mut b"P6\n2 2\n255\nabc".as_slice(), 9, 9).is_none());
    }
}
