//! Jobs over a broker: who gets what, and what happens when the broker, the database or a worker is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use colophon_store::{Claimed, Consumer, Job, JobFault, JobFilter, JobState, NewJob, Outcome, Store};
use colophon_test::partition::Way;
use colophon_test::{nats, postgres};
use serde_json::json;

use crate::desk::{BROKER, LEASE, SERVER, done, hear, work};

/// How long something may take that is at hand.
const PATIENCE: Duration = Duration::from_secs(20);

fn two() -> [Store; 2] {
    let url = SERVER.database();
    [0, 1].map(|_| open(&url, &BROKER.url()))
}

fn open(database: &str, broker: &str) -> Store {
    let store = Store::connect_over(database, broker).unwrap();
    until(|| store.broker().unwrap().up);
    store
}

fn until(mut reached: impl FnMut() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "it does not come to that");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ask(store: &Store, kind: &str, title: &str) -> Job {
    store.enqueue(NewJob::new("ann", kind, title, json!({}))).unwrap()
}

/// A worker that has looked into the database already, and lives from what the broker tells it.
fn worker(store: &Store, name: &str, kinds: &[&str]) -> Consumer {
    let mut consumer = store.consumer(name, kinds, LEASE);
    assert!(consumer.next(Duration::from_millis(1)).unwrap().is_none());
    consumer
}

fn next(consumer: &mut Consumer) -> Claimed {
    let began = Instant::now();
    loop {
        if let Some(claimed) = consumer.next(Duration::from_secs(1)).unwrap() {
            return claimed;
        }
        assert!(began.elapsed() < PATIENCE, "no job comes");
    }
}

fn finish(store: &Store, worker: &str, claimed: Claimed, outcome: Outcome) -> Job {
    let ended = store.finish(&claimed.job, worker, outcome).unwrap();
    claimed.close(store, ended.as_ref());
    ended.unwrap()
}

fn passing() -> Outcome {
    let fault = JobFault { code: "busy".into(), message: "not now".into() };
    Outcome::Failed { fault, passing: true }
}

#[test]
fn a_worker_gets_what_it_can_do_and_at_once() {
    let [ours, theirs] = two();
    let mut painter = worker(&ours, "painter", &["picture", "picture.edit"]);
    let mut speaker = worker(&theirs, "speaker", &["speech"]);
    let began = Instant::now();
    let (heard, edited) = (ask(&ours, "speech", "a"), ask(&theirs, "picture.edit", "b"));
    let spoken = next(&mut speaker);
    assert_eq!(spoken.job.id, heard.id);
    let painted = next(&mut painter);
    assert_eq!(painted.job.id, edited.id);
    // Long before a worker would look by itself.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(speaker.next(Duration::from_millis(300)).unwrap().is_none());
    assert!(painter.next(Duration::from_millis(300)).unwrap().is_none());
    finish(&theirs, "speaker", spoken, done(Vec::new()));
    finish(&ours, "painter", painted, done(Vec::new()));
    until(|| ours.broker().unwrap().tickets == 0);
}

#[test]
fn the_ticket_of_one_job_brings_the_most_urgent() {
    let [ours, theirs] = two();
    let mut both = worker(&theirs, "w1", &["picture", "speech"]);
    let first = ask(&ours, "picture", "usual");
    let new = NewJob { priority: 5, ..NewJob::new("bob", "speech", "urgent", json!({})) };
    let urgent = ours.enqueue(new).unwrap();
    until(|| theirs.broker().unwrap().tickets == 2);
    let claimed = next(&mut both);
    assert_eq!(claimed.job.id, urgent.id);
    let then = next(&mut both);
    assert_eq!(then.job.id, first.id);
    finish(&theirs, "w1", claimed, done(Vec::new()));
    finish(&theirs, "w1", then, done(Vec::new()));
    assert!(both.next(Duration::from_millis(300)).unwrap().is_none());
    until(|| ours.broker().unwrap().tickets == 0);
}

