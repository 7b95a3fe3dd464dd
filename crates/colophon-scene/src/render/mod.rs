//! The renderer: draws a [`Scene`] as painted layers.
//!
//! A backdrop for the setting (planes of paper, one behind another), the objects between them, a
//! frame in front, and light over all. Everything is vector art at any size; nothing is random
//! but by the scene's seed.

use colophon_types::{Cancel, Cancelled, Seed};

use crate::error::SceneError;
use crate::graph::{Art, Scene, Setting, TimeOfDay, Weather};
use crate::layers::{Blend, Entrance, Layer, LayeredScene, Motion, Particles};

mod brush;
mod city;
mod figure;
mod foreground;
mod interior;
mod land;
mod light;
mod objects;
mod palette;
pub(crate) mod particles;
pub mod props;
mod sky;
mod space;
mod stage;
mod svg;
mod tone;
mod treatment;
mod trees;
mod water;

use brush::{cut, opaque};
use light::Grain;
use palette::Palette;
use stage::{Frame, Plane, Stage};
pub use svg::render_svg;
pub use treatment::Treatment;

/// Where icons come from.
pub trait ArtSource {
    /// The icon of that name as a complete SVG document, if there is one.
    fn icon(&self, name: &str) -> Option<String>;
}

/// No icons at all: scenes of props only.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoArt;

impl ArtSource for NoArt {
    fn icon(&self, _: &str) -> Option<String> {
        None
    }
}

/// Largest frame, in pixels a side.
pub const MAX_SIDE: u32 = 8192;
/// Smallest frame, in pixels a side.
pub const MIN_SIDE: u32 = 16;
/// Largest frame, in pixels in all: every full-width layer takes four bytes for each.
pub const MAX_PIXELS: u64 = 20_000_000;
/// Most objects that are drawn.
pub const MAX_OBJECTS: usize = 64;

/// Draws a scene for a frame of `size` pixels (width, height).
///
/// Objects whose art is unknown are left out; numbers out of range are clamped. The same scene,
/// art, size and treatment give the same bits.
///
/// # Errors
/// [`SceneError::BadSize`] for a frame that is too small or too large, [`SceneError::Cancelled`]
/// when `cancel` is set.
pub fn render(
    scene: &Scene,
    art: &dyn ArtSource,
    size: (u32, u32),
    treatment: Treatment,
    cancel: &Cancel,
) -> Result<LayeredScene, SceneError> {
    layered(scene, art, size, treatment, true, cancel)
}

/// Draws the things of a scene alone, without what is behind and before them: for a clear background.
/// Sun and moon belong to the backdrop unless nothing else is there.
///
/// # Errors
/// As [`render`], and [`SceneError::NoThings`] where the scene has no things.
pub fn render_subjects(
    scene: &Scene,
    art: &dyn ArtSource,
    size: (u32, u32),
    treatment: Treatment,
    cancel: &Cancel,
) -> Result<LayeredScene, SceneError> {
    let mut alone = scene.clone();
    alone.objects.retain(|o| !matches!(&o.art, Art::Icon { icon } if sky::is_luminary(icon)));
    if alone.objects.is_empty() {
        alone.objects.clone_from(&scene.objects);
    }
    // Nothing to be mirrored in.
    alone.objects.iter_mut().for_each(|o| o.floating = false);
    let drawn = layered(&alone, art, size, treatment, false, cancel)?;
    if drawn.layers.is_empty() { Err(SceneError::NoThings) } else { Ok(drawn) }
}

/// What a scene is drawn with.
fn stage<'a>(scene: &'a Scene, size: (u32, u32), treatment: Treatment) -> Result<Stage<'a>, SceneError> {
    let range = MIN_SIDE..=MAX_SIDE;
    let long = size.0.max(size.1) / size.0.min(size.1).max(1);
    if !range.contains(&size.0)
        || !range.contains(&size.1)
        || long > 8
        || u64::from(size.0) * u64::from(size.1) > MAX_PIXELS
    {
        return Err(SceneError::BadSize { width: size.0, height: size.1 });
    }
    let side = scene.light.unwrap_or_else(|| side_of(scene.seed));
    Ok(Stage {
        scene,
        frame: Frame::new(size),
        palette: Palette::of(scene.setting, scene.time, scene.weather, side),
        treatment,
        horizon: scene.horizon * 1000.0,
    })
}

