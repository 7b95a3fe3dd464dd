//! The log as its users see it: appending, finding, proving, auditing, and what happens when files
//! are changed or a write is cut short.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use colophon_ledger::{Ledger, LedgerError, verify_proof};
use colophon_types::{LogEntry, Recorder, WorkId};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "example.com/colophon-test";

fn entry(n: u64) -> LogEntry {
    let hex = |data: String| Sha256::digest(data).iter().map(|b| format!("{b:02x}")).collect::<String>();
    LogEntry {
        work_id: WorkId::from_bits(u128::from(n)),
        media_type: "image/png".to_owned(),
        sha256: hex(format!("file {n}")),
        receipt_sha256: hex(format!("receipt {n}")),
        time: "2026-01-01T00:00:00Z".to_owned(),
        watermark: None,
        iscc: None,
    }
}

fn open(dir: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(&dir.join("log"), ORIGIN, &dir.join("keys/log.key"))
}

fn filled(n: u64) -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path()).unwrap();
    for i in 0..n {
        assert_eq!(ledger.append(&entry(i)).unwrap().index, i);
    }
    (dir, ledger)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// RFC 6962 from its definition, sharing nothing with the crate under test.
fn root_of(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [] => Sha256::digest([]).to_vec(),
        [leaf] => Sha256::new().chain_update([0]).chain_update(leaf).finalize().to_vec(),
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            Sha256::new()
                .chain_update([1])
                .chain_update(root_of(left))
                .chain_update(root_of(right))
                .finalize()
                .to_vec()
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn three_hundred_appends_cross_a_tile_boundary_and_every_one_can_be_proved() {
    let (dir, ledger) = filled(300);
    let log = dir.path().join("log");
    assert!(log.join("tile/0/000").exists(), "the full tile");
    assert!(log.join("tile/0/001.p/44").exists(), "the partial tile");
    assert!(log.join("tile/1/000.p/1").exists(), "the tile above");
    assert!(log.join("tile/entries/000").exists() && log.join("tile/entries/001.p/44").exists());
    assert!(!log.join("tile/0/000.p").exists(), "partial forms of a full tile are pruned");
    assert_eq!(fs::metadata(log.join("tile/0/000")).unwrap().len(), 256 * 32);

    let leaves: Vec<Vec<u8>> = (0..300).map(|i| serde_json::to_vec(&entry(i)).unwrap()).collect();
    let checkpoint = ledger.checkpoint().unwrap();
    assert_eq!(checkpoint.size, 300);
    assert_eq!(checkpoint.root, base64(&root_of(&leaves)));
    assert!(checkpoint.text.starts_with(&format!("{ORIGIN}\n300\n{}\n\n— {ORIGIN} ", checkpoint.root)));

    for i in [0, 1, 127, 128, 254, 255, 256, 257, 298, 299] {
        let found = ledger.find(&entry(i).sha256).unwrap().expect("logged");
        assert!(found.included && found.index == i);
        let proof = ledger.prove(&entry(i).sha256).unwrap();
        let verified = verify_proof(&proof, ledger.verifier_key()).unwrap();
        assert_eq!((verified.entry, verified.index, verified.size), (entry(i), i, 300));
        assert_eq!(ledger.entry(i).unwrap(), entry(i));
    }
    assert_eq!(ledger.find(&entry(300).sha256).unwrap(), None);
    assert!(matches!(ledger.prove(&entry(300).sha256), Err(LedgerError::NotFound(_))));
    let report = ledger.audit().unwrap();
    assert_eq!((report.entries, report.tiles), (300, 3));

    drop(ledger);
    let again = open(dir.path()).unwrap();
    assert_eq!(again.append(&entry(300)).unwrap().index, 300);
    assert_eq!(again.audit().unwrap().entries, 301);
}

#[test]
fn a_proof_does_not_hold_for_another_entry_key_or_tree() {
    let (_dir, ledger) = filled(7);
    let proof = ledger.prove(&entry(3).sha256).unwrap();
    let (_other_dir, other) = filled(7);
    assert!(verify_proof(&proof, other.verifier_key()).is_err(), "another log's key");
    assert!(verify_proof(&proof.replace("index 3", "index 4"), ledger.verifier_key()).is_err());
    let foreign = base64(&serde_json::to_vec(&entry(9)).unwrap());
    let ours = base64(&serde_json::to_vec(&entry(3)).unwrap());
    assert!(proof.contains(&ours));
    assert!(verify_proof(&proof.replace(&ours, &foreign), ledger.verifier_key()).is_err());
    // Any changed character that is not outside the signed and hashed parts breaks it.
    let mut broken = 0;
    for at in 0..proof.len() {
        let mut bytes = proof.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(text) = String::from_utf8(bytes) {
            match verify_proof(&text, ledger.verifier_key()) {
                Err(_) => broken += 1,
                // The last base64 digit of a hash or signature may carry unused bits.
                Ok(v) => assert_eq!((v.entry, v.index), (entry(3), 3), "byte {at}"),
            }
        }
    }
    assert!(broken > proof.len() * 9 / 10);
    assert!(verify_proof("", ledger.verifier_key()).is_err());
    assert!(verify_proof("c2sp.org/tlog-proof@v1\n\n", ledger.verifier_key()).is_err());
}

#[test]
fn an_audit_finds_every_changed_file() {
    let (dir, ledger) = filled(260);
    let log = dir.path().join("log");
    for name in [
        "tile/0/000",
        "tile/0/001.p/4",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/4",
        "checkpoint",
    ] {
        let path = log.join(name);
        let good = fs::read(&path).unwrap();
        for at in [10, 33, 70, 5003] {
            flip(&path, at);
            let found = ledger.audit();
            assert!(matches!(found, Err(LedgerError::Inconsistent(_))), "{name} byte {at}: {found:?}");
            fs::write(&path, &good).unwrap();
        }
        fs::write(&path, &good[..good.len() / 2]).unwrap();
        assert!(ledger.audit().is_err(), "{name} cut");
        fs::remove_file(&path).unwrap();
        assert!(ledger.audit().is_err(), "{name} removed");
        fs::write(&path, &good).unwrap();
    }
    assert!(ledger.audit().is_ok());
    // An append on a changed tree is refused: it would sign over the change.
    flip(&log.join("tile/0/001.p/4"), 5);
    assert!(ledger.append(&entry(260)).is_err());
}

#[test]
fn a_changed_entry_is_not_found_as_included() {
    let (dir, ledger) = filled(5);
    let bundle = dir.path().join("log/tile/entries/000.p/5");
    let text = String::from_utf8_lossy(&fs::read(&bundle).unwrap()).into_owned();
    let at = text.find("image/png").unwrap();
    let mut bytes = fs::read(&bundle).unwrap();
    bytes[at] = b'I';
    fs::write(&bundle, bytes).unwrap();
    assert!(ledger.find(&entry(0).sha256).is_err());
}

#[test]
fn a_forged_or_rolled_back_checkpoint_is_refused() {
    let (dir, ledger) = filled(2);
    let path = dir.path().join("log/checkpoint");
    let old = fs::read_to_string(&path).unwrap();
    ledger.append(&entry(2)).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, good.replace("\n3\n", "\n2\n")).unwrap();
    assert!(ledger.checkpoint().is_err());
    assert!(matches!(open(dir.path()), Err(LedgerError::Inconsistent(_))));
    // An older checkpoint is signed too, but the log has moved on.
    fs::write(&path, old).unwrap();
    assert!(ledger.audit().is_err());
    let refused = open(dir.path()).err().unwrap().to_string();
    assert!(refused.contains("rolled back"), "{refused}");
    fs::write(&path, good).unwrap();
    assert_eq!(open(dir.path()).unwrap().audit().unwrap().entries, 3);
}

