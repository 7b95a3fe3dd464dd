//! The renderer, looked at as a viewer would: brightness, horizon, what stands in the picture.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use colophon_scene::graph::{Art, Body, Placed, Pose, Role, Scene, Setting, TimeOfDay, Weather};
use colophon_scene::layers::{Blend, LayeredScene, Motion, Particles};
use colophon_scene::render::{ArtSource, NoArt, props};
use colophon_scene::{SceneError, Treatment, render};
use colophon_types::{Cancel, Raster};

const OUTDOORS: [Setting; 11] = [
    Setting::Forest,
    Setting::SnowyForest,
    Setting::Sea,
    Setting::Beach,
    Setting::Lake,
    Setting::Mountain,
    Setting::Field,
    Setting::Garden,
    Setting::City,
    Setting::Village,
    Setting::Desert,
];

const TIMES: [TimeOfDay; 7] = [
    TimeOfDay::Dawn,
    TimeOfDay::Morning,
    TimeOfDay::Noon,
    TimeOfDay::Afternoon,
    TimeOfDay::Sunset,
    TimeOfDay::Dusk,
    TimeOfDay::Night,
];

const WEATHERS: [Weather; 7] = [
    Weather::Clear,
    Weather::Cloudy,
    Weather::Rain,
    Weather::Storm,
    Weather::Snow,
    Weather::Fog,
    Weather::Wind,
];

/// Three icons of our own: a face, a lamp, and one that asks for more than it should.
struct Icons;

impl ArtSource for Icons {
    fn icon(&self, name: &str) -> Option<String> {
        let body = match name {
            "face" | "fox" => {
                r##"<circle cx="64" cy="66" r="58" fill="#ffca28"/><circle cx="44" cy="60" r="7" fill="#333"/><circle cx="84" cy="60" r="7" fill="#333"/><path d="M44 90q20 14 40 0" fill="none" stroke="#333" stroke-width="5"/>"##
            }
            "ball" => r##"<circle cx="64" cy="64" r="60" fill="#e02020"/>"##,
            "reads a file" => {
                r##"<image href="/etc/passwd" width="128" height="128"/><rect width="128" height="128"/>"##
            }
            "entities" => {
                return Some(
                    "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text>&b;</text></svg>".into(),
                );
            }
            "not svg" => return Some("\u{0}\u{1}<<<>>>".into()),
            "empty" => "",
            "huge" => return Some(format!("<svg>{}</svg>", "<g/>".repeat(200_000))),
            "deep" | "fan" => {
                let body = if name == "deep" {
                    format!("{}<rect width=\"9\" height=\"9\"/>{}", "<g>".repeat(3000), "</g>".repeat(3000))
                } else {
                    // Each level shows the one below twice: 2^30 rectangles.
                    let levels: String = (1..30)
                        .map(|i| {
                            format!(
                                "<g id=\"l{i}\"><use href=\"#l{}\"/><use href=\"#l{}\"/></g>",
                                i - 1,
                                i - 1
                            )
                        })
                        .collect();
                    format!(
                        "<defs><rect id=\"l0\" width=\"9\" height=\"9\"/>{levels}</defs><use href=\"#l29\"/>"
                    )
                };
                return Some(format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"128\" height=\"128\">{body}</svg>"
                ));
            }
            _ => return None,
        };
        Some(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 128 128\" width=\"128\" height=\"128\">{body}</svg>"
        ))
    }
}

fn scene(setting: Setting, time: TimeOfDay) -> Scene {
    Scene {
        setting,
        time,
        weather: Weather::Clear,
        mood: "calm".into(),
        horizon: 0.6,
        objects: Vec::new(),
        description: String::new(),
        seed: 7,
        light: None,
    }
}

fn placed(art: Art, x: f32, baseline: f32, height: f32) -> Placed {
    Placed {
        name: "thing".into(),
        art,
        role: Role::Hero,
        x,
        baseline,
        height,
        flip: false,
        flying: false,
        floating: false,
        look: 0,
    }
}

fn icon(name: &str) -> Art {
    Art::Icon { icon: name.into() }
}

