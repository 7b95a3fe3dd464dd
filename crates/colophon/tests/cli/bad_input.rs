//! Bad input: one sentence, the right exit status, nothing left behind.

use crate::{Home, MODEL, path, text};

/// Runs `make` with `args` and checks exit status, message, and that no output folder is left.
fn refused(home: &Home, args: &[&str], env: &[(&str, &str)], status: i32, says: &str) {
    let out = home.path("out");
    let mut all = vec!["make", "-o", path(&out)];
    all.extend(args);
    if !args.contains(&"--model") {
        all.extend(["--model", MODEL]);
    }
    let result = home.colophon(&all).envs(env.iter().copied()).output().expect("starts");
    let message = text(&result.stderr);
    assert_eq!(result.status.code(), Some(status), "{args:?}: {message}");
    let error: Vec<&str> = message.lines().filter(|l| l.starts_with("error: ")).collect();
    assert_eq!(error.len(), 1, "{args:?}: {message}");
    assert!(error[0].contains(says), "{args:?}: {message}");
    assert!(result.stdout.is_empty(), "{args:?}");
    assert!(!out.exists(), "{args:?} left a folder");
}

#[test]
fn what_cannot_be_made_is_refused() {
    let home = Home::new();
    let long = "a".repeat(100_000);
    let broken = home.path("broken.toml");
    std::fs::write(&broken, "name = \"x\"\ntitle =").expect("written");
    let cases: [(&[&str], &str); 12] = [
        (&[""], "brief is empty"),
        (&["  \u{3000}…"], "brief is empty"),
        (&[&long], "100000 characters"),
        (&["A fox\u{1b}[31m"], "control character U+001B"),
        (&["A fox", "--seconds", "0"], "0 seconds"),
        (&["A fox", "--seconds", "301"], "301 seconds"),
        (&["A fox", "--seconds", "many"], "invalid value 'many'"),
        (&["A fox", "--voice", "af_hart"], "af_hart"),
        (&["A fox", "--style", "cubist"], "cubist"),
        (&["A fox", "--recipe", "opera"], "unknown recipe 'opera'"),
        (&["A fox", "--recipe", path(&broken)], "line 2"),
        (&["A fox", "--lang", "fr"], "unknown language 'fr'"),
    ];
    for (args, says) in cases {
        refused(&home, args, &[], 2, says);
    }
}

#[test]
fn what_is_missing_is_named() {
    let home = Home::new();
    refused(&home, &["A fox"], &[("COLOPHON_FFMPEG", "/nowhere/ffmpeg")], 4, "/nowhere/ffmpeg");
    let bare = Home::without_models();
    refused(&bare, &["A fox"], &[], 4, "qwen2.5-coder-0.5b");
    refused(&home, &["A fox", "--model", "no-such-model"], &[], 2, "no-such-model");
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let home = Home::new();
    let file = home.path("file");
    std::fs::write(&file, "").expect("written");
    let out = file.join("out");
    let result = home.run(&["make", "A fox", "-o", path(&out), "--model", MODEL]);
    assert_eq!(result.status.code(), Some(1), "{}", text(&result.stderr));
    assert!(text(&result.stderr).contains("cannot make the folder"), "{}", text(&result.stderr));
}

#[test]
fn files_that_are_not_ours_have_a_verdict_or_an_error() {
    let home = Home::without_models();
    let file = home.path("note.txt");
    std::fs::write(&file, "Nothing was generated here.\n").expect("written");
    let verdict = home.run(&["verify", path(&file)]);
    assert_eq!(verdict.status.code(), Some(0));
    assert!(text(&verdict.stdout).contains("unmarked"), "{}", text(&verdict.stdout));
    assert!(!home.path("log").exists(), "a verification makes no log");
    let missing = home.run(&["verify", "no-such-file.png"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing.stderr));
}

#[test]
fn help_and_completions() {
    let home = Home::without_models();
    for args in [&["--help"][..], &["make", "--help"], &["models", "--help"], &["completions", "bash"]] {
        let help = home.run(args);
        assert!(help.status.success(), "{args:?}");
        assert!(text(&help.stdout).len() > 200, "{args:?}");
    }
    assert!(text(&home.run(&["make", "--help"]).stdout).contains("Examples:"));
    let bare = home.run(&[]);
    assert_eq!(bare.status.code(), Some(2));
    let unknown = home.run(&["mak"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        text(&unknown.stderr).starts_with("error: unrecognized subcommand 'mak'"),
        "{}",
        text(&unknown.stderr)
    );
}

#[test]
fn doctor_and_licences_tell_the_truth() {
    let bare = Home::without_models();
    let doctor = bare.run(&["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(4), "models are missing");
    let report = crate::json(&doctor.stdout);
    assert_eq!(report["ready"], false);
    assert!(report["missing_models"].as_array().is_some_and(|m| !m.is_empty()));
    let licences = bare.run(&["models", "licences", "--json"]);
    let list = crate::json(&licences.stdout);
    for model in list.as_array().expect("a list") {
        assert!(model["licence"].as_str().is_some_and(|l| !l.is_empty()), "{model}");
    }
}

#[test]
fn a_provider_code_is_checked_at_the_start_and_shown_by_doctor() {
    const CODE: &str = "001191310104MACE0YX63918020";
    let home = Home::without_models();
    let with = |code: &str, name: &str| home.colophon(&["doctor"]).env(name, code).output().expect("starts");
    for name in ["COLOPHON_PROVIDER_CODE", "COLOPHON_PROPAGATOR_CODE"] {
        let shown = text(&with(CODE, name).stdout);
        assert!(shown.contains(CODE) && shown.contains("91310104MACE0YX639"), "{shown}");
    }
    for (code, name, says) in [
        (&CODE[1..], "COLOPHON_PROVIDER_CODE", "26 characters, not 27"),
        ("001191310104MACE0YX63818020", "COLOPHON_PROVIDER_CODE", "check character"),
        ("Li-Wei", "COLOPHON_PROPAGATOR_CODE", "only 0-9 and A-Z"),
        ("001191310104MACE0YX63818020", "COLOPHON_PRODUCER", "check character"),
    ] {
        let out = with(code, name);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert_eq!(said.lines().filter(|l| l.starts_with("error: ")).count(), 1, "{said}");
        assert!(said.contains(says) && out.stdout.is_empty(), "{said}");
    }
    std::fs::write(home.path("colophon.toml"), "[provider]\ncode = \"0011\"\n").expect("written");
    let out = home.run(&["doctor"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("4 characters, not 27"), "{}", text(&out.stderr));
}
