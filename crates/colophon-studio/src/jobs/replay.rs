//! Making a work of the gallery again, to see that it is what its receipt says: with the same program
//! and kind of machine it comes out the same, bit for bit but for the credential, whose signature and
//! identifiers are fresh each time.

use std::path::Path;

use colophon_store::{JobId, StoreError, WorkRow};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{JobRequest, Run};
use crate::origin;
use crate::studio::Work;
use crate::{Studio, StudioError};

/// Kinds whose work hangs on a seed.
const SEEDED: [&str; 6] = ["film", "picture", "picture.edit", "music", "sound", "text"];

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Replay")]
pub(crate) struct ReplayJob {
    /// The number of the work.
    pub(crate) work: String,
}

impl ReplayJob {
    /// Whether there is such a work and its order, and someone may see them.
    pub(crate) fn check(&self, studio: &Studio, owner: &str, sees_all: bool) -> Result<(), StudioError> {
        let row = studio.store()?.work(&self.work)?;
        if row.owner != owner && !sees_all {
            let unknown = StoreError::Unknown { what: "work", name: self.work.clone() };
            return Err(unknown.into());
        }
        order(studio, &row).map(drop)
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let row = run.studio.store()?.work(&self.work)?;
        let request = order(run.studio, &row)?;
        let created = row.work.receipt["created"].as_str().unwrap_or_default().to_owned();
        let receipt: colophon_types::Receipt = serde_json::from_value(row.work.receipt.clone())
            .map_err(|_| StudioError::Store(StoreError::Damaged("the receipt cannot be read".into())))?;
        let work = Work { id: receipt.work_id, created };
        origin::again(work, || request.run(run))?;
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

/// The order that a work came from, with the dice that fell then.
fn order(studio: &Studio, row: &WorkRow) -> Result<JobRequest, StudioError> {
    let gone = || {
        let message = format!("the order of the work {} is not kept any more", row.work.id);
        StudioError::request(message, "jobs that are deleted cannot be done again")
    };
    let id = row.job.as_deref().and_then(JobId::parse).ok_or_else(gone)?;
    let job = studio.store()?.job(&id).map_err(|_| gone())?;
    let mut request = job.request;
    if SEEDED.contains(&job.kind.as_str()) {
        request["seed"] = row.work.receipt["seed"].clone();
    }
    if let Some(count) = request.get_mut("count") {
        // Each of several has a seed of its own, which alone gives it.
        *count = Value::from(1);
    }
    if job.kind == "mark" || job.kind == "replay" {
        return Err(StudioError::request(
            "what was only sealed here cannot be made again",
            "ask who made it",
        ));
    }
    JobRequest::read(&job.kind, &request)
}
