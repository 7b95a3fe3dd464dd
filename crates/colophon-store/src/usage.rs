//! What was used, by owner and day, and how much may be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sql::{Tx, params};
use crate::{Store, StoreError};

const DAY: i64 = 86_400_000;

/// What was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Requests.
    pub requests: u64,
    /// Tokens, read and written.
    pub tokens: u64,
    /// Pixels of pictures.
    pub pixels: u64,
    /// Seconds of sound and film.
    pub seconds: u64,
}

/// How much may be used in a day (UTC); `None` for as much as one likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quota {
    /// Requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<u64>,
    /// Seconds of sound and film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl Quota {
    /// Whether everything is allowed.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// What is used up, as one sentence; `None` while there is some of everything.
    pub fn exceeded(&self, used: &Usage) -> Option<String> {
        let rows = [
            ("requests", self.requests, used.requests),
            ("tokens", self.tokens, used.tokens),
            ("pixels", self.pixels, used.pixels),
            ("seconds of sound and film", self.seconds, used.seconds),
        ];
        let (what, most, _) =
            rows.into_iter().find(|(_, most, used)| most.is_some_and(|most| *used >= most))?;
        let most = most.unwrap_or_default();
        Some(format!(
            "this key may use {most} {what} a day, and they are used up; it starts anew at 00:00 UTC"
        ))
    }
}

pub(crate) fn add(tx: &Tx<'_>, owner: &str, usage: &Usage) -> Result<(), StoreError> {
    let sql = "INSERT INTO usage (owner, day, requests, tokens, pixels, seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (owner, day) DO UPDATE SET requests = usage.requests + ?3, \
               tokens = usage.tokens + ?4, pixels = usage.pixels + ?5, seconds = usage.seconds + ?6";
    tx.db
        .execute(
            sql,
            params![
                owner,
                tx.now / DAY,
                usage.requests as i64,
                usage.tokens as i64,
                usage.pixels as i64,
                usage.seconds as i64,
            ],
        )
        .map(drop)
}

impl Store {
    /// Adds to what an owner used today. Returns at once.
    pub fn note_usage(&self, owner: &str, usage: Usage) {
        let owner = owner.to_owned();
        self.write_later(move |tx| add(tx, &owner, &usage));
    }

    /// What an owner used today.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn usage(&self, owner: &str) -> Result<Usage, StoreError> {
        let today = self.now() / DAY;
        self.read(|db| {
            let sql = "SELECT requests, tokens, pixels, seconds FROM usage WHERE owner = ?1 AND day = ?2";
            let found = db.row(sql, params![owner, today], |r| {
                Ok(Usage {
                    requests: r.number(0)?,
                    tokens: r.number(1)?,
                    pixels: r.number(2)?,
                    seconds: r.number(3)?,
                })
            })?;
            Ok(found.unwrap_or_default())
        })
    }
}
