//! The poster: a film's first scene with its title, as a still picture.

use colophon_scene::LayeredScene;
use colophon_types::Raster;
use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Pixmap, PixmapPaint, Point, Rect, SpreadMode,
    Transform,
};

use crate::cards::still;
use crate::text::{Align, Face, Shadow, TextStyle, Typeset};

/// Seconds into the scene at which everything stands in its place.
const SETTLED: f32 = 4.0;

/// Draws the poster of a film: the scene in motion's rest, darker towards the foot, with the title.
pub fn poster(typeset: &Typeset, scene: &LayeredScene, title: &str) -> Raster {
    let picture = still(scene, SETTLED, 2.0 * SETTLED);
    let (w, h) = (picture.width, picture.height);
    let (fw, fh) = (w as f32, h as f32);
    let unit = fh / 720.0;
    let Some(size) = tiny_skia::IntSize::from_wh(w, h) else { return picture };
    let Some(mut pixmap) = Pixmap::from_vec(picture.rgba.clone(), size) else { return picture };

    let [r, g, b] = scene.palette[0].map(|v| v / 3);
    let stops = vec![
        GradientStop::new(0.0, Color::from_rgba8(r, g, b, 0)),
        GradientStop::new(0.55, Color::from_rgba8(r, g, b, 120)),
        GradientStop::new(1.0, Color::from_rgba8(r, g, b, 215)),
    ];
    let (top, foot) = (Point::from_xy(0.0, fh * 0.56), Point::from_xy(0.0, fh));
    let shade = LinearGradient::new(top, foot, stops, SpreadMode::Pad, Transform::identity());
    if let (Some(shader), Some(rect)) = (shade, Rect::from_xywh(0.0, fh * 0.56, fw, fh * 0.44)) {
        let path = tiny_skia::PathBuilder::from_rect(rect);
        let paint = Paint { shader, ..Paint::default() };
        pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    let mut style = TextStyle {
        face: Face::SerifBold,
        size: 76.0 * unit,
        tracking: 0.005,
        leading: 1.18,
        colour: [253, 248, 236, 255],
    };
    let mut lines = typeset.wrap(&style, title, fw * 0.84);
    while lines.len() > 2 && style.size > 28.0 * unit {
        style.size *= 0.92;
        lines = typeset.wrap(&style, title, fw * 0.84);
    }
    lines.truncate(2);
    let shadow = Shadow { drop: 3.0 * unit, blur: (10.0 * unit) as u32, strength: 0.6 };
    let (text, inside) = typeset.block(&style, &lines, Align::Centre, Some(shadow));
    let (ascent, descent) = typeset.metrics(&style);
    let height = ascent + descent + style.leading * style.size * lines.len().saturating_sub(1) as f32;
    let (x, y) = (fw / 2.0 - text.width as f32 / 2.0, fh * 0.93 - height - inside.1);
    let layer = tiny_skia::IntSize::from_wh(text.width, text.height)
        .and_then(|size| Pixmap::from_vec(text.rgba, size));
    if let Some(layer) = layer {
        let at = (x.round() as i32, y.round() as i32);
        let (paint, place) = (PixmapPaint::default(), Transform::identity());
        pixmap.draw_pixmap(at.0, at.1, layer.as_ref(), &paint, place, None);
    }
    Raster { width: w, height: h, rgba: pixmap.take() }
}
