//! Both kinds of store keep the same promises; a bucket keeps them while its server fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_objects::{Address, Bucket, Cache, Folder, Keys, ObjectError, Objects};
use colophon_test::s3::{self, KEYS, Server};
use colophon_types::Explain as _;

fn bucket_of(server: &Server, prefix: &str, secret: &str) -> Bucket {
    let Address::Bucket(address) = Address::read(&server.address(prefix)).unwrap() else {
        panic!("a folder")
    };
    Bucket::open(&address, Keys::new(KEYS[0].1, secret)).unwrap()
}

fn bucket(server: &Server, prefix: &str) -> Bucket {
    bucket_of(server, prefix, KEYS[1].1)
}

/// Bytes that do not repeat soon.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn part(store: &dyn Objects, key: &str, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    store
        .read(key, Some(range), &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })
        .unwrap();
    bytes
}

fn keeps_its_promises(store: &dyn Objects) {
    store.check().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    let bytes = noise(300_000);
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(store.put_file("works/2026-11/a b/春节 &.png", &file).unwrap().length, 300_000);
    store.put("works/2026-11/a b/.list", b"[]").unwrap();
    store.put("uploads/upl_1", b"").unwrap();
    assert_eq!(store.get("works/2026-11/a b/春节 &.png").unwrap(), bytes);
    assert_eq!(store.get("uploads/upl_1").unwrap(), b"");
    assert_eq!(store.stat("uploads/upl_1").unwrap().unwrap().length, 0);
    assert_eq!(part(store, "works/2026-11/a b/春节 &.png", 10..70_000), bytes[10..70_000]);
    assert_eq!(part(store, "works/2026-11/a b/春节 &.png", 299_999..400_000), bytes[299_999..]);
    let again = dir.path().join("again");
    store.get_file("works/2026-11/a b/春节 &.png", &again).unwrap();
    assert_eq!(std::fs::read(&again).unwrap(), bytes);
    let keys = |prefix: &str| {
        let mut keys: Vec<String> = store.list(prefix).unwrap().into_iter().map(|o| o.key).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys("works/2026-11/"), ["works/2026-11/a b/.list", "works/2026-11/a b/春节 &.png"]);
    assert_eq!(keys("uploads/"), ["uploads/upl_1"]);
    assert_eq!(keys("consents/"), Vec::<String>::new());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    assert!(store.list("").unwrap().iter().all(|o| (o.written - now).abs() < 60_000));
    store.remove("works/2026-11/a b/.list").unwrap();
    store.remove("works/2026-11/a b/.list").unwrap();
    assert_eq!(store.stat("works/2026-11/a b/.list").unwrap(), None);
    assert!(matches!(store.get("works/none"), Err(ObjectError::Missing { .. })));
    for key in ["", "/etc/passwd", "a/../b", "a//b", "./a", "a\nb", "a\\b"] {
        assert!(matches!(store.get(key), Err(ObjectError::Key(_))), "{key:?}");
        assert!(matches!(store.put(key, b""), Err(ObjectError::Key(_))), "{key:?}");
    }
}

#[test]
fn a_folder_keeps_its_promises() {
    let dir = tempfile::tempdir().unwrap();
    keeps_its_promises(&Folder::open(dir.path()).unwrap());
}

#[test]
fn a_bucket_keeps_its_promises() {
    let server = Server::start();
    keeps_its_promises(&bucket(&server, ""));
    keeps_its_promises(&bucket(&server, "press/studio"));
}

#[test]
fn a_long_list_comes_in_pages() {
    let server = Server::start();
    let store = bucket(&server, "many");
    std::fs::create_dir_all(server.file("many/works")).unwrap();
    for n in 0..1_205 {
        std::fs::write(server.file(&format!("many/works/{n}")), b"x").unwrap();
    }
    assert_eq!(store.list("works/").unwrap().len(), 1_205);
}

#[test]
fn long_files_go_in_parts() {
    let server = Server::start();
    let store = bucket(&server, "").with_limits(3, 5 << 20);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("film.mp4");
    let bytes = noise((33 << 20) + 7);
    std::fs::write(&file, &bytes).unwrap();
    server.be_busy(1);
    assert_eq!(store.put_file("works/film.mp4", &file).unwrap().length, bytes.len() as u64);
    assert!(store.get("works/film.mp4").unwrap() == bytes);
    assert_eq!(
        part(&store, "works/film.mp4", (16 << 20) - 5..(16 << 20) + 5),
        bytes[(16 << 20) - 5..(16 << 20) + 5]
    );
}

#[test]
fn a_wrong_key_is_refused_at_once_and_told_to_nobody() {
    let server = Server::start();
    let store = bucket_of(&server, "", "a-wrong-secret");
    let began = Instant::now();
    let error = store.check().unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(2), "a wrong key is not tried again");
    let text = error.to_string();
    assert!(matches!(error, ObjectError::Refused { .. }), "{error:?}");
    assert!(text.contains("SignatureDoesNotMatch") && text.contains(s3::BUCKET), "{text}");
    for hidden in ["a-wrong-secret", "X-Amz-Signature", "Credential"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(store.put("works/a", b"a").is_err() && server.files().is_empty());
}

