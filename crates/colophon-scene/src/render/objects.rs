//! Objects: icons, props and figures, lit by the scene, with shadows or reflections.

use std::f32::consts::TAU;

use colophon_types::{Raster, Seed};

use super::art_source::ArtSource;
use super::brush::{Fill, Icon, Sketch, Surface, cut, mirror, opaque, over};
use super::figure::{self, Held};
use super::light::{self, Grain};
use super::props;
use super::sky::is_luminary;
use super::stage::Stage;
use crate::graph::{Art, Placed, Pose, Role, Setting};
use crate::layers::{Blend, Entrance, Layer, Motion};
use crate::layout::is_waterfowl;

/// An object before it is lit.
pub(super) struct Paint<S> {
    /// Paint by daylight.
    pub(super) paint: S,
    /// What shines by itself.
    pub(super) lit: Option<S>,
    /// An arm with a life of its own, and the shoulder's height in pixels.
    pub(super) arm: Option<(S, f32)>,
    /// Bends in the wind.
    sways: bool,
}

/// The surface of an object: the thing itself, and room around it for shadow and light.
pub(super) struct Canvas {
    pub(super) w: u32,
    pub(super) h: u32,
    /// Row of the ground.
    pub(super) foot: f32,
    /// Height of the thing in pixels.
    pub(super) size: f32,
}

/// The layers of one object with their places in the order of things.
pub(crate) fn layers(
    st: &Stage<'_>,
    o: &Placed,
    index: usize,
    art: &dyn ArtSource,
    grain: &Grain,
) -> Vec<(f32, Layer)> {
    let f = st.frame;
    let mut rng = st.rng(&format!("object {index} {}", o.name));
    // Clothes and colours of its own, when it has them; else by the scene's seed.
    let mut looks = if o.look == 0 { rng.derive("looks") } else { Seed(o.look).derive("looks") };
    let Some((mut paint, mut canvas)) = draw::<Raster>(st, o, art, &mut looks) else { return Vec::new() };
    let p = &st.palette;
    let spec = st.treatment.spec();
    if o.flip {
        mirror(&mut paint.paint);
        paint.lit.iter_mut().for_each(mirror);
        paint.arm.iter_mut().for_each(|a| mirror(&mut a.0));
    }
    let baseline = o.baseline * 1000.0;
    let luminous = matches!(&o.art, Art::Icon { icon } if is_luminary(icon));
    let (far, nearness, clear) = distance(st, o);
    let px = f.scale;
    let lights = p.night > 0.2;
    let ground = canvas.foot;
    let light_up = |r: &mut Raster| {
        if luminous {
            return;
        }
        light::grade(r, p, far, ground, clear);
        let reach = (1.9 * px).round().max(1.0) as i32;
        let dx = (p.side() * reach as f32).round() as i32;
        light::rim(r, dx, -reach, p.glow, 0.6 * spec.rim * p.shine);
        light::finish(r, &spec, grain, px, p.shade);
    };
    light_up(&mut paint.paint);
    // The cut edge, and the shadow on what lies behind.
    let edge = p.light.pale(0.55).mix(p.haze, far * 0.6);
    let edge_px = 1.3 * px * spec.paper_edge;
    let shadow = |r: &mut Raster, strength: f32| {
        if !luminous {
            light::paper_edge(r, edge_px, edge, 0.5);
            let d = 5.0 * px;
            light::drop_shadow(r, -p.side() * d, d * 0.8, 9.0 * px, p.shade, 0.6 * spec.shadow * strength);
        }
    };
    shadow(&mut paint.paint, 1.0);
    if let (Some(lit), true) = (&paint.lit, lights) {
        over(&mut paint.paint, &dimmed(lit, 0.4 + 0.5 * p.night), 0, 0);
    }
    if o.floating {
        reflect(st, &mut paint.paint, &mut canvas);
    } else if !o.flying && baseline > st.horizon - 20.0 {
        // What hangs on a wall touches no ground.
        contact(st, &mut paint.paint, &canvas, nearness);
    }

    let motion = motion(st, o, &paint, &mut rng);
    let entrance = entrance(o, index, &mut rng);
    let depth = if luminous {
        0.05
    } else if o.flying {
        0.42
    } else {
        0.5 + 0.28 * nearness
    };
    let key = order(st, o);
    let left = o.x * f.px.0 as f32 - canvas.w as f32 / 2.0;
    let top = o.baseline * f.px.1 as f32 - canvas.foot;
    let mut out = Vec::new();
    let layer = |r: &Raster, name: String, motion: Vec<Motion>, blend: Blend, bottom: Option<f32>| {
        let (x0, y0, x1, y1) = opaque(r, 2)?;
        let y1 = bottom.map_or(y1, |b| (b.ceil() as u32).clamp(y0 + 1, r.height));
        Some(Layer {
            name,
            image: cut(r, x0, y0, x1, y1),
            x: left + x0 as f32,
            y: top + y0 as f32,
            depth,
            blend,
            opacity: 1.0,
            motion,
            entrance,
        })
    };
    out.extend(layer(&paint.paint, o.name.clone(), motion, Blend::Over, None).map(|l| (key, l)));
    if let Some((mut arm, shoulder)) = paint.arm {
        light_up(&mut arm);
        shadow(&mut arm, 0.6);
        let sway = Motion::Sway { amplitude: canvas.size * 0.05, period: 1.1, phase: rng.range(0.0, 6.0) };
        let name = format!("{} arm", o.name);
        out.extend(
            layer(&arm, name, vec![sway], Blend::Over, Some(shoulder + 6.0 * px)).map(|l| (key + 0.01, l)),
        );
    }
    if let (Some(lit), true) = (&paint.lit, lights) {
        let glow = dimmed(lit, 0.3 * p.night);
        let twinkle = Motion::Twinkle { low: 0.55, period: rng.range(1.6, 3.4), phase: rng.range(0.0, 6.0) };
        let name = format!("{} light", o.name);
        out.extend(layer(&glow, name, vec![twinkle], Blend::Add, None).map(|l| (key + 0.02, l)));
    }
    out
}

