//! Hears what all processes do to jobs, and tells listeners of this one.
//!
//! A notification says only that something happened; what happened is read from the table, so that one
//! that is lost, with its connection or its sender, is made up for by the next look. Numbers become
//! visible out of order across jobs, so the ear remembers which it has not seen. Within a job they do not:
//! whoever writes an event holds the row of its job.
//!
//! Over a broker the events come whole. One that is next, while none is missing, is told as it is; otherwise
//! the table is read as after a notification.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::fallible_iterator::FallibleIterator as _;

use super::link::Link;
use super::shared::Core;
use crate::job::JobId;
use crate::{JobEvent, Notice, StoreError};

/// The name under which processes tell each other.
pub(super) const CHANNEL: &str = "colophon_event";
/// How long one waits for a notification before one looks all the same.
const LOOK: Duration = Duration::from_secs(1);
/// How long a number may be missing until it is taken for one that was never kept.
const MISSING: Duration = Duration::from_secs(60);
/// Missing numbers that are remembered of one gap.
const GAP: i64 = 1024;
/// Events that are read at once.
const PAGE: usize = 1000;

pub(super) struct Ear {
    link: Option<Link>,
    /// The highest number seen.
    seen: i64,
    /// Lower ones that were not seen, and since when.
    missing: BTreeMap<i64, Instant>,
}

impl Ear {
    /// Listens from now on.
    pub(super) fn open(core: &Core) -> Result<Self, StoreError> {
        let mut ear = Self { link: None, seen: 0, missing: BTreeMap::new() };
        let mut link = core.pool.connect()?;
        link.batch(&format!("LISTEN {CHANNEL}"))?;
        ear.seen = link.value("SELECT max(seq) FROM event", &[])?.flatten().unwrap_or(0);
        // Some of these may be about to become visible.
        let recent = "SELECT n FROM generate_series(?1::bigint, ?2::bigint) n \
                      EXCEPT SELECT seq FROM event WHERE seq >= ?1";
        let (from, now) = ((ear.seen - GAP).max(1), Instant::now());
        link.each(recent, crate::sql::params![from, ear.seen], |row| {
            ear.missing.insert(row.try_get(0)?, now);
            Ok(())
        })?;
        ear.link = Some(link);
        Ok(ear)
    }

    /// Listens until the store is closed.
    pub(super) fn run(mut self, core: &Arc<Core>) {
        while !core.is_closed() {
            if let Err(error) = self.turn(core) {
                if self.link.take().is_some() {
                    tracing::warn!("the studio's records are not heard of: {error}");
                }
                std::thread::sleep(LOOK / 4);
            }
        }
    }

    fn turn(&mut self, core: &Core) -> Result<(), StoreError> {
        match (&mut self.link, core.nats.as_ref().filter(|nats| nats.is_up())) {
            (Some(link), Some(nats)) => {
                core.keep_time(link)?;
                let heard = nats.hear(LOOK, PAGE);
                // Someone may have lost the broker.
                let otherwise = link.client.notifications().iter().count()? > 0;
                if !heard.is_empty() && !otherwise && self.pass_on(core, heard) {
                    return Ok(());
                }
            }
            (Some(link), None) => {
                let mut told = link.client.notifications();
                if told.timeout_iter(LOOK).next()?.is_some() {
                    // Those that came with it are answered by the same look.
                    while told.iter().next()?.is_some() {}
                }
            }
            (None, _) => {
                let mut link = core.pool.connect()?;
                link.batch(&format!("LISTEN {CHANNEL}"))?;
                self.link = Some(link);
            }
        }
        while self.look(core)? {}
        Ok(())
    }

    /// Tells events as they came, as long as each is the next; whether all were.
    fn pass_on(&mut self, core: &Core, heard: Vec<Option<Notice>>) -> bool {
        let Some(mut heard) = heard.into_iter().collect::<Option<Vec<Notice>>>() else { return false };
        heard.sort_unstable_by_key(|notice| notice.event.seq);
        for notice in heard {
            let seq = notice.event.seq;
            if !self.missing.is_empty() || seq > self.seen + 1 {
                return false;
            }
            if seq == self.seen + 1 {
                self.seen = seq;
                // No one may be listening.
                let _ = core.notices.send(notice);
            }
        }
        true
    }

    /// Reads what is new and tells it; whether there may be more.
    fn look(&mut self, core: &Core) -> Result<bool, StoreError> {
        let Some(link) = &mut self.link else { return Ok(false) };
        core.keep_time(link)?;
        self.missing.retain(|_, since| since.elapsed() < MISSING);
        let missing: Vec<i64> = self.missing.keys().copied().collect();
        // One statement, so that what it sees is of one moment.
        let news = link.statement(
            "SELECT e.seq, j.id, j.owner, e.name, e.data FROM event e JOIN job j ON j.seq = e.job \
             WHERE e.seq IN (SELECT seq FROM event WHERE seq = ANY(?2) UNION ALL \
             (SELECT seq FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?3)) ORDER BY e.seq",
        )?;
        let page = PAGE as i64;
        let rows = link.client.query(&news, &[&self.seen, &missing, &page])?;
        for row in &rows {
            let seq: i64 = row.try_get(0)?;
            self.saw(seq);
            let data: String = row.try_get(4)?;
            let event = JobEvent { seq, name: row.try_get(3)?, data: crate::sql::json(&data)? };
            let notice = Notice { job: JobId::kept(row.try_get(1)?), owner: row.try_get(2)?, event };
            // No one may be listening.
            let _ = core.notices.send(notice);
        }
        Ok(rows.len() >= PAGE)
    }

    fn saw(&mut self, seq: i64) {
        if seq <= self.seen {
            self.missing.remove(&seq);
            return;
        }
        let now = Instant::now();
        self.missing.extend(((self.seen + 1).max(seq - GAP)..seq).map(|n| (n, now)));
        self.seen = seq;
    }
}
