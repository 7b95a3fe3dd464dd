//! Making a film: the line of stages, and what comes off its end.

mod ambience;
mod documents;
mod line;
mod lister;
mod made;
mod plan;

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use colophon_seal::seal;
use colophon_types::{
    Cancel, Draft, FrameMarker, MakeRequest, Media, NoProgress, Progress, Receipt, Seed, Step, WorkId,
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use made::{Deliverable, Made, Timing};

use crate::check::Checked;
use crate::engines::Models;
use crate::studio::Work;
use crate::{Studio, StudioError};

/// The program and its version, as receipts name it.
pub(crate) const GENERATOR: &str = concat!("Colophon ", env!("CARGO_PKG_VERSION"));

pub(crate) fn make(
    studio: &Studio,
    request: &MakeRequest,
    checked: &Checked,
    models: &Models,
    work: Option<Work>,
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<Made, StudioError> {
    let started = Instant::now();
    let sealer = Arc::clone(studio.sealer()?);
    let seed = request.seed.unwrap_or_else(fresh_seed);
    let mut given = request.clone();
    given.seed = Some(seed);
    let given = serde_json::to_value(&given).unwrap_or_default();
    let work = match work {
        Some(work) => work,
        None => new_work(&given)?,
    };
    let receipt = Receipt {
        work_id: work.id,
        title: String::new(),
        lang: checked.lang,
        created: work.created,
        generator: GENERATOR.to_owned(),
        request: given,
        seed,
        models: models.uses(),
        steps: Vec::new(),
        extra: std::iter::once(("platform".to_owned(), platform())).collect(),
    };
    let works = studio.home.join("works");
    std::fs::create_dir_all(&works).map_err(StudioError::io("make the folder", &works))?;
    let temp = tempfile::Builder::new()
        .prefix(".make-")
        .tempdir_in(&works)
        .map_err(StudioError::io("write in", &works))?;
    let label = Arc::new(sealer.film_label());
    let marker_name = label.name().to_owned();
    let job = line::Job {
        studio,
        checked,
        models,
        receipt,
        seed: Seed(seed),
        film: temp.path().join("film.mp4"),
        marker: label,
    };
    let reel = line::run(job, progress, cancel)?;

    let sealing = Instant::now();
    let mut receipt = reel.receipt;
    receipt.steps.push(Step { name: "seal".into(), engine: GENERATOR.to_owned() });
    let scenes_json = documents::scenes(&reel.title, &reel.scenes);
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

/// A seed that no one asked for: from the clock and the process.
pub(crate) fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
    // 53 bits, so that JSON readers of every language hold it exactly.
    Seed(now ^ (u64::from(std::process::id()) << 32)).derive("fresh").0 >> 11
}

/// An identifier from the time (48 bits of milliseconds) and the request (80 bits of its SHA-256).
/// `SOURCE_DATE_EPOCH` sets the time, for builds that must repeat.
pub(crate) fn new_work(request: &serde_json::Value) -> Result<Work, StudioError> {
    let now = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            text.parse().ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok()).ok_or_else(|| {
                StudioError::Config(format!("SOURCE_DATE_EPOCH must be a number of seconds, not '{text}'"))
            })?
        }
        Err(_) => OffsetDateTime::now_utc(),
    };
    let now = now.replace_microsecond(0).unwrap_or(now);
    let digest = Sha256::digest(request.to_string().as_bytes());
    let low = digest.iter().take(10).fold(0u128, |n, b| (n << 8) | u128::from(*b));
    let millis = (now.unix_timestamp_nanos() / 1_000_000) as u128 & ((1 << 48) - 1);
    let created = now
        .replace_nanosecond(0)
        .unwrap_or(now)
        .format(&Rfc3339)
        .map_err(|e| StudioError::Config(format!("the clock cannot be read: {e}")))?;
    Ok(Work { id: WorkId::from_bits((millis << 80) | low), created })
}

pub(crate) fn platform() -> serde_json::Value {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS).into()
}
