//! Signing in through an identity provider: those who are on their way, and the accounts that they get.

use std::time::Duration;

use serde_json::Value;

use crate::people::{Session, digest, fresh_session, insert_session, is_plain};
use crate::sql::{Tx, params};
use crate::{Role, Store, StoreError, audit};

/// Those who may be on their way at the same time.
const MOST: i64 = 2_000;
/// Characters of the name of an account.
const LONGEST: usize = 40;
/// Accounts of one name, told apart by a number.
const NAMESAKES: u32 = 1_000;

/// Someone whom an identity provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's address.
    pub issuer: String,
    /// What the provider calls them, for ever.
    pub subject: String,
    /// The name that they would like; what cannot stand in a name is left out.
    pub name: String,
    /// The provider's short name, with which the account's name ends: `ann@press`.
    pub provider: String,
    /// What they may do.
    pub role: Role,
}

impl Store {
    /// Keeps what must be known when someone comes back from the provider, and forgets those who did not.
    /// `false` when too many are on their way.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn expect_arrival(&self, state: &str, secrets: &Value, within: Duration) -> Result<bool, StoreError> {
        let (state, secrets) = (digest("", state), secrets.to_string());
        self.write(move |tx| {
            tx.db.execute("DELETE FROM arrival WHERE expires < ?1", params![tx.now])?;
            if tx.db.value::<i64>("SELECT count(*) FROM arrival", &[])? >= MOST {
                return Ok(false);
            }
            let sql = "INSERT INTO arrival (state, secrets, expires) VALUES (?1, ?2, ?3)";
            let until = tx.now + within.as_millis() as i64;
            tx.db.execute(sql, params![state, secrets, until])?;
            Ok(true)
        })
    }

    /// What was kept of someone who comes back, once; `None` for whoever was not expected or is late.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn take_arrival(&self, state: &str) -> Result<Option<Value>, StoreError> {
        let state = digest("", state);
        self.write(move |tx| {
            let sql = "DELETE FROM arrival WHERE state = ?1 RETURNING secrets, expires";
            let kept = tx.db.row(sql, params![state], |r| Ok((r.json(0)?, r.get::<i64>(1)?)))?;
            Ok(kept.filter(|(_, expires)| *expires >= tx.now).map(|(secrets, _)| secrets))
        })
    }

    /// Begins a session of someone whom the provider knows, and gives its token with it. Their account is
    /// made where there is none, and has the role that they have now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn arrive(&self, who: Identity, lasts: Duration) -> Result<(String, Session), StoreError> {
        let fresh = fresh_session()?;
        self.write(move |tx| {
            let sql = "SELECT name, role FROM account WHERE issuer = ?1 AND subject = ?2";
            let known = tx.db.row(sql, params![who.issuer, who.subject], |r| {
                Ok((r.get::<String>("name")?, r.get::<String>("role")?))
            })?;
            let role = who.role.name();
            let name = match known {
                Some((name, before)) => {
                    if before != role {
                        let sql = "UPDATE account SET role = ?2 WHERE name = ?1";
                        tx.db.execute(sql, params![name, role])?;
                        audit::insert(tx, &who.provider, "account.role", &name, role)?;
                    }
                    name
                }
                None => {
                    let name = free_name(tx, &who)?;
                    let sql = "INSERT INTO account (name, role, password, created, issuer, subject) \
                               VALUES (?1, ?2, '', ?3, ?4, ?5)";
                    tx.db.execute(sql, params![name, role, tx.now, who.issuer, who.subject])?;
                    audit::insert(tx, &who.provider, "account.add", &name, "done")?;
                    name
                }
            };
            insert_session(tx, &fresh, &name, lasts.as_millis() as i64)?;
            let session = Session { account: name, role: who.role, csrf: fresh.csrf.clone() };
            Ok((fresh.token.clone(), session))
        })
    }
}

/// A name that nobody has, and under which nothing was made or ordered: whoever gets it sees only what is
/// theirs.
fn free_name(tx: &Tx<'_>, who: &Identity) -> Result<String, StoreError> {
    tx.db.lock_table("account")?;
    let plain: String = who.name.chars().filter(|c| is_plain(*c) && *c != '@').collect();
    let plain = if plain.is_empty() { "guest".to_owned() } else { plain };
    for number in 1..=NAMESAKES {
        let end = match number {
            1 => format!("@{}", who.provider),
            n => format!("-{n}@{}", who.provider),
        };
        let room = LONGEST.saturating_sub(end.chars().count());
        let name = plain.chars().take(room).collect::<String>() + &end;
        let sql = "SELECT EXISTS (SELECT 1 FROM account WHERE name = ?1) \
                   OR EXISTS (SELECT 1 FROM api_key WHERE name = ?1) \
                   OR EXISTS (SELECT 1 FROM job WHERE owner = ?1) \
                   OR EXISTS (SELECT 1 FROM work WHERE owner = ?1)";
        if !tx.db.value::<bool>(sql, params![name])? {
            return Ok(name);
        }
    }
    Err(StoreError::Taken { what: "an account", name: who.name.clone() })
}
