//! Witnesses: what they are asked, what is taken from them, and what is proved with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_ledger::{Ledger, LedgerError, WitnessKey, WitnessPolicy, verify_proof, verify_witnessed_proof};
use colophon_types::{LogEntry, WorkId};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use tlog_tiles::{Hash, check_tree};

const ORIGIN: &str = "example.com/witnessed";

fn entry(n: u64) -> LogEntry {
    LogEntry {
        work_id: WorkId::from_bits(u128::from(n)),
        media_type: "image/png".to_owned(),
        sha256: format!("{n:064x}"),
        receipt_sha256: format!("{:064x}", n + 1),
        time: "2026-01-01T00:00:00Z".to_owned(),
        watermark: None,
        iscc: None,
    }
}

fn open(dir: &Path) -> Ledger {
    Ledger::open(&dir.join("log"), ORIGIN, &dir.join("keys/log.key")).unwrap()
}

fn grow(ledger: &Ledger, to: u64) {
    for n in ledger.checkpoint().unwrap().size..to {
        ledger.append_entry(&entry(n)).unwrap();
    }
}

/// A witness as the specification has it.
struct Witness {
    name: &'static str,
    key: SigningKey,
    seen: Option<(u64, Hash)>,
}

impl Witness {
    fn new(name: &'static str, seed: u8) -> Self {
        Self { name, key: SigningKey::from_bytes(&[seed; 32]), seen: None }
    }

    fn material(&self) -> Vec<u8> {
        [&[4u8][..], self.key.verifying_key().as_bytes()].concat()
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(self.name).chain_update("\n").chain_update(self.material());
        hash.finalize()[..4].try_into().unwrap()
    }

    fn published(&self) -> String {
        let id: String = self.id().iter().map(|b| format!("{b:02x}")).collect();
        format!("{}+{id}+{}", self.name, STANDARD.encode(self.material()))
    }

    fn key(&self) -> WitnessKey {
        WitnessKey::parse(&self.published()).unwrap()
    }

    /// A signature line on the note whose text this is.
    fn line(&self, text: &str, time: u64) -> String {
        let message = format!("cosignature/v1\ntime {time}\n{text}");
        let signature = self.key.sign(message.as_bytes()).to_bytes();
        let bytes = [&self.id()[..], &time.to_be_bytes(), &signature].concat();
        format!("— {} {}\n", self.name, STANDARD.encode(bytes))
    }

    /// Answers an `add-checkpoint` request, checking the proof as a witness must.
    fn answer(&mut self, body: &str, time: u64) -> String {
        let (head, note) = body.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<Hash> = lines.map(|l| Hash::parse_hash(l).unwrap()).collect();
        let text = format!("{}\n", note.split_once("\n\n").unwrap().0);
        let fields: Vec<&str> = text.lines().collect();
        assert_eq!(fields[0], ORIGIN);
        let (size, root) = (fields[1].parse().unwrap(), Hash::parse_hash(fields[2]).unwrap());
        match self.seen {
            None => assert!(old == 0 && proof.is_empty()),
            Some((seen, known)) => {
                assert_eq!(old, seen);
                check_tree(&proof, size, root, old, known).unwrap();
            }
        }
        self.seen = Some((size, root));
        self.line(&text, time)
    }
}

