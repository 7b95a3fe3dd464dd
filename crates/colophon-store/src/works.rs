//! The gallery: what was made, where its files are, and how it is found again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::Job;
use crate::sql::{Db, Row, Tx, Value as Sql, params};
use crate::{Store, StoreError};

/// A further file of a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkFile {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// A work to be kept; its files are in place already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewWork {
    /// Its number; several files of one work share it.
    pub id: String,
    /// `text`, `image`, `audio` or `video`.
    pub modality: String,
    /// As shown.
    pub title: String,
    /// What was asked for.
    pub prompt: String,
    /// Language of the content.
    pub lang: String,
    /// Media type of the main file.
    pub media_type: String,
    /// Name of the main file.
    pub name: String,
    /// Folder of its files, under the folder of works.
    pub folder: String,
    /// Length of the main file.
    pub bytes: u64,
    /// SHA-256 of the main file.
    pub sha256: String,
    /// Place in the log.
    pub log_index: Option<u64>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Length in seconds.
    pub seconds: Option<f64>,
    /// The words of its visible label.
    pub label: Option<String>,
    /// Name of a small picture of it, in its folder.
    pub thumbnail: Option<String>,
    /// Further files.
    pub files: Vec<WorkFile>,
    /// How it was made.
    pub receipt: Value,
    /// Its meaning, for search.
    pub vector: Option<Vec<f32>>,
}

/// A work as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkRow {
    /// Its place in the order of all works.
    pub seq: i64,
    /// What was kept.
    pub work: NewWork,
    /// The job that made it.
    pub job: Option<String>,
    /// Kind of that job.
    pub kind: String,
    /// Whose it is.
    pub owner: String,
    /// When it came, in milliseconds since 1970.
    pub created: i64,
    /// When it was put into the trash.
    pub trashed: Option<i64>,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// Its tags, in order.
    pub tags: Vec<String>,
}

/// Which works are listed, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkFilter {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only of this kind of content.
    pub modality: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only of this job.
    pub job: Option<String>,
    /// Only favourites.
    pub favourite: bool,
    /// Those in the trash instead of the others.
    pub trash: bool,
    /// Only those that came before this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// What can be changed about a work without touching its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkEdit {
    /// Another title.
    pub title: Option<String>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
    /// Whether it is a favourite.
    pub favourite: Option<bool>,
}

/// All but the vector; tags in order.
fn columns(db: Db<'_>) -> String {
    let tags =
        db.pick("json_group_array(tag.tag)", "coalesce(json_agg(tag.tag ORDER BY tag.tag), '[]')::text");
    format!(
        "seq, id, job, owner, kind, modality, title, prompt, lang, media_type, name, folder, bytes, sha256, \
         log_index, created, trashed, favourite, width, height, seconds, label, thumbnail, files, receipt, \
         (SELECT {tags} FROM tag WHERE tag.work = work.seq) AS tags"
    )
}

fn read(row: &Row<'_>) -> Result<WorkRow, StoreError> {
    let width: Option<u32> = row.maybe_number("width")?;
    let height: Option<u32> = row.maybe_number("height")?;
    Ok(WorkRow {
        seq: row.get("seq")?,
        job: row.get("job")?,
        kind: row.get("kind")?,
        owner: row.get("owner")?,
        created: row.get("created")?,
        trashed: row.get("trashed")?,
        favourite: row.get("favourite")?,
        tags: row.json("tags")?,
        work: NewWork {
            id: row.get("id")?,
            modality: row.get("modality")?,
            title: row.get("title")?,
            prompt: row.get("prompt")?,
            lang: row.get("lang")?,
            media_type: row.get("media_type")?,
            name: row.get("name")?,
            folder: row.get("folder")?,
            bytes: row.number("bytes")?,
            sha256: row.get("sha256")?,
            log_index: row.maybe_number("log_index")?,
            size: width.zip(height),
            seconds: row.get("seconds")?,
            label: row.get("label")?,
            thumbnail: row.get("thumbnail")?,
            files: row.json("files")?,
            receipt: row.json("receipt")?,
            vector: None,
        },
    })
}

