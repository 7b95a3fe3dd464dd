//! Title and end cards, in both languages and with titles that nobody should write.

#![allow(clippy::expect_used, clippy::panic)]

mod common;

use colophon_scene::layers::Particles;
use colophon_types::{Lang, ModelUse, Raster, Receipt, WorkId};
use colophon_video::cards::{ColophonText, colophon_card, still, title_card};
use colophon_video::{FontPaths, Typeset};

fn typeset(lang: Lang) -> Typeset {
    let found = Typeset::load(&FontPaths::in_store(&colophon_test::models_dir(), lang));
    found.unwrap_or_else(|e| panic!("{e}: run `colophon models pull` first"))
}

/// Pixels of a region, in shares of the frame, for which `test` holds.
fn count(image: &Raster, (x0, y0, x1, y1): (f32, f32, f32, f32), test: impl Fn(&[u8; 4]) -> bool) -> usize {
    let (w, h) = (image.width as f32, image.height as f32);
    let inside = |i: usize| {
        let (x, y) = ((i as u32 % image.width) as f32 / w, (i as u32 / image.width) as f32 / h);
        (x0..x1).contains(&x) && (y0..y1).contains(&y)
    };
    image.rgba.as_chunks::<4>().0.iter().enumerate().filter(|(i, p)| inside(*i) && test(p)).count()
}

fn pale(p: &[u8; 4]) -> bool {
    p[0] > 225 && p[1] > 215 && p[2] > 200
}

fn dark(p: &[u8; 4]) -> bool {
    p[0] < 110 && p[1] < 110 && p[2] < 110
}

fn receipt(lang: Lang, title: &str) -> Receipt {
    let model = |role: &str, id: &str, licence: &str| ModelUse {
        id: id.into(),
        role: role.into(),
        sha256: String::new(),
        licence: licence.into(),
        variant: (role == "voice").then(|| "af_heart".into()),
    };
    Receipt {
        work_id: WorkId::from_bits(0x0193_5c2f_7d3e_7b11_8a2b_4c6d_8e0f_1234),
        title: title.into(),
        lang,
        created: "2026-03-01T02:45:00Z".into(),
        generator: "Colophon 0.1.0".into(),
        request: serde_json::Value::Null,
        seed: 7,
        models: vec![
            model("voice", "kokoro-82m-int8", "Apache-2.0"),
            model("font", "noto-fonts-latin", "OFL-1.1"),
            model("font", "noto-fonts-serif", "OFL-1.1"),
        ],
        steps: vec![],
        extra: Default::default(),
    }
}

#[test]
fn the_title_arrives_over_the_darkened_picture() {
    let scene = common::landscape(0.2, Particles::None);
    for (lang, title) in [(Lang::En, "The Fox Who Learned to Paint"), (Lang::Zh, "学会画海的狐狸")] {
        let card = title_card(&typeset(lang), &scene, title, title);
        let middle = (0.1, 0.2, 0.9, 0.7);
        let (before, after) = (still(&card, 0.0, 4.0), still(&card, 3.0, 4.0));
        assert!(count(&before, middle, pale) < 200, "{title}: not there yet");
        assert!(count(&after, middle, pale) > 4000, "{title}: {}", count(&after, middle, pale));
        let mean = |f: &Raster| f.rgba.iter().map(|v| f64::from(*v)).sum::<f64>() / f.rgba.len() as f64;
        assert!(mean(&before) < mean(&still(&scene, 3.0, 6.0)) - 20.0, "darker than the scene");
    }
}

#[test]
fn the_colophon_names_models_licences_and_the_work() {
    let english = ColophonText::of(&receipt(Lang::En, "The Fox"));
    let rows: Vec<(&str, &str)> = english.rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(rows[0], ("Voice", "kokoro-82m-int8 (af_heart), Apache-2.0"));
    assert_eq!(rows[1], ("Type", "noto-fonts-latin, OFL-1.1  ·  noto-fonts-serif, OFL-1.1"));
    assert!(english.note.contains("AI-generated"));
    assert!(english.foot.starts_with("clp-") && english.foot.ends_with("2026-03-01"));
    let chinese = ColophonText::of(&receipt(Lang::Zh, "狐狸"));
    assert_eq!(chinese.rows[0].0, "配音");
    assert!(chinese.note.contains("人工智能") && chinese.note.contains("生成"));
    for (lang, text) in [(Lang::En, english), (Lang::Zh, chinese)] {
        let card = colophon_card(&typeset(lang), (1280, 720), [[30, 42, 66], [244, 224, 190]], &text);
        let page = still(&card, 1.0, 4.0);
        for (what, area) in [
            ("title", (0.2, 0.17, 0.8, 0.26)),
            ("labels", (0.08, 0.32, 0.3, 0.75)),
            ("values", (0.31, 0.32, 0.95, 0.75)),
            ("note", (0.1, 0.77, 0.9, 0.85)),
        ] {
            assert!(count(&page, area, dark) > 120, "{lang}: {what} {}", count(&page, area, dark));
        }
    }
}

#[test]
fn odd_titles_and_sizes_do_no_harm() {
    let scene = common::landscape(0.2, Particles::None);
    let type_en = typeset(Lang::En);
    for title in ["", "\n\n", &"long ".repeat(200), &"x".repeat(400), "🦊\u{200d}é\u{301}\u{0}\t字", "”。，"]
    {
        let card = still(&title_card(&type_en, &scene, title, title), 3.0, 4.0);
        assert_eq!((card.width, card.height), (1280, 720));
        let mut text = ColophonText::of(&receipt(Lang::En, title));
        text.rows.extend((0..40).map(|i| (format!("{title}{i}"), title.repeat(3))));
        for size in [(1280, 720), (320, 180), (0, 0)] {
            let page = colophon_card(&type_en, size, [[0; 3], [255; 3]], &text);
            assert!(page.layers.iter().all(|l| l.image.width >= 16));
        }
    }
}
