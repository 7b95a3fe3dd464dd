//! Marking a film that something else made: every frame and the whole of its sound go through the
//! marker and are encoded again; nothing else is changed.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use colophon_ffmpeg::{Arguments, Ffmpeg, Pipes};
use colophon_types::{Cancel, Event, FrameMarker, Progress, Raster, Stage};

use crate::VideoError;

/// Longest film that is marked, in seconds: its sound is held in memory.
const LONGEST: f64 = 600.0;
/// Largest sides of its frames, in pixels.
const LARGEST: u32 = 4096;
/// Rate of its sound, in hertz.
const RATE: u32 = 48_000;
const PROBE_LIMIT: Duration = Duration::from_secs(30);

/// What a film is like.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shape {
    width: u32,
    height: u32,
    /// Frames a second, as a fraction.
    rate: (u32, u32),
}

/// Marks the film `input` and writes it to `output` as H.264 and AAC in MPEG-4. Gives its length in
/// seconds.
///
/// # Errors
/// A file that ffmpeg cannot read as a film, one that is too long or too large; cancelled; ffmpeg
/// failed.
pub fn remark(
    ffmpeg: &Path,
    input: &Path,
    output: &Path,
    marker: &Arc<dyn FrameMarker>,
    threads: usize,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<f64, VideoError> {
    let shape = shape(ffmpeg, input)?;
    let folder = output.parent().unwrap_or(Path::new("."));
    let io = |e: std::io::Error| VideoError::io(format!("write in {}", folder.display()), e);
    let sound = match sound(ffmpeg, input)? {
        Some(mut channels) => {
            let [left, right] = &mut channels;
            marker.mark_sound(&mut [left, right], RATE);
            let mut file = tempfile::Builder::new().suffix(".f32").tempfile_in(folder).map_err(io)?;
            write_interleaved(file.as_file_mut(), &channels).map_err(io)?;
            Some(file)
        }
        None => None,
    };
    let abandon = Cancel::new();
    let mut decoder = {
        let pipes = Pipes { input: false, output: true };
        Ffmpeg::start(ffmpeg, &decode_args(input, shape), "decoding", pipes, cancel, &abandon)?
    };
    let mut encoder = {
        let args = encode_args(shape, sound.as_ref().map(|s| s.path()), output, threads);
        let pipes = Pipes { input: true, output: false };
        Ffmpeg::start(ffmpeg, &args, "encoding", pipes, cancel, &abandon)?
    };
    let frames = match (decoder.take_output(), encoder.take_input()) {
        (Some(from), Some(to)) => pass(from, to, shape, marker.as_ref(), progress, cancel),
        _ => Err(VideoError::Renderer),
    };
    if frames.is_err() {
        abandon.cancel();
    }
    // Whoever failed first knows why.
    match frames {
        Err(VideoError::Io { .. }) => {
            encoder.wait(cancel)?;
            decoder.wait(cancel)?;
            Err(VideoError::Renderer)
        }
        Err(e) => Err(e),
        Ok(0) => Err(not_a_film(input)),
        Ok(frames) => {
            decoder.wait(cancel)?;
            encoder.wait(cancel)?;
            Ok(frames as f64 * f64::from(shape.rate.1) / f64::from(shape.rate.0))
        }
    }
}

fn not_a_film(input: &Path) -> VideoError {
    VideoError::BadFilm(format!("{} holds no moving pictures that can be read", input.display()))
}

/// Frames from the decoder through the marker to the encoder; how many there were.
fn pass(
    from: impl Read,
    to: impl Write,
    shape: Shape,
    marker: &dyn FrameMarker,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<u64, VideoError> {
    let (mut from, mut to) = (BufReader::with_capacity(1 << 20, from), BufWriter::with_capacity(1 << 20, to));
    let mut frame = Raster::filled(shape.width, shape.height, [0, 0, 0, 255]);
    let fps = (f64::from(shape.rate.0) / f64::from(shape.rate.1)).round().max(1.0) as u32;
    let most = (LONGEST * f64::from(shape.rate.0) / f64::from(shape.rate.1)) as u64;
    let mut count = 0;
    loop {
        cancel.check()?;
        match from.read_exact(&mut frame.rgba) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(e) => return Err(VideoError::io("read frames".to_owned(), e)),
        }
        if count >= most {
            return Err(VideoError::BadFilm(format!(
                "a film of more than {LONGEST} seconds cannot be marked"
            )));
        }
        marker.mark(count, fps, &mut frame);
        to.write_all(&frame.rgba).map_err(|e| VideoError::io("write frames".to_owned(), e))?;
        count += 1;
        if count % u64::from(fps) == 0 {
            progress.event(Event::Progress { stage: Stage::Encode, done: count, total: 0, what: None });
        }
    }
    to.flush().map_err(|e| VideoError::io("write frames".to_owned(), e))?;
    Ok(count)
}

/// The size and rate of a film, from the head of a YUV4MPEG2 stream of its first frame.
fn shape(ffmpeg: &Path, input: &Path) -> Result<Shape, VideoError> {
    let args = Arguments::default()
        .reading(input, None)
        .with(&["-map", "0:v:0", "-frames:v", "1", "-vf", EVEN, "-pix_fmt", "yuv420p"])
        .with(&["-f", "yuv4mpegpipe", "pipe:1"]);
    let head = colophon_ffmpeg::output(ffmpeg, &args, 256, PROBE_LIMIT).unwrap_or_default();
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let field = |name: char| line.split(' ').skip(1).find_map(|f| f.strip_prefix(name));
    let number = |name: char| field(name)?.parse::<u32>().ok();
    let found = || {
        let (width, height) = (number('W')?, number('H')?);
        let (over, under) = field('F')?.split_once(':')?;
        let rate = (over.parse().ok()?, under.parse().ok()?);
        Some(Shape { width, height, rate })
    };
    let shape = found().filter(|_| line.starts_with("YUV4MPEG2")).ok_or_else(|| not_a_film(input))?;
    let fps = f64::from(shape.rate.0) / f64::from(shape.rate.1);
    if !(16..=LARGEST).contains(&shape.width) || !(16..=LARGEST).contains(&shape.height) {
        let message = format!("a film of {}x{} pixels cannot be marked", shape.width, shape.height);
        return Err(VideoError::BadFilm(message));
    }
    if !(1.0..=120.0).contains(&fps) {
        return Err(VideoError::BadFilm(format!("a film of {fps} frames a second cannot be marked")));
    }
    Ok(shape)
}

/// H.264 takes even sides alone.
const EVEN: &str = "crop=trunc(iw/2)*2:trunc(ih/2)*2";

/// The sound of a film in two channels; `None` where it has none.
fn sound(ffmpeg: &Path, input: &Path) -> Result<Option<[Vec<f32>; 2]>, VideoError> {
    let args = Arguments::default().reading(input, None).with(&[
        "-map",
        "0:a:0?",
        "-ac",
        "2",
        "-ar",
        &RATE.to_string(),
        "-f",
        "f32le",
        "pipe:1",
    ]);
    let most = (LONGEST + 1.0) * f64::from(RATE) * 8.0;
    let limit = Duration::from_secs(300);
    let bytes = colophon_ffmpeg::output(ffmpeg, &args, most as u64, limit).unwrap_or_default();
    let sample = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let (left, right): (Vec<f32>, Vec<f32>) =
        bytes.chunks_exact(8).map(|b| (sample(&b[..4]), sample(&b[4..]))).unzip();
    Ok((!left.is_empty()).then_some([left, right]))
}

fn write_interleaved(file: &mut File, [left, right]: &[Vec<f32>; 2]) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, file);
    for (l, r) in left.iter().zip(right) {
        out.write_all(&l.to_le_bytes())?;
        out.write_all(&r.to_le_bytes())?;
    }
    out.flush()
}

