//! AVIF: the program ffmpeg encodes and decodes; the marks stand in an XMP packet in an item of type
//! `mime` that describes the picture (ISO/IEC 23008-12).

use std::io::{BufReader, Write as _};
use std::path::Path;
use std::time::Duration;

use colophon_ffmpeg::{Arguments, Ffmpeg, FfmpegError, Pipes};
use colophon_types::{Cancel, Raster};

use super::{be32, frame, png};

const TIME_LIMIT: Duration = Duration::from_secs(60);
/// Pictures with more pixels are not decoded.
const MAX_PIXELS: u32 = 64_000_000;
/// Longest side.
const LONGEST: u32 = 1 << 16;

/// Encodes a picture over white with its XMP packet.
///
/// # Errors
/// What ffmpeg said, also when it has no encoder of AV1; cancelled.
pub(crate) fn encode(
    ffmpeg: &Path,
    raster: &Raster,
    xmp: &str,
    cancel: &Cancel,
) -> Result<Vec<u8>, FfmpegError> {
    let bad = |reason: String| FfmpegError::from(std::io::Error::other(reason));
    png::pixels(raster).map_err(bad)?;
    let over_white = |p: &[u8; 4]| [0, 1, 2].map(|c: usize| p[c].saturating_add(255 - p[3]));
    let data: Vec<u8> = raster.rgba.as_chunks::<4>().0.iter().flat_map(over_white).collect();
    let out = tempfile::Builder::new().prefix(".colophon-").suffix(".avif").tempfile()?;
    let size = format!("{}x{}", raster.width, raster.height);
    let mut args: Vec<String> = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-i", "pipe:0"]
        .map(str::to_owned)
        .into_iter()
        .collect();
    // Whole colours: halved ones would take the mark along.
    let coding = [
        "-frames:v",
        "1",
        "-vf",
        "scale=out_color_matrix=bt709:out_range=full",
        "-pix_fmt",
        "yuv444p",
        "-color_range",
        "pc",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "iec61966-2-1",
        "-c:v",
        "libaom-av1",
        "-still-picture",
        "1",
        "-crf",
        "18",
        "-b:v",
        "0",
        "-cpu-used",
        "6",
        "-f",
        "avif",
        "-y",
    ];
    args.extend(coding.map(str::to_owned));
    args.push(out.path().display().to_string());
    let pipes = Pipes { input: true, output: false };
    let mut process = Ffmpeg::start(ffmpeg, &args, "encoding a picture", pipes, cancel, &Cancel::new())?;
    // A pipe that breaks means that ffmpeg has ended; it says itself why.
    if let Some(mut pipe) = process.take_input() {
        let _ = pipe.write_all(&data);
    }
    process.wait(cancel)?;
    let plain = std::fs::read(out.path())?;
    with_packet(&plain, xmp).ok_or_else(|| bad("ffmpeg's picture is laid out in another way".to_owned()))
}

/// Decodes an AVIF picture by the program ffmpeg; `None` when that cannot be done, or it has more than 64
/// million pixels.
pub fn decode(ffmpeg: &Path, path: &Path) -> Option<Raster> {
    let args = Arguments::new(&["-threads", "1", "-max_pixels", &MAX_PIXELS.to_string()])
        .reading(path, Some("mov"))
        .with(&["-frames:v", "1", "-an", "-sn", "-dn", "-pix_fmt", "rgb24"])
        .with(&["-c:v", "ppm", "-f", "image2pipe", "pipe:1"]);
    colophon_ffmpeg::read(ffmpeg, &args, TIME_LIMIT, move |output| {
        frame::next(&mut BufReader::with_capacity(1 << 20, output), LONGEST, u64::from(MAX_PIXELS))
    })
    .flatten()
}

/// A box: its bytes, and its body.
struct Part<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

/// The boxes of some bytes.
fn parts(mut bytes: &[u8]) -> Option<Vec<Part<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let size = be32(bytes, 0)? as usize;
        let whole = bytes.get(..size).filter(|_| size >= 8)?;
        found.push(Part { kind: whole[4..8].try_into().ok()?, body: &whole[8..] });
        bytes = &bytes[size..];
    }
    Some(found)
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    let size = u32::try_from(body.len().checked_add(8)?).ok()?;
    Some([&size.to_be_bytes(), kind.as_slice(), body].concat())
}

