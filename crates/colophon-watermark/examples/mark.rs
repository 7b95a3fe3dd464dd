//! Marks pictures and looks for marks, for the benches: requests come on standard input, answers go to
//! standard output.
//!
//! A request is a line `embed PAYLOAD WIDTH HEIGHT` or `find WIDTH HEIGHT` and then the picture's RGBA
//! bytes. `embed` answers `ok PSNR MILLISECONDS` and the marked bytes, or `unfit REASON`; `find` answers
//! `PAYLOAD SCORE MILLISECONDS`, the payload `-` where there is none.
//!
//! `mark film-embed PAYLOAD WIDTH HEIGHT` marks a stream of RGBA frames and `mark film-find WIDTH HEIGHT`
//! reads one; both tell milliseconds a frame on standard error.

use std::error::Error;
use std::io::{BufRead, Read, Write};
use std::time::Instant;

use colophon_types::Raster;
use colophon_watermark::film::{FilmMark, FilmReader};
use colophon_watermark::{Key, Payload, picture};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => pictures(),
        ["film-embed", payload, width, height] => {
            let mark = FilmMark::new(Payload::from_bits(u64::from_str_radix(payload, 16)?), &Key::public());
            let mut output = std::io::stdout().lock();
            let spent = frames(width, height, |frame| {
                let start = Instant::now();
                mark.mark(frame);
                let spent = start.elapsed().as_secs_f64();
                output.write_all(&frame.rgba)?;
                Ok(spent)
            })?;
            eprintln!("{spent:.2}");
            Ok(())
        }
        ["film-find", width, height] => {
            let mut reader = FilmReader::new(&Key::public());
            let spent = frames(width, height, |frame| {
                let start = Instant::now();
                reader.add(frame);
                Ok(start.elapsed().as_secs_f64())
            })?;
            let start = Instant::now();
            let found = reader.found();
            let last = start.elapsed().as_secs_f64() * 1e3;
            let mut output = std::io::stdout().lock();
            match found {
                Some(f) => writeln!(output, "{} {:.2} {spent:.2} {last:.1}", f.payload, f.score)?,
                None => writeln!(output, "- 0 {spent:.2} {last:.1}")?,
            }
            Ok(())
        }
        _ => Err("not a request: see the head of this file".into()),
    }
}

/// Calls `each` on every frame that comes in; gives the mean of the seconds it tells, in milliseconds.
fn frames(
    width: &str,
    height: &str,
    mut each: impl FnMut(&mut Raster) -> Result<f64, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let mut input = std::io::stdin().lock();
    let mut frame = Raster::filled(width.parse()?, height.parse()?, [0; 4]);
    let (mut spent, mut count) = (0.0, 0.0);
    while input.read_exact(&mut frame.rgba).is_ok() {
        spent += each(&mut frame)?;
        count += 1.0;
    }
    Ok(1e3 * spent / f64::max(count, 1.0))
}

fn pictures() -> Result<(), Box<dyn Error>> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let key = Key::public();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let size = words.get(words.len().saturating_sub(2)..).unwrap_or_default();
        let [width, height] = size else { return Err("a request ends in a width and a height".into()) };
        let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
        let mut raster = Raster::filled(width, height, [0; 4]);
        input.read_exact(&mut raster.rgba)?;
        let start = Instant::now();
        match words[0] {
            "embed" => {
                let payload = Payload::from_bits(u64::from_str_radix(words[1], 16)?);
                match picture::embed(&mut raster, payload, &key) {
                    Ok(done) => {
                        let spent = start.elapsed().as_secs_f64() * 1e3;
                        writeln!(output, "ok {:.3} {spent:.3}", done.psnr)?;
                        output.write_all(&raster.rgba)?;
                    }
                    Err(why) => writeln!(output, "unfit {why}")?,
                }
            }
            "find" => {
                let found = picture::find(&raster, &key);
                let spent = start.elapsed().as_secs_f64() * 1e3;
                match found {
                    Some(f) => writeln!(output, "{} {:.2} {spent:.3}", f.payload, f.score)?,
                    None => writeln!(output, "- 0 {spent:.3}")?,
                }
            }
            other => return Err(format!("no such request: {other}").into()),
        }
        output.flush()?;
    }
}
