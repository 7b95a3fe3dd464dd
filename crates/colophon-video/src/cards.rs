//! The title card before a film and the colophon after it, as layered scenes like any other shot.

use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Entrance, Layer, Particles};
use colophon_types::{Lang, ModelUse, Raster, Receipt};
use tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Transform};

use crate::compositor::SceneRenderer;
use crate::scratch::Scratch;
use crate::text::{Align, Face, Shadow, TextStyle, Typeset, blur_plane, raster};

/// Rows and letters that a card can show; more are left out.
const MOST_ROWS: usize = 14;
const MOST_LETTERS: usize = 240;

/// As much of a text as a card can show.
fn cut(text: &str) -> &str {
    text.char_indices().nth(MOST_LETTERS).map_or(text, |(end, _)| &text[..end])
}

/// What the end card says.
#[derive(Clone, Debug, PartialEq)]
pub struct ColophonText {
    /// Language of the labels.
    pub lang: Lang,
    /// Title of the film.
    pub title: String,
    /// Label and value, a row each.
    pub rows: Vec<(String, String)>,
    /// One or two sentences under the rows.
    pub note: String,
    /// Identifier and date, in small letters at the foot.
    pub foot: String,
}

impl ColophonText {
    /// What a receipt says: models by what they did, with licences, and who made it and when.
    pub fn of(receipt: &Receipt) -> Self {
        let zh = receipt.lang == Lang::Zh;
        let roles = [
            ("script", "Script", "文稿"),
            ("voice", "Voice", "配音"),
            ("art", "Pictures", "绘图"),
            ("style", "Style", "画风"),
            ("melody", "Music", "音乐"),
            ("font", "Type", "字体"),
            ("search", "Search", "检索"),
            ("runtime", "Runtime", "运行库"),
        ];
        let mut rows = Vec::new();
        for (role, english, chinese) in roles {
            let values: Vec<String> = receipt.models.iter().filter(|m| m.role == role).map(credit).collect();
            if !values.is_empty() {
                rows.push((if zh { chinese } else { english }.to_string(), values.join("  ·  ")));
            }
        }
        let label = if zh { "软件" } else { "Made with" };
        rows.push((label.into(), receipt.generator.clone()));
        let day = receipt.created.get(..10).unwrap_or(&receipt.created);
        let note = if zh {
            "本片的文字、声音与画面均由人工智能在一台电脑上生成，并已签名、加标识、入日志。"
        } else {
            "Words, voice and pictures are AI-generated on one computer, signed, labelled and logged."
        };
        let foot = format!("{}   ·   {day}", receipt.work_id);
        Self { lang: receipt.lang, title: receipt.title.clone(), rows, note: note.into(), foot }
    }
}

/// One model as a credit: name, part, licence.
fn credit(model: &ModelUse) -> String {
    let part = model.variant.as_ref().map(|v| format!(" ({v})")).unwrap_or_default();
    format!("{}{part}, {}", model.id, model.licence)
}

/// A frame of a scene `t` seconds after its start (of `seconds`), e.g. for a poster.
pub fn still(scene: &LayeredScene, t: f32, seconds: f32) -> Raster {
    let mut frame = Raster::filled(scene.width.clamp(2, 4096), scene.height.clamp(2, 4096), [0, 0, 0, 255]);
    SceneRenderer::new(scene, seconds).render(t, &mut frame, &mut Scratch::default());
    frame
}

fn layer(name: &str, image: Raster, (x, y): (f32, f32), depth: f32, entrance: Entrance) -> Layer {
    let (blend, opacity, motion) = (Blend::Over, 1.0, Vec::new());
    Layer { name: name.into(), image, x, y, depth, blend, opacity, motion, entrance }
}