#[test]
fn what_passes_is_tried_again() {
    let server = Server::start();
    let store = bucket(&server, "");
    server.be_busy(3);
    store.put("works/a", b"abc").unwrap();
    server.be_busy(2);
    assert_eq!(store.get("works/a").unwrap(), b"abc");
    server.be_busy(100);
    let error = store.with_limits(2, 1 << 20).get("works/a").unwrap_err();
    assert!(matches!(error, ObjectError::Away { .. }) && error.to_string().contains("503"), "{error}");
}

#[test]
fn a_server_that_dies_in_the_middle_leaves_nothing_half_visible() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("film.mp4");
    let bytes = noise(40 << 20);
    std::fs::write(&file, &bytes).unwrap();
    for one_piece in [64 << 20, 5 << 20] {
        let hasty = bucket(&server, "").with_limits(2, one_piece);
        server.break_after(20 << 20);
        let error = hasty.put_file("works/film.mp4", &file).unwrap_err();
        assert!(matches!(error, ObjectError::Away { .. }), "{error:?}");
        assert!(error.to_string().starts_with("the bucket") && !error.to_string().contains('\n'), "{error}");
        assert!(error.hint().is_some());
        server.heal();
        assert_eq!(hasty.stat("works/film.mp4").unwrap(), None);
        assert!(hasty.list("").unwrap().is_empty());
    }
    // One that comes back in time is not noticed.
    let store = bucket(&server, "").with_limits(9, 5 << 20);
    server.break_after(20 << 20);
    std::thread::scope(|scope| {
        let sent = scope.spawn(|| store.put_file("works/film.mp4", &file));
        std::thread::sleep(Duration::from_millis(1_500));
        server.stop();
        server.heal();
        server.start_again();
        assert_eq!(sent.join().unwrap().unwrap().length, bytes.len() as u64);
    });
    assert!(store.get("works/film.mp4").unwrap() == bytes);
}

#[test]
fn what_was_changed_in_the_bucket_is_not_taken() {
    let server = Server::start();
    let store = bucket(&server, "");
    store.put("works/a", b"what was written").unwrap();
    std::fs::write(server.file("works/a"), b"what was changed").unwrap();
    assert!(matches!(store.get("works/a"), Err(ObjectError::Damaged { .. })));
}

#[test]
fn the_cache_holds_no_more_than_it_may() {
    let server = Server::start();
    let (dir, most) = (tempfile::tempdir().unwrap(), 1_000_000);
    let cache = Cache::new(Arc::new(bucket(&server, "")), dir.path(), most);
    let key = |n: usize| format!("works/{n}/picture.png");
    for n in 0..30 {
        cache.objects().put(&key(n), &noise(90_000 + n)).unwrap();
    }
    let held = || {
        let files = std::fs::read_dir(dir.path()).unwrap().flatten();
        let inside = files.flat_map(|entry| std::fs::read_dir(entry.path()).unwrap().flatten());
        inside.map(|file| file.metadata().unwrap().len()).sum::<u64>()
    };
    let first = cache.fetch(&key(0)).unwrap();
    assert_eq!(first.path().file_name().unwrap(), "picture.png");
    for n in 1..30 {
        let file = cache.fetch(&key(n)).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), noise(90_000 + n));
        assert!(held() <= most, "{} bytes after {n}", held());
    }
    assert!(held() > most / 2);
    // What is in use stays, and what was used last is asked for nowhere.
    assert_eq!(std::fs::read(first.path()).unwrap(), noise(90_000));
    let before = server.requests();
    cache.fetch(&key(0)).unwrap();
    cache.fetch(&key(29)).unwrap();
    assert_eq!(server.requests(), before);
    // What is too long for it is there while it is used.
    cache.objects().put("works/long/film.mp4", &noise(1_200_000)).unwrap();
    let long = cache.fetch("works/long/film.mp4").unwrap();
    let path = long.path().to_owned();
    assert_eq!(std::fs::read(&path).unwrap().len(), 1_200_000);
    drop(long);
    assert!(!path.exists() && held() <= most);
    cache.forget(&key(29));
    cache.tidy(Duration::ZERO);
    assert_eq!(held(), 90_000, "only what is in use is left");
    assert!(matches!(cache.fetch("works/none"), Err(ObjectError::Missing { .. })));
}

#[test]
fn many_who_want_the_same_fetch_it_once() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(Arc::new(bucket(&server, "")), dir.path(), 10_000_000);
    cache.objects().put("works/a", &noise(2_000_000)).unwrap();
    let before = server.requests();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let file = cache.fetch("works/a").unwrap();
                assert_eq!(std::fs::metadata(file.path()).unwrap().len(), 2_000_000);
            });
        }
    });
    assert_eq!(server.requests() - before, 2, "asked for once, read once");
}
