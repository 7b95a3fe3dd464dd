//! Puts back what the broker lost: it was away when a job was taken, or its disk was emptied.

use std::sync::Arc;
use std::time::Duration;

use super::link::Link;
use super::shared::Core;
use crate::StoreError;
use crate::elect::Elected;
use crate::job::JobId;
use crate::sql::{Db, params};

/// How often one looks.
const SWEEP: Duration = Duration::from_secs(10);
/// How soon one notices that the store is closed.
const TURN: Duration = Duration::from_millis(500);
/// The office of whoever looks.
const OFFICE: &str = "sweep";

/// The name of this database at its broker, made on first use.
pub(super) fn space(link: &mut Link) -> Result<String, StoreError> {
    let name = uuid::Uuid::new_v4().simple().to_string();
    let value = serde_json::Value::from(&name[..12]).to_string();
    let keep = "INSERT INTO setting (name, value) VALUES ('broker-space', ?1) ON CONFLICT (name) DO NOTHING";
    link.execute(keep, params![value])?;
    let kept: Option<String> = link.value("SELECT value FROM setting WHERE name = 'broker-space'", &[])?;
    let kept: String = crate::sql::json(&kept.unwrap_or_default())?;
    if kept.is_empty() || kept.len() > 40 || !kept.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(StoreError::Damaged("the name at the broker is not plain".into()));
    }
    Ok(kept)
}

/// Looks whenever the broker came back, and now and then, until the store is closed.
pub(super) fn run(core: &Arc<Core>) {
    let Some(nats) = &core.nats else { return };
    let mut rest = Duration::ZERO;
    while !core.is_closed() {
        if nats.await_return(TURN) {
            rest = Duration::ZERO;
        }
        if !rest.is_zero() || !nats.is_up() {
            rest = rest.saturating_sub(TURN);
            continue;
        }
        rest = SWEEP;
        match sweep(core) {
            Ok(0) => {}
            Ok(put) => tracing::info!("{put} jobs were given to the broker again, which had lost them"),
            Err(error) => tracing::debug!("what the broker lost is not put back: {error}"),
        }
    }
}

fn sweep(core: &Core) -> Result<usize, StoreError> {
    let Some(nats) = &core.nats else { return Ok(0) };
    let Some(_office) = Elected::at(|| core.pool.connect(), OFFICE)? else { return Ok(0) };
    // Nobody claims, and with it fails what is late, while nothing is handed out.
    core.transact(&core.expire, true)?;
    let known = nats.ticketed()?;
    let waiting = {
        let lent = core.pool.lend()?;
        let sql = "SELECT id, kind FROM job WHERE state = 'queued' ORDER BY priority DESC, seq";
        Db::Postgres(lent.link()?).rows(sql, &[], |r| Ok((JobId::kept(r.get(0)?), r.get(1)?)))?
    };
    let lost: Vec<(JobId, String)> = waiting.into_iter().filter(|(job, _)| !known.contains(job)).collect();
    if lost.is_empty() { Ok(0) } else { nats.put_back(&lost) }
}
