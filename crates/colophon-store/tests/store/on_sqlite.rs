//! All tests of one store, on SQLite.

pub(crate) type Desk = crate::desk::Desk<crate::desk::OnSqlite>;

#[path = "consents.rs"]
mod consents;
#[path = "people.rs"]
mod people;
#[path = "queue.rs"]
mod queue;
#[path = "retention.rs"]
mod retention;
#[path = "works.rs"]
mod works;
