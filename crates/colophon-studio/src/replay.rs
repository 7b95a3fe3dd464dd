//! Making a work again from its file alone: where the receipt in its credential keeps the words.

use std::path::Path;
use std::sync::Arc;

use colophon_seal::{Sealed, VerdictKind};
use colophon_types::{AnimationFormat, Cancel, MakeRequest, PictureFormat, Progress, Receipt};

use crate::picture::{MOVING, PictureRequest, composed_request};
use crate::{Made, Studio, StudioError, TerrainRequest, Work, drawing, origin, terrain};

/// A work that was made again.
pub enum Replayed {
    /// A picture.
    Picture {
        /// The sealed file.
        sealed: Box<Sealed>,
        /// Whether it is the same, bit for bit but for the credential.
        same: bool,
    },
    /// A film and what belongs to it.
    Film {
        /// The sealed files.
        made: Box<Made>,
        /// Whether the film is the same, bit for bit but for the credential.
        same: bool,
    },
}

impl Studio {
    /// Makes a film or a composed picture again from its own credential. With the same program and kind
    /// of machine it comes out the same. `out` is where a film will be written.
    ///
    /// # Errors
    /// [`StudioError`]: a file whose credential does not hold, or whose receipt keeps only a digest of the words.
    pub fn replay(
        &self,
        file: &Path,
        out: &Path,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Replayed, StudioError> {
        let verdict = self.verify(file)?;
        let sound = verdict.verdict == VerdictKind::Verified;
        let Some(receipt) = verdict.receipt.filter(|_| sound) else {
            let message = format!("{} has no credential of this studio that holds", file.display());
            return Err(StudioError::request(message, "take the file as it was written"));
        };
        let hash = verdict.c2pa.content_hash;
        let same = |hash_now: Option<String>| hash_now.is_some() && hash_now == hash;
        let Receipt { work_id, created, request, .. } = receipt;
        let work = Work { id: work_id, created };
        if let Ok(request) = serde_json::from_value::<MakeRequest>(request.clone()) {
            let made = self.make(&request, out, Some(work), progress, cancel)?;
            let same = same(self.content_hash(made.film())?);
            return Ok(Replayed::Film { made: Box::new(made), same });
        }
        let picture = |sealed: Sealed| {
            let same = same(self.content_hash(Some(&sealed))?);
            Ok(Replayed::Picture { sealed: Box::new(sealed), same })
        };
        let task = request["task"].as_str().unwrap_or_default().to_owned();
        let seconds = request["seconds"].as_f64().unwrap_or_default();
        if task == terrain::TASK
            && let Ok(mut request) = serde_json::from_value::<TerrainRequest>(request.clone())
        {
            request.format = PictureFormat::of_media_type(&verdict.media_type).unwrap_or_default();
            let made = origin::again(work, || self.terrain(&request, progress.as_ref(), cancel))?;
            let sealed = made.into_iter().next().ok_or(StudioError::Stopped("terrain"))?;
            return picture(sealed);
        }
        if task == drawing::TASK
            && let Ok(request) = serde_json::from_value::<PictureRequest>(request.clone())
        {
            let sealed = origin::again(work, || self.drawing(&request, progress.as_ref(), cancel))?;
            return picture(sealed);
        }
        if let Some(mut request) = composed_request(request) {
            if task == MOVING {
                let format = match verdict.media_type.as_str() {
                    "image/gif" => AnimationFormat::Gif,
                    _ => AnimationFormat::WebP,
                };
                let make = || self.composed_animation(&request, seconds, format, progress.as_ref(), cancel);
                let sealed = origin::again(work, make)?.sealed;
                return picture(sealed);
            }
            request.format = PictureFormat::of_media_type(&verdict.media_type).unwrap_or_default();
            let made = origin::again(work, || self.imagine(&request, progress.as_ref(), cancel))?;
            let sealed = made.into_iter().next().ok_or(StudioError::Stopped("composer"))?.sealed;
            return picture(sealed);
        }
        let message = format!("the receipt of {} keeps a digest of the words, not the words", file.display());
        Err(StudioError::request(message, "make it again from the gallery of the studio that made it"))
    }

    /// The hash of a work without its credential.
    fn content_hash(&self, sealed: Option<&Sealed>) -> Result<Option<String>, StudioError> {
        let Some(sealed) = sealed else { return Ok(None) };
        if let Some(path) = sealed.path() {
            return Ok(self.verify(path)?.c2pa.content_hash);
        }
        let suffix = format!(".{}", sealed.extension());
        let temp = tempfile::Builder::new().suffix(&suffix).tempfile();
        let temp = temp.map_err(StudioError::io("write in", &std::env::temp_dir()))?;
        sealed.write_to(temp.path())?;
        Ok(self.verify(temp.path())?.c2pa.content_hash)
    }
}
