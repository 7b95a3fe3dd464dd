//! Who may come in: accounts with passwords, their sessions, and API keys. Secrets are kept as hashes.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sql::{Row, Tx, params};
use crate::{Quota, Store, StoreError, audit};

/// How every key begins.
const PREFIX: &str = "clp-";
/// How long a session lasts without being used.
const SESSION: i64 = 14 * 86_400_000;
/// Fewest characters of a password.
const SHORTEST: usize = 10;
/// Most characters of a password, so that no one keeps the machine busy with hashing.
const LONGEST: usize = 1024;
/// A key's last use is noted again only after so long.
const USED_AGAIN: i64 = 60_000;

/// What someone may do; each may do what those before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at one's own works and jobs.
    Viewer,
    /// Make things.
    Creator,
    /// See what everyone made and did.
    Compliance,
    /// Everything.
    Admin,
}

impl Role {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Creator => "creator",
            Self::Compliance => "compliance",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Creator, Self::Compliance, Self::Admin].into_iter().find(|r| r.name() == name)
    }

    /// Whether someone of this role may make things. Those who answer for compliance look on.
    pub fn makes(self) -> bool {
        matches!(self, Self::Creator | Self::Admin)
    }

    /// Whether someone of this role sees what others made and did.
    pub fn sees_all(self) -> bool {
        matches!(self, Self::Compliance | Self::Admin)
    }
}

/// Someone with a password, or whom an identity provider knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when, in milliseconds since 1970.
    pub created: i64,
    /// The identity provider that knows them; none for an account with a password.
    pub issuer: Option<String>,
}

/// Someone who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Their name.
    pub account: String,
    /// What they may do.
    pub role: Role,
    /// What their pages must send along with every change.
    pub csrf: String,
}

/// A key to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For what alone (`text`, `image`, `audio`, `video`); empty for everything.
    pub scopes: Vec<String>,
    /// How much a day.
    pub quota: Quota,
    /// Until when, in milliseconds since 1970.
    pub expires: Option<i64>,
}

impl NewKey {
    /// A key that may make everything.
    pub fn named(name: &str) -> Self {
        let quota = Quota::default();
        Self { name: name.to_owned(), role: Role::Creator, scopes: Vec::new(), quota, expires: None }
    }
}

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For what alone.
    pub scopes: Vec<String>,
    /// How much a day.
    pub quota: Quota,
    /// Since when.
    pub created: i64,
    /// Until when.
    pub expires: Option<i64>,
    /// When it was last used, to the minute.
    pub used: Option<i64>,
}

impl ApiKey {
    /// Whether it may be used for this kind of content.
    pub fn covers(&self, scope: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|s| s == scope)
    }
}

fn role(row: &Row<'_>) -> Result<Role, StoreError> {
    let name: String = row.get("role")?;
    Role::named(&name).ok_or_else(|| StoreError::Damaged(format!("role is {name}")))
}

fn read_key(row: &Row<'_>) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        name: row.get("name")?,
        role: role(row)?,
        scopes: row.json("scopes")?,
        quota: row.json("quota")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
        used: row.get("used")?,
    })
}

/// Whether a character may stand in a name.
pub(crate) fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@')
}

/// Whether a name is short and plain.
fn check_name(name: &str) -> Result<(), StoreError> {
    if name.is_empty() || name.chars().count() > 40 || !name.chars().all(is_plain) {
        let message = "a name has 1 to 40 letters, digits, '-', '_', '.' and '@'";
        return Err(StoreError::Request(message.into()));
    }
    Ok(())
}

fn random_hex(bytes: usize) -> Result<String, StoreError> {
    let mut random = vec![0u8; bytes];
    getrandom::fill(&mut random).map_err(|e| StoreError::Random(e.to_string()))?;
    Ok(colophon_types::hex(&random))
}

/// The hash of a token of 256 random bits, which needs no slow hashing.
pub(crate) fn digest(salt: &str, token: &str) -> String {
    let mut digest = Sha256::new();
    if !salt.is_empty() {
        digest.update(salt.as_bytes());
        digest.update(b":");
    }
    digest.update(token.as_bytes());
    colophon_types::hex(&digest.finalize())
}

/// What a new session is known by.
pub(crate) struct Fresh {
    pub(crate) token: String,
    pub(crate) csrf: String,
}

pub(crate) fn fresh_session() -> Result<Fresh, StoreError> {
    Ok(Fresh { token: random_hex(32)?, csrf: random_hex(16)? })
}

