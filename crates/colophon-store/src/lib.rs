//! What a studio must not lose: jobs, works, people and what they did, in one SQLite file.
//!
//! Threading contract: a [`Store`] is shared by all threads. Every write goes through one thread, which
//! commits all that wait together, and returns when it is on disk; reads have connections of their own
//! and never wait for writes. Nothing here computes, and nothing here knows an engine: requests and
//! results are JSON that others understand.

mod audit;
mod db;
mod error;
mod events;
mod hooks;
mod jobs;
mod migrations;
mod people;
mod queue;
mod settings;
mod uploads;
mod usage;
mod works;

pub use audit::Deed;
pub use db::{Clock, Store};
pub use error::StoreError;
pub use events::{JobEvent, Notice};
pub use hooks::Delivery;
pub use jobs::{Job, JobFault, JobFilter, JobId, JobState, NewJob};
pub use people::{Account, ApiKey, NewKey, Role, Session};
pub use queue::{Outcome, QueueDepth};
pub use uploads::Upload;
pub use usage::{Quota, Usage};
pub use works::{NewWork, WorkEdit, WorkFile, WorkFilter, WorkRow};
