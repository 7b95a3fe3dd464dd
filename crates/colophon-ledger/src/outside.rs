//! What others say of the log: witnesses who sign its checkpoints, and authorities who stamp them.

use tlog_tiles::{Hash, prove_tree, tree_hash};

use crate::disk::Lock;
use crate::log::Ledger;
use crate::parse::open_checkpoint;
use crate::stamped::{self, StampedCheckpoint};
use crate::tree::{Hashes, Head, Tiles};
use crate::witness::{self, WitnessPolicy, Witnessed};
use crate::{LedgerError, proof};

/// What a witness is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessRequest {
    /// The checkpoint that it shall sign.
    pub checkpoint: String,
    /// Entries that it covers.
    pub size: u64,
    /// The body of the `add-checkpoint` request.
    pub body: String,
}

impl Ledger {
    /// The request to a witness that has last signed a tree of `old` entries, 0 for none: the present
    /// checkpoint, with the proof that it continues that tree.
    ///
    /// # Errors
    /// [`LedgerError::BadCosignature`] when the log has fewer entries, or what reading the log may fail
    /// with.
    pub fn witness_request(&self, old: u64) -> Result<WitnessRequest, LedgerError> {
        let (checkpoint, head) = self.read_checkpoint()?;
        if old > head.size {
            return Err(LedgerError::BadCosignature(format!(
                "the witness has seen {old} entries, and this log has {}",
                head.size
            )));
        }
        let proof: Vec<Hash> = match (1..head.size).contains(&old) {
            true => {
                let tiles = Tiles::new(self.dir());
                prove_tree(head.size, old, &Hashes::new(head, &tiles)).map_err(|e| tiles.explain(&e))?
            }
            false => Vec::new(),
        };
        let lines: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
        let body = format!("old {old}\n{lines}\n{checkpoint}");
        Ok(WitnessRequest { checkpoint, size: head.size, body })
    }

    /// Adds cosignatures of known witnesses to a checkpoint of this log. `given` is a whole note, or
    /// signature lines alone, which then are of `checkpoint`, or of the present one.
    ///
    /// # Errors
    /// [`LedgerError::BadCosignature`] when none is of a known witness; [`LedgerError::Inconsistent`] when
    /// the checkpoint is not of this log or its tree is not the beginning of the present one.
    pub fn add_cosignatures(
        &self,
        checkpoint: Option<&str>,
        given: &str,
        policy: &WitnessPolicy,
    ) -> Result<Witnessed, LedgerError> {
        let _lock = Lock::take(self.dir())?;
        let (present, head) = self.read_checkpoint()?;
        let of = if given.contains("\n\n") { given } else { checkpoint.unwrap_or(&present) };
        let Head { size, .. } = self.is_beginning(of, head)?;
        let base = witness::read(self.dir(), size)?.unwrap_or_else(|| of.to_owned());
        let note = witness::with_cosignatures(&base, given, policy)?;
        witness::keep(self.dir(), size, &note, policy)?;
        Ok(Witnessed { size, cosigners: WitnessPolicy { quorum: 0, ..policy.clone() }.check(&note)? })
    }

    /// The newest checkpoint that enough witnesses signed; `None` when there is none.
    ///
    /// # Errors
    /// [`LedgerError`] when it cannot be read.
    pub fn witnessed(&self, policy: &WitnessPolicy) -> Result<Option<Witnessed>, LedgerError> {
        Ok(self.newest_witnessed(policy)?.map(|(witnessed, _)| witnessed))
    }

    fn newest_witnessed(&self, policy: &WitnessPolicy) -> Result<Option<(Witnessed, String)>, LedgerError> {
        for size in witness::sizes(self.dir())?.into_iter().rev() {
            let Some(note) = witness::read(self.dir(), size)? else { continue };
            if let Some(cosigners) = policy.check(&note).ok().filter(|c| !c.is_empty()) {
                return Ok(Some((Witnessed { size, cosigners }, note)));
            }
        }
        Ok(None)
    }

