//! The store itself: on which database it stands, and the way in for reads and writes.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::elect::Elected;
use crate::job::JobId;
use crate::nats::{Broker, Nats};
use crate::postgres::Postgres;
use crate::sql::{Db, Tx};
use crate::sqlite::Sqlite;
use crate::{Notice, StoreError};

/// The records of a studio.
#[derive(Clone)]
pub struct Store {
    on: On,
}

/// What the records stand on.
#[derive(Clone)]
enum On {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

impl Store {
    pub(crate) fn on_file(file: Sqlite) -> Self {
        Self { on: On::Sqlite(Arc::new(file)) }
    }

    pub(crate) fn on_database(database: Arc<Postgres>) -> Self {
        Self { on: On::Postgres(database) }
    }

    /// How the broker is, where there is one.
    pub fn broker(&self) -> Option<Broker> {
        self.nats().map(Nats::broker)
    }

    /// Hears which running jobs someone wants stopped, at once and from any process, where there is a
    /// broker; it may miss one, which whoever holds the job hears of with its next
    /// [`hold`](Self::hold). `None` without a broker: [`listen`](Self::listen) tells.
    pub fn stops(&self) -> Option<broadcast::Receiver<JobId>> {
        self.nats().map(Nats::stops)
    }

    /// Returns when the broker was told all that there was to tell it, or cannot be.
    pub fn flush(&self) {
        if let Some(nats) = self.nats() {
            nats.flush();
        }
    }

    pub(crate) fn nats(&self) -> Option<&Nats> {
        match &self.on {
            On::Sqlite(_) => None,
            On::Postgres(on) => on.nats(),
        }
    }

    /// The file; with PostgreSQL the address, without the password.
    pub fn path(&self) -> &Path {
        match &self.on {
            On::Sqlite(on) => on.path(),
            On::Postgres(on) => on.address(),
        }
    }

    /// Whether other processes, on other machines, may share these records.
    pub fn is_shared(&self) -> bool {
        matches!(self.on, On::Postgres(_))
    }

    /// Milliseconds since 1970, as this store sees it. With PostgreSQL it is the database's time, so that
    /// all machines agree on when a lease is over.
    pub fn now(&self) -> i64 {
        match &self.on {
            On::Sqlite(on) => on.now(),
            On::Postgres(on) => on.now(),
        }
    }

    /// Hears of everything that happens to jobs from now on, after it is on disk, in any process; of each
    /// job in order.
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        match &self.on {
            On::Sqlite(on) => on.listen(),
            On::Postgres(on) => on.listen(),
        }
    }

    /// Stands for something that one process at a time may do, such as `log`: whoever asks while another
    /// stands gets `None`. What is given back, or whose process or connection dies, is free again.
    ///
    /// # Errors
    /// [`StoreError`]: a name that is not plain, a database that cannot be reached.
    pub fn elect(&self, what: &str) -> Result<Option<Elected>, StoreError> {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if what.is_empty() || what.len() > 40 || !what.chars().all(fine) {
            return Err(StoreError::Request("an office has 1 to 40 of a-z, 0-9 and '-'".into()));
        }
        match &self.on {
            On::Sqlite(on) => Elected::beside(on.path(), what),
            On::Postgres(on) => Elected::at(|| on.own_link(), what),
        }
    }

