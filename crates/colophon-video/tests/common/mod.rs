//! Scenes made by hand, and readers of films.
#![allow(dead_code, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Entrance, Layer, Motion, Particles};
use colophon_types::Raster;

/// A layer from a function of place that gives straight colour and cover.
pub(crate) fn paint(w: u32, h: u32, f: impl Fn(f32, f32) -> ([f32; 3], f32)) -> Raster {
    let mut image = Raster::filled(w, h, [0; 4]);
    for (i, p) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (c, a) = f((i as u32 % w) as f32 + 0.5, (i as u32 / w) as f32 + 0.5);
        let a = a.clamp(0.0, 1.0);
        *p = [c[0] * a, c[1] * a, c[2] * a, 255.0 * a].map(|v| v.round() as u8);
    }
    image
}

/// A layer at rest.
pub(crate) fn layer(name: &str, image: Raster, x: f32, y: f32, depth: f32) -> Layer {
    let (blend, opacity, entrance) = (Blend::Over, 1.0, Entrance::None);
    Layer { name: name.into(), image, x, y, depth, blend, opacity, motion: vec![], entrance }
}

fn disc(r: f32, colour: [f32; 3]) -> Raster {
    let side = (2.0 * r + 4.0) as u32;
    paint(side, side, |x, y| (colour, r - (x - r - 2.0).hypot(y - r - 2.0) + 0.5))
}

/// A hilly landscape with eight full-width layers and fifteen small ones.
pub(crate) fn landscape(seed: f32, particles: Particles) -> LayeredScene {
    let (w, h) = (1280u32, 720u32);
    let wide = 1434u32;
    let mut layers = vec![layer(
        "sky",
        paint(wide, h, |x, y| {
            let u = y / 720.0;
            ([40.0 + 190.0 * u, 70.0 + 110.0 * u, 140.0 + 40.0 * u + x * 0.01], 1.0)
        }),
        -77.0,
        0.0,
        0.0,
    )];
    let mut glow = layer(
        "glow",
        paint(700, 500, |x, y| {
            ([255.0, 220.0, 150.0], (0.6 - (x - 350.0).hypot(y - 250.0) / 420.0).max(0.0))
        }),
        500.0,
        20.0,
        0.02,
    );
    glow.blend = Blend::Add;
    glow.motion = vec![Motion::Twinkle { low: 0.8, period: 4.0, phase: 0.0 }];
    layers.push(glow);
    for (k, (speed, top)) in [(6.0, 40.0), (11.0, 110.0)].into_iter().enumerate() {
        let mut clouds = layer(
            "clouds",
            paint(wide, 200, |x, y| {
                let a = ((x * 0.00876 * (2.0 + k as f32)).sin() + (x * 0.01314 + 1.0).sin()) * 0.5;
                ([250.0, 245.0, 250.0], (a - (y - 100.0).abs() / 90.0 + 0.2).clamp(0.0, 0.8))
            }),
            -77.0,
            top,
            0.08,
        );
        clouds.motion = vec![Motion::Drift { dx: speed, dy: 0.0, wrap: true }];
        layers.push(clouds);
    }
    for k in 0..4 {
        let depth = 0.2 + 0.2 * k as f32;
        let (base, amp) = (330.0 + 85.0 * k as f32, 60.0 - 8.0 * k as f32);
        let shade = 1.0 - 0.2 * k as f32;
        let hill = paint(wide, h, |x, y| {
            let ridge = base
                + amp * (x * 0.006 + seed + k as f32).sin()
                + amp * 0.3 * (x * 0.021 + seed * 2.0 + k as f32 * 2.0).sin();
            let tex = 6.0 * ((x * 0.05).sin() * (y * 0.07).cos());
            ([(80.0 + 60.0 * seed + tex) * shade, (125.0 + tex) * shade, (100.0 + tex) * shade], y - ridge)
        });
        layers.push(layer("hill", hill, -77.0, 0.0, depth));
        for j in 0..3 {
            let x = 120.0 + 400.0 * j as f32 + 90.0 * k as f32;
            let mut tree = layer(
                "tree",
                paint(110, 190, |x, y| {
                    let half = (y - 5.0) * 0.27;
                    let stem = if y > 150.0 && (x - 55.0).abs() < 7.0 { 1.0 } else { 0.0 };
                    let crown = if y < 160.0 { half - (x - 55.0).abs() + 0.5 } else { 0.0 };
                    ([40.0 * shade + 20.0, 95.0 * shade, 70.0 * shade], crown.max(stem))
                }),
                x,
                base - 110.0,
                depth,
            );
            tree.motion = vec![Motion::Sway { amplitude: 5.0, period: 4.0 + j as f32, phase: x }];
            layers.push(tree);
        }
    }
    let mut ball = layer("ball", disc(46.0, [236.0, 92.0, 70.0]), 560.0, 470.0, 0.8);
    ball.motion = vec![Motion::Bob { amplitude: 9.0, period: 3.0, phase: 0.0 }];
    ball.entrance = Entrance::Pop { delay: 0.3 };
    layers.push(ball);
    let mut bird = layer("bird", disc(14.0, [30.0, 30.0, 50.0]), 640.0, 160.0, 0.3);
    bird.motion = vec![Motion::Travel { dx: 700.0 }];
    layers.push(bird);
    let mut figure = layer("figure", disc(60.0, [250.0, 214.0, 120.0]), 860.0, 500.0, 0.8);
    figure.motion = vec![Motion::Breathe { amount: 0.03, period: 3.0, phase: 0.0 }];
    figure.entrance = Entrance::Rise { delay: 0.2 };
    layers.push(figure);
    LayeredScene {
        width: w,
        height: h,
        layers,
        particles,
        camera: (90.0, 12.0),
        palette: [[30, 42, 66], [244, 224, 190]],
    }
}

/// What `ffprobe` says of a file.
pub(crate) fn probe(file: &Path) -> serde_json::Value {
    let out = Command::new("ffprobe")
        .args(["-v", "error", "-show_streams", "-show_format", "-of", "json"])
        .arg(file)
        .output()
        .expect("ffprobe is installed");
    serde_json::from_slice(&out.stdout).expect("ffprobe gives JSON")
}

/// One frame of a film as RGB.
pub(crate) fn frame_at(file: &Path, index: u64, w: u32, h: u32) -> Vec<u8> {
    let select = format!("select=eq(n\\,{index})");
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-map", "0:v:0", "-vf", &select, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .expect("ffmpeg is installed");
    assert_eq!(out.stdout.len(), (w * h * 3) as usize, "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}
