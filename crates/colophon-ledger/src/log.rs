//! The log itself: open, append, find, prove.

use std::path::{Path, PathBuf};

use colophon_types::{ErrorCode, Explain, LogEntry, LogPosition, Lookup, Recorder};
use signed_note::{Note, StandardSigner};
use tlog_tiles::{check_record, prove_record, record_hash};

use crate::disk::{self, Lock, fault};
use crate::index::{self, Index};
use crate::parse::{open_checkpoint, parse_entry};
use crate::tree::{self, Hashes, Head, Tiles};
use crate::witness::WitnessPolicy;
use crate::{LedgerError, audit, key, proof};

/// How many entries are added to the index at once when it is behind.
const CATCH_UP: u64 = 256;

/// A transparency log in a folder.
pub struct Ledger {
    dir: PathBuf,
    origin: String,
    signer: StandardSigner,
    verifier: String,
    index: Index,
}

/// The log's signed statement about its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The signed note, as served under `checkpoint`.
    pub text: String,
    /// The name of the log.
    pub origin: String,
    /// Entries in the tree.
    pub size: u64,
    /// Root hash, base64.
    pub root: String,
}

impl Ledger {
    /// Opens the log in `dir`, named `origin`, signed with the key in `key_path`. On first use it
    /// makes the folder, an Ed25519 key (mode 0600) and the checkpoint of the empty tree. What a
    /// crash left behind is cleared away, and the index is brought up to date.
    ///
    /// # Errors
    /// [`LedgerError`] when files cannot be read or written, the key is missing or belongs to
    /// another log, or the checkpoint's signature does not hold.
    pub fn open(dir: &Path, origin: &str, key_path: &Path) -> Result<Self, LedgerError> {
        std::fs::create_dir_all(dir).map_err(LedgerError::io("create", dir))?;
        let lock = Lock::take(dir)?;
        let exists = disk::read(&dir.join("checkpoint"))?.is_some();
        let key = key::open(key_path, origin, dir, exists)?;
        let ledger = Self {
            dir: dir.to_path_buf(),
            origin: origin.to_owned(),
            signer: key.signer,
            verifier: key.verifier,
            index: Index::open(dir)?,
        };
        if !exists {
            if dir.join("tile").exists() {
                return Err(LedgerError::Inconsistent("it has tiles but no checkpoint".to_owned()));
            }
            disk::replace(&dir.join("checkpoint"), &ledger.sign(Head::EMPTY)?)?;
        }
        disk::remove_leftovers(dir)?;
        let head = ledger.head()?;
        ledger.repair_index(head, &lock)?;
        Ok(ledger)
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public key, in the signed-note encoding `<origin>+<id>+<base64>`.
    pub fn verifier_key(&self) -> &str {
        &self.verifier
    }

    /// The folder, laid out as tlog-tiles serves it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The current checkpoint, its signature checked.
    ///
    /// # Errors
    /// [`LedgerError`] when it cannot be read or its signature does not hold.
    pub fn checkpoint(&self) -> Result<Checkpoint, LedgerError> {
        let (text, head) = self.read_checkpoint()?;
        Ok(Checkpoint { text, origin: self.origin.clone(), size: head.size, root: head.root.to_string() })
    }

    /// Entry `index`, as logged.
    ///
    /// # Errors
    /// [`LedgerError`] when the log has no such entry or its bundle cannot be read.
    pub fn entry(&self, index: u64) -> Result<LogEntry, LedgerError> {
        let head = self.head()?;
        if index >= head.size {
            return Err(LedgerError::NotFound(format!("index {index}")));
        }
        parse_entry(index, &self.record(index, head)?)
    }

    /// The proof that a file is in the log, as a
    /// [`.tlog-proof`](https://c2sp.org/tlog-proof) text that holds the entry, its index, the
    /// inclusion proof and the checkpoint; checked before it is returned.
    ///
    /// # Errors
    /// [`LedgerError::NotFound`] for a file that is not in the log, or what reading the log may fail with.
    pub fn prove(&self, sha256: &str) -> Result<String, LedgerError> {
        let (checkpoint, head) = self.read_checkpoint()?;
        let index = self.lookup(sha256, head)?.ok_or_else(|| LedgerError::NotFound(sha256.to_owned()))?;
        let record = self.record(index, head)?;
        let hashes = self.inclusion(index, &record, head)?;
        Ok(proof::format(index, &record, &hashes, &checkpoint))
    }

    /// Checks the whole log: the checkpoint's signature, every entry, every tile and the root
    /// recomputed from the entries, and the index.
    ///
    /// # Errors
    /// [`LedgerError::Inconsistent`] names the first thing that was changed.
    pub fn audit(&self) -> Result<crate::AuditReport, LedgerError> {
        self.audit_witnessed(&WitnessPolicy::default())
    }

    /// Checks the whole log as [`Self::audit`] does, and that enough witnesses signed one of its
    /// checkpoints.
    ///
    /// # Errors
    /// As [`Self::audit`]; [`LedgerError::Unwitnessed`].
    pub fn audit_witnessed(&self, policy: &WitnessPolicy) -> Result<crate::AuditReport, LedgerError> {
        let _lock = Lock::take(&self.dir)?;
        let head = self.head()?;
        let report = audit::run(&self.dir, &self.origin, head, &self.index)?;
        let (witnessed, stamps) = self.audit_outside(policy)?;
        Ok(crate::AuditReport { witnessed, stamps, ..report })
    }

    /// Appends an entry; see [`Recorder::append`].
    ///
    /// # Errors
    /// [`LedgerError`] when the entry could not be made durable.
    pub fn append_entry(&self, entry: &LogEntry) -> Result<LogPosition, LedgerError> {
        self.append_agreed(entry, &|_| Ok(()))
    }

    /// Writes records as the next entries, and then the note that `note` gives about them: with that they are
    /// in the log.
    pub(crate) fn grow(
        &self,
        head: Head,
        records: &[Vec<u8>],
        lock: &Lock,
        note: &dyn Fn(Head) -> Result<Vec<u8>, LedgerError>,
    ) -> Result<Head, LedgerError> {
        let (new, tiles) = tree::extend(head, records, &self.dir)?;
        let (mut next, mut bundles) = (head.size, Vec::new());
        while next < new.size {
            let (bundle, place) = tree::bundle_of(next, new.size);
            let mut bytes = Vec::new();
            let mut add = |record: &[u8]| {
                let length = u16::try_from(record.len())
                    .map_err(|_| LedgerError::BadEntry("it is longer than 65535 bytes".to_owned()))?;
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(record);
                Ok::<(), LedgerError>(())
            };
            if place > 0 {
                for old in tree::read_bundle(&self.dir, disk::with_width(bundle, place as u32))? {
                    add(&old)?;
                }
            }
            let from = (next - head.size) as usize;
            let count = bundle.width() as usize - place;
            for record in records.iter().skip(from).take(count) {
                add(record)?;
            }
            next += count as u64;
            disk::replace(&disk::tile_path(&self.dir, bundle), &bytes)?;
            bundles.push(bundle);
        }
        for (tile, data) in &tiles {
            disk::replace(&disk::tile_path(&self.dir, *tile), data)?;
        }
        disk::replace(&self.dir.join("checkpoint"), &note(new)?)?; // the commit

        fault::point()?;
        for full in tiles.iter().map(|(t, _)| *t).chain(bundles).filter(|t| t.width() == disk::FULL) {
            disk::prune_partials(&self.dir, full);
            fault::point()?;
        }
        self.catch_up(new, lock)?;
        fault::point()?;
        Ok(new)
    }

    /// Finds a file's newest entry; see [`Recorder::find`].
    ///
    /// # Errors
    /// [`LedgerError`] when the log cannot be read or is not consistent.
    pub fn find_entry(&self, sha256: &str) -> Result<Option<LogPosition>, LedgerError> {
        let head = self.head()?;
        let Some(index) = self.lookup(sha256, head)? else { return Ok(None) };
        let record = self.record(index, head)?;
        self.inclusion(index, &record, head)?;
        Ok(Some(LogPosition { index, included: true }))
    }

    /// Finds the newest entry with a watermark; see [`Recorder::find_watermark`].
    ///
    /// # Errors
    /// [`LedgerError`] when the log cannot be read or is not consistent.
    pub fn find_by_watermark(&self, payload: &str) -> Result<Option<(LogPosition, LogEntry)>, LedgerError> {
        if payload.is_empty() || !payload.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Ok(None);
        }
        let head = self.caught_up()?;
        let Some(index) = self.index.find_watermark(payload)?.filter(|i| *i < head.size) else {
            return Ok(None);
        };
        let record = self.record(index, head)?;
        let entry = parse_entry(index, &record)?;
        if !entry.watermark.as_ref().is_some_and(|w| w.starts_with(payload)) {
            return Err(self.disagrees(index));
        }
        self.inclusion(index, &record, head)?;
        Ok(Some((LogPosition { index, included: true }, entry)))
    }

