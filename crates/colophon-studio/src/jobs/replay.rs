//! Making a work of the gallery again, to see that it is what its receipt says: with the same program
//! and kind of machine it comes out the same, bit for bit but for the credential, whose signature and
//! identifiers are fresh each time.

use std::path::Path;

use colophon_store::{JobId, StoreError, WorkRow};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::run::Run;
use crate::{Studio, StudioError, Work, origin};

/// Kinds whose work hangs on a seed.
const SEEDED: [&str; 6] = ["film", "picture", "picture.edit", "music", "sound", "text"];

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Replay")]
pub(crate) struct ReplayJob {
    /// The number of the work.
    pub(crate) work: String,
}

/// The work as it was made first, and its order, with the dice that fell then.
pub(crate) struct FirstTime {
    row: WorkRow,
    /// The kind of its job.
    pub(crate) kind: String,
    /// The request of its job.
    pub(crate) request: Value,
}

impl ReplayJob {
    /// Whether there is such a work and its order, and someone may see them.
    pub(crate) fn check(
        &self,
        studio: &Studio,
        owner: &str,
        sees_all: bool,
    ) -> Result<FirstTime, StudioError> {
        let row = studio.store()?.work(&self.work)?;
        if row.owner != owner && !sees_all {
            let unknown = StoreError::Unknown { what: "work", name: self.work.clone() };
            return Err(unknown.into());
        }
        FirstTime::of(studio, row)
    }

    /// The work and its order.
    pub(crate) fn first(&self, studio: &Studio) -> Result<FirstTime, StudioError> {
        FirstTime::of(studio, studio.store()?.work(&self.work)?)
    }
}

impl FirstTime {
    fn of(studio: &Studio, row: WorkRow) -> Result<Self, StudioError> {
        let gone = || {
            let message = format!("the order of the work {} is not kept any more", row.work.id);
            StudioError::request(message, "jobs that are deleted cannot be done again")
        };
        let id = row.job.as_deref().and_then(JobId::parse).ok_or_else(gone)?;
        let job = studio.store()?.job(&id).map_err(|_| gone())?;
        let (kind, mut request) = (job.kind, job.request);
        if SEEDED.contains(&kind.as_str()) {
            request["seed"] = row.work.receipt["seed"].clone();
        }
        if let Some(count) = request.get_mut("count") {
            // Each of several has a seed of its own, which alone gives it.
            *count = Value::from(1);
        }
        if kind == "mark" || kind == "replay" {
            return Err(StudioError::request(
                "what was only sealed here cannot be made again",
                "ask who made it",
            ));
        }
        Ok(Self { row, kind, request })
    }

    /// Makes it again with `make`, which does what the order asks for, and compares the two.
    pub(crate) fn again(
        &self,
        run: &mut Run<'_>,
        make: impl FnOnce(&mut Run<'_>) -> Result<(), StudioError>,
    ) -> Result<(), StudioError> {
        let row = &self.row;
        let created = row.work.receipt["created"].as_str().unwrap_or_default().to_owned();
        let receipt: colophon_types::Receipt = serde_json::from_value(row.work.receipt.clone())
            .map_err(|_| StudioError::Store(StoreError::Damaged("the receipt cannot be read".into())))?;
        let work = Work { id: receipt.work_id, created };
        origin::again(work, || make(run))?;
        let made = run.shelf.take_back().ok_or(StudioError::Stopped("replay"))?;
        let hash = |path: &Path| Ok::<_, StudioError>(run.studio.verify(path)?.c2pa.content_hash);
        let (made, first) = (hash(&made)?, hash(run.studio.work_file(&row.work, None)?.path())?);
        let same = made.is_some() && made == first;
        run.shelf.result(json!({
            "work": row.work.id, "same": same, "content_hash": made, "expected_content_hash": first,
        }));
        Ok(())
    }
}