fn layered(
    scene: &Scene,
    art: &dyn ArtSource,
    size: (u32, u32),
    treatment: Treatment,
    with_backdrop: bool,
    cancel: &Cancel,
) -> Result<LayeredScene, SceneError> {
    let scene = &tame(scene, treatment);
    let st = stage(scene, size, treatment)?;
    let grain = Grain::new(Seed(scene.seed).derive("grain"));
    let mut layers: Vec<(f32, Layer)> = Vec::new();
    for plane in if with_backdrop { backdrop(&st) } else { Vec::new() } {
        cancel.check()?;
        let key = plane.key;
        layers.extend(paint(&st, &plane, &grain, cancel)?.map(|l| (key, l)));
    }
    for (i, object) in scene.objects.iter().enumerate() {
        cancel.check()?;
        layers.extend(objects::layers(&st, object, i, art, &grain));
    }
    layers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut layers: Vec<Layer> = layers.into_iter().map(|l| l.1).collect();
    if let Some(tone) = treatment.tone() {
        // Light and shade that lie over the others belong to paint, not to line and ink.
        layers.retain(|layer| layer.blend == Blend::Over);
        for (index, layer) in layers.iter_mut().enumerate() {
            cancel.check()?;
            tone.apply(&mut layer.image, size.0.min(size.1), index == 0 && with_backdrop);
        }
    } else if with_backdrop {
        layers.push(vignette(&st));
    }
    let p = &st.palette;
    let dark = p.shade.mix(p.sky[0], 0.25);
    let pale = p.sky[2].pale(0.35);
    Ok(LayeredScene {
        width: size.0,
        height: size.1,
        layers,
        particles: if with_backdrop { particles(scene) } else { Particles::None },
        camera: camera(&st),
        palette: [dark.bytes(), pale.bytes()],
    })
}

/// On which side sun and moon stand, by the seed.
pub(crate) fn side_of(seed: u64) -> f32 {
    if Seed(seed).derive("light").next_f32() < 0.5 { -1.0 } else { 1.0 }
}

/// The scene with every number in range: no NaN, nothing outside what a picture can hold.
fn tame(scene: &Scene, treatment: Treatment) -> Scene {
    let fix = |v: f32, low: f32, high: f32, or: f32| if v.is_finite() { v.clamp(low, high) } else { or };
    let mut out = scene.clone();
    if treatment == Treatment::Night {
        out.time = TimeOfDay::Night;
    }
    out.horizon = fix(out.horizon, 0.2, 0.86, 0.62);
    out.light = out.light.map(|v| fix(v, -1.5, 1.5, 1.0));
    out.objects.truncate(MAX_OBJECTS);
    for o in &mut out.objects {
        o.x = fix(o.x, -0.3, 1.3, 0.5);
        o.baseline = fix(o.baseline, 0.02, 1.15, 0.88);
        o.height = fix(o.height, 0.01, 1.4, 0.26);
    }
    out
}

/// The planes of the setting.
fn backdrop(st: &Stage<'_>) -> Vec<Plane> {
    let indoors = is_indoors(st.scene.setting);
    let mut out = Vec::new();
    match st.scene.setting {
        Setting::Abstract => {}
        Setting::Space | Setting::Underwater => out.push(sky::firmament(st)),
        _ if indoors => {}
        _ => out.extend(sky::planes(st)),
    }
    out.extend(match st.scene.setting {
        Setting::Forest => land::forest(st, false),
        Setting::SnowyForest => land::forest(st, true),
        Setting::Bamboo => land::bamboo(st),
        Setting::Sea => water::sea(st),
        Setting::Beach => water::beach(st),
        Setting::Mountain => land::mountain(st),
        Setting::Field => land::field(st),
        Setting::Garden => land::garden(st),
        Setting::City => city::city(st),
        Setting::Street => city::street(st),
        Setting::Village => city::village(st),
        Setting::Desert => land::desert(st),
        Setting::Space => space::space(st),
        Setting::Underwater => water::underwater(st),
        Setting::Room | Setting::Library | Setting::Kitchen | Setting::Office | Setting::Hospital => {
            interior::planes(st)
        }
        Setting::Abstract => space::abstract_ground(st),
    });
    out.extend(foreground::frame(st));
    if st.scene.weather == Weather::Fog && !indoors {
        out.push(fog(st));
    }
    out
}

/// Whether the setting is a room.
fn is_indoors(setting: Setting) -> bool {
    matches!(
        setting,
        Setting::Room | Setting::Library | Setting::Kitchen | Setting::Office | Setting::Hospital
    )
}

/// A bank of fog before the middle distance.
fn fog(st: &Stage<'_>) -> Plane {
    let mut s = brush::Sketch::new();
    land::mist(st, &mut s, st.horizon + 30.0, 460.0, 0.62);
    Plane::new("fog", s, 0.45, st.horizon + 120.0, st.horizon - 220.0).airy().moving(Motion::Twinkle {
        low: 0.75,
        period: 9.0,
        phase: 0.0,
    })
}

