//! Frames of a moving scene.
//!
//! A frame is built row by row: for each row the layers are asked from front to back where they have
//! paint, stretches hidden by something opaque are dropped, and what is left is drawn from back to
//! front while the row stays in the nearest cache. Layers move by fractions of a pixel (1/256, with
//! linear interpolation), so slow motion does not jitter.
//!
//! Threading contract: a [`SceneRenderer`] is immutable and may be shared; each thread brings its own
//! [`Scratch`].

use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Layer};
use colophon_types::Raster;

use crate::motion::{Mover, Pose, glide, pose, sane};
use crate::particles::ParticleField;
use crate::pixels::{self, Px, pixels_mut};
use crate::scratch::Command;
pub use crate::scratch::Scratch;
use crate::sheet::{Sheet, Span};

/// Layers that shift by less than this over the scene are drawn once and kept.
const STILL: f32 = 0.2;

/// A scene made ready to be drawn at any time.
#[derive(Debug)]
pub struct SceneRenderer {
    width: u32,
    height: u32,
    seconds: f32,
    camera: (f32, f32),
    actors: Vec<Actor>,
    particles: ParticleField,
}

#[derive(Debug)]
struct Actor {
    sheet: Sheet,
    mover: Mover,
    blend: Blend,
}

/// An actor at one moment.
struct Instance<'a> {
    actor: &'a Actor,
    pose: Pose,
    /// Upper left corner of the layer, shifts included.
    at: (f32, f32),
    opacity: u16,
    rows: (i32, i32),
    /// Bounds of `at.0`, in 1/256 pixel, that keep the frame covered.
    clamp: Option<(i64, i64)>,
}

impl SceneRenderer {
    /// Prepares a scene that lasts `seconds` (transitions at both ends included).
    pub fn new(scene: &LayeredScene, seconds: f32) -> Self {
        let (width, height) = (scene.width.clamp(2, 4096), scene.height.clamp(2, 4096));
        let seconds = sane(seconds, 0.1, 3600.0);
        let camera = camera(scene, (width as f32, height as f32));
        let still = scene.layers.iter().take_while(|layer| {
            let mover = Mover::of(layer);
            mover.is_still() && (camera.0.abs() + camera.1.abs()) * mover.depth < STILL
        });
        let still = still.count();
        let mut actors = Vec::with_capacity(scene.layers.len());
        let rest = if still >= 2 {
            let backdrop = flatten(&scene.layers[..still], width, height);
            actors.extend(Actor::new(&backdrop));
            &scene.layers[still..]
        } else {
            &scene.layers[..]
        };
        actors.extend(rest.iter().filter_map(Actor::new));
        let particles = ParticleField::new(scene, width, height);
        Self { width, height, seconds, camera, actors, particles }
    }

    /// Width of the frames in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the frames in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Draws the scene `t` seconds after its start over all of `frame`, which takes the size of the
    /// scene if it has another.
    pub fn render(&self, t: f32, frame: &mut Raster, scratch: &mut Scratch) {
        let t = sane(t, 0.0, 7200.0);
        let (w, h) = (self.width as usize, self.height as usize);
        if frame.width != self.width || frame.height != self.height || frame.rgba.len() != w * h * 4 {
            *frame = Raster::filled(self.width, self.height, [0, 0, 0, 255]);
        }
        scratch.first.resize(w + 2, [0; 4]);
        scratch.second.resize(w + 2, [0; 4]);
        let progress = glide(t / self.seconds) - 0.5;
        let camera = (self.camera.0 * progress, self.camera.1 * progress);
        let instances: Vec<Instance<'_>> =
            self.actors.iter().filter_map(|a| Instance::new(a, t, self, camera)).collect();
        for (y, row) in pixels_mut(&mut frame.rgba).chunks_exact_mut(w).enumerate() {
            plan(&instances, y as i32, w as i32, row, &mut scratch.commands);
            for command in scratch.commands.iter().rev() {
                if let Some(instance) = instances.get(command.instance as usize) {
                    instance.draw(command, row, (&mut scratch.first, &mut scratch.second));
                }
            }
        }
        self.particles.draw(t, camera, frame, scratch);
    }
}

