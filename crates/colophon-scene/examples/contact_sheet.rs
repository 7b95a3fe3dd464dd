//! Draws a dozen hand-made scenes on one sheet, to be looked at.
//!
//! `contact_sheet OUT.png [ICONS.json] [SEED] [TREATMENT] [SET] [N]`: icons in iconify's format; SET is
//! `scenes`, `large` (the Nth scene alone), `tall`, `square`, `settings`, `props`, `night`,
//! `figures`, `heads`, `file` (the scenes of the JSON file N), or the name of one setting.

use std::collections::BTreeMap;
use std::time::Instant;

use colophon_scene::graph::{Art, Body, Placed, Pose, Role, Scene, Setting, TimeOfDay, Weather};
use colophon_scene::render::{ArtSource, props};
use colophon_scene::{Treatment, layout, render};
use colophon_types::{Cancel, Raster};

/// Icons of an iconify file.
struct Icons(BTreeMap<String, String>);

impl Icons {
    fn load(path: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        let mut out = BTreeMap::new();
        for (name, icon) in file["icons"].as_object().into_iter().flatten() {
            if let Some(body) = icon["body"].as_str() {
                let svg = format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" \
                     xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 128 128\" \
                     width=\"128\" height=\"128\">{body}</svg>"
                );
                out.insert(name.clone(), svg);
            }
        }
        Ok(Self(out))
    }
}

