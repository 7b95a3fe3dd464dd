//! The scene as an SVG document: the same shapes as in the painted layers, with gradients, shadows, tints and
//! blending as SVG has them. Grain, rims of light and paper edges are made of pixels and left out.

use std::fmt::Write as _;

use colophon_types::{Cancel, Raster, Seed};
use resvg::tiny_skia::Transform;

use super::art_source::ArtSource;
use super::backdrop::{self, backdrop, stage, tame};
use super::brush::{Icon, Rgb, Sketch, Surface};
use super::sky::is_luminary;
use super::stage::{Plane, Stage};
use super::treatment::Treatment;
use super::{light, objects, particles};
use crate::error::SceneError;
use crate::graph::{Art, Placed, Scene};
use crate::layers::Blend;

/// Draws a scene as an SVG document of `size` pixels (width, height): vector shapes, no embedded pictures.
///
/// # Errors
/// As [`render`](super::render); [`SceneError::NoVector`] for a treatment that works on pixels.
pub fn render_svg(
    scene: &Scene,
    art: &dyn ArtSource,
    size: (u32, u32),
    treatment: Treatment,
    cancel: &Cancel,
) -> Result<String, SceneError> {
    if !matches!(treatment, Treatment::Paper | Treatment::Flat | Treatment::Night) {
        return Err(SceneError::NoVector(treatment.name()));
    }
    let scene = &tame(scene, treatment);
    let st = stage(scene, size, treatment)?;
    let mut parts: Vec<(f32, String)> = Vec::new();
    for (number, plane) in backdrop(&st).iter().enumerate() {
        cancel.check()?;
        parts.push((plane.key, sheet(&st, plane, number)));
    }
    for (index, object) in scene.objects.iter().enumerate() {
        cancel.check()?;
        parts.extend(thing(&st, object, index, art).map(|text| (objects::order(&st, object), text)));
    }
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (w, h) = size;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n<rect width=\"{w}\" height=\"{h}\"/>\n"
    );
    for (_, part) in parts {
        out.push_str(&part);
        out.push('\n');
    }
    out.push_str(&corners(&st));
    let weather = particles::frozen(backdrop::particles(scene), w, h);
    if !weather.is_empty() {
        let mut vector = Vector::clear(w, h);
        weather.paint(&mut vector, 0.0, 0.0, st.frame.scale);
        let _ = writeln!(out, "<g>{}</g>", vector.named("w"));
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Shapes as the text of an SVG file. Identifiers count within it: [`Vector::named`] makes them its own.
struct Vector {
    text: String,
    parts: u32,
}

impl Vector {
    fn place(&mut self, inner: &str, t: Transform) {
        let Transform { sx, ky, kx, sy, tx, ty } = t;
        let _ = write!(
            self.text,
            "<g transform=\"matrix({sx:.5} {ky:.5} {kx:.5} {sy:.5} {tx:.3} {ty:.3})\">{inner}</g>"
        );
    }

    /// The text, with a beginning of its own for all identifiers.
    fn named(&self, prefix: &str) -> String {
        own(&self.text, prefix)
    }
}

/// Sets a prefix before all identifiers.
fn own(text: &str, prefix: &str) -> String {
    text.replace(" id=\"", &format!(" id=\"{prefix}"))
        .replace("url(#", &format!("url(#{prefix}"))
        .replace("href=\"#", &format!("href=\"#{prefix}"))
}

impl Surface for Vector {
    fn clear(_: u32, _: u32) -> Self {
        Self { text: String::new(), parts: 0 }
    }

    fn sketch(&mut self, sketch: &Sketch, t: Transform) {
        self.parts += 1;
        let (defs, body) = sketch.text();
        let defs = if defs.is_empty() { String::new() } else { format!("<defs>{defs}</defs>") };
        let inner = own(&(defs + body), &format!("s{}", self.parts));
        self.place(&inner, t);
    }

    fn icon(&mut self, icon: &Icon, t: Transform) {
        self.parts += 1;
        let inner = icon.text(format!("i{}", self.parts));
        self.place(&inner, t);
    }
}

/// How SVG calls a way of blending.
fn blending(blend: Blend) -> &'static str {
    match blend {
        Blend::Over => "",
        // Nearest to adding of what every viewer knows.
        Blend::Add => " style=\"mix-blend-mode:screen\"",
        Blend::Multiply => " style=\"mix-blend-mode:multiply\"",
    }
}