/// The camera move, cut down so that full-width layers keep covering the frame.
fn camera(scene: &LayeredScene, frame: (f32, f32)) -> (f32, f32) {
    let mut camera = (sane(scene.camera.0, -2000.0, 2000.0), sane(scene.camera.1, -2000.0, 2000.0));
    for layer in &scene.layers {
        let mover = Mover::of(layer);
        let ((x, y), (w, h), depth) = (mover.at, mover.size, mover.depth);
        if w < frame.0 || depth <= 0.0 || mover.wraps() {
            continue;
        }
        let limit = |camera: &mut f32, room: f32| {
            let wanted = camera.abs() * depth / 2.0;
            // A layer without any room is held at the edge instead of stopping the camera for all.
            if room >= 4.0 && wanted > room {
                *camera *= room / wanted;
            }
        };
        limit(&mut camera.0, (-x).min(x + w - frame.0));
        if y + h >= frame.1 {
            limit(&mut camera.1, y + h - frame.1);
        }
        if y <= 0.0 && h >= frame.1 {
            limit(&mut camera.1, -y);
        }
    }
    camera
}

/// Layers at rest, as one opaque layer that fills the frame.
fn flatten(layers: &[Layer], width: u32, height: u32) -> Layer {
    let scene = LayeredScene {
        width,
        height,
        layers: Vec::new(),
        particles: colophon_scene::layers::Particles::None,
        camera: (0.0, 0.0),
        palette: [[0; 3]; 2],
    };
    let mut renderer = SceneRenderer::new(&scene, 1.0);
    renderer.actors.extend(layers.iter().filter_map(Actor::new));
    let mut image = Raster::filled(width, height, [0, 0, 0, 255]);
    renderer.render(0.0, &mut image, &mut Scratch::default());
    Layer {
        name: "backdrop".into(),
        image,
        x: 0.0,
        y: 0.0,
        depth: 0.0,
        blend: Blend::Over,
        opacity: 1.0,
        motion: Vec::new(),
        entrance: colophon_scene::layers::Entrance::None,
    }
}

impl Actor {
    fn new(layer: &Layer) -> Option<Self> {
        let mover = Mover::of(layer);
        let sheet = Sheet::new(&layer.image, layer.blend, sane(layer.opacity, 0.0, 1.0), mover.wraps())?;
        Some(Self { sheet, mover, blend: layer.blend })
    }
}

impl<'a> Instance<'a> {
    fn new(actor: &'a Actor, t: f32, scene: &SceneRenderer, camera: (f32, f32)) -> Option<Self> {
        let frame = (scene.width as f32, scene.height as f32);
        let mover = &actor.mover;
        let pose = pose(mover, t, scene.seconds, frame);
        let opacity = (sane(pose.opacity, 0.0, 1.0) * 256.0).round() as u16;
        if opacity == 0 || pose.scale <= 0.001 {
            return None;
        }
        let mut at = (
            mover.at.0 + pose.shift.0 + camera.0 * mover.depth,
            mover.at.1 + pose.shift.1 + camera.1 * mover.depth,
        );
        let mut clamp = None;
        if mover.size.0 >= frame.0
            && !mover.wraps()
            && mover.at.0 <= 0.0
            && mover.at.0 + mover.size.0 >= frame.0
        {
            clamp = Some((((frame.0 - mover.size.0) * 256.0) as i64, 0));
            if mover.at.1 + mover.size.1 >= frame.1 && pose.scale == 1.0 && mover.is_still() {
                at.1 = at.1.max(frame.1 - mover.size.1);
                if mover.at.1 <= 0.0 {
                    at.1 = at.1.min(0.0);
                }
            }
        }
        let base = at.1 + mover.size.1;
        let scale = pose.stretch * pose.scale;
        let top = base - (mover.size.1 - actor.sheet.offset.1 as f32) * scale;
        let bottom = top + actor.sheet.rows as f32 * scale;
        let rows = ((top.floor() - 1.0).max(0.0) as i32, (bottom.ceil() + 1.0).min(frame.1) as i32);
        (rows.0 < rows.1).then_some(Self { actor, pose, at, opacity, rows, clamp })
    }

