//! Typography: shaping (HarfBuzz's algorithm, with kerning and ligatures), line breaking and drawing
//! of text with fonts from files.

use std::path::{Path, PathBuf};

use colophon_types::{Lang, Raster};
use harfrust::{FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use tiny_skia::{FillRule, IntSize, Paint, Path as Outline, PathBuilder, Pixmap, Transform};

use crate::error::VideoError;
use crate::lines;

/// Font files. Each list is a chain: a character is taken from the first font that has it.
#[derive(Clone, Debug, Default)]
pub struct FontPaths {
    /// Sans serif, regular.
    pub sans: Vec<PathBuf>,
    /// Sans serif, bold.
    pub sans_bold: Vec<PathBuf>,
    /// Serif, regular.
    pub serif: Vec<PathBuf>,
    /// Serif, bold.
    pub serif_bold: Vec<PathBuf>,
}

impl FontPaths {
    /// The Noto fonts of a model store: for English the Latin families with the Chinese ones behind
    /// them, for Chinese the Chinese families alone (they hold Latin letters that match). Files that
    /// are not there are left out.
    pub fn in_store(models: &Path, lang: Lang) -> Self {
        let chain = |latin: &str, folder: &str, chinese: &str| {
            let latin = models.join("noto-fonts-latin").join(latin);
            let chinese = models.join(folder).join(chinese);
            let order = match lang {
                Lang::En => vec![latin, chinese],
                Lang::Zh => vec![chinese, latin],
            };
            order.into_iter().filter(|p| p.is_file()).collect()
        };
        Self {
            sans: chain("NotoSans_400Regular.ttf", "noto-fonts-sans", "NotoSansSC_400Regular.ttf"),
            sans_bold: chain("NotoSans_700Bold.ttf", "noto-fonts-sans", "NotoSansSC_700Bold.ttf"),
            serif: chain("NotoSerif_400Regular.ttf", "noto-fonts-serif", "NotoSerifSC_400Regular.ttf"),
            serif_bold: chain("NotoSerif_700Bold.ttf", "noto-fonts-serif", "NotoSerifSC_700Bold.ttf"),
        }
    }
}

/// A family and weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Sans serif, regular.
    Sans,
    /// Sans serif, bold.
    SansBold,
    /// Serif, regular.
    Serif,
    /// Serif, bold.
    SerifBold,
}

/// How a line of text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Family and weight.
    pub face: Face,
    /// Pixels an em.
    pub size: f32,
    /// Extra space between letters, in ems.
    pub tracking: f32,
    /// Distance of baselines, in ems.
    pub leading: f32,
    /// RGBA, not premultiplied.
    pub colour: [u8; 4],
}

/// Where lines of a block stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Flush left.
    Left,
    /// Centred.
    Centre,
    /// Flush right.
    Right,
}

struct Font {
    data: Vec<u8>,
    shaper: ShaperData,
    units: f32,
    ascent: f32,
    descent: f32,
}

/// Fonts ready for setting text.
pub struct Typeset {
    fonts: Vec<Font>,
    chains: [Vec<usize>; 4],
}

impl std::fmt::Debug for Typeset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typeset({} fonts)", self.fonts.len())
    }
}

/// A shaped line: outlines in pixels, y down, baseline at 0.
#[derive(Clone, Debug)]
pub struct SetLine {
    outline: Option<Outline>,
    /// Advance width in pixels.
    pub width: f32,
}

/// Shadow of a text.
#[derive(Clone, Copy, Debug)]
pub struct Shadow {
    /// Shift down in pixels.
    pub drop: f32,
    /// Blur radius in pixels.
    pub blur: u32,
    /// 0…1.
    pub strength: f32,
}

impl Typeset {
    /// Reads the fonts.
    ///
    /// # Errors
    /// [`VideoError::Font`] when a file cannot be read or is no font, or a chain is empty.
    pub fn load(paths: &FontPaths) -> Result<Self, VideoError> {
        let mut fonts = Vec::new();
        let mut known: Vec<&PathBuf> = Vec::new();
        let mut chains: [Vec<usize>; 4] = Default::default();
        let lists = [&paths.sans, &paths.sans_bold, &paths.serif, &paths.serif_bold];
        for (chain, list) in chains.iter_mut().zip(lists) {
            for path in list {
                if let Some(index) = known.iter().position(|p| *p == path) {
                    chain.push(index);
                    continue;
                }
                fonts.push(Font::read(path)?);
                known.push(path);
                chain.push(fonts.len() - 1);
            }
        }
        // A missing family falls back to another one; no font at all is an error.
        let any = chains.iter().find(|c| !c.is_empty()).cloned().ok_or_else(|| VideoError::Font {
            path: "Noto".into(),
            reason: "no font file was given or found".into(),
        })?;
        for chain in &mut chains {
            if chain.is_empty() {
                chain.clone_from(&any);
            }
        }
        Ok(Self { fonts, chains })
    }