/// The same at a lower opacity.
fn dimmed(r: &Raster, t: f32) -> Raster {
    let k = (t.clamp(0.0, 1.0) * 256.0) as u32;
    let rgba = r.rgba.iter().map(|v| ((u32::from(*v) * k) >> 8) as u8).collect();
    Raster { rgba, ..*r }
}

/// Room for a thing of `size × aspect` pixels; things that would be wider than the frame shrink.
fn canvas(st: &Stage<'_>, o: &Placed, aspect: f32, lights: bool) -> (Canvas, f32) {
    let f = st.frame;
    let want = (o.height * f.px.1 as f32).max(4.0);
    let limit = f.px.0 as f32 * 0.92 / aspect.max(0.1);
    let size = want.min(limit);
    let pad = (size * if lights { 0.75 } else { 0.22 }).max(18.0 * f.scale).min(f.px.0 as f32 * 0.5);
    let w = (size * aspect + 2.0 * pad).ceil() as u32;
    let below = (size * 0.12).max(14.0 * f.scale).max(if lights { size * 0.3 } else { 0.0 });
    let foot = (pad + size).ceil();
    let h = (foot + below).ceil() as u32;
    (Canvas { w, h, foot, size }, size / 200.0)
}

/// Paints the thing by daylight.
pub(super) fn draw<S: Surface>(
    st: &Stage<'_>,
    o: &Placed,
    art: &dyn ArtSource,
    rng: &mut Seed,
) -> Option<(Paint<S>, Canvas)> {
    match &o.art {
        Art::Icon { icon } => whole(st, o, icon, art),
        Art::Prop { prop } => {
            let d = props::draw(prop, rng)?;
            let lights = !d.lit.is_empty() && st.palette.night > 0.2;
            let (c, k) = canvas(st, o, d.width / 200.0, lights);
            let (x0, y0) = (d.width / 2.0 - c.w as f32 / 2.0 / k, 200.0 - c.foot / k);
            let paint = d.paint.on(c.w, c.h, x0, y0, k);
            let lit = lights.then(|| d.lit.on(c.w, c.h, x0, y0, k));
            Some((Paint { paint, lit, arm: None, sways: d.sways }, c))
        }
        Art::Figure { head, .. } if figure::is_whole(head) => whole(st, o, head, art),
        Art::Figure { head, body, pose, holds } => {
            let svg = art.icon(head)?;
            let icon = Icon::parse(&svg)?;
            let held_svg = holds.as_ref().and_then(|h| art.icon(h));
            let held_icon = held_svg.as_ref().and_then(|s| Icon::parse(s));
            let held = holds.as_ref().and_then(|name| {
                if props::NAMES.contains(&name.as_str()) {
                    return Some(Held::Prop(name));
                }
                held_icon.as_ref().map(|i| Held::Icon(name, i))
            });
            let (mut c, k) = canvas(st, o, 0.9, false);
            c.w += (c.size * holds.as_deref().map_or(0.0, |held| props::grip(held).reach)) as u32;
            let request = figure::Request {
                name: head,
                head: &icon,
                body: *body,
                pose: *pose,
                holds: held,
                indoors: st.scene.setting.is_indoors(),
            };
            let fig = figure::draw(&request, rng, c.w, c.h, c.foot, k)?;
            let arm = fig.arm.map(|a| (a, fig.shoulder.1));
            Some((Paint { paint: fig.body, lit: None, arm, sways: false }, c))
        }
    }
}

