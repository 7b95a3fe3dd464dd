//! Brushes: colours, and a sketch that gathers shapes as SVG text and is put on a raster at any
//! scale.

use std::fmt::Write as _;

use colophon_types::{Raster, Seed};
use resvg::{tiny_skia, usvg};

/// A colour: sRGB, each channel 0…1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgb(pub(crate) f32, pub(crate) f32, pub(crate) f32);

/// A colour from its usual six-digit notation, `0xRRGGBB`.
pub(crate) const fn hex(v: u32) -> Rgb {
    Rgb(((v >> 16) & 255) as f32 / 255.0, ((v >> 8) & 255) as f32 / 255.0, (v & 255) as f32 / 255.0)
}

impl Rgb {
    /// Between two colours; `t` 0 is `self`, 1 is `other`.
    pub(crate) fn mix(self, other: Self, t: f32) -> Self {
        let t = t.clamp(0.0, 1.0);
        let m = |a: f32, b: f32| a + (b - a) * t;
        Self(m(self.0, other.0), m(self.1, other.1), m(self.2, other.2))
    }

    /// Product of two colours, as light on paint.
    pub(crate) fn lit(self, light: Self) -> Self {
        Self((self.0 * light.0).min(1.0), (self.1 * light.1).min(1.0), (self.2 * light.2).min(1.0))
    }

    /// Darker by a factor (0.8 is 20 % darker).
    pub(crate) fn dark(self, f: f32) -> Self {
        Self(self.0 * f, self.1 * f, self.2 * f)
    }

    /// Towards white.
    pub(crate) fn pale(self, t: f32) -> Self {
        self.mix(Self(1.0, 1.0, 1.0), t)
    }

    /// Perceived brightness, 0…1 (Rec. 709 weights on the sRGB values).
    pub(crate) fn luma(self) -> f32 {
        0.2126 * self.0 + 0.7152 * self.1 + 0.0722 * self.2
    }

    /// Towards grey of the same brightness.
    pub(crate) fn grey(self, t: f32) -> Self {
        let l = self.luma();
        self.mix(Self(l, l, l), t)
    }

    /// A little lighter or darker, warmer or cooler: no two leaves are alike.
    pub(crate) fn vary(self, rng: &mut Seed, amount: f32) -> Self {
        let l = 1.0 + rng.range(-amount, amount);
        let w = rng.range(-amount, amount) * 0.35;
        let c = |v: f32| v.clamp(0.0, 1.0);
        Self(c(self.0 * (l + w)), c(self.1 * l), c(self.2 * (l - w)))
    }

    /// Eight bits a channel.
    pub(crate) fn bytes(self) -> [u8; 3] {
        let b = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
        [b(self.0), b(self.1), b(self.2)]
    }
}

/// What a shape is filled with.
#[derive(Clone, Debug)]
pub(crate) struct Fill {
    paint: String,
    alpha: f32,
}

impl From<Rgb> for Fill {
    fn from(c: Rgb) -> Self {
        let [r, g, b] = c.bytes();
        Self { paint: format!("#{r:02x}{g:02x}{b:02x}"), alpha: 1.0 }
    }
}

impl From<u32> for Fill {
    fn from(v: u32) -> Self {
        hex(v).into()
    }
}

impl Fill {
    /// A colour with an opacity.
    pub(crate) fn a(c: Rgb, alpha: f32) -> Self {
        Self { alpha, ..c.into() }
    }

    /// The same at another opacity.
    pub(crate) fn soft(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }
}

/// What is drawn on: pixels, or the text of an SVG file.
pub(crate) trait Surface: Sized {
    /// A clear one of so many pixels.
    fn clear(width: u32, height: u32) -> Self;
    /// Draws a sketch, placed by `t`.
    fn sketch(&mut self, sketch: &Sketch, t: tiny_skia::Transform);
    /// Draws an icon, placed by `t`.
    fn icon(&mut self, icon: &Icon, t: tiny_skia::Transform);
}

impl Surface for Raster {
    fn clear(width: u32, height: u32) -> Self {
        Self::filled(width, height, [0; 4])
    }

    fn sketch(&mut self, sketch: &Sketch, t: tiny_skia::Transform) {
        // The viewport is only a size for usvg; nothing is clipped to it.
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4000\" height=\"4000\">\
             <defs>{}</defs>{}</svg>",
            sketch.defs, sketch.body
        );
        if let Ok(tree) = usvg::Tree::from_str(&svg, &options()) {
            put(&tree, t, self);
        }
    }

    fn icon(&mut self, icon: &Icon, t: tiny_skia::Transform) {
        put(&icon.tree, t, self);
    }
}

/// Shapes in drawing units, gathered as SVG text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    defs: String,
    body: String,
    next: u32,
}

