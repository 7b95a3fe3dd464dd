//! Several processes on one database, played by several stores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use colophon_store::{JobState, NewJob, NewKey, Outcome, Role, Store};
use serde_json::json;

use crate::desk::{LEASE, SERVER, done, hear, work};

fn two() -> [Store; 2] {
    let url = SERVER.database();
    [Store::connect(&url).unwrap(), Store::connect(&url).unwrap()]
}

#[test]
fn no_job_is_given_twice_and_none_is_lost() {
    let stores = two();
    for n in 0..200 {
        let new = NewJob::new(&format!("owner {}", n % 3), "picture", &n.to_string(), json!({}));
        stores[n % 2].enqueue(new).unwrap();
    }
    let given = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (store, given) = (&stores[n % 2], &given);
            scope.spawn(move || {
                let worker = format!("w{n}");
                while let Some(job) = store.claim(&worker, &["picture"], LEASE).unwrap() {
                    given.lock().unwrap().push(job.id.clone());
                    let file = work(&format!("clp-{}", job.title));
                    store.finish(&job, &worker, done(vec![file])).unwrap().unwrap();
                }
            });
        }
    });
    let given = given.into_inner().unwrap();
    assert_eq!(given.len(), 200);
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), 200);
    assert_eq!(stores[0].works_total().unwrap().0, 200);
    let depth = stores[1].queue_depth().unwrap();
    assert_eq!((depth.queued, depth.running), (0, 0));
    let used: u64 = (0..3).map(|n| stores[0].usage(&format!("owner {n}")).unwrap().requests).sum();
    assert_eq!(used, 200);
}

#[test]
fn claims_at_the_same_time_share_the_jobs_of_one_owner() {
    let stores = two();
    for n in 0..8 {
        stores[0].enqueue(NewJob::new("ann", "picture", &n.to_string(), json!({}))).unwrap();
    }
    // As many as there are jobs: none may come back with nothing.
    std::thread::scope(|scope| {
        for n in 0..8 {
            let store = &stores[n % 2];
            scope.spawn(move || store.claim(&format!("w{n}"), &["picture"], LEASE).unwrap().unwrap());
        }
    });
    assert_eq!(stores[0].queue_depth().unwrap().running, 8);
}

#[test]
fn what_one_process_does_is_heard_in_another() {
    let [ours, theirs] = two();
    let (mut here, mut there) = (ours.listen(), theirs.listen());
    let job = ours.enqueue(NewJob::new("ann", "picture", "a", json!({}))).unwrap();
    let running = theirs.claim("w1", &["picture"], LEASE).unwrap().unwrap();
    theirs.note_progress(&job.id, json!({"done": 1}));
    theirs.note_preview(&job.id, 4, json!({"sha256": "ab"}));
    theirs.note_text(&job.id, "once upon");
    theirs.note_text(&job.id, " a time");
    theirs.finish(&running, "w1", done(Vec::new())).unwrap().unwrap();
    let told = hear(&mut here, 7);
    let names: Vec<_> = told.iter().map(|n| n.event.name.as_str()).collect();
    assert_eq!(names, ["state", "state", "progress", "preview", "text", "text", "state"]);
    assert_eq!(hear(&mut there, 7), told);
    assert!(told.iter().all(|n| n.job == job.id && n.owner == "ann"));
    let events: Vec<_> = told.into_iter().map(|n| n.event).collect();
    assert_eq!(ours.events(&job.id, 0).unwrap(), events);
    assert_eq!(ours.events(&job.id, events[3].seq).unwrap(), events[4..]);
}

