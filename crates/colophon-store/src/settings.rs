//! Settings that were changed while the program ran.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::{Store, StoreError};

impl Store {
    /// A setting; `None` where it was never set.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn setting(&self, name: &str) -> Result<Option<Value>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
            let text: Option<String> = query.query_row([name], |r| r.get(0)).optional()?;
            Ok(text.map(|text| crate::jobs::json(&text)).transpose()?)
        })
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
            Ok(tx.db.execute(sql, params![name, value]).map(drop)?)
        })
    }
}
