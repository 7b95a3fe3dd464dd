//! Who gets what, when, and what happens when a worker dies.

use colophon_store::{JobFault, JobFilter, JobState, NewJob, Outcome, StoreError};
use serde_json::json;

use super::Desk;
use crate::desk::{LEASE, done, hear, work};

fn fault() -> Outcome {
    Outcome::Failed {
        fault: JobFault { code: "io".into(), message: "the disk was busy".into() },
        passing: true,
    }
}

#[test]
fn owners_take_turns_whoever_asked_for_more() {
    let desk = Desk::open();
    for n in 0..4 {
        desk.ask("ann", &format!("ann {n}"));
    }
    desk.ask("bob", "bob 0");
    desk.ask("bob", "bob 1");
    let mut order = Vec::new();
    while let Some(job) = desk.claim() {
        desk.pass(1_000);
        desk.store.finish(&job, "w1", done(Vec::new())).unwrap().unwrap();
        order.push(job.title);
    }
    assert_eq!(order, ["ann 0", "bob 0", "ann 1", "bob 1", "ann 2", "ann 3"]);
}

#[test]
fn priority_goes_first_and_kinds_are_kept_apart() {
    let desk = Desk::open();
    desk.ask("ann", "usual");
    let urgent = NewJob { priority: 5, ..NewJob::new("ann", "picture", "urgent", json!({})) };
    desk.store.enqueue(urgent).unwrap();
    desk.store.enqueue(NewJob::new("ann", "film", "a film", json!({}))).unwrap();
    assert_eq!(desk.claim().unwrap().title, "urgent");
    assert_eq!(desk.claim().unwrap().title, "usual");
    assert!(desk.claim().is_none());
    assert_eq!(desk.store.claim("w1", &["film"], LEASE).unwrap().unwrap().title, "a film");
}

#[test]
fn the_same_key_gives_the_same_job_and_never_another() {
    let desk = Desk::open();
    let new = NewJob { once: Some("k".into()), ..NewJob::new("ann", "picture", "a", json!({"prompt": "a"})) };
    let first = desk.store.enqueue(new.clone()).unwrap();
    assert_eq!(desk.store.enqueue(new.clone()).unwrap().id, first.id);
    let other = NewJob { request: json!({"prompt": "b"}), ..new.clone() };
    assert!(matches!(desk.store.enqueue(other), Err(StoreError::Request(_))));
    let of_bob = desk.store.enqueue(NewJob { owner: "bob".into(), ..new }).unwrap();
    assert_ne!(of_bob.id, first.id);
}

#[test]
fn a_passing_fault_is_tried_again_after_a_pause_and_not_for_ever() {
    let desk = Desk::open();
    let id = desk.ask("ann", "a").id;
    for (attempt, pause) in [(1, 2_000), (2, 4_000)] {
        let job = desk.claim().unwrap();
        assert_eq!(job.attempt, attempt);
        assert_eq!(desk.store.finish(&job, "w1", fault()).unwrap().unwrap().state, JobState::Queued);
        assert!(desk.claim().is_none(), "it waits");
        desk.pass(pause - 1);
        assert!(desk.claim().is_none(), "it waits still");
        desk.pass(1);
    }
    let job = desk.claim().unwrap();
    let failed = desk.store.finish(&job, "w1", fault()).unwrap().unwrap();
    assert_eq!((failed.state, failed.error.unwrap().code.as_str()), (JobState::Failed, "io"));
    assert_eq!(desk.store.job(&id).unwrap().attempt, 3);
}