/// An icon that is drawn as it is.
fn whole<S: Surface>(
    st: &Stage<'_>,
    o: &Placed,
    name: &str,
    art: &dyn ArtSource,
) -> Option<(Paint<S>, Canvas)> {
    let icon = Icon::parse(&art.icon(name)?)?;
    let (b, _) = icon.bounds()?;
    let (bw, bh) = (b[2] - b[0], b[3] - b[1]);
    let (mut c, _) = canvas(st, o, bw / bh, false);
    let mut r = S::clear(c.w, c.h);
    // The opaque part of the icon fills the thing's box, its foot on the ground.
    let k = c.size / bh;
    let x = c.w as f32 / 2.0 - (b[0] + bw / 2.0) * k;
    let y = c.foot - b[3] * k;
    icon.paint(&mut r, x, y, k, k, 0.0);
    if o.floating && is_waterfowl(name) {
        c.foot -= c.size * 0.15;
    }
    Some((Paint { paint: r, lit: None, arm: None, sways: false }, c))
}

/// An ellipse of shade where the thing touches the ground, and a long soft one away from the light.
fn contact(st: &Stage<'_>, r: &mut Raster, c: &Canvas, nearness: f32) {
    let Some(s) = shade_below(st, r, c, nearness) else { return };
    let mut under = s.raster(r.width, r.height, 0.0, 0.0, 1.0);
    over(&mut under, r, 0, 0);
    *r = under;
}

/// The shade of [`contact`] alone, in pixels of the canvas.
pub(super) fn shade_below(st: &Stage<'_>, r: &Raster, c: &Canvas, nearness: f32) -> Option<Sketch> {
    let p = &st.palette;
    // Width of what stands: the opaque extent of the lowest tenth.
    let rows = ((c.foot - c.size * 0.1).max(0.0) as u32, (c.foot as u32).min(r.height));
    if rows.1 <= rows.0 {
        return None;
    }
    let low = cut(r, 0, rows.0, r.width, rows.1);
    let (x0, _, x1, _) = opaque(&low, 200)?;
    let (cx, half) = ((x0 + x1) as f32 / 2.0, (x1 - x0) as f32 / 2.0);
    let mut s = Sketch::new();
    let away = -p.side();
    let flat = 0.12 + 0.08 * nearness;
    let ry = (half * flat).max(5.0 * st.frame.scale).min(c.size * 0.09);
    let soft = s.radial(&[(0.0, p.shade, 0.5), (0.5, p.shade, 0.34), (1.0, p.shade, 0.0)]);
    s.oval(cx + away * half * 0.22, c.foot - ry * 0.1, half * 1.35, ry * 1.5, soft);
    s.oval(cx, c.foot, half * 0.98, ry * 0.6, Fill::a(p.shade, 0.42));
    Some(s)
}

/// How far away an object is for the air before it, how near it stands, and what of it stays clear of light.
pub(super) fn distance(st: &Stage<'_>, o: &Placed) -> (f32, f32, f32) {
    let baseline = o.baseline * 1000.0;
    let nearness = ((baseline - st.horizon) / (1000.0 - st.horizon)).clamp(0.0, 1.0);
    let far = if o.flying { 0.2 } else { 0.42 * (1.0 - nearness).powf(1.5) };
    let clear = match (&o.art, o.role) {
        (Art::Figure { .. }, _) => 0.6,
        (_, Role::Hero) => 0.3,
        _ => 0.16,
    };
    (far, nearness, clear)
}

/// The place of an object in the order of things, from back to front.
pub(super) fn order(st: &Stage<'_>, o: &Placed) -> f32 {
    match &o.art {
        Art::Icon { icon } if is_luminary(icon) => 2.2,
        _ if o.flying => 985.0,
        _ => (o.baseline * 1000.0).max(st.horizon + 60.0),
    }
}

