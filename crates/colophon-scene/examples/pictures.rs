//! Draws descriptions (lines of standard input) as one sheet of pictures, to be looked at, or as pictures of 1024 × 576
//! without marks in a folder, for `benches/marks/pictures --art`.
//!
//! `pictures MODELS OUT.png [SEED] [film]`: with `film`, each line is the next scene of one film. OUT may be a folder.

#![allow(clippy::print_stdout)]

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use colophon_scene::{ArtIndex, ArtPaths, Cast, Treatment, compose, render};
use colophon_text::encode::MiniLm;
use colophon_types::Cancel;
use tiny_skia::{Pixmap, PixmapPaint, Transform};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, out, ..] = arguments.as_slice() else { return Err("usage: pictures MODELS OUT.png".into()) };
    let seed = arguments.get(2).map_or(Ok(7), |s| s.parse())?;
    let film = arguments.get(3).is_some();
    let models = Path::new(models);
    let paths = ArtPaths {
        icons: models.join("noto-art/icons.json"),
        emojibase_en: models.join("emojibase/en.json"),
        emojibase_zh: models.join("emojibase/zh.json"),
        emojilib: models.join("emojilib/emoji-en-US.json"),
    };
    let model = MiniLm::load(&models.join("all-minilm-l6-v2")).ok().map(Arc::new);
    let cache = std::env::temp_dir().join("colophon-art-vectors.bin");
    let index = ArtIndex::load(&paths, model, Some(&cache))?;
    let folder = Path::new(out).is_dir().then(|| Path::new(out));
    let (w, h) = if folder.is_some() { (1024, 576) } else { (640, 360) };
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let rows = lines.len().div_ceil(3) as u32;
    let mut sheet = Pixmap::new(3 * w, rows * h).ok_or("no lines")?;
    let mut cast: Option<Cast> = None;
    for (i, line) in lines.iter().enumerate() {
        let before = cast.as_ref().filter(|_| film);
        let (scene, next) = compose(line, "", seed, None, &index, before)?;
        cast = Some(next);
        let picture = render(&scene, &index, (w, h), Treatment::default(), &Cancel::new())?.flatten();
        let size = tiny_skia::IntSize::from_wh(w, h).ok_or("size")?;
        let picture = Pixmap::from_vec(picture.rgba, size).ok_or("picture")?;
        if let Some(folder) = folder {
            picture.save_png(folder.join(format!("{i:03}.png")))?;
            continue;
        }
        let (x, y) = ((i as u32 % 3 * w) as i32, (i as u32 / 3 * h) as i32);
        sheet.draw_pixmap(x, y, picture.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    }
    if folder.is_none() {
        sheet.save_png(out)?;
    }
    Ok(())
}