fn prop(name: &str) -> Art {
    Art::Prop { prop: name.into() }
}

fn figure(pose: Pose, body: Body) -> Art {
    Art::Figure { head: "face".into(), body, pose, holds: Some("ball".into()) }
}

fn draw_at(scene: &Scene, size: (u32, u32), treatment: Treatment) -> LayeredScene {
    render(scene, &Icons, size, treatment, &Cancel::new()).expect("draws")
}

fn draw(scene: &Scene) -> LayeredScene {
    draw_at(scene, (320, 180), Treatment::Paper)
}

/// Mean brightness of a part of the picture, 0…255 (Rec. 709 weights).
fn brightness(r: &Raster, x: std::ops::Range<f32>, y: std::ops::Range<f32>) -> f32 {
    let px = |v: f32, n: u32| ((v * n as f32) as u32).min(n);
    let (mut sum, mut n) = (0.0, 0u32);
    for py in px(y.start, r.height)..px(y.end, r.height) {
        for qx in px(x.start, r.width)..px(x.end, r.width) {
            let i = ((py * r.width + qx) * 4) as usize;
            let p = &r.rgba[i..i + 3];
            sum += 0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2]);
            n += 1;
        }
    }
    sum / n.max(1) as f32
}

/// Mean absolute difference of a part of two pictures, 0…255.
fn difference(a: &Raster, b: &Raster, x: std::ops::Range<f32>, y: std::ops::Range<f32>) -> f32 {
    let px = |v: f32, n: u32| ((v * n as f32) as u32).min(n);
    let (mut sum, mut n) = (0.0, 0u32);
    for py in px(y.start, a.height)..px(y.end, a.height) {
        for qx in px(x.start, a.width)..px(x.end, a.width) {
            let i = ((py * a.width + qx) * 4) as usize;
            for c in 0..3 {
                sum += f32::from(a.rgba[i + c].abs_diff(b.rgba[i + c]));
                n += 1;
            }
        }
    }
    sum / n.max(1) as f32
}

#[test]
fn every_setting_at_every_hour_is_a_picture() {
    for setting in Setting::ALL {
        for time in TIMES {
            let layered = draw_at(&scene(setting, time), (192, 108), Treatment::Paper);
            let flat = layered.flatten();
            // Not one colour: the brightness of the pixels spreads.
            let mean = brightness(&flat, 0.0..1.0, 0.0..1.0);
            let spread: f32 = (0..12)
                .map(|i| {
                    let t = i as f32 / 12.0;
                    (brightness(&flat, 0.0..1.0, t..t + 1.0 / 12.0) - mean).abs()
                })
                .sum::<f32>()
                / 12.0;
            assert!(spread > 2.0, "{setting:?} {time:?}: spread {spread}");
            assert!(mean > 24.0, "{setting:?} {time:?} is dark: {mean}");
            let first = &layered.layers[0];
            assert!(first.image.rgba.chunks_exact(4).all(|p| p[3] == 255), "{setting:?}: holes in the sky");
        }
    }
}

#[test]
fn every_weather_and_treatment_draws() {
    for setting in Setting::ALL {
        for (i, weather) in WEATHERS.into_iter().enumerate() {
            let treatment = Treatment::ALL[i % Treatment::ALL.len()];
            let scene = Scene { weather, ..scene(setting, TIMES[i]) };
            draw_at(&scene, (96, 64), treatment);
        }
    }
}

#[test]
fn the_sky_is_brighter_at_noon_than_at_night() {
    for setting in OUTDOORS {
        let at = |time| brightness(&draw(&scene(setting, time)).flatten(), 0.0..1.0, 0.0..0.25);
        let (noon, dusk, night) = (at(TimeOfDay::Noon), at(TimeOfDay::Dusk), at(TimeOfDay::Night));
        assert!(noon > dusk + 20.0 && dusk > night, "{setting:?}: {noon} {dusk} {night}");
    }
}

