//! Witnesses: others who sign a checkpoint when it continues what they saw before
//! (C2SP [tlog-cosignature](https://c2sp.org/tlog-cosignature) and
//! [tlog-witness](https://c2sp.org/tlog-witness)).
//!
//! Checkpoints that witnesses signed lie beside the log's own in `witnessed/<size>`: signed notes with the
//! log's signature and theirs. Ed25519 cosignatures (type 4) are understood;
//! lines of other kinds and of unknown keys are dropped.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use signed_note::{Note, Signature, is_key_name_valid, key_id};

use crate::LedgerError;
use crate::disk;

/// The folder of witnessed checkpoints.
const FOLDER: &str = "witnessed";
/// The type of Ed25519 cosignatures.
const COSIGNATURE: u8 = 4;
/// Longest answer of a witness or imported note, in bytes.
const LONGEST: usize = 64 << 10;

/// The key of a witness: its name, and an Ed25519 key of type 4 (`name+id+base64`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl WitnessKey {
    /// Reads a key as witnesses publish it.
    ///
    /// # Errors
    /// [`LedgerError::BadWitness`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = |reason: &'static str| LedgerError::BadWitness { key: text.to_owned(), reason };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("it does not have the form name+id+key"));
        };
        let key = STANDARD.decode(key).map_err(|_| bad("its key is not base64"))?;
        let id = u32::from_str_radix(id, 16).map_err(|_| bad("its id is not a number of base 16"))?;
        if !is_key_name_valid(name) || id != key_id(name, &key) {
            return Err(bad("its name, id and key do not belong together"));
        }
        match key.split_first() {
            Some((&COSIGNATURE, key)) => {
                let key: &[u8; 32] = key.try_into().map_err(|_| bad("its key has not 32 bytes"))?;
                let key = VerifyingKey::from_bytes(key).map_err(|_| bad("its key is no Ed25519 key"))?;
                Ok(Self { name: name.to_owned(), id, key })
            }
            _ => Err(bad("it is not of the type of Ed25519 cosignatures (4)")),
        }
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it signed the text of a checkpoint, in seconds since 1970; `None` when it did not.
    fn signed(&self, text: &[u8], line: &Signature) -> Option<u64> {
        if line.name() != self.name || line.id() != self.id {
            return None;
        }
        let (time, signature) = line.signature().split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let signature = Ed25519::from_slice(signature).ok()?;
        let message = [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat();
        self.key.verify_strict(&message, &signature).is_ok().then_some(time)
    }
}

/// Whose signatures are asked for.
#[derive(Clone, Debug, Default)]
pub struct WitnessPolicy {
    /// The witnesses.
    pub keys: Vec<WitnessKey>,
    /// How many of them must have signed; 0 for none.
    pub quorum: usize,
}

impl WitnessPolicy {
    /// A policy that can be met.
    ///
    /// # Errors
    /// [`LedgerError::BadQuorum`] when more are asked for than there are.
    pub fn new(keys: Vec<WitnessKey>, quorum: usize) -> Result<Self, LedgerError> {
        let distinct: BTreeSet<_> = keys.iter().map(|k| k.key.to_bytes()).collect();
        match quorum <= distinct.len() {
            true => Ok(Self { keys, quorum }),
            false => Err(LedgerError::BadQuorum { asked: quorum, known: distinct.len() }),
        }
    }

    /// Who of them signed a checkpoint.
    ///
    /// # Errors
    /// [`LedgerError::Unwitnessed`] when they are too few.
    pub fn check(&self, checkpoint: &str) -> Result<Vec<Cosigner>, LedgerError> {
        let found = cosigners(checkpoint, self);
        match found.len() >= self.quorum {
            true => Ok(found),
            false => Err(LedgerError::Unwitnessed { found: found.len(), quorum: self.quorum }),
        }
    }
}

/// A witness who signed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cosigner {
    /// Its name.
    pub name: String,
    /// When: seconds since 1970.
    pub time: u64,
}

/// The newest checkpoint that witnesses signed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Witnessed {
    /// Entries that it covers.
    pub size: u64,
    /// Who signed it, of those whose keys are known.
    pub cosigners: Vec<Cosigner>,
}