    /// The proof that a file is in the log, as [`Self::prove`] gives it, under the newest checkpoint that
    /// enough witnesses signed, where that covers it.
    ///
    /// # Errors
    /// As [`Self::prove`].
    pub fn prove_witnessed(&self, sha256: &str, policy: &WitnessPolicy) -> Result<String, LedgerError> {
        let (present, head) = self.read_checkpoint()?;
        let index = self.lookup(sha256, head)?.ok_or_else(|| LedgerError::NotFound(sha256.to_owned()))?;
        let record = self.record(index, head)?;
        let (checkpoint, head) = match self.newest_witnessed(policy)? {
            Some((witnessed, note)) if index < witnessed.size => {
                let covered = self.is_beginning(&note, head)?;
                (note, covered)
            }
            _ => (present, head),
        };
        let hashes = self.inclusion(index, &record, head)?;
        Ok(proof::format(index, &record, &hashes, &checkpoint))
    }

    /// Keeps the answer of a time-stamp authority about a checkpoint of this log.
    ///
    /// # Errors
    /// [`LedgerError::Inconsistent`] for a checkpoint that is not of this log.
    pub fn keep_stamp(&self, checkpoint: &str, answer: &[u8]) -> Result<(), LedgerError> {
        let _lock = Lock::take(self.dir())?;
        let (_, head) = self.read_checkpoint()?;
        let stamped = self.is_beginning(checkpoint, head)?;
        stamped::keep(self.dir(), stamped.size, checkpoint, answer)
    }

    /// The sizes of the trees whose checkpoints were stamped, in order.
    ///
    /// # Errors
    /// [`LedgerError::Io`].
    pub fn stamps(&self) -> Result<Vec<u64>, LedgerError> {
        stamped::sizes(self.dir())
    }

    /// The stamp of a tree of `size` entries, its checkpoint checked against the log.
    ///
    /// # Errors
    /// [`LedgerError::Inconsistent`] when it is not whole or not of this log.
    pub fn stamp(&self, size: u64) -> Result<StampedCheckpoint, LedgerError> {
        let (_, head) = self.read_checkpoint()?;
        let found = stamped::read(self.dir(), size)?;
        match self.is_beginning(&found.checkpoint, head)?.size == size {
            true => Ok(found),
            false => Err(LedgerError::Inconsistent(format!("the stamp of {size} entries is of others"))),
        }
    }

    /// Checks everything that others said of the log.
    pub(crate) fn audit_outside(
        &self,
        policy: &WitnessPolicy,
    ) -> Result<(Option<Witnessed>, u64), LedgerError> {
        let (_, head) = self.read_checkpoint()?;
        for size in witness::sizes(self.dir())? {
            let note = witness::read(self.dir(), size)?.unwrap_or_default();
            if self.is_beginning(&note, head)?.size != size {
                return Err(LedgerError::Inconsistent(format!("witnessed/{size} is of another tree")));
            }
        }
        let stamps = self.stamps()?;
        for size in &stamps {
            self.stamp(*size)?;
        }
        let witnessed = self.witnessed(policy)?;
        // Of an empty log nobody can say anything.
        if witnessed.is_none() && head.size > 0 && policy.quorum > 0 {
            return Err(LedgerError::Unwitnessed { found: 0, quorum: policy.quorum });
        }
        Ok((witnessed, stamps.len() as u64))
    }

    /// The head of a checkpoint of this log, whose tree must be the beginning of the present one.
    fn is_beginning(&self, checkpoint: &str, head: Head) -> Result<Head, LedgerError> {
        let old = open_checkpoint(checkpoint.as_bytes(), self.verifier_key(), self.origin())?;
        let other = |why: &str| {
            let message = format!("a signed checkpoint of {} entries {why}", old.size);
            Err(LedgerError::Inconsistent(message))
        };
        if old.size > head.size {
            return other("is ahead of the log");
        }
        let tiles = Tiles::new(self.dir());
        let root = match old.size {
            0 => Head::EMPTY.root,
            size if size == head.size => head.root,
            size => tree_hash(size, &Hashes::new(head, &tiles)).map_err(|e| tiles.explain(&e))?,
        };
        if root == old.root { Ok(old) } else { other("is of another history") }
    }
}