#[test]
fn witnesses_follow_the_log_and_a_proof_shows_their_signatures() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let (mut ann, mut ben) = (Witness::new("ann.example/w", 1), Witness::new("ben.example/w", 2));
    let policy = WitnessPolicy::new(vec![ann.key(), ben.key()], 2).unwrap();
    assert_eq!(ledger.audit_witnessed(&policy).unwrap().witnessed, None, "of an empty log");
    let mut old = 0;
    for size in [1, 2, 3, 200, 256, 257, 300] {
        grow(&ledger, size);
        assert!(old > 0 || matches!(ledger.audit_witnessed(&policy), Err(LedgerError::Unwitnessed { .. })));
        let request = ledger.witness_request(old).unwrap();
        assert_eq!(request.size, size);
        let one = ledger.add_cosignatures(Some(&request.checkpoint), &ann.answer(&request.body, 7), &policy);
        assert_eq!(one.unwrap().cosigners.len(), 1);
        // One of two is not enough; what was witnessed before still counts.
        let known = ledger.witnessed(&policy).unwrap().map(|w| w.size);
        assert_eq!(known, (old > 0).then_some(old));
        let answer = ben.answer(&request.body, 8);
        // The log may have grown meanwhile.
        grow(&ledger, size + 1);
        let both = ledger.add_cosignatures(Some(&request.checkpoint), &answer, &policy).unwrap();
        let names: Vec<_> = both.cosigners.iter().map(|c| (c.name.as_str(), c.time)).collect();
        assert_eq!((both.size, names), (size, vec![("ann.example/w", 7), ("ben.example/w", 8)]));
        let report = ledger.audit_witnessed(&policy).unwrap();
        assert_eq!(report.witnessed.unwrap().size, size);
        old = size;
    }
    // Older ones are put away.
    assert_eq!(std::fs::read_dir(dir.path().join("log/witnessed")).unwrap().count(), 1);

    let verifier = ledger.verifier_key();
    for n in [0, 1, 255, 256, 299] {
        let proof = ledger.prove_witnessed(&entry(n).sha256, &policy).unwrap();
        let proved = verify_witnessed_proof(&proof, verifier, &policy).unwrap();
        assert_eq!((proved.index, proved.size, proved.cosigners.len()), (n, 300, 2));
        verify_proof(&proof, verifier).unwrap();
    }
    // The last entry came after the witnesses.
    let proof = ledger.prove_witnessed(&entry(300).sha256, &policy).unwrap();
    assert_eq!(verify_proof(&proof, verifier).unwrap().size, 301);
    assert!(matches!(
        verify_witnessed_proof(&proof, verifier, &policy),
        Err(LedgerError::Unwitnessed { found: 0, quorum: 2 })
    ));
    assert!(matches!(ledger.witness_request(302), Err(LedgerError::BadCosignature(_))));
}

#[test]
fn a_note_that_was_signed_elsewhere_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let ann = Witness::new("ann.example/w", 1);
    let policy = WitnessPolicy::new(vec![ann.key()], 1).unwrap();
    grow(&ledger, 5);
    let note = ledger.checkpoint().unwrap().text;
    let text = format!("{}\n", note.split_once("\n\n").unwrap().0);
    grow(&ledger, 9);
    let signed = format!("{note}{}— someone.else AAAAAAA=\n", ann.line(&text, 3));
    let taken = ledger.add_cosignatures(None, &signed, &policy).unwrap();
    assert_eq!((taken.size, taken.cosigners[0].time), (5, 3));
    // The newer signature of the same witness counts, and the older never again.
    for (time, counts) in [(9, 9), (4, 9)] {
        let lines = format!("{note}{}", ann.line(&text, time));
        assert_eq!(ledger.add_cosignatures(None, &lines, &policy).unwrap().cosigners[0].time, counts);
    }
    // The file is a signed note that any verifier reads.
    let kept = std::fs::read_to_string(dir.path().join("log/witnessed/5")).unwrap();
    assert!(kept.starts_with(&note) && kept.lines().filter(|l| l.starts_with('—')).count() == 2, "{kept}");
}

