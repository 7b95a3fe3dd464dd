//! Several machines, played by several processes: one database, one data folder, workers that die.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use colophon_test::postgres;
use serde_json::{Value, json};

use crate::serving::Server;
use crate::{Home, MODEL, text};

/// A worker that is killed when the test is over.
pub(crate) struct Worker(Child);

impl Worker {
    fn start(home: &Home, database: &str, engines: &str) -> Self {
        Self::of(home, &["--engines", engines, "--lease", "4"], &[("COLOPHON_DATABASE", database)])
    }

    /// One with further arguments and settings, that does one job at a time.
    pub(crate) fn of(home: &Home, args: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = home.colophon(&["worker", "--jobs", "1"]);
        command.args(args).env("COLOPHON_MODEL", MODEL).envs(settings.iter().copied());
        Self(command.stderr(Stdio::null()).spawn().expect("the program starts"))
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn workers_on_one_database_share_the_jobs_and_outlive_each_other() {
    let home = Home::new();
    let shared = postgres::Server::start();
    let database = shared.database();
    // The server takes orders and works on none.
    let server = Server::of(&home, &["--jobs", "0"], &[("COLOPHON_DATABASE", &database)]);
    let order = |n: usize| match n % 2 {
        0 => json!({"kind": "picture", "request": {"prompt": "a boat", "size": "256x192", "seed": n}}),
        _ => json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2, "seed": n}}),
    };
    let post = |n: usize| {
        let job = server.post("/v1/jobs", &format!("order {n}"), &order(n)).expect("an answer");
        job["id"].as_str().expect("an id").to_owned()
    };
    let mut jobs: Vec<String> = (0..16).map(post).collect();
    let mut painters = Worker::start(&home, &database, "image");
    let mut all = Worker::start(&home, &database, "image,audio");
    let state = |id: &str| server.get(&format!("/v1/jobs/{id}")).expect("the job");
    let done = |jobs: &[String]| jobs.iter().filter(|id| state(id)["status"] == "done").count();
    let patience = Instant::now() + Duration::from_secs(240);
    while done(&jobs) < 4 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(50));
    }
    // One dies in the middle of its work; the other takes up what it held when its lease is over.
    all.kill();
    let all = Worker::start(&home, &database, "audio");
    jobs.extend((16..20).map(post));
    while done(&jobs) < jobs.len() {
        let failed: Vec<Value> =
            jobs.iter().map(|id| state(id)).filter(|j| j["status"] == "failed").collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert!(Instant::now() < patience, "{} of {} are done", done(&jobs), jobs.len());
        std::thread::sleep(Duration::from_millis(200));
    }
    let works = server.get("/v1/works?limit=200").expect("the gallery")["data"].clone();
    let works = works.as_array().expect("works");
    assert_eq!(works.len(), jobs.len(), "none is lost, none is made twice");
    let makers: BTreeSet<&str> = works.iter().map(|w| w["job"].as_str().expect("a job")).collect();
    assert_eq!(makers.len(), jobs.len());
    for work in works {
        let id = work["id"].as_str().expect("a number");
        let verdict = server.get(&format!("/v1/works/{id}/credential")).expect("a verdict");
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
    }
    painters.kill();
    drop(all);
    server.kill();
    let audit = home.run(&["log", "audit"]);
    assert!(audit.status.success(), "{}", text(&audit.stderr));
}

#[test]
fn a_worker_without_a_database_says_what_it_needs() {
    let home = Home::without_models();
    let refused = home.run(&["worker"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("COLOPHON_DATABASE"), "{}", text(&refused.stderr));
    let lost =
        home.colophon(&["worker"]).env("COLOPHON_DATABASE", "postgres://nobody@127.0.0.1:1/x").output();
    let lost = lost.expect("it runs");
    assert_eq!(lost.status.code(), Some(1), "{}", text(&lost.stderr));
}