impl Sketch {
    /// An empty sketch.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was drawn.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// A closed or open shape by SVG path data.
    pub(crate) fn path(&mut self, d: &str, fill: impl Into<Fill>) {
        let f = fill.into();
        let _ = write!(self.body, "<path d=\"{d}\" fill=\"{}\" fill-opacity=\"{:.3}\"/>", f.paint, f.alpha);
    }

    /// A stroked path with round ends.
    pub(crate) fn stroke(&mut self, d: &str, width: f32, fill: impl Into<Fill>) {
        let f = fill.into();
        let _ = write!(
            self.body,
            "<path d=\"{d}\" fill=\"none\" stroke=\"{}\" stroke-opacity=\"{:.3}\" \
             stroke-width=\"{width:.2}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
            f.paint, f.alpha
        );
    }

    /// A straight stroke.
    pub(crate) fn line(&mut self, a: (f32, f32), b: (f32, f32), width: f32, fill: impl Into<Fill>) {
        self.stroke(&format!("M{:.1},{:.1}L{:.1},{:.1}", a.0, a.1, b.0, b.1), width, fill);
    }

    /// A rectangle with corner radius `r`.
    pub(crate) fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, r: f32, fill: impl Into<Fill>) {
        let f = fill.into();
        let _ = write!(
            self.body,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" rx=\"{r:.2}\" \
             fill=\"{}\" fill-opacity=\"{:.3}\"/>",
            w.max(0.01),
            h.max(0.01),
            f.paint,
            f.alpha
        );
    }

    /// A disc.
    pub(crate) fn circle(&mut self, x: f32, y: f32, r: f32, fill: impl Into<Fill>) {
        self.oval(x, y, r, r, fill);
    }

    /// An ellipse.
    pub(crate) fn oval(&mut self, x: f32, y: f32, rx: f32, ry: f32, fill: impl Into<Fill>) {
        let f = fill.into();
        let _ = write!(
            self.body,
            "<ellipse cx=\"{x:.2}\" cy=\"{y:.2}\" rx=\"{:.2}\" ry=\"{:.2}\" fill=\"{}\" \
             fill-opacity=\"{:.3}\"/>",
            rx.max(0.01),
            ry.max(0.01),
            f.paint,
            f.alpha
        );
    }

    /// A polygon.
    pub(crate) fn poly(&mut self, points: &[(f32, f32)], fill: impl Into<Fill>) {
        self.path(&(polyline(points) + "Z"), fill);
    }

    /// A closed smooth curve through points.
    pub(crate) fn blob(&mut self, points: &[(f32, f32)], fill: impl Into<Fill>) {
        self.path(&(smooth(points, true) + "Z"), fill);
    }

    /// Everything until [`Sketch::end`] is moved, scaled and turned (degrees), with an opacity.
    pub(crate) fn group(&mut self, dx: f32, dy: f32, sx: f32, sy: f32, turn: f32, opacity: f32) {
        let _ = write!(
            self.body,
            "<g transform=\"translate({dx:.2} {dy:.2}) rotate({turn:.2}) scale({sx:.4} {sy:.4})\" \
             opacity=\"{opacity:.3}\">"
        );
    }

    /// Ends a group.
    pub(crate) fn end(&mut self) {
        self.body.push_str("</g>");
    }

    /// A gradient along a vector of the shape's own box, as (offset, colour, opacity).
    pub(crate) fn gradient(&mut self, to: (f32, f32), stops: &[(f32, Rgb, f32)]) -> Fill {
        let id = self.id();
        let _ = write!(
            self.defs,
            "<linearGradient id=\"{id}\" x1=\"0\" y1=\"0\" x2=\"{}\" y2=\"{}\">",
            to.0, to.1
        );
        self.stops(stops);
        self.defs.push_str("</linearGradient>");
        Fill { paint: format!("url(#{id})"), alpha: 1.0 }
    }

    /// A gradient from top to bottom.
    pub(crate) fn down(&mut self, top: Rgb, bottom: Rgb) -> Fill {
        self.gradient((0.0, 1.0), &[(0.0, top, 1.0), (1.0, bottom, 1.0)])
    }

    /// A gradient from left to right.
    pub(crate) fn across(&mut self, left: Rgb, right: Rgb) -> Fill {
        self.gradient((1.0, 0.0), &[(0.0, left, 1.0), (1.0, right, 1.0)])
    }

    /// A gradient from the centre out.
    pub(crate) fn radial(&mut self, stops: &[(f32, Rgb, f32)]) -> Fill {
        let id = self.id();
        let _ = write!(self.defs, "<radialGradient id=\"{id}\" cx=\"0.5\" cy=\"0.5\" r=\"0.5\">");
        self.stops(stops);
        self.defs.push_str("</radialGradient>");
        Fill { paint: format!("url(#{id})"), alpha: 1.0 }
    }

    /// A soft light: `c` in the middle, gone at the rim.
    pub(crate) fn glow(&mut self, x: f32, y: f32, r: f32, c: Rgb, alpha: f32) {
        let f =
            self.radial(&[(0.0, c, alpha), (0.25, c, alpha * 0.62), (0.55, c, alpha * 0.22), (1.0, c, 0.0)]);
        self.circle(x, y, r, f);
    }

    fn stops(&mut self, stops: &[(f32, Rgb, f32)]) {
        for (offset, c, alpha) in stops {
            let [r, g, b] = c.bytes();
            let _ = write!(
                self.defs,
                "<stop offset=\"{offset}\" stop-color=\"#{r:02x}{g:02x}{b:02x}\" \
                 stop-opacity=\"{alpha:.3}\"/>"
            );
        }
    }

    fn id(&mut self) -> String {
        self.next += 1;
        format!("g{}", self.next)
    }

    /// Puts the sketch on a surface: drawing unit (`x0`, `y0`) comes to the top left corner, one
    /// unit is `scale` pixels.
    pub(crate) fn paint<S: Surface>(&self, surface: &mut S, x0: f32, y0: f32, scale: f32) {
        if !self.is_empty() {
            let t = tiny_skia::Transform::from_row(scale, 0.0, 0.0, scale, -x0 * scale, -y0 * scale);
            surface.sketch(self, t);
        }
    }

    /// A raster of `width × height` pixels with the sketch on it.
    pub(crate) fn raster(&self, width: u32, height: u32, x0: f32, y0: f32, scale: f32) -> Raster {
        self.on(width, height, x0, y0, scale)
    }

    /// A surface of `width × height` pixels with the sketch on it.
    pub(crate) fn on<S: Surface>(&self, width: u32, height: u32, x0: f32, y0: f32, scale: f32) -> S {
        let mut surface = S::clear(width, height);
        self.paint(&mut surface, x0, y0, scale);
        surface
    }

    /// Its definitions and its shapes, as SVG text; identifiers begin with `g`.
    pub(crate) fn text(&self) -> (&str, &str) {
        (&self.defs, &self.body)
    }
}

