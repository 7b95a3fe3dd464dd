//! The records of a studio: the queue, the gallery, people.

#![allow(clippy::unwrap_used)]

mod people;
mod queue;
mod works;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use colophon_store::{Job, NewJob, NewWork, Outcome, Store, Usage};
use serde_json::json;

/// A lease that no test outlives.
const LEASE: Duration = Duration::from_secs(30);

/// A store in a folder of its own, with a clock that stands until it is moved.
struct Desk {
    store: Store,
    clock: Arc<AtomicI64>,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let hand = Arc::clone(&clock);
        let store =
            Store::open_with(&dir.path().join("studio.db"), Arc::new(move || hand.load(Ordering::SeqCst)));
        Self { store: store.unwrap(), clock, _dir: dir }
    }

    fn pass(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    fn ask(&self, owner: &str, title: &str) -> Job {
        self.store.enqueue(NewJob::new(owner, "picture", title, json!({"prompt": title}))).unwrap()
    }

    fn claim(&self) -> Option<Job> {
        self.store.claim("w1", &["picture"], LEASE).unwrap()
    }
}

fn done(works: Vec<NewWork>) -> Outcome {
    Outcome::Done { works, result: None, usage: Usage { requests: 1, ..Usage::default() } }
}

fn work(id: &str) -> NewWork {
    NewWork {
        id: id.to_owned(),
        modality: "image".into(),
        title: format!("title of {id}"),
        prompt: "a boat".into(),
        lang: "en".into(),
        media_type: "image/png".into(),
        name: "picture.png".into(),
        folder: format!("2026/{id}"),
        bytes: 1234,
        sha256: "00".repeat(32),
        log_index: Some(7),
        size: Some((640, 480)),
        seconds: None,
        label: Some("AI生成 / AI-generated".into()),
        thumbnail: Some("thumbnail.jpg".into()),
        files: Vec::new(),
        receipt: json!({"seed": 3}),
        vector: None,
    }
}