#[test]
fn what_is_no_cosignature_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    let (ann, eve) = (Witness::new("ann.example/w", 1), Witness::new("ann.example/w", 3));
    let policy = WitnessPolicy::new(vec![ann.key()], 1).unwrap();
    grow(&ledger, 3);
    let note = ledger.checkpoint().unwrap().text;
    let text = format!("{}\n", note.split_once("\n\n").unwrap().0);
    let good = ann.line(&text, 3);
    let bytes = STANDARD.decode(good.trim().rsplit(' ').next().unwrap()).unwrap();
    let changed = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        format!("— ann.example/w {}\n", STANDARD.encode(bytes))
    };
    let other = text.replace("\n3\n", "\n4\n");
    for bad in [
        String::new(),
        "nonsense".to_owned(),
        eve.line(&text, 3),
        ann.line(&other, 3),
        changed(0),
        changed(11),
        changed(40),
        format!("— ann.example/w {}\n", STANDARD.encode(&bytes[..40])),
        "— ann.example/w AAAA\n".to_owned(),
        good.repeat(2000),
    ] {
        let refused = ledger.add_cosignatures(None, &bad, &policy);
        assert!(matches!(refused, Err(LedgerError::BadCosignature(_))), "{refused:?}");
    }
    // Notes of other logs and histories.
    let elsewhere = tempfile::tempdir().unwrap();
    let fork = open(elsewhere.path());
    grow(&fork, 2);
    std::fs::copy(dir.path().join("keys/log.key"), elsewhere.path().join("keys/log.key")).unwrap();
    for foreign in [fork.checkpoint().unwrap().text, note.replace("\n3\n", "\n2\n")] {
        let refused = ledger.add_cosignatures(None, &foreign, &policy);
        assert!(matches!(refused, Err(LedgerError::Inconsistent(_))), "{refused:?}");
    }
    let same_key = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(same_key.path().join("keys")).unwrap();
    std::fs::copy(dir.path().join("keys/log.key"), same_key.path().join("keys/log.key")).unwrap();
    let fork = open(same_key.path());
    fork.append_entry(&entry(77)).unwrap();
    let foreign = fork.checkpoint().unwrap().text;
    let text = format!("{}\n", foreign.split_once("\n\n").unwrap().0);
    let refused = ledger.add_cosignatures(None, &format!("{foreign}{}", ann.line(&text, 1)), &policy);
    assert!(
        matches!(&refused, Err(LedgerError::Inconsistent(why)) if why.contains("another history")),
        "{refused:?}"
    );

    ledger.add_cosignatures(None, &good, &policy).unwrap();
    let file = dir.path().join("log/witnessed/3");
    let kept = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, kept.replace(good.as_str(), &changed(40))).unwrap();
    assert!(matches!(ledger.audit_witnessed(&policy), Err(LedgerError::Unwitnessed { .. })));
    std::fs::write(&file, format!("{foreign}{}", ann.line(&text, 1))).unwrap();
    assert!(matches!(ledger.audit_witnessed(&policy), Err(LedgerError::Inconsistent(_))));
}

#[test]
fn keys_and_quorums_are_checked() {
    let ann = Witness::new("ann.example/w", 1);
    let key = ann.published();
    let example = "witness.example.com/w1";
    for bad in [
        String::new(),
        example.to_owned(),
        key.replace("ann", "eve"),
        key.replace('+', " "),
        format!("{key}A"),
        // A log's own key is of another type.
        open(tempfile::tempdir().unwrap().path()).verifier_key().to_owned(),
    ] {
        let said = WitnessKey::parse(&bad).unwrap_err();
        assert!(matches!(said, LedgerError::BadWitness { .. }), "{said}");
    }
    assert_eq!(ann.key().name(), "ann.example/w");
    // One witness under one key is one witness.
    let refused = WitnessPolicy::new(vec![ann.key(), ann.key()], 2).unwrap_err();
    assert!(matches!(refused, LedgerError::BadQuorum { asked: 2, known: 1 }), "{refused}");
}

#[test]
fn stamps_are_kept_and_belong_to_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path());
    grow(&ledger, 2);
    let first = ledger.checkpoint().unwrap().text;
    grow(&ledger, 4);
    let second = ledger.checkpoint().unwrap().text;
    ledger.keep_stamp(&first, b"answer 2").unwrap();
    ledger.keep_stamp(&second, b"answer 4").unwrap();
    grow(&ledger, 5);
    assert_eq!(ledger.stamps().unwrap(), [2, 4]);
    assert_eq!(ledger.stamp(2).unwrap().answer, b"answer 2");
    assert_eq!(ledger.stamp(4).unwrap().checkpoint, second);
    assert_eq!(ledger.audit().unwrap().stamps, 2);
    assert!(ledger.keep_stamp(&first.replace("\n2\n", "\n3\n"), b"x").is_err());
    std::fs::write(dir.path().join("log/stamps/2.checkpoint"), &second).unwrap();
    assert!(matches!(ledger.audit(), Err(LedgerError::Inconsistent(_))));
    std::fs::remove_file(dir.path().join("log/stamps/2.checkpoint")).unwrap();
    assert!(matches!(ledger.audit(), Err(LedgerError::Inconsistent(_))));
}