/// Whoever goes on after the last number they saw must miss nothing, whatever is being committed then.
#[test]
fn numbers_of_a_job_become_visible_in_their_order() {
    let [ours, theirs] = two();
    let mut heard = theirs.listen();
    let jobs: Vec<_> = (0..4)
        .map(|n| ours.enqueue(NewJob::new("ann", "picture", &n.to_string(), json!({}))).unwrap().id)
        .collect();
    let over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen: BTreeMap<_, Vec<i64>> = BTreeMap::new();
            loop {
                let last = over.load(Ordering::SeqCst);
                for id in &jobs {
                    let list = seen.entry(id.clone()).or_default();
                    let after = list.last().copied().unwrap_or(0);
                    list.extend(theirs.events(id, after).unwrap().iter().map(|e| e.seq));
                }
                if last {
                    return seen;
                }
            }
        });
        let writers: Vec<_> = [&ours, &theirs, &ours, &theirs]
            .into_iter()
            .map(|store| {
                let jobs = &jobs;
                scope.spawn(move || {
                    for n in 0..60 {
                        store.note_text(&jobs[n % 4], "word");
                        store.note_deed("ann", "wait", "", "done").unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().unwrap());
        over.store(true, Ordering::SeqCst);
        reader.join().unwrap()
    });
    let mut told: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for notice in hear(&mut heard, 244) {
        told.entry(notice.job).or_default().push(notice.event.seq);
    }
    for id in &jobs {
        let all: Vec<i64> = ours.events(id, 0).unwrap().iter().map(|e| e.seq).collect();
        assert_eq!(all.len(), 61);
        assert_eq!(seen[id], all, "read in parts");
        assert_eq!(told[id], all, "told");
    }
}

#[test]
fn nothing_is_written_of_a_job_after_its_end() {
    let [ours, theirs] = two();
    for n in 0..20 {
        ours.enqueue(NewJob::new("ann", "picture", &n.to_string(), json!({}))).unwrap();
        let job = ours.claim("w1", &["picture"], LEASE).unwrap().unwrap();
        for word in 0..10 {
            ours.note_text(&job.id, &word.to_string());
        }
        theirs.cancel(&job.id).unwrap();
        ours.finish(&job, "w1", Outcome::Cancelled).unwrap().unwrap();
        let events = theirs.events(&job.id, 0).unwrap();
        let words: Vec<_> = events.iter().filter(|e| e.name == "text").map(|e| e.data.clone()).collect();
        assert_eq!(words, (0..10).map(|w| json!(w.to_string())).collect::<Vec<_>>());
        assert_eq!(events.last().unwrap().name, "state");
        assert_eq!(theirs.job(&job.id).unwrap().state, JobState::Cancelled);
    }
}

#[test]
fn a_job_of_another_process_that_died_is_taken_over() {
    let [ours, theirs] = two();
    ours.enqueue(NewJob::new("ann", "picture", "a", json!({}))).unwrap();
    let lost = ours.claim("w1", &["picture"], Duration::from_millis(2_000)).unwrap().unwrap();
    assert_eq!(theirs.recover(false, &mut |_| None).unwrap(), 0, "it is held");
    std::thread::sleep(Duration::from_millis(2_100));
    assert_eq!(theirs.recover(false, &mut |_| None).unwrap(), 1);
    std::thread::sleep(Duration::from_millis(600));
    let again = theirs.claim("w2", &["picture"], LEASE).unwrap().unwrap();
    assert_eq!((again.id.clone(), again.attempt), (lost.id.clone(), 2));
    assert_eq!(ours.hold(&lost, "w1", LEASE).unwrap(), (false, true));
    assert_eq!(ours.finish(&lost, "w1", done(vec![work("clp-late")])).unwrap(), None);
    assert!(theirs.finish(&again, "w2", done(vec![work("clp-1")])).unwrap().is_some());
}

#[test]
fn one_process_alone_takes_a_key_an_office_or_a_job() {
    let stores = two();
    let new = NewJob { once: Some("k".into()), ..NewJob::new("ann", "picture", "a", json!({})) };
    let (jobs, admins, keys) = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|n| {
                let (store, new) = (&stores[n % 2], new.clone());
                scope.spawn(move || {
                    let admin = format!("admin{n}");
                    (
                        store.enqueue(new).unwrap().id,
                        store.add_account(&admin, "a long password", Role::Admin, true, &admin).is_ok(),
                        store.add_key(NewKey::named("phone"), "ann").is_ok(),
                    )
                })
            })
            .collect();
        let made: Vec<_> = tries.into_iter().map(|t| t.join().unwrap()).collect();
        let jobs: BTreeSet<_> = made.iter().map(|m| m.0.clone()).collect();
        (jobs.len(), made.iter().filter(|m| m.1).count(), made.iter().filter(|m| m.2).count())
    });
    assert_eq!((jobs, admins, keys), (1, 1, 1));
}

#[test]
fn the_time_is_that_of_the_database() {
    let [ours, theirs] = two();
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    for store in [&ours, &theirs] {
        assert!((store.now() - real).abs() < 2_000, "it runs on this machine");
    }
}