#[test]
fn jobs_are_given_once_and_in_turn_between_owners() {
    let stores = two();
    for n in 0..120 {
        let owner = if n < 100 { "many" } else { "few" };
        stores[n % 2].enqueue(NewJob::new(owner, "picture", &n.to_string(), json!({}))).unwrap();
    }
    let given = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (store, given) = (&stores[n % 2], &given);
            scope.spawn(move || {
                let name = format!("w{n}");
                let mut consumer = store.consumer(&name, &["picture"], LEASE);
                while given.lock().unwrap().len() < 120 {
                    if let Some(claimed) = consumer.next(Duration::from_millis(200)).unwrap() {
                        given.lock().unwrap().push((claimed.job.id.clone(), claimed.job.owner.clone()));
                        finish(store, &name, claimed, done(Vec::new()));
                    }
                }
            });
        }
    });
    let given = given.into_inner().unwrap();
    assert_eq!(given.len(), 120);
    assert_eq!(given.iter().map(|g| &g.0).collect::<BTreeSet<_>>().len(), 120);
    // Those of the owner with few jobs did not wait for the hundred before them.
    let last = given.iter().rposition(|g| g.1 == "few").unwrap();
    assert!(last < 80, "{last}");
    // Tickets of jobs that were claimed by another's are given up by who gets them.
    let mut consumer = worker(&stores[1], "w4", &["picture"]);
    until(|| {
        assert!(consumer.next(Duration::from_millis(100)).unwrap().is_none());
        stores[0].broker().unwrap().tickets == 0
    });
}

#[test]
fn a_job_that_is_tried_again_comes_after_its_pause() {
    let [ours, theirs] = two();
    let mut consumer = worker(&ours, "w1", &["picture"]);
    ask(&theirs, "picture", "a");
    let claimed = next(&mut consumer);
    let failed = finish(&ours, "w1", claimed, passing());
    assert_eq!((failed.state, failed.attempt), (JobState::Queued, 1));
    let again = next(&mut consumer);
    assert!(ours.now() >= failed.ready, "not before {}", failed.ready);
    assert_eq!(again.job.attempt, 2);
    // What is given back comes at once, to whoever waits.
    let mut other = worker(&theirs, "w2", &["picture"]);
    let back = finish(&ours, "w1", again, Outcome::GivenBack);
    assert_eq!(back.attempt, 1);
    let began = Instant::now();
    let third = next(&mut other);
    assert!(began.elapsed() < Duration::from_secs(3));
    finish(&theirs, "w2", third, done(Vec::new()));
}

#[test]
fn a_stop_reaches_the_worker_and_events_every_listener() {
    let [ours, theirs] = two();
    let (mut here, mut there) = (ours.listen(), theirs.listen());
    let mut stops = theirs.stops().unwrap();
    let mut consumer = worker(&theirs, "w1", &["picture"]);
    let job = ask(&ours, "picture", "a");
    let claimed = next(&mut consumer);
    theirs.note_progress(&job.id, json!({"done": 1}));
    theirs.note_text(&job.id, "once");
    until(|| ours.events(&job.id, 0).unwrap().len() == 4);
    let began = Instant::now();
    ours.cancel(&job.id).unwrap();
    until(|| stops.try_recv().is_ok_and(|id| id == job.id));
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    assert_eq!(theirs.hold(&claimed.job, "w1", LEASE).unwrap(), (true, true));
    finish(&theirs, "w1", claimed, Outcome::Cancelled);
    let told = hear(&mut here, 6);
    let names: Vec<_> = told.iter().map(|n| n.event.name.as_str()).collect();
    assert_eq!(names, ["state", "state", "progress", "text", "state", "state"]);
    assert_eq!(hear(&mut there, 6), told);
    assert_eq!(ours.events(&job.id, 0).unwrap(), told.into_iter().map(|n| n.event).collect::<Vec<_>>());
    // An event that is too long for the broker is read from the records.
    let long = "word ".repeat(100_000);
    let job = ask(&ours, "picture", "b");
    ours.note_text(&job.id, &long);
    let told = hear(&mut there, 2);
    assert_eq!(told[1].event.data, json!(long));
}

#[test]
fn events_of_many_writers_are_told_in_order() {
    let [ours, theirs] = two();
    let mut heard = theirs.listen();
    let jobs: Vec<_> = (0..4).map(|n| ask(&ours, "picture", &n.to_string()).id).collect();
    std::thread::scope(|scope| {
        for store in [&ours, &theirs, &ours, &theirs] {
            let jobs = &jobs;
            scope.spawn(move || (0..100).for_each(|n| store.note_text(&jobs[n % 4], &n.to_string())));
        }
    });
    let mut told: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for notice in hear(&mut heard, 404) {
        told.entry(notice.job).or_default().push(notice.event.seq);
    }
    for id in &jobs {
        let all: Vec<i64> = ours.events(id, 0).unwrap().iter().map(|e| e.seq).collect();
        assert_eq!((all.len(), &told[id]), (101, &all));
    }
}