    /// Writes; returns when it is committed. `act` may be run again where nothing of it was kept. A
    /// connection that breaks while a commit is on its way is an error that leaves open whether it was kept.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        act: impl Fn(&Tx<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.on {
            On::Sqlite(on) => on.write(act),
            On::Postgres(on) => on.write(&act),
        }
    }

    /// Writes without waiting: for what may be lost, such as progress. Writes that follow from this
    /// process come after it.
    pub(crate) fn write_later(
        &self,
        act: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + Sync + 'static,
    ) {
        match &self.on {
            On::Sqlite(on) => on.write_later(act),
            On::Postgres(on) => on.write_later(Box::new(act)),
        }
    }

    /// Reads. `act` may be run again.
    pub(crate) fn read<T: Send>(
        &self,
        act: impl Fn(Db<'_>) -> Result<T, StoreError> + Sync,
    ) -> Result<T, StoreError> {
        match &self.on {
            On::Sqlite(on) => on.read(act),
            On::Postgres(on) => on.read(&act),
        }
    }

    /// Writes a copy of everything, as it is at one moment, into a new file.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be made; with PostgreSQL, where `pg_dump` makes copies.
    pub fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        match &self.on {
            On::Sqlite(on) => on.copy_to(file),
            On::Postgres(_) => Err(StoreError::Request(
                "these records are in PostgreSQL and are not copied into a file here; use pg_dump".into(),
            )),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    use colophon_test::postgres::Server;

    use super::*;
    use crate::Clock;
    use crate::sql::params;

    static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

    /// A store on each database, with a clock that stands at a million.
    pub(crate) fn stores() -> (tempfile::TempDir, [Store; 2]) {
        let dir = tempfile::tempdir().unwrap();
        let hand = Arc::new(AtomicI64::new(1_000_000));
        let clock: Clock = Arc::new(move || hand.load(Ordering::SeqCst));
        let file = Store::open_with(&dir.path().join("studio.db"), Arc::clone(&clock)).unwrap();
        let database = Store::connect_with(&SERVER.database(), clock).unwrap();
        (dir, [file, database])
    }

    #[test]
    fn a_write_that_fails_keeps_nothing_and_harms_no_other() {
        let (_dir, stores) = stores();
        for store in stores {
            let insert = "INSERT INTO audit (at, who, what) VALUES (1, 'a', 'b')";
            let count = || store.read(|db| db.value::<i64>("SELECT count(*) FROM audit", &[])).unwrap();
            let failed: Result<(), _> = store.write(|tx| {
                tx.db.execute(insert, &[])?;
                Err(StoreError::Request("no".into()))
            });
            assert!(failed.is_err());
            assert_eq!(count(), 0);
            assert!(
                store.write(|tx| tx.db.execute("INSERT INTO audit (at) VALUES (?1)", params![1i64])).is_err()
            );
            store.write(|tx| tx.db.execute(insert, &[])).unwrap();
            assert_eq!(count(), 1);
        }
    }

    #[test]
    fn a_write_that_is_cut_off_is_done_again_and_kept_once() {
        let (_dir, [_, store]) = stores();
        let tries = Arc::new(AtomicI64::new(0));
        let count = Arc::clone(&tries);
        let cut = move |tx: &Tx<'_>| {
            tx.db.execute("INSERT INTO audit (at, who, what) VALUES (1, 'a', 'b')", &[])?;
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                tx.db.execute("SELECT pg_terminate_backend(pg_backend_pid())", &[])?;
            }
            Ok(())
        };
        store.write(cut).unwrap();
        assert_eq!(tries.load(Ordering::SeqCst), 2);
        assert_eq!(store.deeds(None, 9).unwrap().len(), 1);
    }

    #[test]
    fn writes_that_wait_for_each_other_both_succeed() {
        let (_dir, [_, store]) = stores();
        let barrier = std::sync::Barrier::new(2);
        let (barrier, store) = (Arc::new(barrier), &store);
        std::thread::scope(|scope| {
            for names in [["a", "b"], ["b", "a"]] {
                let (barrier, first) = (Arc::clone(&barrier), AtomicI64::new(0));
                scope.spawn(move || {
                    let both = move |tx: &Tx<'_>| {
                        for name in names {
                            let sql = "INSERT INTO setting (name, value) VALUES (?1, '1') \
                                       ON CONFLICT (name) DO UPDATE SET value = setting.value || '1'";
                            tx.db.execute(sql, params![name])?;
                            if first.fetch_add(1, Ordering::SeqCst) == 0 {
                                barrier.wait();
                            }
                        }
                        Ok(())
                    };
                    store.write(both).unwrap();
                });
            }
        });
        assert_eq!(store.setting("a").unwrap(), Some(11.into()));
        assert_eq!(store.setting("b").unwrap(), Some(11.into()));
    }

    #[test]
    fn a_newer_program_may_change_the_tables_meanwhile() {
        let (_dir, [_, store]) = stores();
        store.add_key(crate::NewKey::named("phone"), "ann").unwrap();
        for column in ["more", "still_more"] {
            assert_eq!(store.keys().unwrap().len(), 1);
            store
                .write(move |tx| tx.db.execute(&format!("ALTER TABLE api_key ADD {column} TEXT"), &[]))
                .unwrap();
        }
        assert_eq!(store.keys().unwrap().len(), 1);
    }
}