fn decode_args(input: &Path, shape: Shape) -> Arguments {
    let rate = format!("{}/{}", shape.rate.0, shape.rate.1);
    Arguments::default()
        .reading(input, None)
        .with(&["-map", "0:v:0", "-vf", EVEN, "-fps_mode", "cfr", "-r", &rate])
        .with(&["-an", "-sn", "-dn", "-pix_fmt", "rgba", "-f", "rawvideo", "pipe:1"])
}

fn encode_args(shape: Shape, sound: Option<&Path>, output: &Path, threads: usize) -> Arguments {
    let size = format!("{}x{}", shape.width, shape.height);
    let rate = format!("{}/{}", shape.rate.0, shape.rate.1);
    let raw = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", &size, "-r", &rate, "-i", "pipe:0"];
    let mut args = Arguments::new(&raw);
    if let Some(sound) = sound {
        args = args
            .with(&["-ar", &RATE.to_string(), "-ac", "2"])
            .reading(sound, Some("f32le"))
            .with(&["-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "192k"]);
    }
    args.with(&["-c:v", "libx264", "-crf", "18", "-preset", "veryfast", "-pix_fmt", "yuv420p"])
        .with(&["-threads", &threads.to_string(), "-movflags", "+faststart"])
        .with(&["-fflags", "+bitexact", "-f", "mp4", "-y"])
        .writing(output)
}