/// Who of the known signed; each key counts once.
fn cosigners(checkpoint: &str, policy: &WitnessPolicy) -> Vec<Cosigner> {
    let Ok(note) = Note::from_bytes(checkpoint.as_bytes()) else { return Vec::new() };
    let lines = signatures(checkpoint);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for witness in &policy.keys {
        let signed = lines.iter().find_map(|line| witness.signed(note.text(), line));
        if let Some(time) = signed.filter(|_| seen.insert(witness.key.to_bytes())) {
            found.push(Cosigner { name: witness.name.clone(), time });
        }
    }
    found
}

/// The signature lines of a note, or of a text of such lines alone; what is none is left out.
fn signatures(text: &str) -> Vec<Signature> {
    let block = text.rsplit_once("\n\n").map_or(text, |(_, block)| block);
    block.lines().filter_map(|line| Signature::from_bytes(line.as_bytes()).ok()).take(100).collect()
}

/// A checkpoint with the cosignatures of known witnesses among `lines` added to those that it has; the
/// newest of each counts.
pub(crate) fn with_cosignatures(
    checkpoint: &str,
    lines: &str,
    policy: &WitnessPolicy,
) -> Result<String, LedgerError> {
    let bad = |reason: &str| LedgerError::BadCosignature(reason.to_owned());
    if lines.len() > LONGEST {
        return Err(bad("they are too long"));
    }
    let note = Note::from_bytes(checkpoint.as_bytes()).map_err(|e| bad(&e.to_string()))?;
    let (there, new) = (signatures(checkpoint), signatures(lines));
    let mut out = String::from_utf8_lossy(note.text()).into_owned() + "\n";
    let mut add = |line: &Signature| out.push_str(&String::from_utf8_lossy(&line.to_bytes()));
    // Of others than the log and the witnesses nothing is kept.
    let origin = note.text().split(|b| *b == b'\n').next().unwrap_or_default();
    there.iter().filter(|line| line.name().as_bytes() == origin).for_each(&mut add);
    let mut gained = 0;
    for witness in &policy.keys {
        let newest = |lines: &'_ [Signature]| {
            let signed = lines.iter().filter_map(|l| Some((witness.signed(note.text(), l)?, l.clone())));
            signed.max_by_key(|(time, _)| *time)
        };
        let (old, new) = (newest(&there), newest(&new));
        gained += usize::from(new.is_some());
        if let Some((_, line)) = [old, new].into_iter().flatten().max_by_key(|(time, _)| *time) {
            add(&line);
        }
    }
    match gained {
        0 => Err(bad("none is of a known witness on this checkpoint")),
        _ => Ok(out),
    }
}

/// The sizes of the trees whose checkpoints have cosignatures, in order.
pub(crate) fn sizes(dir: &Path) -> Result<Vec<u64>, LedgerError> {
    let folder = dir.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(LedgerError::io("list", &folder))? {
        let name = entry.map_err(LedgerError::io("list", &folder))?.file_name();
        sizes.extend(name.to_str().and_then(|n| n.parse::<u64>().ok()));
    }
    sizes.sort_unstable();
    Ok(sizes)
}

/// The checkpoint of a tree of `size` entries with its cosignatures.
pub(crate) fn read(dir: &Path, size: u64) -> Result<Option<String>, LedgerError> {
    let bytes = disk::read(&dir.join(FOLDER).join(size.to_string()))?;
    Ok(bytes.map(|b| String::from_utf8_lossy(&b).into_owned()))
}

/// Keeps a witnessed checkpoint. Where it meets the policy, older ones are of no more use.
pub(crate) fn keep(
    dir: &Path,
    size: u64,
    checkpoint: &str,
    policy: &WitnessPolicy,
) -> Result<(), LedgerError> {
    let folder = dir.join(FOLDER);
    disk::replace(&folder.join(size.to_string()), checkpoint.as_bytes())?;
    if policy.check(checkpoint).is_ok() {
        for old in sizes(dir)?.into_iter().filter(|old| *old < size) {
            // A leftover is harmless.
            let _ = std::fs::remove_file(folder.join(old.to_string()));
        }
    }
    Ok(())
}
