//! The form of the tables, and how older ones are brought up to it: forward only, one step a version,
//! by one process at a time.

use std::path::Path;

use super::Link;
use crate::StoreError;

/// Step `n` makes version `n + 1` of version `n`. A step that was once released is never changed.
const STEPS: &[&str] = &[include_str!("migrations/1.sql")];

/// The number of the lock that processes take which start together.
const LOCK: i64 = 0x636f_6c6f_7068_6f6e;

/// Brings the database up to date.
pub(super) fn run(link: &mut Link, address: &Path) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    // Whoever may only read and write, and finds all there, needs no right to make tables.
    if version(link)? == known {
        return Ok(());
    }
    link.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))?;
    let found = version(link)?;
    if found > known {
        link.batch("ROLLBACK")?;
        return Err(StoreError::Newer { path: address.to_owned(), found, known });
    }
    for (version, step) in (1..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        link.batch(step)?;
        link.batch(&format!(
            "CREATE TABLE IF NOT EXISTS colophon_version (version BIGINT NOT NULL); \
             DELETE FROM colophon_version; INSERT INTO colophon_version VALUES ({version})"
        ))?;
    }
    link.batch("COMMIT")
}

/// The version of the tables; 0 where there are none.
fn version(link: &mut Link) -> Result<i64, StoreError> {
    let there = "SELECT to_regclass('colophon_version') IS NOT NULL";
    let mut found = false;
    link.each(there, &[], |row| Ok(found = row.try_get(0)?))?;
    let mut version = 0;
    if found {
        link.each("SELECT version FROM colophon_version", &[], |row| Ok(version = row.try_get(0)?))?;
    }
    Ok(version)
}