/// The title card: the scene's own picture, out of focus and darker, under title and logline.
pub fn title_card(typeset: &Typeset, scene: &LayeredScene, title: &str, logline: &str) -> LayeredScene {
    let (w, h) = (scene.width.clamp(16, 4096), scene.height.clamp(16, 4096));
    let (fw, fh) = (w as f32, h as f32);
    let unit = fh / 720.0;
    let (title, logline) = (cut(title), cut(logline));
    let picture = still(scene, 3.0, 6.0);
    let ground = dim(&enlarge(&picture, 1.12), scene.palette[0], (9.0 * unit) as usize);
    let mut layers = vec![layer("ground", ground, (-0.06 * fw, -0.06 * fh), 0.3, Entrance::None)];

    let (mut style, lines) = fit_title(typeset, title, fw * 0.80, unit);
    style.colour = [253, 248, 236, 255];
    let shadow = Shadow { drop: 3.0 * unit, blur: (9.0 * unit) as u32, strength: 0.62 };
    let small = TextStyle {
        face: Face::Serif,
        size: 29.0 * unit,
        tracking: 0.01,
        leading: 1.45,
        colour: [240, 233, 218, 240],
    };
    let mut under = typeset.wrap(&small, logline, fw * 0.60);
    under.truncate(3);
    let (ascent, descent) = typeset.metrics(&style);
    let title_h = ascent + descent + style.leading * style.size * lines.len().saturating_sub(1) as f32;
    let under_h = small.leading * small.size * under.len() as f32;
    let gap = 26.0 * unit;
    let top = fh * 0.475 - (title_h + 2.0 * gap + under_h) / 2.0;

    let (image, inside) = typeset.block(&style, &lines, Align::Centre, Some(shadow));
    let at = (fw / 2.0 - image.width as f32 / 2.0, top - inside.1);
    layers.push(layer("title", image, at, 0.06, Entrance::Rise { delay: 0.25 }));
    let rule_y = top + title_h + gap;
    if let Some(image) = rule(190.0 * unit, unit, [232, 196, 120]) {
        let at = (fw / 2.0 - image.width as f32 / 2.0, rule_y - image.height as f32 / 2.0);
        layers.push(layer("rule", image, at, 0.06, Entrance::Pop { delay: 0.75 }));
    }
    if !under.is_empty() {
        let shadow = Shadow { drop: 2.0 * unit, blur: (6.0 * unit) as u32, strength: 0.6 };
        let (image, inside) = typeset.block(&small, &under, Align::Centre, Some(shadow));
        let at = (fw / 2.0 - image.width as f32 / 2.0, rule_y + gap * 0.8 - inside.1);
        layers.push(layer("logline", image, at, 0.06, Entrance::Rise { delay: 0.95 }));
    }
    LayeredScene {
        width: w,
        height: h,
        layers,
        particles: Particles::Motes,
        camera: (70.0 * unit, 16.0 * unit),
        palette: scene.palette,
    }
}

/// The largest size at which a title takes at most two lines.
fn fit_title(typeset: &Typeset, title: &str, width: f32, unit: f32) -> (TextStyle, Vec<String>) {
    let mut style = TextStyle {
        face: Face::SerifBold,
        size: 92.0 * unit,
        tracking: 0.005,
        leading: 1.2,
        colour: [255; 4],
    };
    loop {
        let lines = typeset.wrap(&style, title, width);
        if lines.len() <= 2 || style.size < 30.0 * unit {
            return (style, lines.into_iter().take(3).collect());
        }
        style.size *= 0.92;
    }
}

/// A thin rule with a lozenge in its middle.
fn rule(length: f32, unit: f32, colour: [u8; 3]) -> Option<Raster> {
    let half = 5.0 * unit;
    let mut pixmap = Pixmap::new((length + 4.0) as u32, (half * 2.0 + 4.0) as u32)?;
    let (cx, cy) = (pixmap.width() as f32 / 2.0, pixmap.height() as f32 / 2.0);
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let [r, g, b] = colour;
    paint.set_color_rgba8(r, g, b, 255);
    let mut path = PathBuilder::new();
    path.move_to(cx - half, cy);
    path.line_to(cx, cy - half);
    path.line_to(cx + half, cy);
    path.line_to(cx, cy + half);
    path.close();
    for side in [-1.0, 1.0] {
        let (near, far) = (cx + side * half * 2.2, cx + side * length / 2.0);
        path.move_to(near, cy - 0.9 * unit);
        path.line_to(far, cy - 0.3 * unit);
        path.line_to(far, cy + 0.3 * unit);
        path.line_to(near, cy + 0.9 * unit);
        path.close();
    }
    pixmap.fill_path(&path.finish()?, &paint, FillRule::EvenOdd, Transform::identity(), None);
    Some(raster(pixmap))
}

