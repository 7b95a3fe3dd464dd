//! The built-in catalogue is well-formed and says what it must; a user's own is held to the same.

#![allow(clippy::expect_used)]

use std::collections::BTreeSet;

use colophon_hub::{Catalogue, Hub, HubOptions, Registry, Role, Source};
use colophon_types::{ErrorCode, Explain};

#[test]
fn every_entry_has_pinned_files_terms_and_an_origin() {
    let catalogue = Catalogue::built_in_for("linux-x86_64").expect("well-formed");
    let hex = |text: &str| {
        text.len() == 64 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
    };
    let mut hashes = std::collections::BTreeMap::new();
    assert!(catalogue.entries().count() >= 16);
    for entry in catalogue.entries() {
        assert!(
            !entry.licence.is_empty() && !entry.origin.is_empty() && !entry.title.is_empty(),
            "{}",
            entry.id
        );
        assert!(!entry.files.is_empty(), "{}", entry.id);
        for file in &entry.files {
            assert!(hex(&file.sha256) && file.size > 0, "{}/{}", entry.id, file.name);
            // Models of one family share files.
            let known = hashes.entry(&file.sha256).or_insert((&file.name, file.size));
            assert_eq!(*known, (&file.name, file.size), "{}/{} is listed twice", entry.id, file.name);
            assert_eq!(file.parts.iter().map(|p| p.size).sum::<u64>(), file.size);
        }
        let packages = match &entry.source {
            Source::Packages(packages) => packages,
            // What no package ships comes from a hub, at a commit.
            Source::Hf { revision, .. } if matches!(entry.role, Role::Diffusion | Role::Asr) => {
                assert!(
                    revision.len() == 40 && revision.bytes().all(|c| c.is_ascii_hexdigit()),
                    "{}",
                    entry.id
                );
                continue;
            }
            // Or from those who made it.
            Source::Url(url) if entry.role == Role::Watermark => {
                assert!(url.starts_with("https://") && url.ends_with('/'), "{}", entry.id);
                continue;
            }
            other => panic!("{} comes from {other:?}", entry.id),
        };
        let used: BTreeSet<&str> =
            entry.files.iter().flat_map(|f| &f.parts).filter_map(|p| p.package.as_deref()).collect();
        let listed: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(used, listed, "{}: every package is used", entry.id);
        for package in packages {
            assert!(hex(&package.sha256) && package.size > 0 && !package.version.is_empty());
            assert!(package.registry == Registry::Pip || package.wheel.is_none());
        }
    }
}

#[test]
fn groups_name_what_the_film_and_the_tests_need() {
    let catalogue = Catalogue::built_in_for("linux-x86_64").expect("well-formed");
    let default = catalogue.resolve::<&str>(&[]).expect("a group");
    assert_eq!(default.len(), 13);
    assert_eq!(default, catalogue.resolve(&["default"]).expect("a group"));
    assert!(default.iter().any(|id| id.contains("1.5b")) && default.contains(&"onnxruntime".to_owned()));
    let test = catalogue.resolve(&["test"]).expect("a group");
    assert!(!test.iter().any(|id| id.contains("1.5b")));
    for id in ["qwen2.5-coder-0.5b-instruct-q4", "smollm2-135m-instruct-q4_1", "whisper-base"] {
        assert!(test.iter().any(|t| t == id), "{id}");
    }
    assert!(default.iter().filter(|id| !id.contains("1.5b")).all(|id| test.contains(id)));
    let both = catalogue.resolve(&["hibari", "default"]).expect("ids and groups");
    assert_eq!((both.len(), both[0].as_str()), (13, "hibari"), "each once, in order");
    let error = catalogue.resolve(&["no-such"]).expect_err("unknown");
    assert_eq!(error.code(), ErrorCode::NotFound);
}

#[test]
fn parts_of_the_large_writer_are_in_numeric_order() {
    let catalogue = Catalogue::built_in().expect("well-formed");
    let entry = catalogue.entry("qwen2.5-coder-1.5b-instruct-q4_k_m").expect("known");
    let numbers: Vec<usize> = entry.files[0]
        .parts
        .iter()
        .map(|p| {
            p.package
                .as_deref()
                .and_then(|n| n.rsplit("part").next())
                .and_then(|n| n.parse().ok())
                .expect("n")
        })
        .collect();
    assert_eq!(numbers, (1..=22).collect::<Vec<_>>());
    assert_eq!(entry.size(), 1_117_320_768);
}

