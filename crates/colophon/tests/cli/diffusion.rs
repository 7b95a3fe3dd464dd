//! Pictures by diffusion, with a tiny checkpoint whose weights are formulas.

use colophon_test::diffusion::{KEPT, tensors_of, write, write_tensors};
use serde_json::Value;

use crate::{Home, json, path, text};

fn checkpoint(home: &Home, name: &str) -> std::path::PathBuf {
    let folder = home.path(name);
    write(name, &folder, false);
    folder
}

fn verdict(home: &Home, file: &std::path::Path) -> Value {
    json(&home.run(&["verify", "--json", path(file)]).stdout)[0].clone()
}

fn pixels(file: &std::path::Path) -> image::RgbaImage {
    image::open(file).expect("a picture").to_rgba8()
}

#[test]
fn words_become_a_sealed_picture_and_previews_are_sealed_too() {
    let home = Home::new();
    let model = checkpoint(&home, "sd");
    let out = home.path("made.png");
    let args = |out| {
        [
            "image",
            "a red fox",
            "--model",
            path(&model),
            "--size",
            "128x128",
            "--steps",
            "4",
            "--seed",
            "3",
            "-o",
            out,
        ]
    };
    let result = home.run(&[&args(path(&out))[..], &["--previews", "2", "--json"]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = json(&result.stdout);
    let made = &made[0];
    let request = &made["receipt"]["request"];
    assert_eq!(request["task"], "image.diffusion");
    assert_eq!((&request["steps"], &request["guidance"]), (&4.into(), &7.5.into()), "what suits the model");
    let models = made["receipt"]["models"].as_array().expect("models");
    let model_use = models.iter().find(|m| m["role"] == "picture").expect("the checkpoint");
    assert_eq!(model_use["licence"], "not recorded");
    assert_eq!(model_use["sha256"].as_str().map(str::len), Some(64));
    let found = verdict(&home, &out);
    assert_eq!(found["verdict"], "verified", "{found}");
    let kind = found["iptc"]["digital_source_type"].as_str().expect("a source type");
    assert!(kind.ends_with("/trainedAlgorithmicMedia"), "{kind}");
    for step in ["made.step-1.png", "made.step-2.png"] {
        let found = verdict(&home, &home.path(step));
        assert_eq!(found["verdict"], "verified", "{found}");
        assert_ne!(pixels(&home.path(step)), pixels(&out));
    }
    let again = home.path("again.png");
    assert!(home.run(&args(path(&again))).status.success());
    let middle = |file| image::imageops::crop_imm(&pixels(file), 0, 40, 128, 88).to_image();
    assert_eq!(middle(&again), middle(&out), "the same seed, the same picture");

    let other = home.path("other.png");
    let result =
        home.run(&["image", "vary", path(&out), "-n", "2", "--seed", "8", "-o", path(&other), "--json"]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let varied = json(&result.stdout);
    assert_eq!(varied[1]["receipt"]["request"]["variation_of"], found["work_id"]);
    assert_ne!(middle(&home.path("other-1.png")), middle(&home.path("other-2.png")));
}

#[test]
fn a_picture_is_changed_within_a_mask_and_drawn_on() {
    let home = Home::new();
    let model = checkpoint(&home, "sd");
    let mut photo = image::RgbImage::new(128, 128);
    photo.enumerate_pixels_mut().for_each(|(x, y, p)| p.0 = [x as u8, y as u8, 90]);
    let file = home.path("photo.png");
    photo.save(&file).expect("written");
    let mut mask = image::GrayImage::new(128, 128);
    mask.enumerate_pixels_mut().for_each(|(x, _, p)| p.0 = [if x >= 64 { 255 } else { 0 }]);
    let lit = home.path("mask.png");
    mask.save(&lit).expect("written");
    let out = home.path("out.png");
    let base =
        ["image", "snow", "--model", path(&model), "--steps", "2", "--seed", "1", "--from", path(&file)];
    let result = home.run(&[&base[..], &["--mask", path(&lit), "-o", path(&out), "--json"]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = pixels(&out);
    // Below the label, outside the mask, nothing changes but for the watermark.
    let near = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 12);
    let kept = (60..128).flat_map(|y| (0..64).map(move |x| (x, y)));
    assert!(kept.clone().all(|(x, y)| near(&made.get_pixel(x, y).0[..3], &photo.get_pixel(x, y).0)), "kept");
    let changed =
        (60..128).filter(|y| !near(&made.get_pixel(100, *y).0[..3], &photo.get_pixel(100, *y).0)).count();
    assert!(changed > 60, "{changed}");
    let kind = verdict(&home, &out);
    let kind = kind["iptc"]["digital_source_type"].as_str().expect("a source type");
    assert!(kind.ends_with("compositeWithTrainedAlgorithmicMedia"), "{kind}");

    let result = home.run(&[&base[..], &["--extend", "64,0,0,64", "-o", path(&out)]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert_eq!(pixels(&out).dimensions(), (192, 192));
    assert!(near(&pixels(&out).get_pixel(150, 100).0[..3], &photo.get_pixel(86, 100).0), "the photo stays");
}

#[test]
fn adapters_change_what_is_drawn() {
    let home = Home::new();
    let model = checkpoint(&home, "sd");
    let lora = home.path("first.safetensors");
    write_tensors(&lora, &tensors_of("first", &KEPT["loras"]["first"]), false);
    let draw = |name: &str, more: &[&str]| {
        let out = home.path(name);
        let base =
            ["image", "a fox", "--model", path(&model), "--size", "64x64", "--steps", "2", "--seed", "1"];
        let result = home.run(&[&base[..], &["-o", path(&out)], more].concat());
        assert!(result.status.success(), "{}", text(&result.stderr));
        pixels(&out)
    };
    let strong = format!("{}:0.9", path(&lora));
    assert_ne!(draw("plain.png", &[]), draw("changed.png", &["--lora", &strong]));
}

#[test]
fn what_cannot_be_drawn_is_said_in_a_sentence() {
    let home = Home::new();
    let model = checkpoint(&home, "sd");
    let cut = home.path("cut");
    write("sd", &cut, false);
    let unet = cut.join("unet/diffusion_pytorch_model.safetensors");
    let bytes = std::fs::read(&unet).expect("read");
    std::fs::write(&unet, &bytes[..bytes.len() / 2]).expect("written");
    let hostile = home.path("hostile.safetensors");
    std::fs::write(&hostile, [&u64::MAX.to_le_bytes()[..], b"{}"].concat()).expect("written");
    let foreign = home.path("foreign.safetensors");
    write_tensors(&foreign, &tensors_of("first", &KEPT["loras"]["first"]), false);
    for (args, words) in [
        (&["--model", path(&model), "--steps", "0"][..], "1 to 1000 steps"),
        (&["--model", path(&model), "--scheduler", "magic"], "there is no scheduler"),
        (&["--model", path(&model), "--scheduler", "flow-euler"], "does not work with"),
        (&["--model", path(&model), "--size", "32x32"], "not possible"),
        (&["--model", path(&model), "--lora", "/nowhere.safetensors"], "/nowhere.safetensors"),
        (&["--model", path(&model), "--engine", "composer"], "belongs to --engine diffusion"),
        (&["--model", path(&cut)], "does not fit"),
        (&["--model", path(&hostile)], "no safetensors file"),
        (&["--model", path(&foreign)], "not those of a network that is known"),
        (&["--model", "/nowhere/model"], "there is no checkpoint"),
        (&["--engine", "diffusion", "--model", "sd-1.5"], "not on this machine"),
    ] {
        let out = home.path("no.png");
        let result = home.run(&[&["image", "a fox", "-o", path(&out)], args].concat());
        assert!(!result.status.success(), "{args:?}");
        let said = text(&result.stderr);
        assert!(said.contains(words), "{args:?}: {said}");
        assert!(!said.contains("panicked") && !out.exists(), "{args:?}: {said}");
    }
}