/// The end card: a quiet page with title, models, voices, art and type with their licences.
pub fn colophon_card(
    typeset: &Typeset,
    (width, height): (u32, u32),
    palette: [[u8; 3]; 2],
    text: &ColophonText,
) -> LayeredScene {
    let (w, h) = (width.clamp(16, 4096), height.clamp(16, 4096));
    let (fw, fh) = (w as f32, h as f32);
    let unit = fh / 720.0;
    let ink = palette[0].map(|v| (f32::from(v) * 0.42 + 10.0) as u8);
    let pale: [u8; 3] = std::array::from_fn(|c| {
        (f32::from([248u8, 243, 232][c]) * 0.90 + f32::from(palette[1][c]) * 0.10) as u8
    });
    let accent = palette[0].map(|v| (f32::from(v) * 0.55 + 66.0) as u8);
    let mix = |k: f32| -> [u8; 4] {
        let c = |i: usize| (f32::from(ink[i]) * k + f32::from(pale[i]) * (1.0 - k)) as u8;
        [c(0), c(1), c(2), 255]
    };
    let style = |face, size: f32, tracking, leading, colour| TextStyle {
        face,
        size: size * unit,
        tracking,
        leading,
        colour,
    };
    let mut page = page(w, h, pale);
    let mut sheet = Pixmap::new(w, h);

    if let Some(sheet) = sheet.as_mut() {
        let heading = if text.lang == Lang::Zh { "制作说明" } else { "COLOPHON" };
        let tracking = if text.lang == Lang::Zh { 0.4 } else { 0.32 };
        let centre = fw / 2.0;
        let small = style(Face::Sans, 17.0, tracking, 1.0, mix(0.62));
        typeset.draw(sheet, &small, heading, (centre, 104.0 * unit), Align::Centre);
        let mut title = style(Face::SerifBold, 46.0, 0.0, 1.2, mix(1.0));
        let name = cut(&text.title);
        while typeset.measure(&title, name) > fw * 0.84 && title.size > 20.0 * unit {
            title.size *= 0.94;
        }
        typeset.draw(sheet, &title, name, (centre, 164.0 * unit), Align::Centre);
        if let Some(rule) = rule(240.0 * unit, unit, accent) {
            put(sheet, &rule, (centre - rule.width as f32 / 2.0, 196.0 * unit));
        }
        table(typeset, sheet, text, unit, &mix);
        let note = style(Face::Serif, 20.0, 0.0, 1.4, mix(0.8));
        for (i, line) in typeset.wrap(&note, cut(&text.note), fw * 0.68).iter().take(2).enumerate() {
            let y = (580.0 + 28.0 * i as f32) * unit;
            typeset.draw(sheet, &note, line, (centre, y), Align::Centre);
        }
        let foot = style(Face::Sans, 16.0, 0.04, 1.0, mix(0.62));
        typeset.draw(sheet, &foot, &text.foot, (centre, 644.0 * unit), Align::Centre);
    }
    frame_line(&mut page, unit, accent);
    let mut layers = vec![layer("page", page, (0.0, 0.0), 0.0, Entrance::None)];
    if let Some(sheet) = sheet {
        layers.push(layer("print", raster(sheet), (0.0, 0.0), 0.0, Entrance::None));
    }
    LayeredScene { width: w, height: h, layers, particles: Particles::None, camera: (0.0, 0.0), palette }
}

/// Rows of label and value about a common axis, as large as fits.
fn table(
    typeset: &Typeset,
    sheet: &mut Pixmap,
    text: &ColophonText,
    unit: f32,
    mix: &dyn Fn(f32) -> [u8; 4],
) {
    let fw = sheet.width() as f32;
    let (top, room) = (244.0 * unit, 288.0 * unit);
    let axis = fw * 0.305;
    let mut size = 22.0f32;
    loop {
        let value =
            TextStyle { face: Face::Sans, size: size * unit, tracking: 0.0, leading: 1.3, colour: mix(0.94) };
        let label = TextStyle { face: Face::SansBold, size: size * 0.86 * unit, colour: mix(0.66), ..value };
        let rows: Vec<(&str, Vec<String>)> = text
            .rows
            .iter()
            .take(MOST_ROWS)
            .map(|(label, v)| (label.as_str(), typeset.wrap(&value, cut(v), fw * 0.575)))
            .collect();
        let (line, gap) = (value.leading * value.size, value.size * 0.36);
        let height: f32 = rows.iter().map(|(_, l)| line * l.len().max(1) as f32 + gap).sum::<f32>() - gap;
        if height > room && size > 11.0 {
            size *= 0.94;
            continue;
        }
        let mut y = top + ((room - height) / 2.0).max(0.0) + value.size;
        for (name, lines) in rows {
            typeset.draw(sheet, &label, cut(name), (axis - 14.0 * unit, y), Align::Right);
            for line_text in &lines {
                typeset.draw(sheet, &value, line_text, (axis + 14.0 * unit, y), Align::Left);
                y += line;
            }
            y += gap + if lines.is_empty() { line } else { 0.0 };
        }
        return;
    }
}