#[test]
fn the_runtime_is_the_one_for_the_platform() {
    let file = |platform: &str| {
        let catalogue = Catalogue::built_in_for(platform).expect("well-formed");
        let entry = catalogue.entry("onnxruntime").expect("known").clone();
        entry.main().map(|f| (f.name.clone(), f.sha256.clone()))
    };
    let names: Vec<Option<String>> =
        ["linux-x86_64", "linux-aarch64", "macos-aarch64", "windows-x86_64", "plan9-mips"]
            .iter()
            .map(|p| file(p).map(|f| f.0))
            .collect();
    let expected = [
        "libonnxruntime.so.1.32.0",
        "libonnxruntime.so.1.32.0",
        "libonnxruntime.1.32.0.dylib",
        "onnxruntime.dll",
    ];
    let expected: Vec<Option<String>> =
        expected.iter().map(|n| Some((*n).to_owned())).chain([None]).collect();
    assert_eq!(names, expected);
    assert_ne!(file("linux-x86_64"), file("linux-aarch64"));
}

#[test]
fn licences_are_listed_for_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let hub = Hub::open(folder.path().join("models"), HubOptions::default()).expect("a hub");
    let licences = hub.licences();
    assert_eq!(licences.len(), hub.catalogue().entries().count());
    let qwen = licences.iter().find(|l| l.id.starts_with("qwen2.5-coder-1.5b")).expect("listed");
    assert_eq!(qwen.licence, "Apache-2.0");
    assert!(qwen.note.as_deref().is_some_and(|n| n.contains("state no licence")));
    assert!(licences.iter().filter(|l| l.id.starts_with("noto-fonts")).all(|l| l.licence == "OFL-1.1"));
}

#[test]
fn a_users_catalogue_extends_and_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |text: &str| std::fs::write(folder.path().join("models.toml"), text).expect("written");
    let open = || Hub::open(folder.path().join("models"), HubOptions::default());
    let sha = "0".repeat(64);
    let model = |id: &str, file: &str, rest: &str| {
        format!(
            "[[model]]\nid = \"{id}\"\nrole = \"script\"\ntitle = \"T\"\nlicence = \"MIT\"\norigin = \"me\"\n{rest}\n\
             files = [{{ name = \"{file}\", size = 1, sha256 = \"{sha}\" }}]\n"
        )
    };
    let folder_source = "folder = \"/models\"";
    write(&(model("mine", "m.gguf", folder_source) + "[groups]\nours = [\"mine\", \"hibari\"]\n"));
    let hub = open().expect("a good catalogue");
    assert_eq!(hub.catalogue().resolve(&["ours"]).expect("a group"), ["mine", "hibari"]);

    let bad = [
        ("taken", model("hibari", "m", folder_source)),
        ("leaves", model("mine", "../m", folder_source)),
        ("hidden", model("mine", ".m", folder_source)),
        ("an option", model("-mine", "m", folder_source)),
        ("two sources", model("mine", "m", "folder = \"/m\"\nurl = \"https://example.org/\"")),
        ("no source", model("mine", "m", "")),
        ("relative", model("mine", "m", "folder = \"m\"")),
        ("scheme", model("mine", "m", "url = \"file:///etc/\"")),
        ("repository", model("mine", "m", "hf = { repo = \"a/b/../c\" }")),
        (
            "option as package",
            model(
                "mine",
                "m",
                &format!(
                    "packages = [{{ registry = \"pip\", name = \"--index-url\", version = \"1\", size = 1, sha256 = \"{sha}\" }}]"
                ),
            ),
        ),
        ("short hash", model("mine", "m", folder_source).replace(&sha, "00")),
        ("unknown field", model("mine", "m", "folder = \"/m\"\ncolour = \"red\"")),
        ("unknown in group", "[groups]\nours = [\"nobody\"]\n".to_owned()),
        ("not TOML", "[[model".to_owned()),
    ];
    for (what, text) in bad {
        write(&text);
        let error = open().expect_err(what);
        assert_eq!(error.code(), ErrorCode::BadInput, "{what}");
        assert!(error.to_string().contains("models.toml"), "{what}: {error}");
    }
}
