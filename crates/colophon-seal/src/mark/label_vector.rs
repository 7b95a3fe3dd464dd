//! The visible label as outlines, for drawings and pages that are described and not made of pixels: the
//! same plate as on pictures.

use std::fmt::Write as _;

use tiny_skia::{Path, PathSegment, Point, Transform};
use ttf_parser::Face;

use super::label::{CAP_HEIGHT, Corner, FONT, LETTER_HEIGHT, advance, outline, rounded};

/// The shortest side in the units of the outlines.
const SHORTEST: f32 = 1000.0;

/// The label for a sheet: outlines from the sheet's top left, of which the shortest side has 1,000 units.
pub(crate) struct VectorLabel {
    /// So many units of the sheet are one of the outlines.
    pub(crate) scale: f32,
    plate: Path,
    letters: Path,
}

impl VectorLabel {
    /// Draws it for a sheet of `width × height`; `None` for one of no size, or of which one side is a
    /// hundred times the other.
    pub(crate) fn new(width: f32, height: f32, corner: Corner, words: &str) -> Option<Self> {
        let (shortest, longest) = (width.min(height), width.max(height));
        let finite = width.is_finite() && height.is_finite();
        if !(finite && shortest > 0.0 && longest <= 100.0 * shortest) {
            return None;
        }
        let scale = shortest / SHORTEST;
        let (width, height) = (width / scale, height / scale);
        let face = Face::parse(FONT, 0).ok()?;
        let units = f32::from(face.units_per_em());
        let cap_height = face.capital_height().map_or(CAP_HEIGHT, |h| f32::from(h) / units);
        let cap = SHORTEST * LETTER_HEIGHT;
        let em = cap / cap_height;
        let (pad_x, pad_y, margin) = (cap * 0.55, cap * 0.5, cap * 0.5);
        let plate_width = advance(&face, words) * em / units + 2.0 * pad_x;
        let plate_height = cap + 2.0 * pad_y;
        let (left, top) = match corner {
            Corner::TopLeft => (true, true),
            Corner::TopRight => (false, true),
            Corner::BottomLeft => (true, false),
            Corner::BottomRight => (false, false),
        };
        let x = if left { margin } else { (width - plate_width - margin).max(0.0) };
        let y = if top { margin } else { (height - plate_height - margin).max(0.0) };
        let place = Transform::from_translate(x, y);
        let plate = rounded(plate_width, plate_height, cap * 0.4)?.transform(place)?;
        let letters = outline(&face, words, em / units, pad_x, pad_y + cap)?.transform(place)?;
        Some(Self { scale, plate, letters })
    }

    /// The plate and the letters as data of SVG paths.
    pub(crate) fn svg(&self) -> (String, String) {
        (data(&self.plate, ["M", "L", "C", "Z"]), data(&self.letters, ["M", "L", "C", "Z"]))
    }

    /// The plate and the letters as operators of PDF, without the one that fills.
    pub(crate) fn pdf(&self) -> (String, String) {
        (data(&self.plate, [" m ", " l ", " c ", "h "]), data(&self.letters, [" m ", " l ", " c ", "h "]))
    }
}

/// A path with the names of move, line, curve and close before (SVG) or behind (PDF) their points.
fn data(path: &Path, names: [&str; 4]) -> String {
    let mut out = String::new();
    let mut last = Point::default();
    let behind = names[0].ends_with(' ');
    let mut put = |name: &str, points: &[Point]| {
        if !behind {
            out.push_str(name);
        }
        for (index, point) in points.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(out, "{space}{:.1} {:.1}", point.x, point.y);
        }
        if behind {
            out.push_str(name);
        }
    };
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => {
                put(names[0], &[p]);
                last = p;
            }
            PathSegment::LineTo(p) => {
                put(names[1], &[p]);
                last = p;
            }
            PathSegment::QuadTo(c, p) => {
                // The same curve with two handles.
                let toward = |from: Point| {
                    Point::from_xy(from.x + (c.x - from.x) * 2.0 / 3.0, from.y + (c.y - from.y) * 2.0 / 3.0)
                };
                put(names[2], &[toward(last), toward(p), p]);
                last = p;
            }
            PathSegment::CubicTo(a, b, p) => {
                put(names[2], &[a, b, p]);
                last = p;
            }
            PathSegment::Close => put(names[3], &[]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::label::LABEL_TEXT;

    #[test]
    fn it_stays_on_the_sheet_whatever_its_size() {
        for (width, height) in [(24.0, 24.0), (595.0, 842.0), (0.5, 0.4), (1e6, 2e6)] {
            for corner in Corner::ALL {
                let label = VectorLabel::new(width, height, corner, LABEL_TEXT).unwrap();
                let bounds = label.plate.bounds();
                let (right, bottom) = (bounds.right() * label.scale, bounds.bottom() * label.scale);
                assert!(bounds.left() >= 0.0 && bounds.top() >= 0.0 && bottom <= height * 1.001);
                assert!(right <= width * 1.001, "{width}x{height}: {right}");
            }
        }
        for (width, height) in [(0.0, 5.0), (f32::NAN, 5.0), (1.0, 101.0), (f32::INFINITY, 1.0), (-3.0, 4.0)]
        {
            assert!(VectorLabel::new(width, height, Corner::TopLeft, LABEL_TEXT).is_none());
        }
    }

    #[test]
    fn data_are_what_each_format_reads() {
        let label = VectorLabel::new(100.0, 100.0, Corner::TopLeft, "AI").unwrap();
        let (plate, letters) = label.svg();
        assert!(plate.starts_with('M') && letters.ends_with('Z'));
        let (plate, letters) = label.pdf();
        assert!(plate.contains(" c ") && letters.ends_with("h "));
    }
}