/// Keeps a work of a job.
pub(crate) fn insert(tx: &Tx<'_>, job: &Job, work: &NewWork) -> Result<(), StoreError> {
    let vector = work.vector.as_ref().map(|v| v.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
    let files = serde_json::to_string(&work.files).unwrap_or_else(|_| "[]".into());
    let sql = "INSERT INTO work (id, job, owner, kind, modality, title, prompt, lang, media_type, name, folder, \
               bytes, sha256, log_index, created, width, height, seconds, label, thumbnail, files, receipt, \
               vector) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
               ?18, ?19, ?20, ?21, ?22, ?23) RETURNING seq";
    let seq = tx.db.value(
        sql,
        params![
            work.id,
            job.id.as_str(),
            job.owner,
            job.kind,
            work.modality,
            work.title,
            work.prompt,
            work.lang,
            work.media_type,
            work.name,
            work.folder,
            work.bytes as i64,
            work.sha256,
            work.log_index.map(|i| i as i64),
            tx.now,
            work.size.map(|s| s.0),
            work.size.map(|s| s.1),
            work.seconds,
            work.label,
            work.thumbnail,
            files,
            work.receipt.to_string(),
            vector,
        ],
    )?;
    set_tags(tx, seq, &job.tags)
}

fn set_tags(tx: &Tx<'_>, work: i64, tags: &[String]) -> Result<(), StoreError> {
    tx.db.execute("DELETE FROM tag WHERE work = ?1", params![work])?;
    for tag in tags {
        let sql = "INSERT INTO tag (work, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        tx.db.execute(sql, params![work, tag])?;
    }
    Ok(())
}

fn by_id(db: Db<'_>, id: &str) -> Result<WorkRow, StoreError> {
    find(db, id, "")
}

/// A work that nobody else changes until the transaction ends.
fn hold_by_id(tx: &Tx<'_>, id: &str) -> Result<WorkRow, StoreError> {
    find(tx.db, id, tx.db.for_update())
}

fn find(db: Db<'_>, id: &str, lock: &str) -> Result<WorkRow, StoreError> {
    let sql = format!("SELECT {} FROM work WHERE id = ?1{lock}", columns(db));
    let found = db.row(&sql, params![id], read)?;
    found.ok_or_else(|| StoreError::Unknown { what: "work", name: id.to_owned() })
}

impl Store {
    /// A work.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is none.
    pub fn work(&self, id: &str) -> Result<WorkRow, StoreError> {
        self.read(|db| by_id(db, id))
    }

    /// Works, newest first, and whether there are more.
    ///
    /// # Errors
    /// [`StoreError`]: an unknown work to go on from.
    pub fn works(&self, filter: &WorkFilter) -> Result<(Vec<WorkRow>, bool), StoreError> {
        self.read(|db| {
            let (clauses, mut values) = clauses(filter);
            let mut sql = format!("SELECT {} FROM work WHERE {clauses}", columns(db));
            if let Some(after) = &filter.after {
                values.push(Sql::Int(by_id(db, after)?.seq));
                sql.push_str(&format!(" AND seq < ?{}", values.len()));
            }
            values.push(Sql::Int(filter.limit as i64 + 1));
            sql.push_str(&format!(" ORDER BY seq DESC LIMIT ?{}", values.len()));
            let mut works = db.rows(&sql, &values, read)?;
            let more = works.len() > filter.limit;
            works.truncate(filter.limit);
            Ok((works, more))
        })
    }