    fn chain(&self, face: Face) -> &[usize] {
        match face {
            Face::Sans => &self.chains[0],
            Face::SansBold => &self.chains[1],
            Face::Serif => &self.chains[2],
            Face::SerifBold => &self.chains[3],
        }
    }

    /// Height above and depth below the baseline, in pixels.
    pub fn metrics(&self, style: &TextStyle) -> (f32, f32) {
        self.chain(style.face)
            .first()
            .and_then(|i| self.fonts.get(*i))
            .map_or((style.size, 0.0), |f| (f.ascent * style.size, f.descent * style.size))
    }

    /// Splits text into runs that one font can set.
    fn runs<'t>(&self, face: Face, text: &'t str) -> Vec<(usize, &'t str)> {
        let chain = self.chain(face);
        let faces: Vec<_> =
            chain.iter().map(|i| (*i, ttf_parser::Face::parse(&self.fonts[*i].data, 0).ok())).collect();
        let first = chain.first().copied().unwrap_or(0);
        let has = |c: char| {
            faces
                .iter()
                .find(|(_, f)| f.as_ref().is_some_and(|f| f.glyph_index(c).is_some()))
                .map_or(first, |(i, _)| *i)
        };
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match runs.last_mut() {
                // Spaces and marks stay with the run they are in.
                Some(last) if c.is_whitespace() || c == '\u{200d}' || c == '\u{fe0f}' => last.2 = end,
                last => {
                    let font = has(c);
                    match last {
                        Some(last) if last.0 == font => last.2 = end,
                        _ => runs.push((font, at, end)),
                    }
                }
            }
        }
        runs.into_iter().map(|(font, start, end)| (font, &text[start..end])).collect()
    }

    /// Shapes one line.
    pub fn line(&self, style: &TextStyle, text: &str) -> SetLine {
        let mut builder = PathBuilder::new();
        let width = self.shape(style, text, Some(&mut builder));
        SetLine { outline: builder.finish(), width }
    }

    /// Shapes one line into `builder`, if there is one; gives its width.
    fn shape(&self, style: &TextStyle, text: &str, mut builder: Option<&mut PathBuilder>) -> f32 {
        let mut pen = 0.0f32;
        for (index, run) in self.runs(style.face, text) {
            let Some(font) = self.fonts.get(index) else { continue };
            let (Ok(reference), Ok(face)) =
                (FontRef::new(&font.data), ttf_parser::Face::parse(&font.data, 0))
            else {
                continue;
            };
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(run);
            buffer.guess_segment_properties();
            let shaped = font.shaper.shaper(&reference).build().shape(buffer, ShapeOptions::new());
            let scale = style.size / font.units;
            for (info, at) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
                let Ok(id) = u16::try_from(info.glyph_id) else { continue };
                if let Some(builder) = builder.as_deref_mut() {
                    let (x, y) = (pen + at.x_offset as f32 * scale, -(at.y_offset as f32) * scale);
                    face.outline_glyph(ttf_parser::GlyphId(id), &mut Sink { builder, x, y, scale });
                }
                pen += at.x_advance as f32 * scale + style.tracking * style.size;
            }
        }
        (pen - style.tracking * style.size).max(0.0)
    }

    /// Width of a line in pixels.
    pub fn measure(&self, style: &TextStyle, text: &str) -> f32 {
        self.shape(style, text, None)
    }

    /// Breaks text into balanced lines no wider than `width` pixels; line ends in the text are kept.
    pub fn wrap(&self, style: &TextStyle, text: &str, width: f32) -> Vec<String> {
        text.lines().flat_map(|part| lines::wrap(part, width, &|s| self.measure(style, s))).collect()
    }

    /// Draws a line with its baseline at `y`; `x` is its left end, middle or right end by `align`.
    pub fn draw(&self, pixmap: &mut Pixmap, style: &TextStyle, text: &str, (x, y): (f32, f32), align: Align) {
        let line = self.line(style, text);
        let x = match align {
            Align::Left => x,
            Align::Centre => x - line.width / 2.0,
            Align::Right => x - line.width,
        };
        let Some(outline) = line.outline else { return };
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        let [r, g, b, a] = style.colour;
        paint.set_color_rgba8(r, g, b, a);
        pixmap.fill_path(&outline, &paint, FillRule::Winding, Transform::from_translate(x, y), None);
    }

    /// Draws a line over a picture; a picture whose bytes do not fit its size stays as it is.
    pub fn write(&self, image: &mut Raster, style: &TextStyle, text: &str, place: (f32, f32), align: Align) {
        let Some(size) = IntSize::from_wh(image.width, image.height) else { return };
        if let Some(mut pixmap) = Pixmap::from_vec(std::mem::take(&mut image.rgba), size) {
            self.draw(&mut pixmap, style, text, place, align);
            image.rgba = pixmap.take();
        }
    }

    /// Sets lines as a picture of their own, just large enough, with an optional shadow.
    /// Returns the picture and how far the block's own box lies inside it, left and top.
    pub fn block(
        &self,
        style: &TextStyle,
        lines: &[String],
        align: Align,
        shadow: Option<Shadow>,
    ) -> (Raster, (f32, f32)) {
        let width = lines.iter().map(|l| self.measure(style, l)).fold(0.0, f32::max);
        let (ascent, descent) = self.metrics(style);
        let leading = style.leading * style.size;
        let height = ascent + descent + leading * lines.len().saturating_sub(1) as f32;
        let margin = shadow.map_or(0.0, |s| s.blur as f32 * 2.0 + s.drop) + style.size * 0.25 + 2.0;
        let (w, h) = ((width + 2.0 * margin).ceil(), (height + 2.0 * margin).ceil());
        let (w, h) = (w.clamp(1.0, 8192.0) as u32, h.clamp(1.0, 8192.0) as u32);
        let Some(mut pixmap) = Pixmap::new(w, h) else { return (Raster::filled(1, 1, [0; 4]), (0.0, 0.0)) };
        let x = match align {
            Align::Left => margin,
            Align::Centre => w as f32 / 2.0,
            Align::Right => w as f32 - margin,
        };
        for (i, line) in lines.iter().enumerate() {
            self.draw(&mut pixmap, style, line, (x, margin + ascent + leading * i as f32), align);
        }
        if let Some(shadow) = shadow {
            cast(&mut pixmap, shadow);
        }
        (raster(pixmap), (margin, margin))
    }
}