/// Rasterises a plane and finishes it; `None` when nothing of it is seen.
fn paint(st: &Stage<'_>, plane: &Plane, grain: &Grain, cancel: &Cancel) -> Result<Option<Layer>, Cancelled> {
    let f = st.frame;
    let spec = st.treatment.spec();
    let px = f.scale;
    let top = (plane.top.max(0.0) * px).floor().min(f.px.1 as f32 - 2.0);
    // The sheet reaches a little below the frame, where the camera may look.
    let below = (f.px.1 as f32 * 0.015).ceil();
    // What lies behind the ground ends a little below where the ground begins.
    let hidden = plane.key > 5.0 && plane.key < st.horizon && plane.blend == Blend::Over;
    let bottom = if hidden { ((st.horizon + 190.0) * px).min(f.px.1 as f32) } else { f.px.1 as f32 };
    let (w, h) = ((f.full * px).round() as u32, (bottom - top + below).max(2.0) as u32);
    let mut r = plane.sketch.raster(w, h, 0.0, top / px, px);
    cancel.check()?;
    if plane.blur > 0.0 {
        light::soften(&mut r, plane.blur * px);
    }
    if plane.blend == Blend::Over {
        let rim = (2.4 * px).round().max(1.0) as i32;
        let dx = (st.palette.side() * rim as f32 * 0.6) as i32;
        light::rim(
            &mut r,
            dx,
            -rim,
            st.palette.glow,
            0.5 * plane.rim * spec.rim * (0.35 + st.palette.shine * 0.65),
        );
        light::finish(&mut r, &spec, grain, px, st.palette.shade);
        cancel.check()?;
        let s = plane.shadow * spec.shadow;
        light::drop_shadow(
            &mut r,
            2.0 * px * -st.palette.side(),
            -5.0 * px,
            15.0 * px,
            st.palette.shade,
            0.85 * s,
        );
    }
    let Some((x0, y0, x1, y1)) = opaque(&r, 1) else { return Ok(None) };
    let tiles = plane.motion.iter().any(|m| matches!(m, Motion::Drift { wrap: true, .. }));
    // Tiling layers keep their full width; others are cut to what is painted.
    let (x0, x1) = if tiles { (0, w) } else { (x0, x1) };
    let image = if (x0, y0, x1, y1) == (0, 0, w, h) { r } else { cut(&r, x0, y0, x1, y1) };
    Ok(Some(Layer {
        name: plane.name.clone(),
        image,
        x: x0 as f32 - (f.margin * px).round(),
        y: top + y0 as f32,
        depth: plane.depth,
        blend: plane.blend,
        opacity: 1.0,
        motion: plane.motion.clone(),
        entrance: plane.entrance,
    }))
}

/// The darkened corners.
fn vignette(st: &Stage<'_>) -> Layer {
    let (w, h) = st.frame.px;
    let strength = 0.36 + 0.12 * st.palette.night;
    let image = light::vignette(w, h, st.palette.shade.mix(brush::hex(0x404048), 0.3), strength);
    Layer {
        name: "vignette".to_owned(),
        image,
        x: 0.0,
        y: 0.0,
        depth: 0.0,
        blend: Blend::Multiply,
        opacity: 1.0,
        motion: Vec::new(),
        entrance: Entrance::None,
    }
}

/// Particles of the weather, or of a calm scene.
fn particles(scene: &Scene) -> Particles {
    if is_indoors(scene.setting) {
        return Particles::Motes;
    }
    match (scene.setting, scene.weather) {
        (Setting::Underwater, _) => Particles::Bubbles,
        (Setting::Space, _) => Particles::Motes,
        (Setting::Abstract, _) => Particles::None,
        (_, Weather::Rain | Weather::Storm) => Particles::Rain,
        (_, Weather::Snow) => Particles::Snow,
        (_, Weather::Wind) => Particles::Leaves,
        (Setting::Bamboo, _) => Particles::Leaves,
        (Setting::SnowyForest, _) => Particles::Snow,
        (Setting::Forest | Setting::Garden | Setting::Field | Setting::Village, Weather::Clear)
            if scene.time != TimeOfDay::Noon =>
        {
            Particles::Motes
        }
        _ => Particles::None,
    }
}

/// A slow move of the camera, within half the overscan on each side.
fn camera(st: &Stage<'_>) -> (f32, f32) {
    let mut rng = st.rng("camera");
    let (w, _) = st.frame.px;
    let reach = w as f32 * (stage::OVERSCAN - 1.0) / 2.0 * 0.8;
    let dir = if rng.next_f32() < 0.5 { -1.0 } else { 1.0 };
    (dir * reach * rng.range(0.55, 1.0), 0.0)
}
