//! Sheets of pictures: files → reader → judge → sheet with names → seal. Each file stands in the
//! credential as an input.

use colophon_image::sheet::Layout;
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Lang, Media, PictureFormat, Progress};
use colophon_video::{Align, Face, FontPaths, TextStyle, Typeset};
use serde_json::json;

use crate::edit::PictureFile;
use crate::engines::{FONTS, Fetch};
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, new_work};
use crate::{Studio, StudioError};

/// Pictures on one sheet, at most.
const MOST: usize = 200;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SheetRequest {
    /// The pictures.
    pub files: Vec<PictureFile>,
    /// Pictures in a row; `None` for about as many as there are rows.
    pub columns: Option<usize>,
    /// Side of the square that a picture fits into, in pixels.
    pub cell: u32,
    /// Whether names stand below them.
    pub names: bool,
    /// How it is written.
    pub format: PictureFormat,
}

impl Studio {
    /// Lays pictures on a sheet and seals it.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no picture or that policy refuses, a sheet that would be too large.
    pub fn sheet(
        &self,
        request: &SheetRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        if request.files.len() > MOST {
            return Err(StudioError::request("at most 200 pictures fit on a sheet", "make several sheets"));
        }
        let mut layout = Layout::square(request.files.len(), request.cell);
        layout.columns = request.columns.unwrap_or(layout.columns);
        layout.caption = if request.names { (request.cell / 9).max(18) } else { 0 };
        layout.size(request.files.len())?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        if bench.sits() {
            fetch.runtime()?;
        }
        if request.names {
            for id in FONTS {
                fetch.get(id, if id == "noto-fonts-serif" { "font" } else { "font-data" }, None)?;
            }
        }
        let uses = fetch.uses;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let judge = bench.load(lease.threads())?;
        let (mut pictures, mut sources) = (Vec::new(), Vec::new());
        for file in &request.files {
            cancel.check()?;
            let (picture, source) = file.read()?;
            judge.pass(&picture, &file.name, cancel)?;
            pictures.push(picture);
            sources.push(source);
        }
        let mut sheet = layout.arrange(&pictures)?;
        if request.names {
            let typeset = Typeset::load(&FontPaths::in_store(self.hub.root(), Lang::Zh))?;
            let style = TextStyle {
                face: Face::Sans,
                size: layout.caption as f32 * 0.5,
                tracking: 0.0,
                leading: 1.2,
                colour: [60, 58, 54, 255],
            };
            for (index, file) in request.files.iter().enumerate() {
                let (x, y) = layout.place(index);
                let name = fitted(&typeset, &style, &file.name, layout.cell as f32);
                let middle = x as f32 + layout.cell as f32 / 2.0;
                let base = (y + layout.cell) as f32 + layout.caption as f32 * 0.68;
                typeset.write(&mut sheet, &style, &name, (middle, base), Align::Centre);
            }
        }
        drop(lease);
        let hashes: Vec<String> = sources.iter().map(|s| origin::sha256_of(&s.bytes)).collect();
        let given = json!({
            "task": "image.sheet", "input_sha256": hashes, "columns": layout.columns, "cell": layout.cell,
            "names": request.names,
        });
        let work = new_work(&given)?;
        let steps = vec![("sheet", GENERATOR.to_owned()), ("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, "A sheet of pictures", Lang::En, given, 0, uses, steps);
        let draft = Draft::from_sources(Media::Picture(sheet), receipt, sources).written_as(request.format);
        Ok(seal(draft, &*self.sealer()?, cancel, progress)?)
    }
}

/// A name, its middle left out where it would be too wide.
fn fitted(typeset: &Typeset, style: &TextStyle, name: &str, width: f32) -> String {
    let letters: Vec<char> = name.chars().collect();
    let shortened = |kept: usize| -> String {
        if kept >= letters.len() {
            return name.to_owned();
        }
        let (start, end) = (kept.div_ceil(2), kept / 2);
        letters[..start].iter().chain(['…'].iter()).chain(&letters[letters.len() - end..]).collect()
    };
    let kept = (1..=letters.len()).rev().find(|kept| typeset.measure(style, &shortened(*kept)) <= width);
    shortened(kept.unwrap_or(1))
}