impl Font {
    fn read(path: &Path) -> Result<Self, VideoError> {
        let fail = |reason: String| VideoError::Font { path: path.display().to_string(), reason };
        let data = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
        let (units, ascent, descent) = {
            let face = ttf_parser::Face::parse(&data, 0).map_err(|e| fail(e.to_string()))?;
            let units = f32::from(face.units_per_em()).max(1.0);
            (units, f32::from(face.ascender()) / units, -f32::from(face.descender()) / units)
        };
        let shaper = ShaperData::new(&FontRef::new(&data).map_err(|e| fail(e.to_string()))?);
        Ok(Self { data, shaper, units, ascent, descent })
    }
}

struct Sink<'a> {
    builder: &'a mut PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Sink<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl ttf_parser::OutlineBuilder for Sink<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.builder.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.builder.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.builder.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.builder.close();
    }
}

/// The pixels of a pixmap.
pub(crate) fn raster(pixmap: Pixmap) -> Raster {
    Raster { width: pixmap.width(), height: pixmap.height(), rgba: pixmap.take() }
}

/// Puts a blurred shadow under what is drawn.
fn cast(pixmap: &mut Pixmap, shadow: Shadow) {
    let (w, h) = (pixmap.width() as usize, pixmap.height() as usize);
    let drop = shadow.drop.clamp(0.0, 64.0).round() as usize;
    let mut alpha = vec![0u8; w * h];
    for y in drop..h {
        for x in 0..w {
            alpha[y * w + x] = pixmap.data()[((y - drop) * w + x) * 4 + 3];
        }
    }
    blur_plane(&mut alpha, w, h, shadow.blur as usize);
    let strength = (shadow.strength.clamp(0.0, 1.0) * 256.0) as u32;
    for (p, a) in pixmap.data_mut().as_chunks_mut::<4>().0.iter_mut().zip(alpha) {
        // A steep curve keeps the shadow dark next to the letters.
        let a = (u32::from(a) * 2).min(255) * strength / 256;
        p[3] = (u32::from(p[3]) + a * (255 - u32::from(p[3])) / 255).min(255) as u8;
    }
}

/// Three box blurs, which come close to a Gaussian.
pub(crate) fn blur_plane(plane: &mut [u8], w: usize, h: usize, radius: usize) {
    if radius == 0 || w == 0 || h == 0 {
        return;
    }
    let mut line = vec![0u8; w.max(h)];
    for _ in 0..3 {
        for y in 0..h {
            box_blur(&mut plane[y * w..(y + 1) * w], 1, w, radius, &mut line);
        }
        for x in 0..w {
            box_blur(&mut plane[x..], w, h, radius, &mut line);
        }
    }
}

fn box_blur(plane: &mut [u8], step: usize, n: usize, radius: usize, line: &mut [u8]) {
    for (i, v) in line.iter_mut().take(n).enumerate() {
        *v = plane[i * step];
    }
    let value = |i: isize| u32::from(line[i.clamp(0, n as isize - 1) as usize]);
    let r = radius as isize;
    let width = 2 * radius as u32 + 1;
    let mut sum: u32 = (-r..=r).map(value).sum();
    for i in 0..n {
        plane[i * step] = ((sum + width / 2) / width) as u8;
        sum = sum + value(i as isize + r + 1) - value(i as isize - r);
    }
}
