//! What is not kept for ever: the sweep that runs every hour beside a server.

use std::time::Duration;

use crate::config::RetentionConfig;
use crate::{Studio, StudioError};

/// Days for which ended jobs are kept where the settings say nothing.
const JOBS_DAYS: u32 = 90;
/// Days after a job's end for which the key of its order stands for it.
const KEY_DAYS: u32 = 30;
/// Rows of one transaction.
const BITE: usize = 200;
/// The pause between two transactions, so that others come between.
const PAUSE: Duration = Duration::from_millis(20);
const DAY: i64 = 86_400_000;

impl RetentionConfig {
    /// Days for which ended jobs are kept; 0 for ever.
    pub(crate) fn jobs_days(&self) -> u32 {
        self.jobs_days.unwrap_or(JOBS_DAYS)
    }
}

/// How much a sweep took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Jobs, with their events and previews.
    pub jobs: usize,
    /// Keys of orders.
    pub keys: usize,
    /// Sessions.
    pub sessions: usize,
    /// Works that went into the trash.
    pub works: usize,
}

impl Studio {
    /// Forgets what the settings do not keep: ended jobs, keys of orders, sessions that are over; works go
    /// into the trash. The audit log is never touched. `stop` is asked between two transactions.
    ///
    /// # Errors
    /// [`StudioError`] of the records; what was forgotten until then stays so.
    pub fn retain(&self, stop: &dyn Fn() -> bool) -> Result<Forgotten, StudioError> {
        let (store, config) = (self.store()?, &self.config.retention);
        let before = |days: u32| store.now() - i64::from(days) * DAY;
        let mut gone = Forgotten { sessions: store.end_sessions()?, ..Forgotten::default() };
        gone.keys = in_bites(stop, &mut || Ok(store.free_keys(before(KEY_DAYS), BITE)?))?;
        if config.jobs_days() > 0 {
            let forget = &mut || Ok(store.forget_jobs(before(config.jobs_days()), BITE)?.len());
            gone.jobs = in_bites(stop, forget)?;
        }
        if let Some(days) = config.works_days.filter(|days| *days > 0) {
            gone.works = in_bites(stop, &mut || Ok(store.trash_works(before(days), BITE)?))?;
        }
        if gone != Forgotten::default() {
            let Forgotten { jobs, keys, sessions, works } = gone;
            let about = format!("jobs {jobs}, keys {keys}, sessions {sessions}, works {works}");
            store.note_deed("retention", "records.forget", &about, "done")?;
        }
        Ok(gone)
    }
}

/// Takes bites until one is not full. Gives how much was taken.
fn in_bites(
    stop: &dyn Fn() -> bool,
    bite: &mut dyn FnMut() -> Result<usize, StudioError>,
) -> Result<usize, StudioError> {
    let mut all = 0;
    loop {
        let taken = bite()?;
        all += taken;
        if taken < BITE || stop() {
            return Ok(all);
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use colophon_store::{JobFilter, JobId, NewJob, Outcome, Store, Usage};
    use serde_json::json;

    use super::*;
    use crate::Config;

    fn ended(store: &Store, count: usize) -> Vec<JobId> {
        let one = |n: usize| {
            store.enqueue(NewJob::new("ann", "sound", "a", json!({"n": n}))).unwrap();
            let job = store.claim("w", &["sound"], Duration::from_secs(30)).unwrap().unwrap();
            let done = Outcome::Done { works: vec![], result: None, usage: Usage::default() };
            store.finish(&job, "w", done).unwrap().unwrap().id
        };
        (0..count).map(one).collect()
    }

    fn studio(home: &std::path::Path, retention: RetentionConfig, days_ahead: i64) -> Studio {
        let config = Config { home: Some(home.to_owned()), offline: true, retention, ..Config::default() };
        let studio = Studio::open(config).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let then = now.as_millis() as i64 + days_ahead * DAY;
        let store = Store::open_with(&home.join("studio.db"), std::sync::Arc::new(move || then)).unwrap();
        assert!(studio.store.set(store).is_ok());
        studio
    }

    #[test]
    fn jobs_go_after_ninety_days_unless_kept_for_ever() {
        let home = tempfile::tempdir().unwrap();
        let never = || false;
        let now = studio(home.path(), RetentionConfig::default(), 0);
        ended(now.store().unwrap(), BITE + 5);
        assert_eq!(now.retain(&never).unwrap(), Forgotten::default());
        drop(now);
        assert_eq!(studio(home.path(), RetentionConfig::default(), 89).retain(&never).unwrap().jobs, 0);
        let for_ever = RetentionConfig { jobs_days: Some(0), ..RetentionConfig::default() };
        assert_eq!(studio(home.path(), for_ever, 1000).retain(&never).unwrap().jobs, 0);
        let later = studio(home.path(), RetentionConfig::default(), 91);
        assert_eq!(later.retain(&never).unwrap().jobs, BITE + 5);
        let store = later.store().unwrap();
        assert!(store.jobs(&JobFilter { limit: 9, ..JobFilter::default() }).unwrap().0.is_empty());
        assert_eq!(store.deeds(None, 9).unwrap()[0].what, "records.forget");
    }

    #[test]
    fn a_sweep_stops_between_bites() {
        let home = tempfile::tempdir().unwrap();
        let now = studio(home.path(), RetentionConfig::default(), 0);
        ended(now.store().unwrap(), BITE + 5);
        drop(now);
        let later = studio(home.path(), RetentionConfig::default(), 91);
        assert_eq!(later.retain(&|| true).unwrap().jobs, BITE);
    }
}