#[test]
fn a_dead_workers_job_goes_to_another_and_the_dead_one_cannot_end_it() {
    let desk = Desk::open();
    desk.ask("ann", "a");
    let lost = desk.claim().unwrap();
    desk.pass(10_000);
    assert_eq!(desk.store.hold(&lost, "w1", LEASE).unwrap(), (true, false));
    desk.pass(30_001);
    assert_eq!(desk.store.recover(false, &mut |_| None).unwrap(), 1);
    desk.pass(500);
    let again = desk.store.claim("w2", &["picture"], LEASE).unwrap().unwrap();
    assert_eq!((again.id.clone(), again.attempt), (lost.id.clone(), 2));
    assert_eq!(desk.store.hold(&lost, "w1", LEASE).unwrap(), (false, true));
    assert_eq!(desk.store.finish(&lost, "w1", done(vec![work("late")])).unwrap(), None);
    assert!(desk.store.work("late").is_err(), "nothing of it was kept");
    let end = desk.store.finish(&again, "w2", done(vec![work("clp-1")])).unwrap().unwrap();
    assert_eq!(end.state, JobState::Done);
    assert_eq!(desk.store.work("clp-1").unwrap().job.as_deref(), Some(again.id.as_str()));
}

#[test]
fn a_job_whose_files_are_there_ends_without_being_done_again() {
    let desk = Desk::open();
    desk.ask("ann", "a");
    let job = desk.claim().unwrap();
    let count = desk.store.recover(true, &mut |_| Some(done(vec![work("clp-1")]))).unwrap();
    assert_eq!(count, 1);
    assert_eq!(desk.store.job(&job.id).unwrap().state, JobState::Done);
    assert!(desk.store.work("clp-1").is_ok());
}

#[test]
fn a_job_that_kills_its_worker_each_time_is_given_up() {
    let desk = Desk::open();
    let id = desk.ask("ann", "poison").id;
    for _ in 0..10 {
        assert_eq!(desk.store.job(&id).unwrap().state, JobState::Queued);
        desk.claim().unwrap();
        desk.store.recover(true, &mut |_| None).unwrap();
        desk.pass(300_000);
    }
    let job = desk.store.job(&id).unwrap();
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "worker_died"));
}

#[test]
fn work_that_cannot_be_kept_leaves_the_job_running() {
    let desk = Desk::open();
    desk.ask("ann", "a");
    desk.ask("ann", "b");
    let (a, b) = (desk.claim().unwrap(), desk.claim().unwrap());
    desk.store.finish(&a, "w1", done(vec![work("clp-1")])).unwrap();
    assert!(desk.store.finish(&b, "w1", done(vec![work("clp-2"), work("clp-1")])).is_err());
    assert_eq!(desk.store.job(&b.id).unwrap().state, JobState::Running);
    assert!(desk.store.work("clp-2").is_err());
}

#[test]
fn stopping_is_at_once_while_waiting_and_asked_of_the_worker_while_running() {
    let desk = Desk::open();
    let (a, b) = (desk.ask("ann", "a"), desk.ask("ann", "b"));
    let running = desk.claim().unwrap();
    assert_eq!(running.id, a.id);
    assert_eq!(desk.store.cancel(&b.id).unwrap().state, JobState::Cancelled);
    assert!(desk.store.cancel(&a.id).unwrap().cancel);
    assert_eq!(desk.store.hold(&running, "w1", LEASE).unwrap(), (true, true));
    let end = desk.store.finish(&running, "w1", Outcome::Cancelled).unwrap().unwrap();
    assert_eq!(end.state, JobState::Cancelled);
    assert_eq!(desk.store.cancel(&a.id).unwrap().state, JobState::Cancelled, "twice does no harm");
}

#[test]
fn a_deadline_ends_what_waits_and_stops_what_runs() {
    let desk = Desk::open();
    let soon = Some(desk.store.now() + 5_000);
    let new = |title| NewJob { deadline: soon, ..NewJob::new("ann", "picture", title, json!({})) };
    let (a, b) = (desk.store.enqueue(new("a")).unwrap(), desk.store.enqueue(new("b")).unwrap());
    let running = desk.claim().unwrap();
    desk.pass(5_001);
    assert!(desk.claim().is_none());
    assert_eq!(desk.store.hold(&running, "w1", LEASE).unwrap(), (true, true));
    desk.store.finish(&running, "w1", Outcome::Cancelled).unwrap();
    for id in [a.id, b.id] {
        let job = desk.store.job(&id).unwrap();
        assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "deadline"));
    }
}

