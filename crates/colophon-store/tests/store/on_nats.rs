//! All tests of the queue, on PostgreSQL with a broker beside it.

pub(crate) type Desk = crate::desk::Desk<crate::desk::OnNats>;

#[path = "queue.rs"]
mod queue;
