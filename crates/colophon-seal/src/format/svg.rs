//! SVG: the marks stand in an XMP packet in `metadata`, the label is drawn last.

use super::xml::{Element, elements, escape, replaced};
use crate::mark::label::{Corner, LabelProfile, PLATE_ALPHA};
use crate::mark::label_vector::VectorLabel;
use crate::mark::xmp;

/// The size of a drawing that names none (CSS).
const USUAL: (f32, f32) = (300.0, 150.0);

/// Whether bytes begin a drawing: its root is the first element.
pub(crate) fn is_start(head: &str) -> bool {
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.strip_prefix("<!DOCTYPE").is_some_and(|d| !d.trim_start().starts_with("svg")) => {
                return false;
            }
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!DOCTYPE") && rest.split('>').next().is_some_and(|d| d.contains('[')) => {
                "]>"
            }
            _ if rest.starts_with("<!DOCTYPE") => ">",
            _ => break,
        };
        let Some(at) = rest.find(end) else { return false };
        rest = rest[at + end.len()..].trim_start();
    }
    rest.strip_prefix("<svg").is_some_and(|after| after.starts_with([' ', '\t', '\r', '\n', '>']))
}

/// The drawing with its marks, and with the label where one is wanted.
///
/// # Errors
/// A sentence, for what is no drawing or has no place for them.
pub(crate) fn compose(
    drawing: &str,
    label: Option<(&str, Corner)>,
    json: &str,
    source_type: &str,
) -> Result<String, String> {
    let drawing = drawing.trim_start_matches('\u{feff}');
    let wanted = |name: &str, depth| match depth {
        0 => true,
        1 => name == "metadata",
        _ => name == "xmpmeta",
    };
    let found = elements(drawing, wanted).ok_or("the drawing is not well-formed XML")?;
    let (root, rest) = found.split_first().ok_or("the drawing is empty")?;
    let close = match &root.close {
        Some(close) if root.name == "svg" => close,
        _ => return Err("the root of the drawing is not an 'svg' element with content".to_owned()),
    };
    let metadata = rest.iter().find(|e| e.depth == 1 && e.close.is_some());
    let within = |e: &&Element| metadata.is_some_and(|m| m.whole().contains(&e.open.start));
    let packet = rest.iter().filter(within).find(|e| e.local() == "xmpmeta" && e.close.is_some());
    let old = packet.map(|p| &drawing[p.whole()]);
    let new = xmp::merged(old.unwrap_or_default(), Some(json), source_type);
    let mut changes = Vec::new();
    match (packet, metadata) {
        (Some(packet), _) => changes.push((packet.whole(), new)),
        (None, Some(metadata)) => changes.push((metadata.open.end..metadata.open.end, new)),
        (None, None) => {
            changes.push((root.open.end..root.open.end, format!("<metadata>{new}</metadata>")));
        }
    }
    if let Some((words, corner)) = label.filter(|(words, _)| !drawing.contains(&marker(words))) {
        let group =
            drawn(root.head(drawing), words, corner).ok_or("the drawing's size cannot hold a label")?;
        changes.push((close.start..close.start, group));
    }
    replaced(drawing, &changes).ok_or_else(|| "the drawing's elements overlap".to_owned())
}

/// What the label's group begins with.
fn marker(words: &str) -> String {
    format!("<g role=\"note\" aria-label=\"{}\"", escape(words))
}

/// The label as a group, for a drawing with this start tag.
fn drawn(root: &str, words: &str, corner: Corner) -> Option<String> {
    let (left, top, width, height) = sheet(root);
    let label = VectorLabel::new(width, height, corner, words)?;
    let (plate, letters) = label.svg();
    let scale = label.scale;
    // Styles, which outrank those that the drawing gives its paths.
    Some(format!(
        "{} transform=\"translate({left} {top}) scale({scale})\">\
         <path style=\"fill:#0a0d12;fill-opacity:{PLATE_ALPHA};stroke:none\" d=\"{plate}\"/>\
         <path style=\"fill:#fff;fill-opacity:1;stroke:none\" d=\"{letters}\"/></g>",
        marker(words)
    ))
}

/// What a drawing shows: left, top, width and height in its own units.
fn sheet(root: &str) -> (f32, f32, f32, f32) {
    let finite = |text: &str| text.parse::<f32>().ok().filter(|n| n.is_finite());
    let view = xmp::attribute_of(root, "viewBox").and_then(|view| {
        let numbers: Option<Vec<f32>> =
            view.split([' ', ',', '\t', '\n', '\r']).filter(|n| !n.is_empty()).map(finite).collect();
        <[f32; 4]>::try_from(numbers?).ok()
    });
    if let Some([left, top, width, height]) = view {
        return (left, top, width, height);
    }
    let side = |name: &str, usual: f32| {
        let text = xmp::attribute_of(root, name)?;
        Some(finite(text.trim().trim_end_matches("px")).filter(|n| *n > 0.0).unwrap_or(usual))
    };
    (0.0, 0.0, side("width", USUAL.0).unwrap_or(USUAL.0), side("height", USUAL.1).unwrap_or(USUAL.1))
}

/// Finds the label.
pub(crate) fn find_label(drawing: &str) -> Option<&'static str> {
    LabelProfile::ALL.map(LabelProfile::picture).into_iter().find(|words| {
        let marker = marker(words);
        drawing.contains(&marker)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::text;

    const DRAWING: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<!-- a -->\n\
        <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-10 0 24 24\"><path d=\"M0 0h9\"/></svg>\n";

    #[test]
    fn the_packet_comes_first_and_the_label_last() {
        let words = LabelProfile::ALL[0].picture();
        let mut made = DRAWING.to_owned();
        for _ in 0..2 {
            made = compose(&made, Some((words, Corner::TopLeft)), r#"{"Label":"1"}"#, "x:y").unwrap();
            let marks = text::read(&made);
            assert_eq!((marks.aigc.count, marks.source_type.as_deref()), (1, Some("x:y")), "{made}");
            assert_eq!(made.matches("<g role=\"note\"").count(), 1);
        }
        assert!(made.contains("<path d=\"M0 0h9\"/>") && made.contains("translate(-10 0)"));
        assert_eq!(find_label(&made), Some(words));
        let title = DRAWING.replace("<path", "<metadata><a/></metadata><path");
        let made = compose(&title, None, "{}", "x:y").unwrap();
        assert!(made.contains("<metadata><?xpacket") && made.contains("<a/></metadata>"), "{made}");
        assert_eq!(find_label(&made), None);
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        let label = Some(("AI", Corner::TopLeft));
        for bad in [
            "",
            "<svg/>",
            "<a></a>",
            "<svg><b></svg>",
            "<svg viewBox='0 0 0 0'></svg>",
            "<svg viewBox='0 0 1 NaN'>",
        ] {
            assert!(compose(bad, label, "{}", "x").is_err(), "{bad}");
        }
        for size in ["", " width='10mm'", " width='20px' height=\"100%\"", " viewBox='0 0 a b'"] {
            assert!(compose(&format!("<svg{size}><a/></svg>"), label, "{}", "x").is_ok(), "{size}");
        }
        assert!(
            is_start(DRAWING)
                && is_start("<svg>")
                && !is_start("<svgx>")
                && !is_start("<!DOCTYPE html><svg>")
        );
        assert!(
            is_start("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg >")
                && !is_start("text <svg>")
                && !is_start("<!--")
        );
    }
}