#[test]
fn the_ground_stands_out_from_the_sky() {
    for setting in [Setting::Sea, Setting::Field, Setting::Mountain, Setting::Desert, Setting::Village] {
        let flat = draw(&scene(setting, TimeOfDay::Noon)).flatten();
        let sky = brightness(&flat, 0.2..0.8, 0.4..0.5);
        let ground = brightness(&flat, 0.2..0.8, 0.75..0.9);
        assert!((sky - ground).abs() > 15.0, "{setting:?}: sky {sky}, ground {ground}");
    }
}

#[test]
fn what_was_asked_for_is_seen() {
    for (art, name) in
        [(icon("ball"), "icon"), (prop("lighthouse"), "prop"), (figure(Pose::Hold, Body::Animal), "figure")]
    {
        let empty = scene(Setting::Field, TimeOfDay::Morning);
        let full = Scene { objects: vec![placed(art, 0.5, 0.9, 0.5)], ..empty.clone() };
        let (a, b) = (draw(&empty).flatten(), draw(&full).flatten());
        let there = difference(&a, &b, 0.46..0.54, 0.45..0.85);
        let away = difference(&a, &b, 0.0..0.2, 0.0..1.0);
        assert!(there > 15.0, "{name}: {there}");
        assert!(away < 0.5, "{name} changes the far side: {away}");
    }
}

#[test]
fn things_are_where_they_were_put() {
    let one = |x, baseline, height| {
        let objects = vec![placed(icon("ball"), x, baseline, height)];
        let layered = draw(&Scene { objects, ..scene(Setting::Sea, TimeOfDay::Noon) });
        let layer = layered.layers.into_iter().find(|l| l.name == "thing").expect("drawn");
        // The red of the ball.
        let (mut x0, mut x1, mut y0, mut y1) = (f32::MAX, f32::MIN, f32::MAX, f32::MIN);
        for (i, p) in layer.image.rgba.chunks_exact(4).enumerate() {
            if p[3] > 250 && p[0] > 120 && p[1] < 90 {
                let (px, py) = (i as u32 % layer.image.width, i as u32 / layer.image.width);
                let (px, py) = (layer.x + px as f32, layer.y + py as f32);
                (x0, x1, y0, y1) = (x0.min(px), x1.max(px), y0.min(py), y1.max(py));
            }
        }
        ((x0 + x1) / 2.0 / 320.0, y1 / 180.0, (y1 - y0) / 180.0)
    };
    let (x, baseline, height) = one(0.3, 0.9, 0.3);
    assert!((x - 0.3).abs() < 0.01, "{x}");
    assert!((baseline - 0.9).abs() < 0.02, "{baseline}");
    assert!((height - 0.3).abs() < 0.03, "{height}");
}

#[test]
fn a_nearer_thing_covers_a_farther_one() {
    let far = placed(prop("barn"), 0.5, 0.8, 0.5);
    let near = placed(icon("ball"), 0.5, 0.92, 0.3);
    for objects in [vec![far.clone(), near.clone()], vec![near, far]] {
        let flat = draw(&Scene { objects, ..scene(Setting::Field, TimeOfDay::Noon) }).flatten();
        let i = (((0.8 * 180.0) as usize) * 320 + 160) * 4;
        let p = &flat.rgba[i..i + 3];
        assert!(p[0] > 130 && p[1] < 100, "{p:?}");
    }
}

