//! Video signatures (MPEG-7, ISO/IEC 15938-3) of the frames of a film, made by ffmpeg's filter `signature`: 380
//! numbers from 0 to 2 a frame, each telling which of two areas is the brighter one. The content code of a film is made
//! of them.

use std::path::Path;
use std::time::Duration;

use colophon_ffmpeg::Arguments;

/// Numbers of a frame.
const LENGTH: usize = 380;
/// Frames that are looked at in a second.
const RATE: u32 = 5;
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// Areas of one brightness.
const ALIKE: i32 = 1;

/// The signatures of a film's first `seconds`, five a second; empty where it cannot be decoded, or where ffmpeg was
/// built without the filter. `demuxer` is ffmpeg's name for what reads it.
pub(crate) fn signatures(ffmpeg: &Path, film: &Path, demuxer: &str, seconds: u32) -> Vec<Vec<i32>> {
    let filter = format!("fps={RATE},signature=format=xml:filename=/dev/stdout");
    // Frames that no other is made from are left out: a third less to decode, and few bits of the code.
    let args = Arguments::new(&["-skip_frame", "noref", "-t", &seconds.to_string()])
        .reading(film, Some(demuxer))
        .with(&["-vf", &filter, "-an", "-sn", "-dn", "-f", "null", "-"]);
    // Two bytes a number and a space, with what stands around them.
    let most = u64::from(seconds * RATE + RATE) * 4096 + (64 << 10);
    let text = colophon_ffmpeg::output(ffmpeg, &args, most, TIME_LIMIT).unwrap_or_default();
    read(&String::from_utf8_lossy(&text))
}

/// The signatures of a description in XML.
fn read(text: &str) -> Vec<Vec<i32>> {
    let frames = text.split("<FrameSignature>").skip(1).filter_map(|rest| rest.split_once('<'));
    let numbers = frames.map(|(words, _)| words.split_whitespace().filter_map(|w| w.parse().ok()).collect());
    numbers
        .filter(|frame: &Vec<i32>| frame.len() == LENGTH && frame.iter().all(|n| (0..=2).contains(n)))
        .collect()
}

/// Whether there is nothing to see in a frame: all of it is of one brightness.
pub(crate) fn plain(frame: &[i32]) -> bool {
    frame.iter().filter(|n| **n != ALIKE).count() < LENGTH / 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_frames_are_read() {
        let frame = |n: &str, count: usize| {
            format!("<FrameSignature>{}</FrameSignature>", format!("{n}  ").repeat(count))
        };
        let text =
            ["<a>", &frame("0", 380), &frame("2", 379), &frame("3", 380), &frame("x", 380), &frame("1", 380)];
        let read = read(&text.concat());
        assert_eq!(read.iter().map(|f| f[0]).collect::<Vec<_>>(), [0, 1]);
        assert!(plain(&read[1]) && !plain(&read[0]));
        assert!(super::read("<FrameSignature>").is_empty());
    }
}