#[test]
fn what_a_crash_leaves_behind_is_overcome() {
    // Every file that an append writes before its commit, complete or cut short, is harmless.
    let (dir, ledger) = filled(255);
    let log = dir.path().join("log");
    let before = fs::read(log.join("checkpoint")).unwrap();
    let backup = copy(&log, &dir.path().join("backup"));
    ledger.append(&entry(255)).unwrap();
    let after = copy(&log, &dir.path().join("after"));
    drop(ledger);
    for cut in ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"] {
        fs::remove_dir_all(&log).unwrap();
        copy(&backup, &log);
        // The append got as far as `cut`, half written under a temporary name and fully under its own.
        for name in ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"] {
            let bytes = fs::read(after.join(name)).unwrap();
            fs::create_dir_all(log.join(name).parent().unwrap()).unwrap();
            fs::write(log.join(name).with_file_name(".new-abc"), &bytes[..bytes.len() / 2]).unwrap();
            fs::write(log.join(name), &bytes).unwrap();
            if name == cut {
                break;
            }
        }
        assert_eq!(fs::read(log.join("checkpoint")).unwrap(), before);
        let ledger = open(dir.path()).unwrap();
        assert_eq!(ledger.checkpoint().unwrap().size, 255);
        assert!(ledger.find(&entry(255).sha256).unwrap().is_none());
        assert_eq!(ledger.append(&entry(900)).unwrap().index, 255, "another entry takes the place");
        assert_eq!(ledger.append(&entry(901)).unwrap().index, 256);
        assert_eq!(ledger.audit().unwrap().entries, 257);
        assert!(!log.join("tile/0/.new-abc").exists());
    }

    // After the commit, before the index and the pruning.
    fs::remove_dir_all(&log).unwrap();
    copy(&after, &log);
    fs::remove_file(log.join("index.db")).unwrap();
    fs::copy(backup.join("index.db"), log.join("index.db")).unwrap();
    let ledger = open(dir.path()).unwrap();
    assert_eq!(ledger.find(&entry(255).sha256).unwrap().unwrap().index, 255);
    assert_eq!(ledger.audit().unwrap().entries, 256);

    // An index that is lost, broken or of another log is made anew.
    drop(ledger);
    fs::write(log.join("index.db"), b"not a database, and long enough to have a header of its own").unwrap();
    assert_eq!(open(dir.path()).unwrap().audit().unwrap().entries, 256);
    let (other_dir, other) = filled(0);
    for n in [70, 80, 90] {
        other.append(&entry(n)).unwrap();
    }
    drop(other);
    fs::copy(other_dir.path().join("log/index.db"), log.join("index.db")).unwrap();
    assert_eq!(open(dir.path()).unwrap().audit().unwrap().entries, 256);
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            fs::copy(item.path(), target).unwrap();
        }
    }
    to.to_path_buf()
}

