//! Several machines without a shared folder: records in PostgreSQL, files in a bucket, each process with a
//! data folder of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use colophon_test::{postgres, s3};
use serde_json::{Value, json};

use crate::cluster::Worker;
use crate::serving::{Orders, Server, dice, reckon};
use crate::{Home, text};

/// What all processes of a studio are told.
struct Studio {
    _records: postgres::Server,
    files: s3::Server,
    database: String,
    objects: String,
}

impl Studio {
    fn new() -> Self {
        let (records, files) = (postgres::Server::start(), s3::Server::start());
        let (database, objects) = (records.database(), files.address("press"));
        Self { _records: records, files, database, objects }
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        let own = [("COLOPHON_DATABASE", self.database.as_str()), ("COLOPHON_OBJECTS", &self.objects)];
        own.into_iter().chain(s3::KEYS).collect()
    }

    fn server(&self, home: &Home) -> Server {
        Server::of(home, &["--jobs", "0"], &self.settings())
    }

    fn worker(&self, home: &Home) -> Worker {
        Worker::of(home, &["--lease", "3"], &self.settings())
    }
}

/// A data folder with the keys of another.
fn beside(home: &Home) -> Home {
    let other = Home::new();
    std::fs::create_dir(other.path("keys")).expect("a folder");
    for file in std::fs::read_dir(home.path("keys")).expect("keys").flatten() {
        std::fs::copy(file.path(), other.path("keys").join(file.file_name())).expect("a copy");
    }
    other
}

fn files_below(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| if e.path().is_dir() { files_below(&e.path()) } else { 1 }).sum()
}

