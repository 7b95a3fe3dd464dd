//! How long a frame takes: drawing, colour conversion, and the whole way through the encoder.
//!
//! `cargo run --release -p colophon-video --example pace [FONTS_AND_MODELS_DIR] [OUT_DIR]`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use colophon_scene::layers::Particles;
use colophon_types::{Cancel, Caption, Lang, NoProgress, Pcm, Raster, Seed};
use colophon_video::{
    FilmConfig, FilmWriter, FontPaths, SceneRenderer, Scratch, Shot, Transition, Typeset, yuv,
};

fn main() {
    let mut args = std::env::args().skip(1);
    let fonts = args.next().map(PathBuf::from);
    let out = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    for particles in [Particles::None, Particles::Snow, Particles::Rain, Particles::Leaves] {
        let scene = common::landscape(0.2, particles);
        let start = Instant::now();
        let renderer = SceneRenderer::new(&scene, 6.0);
        let prepared = start.elapsed();
        let (mut frame, mut scratch) = (Raster::filled(1280, 720, [0; 4]), Scratch::default());
        let mut bytes = vec![0; yuv::frame_bytes(1280, 720)];
        let n = 120;
        let (mut draw, mut convert) = (f64::MAX, f64::MAX);
        let (mut draws, mut converts) = (0.0, 0.0);
        for i in 0..n {
            let start = Instant::now();
            renderer.render(1.0 + i as f32 / 30.0, &mut frame, &mut scratch);
            let a = start.elapsed().as_secs_f64() * 1e3;
            let start = Instant::now();
            yuv::to_yuv420(&frame.rgba, 1280, 720, &mut bytes);
            let b = start.elapsed().as_secs_f64() * 1e3;
            (draw, convert) = (draw.min(a), convert.min(b));
            (draws, converts) = (draws + a, converts + b);
        }
        println!(
            "{particles:?}: prepare {prepared:.1?}, draw {:.2} ms (best {draw:.2}), yuv {:.2} ms (best {convert:.2})",
            draws / f64::from(n),
            converts / f64::from(n)
        );
    }
    let typeset = fonts.and_then(|f| Typeset::load(&FontPaths::in_store(&f, Lang::En)).ok()).map(Arc::new);
    for (render, encode) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let mut config = FilmConfig::new(out.join(format!("pace-{render}-{encode}.mp4")), Lang::En);
        (config.render_threads, config.encode_threads) = (render, encode);
        config.typeset.clone_from(&typeset);
        let start = Instant::now();
        let mut writer = FilmWriter::start(config, &Cancel::new(), Arc::new(NoProgress)).expect("starts");
        for i in 0..3u32 {
            let particles = [Particles::Motes, Particles::Snow, Particles::Leaves][i as usize];
            writer
                .shot(Shot {
                    scene: common::landscape(0.2 + i as f32, particles),
                    seconds: 4.0,
                    transition: Transition::pick(Seed(1), u64::from(i)),
                    captions: vec![Caption {
                        start: 0.6,
                        end: 3.6,
                        text: "The keeper paints the sea, and the sea keeps still for once.".into(),
                    }],
                    last: i == 2,
                })
                .expect("a shot");
        }
        let tone = (0..48_000 * 12).map(|i| (i as f32 * 0.02).sin() * 0.1).collect();
        let film = writer.finish(&Pcm { rate: 48_000, samples: tone }, "Pace", None).expect("a film");
        let size = std::fs::metadata(&film.path).unwrap().len();
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "render {render}, encode {encode}: {} frames in {seconds:.2} s = {:.1} ms a frame, {} kB",
            film.frames,
            seconds * 1e3 / film.frames as f64,
            size / 1000
        );
    }
}
