//! The `.tlog-proof` format (<https://c2sp.org/tlog-proof>): a proof that stands alone.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of the entry>
//! index <decimal>
//! <base64 hash>
//! …
//!
//! <checkpoint>
//! ```
//!
//! The optional `extra` line carries the logged entry itself, so that whoever holds the sealed file,
//! the proof and the log's public key needs nothing else. It is authenticated because the leaf hash
//! is computed from it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use colophon_types::LogEntry;
use tlog_tiles::{Hash, check_record, record_hash};

use crate::LedgerError;
use crate::parse::{open_checkpoint, parse_entry};
use crate::witness::{Cosigner, WitnessPolicy};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A proof in a tree of 2^64 leaves has 64 hashes; anything much longer is not a proof.
const MAX_PROOF: usize = 1 << 20;

/// What a proof says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedProof {
    /// The entry: compare its `sha256` with the file's.
    pub entry: LogEntry,
    /// Its index.
    pub index: u64,
    /// Size of the tree that the checkpoint covers.
    pub size: u64,
    /// Known witnesses who signed its checkpoint.
    pub cosigners: Vec<Cosigner>,
}

pub(crate) fn format(index: u64, record: &[u8], hashes: &[Hash], checkpoint: &str) -> String {
    let mut text = format!("{HEADER}\nextra {}\nindex {index}\n", STANDARD.encode(record));
    for hash in hashes {
        text.push_str(&hash.to_string());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(checkpoint);
    text
}

/// Checks a proof against the log's public key (see [`crate::Ledger::verifier_key`]).
///
/// # Errors
/// [`LedgerError::BadProof`] when the text is not a proof with an entry, the checkpoint's signature
/// does not hold, or the entry is not in the tree.
pub fn verify_proof(proof: &str, verifier_key: &str) -> Result<VerifiedProof, LedgerError> {
    verify_witnessed_proof(proof, verifier_key, &WitnessPolicy::default())
}

/// Checks a proof as [`verify_proof`] does, and that enough witnesses signed its checkpoint.
///
/// # Errors
/// As [`verify_proof`]; [`LedgerError::Unwitnessed`].
pub fn verify_witnessed_proof(
    proof: &str,
    verifier_key: &str,
    policy: &WitnessPolicy,
) -> Result<VerifiedProof, LedgerError> {
    let bad = |reason: &str| LedgerError::BadProof(reason.to_owned());
    if proof.len() > MAX_PROOF {
        return Err(bad("it is too long"));
    }
    let (head, checkpoint) = proof.split_once("\n\n").ok_or_else(|| bad("it has no checkpoint"))?;
    let mut lines = head.split('\n');
    if lines.next() != Some(HEADER) {
        return Err(bad("it does not start with c2sp.org/tlog-proof@v1"));
    }
    let record = lines
        .next()
        .and_then(|l| l.strip_prefix("extra "))
        .and_then(|l| STANDARD.decode(l).ok())
        .ok_or_else(|| bad("it does not hold the entry"))?;
    let index: u64 = lines
        .next()
        .and_then(|l| l.strip_prefix("index "))
        .filter(|l| *l == "0" || !l.starts_with(['0', '+']))
        .and_then(|l| l.parse().ok())
        .ok_or_else(|| bad("it has no index"))?;
    let hashes =
        lines.map(Hash::parse_hash).collect::<Result<Vec<_>, _>>().map_err(|_| bad("a hash is malformed"))?;
    let origin = verifier_key.split('+').next().unwrap_or_default();
    let tree = open_checkpoint(checkpoint.as_bytes(), verifier_key, origin)
        .map_err(|e| LedgerError::BadProof(e.to_string()))?;
    if index >= tree.size {
        return Err(bad("the index is beyond the tree"));
    }
    check_record(&hashes, tree.size, tree.root, index, record_hash(&record))
        .map_err(|_| bad("the entry is not in the tree"))?;
    let entry = parse_entry(index, &record).map_err(|e| LedgerError::BadProof(e.to_string()))?;
    Ok(VerifiedProof { entry, index, size: tree.size, cosigners: policy.check(checkpoint)? })
}
