//! A store of one's own for each test.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use colophon_store::{Clock, Job, NewJob, NewWork, Notice, Outcome, Store, Usage};
use colophon_test::nats;
use colophon_test::postgres::Server;
use serde_json::json;
use tokio::sync::broadcast::Receiver;

/// A lease that no test outlives.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// The server of this run; each test has a database of its own in it.
pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// The broker of this run; each database has a space of its own in it.
pub(crate) static BROKER: LazyLock<nats::Server> = LazyLock::new(nats::Server::start);

/// What a desk stands on.
pub(crate) trait Ground: Sized {
    fn lay(clock: Clock) -> (Store, Self);
    /// Whether these words stand anywhere among the keys.
    fn keeps(&self, words: &str) -> bool;
}

pub(crate) struct OnSqlite(tempfile::TempDir);

pub(crate) struct OnPostgres(String);

pub(crate) struct OnNats(OnPostgres);

impl Ground for OnSqlite {
    fn lay(clock: Clock) -> (Store, Self) {
        let dir = tempfile::tempdir().unwrap();
        (Store::open_with(&dir.path().join("studio.db"), clock).unwrap(), Self(dir))
    }

    fn keeps(&self, words: &str) -> bool {
        let file = self.0.path().join("studio.db");
        [std::fs::read(&file).unwrap(), std::fs::read(file.with_extension("db-wal")).unwrap_or_default()]
            .iter()
            .any(|bytes| bytes.windows(words.len()).any(|w| w == words.as_bytes()))
    }
}

impl Ground for OnPostgres {
    fn lay(clock: Clock) -> (Store, Self) {
        let url = SERVER.database();
        (Store::connect_with(&url, clock).unwrap(), Self(url))
    }

    fn keeps(&self, words: &str) -> bool {
        let name = self.0.rsplit('/').next().unwrap();
        let sql = "SELECT EXISTS (SELECT 1 FROM api_key k WHERE strpos(k::text, $1) > 0)";
        SERVER.client(name).query_one(sql, &[&words]).unwrap().get(0)
    }
}

impl Ground for OnNats {
    fn lay(clock: Clock) -> (Store, Self) {
        let url = SERVER.database();
        (Store::connect_over_with(&url, &BROKER.url(), clock).unwrap(), Self(OnPostgres(url)))
    }

    fn keeps(&self, words: &str) -> bool {
        self.0.keeps(words)
    }
}

/// A store with a clock that stands until it is moved.
pub(crate) struct Desk<G> {
    pub(crate) store: Store,
    clock: Arc<AtomicI64>,
    ground: G,
}

impl<G: Ground> Desk<G> {
    pub(crate) fn open() -> Self {
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let hand = Arc::clone(&clock);
        let (store, ground) = G::lay(Arc::new(move || hand.load(Ordering::SeqCst)));
        Self { store, clock, ground }
    }

    pub(crate) fn keeps(&self, words: &str) -> bool {
        self.ground.keeps(words)
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn ask(&self, owner: &str, title: &str) -> Job {
        self.store.enqueue(NewJob::new(owner, "picture", title, json!({"prompt": title}))).unwrap()
    }

    pub(crate) fn claim(&self) -> Option<Job> {
        self.store.claim("w1", &["picture"], LEASE).unwrap()
    }
}

/// The next `count` notices.
pub(crate) fn hear(heard: &mut Receiver<Notice>, count: usize) -> Vec<Notice> {
    let wait = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let told = async {
        let mut told = Vec::new();
        while told.len() < count {
            let next = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
            assert!(next.is_ok(), "{} of {count} notices were told: {told:?}", told.len());
            told.push(next.unwrap().unwrap());
        }
        told
    };
    wait.block_on(told)
}

pub(crate) fn done(works: Vec<NewWork>) -> Outcome {
    Outcome::Done { works, result: None, usage: Usage { requests: 1, ..Usage::default() } }
}

pub(crate) fn work(id: &str) -> NewWork {
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