#[test]
fn threads_with_one_or_several_ledgers_append_without_loss() {
    let (dir, ledger) = filled(0);
    std::thread::scope(|scope| {
        for t in 0..4u64 {
            let (dir, ledger) = (dir.path(), &ledger);
            scope.spawn(move || {
                let own = (t % 2 == 0).then(|| open(dir).unwrap());
                for i in 0..15 {
                    own.as_ref().unwrap_or(ledger).append(&entry(t * 100 + i)).unwrap();
                }
            });
        }
    });
    assert_eq!(ledger.audit().unwrap().entries, 60);
    let mut places: Vec<u64> = (0..4u64)
        .flat_map(|t| (0..15).map(move |i| t * 100 + i))
        .map(|n| ledger.find(&entry(n).sha256).unwrap().unwrap().index)
        .collect();
    places.sort_unstable();
    assert_eq!(places, (0..60).collect::<Vec<_>>());
}

/// Not a test of its own: the second process of the test below.
#[test]
fn appends_for_another_process() {
    let Ok(dir) = std::env::var("LEDGER_TEST_DIR") else { return };
    let ledger = open(Path::new(&dir)).unwrap();
    for i in 0..20 {
        ledger.append(&entry(1000 + i)).unwrap();
    }
}

#[test]
fn two_processes_append_without_loss() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "appends_for_another_process"])
            .env("LEDGER_TEST_DIR", dir.path())
            .spawn()
            .unwrap()
    };
    let mut children = [start(), start()];
    let ledger = open(dir.path()).unwrap();
    for i in 0..20 {
        ledger.append(&entry(i)).unwrap();
    }
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(ledger.audit().unwrap().entries, 60);
    assert!(ledger.find(&entry(1019).sha256).unwrap().is_some());
}

#[test]
fn the_key_is_private_and_belongs_to_the_log() {
    let (dir, ledger) = filled(1);
    let key = dir.path().join("keys/log.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(ledger.verifier_key().starts_with(&format!("{ORIGIN}+")));
    drop(ledger);
    let other = Ledger::open(&dir.path().join("log"), "example.com/other", &key);
    assert!(matches!(other, Err(LedgerError::BadKey { .. })));
    fs::rename(&key, dir.path().join("moved")).unwrap();
    assert!(matches!(open(dir.path()), Err(LedgerError::KeyMissing { .. })));
    assert!(!key.exists(), "no new key is made for an old log");
    let spaces = Ledger::open(&dir.path().join("new"), "my log", &key);
    assert!(matches!(spaces, Err(LedgerError::BadOrigin(_))));
}

#[test]
fn an_entry_is_found_by_its_watermark_and_by_its_likeness() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(dir.path()).unwrap();
    let code = |level: u8| {
        let pixels: Vec<u8> =
            (0..1024u32).map(|i| (i * i / 700 % 251) as u8 ^ (level * u8::from(i < 40))).collect();
        iscc_lib::gen_image_code_v0(&pixels, 256).unwrap().iscc
    };
    let marked = |n: u64, watermark: &str, iscc: Option<String>| LogEntry {
        watermark: Some(watermark.to_owned()),
        iscc,
        ..entry(n)
    };
    ledger.append(&marked(0, "00112233445566ff", None)).unwrap();
    ledger.append(&marked(1, "0011223399999999", Some(code(0)))).unwrap();
    ledger.append(&entry(2)).unwrap();

    let found = |payload: &str| ledger.find_watermark(payload).unwrap().map(|(p, e)| (p.index, e.work_id));
    assert_eq!(found("00112233445566ff"), Some((0, WorkId::from_bits(0))));
    assert_eq!(found("00112233"), Some((1, WorkId::from_bits(1))), "the newest");
    for none in ["00112233445566fe", "ff", "", "00112233445566FF", "0' OR 1=1", "%"] {
        assert_eq!(found(none), None, "{none}");
    }

    let alike = |iscc: &str, bits| ledger.find_alike(iscc, bits).unwrap().map(|(p, _, d)| (p.index, d));
    assert_eq!(alike(&code(0), 0), Some((1, 0)));
    let (index, distance) = alike(&code(3), 200).unwrap();
    assert!(index == 1 && distance > 0, "{distance}");
    assert_eq!(alike(&code(3), distance - 1), None);
    assert_eq!(alike("ISCC:nonsense", 256), None);
    drop(ledger);

    // An index of an older form is made anew from the entries.
    let db = rusqlite::Connection::open(dir.path().join("log/index.db")).unwrap();
    db.execute_batch(
        "DROP TABLE entry; CREATE TABLE entry (idx INTEGER PRIMARY KEY, sha256 TEXT NOT NULL);
         INSERT INTO entry VALUES (0, 'x'); PRAGMA user_version = 0;",
    )
    .unwrap();
    drop(db);
    let ledger = open(dir.path()).unwrap();
    assert_eq!(ledger.find_watermark("0011223399999999").unwrap().unwrap().0.index, 1);
    assert_eq!(ledger.audit().unwrap().entries, 3);
}