#[test]
fn layers_are_cut_to_their_paint_and_wide_enough_for_parallax() {
    for setting in Setting::ALL {
        let objects = vec![placed(figure(Pose::Wave, Body::Child), 0.4, 0.9, 0.4)];
        let layered = draw(&Scene { objects, ..scene(setting, TimeOfDay::Night) });
        let mut wide = 0;
        for l in &layered.layers {
            assert_eq!(l.image.rgba.len(), (l.image.width * l.image.height * 4) as usize);
            assert!((0.0..=1.0).contains(&l.depth), "{}", l.name);
            let tiles = l.motion.iter().any(|m| matches!(m, Motion::Drift { wrap: true, .. }));
            if l.name != "vignette" && !tiles {
                let row = (l.image.width * 4) as usize;
                let seen = |p: &[u8]| p.chunks_exact(4).any(|p| p[3] > 0);
                assert!(seen(&l.image.rgba[..row]), "{setting:?} {}: empty first row", l.name);
                assert!(
                    seen(&l.image.rgba[l.image.rgba.len() - row..]),
                    "{setting:?} {}: empty last row",
                    l.name
                );
            }
            if l.image.width > 320 {
                wide += 1;
            }
            // Where a sheet of the backdrop is cut off straight, it is outside the frame.
            let cut = |column: usize| {
                let w = l.image.width as usize;
                let n = (0..l.image.height as usize)
                    .filter(|y| l.image.rgba[(y * w + column) * 4 + 3] > 250)
                    .count();
                n * 2 > l.image.height as usize
            };
            let right = l.x + l.image.width as f32;
            if l.name != "vignette" && !l.name.starts_with("thing") && l.blend == Blend::Over {
                assert!(!cut(0) || l.x <= -0.055 * 320.0, "{setting:?} {}: from {}", l.name, l.x);
                let last = l.image.width as usize - 1;
                assert!(!cut(last) || right >= 1.055 * 320.0, "{setting:?} {}: to {right}", l.name);
            }
            if tiles {
                assert!(l.image.width as f32 >= 320.0 * 1.12, "{setting:?} {}", l.name);
            }
        }
        assert!(layered.layers[0].image.width as f32 >= 320.0 * 1.12);
        assert!(wide <= 9, "{setting:?}: {wide} full-frame layers");
        // The camera never shows an edge of a layer.
        let reach = layered.camera.0.abs();
        assert!(reach > 2.0 && reach <= 320.0 * 0.07, "{reach}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_does_not() {
    let objects = vec![
        placed(figure(Pose::Walk, Body::Adult), 0.4, 0.9, 0.5),
        placed(prop("market_stall"), 0.7, 0.85, 0.4),
    ];
    for setting in Setting::ALL {
        let s = Scene { objects: objects.clone(), ..scene(setting, TimeOfDay::Dusk) };
        let (a, b) = (draw(&s), draw(&s));
        assert_eq!(a.layers.len(), b.layers.len());
        for (x, y) in a.layers.iter().zip(&b.layers) {
            assert_eq!(x.name, y.name);
            assert!(x.image == y.image && x.motion == y.motion, "{setting:?} {}", x.name);
        }
        let c = draw(&Scene { seed: 8, ..s }).flatten();
        let d = difference(&a.flatten(), &c, 0.0..1.0, 0.0..1.0);
        assert!(d > 0.5, "{setting:?}: seeds 7 and 8 differ by {d}");
    }
}

#[test]
fn every_prop_draws_and_lamps_are_lit_at_night() {
    let empty = draw(&scene(Setting::Abstract, TimeOfDay::Noon)).flatten();
    for name in props::NAMES {
        let objects = vec![placed(prop(name), 0.5, 0.88, 0.5)];
        let flat = draw(&Scene { objects, ..scene(Setting::Abstract, TimeOfDay::Noon) }).flatten();
        let d = difference(&empty, &flat, 0.35..0.65, 0.3..0.9);
        assert!(d > 2.0, "{name}: {d}");
    }
    for name in ["street_lamp", "lighthouse", "campfire", "house", "lantern"] {
        let objects = vec![placed(prop(name), 0.5, 0.88, 0.5)];
        let lit = |time| {
            draw(&Scene { objects: objects.clone(), ..scene(Setting::Field, time) })
                .layers
                .iter()
                .any(|l| l.name == "thing light" && l.blend == Blend::Add)
        };
        assert!(lit(TimeOfDay::Night) && !lit(TimeOfDay::Noon), "{name}");
    }
}

#[test]
fn figures_have_bodies_in_every_pose() {
    for body in [Body::Adult, Body::Child, Body::Animal] {
        for pose in [Pose::Stand, Pose::Sit, Pose::Walk, Pose::Run, Pose::Hold, Pose::Ride, Pose::Wave] {
            let objects = vec![placed(figure(pose, body), 0.5, 0.92, 0.7)];
            let layered = draw(&Scene { objects, ..scene(Setting::Abstract, TimeOfDay::Noon) });
            let l = layered.layers.iter().find(|l| l.name == "thing").expect("a figure");
            // Paint below the head: the lower half of the figure is not empty.
            let half = l.image.height as usize / 2 * l.image.width as usize * 4;
            let body_px = l.image.rgba[half..].chunks_exact(4).filter(|p| p[3] > 250).count();
            assert!(body_px > 250, "{body:?} {pose:?}: {body_px}");
            let waves = layered.layers.iter().any(|l| l.name == "thing arm");
            assert_eq!(waves, pose == Pose::Wave, "{pose:?}");
        }
    }
}

#[test]
fn a_character_keeps_its_clothes_through_a_film() {
    let clothes = |seed, look| {
        let objects = vec![Placed { look, ..placed(figure(Pose::Stand, Body::Child), 0.5, 0.92, 0.7) }];
        let layered = draw(&Scene { seed, objects, ..scene(Setting::Space, TimeOfDay::Noon) });
        let l = layered.layers.into_iter().find(|l| l.name == "thing").expect("a figure");
        let mut sum = [0.0f32; 3];
        let body = &l.image.rgba[l.image.rgba.len() / 2..];
        let paint: Vec<_> = body.chunks_exact(4).filter(|p| p[3] > 250).collect();
        for p in &paint {
            for (s, v) in sum.iter_mut().zip(*p) {
                *s += f32::from(*v) / paint.len() as f32;
            }
        }
        sum
    };
    let far = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let kept = (1..8).map(|seed| far(clothes(seed, 5), clothes(0, 5))).fold(0.0, f32::max);
    let other = (1..8).map(|seed| far(clothes(seed, 0), clothes(0, 0))).fold(0.0, f32::max);
    assert!(kept < 14.0, "clothes change by {kept}");
    assert!(other > 20.0, "without a look of their own, clothes change only by {other}");
}

#[test]
fn weather_brings_its_particles() {
    let of = |setting, weather| draw(&Scene { weather, ..scene(setting, TimeOfDay::Noon) }).particles;
    assert_eq!(of(Setting::City, Weather::Rain), Particles::Rain);
    assert_eq!(of(Setting::Field, Weather::Snow), Particles::Snow);
    assert_eq!(of(Setting::Field, Weather::Wind), Particles::Leaves);
    assert_eq!(of(Setting::Underwater, Weather::Clear), Particles::Bubbles);
    assert_ne!(of(Setting::Kitchen, Weather::Rain), Particles::Rain, "it does not rain indoors");
}

#[test]
fn floating_things_are_mirrored_in_the_water() {
    let boat = Placed { floating: true, ..placed(prop("boat"), 0.5, 0.75, 0.35) };
    let layered = draw(&Scene { objects: vec![boat], ..scene(Setting::Sea, TimeOfDay::Noon) });
    let l = layered.layers.iter().find(|l| l.name == "thing").expect("a boat");
    let below = l.y + l.image.height as f32 - 0.75 * 180.0;
    assert!(below > 0.1 * 180.0, "reflection reaches {below} px below the water line");
    assert!(l.motion.iter().any(|m| matches!(m, Motion::Bob { .. })));
}

#[test]
fn hostile_numbers_are_tamed() {
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e9, -1e9, 0.0, f32::MIN_POSITIVE];
    for (i, v) in bad.into_iter().enumerate() {
        for art in [icon("ball"), prop("fence"), figure(Pose::Ride, Body::Adult)] {
            let mut p = placed(art, v, 0.8, 0.3);
            p.floating = i % 2 == 0;
            let mut q = p.clone();
            (q.x, q.baseline, q.height) = (0.5, v, v);
            q.flying = i % 3 == 0;
            let s = Scene { horizon: v, objects: vec![p, q], ..scene(Setting::ALL[i * 2], TIMES[i]) };
            draw_at(&s, (96, 64), Treatment::Paper);
        }
    }
    let many = (0..5000).map(|i| placed(icon("ball"), i as f32 / 5000.0, 0.8, 0.1)).collect();
    let crowd =
        draw_at(&Scene { objects: many, ..scene(Setting::Sea, TimeOfDay::Noon) }, (96, 64), Treatment::Flat);
    assert!(crowd.layers.len() < 100);
}

#[test]
fn hostile_icons_and_unknown_names_are_left_out() {
    let start = Instant::now();
    let names = ["reads a file", "entities", "not svg", "empty", "huge", "deep", "fan", "no such icon"];
    for name in names {
        let mut objects = vec![placed(icon(name), 0.5, 0.9, 0.4)];
        objects.push(placed(
            Art::Figure { head: name.into(), body: Body::Adult, pose: Pose::Stand, holds: None },
            0.5,
            0.9,
            0.4,
        ));
        objects.push(placed(prop(name), 0.5, 0.9, 0.4));
        let layered = draw(&Scene { objects, ..scene(Setting::Field, TimeOfDay::Noon) });
        assert!(layered.layers.iter().all(|l| l.name != "thing"), "{name} was drawn");
    }
    assert!(start.elapsed().as_secs_f32() < 10.0, "hostile icons take time");
    // A head that is there with a held thing that is not.
    let art = Art::Figure {
        head: "face".into(),
        body: Body::Adult,
        pose: Pose::Hold,
        holds: Some("entities".into()),
    };
    let objects = vec![placed(art, 0.5, 0.9, 0.4)];
    let layered = draw(&Scene { objects, ..scene(Setting::Field, TimeOfDay::Noon) });
    assert!(layered.layers.iter().any(|l| l.name == "thing"));
}

#[test]
fn frames_of_all_shapes_and_no_others() {
    let objects = vec![placed(prop("house"), 0.5, 0.85, 0.5), placed(icon("ball"), 0.2, 0.9, 0.2)];
    for setting in Setting::ALL {
        let s = Scene { objects: objects.clone(), ..scene(setting, TimeOfDay::Afternoon) };
        for size in [(90, 160), (128, 128), (200, 60), (17, 31)] {
            let layered = draw_at(&s, size, Treatment::Paper);
            assert_eq!((layered.width, layered.height), size);
            let flat = layered.flatten();
            assert_eq!((flat.width, flat.height), size);
        }
    }
    let s = scene(Setting::Sea, TimeOfDay::Noon);
    for size in
        [(0, 0), (0, 100), (100, 0), (1, 1), (100_000, 100), (u32::MAX, u32::MAX), (4000, 20), (8000, 8000)]
    {
        let e = render(&s, &NoArt, size, Treatment::Paper, &Cancel::new()).expect_err("no such frame");
        assert!(matches!(e, SceneError::BadSize { .. }), "{size:?}: {e}");
    }
}

#[test]
fn a_cancelled_drawing_stops() {
    let cancel = Cancel::new();
    cancel.cancel();
    let e = render(&scene(Setting::City, TimeOfDay::Noon), &NoArt, (1280, 720), Treatment::Paper, &cancel)
        .expect_err("cancelled");
    assert!(matches!(e, SceneError::Cancelled(_)));
}

#[test]
fn treatments_have_names_and_look_different() {
    let s = scene(Setting::Forest, TimeOfDay::Morning);
    let mut seen: Vec<Raster> = Vec::new();
    for t in Treatment::ALL {
        assert_eq!(t.name().parse::<Treatment>().unwrap(), t);
        let flat = draw_at(&s, (320, 180), t).flatten();
        for other in &seen {
            let d = difference(&flat, other, 0.0..1.0, 0.0..1.0);
            assert!(d > 1.0, "{t}: {d}");
        }
        seen.push(flat);
    }
    assert!("oils".parse::<Treatment>().unwrap_err().contains("paper"));
}

#[test]
fn a_large_scene_takes_less_than_a_second() {
    let objects = vec![
        placed(figure(Pose::Hold, Body::Animal), 0.4, 0.9, 0.5),
        placed(prop("easel"), 0.62, 0.88, 0.4),
        placed(prop("cottage"), 0.8, 0.8, 0.4),
        placed(figure(Pose::Wave, Body::Child), 0.2, 0.9, 0.4),
    ];
    let s = Scene { objects, ..scene(Setting::Forest, TimeOfDay::Night) };
    // The best of three: other work on the machine does not count.
    let best = (0..3)
        .map(|_| {
            let start = Instant::now();
            draw_at(&s, (1280, 720), Treatment::Paper);
            start.elapsed().as_secs_f32()
        })
        .fold(f32::MAX, f32::min);
    assert!(best < 1.0, "{best} s");
}

#[test]
fn things_stand_alone_on_a_clear_background() {
    let mut scene = scene(Setting::Field, TimeOfDay::Noon);
    scene.objects = vec![placed(icon("sun"), 0.2, 0.2, 0.2), placed(prop("lighthouse"), 0.6, 0.8, 0.5)];
    let alone = colophon_scene::render_subjects(&scene, &Icons, (320, 240), Treatment::Paper, &Cancel::new());
    let clear = alone.unwrap().flatten_clear();
    let alpha = |x: f32, y: f32| clear.rgba[(((y * 240.0) as usize * 320) + (x * 320.0) as usize) * 4 + 3];
    assert_eq!((alpha(0.05, 0.05), alpha(0.2, 0.15), alpha(0.95, 0.95)), (0, 0, 0), "no sky, sun or ground");
    assert_eq!(alpha(0.6, 0.7), 255, "the lighthouse");
    let over = clear.rgba.as_chunks::<4>().0.iter().find(|p| p[0].max(p[1]).max(p[2]) > p[3]);
    assert_eq!(over, None, "premultiplied");
    scene.objects.clear();
    let empty = colophon_scene::render_subjects(&scene, &Icons, (320, 240), Treatment::Flat, &Cancel::new());
    assert!(matches!(empty, Err(SceneError::NoThings)));
}

#[test]
fn a_scene_is_vector_art_that_looks_like_its_picture() {
    let mut scene = scene(Setting::Sea, TimeOfDay::Dusk);
    scene.weather = Weather::Rain;
    scene.objects = vec![
        placed(icon("face"), 0.3, 0.85, 0.3),
        placed(prop("lighthouse"), 0.7, 0.75, 0.5),
        placed(figure(Pose::Wave, Body::Adult), 0.5, 0.9, 0.45),
    ];
    scene.objects[0].floating = true;
    scene.objects[1].flip = true;
    let size = (480, 360);
    for treatment in [Treatment::Flat, Treatment::Paper, Treatment::Night] {
        let svg = |scene: &Scene| {
            colophon_scene::render_svg(scene, &Icons, size, treatment, &Cancel::new()).unwrap()
        };
        let text = svg(&scene);
        assert_eq!(text, svg(&scene), "the same scene gives the same text");
        assert!(!text.contains("<image") && !text.contains("data:") && text.matches("<path").count() > 40);
        // Every identifier is there once, and everything that is named is there.
        let ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|t| t.split('"').next()).collect();
        let distinct: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{treatment}");
        for used in text.split("url(#").skip(1).filter_map(|t| t.split(')').next()) {
            assert!(distinct.contains(used), "{treatment}: {used}");
        }
        let tree = resvg::usvg::Tree::from_str(&text, &resvg::usvg::Options::default()).unwrap();
        let mut map = resvg::tiny_skia::Pixmap::new(size.0, size.1).unwrap();
        resvg::render(&tree, resvg::tiny_skia::Transform::identity(), &mut map.as_mut());
        if let Some(dir) = std::env::var_os("SVG_OUT") {
            let dir = std::path::Path::new(&dir);
            std::fs::write(dir.join(format!("{treatment}.svg")), &text).unwrap();
            map.save_png(dir.join(format!("{treatment}.png"))).unwrap();
        }
        let painted = draw_at(&scene, size, treatment).flatten();
        let differs =
            map.data().iter().zip(&painted.rgba).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
        let mean = differs as f64 / painted.rgba.len() as f64;
        assert!(mean < 14.0, "{treatment}: differs by {mean:.1} of 255");
    }
    for treatment in [Treatment::Ink, Treatment::Line, Treatment::Blueprint, Treatment::Print] {
        let made = colophon_scene::render_svg(&scene, &Icons, size, treatment, &Cancel::new());
        assert!(matches!(made, Err(SceneError::NoVector(_))), "{treatment}");
    }
}