/// A broken mirror image below the water line, that fades with depth.
fn reflect(st: &Stage<'_>, r: &mut Raster, c: &mut Canvas) {
    let p = &st.palette;
    let depth = (c.size * 0.5).ceil() as u32;
    let foot = (c.foot as u32).min(r.height);
    let (w, h) = (r.width, foot + depth);
    let mut out = Raster::filled(w, h, [0; 4]);
    let px = st.frame.scale;
    let wet = [p.sky[1].0, p.sky[1].1, p.sky[1].2];
    for y in 0..depth {
        let t = y as f32 / depth as f32;
        let from = foot as i64 - 1 - (y as f32 * 1.25) as i64;
        if from < 0 {
            break;
        }
        let wave = ((y as f32 / px * 0.32).sin() + (y as f32 / px * 0.13 + 1.0).sin()) * (1.0 + 5.0 * t) * px;
        let alpha =
            0.5 * (1.0 - t).powf(1.3) * if (y as f32 / (5.0 * px)) as u32 % 3 == 2 { 0.55 } else { 1.0 };
        for x in 0..w {
            let sx = x as i64 + wave as i64;
            if sx < 0 || sx >= i64::from(w) {
                continue;
            }
            let s = ((from as u32 * w + sx as u32) * 4) as usize;
            if r.rgba[s + 3] < 230 {
                continue;
            }
            let d = (((foot + y) * w + x) * 4) as usize;
            for (ch, wet) in wet.iter().enumerate() {
                let v = f32::from(r.rgba[s + ch]) * 0.7 + wet * 255.0 * 0.3;
                out.rgba[d + ch] = (v * alpha) as u8;
            }
            out.rgba[d + 3] = (255.0 * alpha) as u8;
        }
    }
    // A dark line at the water, and small white ripples.
    let mut s = Sketch::new();
    let low = cut(r, 0, foot.saturating_sub((c.size * 0.08) as u32 + 2), w, foot);
    if let Some((x0, _, x1, _)) = opaque(&low, 200) {
        let (cx, half) = ((x0 + x1) as f32 / 2.0, (x1 - x0) as f32 / 2.0);
        s.oval(cx, c.foot, half * 1.06, 5.0 * px, Fill::a(p.shade, 0.34));
        for (dx, dy, k) in [(-0.5, 6.0, 0.5), (0.55, 10.0, 0.4), (0.0, 15.0, 0.6)] {
            let foam = p.sky[2].pale(0.5);
            s.oval(cx + dx * half, c.foot + dy * px, half * k, 1.5 * px, Fill::a(foam, 0.5));
        }
    }
    s.paint(&mut out, 0.0, 0.0, 1.0);
    let upper = cut(r, 0, 0, w, foot);
    over(&mut out, &upper, 0, 0);
    c.h = h;
    *r = out;
}

/// How an object moves.
fn motion(st: &Stage<'_>, o: &Placed, paint: &Paint<Raster>, rng: &mut Seed) -> Vec<Motion> {
    let px = st.frame.scale;
    let phase = rng.range(0.0, TAU);
    if o.floating {
        let amplitude = rng.range(4.0, 7.0) * px;
        return vec![Motion::Bob { amplitude, period: rng.range(3.4, 4.6), phase }];
    }
    if o.flying {
        let Art::Icon { icon } = &o.art else {
            return vec![Motion::Bob { amplitude: 6.0 * px, period: 4.0, phase }];
        };
        if is_luminary(icon) {
            return vec![Motion::Breathe { amount: 0.01, period: 6.0, phase }];
        }
        let dir = if o.flip { 1.0 } else { -1.0 };
        return vec![
            Motion::Travel { dx: dir * rng.range(60.0, 150.0) * px },
            Motion::Bob { amplitude: rng.range(5.0, 10.0) * px, period: rng.range(2.4, 3.6), phase },
        ];
    }
    let in_water = st.scene.setting == Setting::Underwater;
    match &o.art {
        Art::Figure { pose, .. } => {
            let (amount, period) = match pose {
                Pose::Run => (0.03, 0.6),
                Pose::Walk => (0.02, 1.0),
                _ => (0.012, 3.2),
            };
            let breathe = Motion::Breathe { amount, period, phase };
            match pose {
                Pose::Walk | Pose::Run => {
                    let dir = if o.flip { -1.0 } else { 1.0 };
                    let reach = if *pose == Pose::Run { 170.0 } else { 80.0 };
                    vec![breathe, Motion::Travel { dx: dir * reach * px }]
                }
                _ => vec![breathe],
            }
        }
        Art::Prop { .. } if paint.sways => {
            let amplitude = rng.range(3.0, 6.0) * px;
            vec![Motion::Sway { amplitude, period: rng.range(3.6, 5.4), phase }]
        }
        Art::Prop { .. } => Vec::new(),
        Art::Icon { .. } if in_water => {
            vec![Motion::Bob { amplitude: 9.0 * px, period: rng.range(3.0, 4.4), phase }]
        }
        Art::Icon { .. } => vec![Motion::Breathe { amount: 0.008, period: 3.4, phase }],
    }
}

/// How an object comes in: the hero last.
fn entrance(o: &Placed, index: usize, rng: &mut Seed) -> Entrance {
    let delay = match o.role {
        Role::Hero => 0.35,
        Role::Support => 0.12 + 0.1 * (index % 5) as f32,
        Role::Detail => return Entrance::None,
    };
    if o.flying || o.floating {
        let side = if o.x < 0.5 { -1.0 } else { 1.0 };
        return if o.flying { Entrance::None } else { Entrance::Slide { delay, side } };
    }
    match (rng.next_f32() * 3.0) as usize {
        0 => Entrance::Rise { delay },
        1 => Entrance::Pop { delay },
        _ => Entrance::Slide { delay, side: if o.x < 0.5 { -1.0 } else { 1.0 } },
    }
}
