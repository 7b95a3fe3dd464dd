//! Marks pictures and looks for marks, for the benches: requests come on standard input, answers go to
//! standard output.
//!
//! A request is a line `embed PAYLOAD WIDTH HEIGHT` or `find WIDTH HEIGHT` and then the picture's RGBA
//! bytes. `embed` answers `ok PSNR MILLISECONDS` and the marked bytes, or `unfit REASON`; `find` answers
//! `PAYLOAD SCORE MILLISECONDS`, the payload `-` where there is none.

use std::error::Error;
use std::io::{BufRead, Read, Write};
use std::time::Instant;

use colophon_types::Raster;
use colophon_watermark::{Key, Payload, picture};

fn main() -> Result<(), Box<dyn Error>> {
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
