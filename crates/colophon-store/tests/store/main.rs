//! The records of a studio: the queue, the gallery, people. Every test of one store runs on SQLite and on
//! PostgreSQL, those of jobs with a broker too; those of several processes run on PostgreSQL.

#![allow(clippy::unwrap_used)]
#![allow(clippy::duplicate_mod, reason = "the same tests on another database")]

mod address;
mod breaks;
mod broker;
mod desk;
mod on_nats;
mod on_postgres;
mod on_sqlite;
mod shared;
