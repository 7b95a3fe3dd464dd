//! What something else generated is sealed, and found again; files are verified in every way they come.

use std::io::Write as _;
use std::process::Stdio;

use crate::{Home, json, path, text, tool};

/// A picture with something in it.
fn picture(home: &Home, name: &str) -> std::path::PathBuf {
    let file = home.path(name);
    let noise = "noise=alls=6:allf=t+u:all_seed=3";
    let source = format!("gradients=size=800x600:seed=5:duration=1,{noise},drawbox=90:80:300:200:teal:fill");
    tool(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            &source,
            "-frames:v",
            "1",
            "-pix_fmt",
            "rgb24",
            path(&file),
        ],
    );
    file
}

fn verdict(home: &Home, file: &str) -> serde_json::Value {
    let checked = home.run(&["verify", "--json", file]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    json(&checked.stdout)[0].clone()
}

#[test]
fn what_something_else_generated_is_sealed_and_found_again() {
    let home = Home::without_models();
    let file = picture(&home, "theirs.png");
    assert_eq!(verdict(&home, path(&file))["verdict"], "unmarked");
    let sealed = home.path("sealed.jpg");
    let args = ["mark", path(&file), "-o", path(&sealed), "--generator", "Dreamer 3"];
    let made = home.run(&[&args[..], &["--json"]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    let made = json(&made.stdout);
    assert_eq!(made["receipt"]["models"][0]["id"], "Dreamer 3");

    let whole = verdict(&home, path(&sealed));
    assert_eq!(whole["verdict"], "verified", "{whole:#}");
    assert_eq!(whole["watermark"]["found"], true, "{whole:#}");
    assert_eq!(whole["watermark"]["matches_record"], true);

    // As it goes round: smaller, compressed, without metadata.
    let copy = home.path("copy.jpg");
    let filter = "scale=600:-2";
    let bare = ["-map_metadata", "-1", "-fflags", "+bitexact", "-q:v", "4", path(&copy)];
    tool("ffmpeg", &[&["-v", "error", "-y", "-i", path(&sealed), "-vf", filter][..], &bare].concat());
    let found = verdict(&home, path(&copy));
    assert_eq!(found["verdict"], "marked", "{found:#}");
    assert_eq!(found["work_id"], made["work_id"]);
    assert_eq!(found["recovered"]["by"], "watermark");

    // What is marked is not marked again by mistake.
    let again = home.path("again.jpg");
    let args = ["mark", path(&sealed), "-o", path(&again), "--generator", "Dreamer 3"];
    let refused = home.run(&args);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("sealed already") && !again.exists());
    assert!(home.run(&[&args[..], &["--again"]].concat()).status.success());
}

#[test]
fn sounds_and_texts_are_sealed_too() {
    let home = Home::without_models();
    let sound = home.path("theirs.mp3");
    let source = "sine=220:duration=16,tremolo=f=4:d=0.6[a];anoisesrc=d=16:a=0.05:c=pink:seed=4[b];[a][b]amix=inputs=2";
    tool("ffmpeg", &["-v", "error", "-y", "-f", "lavfi", "-i", source, "-b:a", "160k", path(&sound)]);
    let sealed = home.path("sealed.mp3");
    let made = home.run(&["mark", path(&sound), "-o", path(&sealed), "--generator", "Some voice service"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(verdict(&home, path(&sealed))["verdict"], "verified");

    let words = home.path("theirs.txt");
    std::fs::write(&words, "A report, written by a machine.\n").expect("written");
    let sealed = home.path("sealed.md");
    let made = home.run(&["mark", path(&words), "-o", path(&sealed), "--generator", "A chat service"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let whole = verdict(&home, path(&sealed));
    assert_eq!(whole["verdict"], "verified", "{whole:#}");
    assert_eq!(whole["explicit_label"]["present"], true);
}

#[test]
fn a_film_is_sealed_too() {
    let home = Home::without_models();
    let film = home.path("theirs.mp4");
    let noise = "noise=alls=5:allf=t:all_seed=3";
    let moving = format!("gradients=size=641x361:speed=0.02:seed=5:duration=4:rate=24,{noise}");
    let args =
        ["-v", "error", "-y", "-f", "lavfi", "-i", &moving, "-f", "lavfi", "-i", "sine=300:duration=4"];
    let args = [&args[..], &["-c:v", "mpeg4", "-q:v", "3", "-c:a", "aac", path(&film)]].concat();
    tool("ffmpeg", &args);
    let sealed = home.path("sealed.mp4");
    let made = home.run(&["mark", path(&film), "-o", path(&sealed), "--generator", "A film service"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let whole = verdict(&home, path(&sealed));
    assert_eq!(whole["verdict"], "verified", "{whole:#}");
    assert_eq!(whole["explicit_label"]["present"], true);
    assert_eq!(whole["watermark"]["found"], true, "{whole:#}");
    let shape = ["-v", "error", "-show_entries", "stream=width,height,codec_type", "-of", "csv=p=0"];
    let shape = text(&tool("ffprobe", &[&shape[..], &[path(&sealed)]].concat()));
    assert!(shape.contains("video,640,360") && shape.contains("audio"), "{shape}");
    let broken = home.path("broken.mp4");
    std::fs::write(&broken, &std::fs::read(&film).expect("read")[..200]).expect("written");
    let refused = home.run(&["mark", path(&broken), "-o", path(&sealed), "--generator", "x"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    let left = std::fs::read_dir(home.path("works")).expect("a folder").count();
    assert_eq!(left, 0, "nothing half-made is left");
}

#[test]
fn what_cannot_be_marked_is_refused_in_a_sentence() {
    let home = Home::without_models();
    let archive = home.path("a.zip");
    std::fs::write(&archive, b"PK\x03\x04 nothing").expect("written");
    let file = picture(&home, "p.png");
    let out = home.path("out.png");
    for (args, status, says) in [
        (vec![path(&archive), "--generator", "x"], 2, "cannot be marked"),
        (vec![path(&file), "--generator", "  "], 2, "generator"),
        (vec!["/nowhere.png", "--generator", "x"], 2, "/nowhere.png"),
        (vec![path(&file)], 2, "--generator"),
        (vec![path(&file), "--generator", "x", "--label-profile", "mars"], 2, "mars"),
        (vec![path(&file), "--generator", "x", "--no-visible-label"], 2, "--agreed-by"),
    ] {
        let refused = home.run(&[&["mark", "-o", path(&out)], &args[..]].concat());
        assert_eq!(refused.status.code(), Some(status), "{args:?}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(says), "{args:?}: {}", text(&refused.stderr));
        assert!(!out.exists());
    }
}

#[test]
fn folders_and_standard_input_are_verified_and_reported() {
    let home = Home::without_models();
    let folder = home.path("folder/inner");
    std::fs::create_dir_all(&folder).expect("made");
    let file = picture(&home, "folder/inner/p.png");
    std::fs::write(home.path("folder/t.txt"), "plain words\n").expect("written");
    std::fs::write(home.path("folder/.hidden"), "x").expect("written");
    let report = home.path("report.html");
    let checked = home.run(&["verify", "--json", path(&home.path("folder")), "--report", path(&report)]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let verdicts = json(&checked.stdout);
    assert_eq!(verdicts.as_array().map(Vec::len), Some(2), "{verdicts:#}");
    let page = std::fs::read_to_string(&report).expect("a report");
    assert!(page.starts_with("<!doctype html>") && page.contains("Unmarked"), "{page}");

    let mut child = home
        .colophon(&["verify", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let bytes = std::fs::read(&file).expect("read");
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("sent");
    let out = child.wait_with_output().expect("ends");
    assert_eq!(json(&out.stdout)[0]["media_type"], "image/png");
    let refused = home.run(&["verify", "http://127.0.0.1:9/x.png"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
}

#[test]
fn a_visible_label_is_left_out_only_on_a_kept_agreement() {
    let home = Home::without_models();
    let file = picture(&home, "p.png");
    let out = home.path("bare.png");
    let agreed = ["--no-visible-label", "--agreed-by", "Li Wei", "--agreed-why", "cover of a book"];
    let made =
        home.run(&[&["mark", path(&file), "-o", path(&out), "--generator", "x"][..], &agreed].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    let whole = verdict(&home, path(&out));
    assert_eq!(whole["verdict"], "verified", "{whole:#}");
    assert_eq!(whole["explicit_label"]["present"], false);
    assert_eq!(whole["watermark"]["found"], true);
    let kept = std::fs::read_to_string(home.path("agreements.jsonl")).expect("kept");
    assert!(kept.contains("Li Wei") && kept.contains("cover of a book"), "{kept}");
}

#[test]
fn what_is_like_a_protected_work_is_refused() {
    let home = Home::without_models();
    let file = picture(&home, "theirs.png");
    let listed = home.run(&["protect", "add", path(&file)]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    // A smaller, compressed copy is still like it.
    let copy = home.path("copy.jpg");
    let small = ["-vf", "scale=500:-2", "-q:v", "6", path(&copy)];
    tool("ffmpeg", &[&["-v", "error", "-y", "-i", path(&file)][..], &small].concat());
    let out = home.path("out.jpg");
    let args = ["mark", path(&copy), "-o", path(&out), "--generator", "x"];
    let refused = home.run(&args);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("theirs.png") && !out.exists());
    assert!(
        !home.path("log/checkpoint").exists() || text(&home.run(&["log", "audit"]).stdout).starts_with("0 ")
    );
    // Told, where that is the policy.
    std::fs::write(home.path("colophon.toml"), "protected = \"report\"\n").expect("written");
    let told = home.run(&[&args[..], &["--json"]].concat());
    assert!(told.status.success(), "{}", text(&told.stderr));
    assert_eq!(json(&told.stdout)["receipt"]["extra"]["like_protected"]["name"], "theirs.png");
    std::fs::remove_file(home.path("colophon.toml")).expect("removed");
    assert!(home.run(&["protect", "remove", "theirs.png"]).status.success());
    assert_eq!(json(&home.run(&["protect", "list", "--json"]).stdout), serde_json::json!([]));
    assert!(home.run(&args).status.success());
}
