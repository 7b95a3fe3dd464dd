//! Who did what: a list that only grows.

use serde::Serialize;

use crate::sql::{Tx, params};
use crate::{Store, StoreError};

/// Something that someone did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// Its number.
    pub id: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who: the name of an account or key.
    pub who: String,
    /// What, such as `key.add`.
    pub what: String,
    /// About what, such as the name of the key.
    pub about: String,
    /// `done`, or what went wrong.
    pub outcome: String,
}

pub(crate) fn insert(
    tx: &Tx<'_>,
    who: &str,
    what: &str,
    about: &str,
    outcome: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (at, who, what, about, outcome) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.db.execute(sql, params![tx.now, who, what, about, outcome]).map(drop)
}

impl Store {
    /// Notes what someone did.
    ///
    /// # Errors
    /// [`StoreError`]; then whatever it was should not be done.
    pub fn note_deed(&self, who: &str, what: &str, about: &str, outcome: &str) -> Result<(), StoreError> {
        let [who, what, about, outcome] = [who, what, about, outcome].map(str::to_owned);
        self.write(move |tx| insert(tx, &who, &what, &about, &outcome))
    }

    /// What was done, newest first, before number `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn deeds(&self, before: Option<i64>, limit: usize) -> Result<Vec<Deed>, StoreError> {
        self.read(|db| {
            let sql = "SELECT seq, at, who, what, about, outcome FROM audit WHERE seq < ?1 \
                       ORDER BY seq DESC LIMIT ?2";
            db.rows(sql, params![before.unwrap_or(i64::MAX), limit as i64], |r| {
                Ok(Deed {
                    id: r.get(0)?,
                    at: r.get(1)?,
                    who: r.get(2)?,
                    what: r.get(3)?,
                    about: r.get(4)?,
                    outcome: r.get(5)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::tests::stores;

    #[test]
    fn the_list_only_grows() {
        let (_dir, stores) = stores();
        for store in stores {
            store.note_deed("ann", "key.add", "phone", "done").unwrap();
            for change in ["DELETE FROM audit", "UPDATE audit SET who = 'bob'"] {
                let refused = store.write(move |tx| tx.db.execute(change, &[])).unwrap_err();
                assert!(refused.to_string().contains("only grows"), "{refused}");
            }
            assert_eq!(store.deeds(None, 10).unwrap()[0].who, "ann");
        }
    }
}