#[test]
fn the_job_of_a_worker_that_died_goes_to_another() {
    let [ours, theirs] = two();
    let mut short = ours.consumer("dead", &["picture"], Duration::from_secs(2));
    assert!(short.next(Duration::from_millis(1)).unwrap().is_none());
    let job = ask(&theirs, "picture", "a");
    let lost = next(&mut short);
    let mut other = worker(&theirs, "w2", &["picture"]);
    let began = Instant::now();
    // It gives no sign of life; as its neighbours do, this one looks for jobs that were left.
    let taken = loop {
        theirs.recover(false, &mut |_| None).unwrap();
        if let Some(claimed) = other.next(Duration::from_millis(200)).unwrap() {
            break claimed;
        }
        assert!(began.elapsed() < PATIENCE);
    };
    assert_eq!((taken.job.id.clone(), taken.job.attempt), (job.id, 2));
    finish(&theirs, "w2", taken, done(vec![work("clp-1")]));
    // The dead one comes back: what it made is not taken.
    assert_eq!(ours.finish(&lost.job, "dead", done(vec![work("clp-2")])).unwrap(), None);
    lost.close(&ours, None);
    assert_eq!(ours.works_total().unwrap().0, 1);
    until(|| {
        assert!(other.next(Duration::from_millis(100)).unwrap().is_none());
        ours.broker().unwrap().tickets == 0
    });
}

