//! `colophon jobs`: the queue from the command line, with and without a server beside.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::serving::Server;
use crate::{Home, json, text};

const RAIN: &str = "{\"prompt\": \"rain\", \"seconds\": 2}";

fn submit(home: &Home) -> String {
    let made = home.run(&["jobs", "submit", "sound", "--request", RAIN, "--tag", "weather"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    text(&made.stdout).trim().to_owned()
}

#[test]
fn jobs_wait_are_listed_stopped_and_ordered_again_without_a_server() {
    let home = Home::without_models();
    let id = submit(&home);
    assert!(id.starts_with("job_"), "{id}");
    let listed = text(&home.run(&["jobs", "list", "--status", "queued"]).stdout);
    assert!(listed.contains(&id) && listed.contains("sound") && listed.contains("rain"), "{listed}");
    let none = home.run(&["jobs", "list", "--kind", "film", "--json"]);
    assert_eq!(json(&none.stdout), Value::Array(vec![]));
    let shown = json(&home.run(&["jobs", "show", &id]).stdout);
    assert_eq!(
        (&shown["status"], &shown["queue_position"], &shown["tags"][0]),
        (&"queued".into(), &1.into(), &"weather".into())
    );
    assert_eq!(home.run(&["jobs", "cancel", &id]).status.code(), Some(0));
    let watched = home.run(&["jobs", "watch", &id]);
    assert_eq!(watched.status.code(), Some(130), "{}", text(&watched.stderr));
    assert!(text(&watched.stderr).contains("error: the job was cancelled"));
    let again = text(&home.run(&["jobs", "retry", &id]).stdout).trim().to_owned();
    assert_ne!(again, id);
    let all = json(&home.run(&["jobs", "list", "--json"]).stdout);
    assert_eq!((&all[0]["id"], &all[0]["status"]), (&again.as_str().into(), &"queued".into()));
}

#[test]
fn what_cannot_be_ordered_is_refused_in_a_sentence() {
    let home = Home::without_models();
    let order = |kind: &str, request: &str| home.run(&["jobs", "submit", kind, "--request", request]);
    for (kind, request) in [
        ("opera", "{}"),
        ("sound", "{"),
        ("sound", "@nothing.json"),
        ("sound", "{\"seconds\": 2}"),
        ("film", "{\"brief\": \"\"}"),
        ("sound", "[]"),
    ] {
        let refused = order(kind, request);
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{kind} {request}: {said}");
        assert!(said.starts_with("error: ") && said.lines().count() <= 2, "{said}");
    }
    for args in [["show", "job_1"], ["watch", "nonsense"], ["cancel", "job_0194f1c2a5b07c3e8d41f0a2b3c4d5e6"]]
    {
        let refused = home.run(&["jobs", args[0], args[1]]);
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {}", text(&refused.stderr));
    }
    assert_eq!(home.run(&["jobs", "list", "--status", "lost"]).status.code(), Some(2));
    assert_eq!(home.run(&["jobs", "list", "--limit", "0"]).status.code(), Some(2));
}

#[test]
fn a_server_beside_works_on_what_is_ordered_here() {
    let home = Home::without_models();
    let server = Server::of(&home, &["--jobs", "1"], &[]);
    let done = home.run(&["jobs", "submit", "sound", "--request", RAIN, "--wait", "--json"]);
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(said.contains("is queued") && said.contains("done"), "{said}");
    let job = json(&done.stdout);
    let work = job["works"][0]["id"].as_str().expect("a work").to_owned();
    assert!(work.starts_with("clp-"));
    // Who comes later hears of the end, and of the works.
    let watched = home.run(&["jobs", "watch", job["id"].as_str().expect("an id")]);
    assert_eq!((watched.status.code(), text(&watched.stdout).trim()), (Some(0), work.as_str()));
    // One that runs is stopped from here: the worker hears of it.
    let long = "{\"prompt\": \"rain\", \"seconds\": 600}";
    let id = text(&home.run(&["jobs", "submit", "sound", "--request", long]).stdout).trim().to_owned();
    let watching = home.colophon(&["jobs", "watch", &id]).stderr(Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    assert_eq!(home.run(&["jobs", "cancel", &id]).status.code(), Some(0));
    let watched = watching.wait_with_output().expect("it ends");
    assert_eq!(watched.status.code(), Some(130), "{}", text(&watched.stderr));
    assert!(began.elapsed() < Duration::from_secs(60));
    server.kill();
}
