//! A stop at every point of an append: what was acknowledged is there, what was signed stays true, the
//! next append works.

use std::fs;
use std::path::{Path, PathBuf};

use colophon_types::{LogEntry, WorkId};
use tlog_tiles::tree_hash;

use crate::disk::fault;
use crate::tree::{Hashes, Tiles};
use crate::{Ledger, LedgerError};

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

fn open(dir: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(&dir.join("log"), "example.com/stopped", &dir.join("keys/log.key"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        match item.file_type().unwrap().is_dir() {
            true => copy(&item.path(), &target),
            false => drop(fs::copy(item.path(), target).unwrap()),
        }
    }
}

/// Checks a log after a stop: it opens, holds all that was acknowledged, and continues `signed`.
fn holds(dir: &Path, acknowledged: u64, signed: &str, what: &str) {
    let ledger = open(dir).unwrap_or_else(|e| panic!("{what}: {e}"));
    let report = ledger.audit().unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!((acknowledged..=acknowledged + 1).contains(&report.entries), "{what}: {report:?}");
    // Those before the last are held by the root that was signed then, which is checked below.
    if let Some(n) = acknowledged.checked_sub(1) {
        let found = ledger.find_entry(&entry(n).sha256).unwrap().expect("acknowledged");
        assert!(found.index == n && found.included, "{what}");
    }
    let (_, head) = ledger.read_checkpoint().unwrap();
    let lines: Vec<&str> = signed.lines().collect();
    let size: u64 = lines[1].parse().unwrap();
    if size > 0 {
        let tiles = Tiles::new(ledger.dir());
        let root = tree_hash(size, &Hashes::new(head, &tiles)).unwrap();
        assert_eq!(root.to_string(), lines[2], "{what}: another history was signed");
    }
    let next = ledger.append_entry(&entry(1000 + acknowledged)).unwrap();
    assert_eq!(next.index, report.entries, "{what}");
    assert_eq!(ledger.audit().unwrap().entries, report.entries + 1, "{what}");
    let leftovers = fs::read_dir(dir.join("log")).unwrap().filter_map(Result::ok);
    assert!(!leftovers.into_iter().any(|f| f.file_name().to_string_lossy().starts_with(".new-")), "{what}");
}

#[test]
fn a_stop_at_any_point_of_an_append_loses_nothing_and_forks_nothing() {
    let root = tempfile::tempdir().unwrap();
    let at = |n: u64| -> PathBuf { root.path().join(format!("at-{n}")) };
    // Before the first entry, within a tile, at its end, and at the start of the next.
    let sizes = [0, 1, 255, 256];
    let grown = root.path().join("grown");
    let ledger = open(&grown).unwrap();
    for n in 0..=256 {
        if sizes.contains(&n) {
            copy(&grown, &at(n));
        }
        ledger.append_entry(&entry(n)).unwrap();
    }
    drop(ledger);
    let mut stops = 0;
    for size in sizes {
        let signed = fs::read_to_string(at(size).join("log/checkpoint")).unwrap();
        for points in 0.. {
            let dir = root.path().join("work");
            let _ = fs::remove_dir_all(&dir);
            copy(&at(size), &dir);
            let ledger = open(&dir).unwrap();
            fault::stop_after(Some(points));
            let appended = ledger.append_entry(&entry(size));
            let stopped = fault::stopped();
            fault::stop_after(None);
            drop(ledger);
            assert_eq!(appended.is_err(), stopped, "{appended:?}");
            holds(&dir, size + u64::from(!stopped), &signed, &format!("{size} entries, stop {points}"));
            if !stopped {
                assert!(points > 15, "only {points} points");
                break;
            }
            stops += 1;
        }
    }
    println!("{stops} stops");
}

#[test]
fn a_stop_while_a_log_is_made_leaves_one_that_can_be_opened() {
    for points in 0.. {
        let dir = tempfile::tempdir().unwrap();
        fault::stop_after(Some(points));
        let opened = open(dir.path());
        let stopped = fault::stopped();
        fault::stop_after(None);
        assert_eq!(opened.is_err(), stopped);
        drop(opened);
        holds(dir.path(), 0, "example.com/stopped\n0\n", &format!("stop {points}"));
        if !stopped {
            assert!(points > 5, "only {points} points");
            break;
        }
    }
}
