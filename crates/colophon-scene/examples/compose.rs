//! Prints the scene of a description as JSON.
//!
//! `cargo run --release -p colophon-scene --example compose -- MODELS "A fox paints at night" …`
//! where MODELS is the folder of the model store. Further descriptions continue the film.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;

use colophon_scene::{ArtIndex, ArtPaths, Cast, compose};
use colophon_text::encode::MiniLm;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let models = arguments.next().ok_or("usage: compose MODELS DESCRIPTION…")?;
    let models = Path::new(&models);
    let paths = ArtPaths {
        icons: models.join("noto-art/icons.json"),
        emojibase_en: models.join("emojibase/en.json"),
        emojibase_zh: models.join("emojibase/zh.json"),
        emojilib: models.join("emojilib/emoji-en-US.json"),
    };
    let started = std::time::Instant::now();
    let model = MiniLm::load(&models.join("all-minilm-l6-v2")).ok().map(Arc::new);
    eprintln!("model: {:.2} s", started.elapsed().as_secs_f64());
    let started = std::time::Instant::now();
    let cache = std::env::temp_dir().join("colophon-art-vectors.bin");
    let index = ArtIndex::load(&paths, model, Some(&cache))?;
    let (known, covered) = index.coverage();
    eprintln!(
        "index: {:.2} s, {} rows, {covered} of {known} emoji have an icon",
        started.elapsed().as_secs_f64(),
        index.rows()
    );
    let mut cast: Option<Cast> = None;
    for description in arguments {
        let started = std::time::Instant::now();
        let (scene, next) = compose(&description, "", 7, None, &index, cast.as_ref())?;
        eprintln!("compose: {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
        println!("{}", serde_json::to_string_pretty(&scene)?);
        cast = Some(next);
    }
    Ok(())
}