/// Parser options: no files, no embedded pictures, no fonts.
fn options() -> usvg::Options<'static> {
    usvg::Options {
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    }
}

fn put(tree: &usvg::Tree, t: tiny_skia::Transform, raster: &mut Raster) {
    let (w, h) = (raster.width, raster.height);
    if let Some(mut map) = tiny_skia::PixmapMut::from_bytes(&mut raster.rgba, w, h) {
        resvg::render(tree, t, &mut map);
    }
}

/// Largest icon that is looked at, in bytes of SVG text.
const ICON_BYTES: usize = 400_000;

/// An icon that was found to be safe to draw.
pub(crate) struct Icon {
    tree: usvg::Tree,
}

impl Icon {
    /// Reads a complete SVG document. Documents that could read files, expand without bound or
    /// take very long (entities, pictures, filters, patterns, deep `use`) are turned away.
    pub(crate) fn parse(svg: &str) -> Option<Self> {
        const REFUSED: [&str; 8] =
            ["<!", "<image", "<script", "<filter", "<foreignObject", "<pattern", "<text", "<style"];
        if svg.len() > ICON_BYTES
            || REFUSED.iter().any(|r| svg.contains(r))
            || svg.matches("<use").count() > 32
            || svg.matches("<g").count() > 64
        {
            return None;
        }
        let tree = usvg::Tree::from_str(svg, &options()).ok()?;
        let (w, h) = (tree.size().width(), tree.size().height());
        (w > 1.0 && h > 1.0 && w < 1e4 && h < 1e4).then_some(Self { tree })
    }

    /// Draws the icon so that its own box fills (`x`, `y`, `w`, `h`) of the raster; mirrored on
    /// wish.
    pub(crate) fn paint<S: Surface>(&self, surface: &mut S, x: f32, y: f32, w: f32, h: f32, turn: f32) {
        let size = self.tree.size();
        let t = tiny_skia::Transform::from_translate(x, y)
            .pre_concat(tiny_skia::Transform::from_rotate_at(turn, w / 2.0, h / 2.0))
            .pre_scale(w / size.width(), h / size.height());
        surface.icon(self, t);
    }

    /// The icon as SVG text, its identifiers beginning with `prefix`.
    pub(crate) fn text(&self, prefix: String) -> String {
        self.tree.to_string(&usvg::WriteOptions { id_prefix: Some(prefix), ..usvg::WriteOptions::default() })
    }

