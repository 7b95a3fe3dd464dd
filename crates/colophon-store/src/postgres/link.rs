//! One connection: statements that it knows already, and which failures pass.

use std::collections::HashMap;
use std::error::Error as _;
use std::io::ErrorKind;

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, SimpleQueryMessage, Statement};

use crate::StoreError;
use crate::value::Value;

/// What a connection says of itself first. The server notices within half a minute when this machine is
/// gone, and lets go of what it held; a transaction that was left open does not stay open.
const HELLO: &str = "SET client_min_messages = warning; SET idle_in_transaction_session_timeout = '60s'; \
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// Begins a transaction and asks the time of the database, which is everyone's.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const LAZY: &str = "SET LOCAL synchronous_commit = off";
const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// A connection.
pub(crate) struct Link {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
}

impl Link {
    pub(super) fn new(mut client: Client) -> Result<Self, postgres::Error> {
        client.batch_execute(HELLO)?;
        Ok(Self { client, statements: HashMap::new() })
    }

    /// Begins a transaction and gives the time. One that is not `durable` may be lost when the database
    /// crashes within the next moment, and does not wait for the disk.
    pub(super) fn begin(&mut self, durable: bool) -> Result<i64, StoreError> {
        let lazy = if durable { String::new() } else { format!("{LAZY}; ") };
        self.time_after(&format!("{BEGIN}; {lazy}"))
    }

    /// The time of the database, in milliseconds since 1970.
    pub(super) fn time(&mut self) -> Result<i64, StoreError> {
        self.time_after("")
    }

    fn time_after(&mut self, first: &str) -> Result<i64, StoreError> {
        let told = self.client.simple_query(&format!("{first}{TIME}"))?;
        let time = told.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        time.ok_or_else(|| StoreError::Damaged("the database tells no time".into()))
    }

    /// Runs statements without values.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client.batch_execute(sql)?)
    }

    /// Runs a statement. Gives how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        let statement = self.statement(sql)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as _).collect();
        let touched = self.client.execute(&statement, &values);
        Ok(touched.inspect_err(|e| forget(&mut self.statements, e))? as usize)
    }

    /// Looks at each row.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&postgres::Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.statement(sql)?;
        let rows = self.client.query_raw(&statement, values);
        let mut rows = rows.inspect_err(|e| forget(&mut self.statements, e))?;
        while let Some(row) = rows.next().inspect_err(|e| forget(&mut self.statements, e))? {
            read(&row)?;
        }
        Ok(())
    }

    /// The first value of the first row, if there is one.
    pub(crate) fn value<T: for<'r> FromSql<'r>>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, values, |row| {
            found = Some(row.try_get(0)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// A statement that the database has read already.
    pub(super) fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(&sql.replace('?', "$"))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Forgets statements that were read before a newer program changed the tables.
fn forget(statements: &mut HashMap<String, Statement>, error: &postgres::Error) {
    if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
        statements.clear();
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(it) => it.to_sql(ty, out),
            Self::Int(it) if *ty == Type::INT4 => i32::try_from(it)?.to_sql(ty, out),
            Self::Int(it) => it.to_sql(ty, out),
            Self::Real(it) => it.to_sql(ty, out),
            // PostgreSQL keeps no NUL in text.
            Self::Text(it) if it.contains('\0') => it.replace('\0', "\u{fffd}").to_sql(ty, out),
            Self::Text(it) => it.to_sql(ty, out),
            Self::Bytes(it) => it.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Whether the connection is gone, or the database is just going or coming.
pub(super) fn is_lost(error: &postgres::Error) -> bool {
    if let Some(code) = error.code() {
        let going = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
        return going.contains(code) || code.code().starts_with("08");
    }
    if error.is_closed() {
        return true;
    }
    let io = error.source().and_then(|e| e.downcast_ref::<std::io::Error>());
    io.is_some_and(|e| {
        matches!(
            e.kind(),
            ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof
                | ErrorKind::NotFound
                | ErrorKind::TimedOut
        )
    })
}

/// Whether what failed was taken back and may succeed when it is done again.
pub(super) fn may_pass(error: &StoreError) -> bool {
    let StoreError::Postgres(error) = error else { return false };
    let passing = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        // The tables were changed since the statement was read.
        SqlState::FEATURE_NOT_SUPPORTED,
    ];
    is_lost(error) || error.code().is_some_and(|code| passing.contains(code))
}
