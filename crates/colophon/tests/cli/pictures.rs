//! Pictures that are brought and changed.

use serde_json::Value;

use crate::{Home, json, path, text, tool};

/// A picture to work on: a composed one, which is sealed.
fn picture(home: &Home) -> std::path::PathBuf {
    let file = home.path("house.png");
    let result = home.run(&[
        "image",
        "A red house beside a lake",
        "--size",
        "320x256",
        "--seed",
        "5",
        "-o",
        path(&file),
    ]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    file
}

fn size(file: &std::path::Path) -> (u64, u64) {
    let shown = tool(
        "ffprobe",
        &["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path(file)],
    );
    let shown = text(&shown);
    let (w, h) = shown.trim().split_once(',').expect("two sides");
    (w.parse().expect("a width"), h.parse().expect("a height"))
}

#[test]
fn every_change_gives_a_sealed_picture_with_its_source_inside() {
    let home = Home::new();
    let file = picture(&home);
    let like = path(&file);
    for (name, args, expected) in [
        ("upscale", &["--factor", "2"][..], (640, 512)),
        ("sketch", &["--shade", "0.4"], (320, 256)),
        ("style", &["--style", "oil"], (320, 256)),
        ("style", &["--like", like, "--keep-colour"], (320, 256)),
        ("style", &["--like", like, "--best", "--steps", "3", "--longest", "128"], (320, 256)),
        ("dream", &["--layer", "conv3_1", "--octaves", "2", "--steps", "2"], (320, 256)),
        ("dream", &["--layer", "conv3_1", "--octaves", "1", "--steps", "2", "--guide", like], (320, 256)),
    ] {
        let out = home.path("out.png");
        let all = [&["image", name, path(&file), "-o", path(&out), "--seed", "3", "--json"], args].concat();
        let result = home.run(&all);
        assert!(result.status.success(), "{name} {args:?}: {}", text(&result.stderr));
        let made = json(&result.stdout);
        assert_eq!(made["receipt"]["request"]["task"], format!("image.{name}"));
        assert_eq!(size(&out), expected, "{name} {args:?}");
        let verdict: Value = json(&home.run(&["verify", "--json", path(&out)]).stdout)[0].clone();
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
        let kind = verdict["iptc"]["digital_source_type"].as_str().expect("a source type");
        assert!(kind.ends_with("compositeWithTrainedAlgorithmicMedia"), "{kind}");
        let bytes = std::fs::read(&out).expect("read");
        let holds = |words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
        assert!(holds(b"house.png") && holds(b"c2pa.opened"), "{name}: the source is an ingredient");
    }
}

#[test]
fn layers_of_a_composed_picture_are_sealed_files_of_its_size() {
    let home = Home::new();
    let (file, dir) = (home.path("boat.png"), home.path("layers"));
    let words = ["image", "a red boat on the sea", "--size", "320x256", "--seed", "5", "-o", path(&file)];
    let result = home.run(&[&words[..], &["--layers", path(&dir)]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let told: Value = json(&std::fs::read(dir.join("scene.json")).expect("what the layers are"));
    let layers = told["layers"].as_array().expect("layers");
    assert!(layers.len() > 2 && told["scene"].is_object(), "{told}");
    for layer in layers {
        let layer = dir.join(layer["file"].as_str().expect("a file"));
        assert_eq!(size(&layer), (320, 256));
    }
    let names: Vec<_> = layers.iter().map(|l| dir.join(l["file"].as_str().expect("a file"))).collect();
    let last = names.last().expect("a layer");
    let verdict = json(&home.run(&["verify", "--json", path(last)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    for args in [&["-n", "2"][..], &["--engine", "gan"]] {
        let result = home.run(&[&words[..], &["--layers", path(&dir)], args].concat());
        assert_eq!(result.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_thing_is_removed_without_a_model() {
    let home = Home::new();
    let (file, out) = (picture(&home), home.path("out.png"));
    let result = home.run(&["image", "remove", path(&file), "--box", "100,120,60,50", "-o", path(&out)]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let verdict = json(&home.run(&["verify", "--json", path(&out)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    let kind = verdict[0]["iptc"]["digital_source_type"].as_str().expect("a source type");
    assert!(kind.ends_with("algorithmicallyEnhanced"), "{kind}");
    for (args, words) in [
        (&["--box", "1,2,3"][..], "no box"),
        (&["--box", "900,0,5,5"], "holds nothing"),
        (&["--box", "0,0,320,256"], "too little"),
        (&["--mask", "/nowhere.png"], "cannot read"),
    ] {
        let result =
            home.run(&[&["image", "remove", path(&file), "-o", path(&home.path("no.png"))], args].concat());
        assert_eq!(result.status.code(), Some(2), "{args:?}");
        assert!(text(&result.stderr).contains(words), "{args:?}: {}", text(&result.stderr));
    }
}

#[test]
fn a_composed_picture_is_varied_and_nothing_else_is() {
    let home = Home::new();
    let (file, out) = (picture(&home), home.path("other.png"));
    let result =
        home.run(&["image", "vary", path(&file), "-n", "2", "--seed", "9", "-o", path(&out), "--json"]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = json(&result.stdout);
    let first = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    assert_eq!(made[1]["receipt"]["request"]["variation_of"], first[0]["work_id"]);
    assert_eq!(made[0]["receipt"]["request"]["prompt"], "A red house beside a lake");
    assert_eq!(size(&home.path("other-2.png")), (320, 256));
    // The same pixels without their credential, and a picture that was changed.
    let (bare, sketch) = (home.path("bare.png"), home.path("sketch.png"));
    tool("ffmpeg", &["-v", "error", "-i", path(&file), "-map_metadata", "-1", path(&bare)]);
    home.run(&["image", "sketch", path(&file), "-o", path(&sketch)]);
    for foreign in [&bare, &sketch] {
        let result = home.run(&["image", "vary", path(foreign), "-o", path(&home.path("no.png"))]);
        assert_eq!(result.status.code(), Some(2), "{}", text(&result.stderr));
        assert!(text(&result.stderr).contains("was not made of words"), "{}", text(&result.stderr));
    }
}

#[test]
fn the_name_says_the_format() {
    let home = Home::new();
    for (name, media_type) in [("boat.jpg", "image/jpeg"), ("boat.webp", "image/webp")] {
        let file = home.path(name);
        let result =
            home.run(&["image", "A boat on a lake", "--size", "320x256", "--seed", "2", "-o", path(&file)]);
        assert!(result.status.success(), "{}", text(&result.stderr));
        assert_eq!(size(&file), (320, 256));
        let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
        assert_eq!(verdict[0]["media_type"], media_type);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
        assert_eq!(verdict[0]["aigc"]["valid"], true, "{verdict}");
        let larger = home.path("larger.webp");
        let result = home.run(&["image", "upscale", path(&file), "--factor", "2", "-o", path(&larger)]);
        assert!(result.status.success(), "{}", text(&result.stderr));
        assert_eq!(size(&larger), (640, 512));
    }
}

#[test]
fn a_composed_picture_is_drawn_with_shapes_and_made_again() {
    let home = Home::new();
    let file = home.path("boat.svg");
    let draw = ["image", "A boat on a lake", "--size", "320x256", "--seed", "2", "-o", path(&file)];
    let result = home.run(&draw);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    assert_eq!(verdict[0]["media_type"], "image/svg+xml");
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    let drawn = std::fs::read_to_string(&file).expect("read");
    let body = drawn.split_once("</metadata>").map_or(drawn.as_str(), |(_, body)| body);
    assert!(body.matches("<path").count() > 20 && !body.contains("<image"), "shapes and no pixels");
    let again = home.path("again.svg");
    let result = home.run(&["replay", path(&file), "-o", path(&again)]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    // What works on pixels cannot be drawn so.
    for style in ["ink", "watercolour"] {
        let refused = home.run(&[&draw[..], &["--style", style, "--force"]].concat());
        assert_eq!(refused.status.code(), Some(2), "{style}: {}", text(&refused.stderr));
    }
}

#[test]
fn a_generator_that_is_brought_draws_sealed_pictures() {
    let home = Home::new();
    let (model, out) = (home.path("tiny.safetensors"), home.path("made.png"));
    colophon_test::diffusion::write_tensors(&model, &colophon_test::stylegan::tensors("2"), false);
    let draw = ["image", "--engine", "stylegan", "--model", path(&model), "--seed", "3", "-o", path(&out)];
    let result = home.run(&draw);
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert_eq!(size(&out), (16, 16));
    let verdict = json(&home.run(&["verify", "--json", path(&out)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    for wrong in [
        &["--truncation", "-1"][..],
        &["--class", "0"],
        &["a face"],
        &["--steps", "3"],
        &["--background", "transparent"],
    ] {
        let refused = home.run(&[&draw[..], wrong].concat());
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {}", text(&refused.stderr));
    }
    colophon_test::diffusion::write_tensors(&model, &colophon_test::stylegan::tensors("2-classes"), false);
    let result = home.run(&[&draw[..], &["--class", "4"]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let refused = home.run(&[&draw[..], &["--class", "5"]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("0 to 4"), "{}", text(&refused.stderr));
    std::fs::write(&model, "nothing").expect("written");
    assert!(!home.run(&draw).status.success());
}

#[test]
fn the_same_seed_dreams_the_same() {
    let home = Home::new();
    let file = picture(&home);
    let dream = |seed: &str, out: &str| {
        let out = home.path(out);
        let args = ["--layer", "conv3_1", "--octaves", "1", "--steps", "3", "--seed", seed];
        let args = [&["image", "dream", path(&file), "-o", path(&out)][..], &args].concat();
        let result = home.at_one_time(&args);
        assert!(result.status.success(), "{}", text(&result.stderr));
        tool("ffmpeg", &["-v", "error", "-i", path(&out), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    };
    let first = dream("1", "a.png");
    assert!(first == dream("1", "b.png"));
    assert!(first != dream("2", "c.png"));
}

#[test]
fn faces_come_from_noise() {
    let home = Home::new();
    let out = home.path("face.png");
    let result =
        home.run(&["image", "--engine", "gan", "-n", "3", "--seed", "1", "--towards", "2", "-o", path(&out)]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    for n in 1..=3 {
        let file = home.path(&format!("face-{n}.png"));
        assert_eq!(size(&file), (256, 256));
        let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified");
    }
    let draw = |directions: &[&str]| {
        let flags = directions.iter().flat_map(|direction| ["--direction", direction]);
        let base = ["image", "--engine", "gan", "--seed", "1", "--json", "-o", path(&out)];
        let result = home.run(&base.into_iter().chain(flags).collect::<Vec<_>>());
        (result.status.code(), text(&result.stdout), text(&result.stderr))
    };
    let (code, made, message) = draw(&["light=-4", "mouth=2.5"]);
    assert_eq!(code, Some(0), "{message}");
    let made = json(made.as_bytes());
    assert_eq!(
        made[0]["receipt"]["request"]["directions"],
        serde_json::json!([["light", -4.0], ["mouth", 2.5]])
    );
    let darkness = |directions: &[&str]| {
        assert_eq!(draw(directions).0, Some(0));
        let pixels = image::open(&out).expect("a picture").to_rgb8();
        pixels.as_raw().iter().map(|v| u64::from(255 - v)).sum::<u64>()
    };
    assert!(darkness(&["light=-4"]) > darkness(&[]) && darkness(&[]) > darkness(&["light=4"]));
    for (direction, words) in [
        ("age=1", "known are light"),
        ("light", "says no direction"),
        ("light=nan", "lead out of"),
        ("light=11", "lead out of"),
    ] {
        let (code, _, message) = draw(&[direction]);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn bad_pictures_and_settings_are_one_sentence_and_write_nothing() {
    let home = Home::new();
    let file = picture(&home);
    let (house, out, junk) = (path(&file), home.path("out.png"), home.path("junk.png"));
    std::fs::write(&junk, b"\x89PNG\r\n\x1a\nnothing").expect("written");
    let wall = home.path("wall.png");
    image::RgbImage::from_pixel(160, 120, image::Rgb([172, 180, 186])).save(&wall).expect("written");
    for (args, words) in [
        (&["upscale", path(&junk)][..], "cannot be read"),
        (&["upscale", "/nowhere.png"], "cannot read"),
        (&["upscale", house, "--factor", "3"], "3 times"),
        (&["upscale", house, "--quality", "magic"], "magic"),
        (&["style", house, "--style", "nothing"], "nothing"),
        (&["style", house, "--like", path(&junk)], "cannot be read"),
        (&["style", house, "--style", "oil", "--strength", "2"], "0 to 1"),
        (&["dream", house, "--layer", "conv7_1"], "conv7_1"),
        (&["dream", house, "--layer", "conv1_1", "--channel", "64"], "no channel 64"),
        (&["dream", house, "--octaves", "0"], "octaves"),
        (&["cutout", path(&wall)], "nobody was found"),
        (&["cutout", house, "--behind", "#12"], "no colour"),
        (&["sketch", house, "--shade", "-1"], "0 to 1"),
    ] {
        let result = home.run(&[&["image"], args, &["-o", path(&out)]].concat());
        let message = text(&result.stderr);
        assert_eq!(result.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(words), "{args:?}: {message}");
        assert_eq!(message.lines().filter(|l| l.starts_with("error: ")).count(), 1, "{message}");
        assert!(!out.exists(), "{args:?}");
    }
}

#[test]
fn pictures_are_graded_cropped_and_laid_on_a_sheet() {
    let home = Home::new();
    let file = picture(&home);
    let out = home.path("out.png");
    for (args, expected) in [
        (&["grade", path(&file), "--look", "noir"][..], (320, 256)),
        (&["grade", path(&file), "--exposure", "-0.5", "--warmth", "0.4"], (320, 256)),
        (&["crop", path(&file), "--aspect", "1:1"], (256, 256)),
        (&["crop", path(&file), "--size", "90x160"], (90, 160)),
        (&["sheet", path(&file), path(&file), path(&file), "--cell", "128"], (280, 316)),
    ] {
        let result = home.run(&[&["image"], args, &["-o", path(&out)]].concat());
        assert!(result.status.success(), "{args:?}: {}", text(&result.stderr));
        assert_eq!(size(&out), expected, "{args:?}");
        let verdict = json(&home.run(&["verify", "--json", path(&out)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    }
    for (args, words) in [
        (&["grade", path(&file), "--look", "magic"][..], "no look"),
        (&["grade", path(&file), "--contrast", "3"], "contrast must be"),
        (&["crop", path(&file), "--aspect", "wide"], "no shape"),
        (&["crop", path(&file), "--size", "9000x9000"], "not possible"),
        (&["sheet", path(&file), "--cell", "9000"], "too large"),
    ] {
        let result = home.run(&[&["image"], args, &["-o", path(&home.path("no.png"))]].concat());
        assert_eq!(result.status.code(), Some(2), "{args:?}");
        assert!(text(&result.stderr).contains(words), "{args:?}: {}", text(&result.stderr));
    }
}

#[test]
fn faces_and_dreams_move() {
    let home = Home::new();
    let (file, film) = (picture(&home), home.path("film.mp4"));
    let grid = home.path("grid.png");
    let result =
        home.run(&["image", "--engine", "gan", "-n", "4", "--seed", "3", "--grid", "-o", path(&grid)]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert_eq!(size(&grid), (420, 420));
    for args in [
        &["image", "--engine", "gan", "-n", "3", "--seed", "3", "--seconds", "2"][..],
        &[
            "image",
            "dream",
            path(&file),
            "--seconds",
            "1",
            "--layer",
            "conv3_1",
            "--octaves",
            "2",
            "--seed",
            "1",
        ],
    ] {
        let result = home.run(&[args, &["-o", path(&film)]].concat());
        assert!(result.status.success(), "{args:?}: {}", text(&result.stderr));
        let verdict = json(&home.run(&["verify", "--json", path(&film)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
        let streams = tool(
            "ffprobe",
            &[
                "-v",
                "error",
                "-show_entries",
                "stream=nb_frames",
                "-select_streams",
                "v:0",
                "-of",
                "csv=p=0",
                path(&film),
            ],
        );
        let frames: u32 = text(&streams).trim().trim_end_matches(',').parse().expect("frames");
        assert!(frames == 48 || frames == 24, "{frames}");
    }
    let result = home.run(&["image", "dream", path(&file), "--seconds", "900", "-o", path(&film)]);
    assert_eq!(result.status.code(), Some(2), "{}", text(&result.stderr));
}

#[test]
fn a_composed_picture_is_changed_by_instruction() {
    let home = Home::new();
    let (file, out, more) = (picture(&home), home.path("night.png"), home.path("more.png"));
    let edit = |from: &std::path::Path, words: &str, to: &std::path::Path| {
        home.run(&["image", "edit", path(from), words, "-o", path(to), "--json"])
    };
    let result = edit(&file, "make it a snowy night, make the house smaller", &out);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let before = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    let made = json(&result.stdout);
    assert_eq!(made[0]["scene"]["time"], "night");
    assert_eq!(made[0]["scene"]["weather"], "snow");
    assert_eq!(made[0]["receipt"]["request"]["edit_of"], before[0]["work_id"]);
    // An edit is edited again, with what was changed before.
    let result = edit(&out, "加一只狗", &more);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = json(&result.stdout);
    assert_eq!((&made[0]["scene"]["time"], &made[0]["scene"]["weather"]), (&"night".into(), &"snow".into()));
    let names: Vec<&str> = made[0]["scene"]["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .filter_map(|o| o["name"].as_str())
        .collect();
    assert!(names.contains(&"house") && names.iter().any(|n| ["狗", "dog"].contains(n)), "{names:?}");
    for (words, said) in [("remove the dragon", "there is"), ("be nice", "not understood"), (" ", "empty")] {
        let result = edit(&file, words, &home.path("no.png"));
        assert_eq!(result.status.code(), Some(2), "{words}");
        assert!(text(&result.stderr).contains(said), "{words}: {}", text(&result.stderr));
    }
}
