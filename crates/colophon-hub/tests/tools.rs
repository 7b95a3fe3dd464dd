//! What `doctor` is told about programs and the machine.
#![cfg(unix)]
#![allow(clippy::expect_used)]

mod kit;

use colophon_hub::tools::{Programs, machine, survey};
use kit::Bench;

#[test]
fn programs_are_found_judged_and_missed() {
    let bench = Bench::new();
    bench.script(
        "ffmpeg",
        "#!/bin/sh\ncase \"$*\" in\n*-version*) echo 'ffmpeg version 7.1 Copyright';;\n\
         *-encoders*) echo ' A....D aac  AAC (Advanced Audio Coding)';;\nesac\n",
    );
    bench.script("npm", "#!/bin/sh\necho 11.2.0\n");
    bench.script("pip", "#!/bin/sh\nexit 1\n");
    let tools = survey(&Programs {
        ffmpeg: Some(bench.path("ffmpeg")),
        ffprobe: Some(bench.path("no-ffprobe")),
        pip: Some(bench.path("pip")),
        npm: Some(bench.path("npm")),
    });
    let names: Vec<&str> = tools.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["ffmpeg", "ffprobe", "pip", "npm"]);
    let [ffmpeg, ffprobe, pip, npm] = tools.as_slice() else { panic!("four tools") };
    assert_eq!((ffmpeg.usable, ffmpeg.version.as_deref()), (false, Some("7.1")));
    assert_eq!(ffmpeg.detail, "lacks the encoder libx264");
    assert_eq!((ffprobe.usable, ffprobe.version.as_deref()), (false, None));
    assert!(!pip.usable, "a pip that fails is no pip");
    assert_eq!((npm.usable, npm.version.as_deref()), (true, Some("11.2.0")));
    assert!(tools.iter().all(|t| !t.get.is_empty() && !t.needed_for.is_empty()));
}

#[test]
fn the_machine_has_cores_memory_and_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine = machine(&folder.path().join("not/made/yet"));
    assert!(machine.cores >= 1 && machine.platform.contains('-'));
    assert!(machine.disk_free.is_some_and(|free| free > 0));
    if cfg!(target_os = "linux") {
        let (total, available) =
            (machine.memory_total.expect("total"), machine.memory_available.expect("available"));
        assert!(available <= total && total > 1 << 28, "{available} of {total}");
    }
}
