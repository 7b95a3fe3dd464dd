//! Sound effects.

use crate::{Home, json, path, text, tool};

#[test]
fn sounds_are_made_of_words_sealed_and_repeatable() {
    let home = Home::new();
    let make = |words: &str, file: &str, seed: &str| {
        let file = home.path(file);
        let result =
            home.run(&["sound", words, "--seconds", "4", "--seed", seed, "-o", path(&file), "--json"]);
        assert!(result.status.success(), "{}", text(&result.stderr));
        (file, json(&result.stdout))
    };
    let words = "heavy rain on a tin roof with distant thunder";
    let (first, made) = make(words, "rain.wav", "7");
    let sounds: Vec<&str> = made["scene"]["layers"]
        .as_array()
        .expect("layers")
        .iter()
        .filter_map(|l| l["sound"].as_str())
        .collect();
    assert_eq!(sounds, ["rain_tin", "thunder"], "{made}");
    assert!(made["true_peak_dbtp"].as_f64().is_some_and(|p| p <= -0.9), "{made}");
    assert!(made["loudness_lufs"].as_f64().is_some_and(|l| (-21.0..=-19.0).contains(&l)), "{made}");
    let (again, _) = make(words, "again.wav", "7");
    let (other, _) = make(words, "other.wav", "8");
    let samples = |file: &std::path::Path| {
        tool("ffmpeg", &["-nostdin", "-v", "error", "-i", path(file), "-f", "s16le", "-"])
    };
    assert!(samples(&first) == samples(&again) && samples(&first) != samples(&other));
    let (_, zh) = make("铁皮屋顶上的大雨和远处的雷声", "zh.wav", "7");
    assert_eq!(zh["scene"]["layers"][0]["sound"], "rain_tin", "{zh}");
    let verdict = json(&home.run(&["verify", "--json", path(&first)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    let list = json(&home.run(&["sound", "--list", "--json"]).stdout);
    assert!(list.as_array().is_some_and(|l| l.len() >= 60));
    for bad in [
        &["sound", " "][..],
        &["sound"],
        &["sound", "rain", "--seconds", "0"],
        &["sound", "rain", "--seconds", "9999"],
        &["sound", "rain", "--seconds", "NaN"],
        &["sound", "rain", "--rate", "1"],
        &["sound", "rain", "-o", "rain.txt"],
        &["sound", "the constitution of the third republic"],
        &["sound", "民主制度"],
    ] {
        assert_eq!(home.run(bad).status.code(), Some(2), "{bad:?}");
    }
}
