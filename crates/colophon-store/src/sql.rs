//! One text of SQL for both databases: what it is given, what it gives, and where it runs.
//!
//! Texts are written with `?1`, `?2`, …, which become `$1`, `$2`, … for PostgreSQL. Where the two differ,
//! [`Db::pick`] takes one of two pieces.

use std::cell::RefCell;

use rusqlite::Connection;

use crate::job::{Job, JobId};
use crate::postgres::link::Link;
pub(crate) use crate::value::{Value, params};
use crate::{Notice, StoreError};

/// A type that both databases read.
pub(crate) trait Column: rusqlite::types::FromSql + for<'r> postgres::types::FromSql<'r> {}
impl<T: rusqlite::types::FromSql + for<'r> postgres::types::FromSql<'r>> Column for T {}

/// A name or number of a column, for both.
pub(crate) trait At: rusqlite::RowIndex + postgres::row::RowIndex + std::fmt::Display {}
impl<T: rusqlite::RowIndex + postgres::row::RowIndex + std::fmt::Display> At for T {}

/// A row that was found.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// What stands in a column.
    pub(crate) fn get<T: Column>(&self, at: impl At) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    /// A whole number.
    pub(crate) fn number<T: TryFrom<i64>>(&self, at: impl At + Copy) -> Result<T, StoreError> {
        let wide: i64 = self.get(at)?;
        T::try_from(wide).map_err(|_| StoreError::Damaged(format!("{at} is {wide}")))
    }

    /// A whole number that may be missing.
    pub(crate) fn maybe_number<T: TryFrom<i64>>(&self, at: impl At + Copy) -> Result<Option<T>, StoreError> {
        let wide: Option<i64> = self.get(at)?;
        let fit = |wide| T::try_from(wide).map_err(|_| StoreError::Damaged(format!("{at} is {wide}")));
        wide.map(fit).transpose()
    }

    /// JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, at: impl At + Copy) -> Result<T, StoreError> {
        json(&self.get::<String>(at)?)
    }

    /// JSON that may be missing.
    pub(crate) fn maybe_json<T: serde::de::DeserializeOwned>(
        &self,
        at: impl At + Copy,
    ) -> Result<Option<T>, StoreError> {
        self.get::<Option<String>>(at)?.map(|text| json(&text)).transpose()
    }
}

/// JSON as it is kept.
pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Damaged(e.to_string()))
}

/// Where statements run: a connection, in a transaction or only to read.
#[derive(Clone, Copy)]
pub(crate) enum Db<'a> {
    Sqlite(&'a Connection),
    Postgres(&'a RefCell<Link>),
}

impl Db<'_> {
    /// The piece of SQL that this database understands.
    pub(crate) fn pick<'t>(&self, sqlite: &'t str, postgres: &'t str) -> &'t str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Ends a query whose rows are about to be changed: nobody else changes them until the transaction
    /// ends. SQLite has one writer and needs no words for it.
    pub(crate) fn for_update(&self) -> &'static str {
        self.pick("", " FOR UPDATE")
    }

    /// Keeps others from adding to a table until the transaction ends.
    pub(crate) fn lock_table(&self, table: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(link) => {
                link.borrow_mut().batch(&format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
            }
        }
    }

    /// Runs a statement. Gives how many rows it touched.
    pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => {
                Ok(db.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values.iter()))?)
            }
            Self::Postgres(link) => link.borrow_mut().execute(sql, values),
        }
    }

    /// All rows. `read` asks nothing else of the database.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        match self {
            Self::Sqlite(db) => {
                let mut query = db.prepare_cached(sql)?;
                let mut rows = query.query(rusqlite::params_from_iter(values.iter()))?;
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::Sqlite(row))?);
                }
            }
            Self::Postgres(link) => {
                link.borrow_mut().each(sql, values, |row| {
                    found.push(read(&Row::Postgres(row))?);
                    Ok(())
                })?;
            }
        }
        Ok(found)
    }

    /// The first row, if there is one.
    pub(crate) fn row<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values, read)?.into_iter().next())
    }

    /// The one value of the one row.
    pub(crate) fn value<T: Column>(&self, sql: &str, values: &[Value<'_>]) -> Result<T, StoreError> {
        let none = || StoreError::Damaged(format!("nothing comes of {sql}"));
        self.row(sql, values, |r| r.get(0))?.ok_or_else(none)
    }
}

/// Something that others are told of when the write is committed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum News {
    /// An event of a job.
    Event(Notice),
    /// A job of this kind waits for a worker from now on.
    Queued(JobId, String),
    /// A job that runs is to be stopped.
    Stop(JobId),
}

/// What a write sees: the connection, inside a transaction, and what will be told once it is committed.
pub(crate) struct Tx<'a> {
    pub(crate) db: Db<'a>,
    pub(crate) now: i64,
    pub(crate) news: &'a RefCell<Vec<News>>,
}

impl Tx<'_> {
    /// Tells listeners, once all of this is on disk.
    pub(crate) fn tell(&self, notice: Notice) {
        self.news.borrow_mut().push(News::Event(notice));
    }

    /// Tells whoever hands out jobs that this one waits.
    pub(crate) fn offer(&self, job: &Job) {
        self.news.borrow_mut().push(News::Queued(job.id.clone(), job.kind.clone()));
    }

    /// Tells the worker of a job to stop.
    pub(crate) fn stop(&self, job: &Job) {
        self.news.borrow_mut().push(News::Stop(job.id.clone()));
    }
}