    /// The row of cells under row `y` of the frame and the weight of its lower edge.
    fn row(&self, y: i32) -> Option<(i32, u16)> {
        let (mover, sheet) = (&self.actor.mover, &self.actor.sheet);
        let scale = self.pose.stretch * self.pose.scale;
        let v = if scale == 1.0 {
            y as f32 - self.at.1 - sheet.offset.1 as f32
        } else {
            let base = self.at.1 + mover.size.1;
            (y as f32 + 0.5 - base) / scale + mover.size.1 - 0.5 - sheet.offset.1 as f32
        };
        let v = (v * 256.0).round() as i64;
        let row = v >> 8;
        (row >= 0 && row < i64::from(sheet.cell_rows())).then_some((row as i32, (v & 255) as u16))
    }

    /// Left edge of the sheet in row `row` of cells, in 1/256 pixel.
    fn left(&self, row: i32) -> i64 {
        let (mover, sheet) = (&self.actor.mover, &self.actor.sheet);
        let mut x = self.at.0;
        if self.pose.lean != 0.0 || self.pose.tilt != 0.0 {
            let up = (1.0 - (row + sheet.offset.1) as f32 / mover.size.1.max(1.0)).clamp(0.0, 1.0);
            x += self.pose.lean * up * up.sqrt() + self.pose.tilt * up;
        }
        let mut x = (x * 256.0).round() as i64;
        if let Some((low, high)) = self.clamp {
            x = x.clamp(low.min(high), high);
        }
        x + i64::from(sheet.offset.0) * 256
    }

    fn hides(&self) -> bool {
        self.actor.blend == Blend::Over && self.opacity == 256
    }

    /// Draws one stretch.
    fn draw(&self, c: &Command, row: &mut [Px], (first, second): (&mut [Px], &mut [Px])) {
        let (from, to) = (c.to.start as usize, c.to.end as usize);
        let n = to - from;
        let target = &mut row[from..to];
        if self.pose.scale != 1.0 {
            self.sample_scaled(c, &mut first[..n]);
            self.lay(target, &mut first[..n]);
            return;
        }
        let (wx, wy) = c.weights;
        let cells = Span { start: c.cell.1, end: c.cell.1 + n as i32 };
        let upper = self.actor.sheet.corners(c.cell.0, cells);
        let lower = if wy == 0 { upper } else { self.actor.sheet.corners(c.cell.0 + 1, cells) };
        let line = if wy == 0 {
            upper
        } else {
            pixels::mix(&mut first[..=n], upper, lower, wy);
            &first[..=n]
        };
        if c.opaque {
            if wx == 0 {
                target.copy_from_slice(&line[..n])
            } else {
                pixels::mix(target, line, &line[1..], wx)
            }
            return;
        }
        if wx == 0 && self.opacity == 256 {
            self.blend(target, &line[..n]);
            return;
        }
        pixels::mix(&mut second[..n], line, &line[1..], wx);
        self.lay(target, &mut second[..n]);
    }

    /// Works the opacity in and blends.
    fn lay(&self, target: &mut [Px], paint: &mut [Px]) {
        if self.opacity != 256 {
            if self.actor.blend == Blend::Multiply {
                pixels::soften(paint, self.opacity);
            } else {
                pixels::scale(paint, self.opacity);
            }
        }
        self.blend(target, paint);
    }

    fn blend(&self, target: &mut [Px], paint: &[Px]) {
        match self.actor.blend {
            Blend::Over => pixels::over(target, paint),
            Blend::Add => pixels::add(target, paint),
            Blend::Multiply => pixels::multiply(target, paint),
        }
    }

    /// Samples a row at a horizontal scale other than 1: entrances only, so it may be slow.
    fn sample_scaled(&self, c: &Command, out: &mut [Px]) {
        let (mover, sheet) = (&self.actor.mover, &self.actor.sheet);
        let middle = self.at.0 + mover.size.0 / 2.0;
        for (i, o) in out.iter_mut().enumerate() {
            let x = (c.to.start + i as i32) as f32 + 0.5;
            let u = (x - middle) / self.pose.scale + mover.size.0 / 2.0 - 0.5 - sheet.offset.0 as f32;
            let u = (u * 256.0).round() as i32;
            let (x, wx, y, wy) = (u >> 8, (u & 255) as u32, c.cell.0, u32::from(c.weights.1));
            let corners = [sheet.at(x, y), sheet.at(x + 1, y), sheet.at(x, y + 1), sheet.at(x + 1, y + 1)];
            let weights = [(256 - wx) * (256 - wy), wx * (256 - wy), (256 - wx) * wy, wx * wy];
            *o = std::array::from_fn(|k| {
                let sum: u32 = corners.iter().zip(weights).map(|(p, w)| u32::from(p[k]) * w).sum();
                ((sum + (1 << 15)) >> 16) as u8
            });
        }
    }
}

