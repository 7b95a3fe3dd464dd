//! GIF: one still picture of at most 256 colours; the marks stand in an XMP packet in an application
//! extension (Adobe XMP specification, part 3).

use std::collections::HashMap;
use std::io::{Read, Seek};

use colophon_types::Raster;
use color_quant::NeuQuant;
use image::RgbaImage;
use image::imageops::{ColorMap, dither, index_colors};

use super::{Marks, png, read_at};
use crate::mark::xmp;

/// Colours of a table.
const COLOURS: usize = 256;
/// Every tenth pixel teaches the choice of colours: more take longer and look the same.
const SAMPLED: i32 = 10;
/// Pixels less opaque than this are clear.
const OPAQUE: u8 = 128;
/// What names the extension.
const EXTENSION: &[u8] = b"\x21\xff\x0bXMP DataXMP";
/// More blocks than this, and the rest is not looked at.
const MAX_BLOCKS: usize = 1_000_000;

/// A picture as its table of colours holds it.
struct Indexed {
    /// Red, green, blue.
    table: Vec<u8>,
    pixels: Vec<u8>,
    /// The colour that stands for none.
    clear: Option<u8>,
}

/// Chooses at most 256 colours; where that is fewer than the picture has, the error of each pixel is
/// spread over its neighbours, which keeps the mean of a region where it was.
fn indexed(raster: &Raster) -> Result<Indexed, String> {
    let (data, opaque) = png::pixels(raster)?;
    let mut rgba: Vec<u8> = match opaque {
        true => data.as_chunks::<3>().0.iter().flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        false => data,
    };
    let hidden: Vec<bool> = rgba.as_chunks::<4>().0.iter().map(|p| p[3] < OPAQUE).collect();
    for pixel in rgba.as_chunks_mut::<4>().0 {
        pixel[3] = 255;
    }
    let has_clear = hidden.contains(&true);
    let most = COLOURS - usize::from(has_clear);
    let mut exact: HashMap<[u8; 4], u8> = HashMap::new();
    let few = rgba.as_chunks::<4>().0.iter().all(|p| {
        let next = exact.len();
        exact.contains_key(p) || (next < most && exact.insert(*p, next as u8).is_none())
    });
    let (mut table, mut pixels) = if few {
        let mut table = vec![0; exact.len() * 3];
        for (colour, index) in &exact {
            table[usize::from(*index) * 3..][..3].copy_from_slice(&colour[..3]);
        }
        (table, rgba.as_chunks::<4>().0.iter().map(|p| exact.get(p).copied().unwrap_or(0)).collect())
    } else {
        let map = Nearest::new(&rgba, most);
        let table = map.table.clone();
        let mut picture = RgbaImage::from_raw(raster.width, raster.height, rgba).ok_or("no pixels")?;
        dither(&mut picture, &map);
        (table, index_colors(&picture, &map).into_raw())
    };
    let clear = has_clear.then_some((table.len() / 3) as u8);
    if let Some(clear) = clear {
        table.extend([255, 255, 255]);
        for (pixel, hidden) in pixels.iter_mut().zip(&hidden) {
            if *hidden {
                *pixel = clear;
            }
        }
    }
    Ok(Indexed { table, pixels, clear })
}

/// The nearest of the chosen colours.
struct Nearest {
    map: NeuQuant,
    table: Vec<u8>,
}

impl Nearest {
    fn new(rgba: &[u8], most: usize) -> Self {
        let map = NeuQuant::new(SAMPLED, most, rgba);
        let table = map.color_map_rgb();
        Self { map, table }
    }
}

impl ColorMap for Nearest {
    type Color = image::Rgba<u8>;

    fn index_of(&self, colour: &Self::Color) -> usize {
        self.map.index_of(&colour.0)
    }

    fn map_color(&self, colour: &mut Self::Color) {
        let at = self.map.index_of(&colour.0) * 3;
        if let Some(chosen) = self.table.get(at..at + 3) {
            colour.0 = [chosen[0], chosen[1], chosen[2], 255];
        }
    }
}