/// Copies a small picture onto a pixmap.
fn put(pixmap: &mut Pixmap, image: &Raster, (x, y): (f32, f32)) {
    let Some(size) = tiny_skia::IntSize::from_wh(image.width, image.height) else { return };
    if let Some(small) = Pixmap::from_vec(image.rgba.clone(), size) {
        let (x, y) = (x.round() as i32, y.round() as i32);
        pixmap.draw_pixmap(x, y, small.as_ref(), &Default::default(), Transform::identity(), None);
    }
}

/// Paper: one tone, a little darker towards the corners, with a faint grain.
fn page(w: u32, h: u32, tone: [u8; 3]) -> Raster {
    let mut out = Raster::filled(w, h, [tone[0], tone[1], tone[2], 255]);
    for (i, p) in out.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % w) as f32 / w as f32 - 0.5, (i as u32 / w) as f32 / h as f32 - 0.5);
        let far = (x * x + y * y) * 2.0;
        let grain = ((i as u32).wrapping_mul(2_654_435_761) >> 29) as f32 * 0.25 - 0.9;
        for c in &mut p[..3] {
            *c = (f32::from(*c) * (1.0 - 0.085 * far * far) + grain).clamp(0.0, 255.0) as u8;
        }
    }
    out
}

/// A thin double line round the page.
fn frame_line(page: &mut Raster, unit: f32, colour: [u8; 3]) {
    let (w, h) = (page.width as usize, page.height as usize);
    for (inset, weight, strength) in [(34.0, 2.0, 0.55f32), (41.0, 1.0, 0.35)] {
        let (a, t) = ((inset * unit) as usize, ((weight * unit).round() as usize).max(1));
        for y in a..h.saturating_sub(a) {
            for x in a..w.saturating_sub(a) {
                let edge = x < a + t || y < a + t || x + a + t >= w || y + a + t >= h;
                if edge {
                    let p = &mut page.rgba[(y * w + x) * 4..][..3];
                    for (v, c) in p.iter_mut().zip(colour) {
                        *v = (f32::from(*v) * (1.0 - strength) + f32::from(c) * strength) as u8;
                    }
                }
            }
        }
    }
}

/// Scales a picture up, bilinear.
fn enlarge(image: &Raster, by: f32) -> Raster {
    let (w, h) = ((image.width as f32 * by) as u32, (image.height as f32 * by) as u32);
    let (sw, sh) = (image.width as usize, image.height as usize);
    let mut out = Raster::filled(w, h, [0, 0, 0, 255]);
    for (i, p) in out.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % w) as f32 / by, (i as u32 / w) as f32 / by);
        let (x0, y0) = ((x as usize).min(sw - 1), (y as usize).min(sh - 1));
        let (x1, y1) = ((x0 + 1).min(sw - 1), (y0 + 1).min(sh - 1));
        let (u, v) = (x.fract(), y.fract());
        for (c, o) in p.iter_mut().take(3).enumerate() {
            let at = |x: usize, y: usize| f32::from(image.rgba[(y * sw + x) * 4 + c]);
            let upper = at(x0, y0) * (1.0 - u) + at(x1, y0) * u;
            let lower = at(x0, y1) * (1.0 - u) + at(x1, y1) * u;
            *o = (upper * (1.0 - v) + lower * v).round() as u8;
        }
    }
    out
}

/// Puts a picture out of focus and darkens it towards `tone`, most in the middle where words stand.
fn dim(image: &Raster, tone: [u8; 3], blur: usize) -> Raster {
    let (w, h) = (image.width as usize, image.height as usize);
    let mut out = image.clone();
    let mut plane = vec![0u8; w * h];
    for c in 0..3 {
        for (p, px) in plane.iter_mut().zip(image.rgba.as_chunks::<4>().0) {
            *p = px[c];
        }
        blur_plane(&mut plane, w, h, blur);
        for (i, v) in plane.iter().enumerate() {
            let (x, y) = ((i % w) as f32 / w as f32 - 0.5, (i / w) as f32 / h as f32 - 0.48);
            let middle = (-(x * x * 4.5 + y * y * 9.0)).exp();
            let edge = (x * x + y * y) * 0.5;
            let keep = (0.66 - 0.26 * middle - edge).clamp(0.2, 1.0);
            let lit = f32::from(*v) * keep + f32::from(tone[c]) * 0.34 * (1.0 - keep);
            out.rgba[i * 4 + c] = lit.clamp(0.0, 255.0) as u8;
        }
    }
    out
}