    /// Opaque part of the icon as fractions of its box: left, top, right, bottom; with its paint
    /// at 96 pixels.
    pub(crate) fn bounds(&self) -> Option<([f32; 4], Raster)> {
        let mut r = Raster::filled(96, 96, [0; 4]);
        self.paint(&mut r, 0.0, 0.0, 96.0, 96.0, 0.0);
        let (x0, y0, x1, y1) = opaque(&r, 40)?;
        let f = |v: u32| v as f32 / 96.0;
        Some(([f(x0), f(y0), f(x1), f(y1)], r))
    }
}

/// The smallest box that holds every pixel with alpha above `least`: left, top, right, bottom
/// (right and bottom excluded).
pub(crate) fn opaque(r: &Raster, least: u8) -> Option<(u32, u32, u32, u32)> {
    let w = r.width as usize;
    let (mut x0, mut x1, mut y0, mut y1) = (w, 0usize, usize::MAX, 0usize);
    for (y, row) in r.rgba.chunks_exact((w * 4).max(1)).enumerate() {
        let seen = |p: &&[u8]| p[3] > least;
        let mut px = row.chunks_exact(4);
        let Some(first) = px.position(|p| seen(&p)) else { continue };
        let last = w - 1 - row.chunks_exact(4).rev().position(|p| seen(&p)).unwrap_or(0);
        x0 = x0.min(first);
        x1 = x1.max(last + 1);
        y0 = y0.min(y);
        y1 = y + 1;
    }
    (x1 > x0).then_some((x0 as u32, y0 as u32, x1 as u32, y1 as u32))
}

/// Part of a raster.
pub(crate) fn cut(r: &Raster, x0: u32, y0: u32, x1: u32, y1: u32) -> Raster {
    let w = (x1 - x0) as usize * 4;
    let mut rgba = Vec::with_capacity(w * (y1 - y0) as usize);
    for y in y0..y1 {
        let at = (y as usize * r.width as usize + x0 as usize) * 4;
        rgba.extend_from_slice(&r.rgba[at..at + w]);
    }
    Raster { width: x1 - x0, height: y1 - y0, rgba }
}

/// Lays `top` over `base` at whole pixels.
pub(crate) fn over(base: &mut Raster, top: &Raster, x: i64, y: i64) {
    let (bw, bh) = (i64::from(base.width), i64::from(base.height));
    let (tw, th) = (i64::from(top.width), i64::from(top.height));
    for ty in (-y).max(0)..th.min(bh - y) {
        for tx in (-x).max(0)..tw.min(bw - x) {
            let s = ((ty * tw + tx) * 4) as usize;
            let d = (((ty + y) * bw + tx + x) * 4) as usize;
            let a = u32::from(top.rgba[s + 3]);
            if a == 0 {
                continue;
            }
            for c in 0..4 {
                let under = u32::from(base.rgba[d + c]);
                let v = u32::from(top.rgba[s + c]) + (under * (255 - a) + 127) / 255;
                base.rgba[d + c] = v.min(255) as u8;
            }
        }
    }
}

/// Mirrors a raster left to right.
pub(crate) fn mirror(r: &mut Raster) {
    let w = r.width as usize;
    for row in r.rgba.chunks_exact_mut((w * 4).max(1)) {
        for x in 0..w / 2 {
            for c in 0..4 {
                row.swap(x * 4 + c, (w - 1 - x) * 4 + c);
            }
        }
    }
}

/// Path data of an open polyline.
pub(crate) fn polyline(points: &[(f32, f32)]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{x:.1},{y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    d
}

/// Path data of a smooth curve through points (Catmull-Rom as cubic Béziers).
pub(crate) fn smooth(points: &[(f32, f32)], closed: bool) -> String {
    let n = points.len();
    if n < 3 {
        return polyline(points);
    }
    let at = |i: isize| {
        let i = if closed { i.rem_euclid(n as isize) } else { i.clamp(0, n as isize - 1) };
        points[i as usize]
    };
    let mut d = format!("M{:.1},{:.1}", points[0].0, points[0].1);
    for i in 0..(if closed { n } else { n - 1 }) as isize {
        let (p0, p1, p2, p3) = (at(i - 1), at(i), at(i + 1), at(i + 2));
        let _ = write!(
            d,
            "C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}",
            p1.0 + (p2.0 - p0.0) / 6.0,
            p1.1 + (p2.1 - p0.1) / 6.0,
            p2.0 - (p3.0 - p1.0) / 6.0,
            p2.1 - (p3.1 - p1.1) / 6.0,
            p2.0,
            p2.1
        );
    }
    d
}

/// A rounded, slightly uneven outline of `n` points about a centre.
pub(crate) fn lump(rng: &mut Seed, x: f32, y: f32, rx: f32, ry: f32, n: usize) -> Vec<(f32, f32)> {
    (0..n)
        .map(|i| {
            let a = i as f32 / n as f32 * std::f32::consts::TAU;
            let k = rng.range(0.86, 1.1);
            (x + a.cos() * rx * k, y + a.sin() * ry * k)
        })
        .collect()
}
