//! A sheet of small frames of a film, for those who look through it without playing it.

use std::path::Path;
use std::time::Duration;

use colophon_ffmpeg::Arguments;
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Media, NoProgress, PictureFormat};

use super::Made;
use crate::edit::PictureFile;
use crate::{Studio, StudioError};

/// Frames in a row, and rows.
const GRID: (u32, u32) = (5, 4);
/// Width of a frame in pixels.
const WIDTH: u32 = 256;
/// Largest sheet as PNG, in bytes.
const LARGEST: u64 = 32 << 20;
/// How long ffmpeg may take.
const LIMIT: Duration = Duration::from_secs(300);

impl Studio {
    /// Twenty frames of a film that was just made, evenly spread, five in a row, sealed as part of the
    /// same work.
    pub(crate) fn spritesheet(
        &self,
        film: &Path,
        made: &Made,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        let (columns, rows) = GRID;
        let pace = f64::from(columns * rows) / made.seconds.max(0.1);
        let filter = format!("fps={pace:.6}:round=down,scale={WIDTH}:-2,tile={columns}x{rows}");
        let args = Arguments::new(&["-threads", "1"])
            .reading(film, None)
            .with(&["-vf", &filter, "-frames:v", "1", "-an", "-sn", "-c:v", "png"])
            .with(&["-f", "image2pipe", "pipe:1"]);
        let lease = self.cores.lease(1, 1, cancel)?;
        let png = colophon_ffmpeg::output(&self.ffmpeg(), &args, LARGEST, LIMIT).unwrap_or_default();
        drop(lease);
        cancel.check()?;
        let (sheet, _) = PictureFile { name: "frames.png".into(), bytes: png.into() }.read()?;
        let draft = Draft::new(Media::Picture(sheet), made.receipt.clone());
        let draft = draft.written_as(PictureFormat::Jpeg { quality: 85 });
        Ok(seal(draft, &*self.sealer()?, cancel, &NoProgress)?)
    }
}