/// Workers in two processes do `count` jobs that are asked for meanwhile, while `trouble` happens. Each job
/// takes a moment, ends, and leaves one work. Gives how many attempts were begun.
fn outlast(stores: &[Store; 2], count: usize, trouble: impl FnOnce()) -> usize {
    let (began, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (store, began, over) = (&stores[n % 2], &began, &over);
            scope.spawn(move || {
                let name = format!("w{n}");
                let mut consumer = store.consumer(&name, &["picture"], Duration::from_secs(5));
                while !over.load(Ordering::SeqCst) {
                    // Without a database there is nothing to take.
                    let Ok(Some(claimed)) = consumer.next(Duration::from_millis(200)) else {
                        std::thread::sleep(Duration::from_millis(20));
                        continue;
                    };
                    began.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(30));
                    claimed.beat();
                    let file = work(&format!("clp-{}-{}", claimed.job.title, claimed.job.attempt));
                    let ended = store.finish(&claimed.job, &name, done(vec![file]));
                    claimed.close(store, ended.ok().flatten().as_ref());
                }
            });
        }
        scope.spawn(|| {
            for n in 0..count {
                let once = Some(n.to_string());
                let new = NewJob { once, ..NewJob::new("ann", "picture", &n.to_string(), json!({})) };
                while stores[n % 2].enqueue(new.clone()).is_err() {
                    std::thread::sleep(Duration::from_millis(50));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        trouble();
        let patience = Instant::now() + Duration::from_secs(60);
        let works = || stores[0].works_total().map_or(0, |total| total.0 as usize);
        while works() < count && Instant::now() < patience {
            // As their neighbours do.
            let _ = stores[1].recover(false, &mut |_| None);
            std::thread::sleep(Duration::from_millis(50));
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(stores[0].works_total().unwrap().0 as usize, count);
    let depth = stores[0].queue_depth().unwrap();
    assert_eq!((depth.queued, depth.running), (0, 0));
    let (jobs, _) = stores[0]
        .jobs(&JobFilter { state: Some(JobState::Done), limit: 1_000, ..JobFilter::default() })
        .unwrap();
    assert_eq!(jobs.iter().map(|job| &job.title).collect::<BTreeSet<_>>().len(), count);
    began.into_inner()
}

#[test]
fn jobs_outlast_a_broker_that_restarts_and_one_that_is_emptied() {
    let broker = nats::Server::start();
    let url = SERVER.database();
    let stores = [0, 1].map(|_| open(&url, &broker.url()));
    let began = outlast(&stores, 200, || {
        std::thread::sleep(Duration::from_millis(400));
        broker.kill();
        std::thread::sleep(Duration::from_millis(700));
        broker.start_again();
        until(|| stores.iter().all(|s| s.broker().unwrap().up));
        std::thread::sleep(Duration::from_millis(200));
        broker.kill();
        broker.empty();
        broker.start_again();
    });
    assert_eq!(began, 200, "each was begun once");
    until(|| stores.iter().all(|s| s.broker().unwrap().up));
}

#[test]
fn a_broker_that_was_emptied_gets_its_tickets_back() {
    let broker = nats::Server::start();
    let store = open(&SERVER.database(), &broker.url());
    let jobs: Vec<_> = (0..30).map(|n| ask(&store, "picture", &n.to_string()).id).collect();
    let broker_of = || store.broker().unwrap();
    until(|| broker_of().tickets == 30);
    // A sweep may have been quicker than what brings a ticket after its job.
    let before = broker_of().put_back;
    broker.kill();
    broker.empty();
    until(|| !broker_of().up);
    assert!(broker_of().why.is_some() && !broker_of().address.is_empty());
    // One that is asked for while there is no broker.
    let late = ask(&store, "picture", "late").id;
    broker.start_again();
    until(|| broker_of().up && broker_of().tickets == 31);
    assert_eq!(broker_of().put_back - before, 31);
    let mut consumer = store.consumer("w1", &["picture"], LEASE);
    let mut given: Vec<_> = Vec::new();
    while given.len() < 31 {
        let claimed = next(&mut consumer);
        given.push(claimed.job.id.clone());
        finish(&store, "w1", claimed, done(Vec::new()));
    }
    assert_eq!(given, jobs.into_iter().chain([late]).collect::<Vec<_>>());
}

#[test]
fn a_broker_that_does_not_answer_is_done_without() {
    let broker = nats::Server::start();
    let url = SERVER.database();
    let stores = [0, 1].map(|_| open(&url, &broker.url()));
    let began = outlast(&stores, 200, || {
        std::thread::sleep(Duration::from_millis(300));
        broker.freeze();
        until(|| stores.iter().all(|s| !s.broker().unwrap().up));
        std::thread::sleep(Duration::from_millis(500));
        broker.thaw();
    });
    assert_eq!(began, 200, "each was begun once");
    until(|| stores.iter().all(|s| s.broker().unwrap().up));
}

#[test]
fn one_process_without_broker_and_one_with_it_share_the_jobs() {
    let broker = nats::Server::start();
    let way = Way::to(broker.port());
    let url = SERVER.database();
    let stores = [open(&url, &broker.url()), open(&url, &format!("nats://127.0.0.1:{}", way.port()))];
    let began = outlast(&stores, 200, || {
        std::thread::sleep(Duration::from_millis(300));
        way.cut();
        until(|| !stores[1].broker().unwrap().up);
        assert!(stores[0].broker().unwrap().up);
        let mut heard = stores[0].listen();
        let job = stores[1].enqueue(NewJob::new("bob", "speech", "told otherwise", json!({}))).unwrap();
        while hear(&mut heard, 1)[0].job != job.id {}
        stores[1].cancel(&job.id).unwrap();
        way.open();
    });
    assert_eq!(began, 200, "each was begun once");
    until(|| stores[1].broker().unwrap().up);
}

#[test]
fn a_database_that_cannot_be_reached_for_a_while_loses_nothing() {
    let server = postgres::Server::start();
    let way = Way::to(server.port());
    let url = server.database().replace(&server.port().to_string(), &way.port().to_string());
    let stores = [0, 1].map(|_| open(&url, &BROKER.url()));
    outlast(&stores, 150, || {
        std::thread::sleep(Duration::from_millis(300));
        way.cut();
        std::thread::sleep(Duration::from_millis(2_500));
        way.open();
        std::thread::sleep(Duration::from_millis(300));
        server.stop();
        std::thread::sleep(Duration::from_millis(500));
        server.start_again();
    });
}

#[test]
fn a_studio_starts_without_its_broker_and_refuses_what_is_none() {
    let url = SERVER.database();
    let began = Instant::now();
    let store = Store::connect_over(&url, "nats://127.0.0.1:1").unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(!store.broker().unwrap().up);
    let job = ask(&store, "picture", "a");
    let mut consumer = store.consumer("w1", &["picture"], LEASE);
    assert!(!consumer.waits());
    let claimed = consumer.next(Duration::from_secs(1)).unwrap().unwrap();
    assert_eq!(claimed.job.id, job.id);
    finish(&store, "w1", claimed, done(Vec::new()));
    for bad in ["", "broker", "http://broker", "nats://a?b=c"] {
        assert!(Store::connect_over(&url, bad).is_err(), "{bad}");
    }
}

#[test]
fn studios_on_one_broker_do_not_hear_each_other() {
    let ([ours, _], [others, _]) = (two(), two());
    let mut consumer = worker(&others, "w1", &["picture"]);
    let mut heard = others.listen();
    ask(&ours, "picture", "a");
    until(|| ours.broker().unwrap().tickets == 1);
    assert!(consumer.next(Duration::from_millis(500)).unwrap().is_none());
    assert!(heard.try_recv().is_err());
    assert_eq!(others.broker().unwrap().given, 0);
}
