//! The renderer: draws a [`Scene`] as painted layers.
//!
//! A backdrop for the setting (planes of paper, one behind another), the objects between them, a
//! frame in front, and light over all. Everything is vector art at any size; nothing is random
//! but by the scene's seed.

use colophon_types::{Cancel, Cancelled, Seed};

use crate::error::SceneError;
use crate::graph::{Art, Scene};
use crate::layers::{Blend, Entrance, Layer, LayeredScene, Motion, Particles};

mod art_source;
mod backdrop;
mod brush;
mod city;
mod figure;
mod foreground;
mod interior;
mod lake;
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

pub use art_source::{ArtSource, NoArt};
pub(crate) use backdrop::side_of;
pub use backdrop::{MAX_OBJECTS, MAX_PIXELS, MAX_SIDE, MIN_SIDE};
use backdrop::{backdrop, particles, stage, tame};
use brush::{cut, opaque};
use light::Grain;
use stage::{Plane, Stage};
pub use svg::render_svg;
pub use treatment::Treatment;

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

/// A slow move of the camera, within half the overscan on each side.
fn camera(st: &Stage<'_>) -> (f32, f32) {
    let mut rng = st.rng("camera");
    let (w, _) = st.frame.px;
    let reach = w as f32 * (stage::OVERSCAN - 1.0) / 2.0 * 0.8;
    let dir = if rng.next_f32() < 0.5 { -1.0 } else { 1.0 };
    (dir * reach * rng.range(0.55, 1.0), 0.0)
}