#[test]
fn a_copy_follows_and_comes_to_the_same_tree() {
    let (dir, ledger) = filled(300);
    let copy_dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(copy_dir.path().join("keys")).unwrap();
    fs::copy(dir.path().join("keys/log.key"), copy_dir.path().join("keys/log.key")).unwrap();
    let copy = open(copy_dir.path()).unwrap();
    let mut from = 0;
    for most in [1, 100, 155, 1_000] {
        let (records, note) = ledger.excerpt(from, most).unwrap();
        assert!(copy.follow(from, &records, &note).unwrap());
        from += records.len() as u64;
        assert_eq!(copy.checkpoint().unwrap().size, from);
    }
    assert_eq!(copy.checkpoint().unwrap().text, ledger.checkpoint().unwrap().text);
    assert_eq!(copy.audit().unwrap().entries, 300);
    assert_eq!(copy.find(&entry(299).sha256).unwrap().unwrap().index, 299);
    // What was taken over already is not taken twice.
    let (records, note) = ledger.excerpt(299, 1).unwrap();
    assert!(!copy.follow(299, &records, &note).unwrap());
    assert_eq!(copy.agree_on(&note).unwrap(), 300);
    assert_eq!(copy.agree_on(&ledger.excerpt(0, 17).unwrap().1).unwrap(), 17);
}

#[test]
fn another_history_is_not_followed() {
    let (dir, ledger) = filled(5);
    let copy_dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(copy_dir.path().join("keys")).unwrap();
    fs::copy(dir.path().join("keys/log.key"), copy_dir.path().join("keys/log.key")).unwrap();
    let copy = open(copy_dir.path()).unwrap();
    copy.append(&entry(77)).unwrap();
    let (records, note) = ledger.excerpt(1, 9).unwrap();
    assert!(matches!(copy.follow(1, &records, &note), Err(LedgerError::Inconsistent(_))));
    assert!(matches!(copy.agree_on(&ledger.excerpt(0, 1).unwrap().1), Err(LedgerError::Inconsistent(_))));
    assert_eq!(copy.audit().unwrap().entries, 1);
    let (_other_dir, stranger) = filled(3);
    let (records, note) = stranger.excerpt(0, 9).unwrap();
    assert!(copy.follow(1, &records, &note).is_err(), "the note of another key");
}

#[test]
fn an_entry_is_not_seen_before_the_others_agree() {
    let (_dir, ledger) = filled(3);
    let kept = std::cell::RefCell::new(Vec::new());
    let no = ledger.append_agreed(&entry(3), &|_| Err(LedgerError::Elsewhere("the database is gone".into())));
    assert!(matches!(no, Err(LedgerError::Elsewhere(_))));
    assert_eq!(ledger.audit().unwrap().entries, 3);
    assert!(ledger.find(&entry(3).sha256).unwrap().is_none());
    let yes = ledger.append_agreed(&entry(4), &|new| {
        assert!(ledger.find(&entry(4).sha256).unwrap().is_none());
        kept.borrow_mut().push(new);
        Ok(())
    });
    assert_eq!(yes.unwrap().index, 3);
    let kept = kept.into_inner();
    assert_eq!((kept[0].size, &kept[0].checkpoint), (4, &ledger.checkpoint().unwrap().text));
    assert_eq!(ledger.audit().unwrap().entries, 4);
}
