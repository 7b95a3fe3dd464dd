//! Connections that break, databases that restart, holders of offices that die.

use std::time::{Duration, Instant};

use colophon_store::{NewJob, Store};
use colophon_test::postgres::Server;
use serde_json::json;

use crate::desk::{LEASE, SERVER, done, hear, work};

/// Breaks every connection to a database.
fn cut(url: &str) {
    let name = url.rsplit('/').next().unwrap();
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let cut: i64 = SERVER.client(name).query_one(sql, &[]).unwrap().get(0);
    assert!(cut > 0);
}

fn ask(store: &Store, title: &str) -> colophon_store::Job {
    store.enqueue(NewJob::new("ann", "picture", title, json!({}))).unwrap()
}

#[test]
fn a_worker_whose_connections_break_goes_on() {
    let url = SERVER.database();
    let (ours, theirs) = (Store::connect(&url).unwrap(), Store::connect(&url).unwrap());
    let mut heard = theirs.listen();
    let job = ask(&ours, "a");
    let running = ours.claim("w1", &["picture"], LEASE).unwrap().unwrap();
    hear(&mut heard, 2);
    cut(&url);
    assert_eq!(ours.hold(&running, "w1", LEASE).unwrap(), (true, false));
    cut(&url);
    assert_eq!(ours.job(&job.id).unwrap().id, job.id);
    cut(&url);
    ours.note_text(&job.id, "words");
    ours.finish(&running, "w1", done(vec![work("clp-1")])).unwrap().unwrap();
    assert!(theirs.work("clp-1").is_ok());
    // What happened while nobody listened is told afterwards.
    let names: Vec<_> = hear(&mut heard, 2).into_iter().map(|n| n.event.name).collect();
    assert_eq!(names, ["text", "state"]);
}

#[test]
fn jobs_outlast_a_restart_of_the_database() {
    let server = Server::start();
    let url = server.database();
    let (ours, theirs) = (Store::connect(&url).unwrap(), Store::connect(&url).unwrap());
    let mut heard = theirs.listen();
    let jobs: Vec<_> = (0..5).map(|n| ask(&ours, &n.to_string()).id).collect();
    let running = ours.claim("w1", &["picture"], LEASE).unwrap().unwrap();
    hear(&mut heard, 6);
    server.stop();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(700));
            server.start_again();
        });
        // It waits for the database.
        ours.finish(&running, "w1", done(vec![work("clp-1")])).unwrap().unwrap();
    });
    let mut done_again = vec![running.id];
    while let Some(job) = theirs.claim("w2", &["picture"], LEASE).unwrap() {
        theirs.finish(&job, "w2", done(Vec::new())).unwrap().unwrap();
        done_again.push(job.id);
    }
    assert_eq!(done_again, jobs);
    assert_eq!(hear(&mut heard, 9).len(), 9);
}

#[test]
fn a_database_that_is_gone_is_an_error_and_not_a_wait_for_ever() {
    let server = Server::start();
    let store = Store::connect(&format!("{}?connect_timeout=2", server.database())).unwrap();
    let job = ask(&store, "a");
    server.stop();
    for _ in 0..50 {
        store.note_text(&job.id, "lost");
    }
    let began = Instant::now();
    let error = store.note_deed("ann", "wait", "", "done").unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert!(error.to_string().contains("cannot be opened"), "{error}");
    server.start_again();
    store.note_deed("ann", "wait", "", "done").unwrap();
}

#[test]
fn an_office_goes_to_another_when_its_holder_dies() {
    let url = SERVER.database();
    let (ours, theirs) = (Store::connect(&url).unwrap(), Store::connect(&url).unwrap());
    let first = ours.elect("log").unwrap().unwrap();
    assert!(first.is_held());
    assert_eq!(first.what(), "log");
    assert!(theirs.elect("log").unwrap().is_none());
    assert!(ours.elect("log").unwrap().is_none(), "not twice in one process");
    let other = theirs.elect("trash").unwrap().unwrap();
    drop(first);
    let second = theirs.elect("log").unwrap().unwrap();
    cut(&url);
    assert!(!second.is_held() && !other.is_held());
    let third = ours.elect("log").unwrap().unwrap();
    assert!(third.is_held() && !second.is_held());
    drop(second);
    assert!(third.is_held(), "what was lost is not given back");
    assert!(ours.elect("a b").is_err());
}

#[test]
fn an_office_of_a_file_is_held_by_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("studio.db");
    let (ours, theirs) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    let first = ours.elect("log").unwrap().unwrap();
    assert!(first.is_held());
    assert!(theirs.elect("log").unwrap().is_none());
    assert!(theirs.elect("trash").unwrap().is_some());
    drop(first);
    assert!(theirs.elect("log").unwrap().is_some());
}