/// The picture as a file will show it.
///
/// # Errors
/// As [`encode`].
pub(crate) fn shown(raster: &Raster) -> Result<Raster, String> {
    let Indexed { table, pixels, clear } = indexed(raster)?;
    let rgba = pixels
        .iter()
        .flat_map(|index| match (clear == Some(*index), usize::from(*index) * 3) {
            (true, _) => [0; 4],
            (false, at) => [table[at], table[at + 1], table[at + 2], 255],
        })
        .collect();
    Ok(Raster { width: raster.width, height: raster.height, rgba })
}

/// Encodes a picture with its XMP packet.
///
/// # Errors
/// A sentence, when the picture's size does not fit its pixels or the format.
pub(crate) fn encode(raster: &Raster, xmp: &str) -> Result<Vec<u8>, String> {
    let too_large = || "a side is longer than the 65535 pixels of a GIF file".to_owned();
    let width = u16::try_from(raster.width).map_err(|_| too_large())?;
    let height = u16::try_from(raster.height).map_err(|_| too_large())?;
    let Indexed { table, pixels, clear } = indexed(raster)?;
    let frame = gif::Frame { width, height, buffer: pixels.into(), transparent: clear, ..Default::default() };
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, width, height, &table).map_err(|e| e.to_string())?;
    encoder.write_frame(&frame).map_err(|e| e.to_string())?;
    drop(encoder);
    let at = after_table(&out).filter(|at| *at < out.len()).ok_or("the encoder gave no picture")?;
    out.splice(at..at, extension(xmp));
    Ok(out)
}

/// The extension that holds an XMP packet. The packet is not in blocks: a reader that knows blocks alone is
/// led out of it by the "magic trailer" (XMP specification, part 3, 1.1.2).
pub(crate) fn extension(xmp: &str) -> Vec<u8> {
    let trailer: Vec<u8> = [1].into_iter().chain((0..=255).rev()).chain([0]).collect();
    [EXTENSION, xmp.as_bytes(), &trailer].concat()
}

/// Where the blocks begin.
fn after_table(head: &[u8]) -> Option<usize> {
    let flags = *head.get(10)?;
    let table = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    Some(13 + table)
}

/// The number of pictures in a GIF file.
pub fn pictures(bytes: &[u8]) -> usize {
    read(&mut std::io::Cursor::new(bytes)).1
}

/// Finds the marks, and the number of pictures.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> (Marks, usize) {
    let (mut marks, mut pictures) = (Marks::default(), 0);
    let Some(mut at) = read_at(file, 0, 13, 13).and_then(|head| after_table(&head)).map(|at| at as u64)
    else {
        return (marks, pictures);
    };
    for _ in 0..MAX_BLOCKS {
        let Some(kind) = read_at(file, at, 1, 1) else { break };
        match kind[0] {
            0x21 => {
                if read_at(file, at, 14, 14).as_deref() == Some(EXTENSION) {
                    marks.add_xmp(&packet(file, at + 14));
                }
                at += 2;
            }
            0x2c => {
                pictures += 1;
                let Some(head) = read_at(file, at, 10, 10) else { break };
                let table = if head[9] & 0x80 == 0 { 0 } else { 3 << ((head[9] & 7) + 1) };
                at += 11 + table;
            }
            _ => break,
        }
        // The blocks of data, up to an empty one.
        let mut ended = false;
        for _ in 0..MAX_BLOCKS {
            let Some(length) = read_at(file, at, 1, 1) else { break };
            at += 1 + u64::from(length[0]);
            ended = length[0] == 0;
            if ended {
                break;
            }
        }
        if !ended {
            break;
        }
    }
    (marks, pictures)
}

/// A packet up to the byte that no text has.
fn packet(file: &mut (impl Read + Seek), at: u64) -> String {
    let mut bytes = Vec::new();
    if file.seek(std::io::SeekFrom::Start(at)).is_ok() {
        let _ = file.take(xmp::MAX as u64).read_to_end(&mut bytes);
    }
    let end = bytes.iter().position(|b| *b == 1).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
