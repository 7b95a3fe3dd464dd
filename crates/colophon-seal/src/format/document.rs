//! Documents that are sealed as the file they are: where each has its marks and its label.

use std::io::Cursor;

use colophon_types::DocumentFormat;

use super::{Kind, Marks, archive, glb, html, pdf, svg};
use crate::LabelOptions;

/// Why a scene has no label.
const NO_LABEL: &str = "a scene has no place for a label that every viewer shows";

/// The label that a document will have: its words and its place.
///
/// # Errors
/// Why it can have none.
pub(crate) fn label(
    format: DocumentFormat,
    bytes: &[u8],
    options: &LabelOptions,
) -> Result<(&'static str, String), &'static str> {
    let LabelOptions { corner, profile, .. } = options;
    match format {
        DocumentFormat::Svg => Ok((profile.picture(), corner.words().to_owned())),
        DocumentFormat::Pdf => Ok((profile.picture(), format!("{} of the first page", corner.words()))),
        DocumentFormat::Html => {
            let page = std::str::from_utf8(bytes).unwrap_or_default();
            Ok((profile.text(), html::label_place(page).to_owned()))
        }
        DocumentFormat::Docx => Ok((profile.text(), "line at the start of the text".to_owned())),
        DocumentFormat::Epub => Ok((profile.text(), "line at the start of the first page".to_owned())),
        DocumentFormat::Glb => Err(NO_LABEL),
    }
}

/// The file with its marks, and with its label unless that is hidden by agreement. What is given back
/// reads as having exactly the one field.
///
/// # Errors
/// A sentence, for a file that cannot be followed or has no place for them.
pub(crate) fn compose(
    format: DocumentFormat,
    bytes: &[u8],
    options: &LabelOptions,
    json: &str,
    source_type: &str,
) -> Result<Vec<u8>, String> {
    let shown = options.hidden.is_none();
    let drawn = shown.then_some((options.profile.picture(), options.corner));
    let line = shown.then_some(options.profile.text());
    let text = || std::str::from_utf8(bytes).map_err(|_| "the file is not in UTF-8".to_owned());
    let made = match format {
        DocumentFormat::Svg => svg::compose(text()?, drawn, json, source_type)?.into_bytes(),
        DocumentFormat::Html => html::compose(text()?, line, json, source_type)?.into_bytes(),
        DocumentFormat::Pdf => pdf::compose(bytes, drawn, json, source_type)?,
        DocumentFormat::Docx | DocumentFormat::Epub => {
            archive::compose(format, bytes, line, json, source_type)?
        }
        DocumentFormat::Glb => glb::compose(bytes, json, source_type)?,
    };
    let found = marks(format, &made).aigc;
    match (found.count, found.valid) {
        (1, true) => Ok(made),
        (0 | 1, _) => Err("the field that was written cannot be read again".to_owned()),
        _ => Err("the file has AIGC fields in other places, too".to_owned()),
    }
}

/// The marks of a document.
pub(crate) fn marks(format: DocumentFormat, bytes: &[u8]) -> Marks {
    let words = match format {
        DocumentFormat::Svg | DocumentFormat::Html => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    super::read_marks(Kind::Other(format.media_type()), &mut Cursor::new(bytes), words)
}

/// The words of a document; `None` for what has none, or none that are read.
pub(crate) fn words(format: DocumentFormat, bytes: &[u8]) -> Option<String> {
    match format {
        DocumentFormat::Html => std::str::from_utf8(bytes).ok().map(html::words),
        DocumentFormat::Docx | DocumentFormat::Epub => archive::words(format, Cursor::new(bytes)),
        DocumentFormat::Svg | DocumentFormat::Pdf | DocumentFormat::Glb => None,
    }
}
