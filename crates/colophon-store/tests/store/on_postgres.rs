//! All tests of one store, on PostgreSQL.

pub(crate) type Desk = crate::desk::Desk<crate::desk::OnPostgres>;

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