#[test]
fn what_is_given_back_counts_as_no_attempt() {
    let desk = Desk::open();
    desk.ask("ann", "a");
    let job = desk.claim().unwrap();
    let back = desk.store.finish(&job, "w1", Outcome::GivenBack).unwrap().unwrap();
    assert_eq!((back.state, back.attempt), (JobState::Queued, 0));
    assert_eq!(desk.claim().unwrap().attempt, 1);
}

#[test]
fn listeners_hear_each_step_and_those_who_come_back_miss_none() {
    let desk = Desk::open();
    let mut heard = desk.store.listen();
    let job = desk.ask("ann", "a");
    let running = desk.claim().unwrap();
    desk.store.note_progress(&job.id, json!({"done": 1}));
    desk.store.note_text(&job.id, "once upon");
    desk.store.finish(&running, "w1", done(Vec::new())).unwrap();
    let told = hear(&mut heard, 5);
    assert!(told.iter().all(|notice| notice.job == job.id && notice.owner == "ann"));
    let told: Vec<_> = told.into_iter().map(|notice| notice.event).collect();
    let names: Vec<_> = told.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["state", "state", "progress", "text", "state"]);
    assert_eq!(desk.store.events(&job.id, 0).unwrap(), told);
    assert_eq!(desk.store.events(&job.id, told[2].seq).unwrap(), told[3..]);
    desk.store.note_progress(&job.id, json!({"done": 2}));
    desk.store.note_deed("ann", "x", "", "done").unwrap();
    assert_eq!(desk.store.events(&job.id, 0).unwrap().len(), 5, "nothing happens after the end");
}

#[test]
fn lists_are_newest_first_and_go_on() {
    let desk = Desk::open();
    let ids: Vec<_> = (0..5).map(|n| desk.ask("ann", &n.to_string()).id).collect();
    desk.ask("bob", "not hers");
    let filter = JobFilter { owner: Some("ann".into()), limit: 3, ..JobFilter::default() };
    let (first, more) = desk.store.jobs(&filter).unwrap();
    assert!(more);
    let (rest, more) = desk.store.jobs(&JobFilter { after: Some(first[2].id.clone()), ..filter }).unwrap();
    assert!(!more);
    let listed: Vec<_> = first.into_iter().chain(rest).map(|j| j.id).rev().collect();
    assert_eq!(listed, ids);
}

#[test]
fn the_end_is_told_to_a_webhook_until_it_is_taken() {
    let desk = Desk::open();
    let hook = Some("http://localhost/hook".to_owned());
    let job = NewJob { webhook: hook, ..NewJob::new("ann", "picture", "a", json!({})) };
    desk.store.enqueue(job).unwrap();
    assert!(desk.store.deliveries(9).unwrap().is_empty());
    let running = desk.claim().unwrap();
    desk.store.finish(&running, "w1", done(Vec::new())).unwrap();
    let told = desk.store.deliveries(9).unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0].body.contains("job.done") && told[0].body.contains(running.id.as_str()));
    desk.store.delivered(&told[0], false).unwrap();
    assert!(desk.store.deliveries(9).unwrap().is_empty());
    desk.pass(5_000);
    let again = desk.store.deliveries(9).unwrap();
    assert_eq!((again[0].id.clone(), again[0].attempt), (told[0].id.clone(), 1));
    desk.store.delivered(&again[0], true).unwrap();
    desk.pass(1_000_000);
    assert!(desk.store.deliveries(9).unwrap().is_empty());
}

#[test]
fn a_job_and_its_events_are_forgotten_but_not_its_works() {
    let desk = Desk::open();
    let job = desk.ask("ann", "a");
    assert!(matches!(desk.store.forget_job(&job.id), Err(StoreError::Request(_))));
    let running = desk.claim().unwrap();
    desk.store.finish(&running, "w1", done(vec![work("clp-1")])).unwrap();
    desk.store.forget_job(&job.id).unwrap();
    assert!(matches!(desk.store.job(&job.id), Err(StoreError::Unknown { .. })));
    assert!(desk.store.work("clp-1").is_ok());
}
