//! What is forgotten, and what never is.

use colophon_store::{JobFilter, NewJob, Role, StoreError, WorkFilter};
use serde_json::json;

use super::Desk;
use crate::desk::{done, work};

const DAY: i64 = 86_400_000;

#[test]
fn ended_jobs_go_a_bite_at_a_time_and_leave_their_works() {
    let desk = Desk::open();
    let mut ended = Vec::new();
    for n in 0..5 {
        let once = Some(format!("key-{n}"));
        let new = NewJob { once, ..NewJob::new("ann", "picture", "a", json!({"prompt": n})) };
        desk.store.enqueue(new).unwrap();
        let job = desk.claim().unwrap();
        desk.store.finish(&job, "w1", done(vec![work(&format!("clp-{n}"))])).unwrap().unwrap();
        ended.push(job.id);
        desk.pass(DAY);
    }
    let waiting = desk.ask("ann", "waits for ever");
    // Jobs ended 5, 4, 3, 2 and 1 days ago.
    let before = desk.store.now() - 2 * DAY;
    assert_eq!(desk.store.forget_jobs(before, 2).unwrap(), ended[..2]);
    assert_eq!(desk.store.forget_jobs(before, 2).unwrap(), ended[2..3]);
    assert!(desk.store.forget_jobs(before, 2).unwrap().is_empty());
    assert!(matches!(desk.store.events(&ended[0], 0), Err(StoreError::Unknown { .. })));
    assert!(!desk.store.events(&ended[3], 0).unwrap().is_empty());
    let left = desk.store.jobs(&JobFilter { limit: 9, ..JobFilter::default() }).unwrap().0;
    let left: Vec<_> = left.into_iter().map(|j| j.id).collect();
    assert_eq!(left, [waiting.id, ended[4].clone(), ended[3].clone()]);
    let works = desk.store.works(&WorkFilter { limit: 9, ..WorkFilter::default() }).unwrap().0;
    assert_eq!(works.len(), 5, "works stay");
    // The key of a forgotten job stands for a new one.
    let new =
        NewJob { once: Some("key-0".into()), ..NewJob::new("ann", "picture", "b", json!({"prompt": "b"})) };
    assert_ne!(desk.store.enqueue(new).unwrap().id, ended[0]);
}

#[test]
fn keys_of_orders_are_used_up_and_those_of_open_jobs_are_not() {
    let desk = Desk::open();
    let order = |key: &str, prompt: &str| NewJob {
        once: Some(key.into()),
        ..NewJob::new("ann", "picture", "a", json!({"prompt": prompt}))
    };
    let first = desk.store.enqueue(order("one", "a")).unwrap();
    let job = desk.claim().unwrap();
    desk.store.finish(&job, "w1", done(vec![])).unwrap().unwrap();
    let open = desk.store.enqueue(order("two", "a")).unwrap();
    desk.pass(40 * DAY);
    let before = desk.store.now() - 30 * DAY;
    assert_eq!(
        (desk.store.free_keys(before, 10).unwrap(), desk.store.free_keys(before, 10).unwrap()),
        (1, 0)
    );
    assert_eq!(desk.store.enqueue(order("two", "a")).unwrap().id, open.id);
    assert_ne!(desk.store.enqueue(order("one", "another")).unwrap().id, first.id);
    assert_eq!(desk.store.job(&first.id).unwrap().id, first.id, "the job itself stays");
}

#[test]
fn sessions_that_are_over_go() {
    let desk = Desk::open();
    desk.store.add_account("ann", "correct horse battery", Role::Admin, true, "test").unwrap();
    desk.store.sign_in("ann", "correct horse battery").unwrap().unwrap();
    desk.pass(13 * DAY);
    let (token, _) = desk.store.sign_in("ann", "correct horse battery").unwrap().unwrap();
    desk.pass(2 * DAY);
    assert_eq!(desk.store.end_sessions().unwrap(), 1);
    assert!(desk.store.session(&token).unwrap().is_some());
}

#[test]
fn works_go_into_the_trash_first_and_the_audit_log_stays() {
    let desk = Desk::open();
    desk.store.note_deed("ann", "key.add", "phone", "done").unwrap();
    desk.store.enqueue(NewJob::new("ann", "picture", "a", json!({}))).unwrap();
    let job = desk.claim().unwrap();
    desk.store.finish(&job, "w1", done(vec![work("clp-1"), work("clp-2")])).unwrap().unwrap();
    desk.pass(400 * DAY);
    let before = desk.store.now() - 365 * DAY;
    assert_eq!(desk.store.trash_works(before, 1).unwrap(), 1);
    assert_eq!(desk.store.trash_works(before, 9).unwrap(), 1);
    assert_eq!(desk.store.trash_works(before, 9).unwrap(), 0);
    assert_eq!(desk.store.work("clp-1").unwrap().trashed, Some(desk.store.now()));
    assert_eq!(
        desk.store.old_trash(desk.store.now()).unwrap(),
        Vec::<String>::new(),
        "the trash has its own time"
    );
    desk.store.forget_jobs(desk.store.now(), 100).unwrap();
    assert_eq!(desk.store.deeds(None, 9).unwrap().len(), 1, "the audit log only grows");
}
