//! The form of the tables, and how older ones are brought up to it: forward only, one step a version,
//! by one process at a time.

use std::path::Path;

use super::link::Link;
use crate::StoreError;

/// Step `n` makes version `n + 1` of version `n`. A step that was once released is never changed.
const STEPS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
];

/// The number of the lock that processes take which start together.
const LOCK: i64 = 0x636f_6c6f_7068_6f6e;

/// Brings the database up to date. Where it fails the connection is of no further use.
pub(super) fn run(link: &mut Link, address: &Path) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    // Whoever may only read and write, and finds all there, needs no right to make tables.
    if version(link)? == known {
        return Ok(());
    }
    // Before the transaction: inside it, one may still see the tables as they were when it began.
    link.batch(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    link.batch("BEGIN")?;
    let found = version(link)?;
    if found > known {
        return Err(StoreError::Newer { path: address.to_owned(), found, known });
    }
    for (version, step) in (1..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        link.batch(step)?;
        link.batch(&format!(
            "CREATE TABLE IF NOT EXISTS colophon_version (version BIGINT NOT NULL); \
             DELETE FROM colophon_version; INSERT INTO colophon_version VALUES ({version})"
        ))?;
    }
    link.batch("COMMIT")?;
    link.batch(&format!("SELECT pg_advisory_unlock({LOCK})"))
}

/// The version of the tables; 0 where there are none.
fn version(link: &mut Link) -> Result<i64, StoreError> {
    let there = link.value("SELECT to_regclass('colophon_version') IS NOT NULL", &[])?;
    if there != Some(true) {
        return Ok(0);
    }
    Ok(link.value("SELECT version FROM colophon_version", &[])?.unwrap_or(0))
}