/// A still picture of one item, as ffmpeg writes it, with a packet as another item.
fn with_packet(avif: &[u8], xmp: &str) -> Option<Vec<u8>> {
    let top = parts(avif)?;
    let meta = top.iter().find(|p| &p.kind == b"meta")?;
    let children = parts(meta.body.get(4..)?)?;
    let child = |kind: &[u8; 4]| children.iter().find(|c| &c.kind == kind);
    let (items, places, first) = (child(b"iinf")?, child(b"iloc")?, child(b"pitm")?);
    // Versions with short numbers: of `iloc` with offsets and lengths of four bytes and no base.
    let is_known = items.body.first() == Some(&0)
        && first.body.first() == Some(&0)
        && places.body.get(..6) == Some(&[0, 0, 0, 0, 0x44, 0])
        && child(b"iref").is_none();
    if !is_known {
        return None;
    }
    let short = |b: &[u8], at: usize| Some(u16::from_be_bytes([*b.get(at)?, *b.get(at + 1)?]));
    let (count, placed) = (short(items.body, 4)?, short(places.body, 6)?);
    let primary = short(first.body, 4)?;
    let id = parts(&items.body[6..])?.iter().filter_map(|i| short(i.body, 4)).max()?.checked_add(1)?;

    let entry = [&[2, 0, 0, 1][..], &id.to_be_bytes(), &[0, 0], b"mime", b"XMP\0", b"application/rdf+xml\0"];
    let infe = boxed(b"infe", &entry.concat())?;
    let iinf = [&items.body[..4], &count.checked_add(1)?.to_be_bytes(), &items.body[6..], &infe].concat();
    let cdsc = [id.to_be_bytes(), 1u16.to_be_bytes(), primary.to_be_bytes()].concat();
    let iref = boxed(b"iref", &[&[0; 4][..], &boxed(b"cdsc", &cdsc)?].concat())?;
    // The place of an item with one extent has 14 bytes.
    let grown = u32::try_from(infe.len() + iref.len() + 14).ok()?;
    let mut iloc = [&places.body[..6], &placed.checked_add(1)?.to_be_bytes()].concat();
    let mut rest = places.body.get(8..)?;
    for _ in 0..placed {
        let extents = usize::from(short(rest, 4)?);
        iloc.extend_from_slice(rest.get(..6)?);
        for extent in rest.get(6..6 + 8 * extents)?.as_chunks::<8>().0 {
            // All items lie behind `meta`.
            iloc.extend_from_slice(&be32(extent, 0)?.checked_add(grown)?.to_be_bytes());
            iloc.extend_from_slice(&extent[4..]);
        }
        rest = &rest[6 + 8 * extents..];
    }
    let length = u32::try_from(xmp.len()).ok()?;
    let at = u32::try_from(avif.len()).ok()?.checked_add(grown)?.checked_add(8)?;
    iloc.extend([id.to_be_bytes(), [0, 0], 1u16.to_be_bytes()].concat());
    iloc.extend([at.to_be_bytes(), length.to_be_bytes()].concat());

    let mut inside = meta.body[..4].to_vec();
    for part in &children {
        inside.extend(match &part.kind {
            b"iinf" => [boxed(b"iinf", &iinf)?, iref.clone()].concat(),
            b"iloc" => boxed(b"iloc", &iloc)?,
            kind => boxed(kind, part.body)?,
        });
    }
    let mut out = Vec::with_capacity(avif.len() + xmp.len() + 256);
    for part in &top {
        out.extend(match &part.kind {
            b"meta" => boxed(b"meta", &inside)?,
            kind => boxed(kind, part.body)?,
        });
    }
    if out.len() != avif.len() + grown as usize {
        return None;
    }
    out.extend(boxed(b"mdat", xmp.as_bytes())?);
    Some(out)
}
