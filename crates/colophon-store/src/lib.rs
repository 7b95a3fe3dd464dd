//! What a studio must not lose: jobs, works, people and what they did, in one SQLite file, or in a
//! PostgreSQL database that many processes share, with a NATS broker beside it where there is one.
//!
//! Threading contract: a [`Store`] is shared by all threads, and returns from a write when it is on disk.
//! In a file (`sqlite`) every write goes through one thread, which commits all that wait together; in a
//! database (`postgres`) each write is a transaction of its own, and a broker (`nats`) hears of it
//! afterwards. Reads have connections of their own and
//! never wait for writes. What happens in a write, and why, stands once, in the rooms (`queue`, `works`,
//! …), whose SQL both databases run (`sql`). Nothing here computes, and nothing here knows an engine:
//! requests and results are JSON that others understand.

mod arrivals;
mod audit;
mod clock;
mod consents;
mod consumer;
mod elect;
mod error;
mod events;
mod hooks;
mod job;
mod job_rows;
mod jobs;
mod log;
mod nats;
mod notice;
mod open;
mod people;
mod postgres;
mod queue;
mod retention;
mod settings;
mod sql;
mod sqlite;
mod store;
mod uploads;
mod usage;
mod value;
mod works;

pub use arrivals::Identity;
pub use audit::Deed;
pub use clock::Clock;
pub use consents::VoiceConsent;
pub use consumer::{Claimed, Consumer};
pub use elect::Elected;
pub use error::StoreError;
pub use hooks::Delivery;
pub use job::{Job, JobFault, JobId, JobState, NewJob};
pub use jobs::JobFilter;
pub use log::LogRow;
pub use nats::Broker;
pub use notice::{JobEvent, Notice};
pub use people::{Account, ApiKey, NewKey, Role, Session};
pub use queue::{Outcome, QueueDepth};
pub use store::Store;
pub use uploads::Upload;
pub use usage::{Quota, Usage};
pub use works::{NewWork, WorkEdit, WorkFile, WorkFilter, WorkRow};
