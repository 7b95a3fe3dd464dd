//! Captions: cutting sentences into lines that can be read, and the plate on which they stand in the
//! picture.

use colophon_types::{Caption, Raster};
use tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Transform};

use crate::lines::{CLAUSE, is_wide, pieces, wrap};
use crate::text::{Align, Face, TextStyle, Typeset, raster};

/// Latin letters a line; a Han character counts as 7/3 of one, so that 18 fill a line.
const LINE: f32 = 42.0;
/// Seconds in which a caption appears and goes.
pub(crate) const FADE: f64 = 0.15;

fn units(text: &str) -> f32 {
    text.chars().map(|c| if is_wide(c) { 7.0 / 3.0 } else { 1.0 }).sum()
}

/// Cuts captions so that each has at most two lines of 42 Latin or 18 Han characters, at clause ends
/// where it can, and shares their time by length. Lines are separated by `\n`.
pub fn fit(captions: &[Caption]) -> Vec<Caption> {
    let mut out = Vec::new();
    for caption in captions {
        let parts = cut(&caption.text);
        let total: f32 = parts.iter().map(|p| units(p).max(1.0)).sum();
        let length = caption.end - caption.start;
        let mut done = 0.0f32;
        for part in parts {
            let start = caption.start + length * f64::from(done / total);
            done += units(&part).max(1.0);
            let end = caption.start + length * f64::from(done / total);
            let text = wrap(&part, LINE, &units).join("\n");
            out.push(Caption { start, end, text });
        }
    }
    out
}

/// Whether a clause ends with this piece.
fn ends_clause(piece: &str) -> bool {
    let last = piece.trim_end().chars().next_back();
    last.is_some_and(|c| CLAUSE.contains(c))
}

/// Cuts one sentence into parts that fit two lines each.
fn cut(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    let mut parts = Vec::new();
    let mut rest = &pieces[..];
    while !rest.is_empty() {
        let fits = |n: usize| wrap(&rest[..n].concat(), LINE, &units).len() <= 2;
        let mut most = 1;
        while most < rest.len() && fits(most + 1) {
            most += 1;
        }
        let mut take = most;
        if most < rest.len() {
            let least = most * 2 / 5;
            let clause = (least.max(1)..=most).rev().find(|n| ends_clause(&rest[n - 1]));
            // Without a clause end, cut what is left into even parts rather than leave one word over.
            let left: f32 = units(&rest.concat());
            let even = (left / (left / (2.0 * LINE)).ceil() * 1.04).min(2.0 * LINE);
            let balanced = (1..=most).rev().find(|n| units(&rest[..*n].concat()) <= even);
            take = clause.or(balanced).unwrap_or(most);
        }
        parts.push(rest[..take].concat().trim().to_string());
        rest = &rest[take..];
    }
    parts
}

/// A caption as a picture: white letters on a dark translucent plate, and where it stands.
#[derive(Debug)]
pub struct Plate {
    /// The picture.
    pub image: Raster,
    /// Upper left corner in the frame.
    pub at: (f32, f32),
}

/// Sets a caption for a frame of `width × height`. `None` where there is nothing to show.
pub fn plate(typeset: &Typeset, text: &str, width: u32, height: u32, dark: [u8; 3]) -> Option<Plate> {
    let (w, h) = (width as f32, height as f32);
    let style = TextStyle {
        face: Face::Sans,
        size: (h * 0.0475).max(8.0),
        tracking: 0.0,
        leading: 1.32,
        colour: [255, 255, 255, 255],
    };
    let mut lines = typeset.wrap(&style, text, w * 0.84);
    lines.truncate(3);
    if lines.is_empty() {
        return None;
    }
    let wide = lines.iter().map(|l| typeset.measure(&style, l)).fold(0.0, f32::max);
    let leading = style.leading * style.size;
    let (pad_x, pad_y) = (style.size * 0.72, style.size * 0.36);
    let box_w = (wide + 2.0 * pad_x).ceil();
    let box_h = (leading * lines.len() as f32 + 2.0 * pad_y).ceil();
    let mut pixmap = Pixmap::new(box_w as u32 + 2, box_h as u32 + 2)?;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let [r, g, b] = dark.map(|v| (f32::from(v) * 0.28) as u8);
    paint.set_color_rgba8(r, g, b, 172);
    let shape = rounded(1.0, 1.0, box_w, box_h, style.size * 0.42)?;
    pixmap.fill_path(&shape, &paint, FillRule::Winding, Transform::identity(), None);
    // The middle of capitals and of ideographs lies about .36 em above the baseline.
    let first = 1.0 + pad_y + leading / 2.0 + style.size * 0.36;
    for (i, line) in lines.iter().enumerate() {
        let y = first + leading * i as f32;
        typeset.draw(&mut pixmap, &style, line, (1.0 + box_w / 2.0, y), Align::Centre);
    }
    let at = ((w - box_w) / 2.0 - 1.0, h * 0.945 - box_h);
    Some(Plate { image: raster(pixmap), at: (at.0.round(), at.1.round()) })
}

/// A rectangle with round corners.
pub(crate) fn rounded(x: f32, y: f32, w: f32, h: f32, r: f32) -> Option<tiny_skia::Path> {
    let r = r.min(w / 2.0).min(h / 2.0);
    let k = r * 0.552_284_8;
    let mut p = PathBuilder::new();
    p.move_to(x + r, y);
    p.line_to(x + w - r, y);
    p.cubic_to(x + w - r + k, y, x + w, y + r - k, x + w, y + r);
    p.line_to(x + w, y + h - r);
    p.cubic_to(x + w, y + h - r + k, x + w - r + k, y + h, x + w - r, y + h);
    p.line_to(x + r, y + h);
    p.cubic_to(x + r - k, y + h, x, y + h - r + k, x, y + h - r);
    p.line_to(x, y + r);
    p.cubic_to(x, y + r - k, x + r - k, y, x + r, y);
    p.close();
    p.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_become_readable_captions() {
        let english = "In the quiet hours before the sun has climbed above the water, the old keeper carries \
                       his paints up the narrow stairs, and the fox that lives beneath the rocks comes out to \
                       watch him work until the morning bell calls them both to breakfast.";
        let chinese = "在太阳升出水面之前的安静时刻，年老的守塔人提着颜料走上狭窄的楼梯，住在礁石下面的狐狸出来看他画画，\
                       直到清晨的钟声叫他们一起去吃早饭。";
        for (text, limit) in [(english, 42), (chinese, 18)] {
            let cut = fit(&[Caption { start: 10.0, end: 22.0, text: text.into() }]);
            assert!(cut.len() >= 2);
            assert_eq!((cut[0].start, cut[cut.len() - 1].end), (10.0, 22.0));
            for pair in cut.windows(2) {
                assert_eq!(pair[0].end, pair[1].start);
            }
            for c in &cut {
                assert!(c.end - c.start > 1.0, "too short to read: {c:?}");
                let lines: Vec<&str> = c.text.lines().collect();
                assert!(lines.len() <= 2, "{c:?}");
                assert!(lines.iter().all(|l| l.chars().count() <= limit), "{c:?}");
            }
            let squash = |s: &str| s.split_whitespace().collect::<String>();
            let joined: String = cut.iter().map(|c| squash(&c.text)).collect();
            assert_eq!(joined, squash(text));
        }
    }
}
