//! The gallery.

use colophon_store::{NewJob, NewWork, StoreError, WorkEdit, WorkFilter};
use serde_json::json;

use super::Desk;
use crate::desk::{done, work};

fn keep(desk: &Desk, owner: &str, works: Vec<NewWork>) {
    let tags = vec!["harbour".to_owned()];
    let job = NewJob { tags, ..NewJob::new(owner, "picture", "a", json!({})) };
    desk.store.enqueue(job).unwrap();
    let job = desk.claim().unwrap();
    desk.store.finish(&job, "w1", done(works)).unwrap().unwrap();
}

fn ids(found: (Vec<colophon_store::WorkRow>, bool)) -> Vec<String> {
    found.0.into_iter().map(|w| w.work.id).collect()
}

#[test]
fn works_are_kept_as_they_were_given() {
    let desk = Desk::open();
    keep(&desk, "ann", vec![work("clp-1")]);
    let row = desk.store.work("clp-1").unwrap();
    assert_eq!(row.work, work("clp-1"));
    assert_eq!((row.owner.as_str(), row.kind.as_str(), row.tags), ("ann", "picture", vec!["harbour".into()]));
    assert_eq!(desk.store.works_total().unwrap(), (1, 1234));
}

#[test]
fn filters_go_together() {
    let desk = Desk::open();
    let sound = NewWork { modality: "audio".into(), ..work("clp-2") };
    keep(&desk, "ann", vec![work("clp-1"), sound]);
    keep(&desk, "bob", vec![work("clp-3")]);
    let all = WorkFilter { limit: 10, ..WorkFilter::default() };
    assert_eq!(ids(desk.store.works(&all).unwrap()), ["clp-3", "clp-2", "clp-1"]);
    let images = WorkFilter { modality: Some("image".into()), owner: Some("ann".into()), ..all.clone() };
    assert_eq!(ids(desk.store.works(&images).unwrap()), ["clp-1"]);
    let edit = WorkEdit { tags: Some(vec!["sea".into()]), favourite: Some(true), ..WorkEdit::default() };
    assert!(desk.store.edit_work("clp-2", edit).unwrap().favourite);
    let tagged = WorkFilter { tag: Some("sea".into()), favourite: true, ..all.clone() };
    assert_eq!(ids(desk.store.works(&tagged).unwrap()), ["clp-2"]);
    let after = WorkFilter { after: Some("clp-3".into()), limit: 1, ..all };
    assert_eq!(ids(desk.store.works(&after).unwrap()), ["clp-2"]);
    assert_eq!(desk.store.tags(None).unwrap(), [("harbour".to_owned(), 2), ("sea".to_owned(), 1)]);
}

#[test]
fn the_trash_can_be_emptied() {
    let desk = Desk::open();
    let shared = |id| NewWork { folder: "2026/both".into(), ..work(id) };
    keep(&desk, "ann", vec![shared("clp-1"), shared("clp-2")]);
    desk.store.trash_work("clp-1", true).unwrap();
    let all = WorkFilter { limit: 10, ..WorkFilter::default() };
    assert_eq!(ids(desk.store.works(&all).unwrap()), ["clp-2"]);
    assert_eq!(ids(desk.store.works(&WorkFilter { trash: true, ..all.clone() }).unwrap()), ["clp-1"]);
    desk.store.trash_work("clp-1", false).unwrap();
    assert_eq!(desk.store.works(&all).unwrap().0.len(), 2);
    desk.store.trash_work("clp-1", true).unwrap();
    desk.pass(100);
    assert_eq!(desk.store.old_trash(desk.store.now()).unwrap(), ["clp-1"]);
    assert!(desk.store.forget_work("clp-1").unwrap().1, "the other lives in that folder");
    assert!(!desk.store.forget_work("clp-2").unwrap().1);
    assert!(matches!(desk.store.work("clp-1"), Err(StoreError::Unknown { .. })));
}

#[test]
fn search_by_meaning_gives_the_nearest_first() {
    let desk = Desk::open();
    let pointing = |id, x: f32, y: f32| NewWork { vector: Some(vec![x, y]), ..work(id) };
    keep(
        &desk,
        "ann",
        vec![pointing("up", 0.0, 1.0), pointing("right", 1.0, 0.0), pointing("both", 0.6, 0.8)],
    );
    let all = WorkFilter { limit: 2, ..WorkFilter::default() };
    let found = desk.store.works_like(&all, &[0.0, 1.0]).unwrap();
    let names: Vec<_> = found.iter().map(|(w, s)| (w.work.id.as_str(), *s)).collect();
    assert_eq!(names, [("up", 1.0), ("both", 0.8)]);
}