/// Decides what is drawn in one row: `commands` from front to back. Clears the row where nothing
/// opaque will cover it.
fn plan(instances: &[Instance<'_>], y: i32, width: i32, row: &mut [Px], commands: &mut Vec<Command>) {
    commands.clear();
    let frame = Span { start: 0, end: width };
    let mut covered = Span::default();
    for (index, instance) in instances.iter().enumerate().rev() {
        if y < instance.rows.0 || y >= instance.rows.1 {
            continue;
        }
        let Some((cell_row, wy)) = instance.row(y) else { continue };
        let index = index as u32;
        let sheet = &instance.actor.sheet;
        if instance.pose.scale != 1.0 {
            let half = instance.actor.mover.size.0 * instance.pose.scale / 2.0 + 2.0;
            let middle = instance.at.0 + instance.actor.mover.size.0 / 2.0;
            let reach = Span { start: (middle - half) as i32, end: (middle + half) as i32 }.cut(frame);
            let make =
                |to| Command { instance: index, to, cell: (cell_row, 0), weights: (0, wy), opaque: false };
            visible(reach, covered, |to| commands.push(make(to)));
            continue;
        }
        let mut left = instance.left(cell_row);
        let tile = sheet.period.map_or(0, |p| i64::from(p.max(1)) * 256);
        if tile > 0 {
            left = left.rem_euclid(tile) - tile;
        }
        let hides = instance.hides();
        let mut opaque = Span::default();
        while left < i64::from(width) * 256 {
            // Column X of the frame lies at X·256 − left: cell X + base, right-hand weight wx.
            let (base, wx) = (((-left) >> 8) as i32, ((-left) & 255) as u16);
            let moved =
                |s: Span| Span { start: s.start.saturating_sub(base), end: s.end.saturating_sub(base) };
            let full = if hides { moved(sheet.opaque(cell_row)).cut(frame) } else { Span::default() };
            for span in sheet.spans(cell_row) {
                visible(moved(*span).cut(frame), covered, |to| {
                    let mut put = |to: Span, opaque| {
                        if !to.is_empty() {
                            let cell = (cell_row, to.start.saturating_add(base));
                            commands.push(Command { instance: index, to, cell, weights: (wx, wy), opaque });
                        }
                    };
                    if full.is_empty() {
                        put(to, false);
                    } else {
                        put(to.cut(Span { start: i32::MIN, end: full.start }), false);
                        put(to.cut(full), true);
                        put(to.cut(Span { start: full.end, end: i32::MAX }), false);
                    }
                });
            }
            opaque = join(opaque, full);
            if tile == 0 {
                break;
            }
            left += tile;
        }
        covered = join(covered, opaque);
        if covered == frame {
            break;
        }
    }
    if covered != frame {
        row.fill([0, 0, 0, 255]);
    }
}

/// Calls `draw` for the parts of `span` outside `covered`.
fn visible(span: Span, covered: Span, mut draw: impl FnMut(Span)) {
    if span.is_empty() {
        return;
    }
    if covered.is_empty() {
        return draw(span);
    }
    let before = span.cut(Span { start: i32::MIN, end: covered.start });
    let after = span.cut(Span { start: covered.end, end: i32::MAX });
    for part in [before, after] {
        if !part.is_empty() {
            draw(part);
        }
    }
}

/// The union where it is one span, else the longer one.
fn join(a: Span, b: Span) -> Span {
    if a.is_empty() {
        return b;
    }
    if b.is_empty() {
        return a;
    }
    if a.start <= b.end && b.start <= a.end {
        return Span { start: a.start.min(b.start), end: a.end.max(b.end) };
    }
    if a.end - a.start >= b.end - b.start { a } else { b }
}