/// Brings a file, as a form does.
fn bring(server: &Server, name: &str, bytes: &[u8]) -> String {
    let mut body =
        format!("--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
            .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let sent = ureq::post(server.url("/v1/uploads"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .send(&body)
        .expect("an answer");
    let upload: Value = sent.into_body().read_json().expect("an upload");
    upload["id"].as_str().expect("an id").to_owned()
}

fn until_done(server: &Server, job: &Value) -> Value {
    let one = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    let patience = Instant::now() + Duration::from_secs(120);
    loop {
        let job = server.get(&one).expect("the job");
        match job["status"].as_str() {
            Some("done") => return job,
            Some("queued" | "running") => std::thread::sleep(Duration::from_millis(50)),
            _ => panic!("{job}"),
        }
        assert!(Instant::now() < patience, "{job}");
    }
}

#[test]
fn what_a_worker_makes_elsewhere_is_fetched_from_the_server() {
    let (studio, home) = (Studio::new(), Home::new());
    let server = studio.server(&home);
    let elsewhere = beside(&home);
    let _worker = studio.worker(&elsewhere);
    let order = json!({"kind": "picture", "request": {"prompt": "a boat", "size": "256x192", "seed": 1}});
    let job = until_done(&server, &server.post("/v1/jobs", "one", &order).expect("an answer"));
    let id = job["works"][0]["id"].as_str().expect("a work").to_owned();
    let one = format!("/v1/works/{id}");
    assert_eq!(server.get(&format!("{one}/credential")).expect("a verdict")["verdict"], "verified");
    let get = |what: &str, range: Option<&str>| {
        let mut request = ureq::get(server.url(what));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let mut answer = request.call().expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.body_mut().read_to_vec().expect("bytes"))
    };
    let (status, whole) = get(&format!("{one}/content"), None);
    assert_eq!((status, &whole[1..4]), (200, &b"PNG"[..]));
    let work = server.get(&one).expect("the work");
    assert_eq!(work["bytes"].as_u64(), Some(whole.len() as u64));
    assert_eq!(get(&format!("{one}/content"), Some("bytes=100-299")), (206, whole[100..300].to_vec()));
    assert_eq!(get(&format!("{one}/thumbnail"), None).1[..2], [0xff, 0xd8]);
    assert_eq!(get(&format!("{one}/export"), None).1[..2], *b"PK");
    // A file that is brought to the server reaches the worker, and so does a work.
    let upload = bring(&server, "boat.png", &whole);
    for (key, input) in [("two", json!({"upload": upload})), ("three", json!({"work": id}))] {
        let order = json!({"kind": "mark", "request": {"file": input, "generator": "Test 1", "again": true}});
        let job = until_done(&server, &server.post("/v1/jobs", key, &order).expect("an answer"));
        let id = job["works"][0]["id"].as_str().expect("a work");
        let verdict = server.get(&format!("/v1/works/{id}/credential")).expect("a verdict");
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
    }
    // Nothing but the cache, the log and the keys is on these machines.
    assert_eq!((files_below(&home.path("works")), files_below(&home.path("uploads"))), (0, 0));
    assert_eq!(files_below(&elsewhere.path("works")), 0);
    let kept = || studio.files.files().into_iter().filter(|name| name.starts_with("press/works/")).count();
    let before = kept();
    let gone = ureq::delete(server.url(&format!("{one}?forever=true"))).call().expect("an answer");
    assert!(gone.status().is_success());
    assert_eq!(kept(), before - 2, "its file and its thumbnail");
    // Both machines hold the same log.
    let log = |home: &Home| {
        let told = home.colophon(&["log", "checkpoint"]).envs(studio.settings()).output().expect("it runs");
        assert!(told.status.success(), "{}", text(&told.stderr));
        text(&told.stdout)
    };
    assert_eq!(log(&home), log(&elsewhere));
    server.kill();
}

#[test]
fn workers_with_folders_of_their_own_die_and_nothing_is_lost_or_done_twice() {
    let (studio, home, count) = (Studio::new(), Home::new(), 12);
    let server = studio.server(&home);
    let homes = [beside(&home), beside(&home)];
    let mut workers = [studio.worker(&homes[0]), studio.worker(&homes[1])];
    let (mut roll, mut orders) = (dice(), Orders::new(count));
    for kill in 0..4 {
        let span = Duration::from_millis(400 + roll(2_000));
        orders.give_for(span, &server, &mut || roll(60));
        let number = kill % 2;
        workers[number].kill();
        workers[number] = studio.worker(&homes[number]);
    }
    // The store is away for a moment.
    studio.files.stop();
    std::thread::sleep(Duration::from_millis(1_500));
    studio.files.start_again();
    let jobs = orders.give_rest(&server);
    reckon(&home, server, &jobs, count);
    let log = |home: &Home| {
        let audit = home.colophon(&["log", "audit"]).envs(studio.settings()).output().expect("it runs");
        assert!(audit.status.success(), "{}", text(&audit.stderr));
        text(&audit.stdout)
    };
    assert_eq!(log(&home), log(&homes[0]));
    drop(workers);
}

#[test]
fn a_store_or_a_folder_that_does_not_fit_is_told_at_the_start() {
    let (studio, home) = (Studio::new(), Home::without_models());
    let start = |home: &Home, settings: &[(&str, &str)]| {
        let mut command = home.colophon(&["worker"]);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let ended = command.envs(settings.iter().copied()).output().expect("it runs");
        (ended.status.code(), text(&ended.stderr))
    };
    let settings = studio.settings();
    let (code, told) = start(&home, &settings[..2]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("AWS_ACCESS_KEY_ID"), "{told}");
    let mut wrong = settings.clone();
    wrong[3].1 = "not-the-secret";
    let (code, told) = start(&home, &wrong);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("SignatureDoesNotMatch") && !told.contains("not-the-secret"), "{told}");
    let mut other = settings.clone();
    other[1].1 = "ftp://works";
    let (code, told) = start(&home, &other);
    assert_eq!(code, Some(2), "{told}");
    // The first machine makes the keys; another without them, or with others, is none of the studio.
    let first = Home::new();
    studio.server(&first).kill();
    let (code, told) = start(&home, &settings);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("keys"), "{told}");
    let stranger = Home::without_models();
    let own = stranger.colophon(&["log", "checkpoint"]).output().expect("it runs");
    assert!(own.status.success(), "{}", text(&own.stderr));
    let (code, told) = start(&stranger, &settings);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("another studio"), "{told}");
}
