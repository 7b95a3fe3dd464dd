//! Drawings: composed pictures as SVG documents of shapes, without pixels.

use colophon_scene::Scene;
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, DocumentFormat, Draft, Media, Progress};

use crate::check::Style;
use crate::picture::{Canvas, PictureRequest};
use crate::{Studio, StudioError};

/// What the receipt calls a drawing.
pub(crate) const TASK: &str = "image.composed.drawing";

impl Studio {
    /// Composes one picture and seals it as an SVG document.
    ///
    /// # Errors
    /// As [`imagine`](Self::imagine), and a style that is made of pixels.
    pub fn drawing(
        &self,
        request: &PictureRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        if request.count != 1 || request.transparent || request.layers {
            return Err(StudioError::request(
                "a drawing is one picture with its backdrop",
                "ask for one, without layers and not transparent",
            ));
        }
        let style = Style::find(request.style.as_deref())?;
        if style.paint.is_some() {
            return Err(StudioError::request(
                "a painter's style is made of pixels, which a drawing does not have",
                "choose the style flat, paper or night, or name it .png",
            ));
        }
        let draw = |scene: &Scene, Canvas { art, style, .. }: &Canvas| {
            Ok(colophon_scene::render_svg(scene, art, request.size, style.treatment, cancel)?)
        };
        let made = self.scenes(request, &draw, progress, cancel)?.pop();
        let (_, drawn, mut receipt) = made.ok_or(StudioError::Stopped("composer"))?;
        receipt.request["task"] = TASK.into();
        let media = Media::Document { format: DocumentFormat::Svg, bytes: drawn.into_bytes() };
        let sealer = self.sealer()?;
        Ok(seal(Draft::new(media, receipt), &sealer, cancel, progress)?)
    }
}