/// Begins a session; those that are over are forgotten.
pub(crate) fn insert_session(tx: &Tx<'_>, fresh: &Fresh, who: &str, lasts: i64) -> Result<(), StoreError> {
    tx.db.execute("DELETE FROM session WHERE expires < ?1", params![tx.now])?;
    tx.db.execute(
        "INSERT INTO session (token, account, csrf, created, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![digest("", &fresh.token), who, fresh.csrf, tx.now, tx.now + lasts],
    )?;
    audit::insert(tx, who, "session.begin", "", "done")
}

fn hash_password(password: &str) -> Result<String, StoreError> {
    let count = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&count) {
        let message = format!("a password has {SHORTEST} to {LONGEST} characters");
        return Err(StoreError::Request(message));
    }
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|e| StoreError::Random(e.to_string()))?;
    let salt = SaltString::encode_b64(&random).map_err(|e| StoreError::Random(e.to_string()))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|h| h.to_string()).map_err(|e| StoreError::Random(e.to_string()))
}

fn verify_password(hash: &str, password: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

impl Store {
    /// Makes a key and gives it; it cannot be read again.
    ///
    /// # Errors
    /// [`StoreError`]: a name that is taken or not plain.
    pub fn add_key(&self, new: NewKey, by: &str) -> Result<String, StoreError> {
        check_name(&new.name)?;
        let key = format!("{PREFIX}{}", random_hex(32)?);
        let (hash, by) = (digest("", &key), by.to_owned());
        self.write(move |tx| {
            let scopes = serde_json::to_string(&new.scopes).unwrap_or_else(|_| "[]".into());
            let quota = serde_json::to_string(&new.quota).unwrap_or_else(|_| "{}".into());
            let sql = "INSERT INTO api_key (name, hash, role, scopes, quota, created, expires) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING";
            let role = new.role.name();
            let values = params![new.name, hash, role, scopes, quota, tx.now, new.expires];
            if tx.db.execute(sql, values)? == 0 {
                return Err(StoreError::Taken { what: "an API key", name: new.name.clone() });
            }
            audit::insert(tx, &by, "key.add", &new.name, "done")
        })?;
        Ok(key)
    }

    /// Takes over a key of which only a salted hash is known; one of that name stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn import_key(&self, name: &str, salt: &str, hash: &str) -> Result<(), StoreError> {
        let [name, salt, hash] = [name, salt, hash].map(str::to_owned);
        self.write(move |tx| {
            let sql = "INSERT INTO api_key (name, hash, salt, role, created) \
                       VALUES (?1, ?2, ?3, 'creator', ?4) ON CONFLICT DO NOTHING";
            tx.db.execute(sql, params![name, hash, salt, tx.now]).map(drop)
        })
    }

    /// The keys.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.read(|db| db.rows("SELECT * FROM api_key ORDER BY name", &[], read_key))
    }

    /// Removes a key.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn remove_key(&self, name: &str, by: &str) -> Result<(), StoreError> {
        let (name, by) = (name.to_owned(), by.to_owned());
        self.write(move |tx| {
            if tx.db.execute("DELETE FROM api_key WHERE name = ?1", params![name])? == 0 {
                return Err(StoreError::Unknown { what: "API key", name: name.clone() });
            }
            audit::insert(tx, &by, "key.remove", &name, "done")
        })
    }

    /// The key that was presented, if it is one and not over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn check_key(&self, presented: &str) -> Result<Option<ApiKey>, StoreError> {
        let now = self.now();
        let found = self.read(|db| {
            let plain = "SELECT * FROM api_key WHERE hash = ?1 AND salt = ''";
            if let Some(key) = db.row(plain, params![digest("", presented)], read_key)? {
                return Ok(Some(key));
            }
            let salted = db.rows("SELECT * FROM api_key WHERE salt <> ''", &[], |r| {
                let (salt, hash): (String, String) = (r.get("salt")?, r.get("hash")?);
                (digest(&salt, presented) == hash).then(|| read_key(r)).transpose()
            })?;
            Ok(salted.into_iter().flatten().next())
        })?;
        let Some(key) = found.filter(|k| k.expires.is_none_or(|e| e > now)) else { return Ok(None) };
        if key.used.is_none_or(|used| used + USED_AGAIN < now) {
            let name = key.name.clone();
            self.write_later(move |tx| {
                let sql = "UPDATE api_key SET used = ?2 WHERE name = ?1";
                tx.db.execute(sql, params![name, now]).map(drop)
            });
        }
        Ok(Some(key))
    }

    /// Whether anyone must show who they are: there is a key or an account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn is_guarded(&self) -> Result<bool, StoreError> {
        self.read(|db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM api_key) OR EXISTS (SELECT 1 FROM account)";
            db.value(sql, &[])
        })
    }

    /// Makes an account; `first` only where there is none yet.
    ///
    /// # Errors
    /// [`StoreError`]: a name that is taken, a password that is too short, not the first.
    pub fn add_account(
        &self,
        name: &str,
        password: &str,
        role: Role,
        first: bool,
        by: &str,
    ) -> Result<(), StoreError> {
        check_name(name)?;
        let hash = hash_password(password)?;
        let (name, by) = (name.to_owned(), by.to_owned());
        self.write(move |tx| {
            tx.db.lock_table("account")?;
            if first && tx.db.value("SELECT EXISTS (SELECT 1 FROM account)", &[])? {
                return Err(StoreError::Request("this studio has been set up already; sign in".into()));
            }
            let sql = "INSERT INTO account (name, role, password, created) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT DO NOTHING";
            if tx.db.execute(sql, params![name, role.name(), hash, tx.now])? == 0 {
                return Err(StoreError::Taken { what: "an account", name: name.clone() });
            }
            audit::insert(tx, &by, "account.add", &name, "done")
        })
    }

    /// The accounts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|db| {
            db.rows("SELECT name, role, created, issuer FROM account ORDER BY name", &[], |r| {
                let (name, created, issuer) = (r.get("name")?, r.get("created")?, r.get("issuer")?);
                Ok(Account { name, role: role(r)?, created, issuer })
            })
        })
    }

    /// Removes an account and its sessions; the last admin stays.
    ///
    /// # Errors
    /// [`StoreError`]: unknown, or the last admin.
    pub fn remove_account(&self, name: &str, by: &str) -> Result<(), StoreError> {
        let (name, by) = (name.to_owned(), by.to_owned());
        self.write(move |tx| {
            let last = "SELECT EXISTS (SELECT 1 FROM account WHERE name = ?1 AND role = 'admin') \
                        AND (SELECT count(*) FROM account WHERE role = 'admin') = 1";
            tx.db.lock_table("account")?;
            if tx.db.value(last, params![name])? {
                return Err(StoreError::Request("the last admin cannot be removed".into()));
            }
            if tx.db.execute("DELETE FROM account WHERE name = ?1", params![name])? == 0 {
                return Err(StoreError::Unknown { what: "account", name: name.clone() });
            }
            audit::insert(tx, &by, "account.remove", &name, "done")
        })
    }

    /// Begins a session and gives its token with it; `None` for a wrong name or password, which take
    /// equally long.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sign_in(&self, name: &str, password: &str) -> Result<Option<(String, Session)>, StoreError> {
        // What a password is compared with where there is no such account.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                              eRkM4sJKlTGg1k0oDQVqGvTi5NVqAbIjSK0DpJtLwCY";
        let found = self.read(|db| {
            // Whoever comes through an identity provider has no password.
            let sql = "SELECT role, password FROM account WHERE name = ?1 AND issuer IS NULL";
            db.row(sql, params![name], |r| Ok((role(r)?, r.get::<String>("password")?)))
        })?;
        let hash = found.as_ref().map_or(NOBODY, |(_, hash)| hash.as_str());
        let fits = password.chars().count() <= LONGEST && verify_password(hash, password);
        let (who, fine) = (name.chars().take(40).collect::<String>(), fits && found.is_some());
        let Some((role, _)) = found.filter(|_| fine) else {
            self.note_deed(&who, "session.begin", "", "refused")?;
            return Ok(None);
        };
        let fresh = fresh_session()?;
        self.write(move |tx| {
            insert_session(tx, &fresh, &who, SESSION)?;
            let session = Session { account: who.clone(), role, csrf: fresh.csrf.clone() };
            Ok(Some((fresh.token.clone(), session)))
        })
    }

    /// The session of a token, if it goes on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let (hash, now) = (digest("", token), self.now());
        let found = self.read(|db| {
            let sql = "SELECT s.account, s.csrf, s.expires, a.role AS role, a.issuer FROM session s \
                       JOIN account a ON a.name = s.account WHERE s.token = ?1 AND s.expires > ?2";
            db.row(sql, params![hash, now], |r| {
                let session = Session { account: r.get("account")?, role: role(r)?, csrf: r.get("csrf")? };
                Ok((session, r.get::<i64>("expires")?, r.get::<Option<String>>("issuer")?))
            })
        })?;
        let Some((session, expires, issuer)) = found else { return Ok(None) };
        // Whoever comes through an identity provider asks there again: it may not know them any more.
        if issuer.is_none() && expires < now + SESSION / 2 {
            self.write_later(move |tx| {
                let sql = "UPDATE session SET expires = ?2 WHERE token = ?1";
                tx.db.execute(sql, params![hash, now + SESSION]).map(drop)
            });
        }
        Ok(Some(session))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sign_out(&self, token: &str) -> Result<(), StoreError> {
        let hash = digest("", token);
        self.write(move |tx| tx.db.execute("DELETE FROM session WHERE token = ?1", params![hash]).map(drop))
    }
}
