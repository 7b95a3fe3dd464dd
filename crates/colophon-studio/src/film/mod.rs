//! Making a film: the line of stages, and what comes off its end.

mod ambience;
mod documents;
mod frames;
mod line;
mod lister;
mod made;
mod music;
mod plan;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use colophon_seal::seal;
use colophon_types::{Cancel, Draft, FrameMarker, MakeRequest, Media, NoProgress, Progress, Seed, Step};

pub(crate) use line::SIZE;
pub use made::{Deliverable, Made, Timing};

use crate::check::{self, Checked, MusicChoice};
use crate::engines::{DEFAULT_MODEL, Models};
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError, Work};

impl Studio {
    /// Makes a sealed, narrated film and what belongs to it. `out` is the folder that will take it;
    /// it is made and probed first. `work` is only given to make a work again.
    ///
    /// # Errors
    /// [`StudioError`]; then nothing was delivered.
    pub fn make(
        &self,
        request: &MakeRequest,
        out: &Path,
        work: Option<Work>,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Made, StudioError> {
        let checked = check::check(request)?;
        self.screen(&checked.brief, cancel)?;
        if let Some(MusicChoice::Prompt(words)) = &checked.music {
            self.screen(words, cancel)?;
        }
        check::writable(out)?;
        colophon_ffmpeg::find(&self.ffmpeg())?;
        let script = request.model.as_deref().or(self.config.model.as_deref()).unwrap_or(DEFAULT_MODEL);
        let models = Models::ensure(&self.hub, &checked, script, progress.as_ref(), cancel)?;
        make(self, request, &checked, &models, work, progress, cancel)
    }
}

fn make(
    studio: &Studio,
    request: &MakeRequest,
    checked: &Checked,
    models: &Models,
    work: Option<Work>,
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<Made, StudioError> {
    let started = Instant::now();
    let sealer = studio.sealer()?;
    let seed = request.seed.unwrap_or_else(fresh_seed);
    let mut given = request.clone();
    given.seed = Some(seed);
    let given = serde_json::to_value(&given).unwrap_or_default();
    let work = match work {
        Some(work) => work,
        None => new_work(&given)?,
    };
    let receipt = origin::receipt(work, "", checked.lang, given, seed, models.uses(), Vec::new());
    let works = studio.home.join("works");
    std::fs::create_dir_all(&works).map_err(StudioError::io("make the folder", &works))?;
    let temp = tempfile::Builder::new()
        .prefix(".make-")
        .tempdir_in(&works)
        .map_err(StudioError::io("write in", &works))?;
    let marks = Arc::new(sealer.film_marker(&receipt.work_id));
    let marker_name = marks.name().to_owned();
    let job = line::Job {
        studio,
        checked,
        models,
        receipt,
        seed: Seed(seed),
        film: temp.path().join("film.mp4"),
        marker: marks,
    };
    let reel = line::run(job, progress, cancel)?;

    let sealing = Instant::now();
    let mut receipt = reel.receipt;
    receipt.steps.push(Step { name: "seal".into(), engine: GENERATOR.to_owned() });
    let scenes_json = documents::scenes(&reel.title, &reel.scenes, reel.music);
    let script_md = documents::script(&receipt, &reel.logline, &reel.scenes);
    let film = Media::Film { path: reel.film.path.clone(), marker: marker_name, seconds: reel.film.seconds };
    let drafts = [
        ("film.mp4", film),
        ("poster.png", Media::Picture(reel.poster)),
        ("narration.wav", Media::Sound(reel.narration)),
        ("script.md", Media::Text(script_md)),
    ];
    let mut sealed = Vec::new();
    for (name, media) in drafts {
        cancel.check()?;
        let draft = Draft::new(media, receipt.clone());
        // The film reports all of its seals as one stage.
        sealed.push((name, seal(draft, &sealer, cancel, &NoProgress)?));
    }
    let mut timing = reel.timing;
    timing.seal = sealing.elapsed().as_secs_f64();
    timing.total = started.elapsed().as_secs_f64();
    progress.event(colophon_types::Event::Done { stage: colophon_types::Stage::Seal, seconds: timing.seal });
    Ok(Made {
        seconds: reel.film.seconds,
        captions: reel.film.captions,
        scenes_json,
        receipt,
        sealed,
        timing,
        _temp: temp,
    })
}