    /// Works that mean something like `vector`, the nearest first, with their likeness (the product of
    /// the vectors, which have length 1).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn works_like(&self, filter: &WorkFilter, vector: &[f32]) -> Result<Vec<(WorkRow, f32)>, StoreError> {
        self.read(|db| {
            let (clauses, values) = clauses(filter);
            let sql = format!("SELECT id, vector FROM work WHERE vector IS NOT NULL AND {clauses}");
            let mut scored: Vec<(String, f32)> = db.rows(&sql, &values, |row| {
                let bytes: Vec<u8> = row.get(1)?;
                let other = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
                Ok((row.get(0)?, other.zip(vector).map(|(a, b)| a * b).sum()))
            })?;
            scored.sort_by(|a, b| b.1.total_cmp(&a.1));
            scored.truncate(filter.limit);
            scored.into_iter().map(|(id, score)| Ok((by_id(db, &id)?, score))).collect()
        })
    }

    /// Changes what is said about a work.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn edit_work(&self, id: &str, edit: WorkEdit) -> Result<WorkRow, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let seq = hold_by_id(tx, &id)?.seq;
            if let Some(title) = &edit.title {
                tx.db.execute("UPDATE work SET title = ?2 WHERE seq = ?1", params![seq, title])?;
            }
            if let Some(favourite) = edit.favourite {
                tx.db.execute("UPDATE work SET favourite = ?2 WHERE seq = ?1", params![seq, favourite])?;
            }
            if let Some(tags) = &edit.tags {
                set_tags(tx, seq, tags)?;
            }
            by_id(tx.db, &id)
        })
    }

    /// Puts a work into the trash, or takes it out.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn trash_work(&self, id: &str, trashed: bool) -> Result<WorkRow, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let seq = hold_by_id(tx, &id)?.seq;
            let when = trashed.then_some(tx.now);
            tx.db.execute("UPDATE work SET trashed = ?2 WHERE seq = ?1", params![seq, when])?;
            by_id(tx.db, &id)
        })
    }

    /// Whether a work of a job lives in this folder.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn knows_folder(&self, job: &str, folder: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM work WHERE job = ?1 AND folder = ?2)";
        self.read(|db| db.value(sql, params![job, folder]))
    }

    /// Forgets a work; its entry in the log stays. Gives what was kept, so that its files can go, and
    /// whether another work lives in the same folder.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn forget_work(&self, id: &str) -> Result<(WorkRow, bool), StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let row = hold_by_id(tx, &id)?;
            tx.db.execute("DELETE FROM tag WHERE work = ?1", params![row.seq])?;
            tx.db.execute("DELETE FROM work WHERE seq = ?1", params![row.seq])?;
            let others = "SELECT EXISTS (SELECT 1 FROM work WHERE folder = ?1)";
            let shared = tx.db.value(others, params![row.work.folder])?;
            Ok((row, shared))
        })
    }

    /// Works that have been in the trash since before `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn old_trash(&self, before: i64) -> Result<Vec<String>, StoreError> {
        self.read(|db| {
            db.rows("SELECT id FROM work WHERE trashed < ?1 ORDER BY seq", params![before], |r| r.get(0))
        })
    }

    /// Works whose meaning was not yet taken down, the newest first: their numbers, titles and prompts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn works_without_vector(&self, limit: usize) -> Result<Vec<(String, String, String)>, StoreError> {
        self.read(|db| {
            let sql = "SELECT id, title, prompt FROM work WHERE vector IS NULL ORDER BY seq DESC LIMIT ?1";
            db.rows(sql, params![limit as i64], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        })
    }

    /// Takes down what works mean: vectors of length 1.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_vectors(&self, vectors: Vec<(String, Vec<f32>)>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (id, vector) in &vectors {
                let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                tx.db.execute("UPDATE work SET vector = ?2 WHERE id = ?1", params![id, bytes])?;
            }
            Ok(())
        })
    }

    /// How many works there are, and how long their main files are together.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn works_total(&self) -> Result<(u64, u64), StoreError> {
        self.read(|db| {
            let sql = "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS bigint) FROM work";
            Ok(db.row(sql, &[], |r| Ok((r.number(0)?, r.number(1)?)))?.unwrap_or_default())
        })
    }

    /// All tags with how many works have them, the most frequent first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tags(&self, owner: Option<&str>) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|db| {
            let sql = "SELECT t.tag, count(*) FROM tag t JOIN work w ON w.seq = t.work \
                       WHERE w.trashed IS NULL AND (CAST(?1 AS text) IS NULL OR w.owner = ?1) \
                       GROUP BY t.tag ORDER BY count(*) DESC, t.tag LIMIT 500";
            db.rows(sql, params![owner], |r| Ok((r.get(0)?, r.number(1)?)))
        })
    }
}

fn clauses(filter: &WorkFilter) -> (String, Vec<Sql<'_>>) {
    let mut sql = String::from(if filter.trash { "trashed IS NOT NULL" } else { "trashed IS NULL" });
    let mut values: Vec<Sql<'_>> = Vec::new();
    let tag = "EXISTS (SELECT 1 FROM tag WHERE tag.work = work.seq AND tag.tag =";
    let required = [
        ("owner =", &filter.owner, ""),
        ("modality =", &filter.modality, ""),
        ("job =", &filter.job, ""),
        (tag, &filter.tag, ")"),
    ];
    for (clause, value, close) in required {
        if let Some(value) = value {
            values.push(Sql::Text(value));
            sql.push_str(&format!(" AND {clause} ?{}{close}", values.len()));
        }
    }
    if filter.favourite {
        sql.push_str(" AND favourite");
    }
    (sql, values)
}
