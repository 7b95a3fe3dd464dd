//! Opening the records, wherever they are.

use std::path::Path;

use crate::clock::{Clock, system_clock};
use crate::nats::Address;
use crate::postgres::Postgres;
use crate::queue::expire;
use crate::sqlite::Sqlite;
use crate::{Store, StoreError};

impl Store {
    /// Opens the records in a file, making or bringing up to date what is there.
    ///
    /// # Errors
    /// [`StoreError`]: a file that cannot be used, or that a newer program wrote.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, system_clock())
    }

    /// As [`open`](Self::open), with a clock of one's own.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        Ok(Self::on_file(Sqlite::open(path, clock)?))
    }

    /// Opens the records in a PostgreSQL database, `postgres://user:password@host:port/database`, making
    /// or bringing up to date what is there. Any number of processes share it: one queue, one gallery.
    /// With `sslmode=require` the connection is encrypted and the server's certificate is checked;
    /// without, it is plain.
    ///
    /// # Errors
    /// [`StoreError`]: a database that cannot be reached, or that a newer program wrote.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on_database(Postgres::connect(url, None, None, expire)?))
    }

    /// As [`connect`](Self::connect), with a clock in place of the database's own: for tests.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with(url: &str, clock: Clock) -> Result<Self, StoreError> {
        Ok(Self::on_database(Postgres::connect(url, Some(clock), None, expire)?))
    }

    /// Opens the records in a PostgreSQL database, as [`connect`](Self::connect), with NATS beside it:
    /// `nats://user:password@host:4222`, several with commas, `tls://` for an encrypted connection. The
    /// broker hands out jobs, tells events and brings stops to workers; it need not be there, and while it
    /// is away the database does all of that by itself.
    ///
    /// # Errors
    /// As [`connect`](Self::connect); an address that is none.
    pub fn connect_over(url: &str, broker: &str) -> Result<Self, StoreError> {
        let broker = Address::read(broker)?;
        Ok(Self::on_database(Postgres::connect(url, None, Some(broker), expire)?))
    }

    /// As [`connect_over`](Self::connect_over), with a clock in place of the database's own: for tests.
    ///
    /// # Errors
    /// As [`connect_over`](Self::connect_over).
    pub fn connect_over_with(url: &str, broker: &str, clock: Clock) -> Result<Self, StoreError> {
        let broker = Address::read(broker)?;
        Ok(Self::on_database(Postgres::connect(url, Some(clock), Some(broker), expire)?))
    }
}
