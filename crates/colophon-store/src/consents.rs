//! Recordings in which someone agrees to the use of a voice: kept until they are removed. Every change
//! stands in the list of deeds.

use crate::audit;
use crate::sql::{Row, params};
use crate::{Store, StoreError};

/// A consent.
#[derive(Clone, Debug, PartialEq)]
pub struct VoiceConsent {
    /// Its identifier: `cons_` and 32 hex digits.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// Its label.
    pub name: String,
    /// The language of the phrase, as a BCP 47 tag.
    pub language: String,
    /// What had to be said.
    pub phrase: String,
    /// What the recogniser heard.
    pub heard: String,
    /// The share of the phrase that was heard, 0 to 1.
    pub agreement: f64,
    /// Media type of the recording, found by its content.
    pub media_type: String,
    /// Length of the recording's file.
    pub bytes: u64,
    /// SHA-256 of the recording, lower-case hex.
    pub sha256: String,
    /// When it came, in milliseconds since 1970.
    pub created: i64,
}

impl VoiceConsent {
    /// An identifier that no one can guess.
    pub fn fresh_id() -> String {
        format!("cons_{}", uuid::Uuid::new_v4().simple())
    }
}

fn read(row: &Row<'_>) -> Result<VoiceConsent, StoreError> {
    Ok(VoiceConsent {
        id: row.get("id")?,
        owner: row.get("owner")?,
        name: row.get("name")?,
        language: row.get("language")?,
        phrase: row.get("phrase")?,
        heard: row.get("heard")?,
        agreement: row.get("agreement")?,
        media_type: row.get("media_type")?,
        bytes: row.number("bytes")?,
        sha256: row.get("sha256")?,
        created: row.get("created")?,
    })
}

fn unknown(id: &str) -> StoreError {
    StoreError::Unknown { what: "voice consent", name: id.to_owned() }
}

impl Store {
    /// Notes a consent, and that its owner gave it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_consent(&self, consent: &VoiceConsent) -> Result<(), StoreError> {
        let c = consent.clone();
        self.write(move |tx| {
            audit::insert(tx, &c.owner, "voice_consent.add", &c.id, "done")?;
            let sql = "INSERT INTO voice_consent (id, owner, name, language, phrase, heard, agreement, \
                       media_type, bytes, sha256, created) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
            let length = c.bytes as i64;
            let values = params![
                c.id,
                c.owner,
                c.name,
                c.language,
                c.phrase,
                c.heard,
                c.agreement,
                c.media_type,
                length,
                c.sha256,
                c.created
            ];
            tx.db.execute(sql, values).map(drop)
        })
    }

    /// A consent.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn consent(&self, id: &str) -> Result<VoiceConsent, StoreError> {
        self.read(|db| {
            let found = db.row("SELECT * FROM voice_consent WHERE id = ?1", params![id], read)?;
            found.ok_or_else(|| unknown(id))
        })
    }

    /// Consents of an owner, or of all, newest first, after one of them; and whether there are more.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] for a consent to go on from that is not there.
    pub fn consents(
        &self,
        owner: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<VoiceConsent>, bool), StoreError> {
        self.read(|db| {
            let before = match after {
                None => i64::MAX,
                Some(id) => db
                    .row("SELECT seq FROM voice_consent WHERE id = ?1", params![id], |r| r.get(0))?
                    .ok_or_else(|| unknown(id))?,
            };
            let sql = "SELECT * FROM voice_consent WHERE seq < ?1 AND (?2 OR owner = ?3) \
                       ORDER BY seq DESC LIMIT ?4";
            let (all, name, most) = (owner.is_none(), owner.unwrap_or_default(), limit as i64 + 1);
            let mut rows = db.rows(sql, params![before, all, name, most], read)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            Ok((rows, more))
        })
    }

    /// Gives a consent another label.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn rename_consent(&self, id: &str, name: &str, who: &str) -> Result<VoiceConsent, StoreError> {
        let [key, label, who] = [id, name, who].map(str::to_owned);
        self.write(move |tx| {
            let sql = "UPDATE voice_consent SET name = ?2 WHERE id = ?1";
            if tx.db.execute(sql, params![key, label])? == 0 {
                return Err(unknown(&key));
            }
            audit::insert(tx, &who, "voice_consent.rename", &key, "done")
        })?;
        self.consent(id)
    }

    /// Forgets a consent. Its recording is the caller's to remove.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn remove_consent(&self, id: &str, who: &str) -> Result<(), StoreError> {
        let [key, who] = [id, who].map(str::to_owned);
        self.write(move |tx| {
            if tx.db.execute("DELETE FROM voice_consent WHERE id = ?1", params![key])? == 0 {
                return Err(unknown(&key));
            }
            audit::insert(tx, &who, "voice_consent.remove", &key, "done")
        })
    }
}