fn hex(c: Rgb) -> String {
    let [r, g, b] = c.bytes();
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A plane of the backdrop.
fn sheet(st: &Stage<'_>, plane: &Plane, number: usize) -> String {
    let (f, spec) = (st.frame, st.treatment.spec());
    let px = f.scale;
    let name = format!("p{number}");
    let mut steps = String::new();
    if plane.blur > 0.0 {
        let _ = write!(steps, "<feGaussianBlur stdDeviation=\"{:.2}\"/>", plane.blur * px);
    }
    let shadow = 0.85 * plane.shadow * spec.shadow;
    if shadow > 0.0 && plane.blend == Blend::Over {
        let _ = write!(
            steps,
            "<feDropShadow dx=\"{:.2}\" dy=\"{:.2}\" stdDeviation=\"{:.2}\" flood-color=\"{}\" \
             flood-opacity=\"{shadow:.3}\"/>",
            2.0 * px * -st.palette.side(),
            -5.0 * px,
            12.0 * px,
            hex(st.palette.shade)
        );
    }
    let (w, h) = f.px;
    let filter = match steps.is_empty() {
        true => String::new(),
        false => format!(
            "<filter id=\"{name}\" filterUnits=\"userSpaceOnUse\" x=\"{:.0}\" y=\"0\" width=\"{:.0}\" \
             height=\"{h}\" color-interpolation-filters=\"sRGB\">{steps}</filter>",
            -f.margin * px,
            w as f32 + 2.0 * f.margin * px
        ),
    };
    let used = if filter.is_empty() { String::new() } else { format!(" filter=\"url(#{name})\"") };
    let mut vector = Vector::clear(w, h);
    plane.sketch.paint(&mut vector, f.margin, 0.0, px);
    format!("{filter}<g{}{used}>{}</g>", blending(plane.blend), vector.named(&name))
}

/// The light of the scene on a thing as a matrix of colours: what grading does to it in its middle.
fn tint(st: &Stage<'_>, far: f32, clear: f32) -> String {
    let graded = |colour: [u8; 4]| {
        let mut row = Raster::filled(101, 1, colour);
        light::grade(&mut row, &st.palette, far, 1000.0, clear);
        [0, 1, 2].map(|c: usize| f32::from(row.rgba[50 * 4 + c]) / 255.0)
    };
    let (black, white) = (graded([0, 0, 0, 255]), graded([255; 4]));
    let k = |c: usize| white[c] - black[c];
    format!(
        "<feColorMatrix values=\"{:.3} 0 0 0 {:.3} 0 {:.3} 0 0 {:.3} 0 0 {:.3} 0 {:.3} 0 0 0 1 0\"/>",
        k(0),
        black[0],
        k(1),
        black[1],
        k(2),
        black[2]
    )
}

/// An object with its shade or its mirror image.
fn thing(st: &Stage<'_>, o: &Placed, index: usize, art: &dyn ArtSource) -> Option<String> {
    let rng = st.rng(&format!("object {index} {}", o.name));
    let looks = || if o.look == 0 { rng.derive("looks") } else { Seed(o.look).derive("looks") };
    let (paint, canvas) = objects::draw::<Vector>(st, o, art, &mut looks())?;
    let (f, p, spec) = (st.frame, &st.palette, st.treatment.spec());
    let px = f.scale;
    let name = format!("o{index}");
    let (far, nearness, clear) = objects::distance(st, o);
    let luminous = matches!(&o.art, Art::Icon { icon } if is_luminary(icon));
    let (left, top) = (o.x * f.px.0 as f32 - canvas.w as f32 / 2.0, o.baseline * f.px.1 as f32 - canvas.foot);
    let turned =
        if o.flip { format!(" transform=\"matrix(-1 0 0 1 {} 0)\"", canvas.w) } else { String::new() };
    let mut out = format!("<g transform=\"translate({left:.2} {top:.2})\">");
    let mut used = String::new();
    if !luminous {
        let mut steps = tint(st, far, clear);
        let d = 5.0 * px;
        if spec.shadow > 0.0 {
            let _ = write!(
                steps,
                "<feDropShadow dx=\"{:.2}\" dy=\"{:.2}\" stdDeviation=\"{:.2}\" flood-color=\"{}\" \
                 flood-opacity=\"{:.3}\"/>",
                -p.side() * d,
                d * 0.8,
                7.0 * px,
                hex(p.shade),
                0.6 * spec.shadow
            );
        }
        let _ = write!(
            out,
            "<filter id=\"{name}f\" filterUnits=\"userSpaceOnUse\" x=\"0\" y=\"0\" width=\"{}\" height=\"{}\" \
             color-interpolation-filters=\"sRGB\">{steps}</filter>",
            canvas.w, canvas.h
        );
        used = format!(" filter=\"url(#{name}f)\"");
    }
    if o.floating {
        let fade = format!(
            "<linearGradient id=\"{name}g\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" y1=\"{foot:.1}\" x2=\"0\" \
             y2=\"{end:.1}\"><stop offset=\"0\" stop-color=\"#fff\" stop-opacity=\"0.42\"/>\
             <stop offset=\"1\" stop-color=\"#fff\" stop-opacity=\"0\"/></linearGradient>\
             <mask id=\"{name}m\" maskUnits=\"userSpaceOnUse\" x=\"0\" y=\"{foot:.1}\" width=\"{w}\" \
             height=\"{high:.1}\"><rect x=\"0\" y=\"{foot:.1}\" width=\"{w}\" height=\"{high:.1}\" \
             fill=\"url(#{name}g)\"/></mask>",
            foot = canvas.foot,
            end = canvas.foot + canvas.size * 0.5,
            w = canvas.w,
            high = canvas.size * 0.5,
        );
        let _ = write!(
            out,
            "{fade}<g mask=\"url(#{name}m)\"><g transform=\"matrix(1 0 0 -0.8 0 {:.2})\"><g{used}><g{turned}>{}</g>\
             </g></g></g>",
            canvas.foot * 1.8,
            paint.paint.named(&format!("{name}r"))
        );
    } else if !o.flying && o.baseline * 1000.0 > st.horizon - 20.0 {
        // Where it stands is read from its pixels.
        let mut pixels = objects::draw::<Raster>(st, o, art, &mut looks())?.0.paint;
        if o.flip {
            super::brush::mirror(&mut pixels);
        }
        if let Some(shade) = objects::shade_below(st, &pixels, &canvas, nearness) {
            let mut vector = Vector::clear(canvas.w, canvas.h);
            shade.paint(&mut vector, 0.0, 0.0, 1.0);
            out.push_str(&vector.named(&format!("{name}s")));
        }
    }
    let arm = paint.arm.as_ref().map(|(arm, _)| arm.named(&format!("{name}a"))).unwrap_or_default();
    let _ = write!(out, "<g{used}><g{turned}>{}{arm}</g></g>", paint.paint.named(&name));
    if let (Some(lit), true) = (&paint.lit, p.night > 0.2) {
        let lit = lit.named(&format!("{name}l"));
        let _ = write!(
            out,
            "<g{} opacity=\"{:.2}\"><g{turned}>{lit}</g></g>",
            blending(Blend::Add),
            (0.5 + 0.5 * p.night).min(1.0)
        );
    }
    out.push_str("</g>");
    Some(out)
}

/// The darkened corners.
fn corners(st: &Stage<'_>) -> String {
    let (w, h) = st.frame.px;
    let strength = 0.36 + 0.12 * st.palette.night;
    let tone = hex(st.palette.shade.mix(super::brush::hex(0x40_4048), 0.3));
    // The fall of the painted vignette at five radii.
    let stops = [(0.53, 0.0), (0.68, 0.12), (0.80, 0.38), (0.91, 0.75), (1.0, 1.0)].map(|(at, part)| {
        format!("<stop offset=\"{at}\" stop-color=\"{tone}\" stop-opacity=\"{:.3}\"/>", part * strength)
    });
    format!(
        "<radialGradient id=\"vg\" gradientUnits=\"userSpaceOnUse\" cx=\"0\" cy=\"0\" r=\"1\" \
         gradientTransform=\"matrix({:.2} 0 0 {:.2} {:.2} {:.2})\">{}</radialGradient>\
         <rect width=\"{w}\" height=\"{h}\" fill=\"url(#vg)\"{}/>\n",
        w as f32 * 0.727,
        h as f32 * 0.752,
        w as f32 / 2.0,
        h as f32 * 0.47,
        stops.concat(),
        blending(Blend::Multiply)
    )
}
