//! Files that were brought for jobs to work on: kept for a while, each for its owner alone.

use crate::sql::{Row, params};
use crate::{Store, StoreError};

/// A file that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its identifier: `upl_` and 32 hex digits.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// Its name, without folders.
    pub name: String,
    /// Its media type, found by its content.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// When it came, in milliseconds since 1970.
    pub created: i64,
    /// When it goes.
    pub expires: i64,
}

fn read(row: &Row<'_>) -> Result<Upload, StoreError> {
    Ok(Upload {
        id: row.get("id")?,
        owner: row.get("owner")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        bytes: row.number("bytes")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
    })
}

impl Upload {
    /// An identifier that no one can guess.
    pub fn fresh_id() -> String {
        format!("upl_{}", uuid::Uuid::new_v4().simple())
    }
}

impl Store {
    /// Notes a file that was brought.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let u = upload.clone();
        self.write(move |tx| {
            let sql = "INSERT INTO upload (id, owner, name, media_type, bytes, created, expires) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let length = u.bytes as i64;
            let values = params![u.id, u.owner, u.name, u.media_type, length, u.created, u.expires];
            tx.db.execute(sql, values).map(drop)
        })
    }

    /// A file that was brought and has not gone.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn upload(&self, id: &str) -> Result<Upload, StoreError> {
        let now = self.now();
        self.read(|db| {
            let found =
                db.row("SELECT * FROM upload WHERE id = ?1 AND expires > ?2", params![id, now], read)?;
            found.ok_or_else(|| StoreError::Unknown { what: "upload", name: id.to_owned() })
        })
    }

    /// Whether a file that was brought is known, its time over or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn knows_upload(&self, id: &str) -> Result<bool, StoreError> {
        self.read(|db| db.value("SELECT EXISTS (SELECT 1 FROM upload WHERE id = ?1)", params![id]))
    }

    /// Forgets a file that was brought; whether it was there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_upload(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| Ok(tx.db.execute("DELETE FROM upload WHERE id = ?1", params![id])? > 0))
    }

    /// Forgets files whose time is over and that no waiting or running job names. Gives them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn expire_uploads(&self) -> Result<Vec<Upload>, StoreError> {
        self.write(|tx| {
            let sql = format!(
                "SELECT * FROM upload u WHERE expires <= ?1 AND NOT EXISTS \
                 (SELECT 1 FROM job j WHERE j.state IN ('queued', 'running') \
                  AND {}(j.request, u.id) > 0){}",
                tx.db.pick("instr", "strpos"),
                tx.db.pick("", " FOR UPDATE OF u SKIP LOCKED"),
            );
            let gone = tx.db.rows(&sql, params![tx.now], read)?;
            for upload in &gone {
                tx.db.execute("DELETE FROM upload WHERE id = ?1", params![upload.id])?;
            }
            Ok(gone)
        })
    }
}