impl ArtSource for Icons {
    fn icon(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

const TIMES: [TimeOfDay; 7] = [
    TimeOfDay::Dawn,
    TimeOfDay::Morning,
    TimeOfDay::Noon,
    TimeOfDay::Afternoon,
    TimeOfDay::Sunset,
    TimeOfDay::Dusk,
    TimeOfDay::Night,
];

fn scene(setting: Setting, time: TimeOfDay, weather: Weather, seed: u64, objects: Vec<Placed>) -> Scene {
    Scene {
        setting,
        time,
        weather,
        mood: "calm".into(),
        horizon: layout::horizon(setting),
        objects,
        description: String::new(),
        seed,
        light: None,
    }
}

fn put(art: Art, x: f32, baseline: f32, height: f32, role: Role) -> Placed {
    let name = match &art {
        Art::Icon { icon } => icon.clone(),
        Art::Prop { prop } => prop.clone(),
        Art::Figure { head, .. } => head.clone(),
    };
    Placed { name, art, role, x, baseline, height, flip: false, flying: false, floating: false, look: 0 }
}

fn icon(name: &str, x: f32, baseline: f32, height: f32) -> Placed {
    put(Art::Icon { icon: name.into() }, x, baseline, height, Role::Support)
}

fn flying(name: &str, x: f32, baseline: f32, height: f32) -> Placed {
    Placed { flying: true, ..icon(name, x, baseline, height) }
}

fn prop(name: &str, x: f32, baseline: f32, height: f32) -> Placed {
    put(Art::Prop { prop: name.into() }, x, baseline, height, Role::Support)
}

fn afloat(p: Placed) -> Placed {
    Placed { floating: true, ..p }
}

fn figure(
    head: &str,
    body: Body,
    pose: Pose,
    holds: Option<&str>,
    x: f32,
    baseline: f32,
    height: f32,
) -> Placed {
    let art = Art::Figure { head: head.into(), body, pose, holds: holds.map(Into::into) };
    put(art, x, baseline, height, Role::Hero)
}

fn scenes(seed: u64) -> Vec<Scene> {
    use Body::{Adult, Animal, Child};
    use Weather::{Clear, Cloudy, Fog, Rain, Snow};
    vec![
        scene(
            Setting::Forest,
            TimeOfDay::Morning,
            Clear,
            seed,
            vec![
                prop("easel", 0.6, 0.87, 0.4),
                figure("fox", Animal, Pose::Hold, Some("paintbrush"), 0.44, 0.9, 0.46),
                icon("butterfly", 0.74, 0.55, 0.07),
                prop("mushroom", 0.28, 0.9, 0.12),
            ],
        ),
        scene(
            Setting::Sea,
            TimeOfDay::Sunset,
            Clear,
            seed + 1,
            vec![
                prop("lighthouse", 0.76, 0.68, 0.5),
                afloat(prop("boat", 0.4, 0.8, 0.3)),
                flying("bird", 0.55, 0.3, 0.08),
            ],
        ),
        scene(
            Setting::City,
            TimeOfDay::Night,
            Clear,
            seed + 2,
            vec![
                prop("street_lamp", 0.2, 0.86, 0.5),
                icon("automobile", 0.62, 0.95, 0.2),
                figure("woman", Adult, Pose::Walk, None, 0.4, 0.88, 0.46),
            ],
        ),
        scene(
            Setting::SnowyForest,
            TimeOfDay::Dusk,
            Snow,
            seed + 3,
            vec![
                prop("cottage", 0.7, 0.84, 0.42),
                figure("rabbit-face", Animal, Pose::Wave, None, 0.4, 0.9, 0.34),
                prop("snowman", 0.24, 0.88, 0.26),
            ],
        ),
        scene(
            Setting::Underwater,
            TimeOfDay::Noon,
            Clear,
            seed + 4,
            vec![
                flying("tropical-fish", 0.6, 0.45, 0.14),
                flying("octopus", 0.42, 0.66, 0.28),
                flying("turtle", 0.75, 0.6, 0.18),
            ],
        ),
        scene(
            Setting::Village,
            TimeOfDay::Afternoon,
            Clear,
            seed + 5,
            vec![
                prop("windmill", 0.76, 0.72, 0.42),
                figure("boy", Child, Pose::Run, None, 0.42, 0.9, 0.38),
                icon("dog", 0.55, 0.93, 0.16),
                flying("kite", 0.3, 0.36, 0.14),
            ],
        ),
        scene(
            Setting::Library,
            TimeOfDay::Night,
            Clear,
            seed + 6,
            vec![
                figure("old-man", Adult, Pose::Sit, Some("open-book"), 0.42, 0.9, 0.46),
                figure("girl", Child, Pose::Stand, None, 0.62, 0.92, 0.38),
                icon("cat", 0.76, 0.93, 0.16),
            ],
        ),
        scene(
            Setting::Street,
            TimeOfDay::Dusk,
            Rain,
            seed + 7,
            vec![
                prop("market_stall", 0.72, 0.88, 0.46),
                figure("man", Adult, Pose::Hold, Some("umbrella"), 0.42, 0.91, 0.48),
                prop("bench", 0.2, 0.87, 0.16),
            ],
        ),
        scene(
            Setting::Space,
            TimeOfDay::Night,
            Clear,
            seed + 8,
            vec![
                prop("dome", 0.74, 0.82, 0.26),
                prop("satellite", 0.3, 0.35, 0.2),
                figure("astronaut", Adult, Pose::Wave, None, 0.46, 0.9, 0.46),
            ],
        ),
        scene(
            Setting::Mountain,
            TimeOfDay::Dawn,
            Fog,
            seed + 9,
            vec![prop("pagoda", 0.7, 0.82, 0.46), figure("panda", Animal, Pose::Sit, None, 0.42, 0.92, 0.42)],
        ),
        scene(
            Setting::Kitchen,
            TimeOfDay::Morning,
            Clear,
            seed + 10,
            vec![
                prop("table", 0.5, 0.95, 0.24),
                figure("woman-cook", Adult, Pose::Hold, Some("pie"), 0.3, 0.9, 0.56),
                icon("teapot", 0.52, 0.725, 0.09),
            ],
        ),
        scene(
            Setting::Abstract,
            TimeOfDay::Noon,
            Cloudy,
            seed + 11,
            vec![
                icon("light-bulb", 0.5, 0.74, 0.44),
                icon("gear", 0.28, 0.86, 0.16),
                icon("rocket", 0.74, 0.84, 0.2),
            ],
        ),
    ]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |i: usize| args.get(i).map(String::as_str);
    let Some(out) = arg(0) else {
        return Err("contact_sheet OUT.png [ICONS.json] [SEED] [TREATMENT] [SET]".into());
    };
    let art = match arg(1) {
        Some(path) if !path.is_empty() => Icons::load(path)?,
        _ => Icons(BTreeMap::new()),
    };
    let seed: u64 = arg(2).unwrap_or("7").parse()?;
    let treatment: Treatment = arg(3).unwrap_or("paper").parse()?;
    let set = arg(4).unwrap_or("scenes");
    let (list, size): (Vec<Scene>, (u32, u32)) = match set {
        "scenes" => (scenes(seed), (1200, 675)),
        "large" => {
            let at: usize = arg(5).unwrap_or("0").parse()?;
            (scenes(seed).into_iter().skip(at).take(1).collect(), (1280, 720))
        }
        "4k" => (scenes(seed).into_iter().take(2).collect(), (3840, 2160)),
        "tall" => (scenes(seed), (405, 720)),
        "square" => (scenes(seed), (540, 540)),
        "settings" => (
            Setting::ALL
                .iter()
                .enumerate()
                .map(|(i, s)| scene(*s, TIMES[i % 7], Weather::Clear, seed, vec![]))
                .collect(),
            (800, 450),
        ),
        "props" => (
            props::NAMES
                .chunks(6)
                .map(|names| {
                    let row = names
                        .iter()
                        .enumerate()
                        .map(|(i, n)| prop(n, 0.1 + 0.16 * i as f32, 0.8, 0.3))
                        .collect();
                    scene(Setting::Field, TimeOfDay::Morning, Weather::Clear, seed, row)
                })
                .collect(),
            (1200, 520),
        ),
        "night" => (
            props::NAMES
                .chunks(6)
                .map(|names| {
                    let row = names
                        .iter()
                        .enumerate()
                        .map(|(i, n)| prop(n, 0.1 + 0.16 * i as f32, 0.8, 0.3))
                        .collect();
                    scene(Setting::Field, TimeOfDay::Night, Weather::Clear, seed, row)
                })
                .collect(),
            (1200, 520),
        ),
        "figures" => (figures(seed), (1200, 560)),
        "heads" => (heads(seed), (1200, 560)),
        "file" => {
            let text = std::fs::read_to_string(arg(5).ok_or("name a file of scenes")?)?;
            let list = serde_json::Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>()?;
            (list, (1200, 675))
        }
        name => {
            let setting = Setting::ALL
                .into_iter()
                .find(|s| format!("{s:?}").eq_ignore_ascii_case(name))
                .ok_or("no such set")?;
            (TIMES.iter().map(|t| scene(setting, *t, Weather::Clear, seed, vec![])).collect(), (960, 540))
        }
    };
    let columns = (2400 / size.0).clamp(1, list.len() as u32);
    let rows = (list.len() as u32).div_ceil(columns);
    let mut sheet = Raster::filled(columns * size.0, rows * size.1, [255; 4]);
    for (i, s) in list.iter().enumerate() {
        let start = Instant::now();
        let layered = render(s, &art, size, treatment, &Cancel::new())?;
        let took = start.elapsed();
        let full = layered.layers.iter().filter(|l| l.image.width >= size.0).count();
        let pixels: usize = layered.layers.iter().map(|l| l.image.rgba.len() / 4).sum();
        eprintln!(
            "{:?} {:?} {:?}: {} layers, {full} wide, {:.1} frames of pixels, {:.0} ms",
            s.setting,
            s.time,
            s.weather,
            layered.layers.len(),
            pixels as f32 / (size.0 * size.1) as f32,
            took.as_secs_f64() * 1e3
        );
        let (cx, cy) = (i as u32 % columns * size.0, i as u32 / columns * size.1);
        let flat = layered.flatten();
        for y in 0..size.1 {
            let from = (y * size.0 * 4) as usize;
            let to = (((cy + y) * sheet.width + cx) * 4) as usize;
            let n = (size.0 * 4) as usize;
            sheet.rgba[to..to + n].copy_from_slice(&flat.rgba[from..from + n]);
        }
    }
    let map =
        tiny_skia::PixmapRef::from_bytes(&sheet.rgba, sheet.width, sheet.height).ok_or("empty sheet")?;
    std::fs::write(out, map.encode_png()?)?;
    Ok(())
}

fn figures(seed: u64) -> Vec<Scene> {
    use Body::{Adult, Animal, Child};
    let poses = [Pose::Stand, Pose::Sit, Pose::Walk, Pose::Run, Pose::Hold, Pose::Ride, Pose::Wave];
    let rows: [(&str, Body, Option<&str>); 10] = [
        ("fox", Animal, None),
        ("bear", Animal, Some("red-apple")),
        ("cat-face", Animal, None),
        ("mouse-face", Animal, Some("closed-umbrella")),
        ("woman", Adult, None),
        ("man", Adult, Some("open-book")),
        ("girl", Child, None),
        ("boy", Child, Some("kite")),
        ("woman-teacher", Adult, None),
        ("astronaut", Adult, Some("red-heart")),
    ];
    rows.iter()
        .enumerate()
        .map(|(r, (head, body, holds))| {
            let row = poses
                .iter()
                .enumerate()
                .map(|(i, p)| figure(head, *body, *p, *holds, 0.08 + 0.14 * i as f32, 0.9, 0.62))
                .collect();
            scene(Setting::Field, TimeOfDay::Morning, Weather::Clear, seed + r as u64, row)
        })
        .collect()
}

/// Many heads on bodies, a row of seven a scene.
fn heads(seed: u64) -> Vec<Scene> {
    use Body::{Adult, Animal, Child};
    let people = "woman-farmer man-cook firefighter woman-scientist detective student woman-singer \
                  man-artist police-officer ninja princess mage fairy old-woman santa-claus person \
                  woman-health-worker astronaut superhero guard woman-mechanic office-worker judge \
                  woman-with-headscarf man-beard woman-red-hair man-wearing-turban person-blond-hair";
    let beasts = "lion tiger-face monkey-face frog dog-face pig-face unicorn horse-face koala hamster \
                  wolf cow-face raccoon rabbit-face polar-bear panda bear robot owl chicken dragon-face";
    let row = |names: &[&str], body: Body, seed: u64| {
        let poses = [Pose::Stand, Pose::Hold, Pose::Walk, Pose::Wave];
        let objects = names
            .iter()
            .enumerate()
            .map(|(i, n)| figure(n, body, poses[i % 4], None, 0.08 + 0.14 * i as f32, 0.9, 0.62))
            .collect();
        scene(Setting::Field, TimeOfDay::Morning, Weather::Clear, seed, objects)
    };
    let people: Vec<&str> = people.split_whitespace().collect();
    let beasts: Vec<&str> = beasts.split_whitespace().collect();
    let mut out: Vec<Scene> = people.chunks(7).map(|c| row(c, Adult, seed)).collect();
    out.push(row(&["boy", "girl", "child", "baby", "person", "fairy", "student"], Child, seed));
    out.extend(beasts.chunks(7).map(|c| row(c, Animal, seed)));
    out
}