    /// Finds the entry with the most similar content code; see [`Recorder::find_alike`].
    ///
    /// # Errors
    /// [`LedgerError`] when the log cannot be read or is not consistent.
    pub fn find_by_likeness(
        &self,
        iscc: &str,
        bits: u32,
    ) -> Result<Option<(LogPosition, LogEntry, u32)>, LedgerError> {
        let Some(code) = index::Code::parse(iscc) else { return Ok(None) };
        let head = self.caught_up()?;
        let Some((index, distance)) = self.index.find_alike(&code, bits)?.filter(|(i, _)| *i < head.size)
        else {
            return Ok(None);
        };
        let record = self.record(index, head)?;
        let entry = parse_entry(index, &record)?;
        let logged = entry.iscc.as_deref().and_then(index::Code::parse);
        if logged.and_then(|l| l.distance(&code)) != Some(distance) {
            return Err(self.disagrees(index));
        }
        self.inclusion(index, &record, head)?;
        Ok(Some((LogPosition { index, included: true }, entry, distance)))
    }

    pub(crate) fn head(&self) -> Result<Head, LedgerError> {
        self.read_checkpoint().map(|(_, head)| head)
    }

    /// The checkpoint's text and, its signature checked, what it says.
    pub(crate) fn read_checkpoint(&self) -> Result<(String, Head), LedgerError> {
        let bytes = disk::read(&self.dir.join("checkpoint"))?
            .ok_or_else(|| LedgerError::Inconsistent("the checkpoint is missing".to_owned()))?;
        let head = open_checkpoint(&bytes, &self.verifier, &self.origin)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), head))
    }

    /// The signed note about a tree.
    pub(crate) fn sign(&self, head: Head) -> Result<Vec<u8>, LedgerError> {
        let bad = |e: String| LedgerError::Inconsistent(format!("the checkpoint cannot be signed: {e}"));
        let checkpoint = tlog_tiles::Checkpoint::new(&self.origin, head.size, head.root, "")
            .map_err(|e| bad(e.to_string()))?;
        let mut note = Note::new(&checkpoint.to_bytes(), &[]).map_err(|e| bad(e.to_string()))?;
        note.add_sigs(&[&self.signer]).map_err(|e| bad(e.to_string()))?;
        Ok(note.to_bytes())
    }

    pub(crate) fn record(&self, index: u64, head: Head) -> Result<Vec<u8>, LedgerError> {
        let (bundle, place) = tree::bundle_of(index, head.size);
        tree::read_bundle(&self.dir, bundle)?
            .into_iter()
            .nth(place)
            .ok_or_else(|| LedgerError::Inconsistent(format!("entry {index} is missing")))
    }

    /// The inclusion proof of a record, checked against the root.
    pub(crate) fn inclusion(
        &self,
        index: u64,
        record: &[u8],
        head: Head,
    ) -> Result<Vec<tlog_tiles::Hash>, LedgerError> {
        let tiles = Tiles::new(&self.dir);
        let hashes =
            prove_record(head.size, index, &Hashes::new(head, &tiles)).map_err(|e| tiles.explain(&e))?;
        check_record(&hashes, head.size, head.root, index, record_hash(record))
            .map_err(|_| LedgerError::Inconsistent(format!("entry {index} is not what was logged")))?;
        Ok(hashes)
    }

    /// Looks a file up in the index and checks the entry that it names.
    pub(crate) fn lookup(&self, sha256: &str, head: Head) -> Result<Option<u64>, LedgerError> {
        self.caught_up()?;
        let Some(index) = self.index.find(sha256)?.filter(|i| *i < head.size) else { return Ok(None) };
        let entry = parse_entry(index, &self.record(index, head)?)?;
        if entry.sha256 != sha256 {
            return Err(self.disagrees(index));
        }
        Ok(Some(index))
    }

    fn disagrees(&self, index: u64) -> LedgerError {
        let path = self.index.path().display();
        LedgerError::Inconsistent(format!("{path} does not agree with entry {index}"))
    }

    /// The tree's head, with every entry in the index.
    fn caught_up(&self) -> Result<Head, LedgerError> {
        let head = self.head()?;
        if self.index.size()? >= head.size {
            return Ok(head);
        }
        let lock = Lock::take(&self.dir)?;
        let head = self.head()?;
        self.catch_up(head, &lock)?;
        Ok(head)
    }

    /// Adds the entries that the index does not have yet.
    fn catch_up(&self, head: Head, _lock: &Lock) -> Result<(), LedgerError> {
        let mut next = self.index.size()?;
        while next < head.size {
            let (bundle, place) = tree::bundle_of(next, head.size);
            let mut entries = Vec::new();
            for (i, record) in (next..).zip(tree::read_bundle(&self.dir, bundle)?.iter().skip(place)) {
                entries.push(parse_entry(i, record)?);
            }
            fault::point()?;
            self.index.add(next, &entries)?;
            fault::point()?;
            next = (next / CATCH_UP + 1) * CATCH_UP;
        }
        Ok(())
    }

    /// Brings the index up to date when the log is opened, and makes it anew when it belongs to another
    /// log. An index of this log that knows more entries than the checkpoint shows that the checkpoint
    /// was rolled back: appending to it would sign a second history.
    fn repair_index(&self, head: Head, lock: &Lock) -> Result<(), LedgerError> {
        let known = self.index.size()?;
        let agrees = match known.min(head.size).checked_sub(1) {
            Some(last) => {
                let logged = parse_entry(last, &self.record(last, head)?)?.sha256;
                self.index.sha256_of(last)? == Some(logged)
            }
            None => true,
        };
        if !agrees {
            self.index.clear()?;
        } else if known > head.size {
            return Err(LedgerError::Inconsistent(format!(
                "it had {known} entries and its checkpoint was rolled back to {}",
                head.size
            )));
        }
        self.catch_up(head, lock)
    }
}

impl Recorder for Ledger {
    fn append(&self, entry: &LogEntry) -> Result<LogPosition, (ErrorCode, String)> {
        self.append_entry(entry).map_err(|e| (e.code(), e.to_string()))
    }

    fn find(&self, sha256: &str) -> Lookup<LogPosition> {
        self.find_entry(sha256).map_err(|e| (e.code(), e.to_string()))
    }

    fn find_watermark(&self, payload: &str) -> Lookup<(LogPosition, LogEntry)> {
        self.find_by_watermark(payload).map_err(|e| (e.code(), e.to_string()))
    }

    fn find_alike(&self, iscc: &str, bits: u32) -> Lookup<(LogPosition, LogEntry, u32)> {
        self.find_by_likeness(iscc, bits).map_err(|e| (e.code(), e.to_string()))
    }
}
