//! Settings that were changed while the program ran.

use serde_json::Value;

use crate::sql::params;
use crate::{Store, StoreError};

impl Store {
    /// A setting; `None` where it was never set.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn setting(&self, name: &str) -> Result<Option<Value>, StoreError> {
        self.read(|db| db.row("SELECT value FROM setting WHERE name = ?1", params![name], |r| r.json(0)))
    }

    /// Sets it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_setting(&self, name: &str, value: &Value) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_string());
        self.write(move |tx| {
            let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2) \
                       ON CONFLICT (name) DO UPDATE SET value = ?2";
            tx.db.execute(sql, params![name, value]).map(drop)
        })
    }
}
