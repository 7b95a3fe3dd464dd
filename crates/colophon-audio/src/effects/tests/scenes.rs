//! Scenes as they leave: level, ends, seeds, loops, bad requests.

use colophon_types::{Cancel, NoProgress, Seed, Stereo};

use crate::effects::{Layer, Render, Scene, find, measure, prompt, render};

fn play(words: &str, seconds: Option<f64>, rate: u32, seed: u64, round: bool) -> Stereo {
    let scene = prompt::read(words).expect("words").scene;
    let request = Render { seconds, rate, seed: Seed(seed), round };
    render(&scene, &request, &NoProgress, &Cancel::new()).expect("a sound")
}

#[test]
fn a_scene_has_its_loudness_and_never_clips() {
    for (words, rate) in [
        ("heavy rain on a tin roof with distant thunder", 48_000),
        ("铁皮屋顶上的大雨和远处的雷声", 24_000),
        ("three knocks, then a door creaks", 48_000),
        ("a car passing by in the city", 8_000),
        ("glass breaking", 96_000),
    ] {
        let sound = play(words, Some(6.0), rate, 7, false);
        let (loud, peak) = measure(&sound);
        let mean = sound.left.iter().map(|x| f64::from(*x)).sum::<f64>() / sound.left.len() as f64;
        println!("{words}: {loud:?} LUFS, {peak:.2} dBTP");
        assert_eq!(sound.len(), 6 * rate as usize);
        assert!(peak <= -0.9 && mean.abs() < 1e-3, "{words}: {peak} dBTP, offset {mean}");
        assert!(loud.is_some_and(|l| (-30.0..=-19.5).contains(&l)), "{words}: {loud:?}");
        assert!(sound.left[0].abs() < 0.02 && sound.left[sound.len() - 1].abs() < 0.01, "{words}");
    }
}

#[test]
fn seeds_differ_and_repeat() {
    let a = play("rain and thunder", Some(2.0), 24_000, 1, false);
    assert!(a == play("rain and thunder", Some(2.0), 24_000, 1, false));
    assert!(a != play("rain and thunder", Some(2.0), 24_000, 2, false));
}

#[test]
fn a_loop_has_no_seam() {
    for words in ["heavy rain", "wind", "crowd", "clock ticking"] {
        let sound = play(words, Some(4.0), 24_000, 3, true);
        let x = &sound.left;
        let steepest = x.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0f32, f32::max);
        let seam = (x[0] - x[x.len() - 1]).abs();
        // A tick may begin right at the seam: ticks differ in level by up to 7.5 %.
        assert!(seam <= 1.08 * steepest, "{words}: {seam} at the seam, {steepest} elsewhere");
        let power =
            |from: usize, to: usize| x[from..to].iter().map(|x| x * x).sum::<f32>() / (to - from) as f32;
        if words == "heavy rain" {
            let (ends, middle) = (power(0, 4800), power(40_000, 60_000));
            assert!((0.4..2.5).contains(&(ends / middle)), "{ends} {middle}");
        }
    }
}

#[test]
fn left_is_left_and_far_is_dull() {
    let sound = play("a dog barking on the left", None, 24_000, 1, false);
    let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
    assert!(power(&sound.left) > 4.0 * power(&sound.right));
}

#[test]
fn bad_requests_are_refused() {
    let scene = Scene { layers: vec![Layer::usual(find("rain").expect("rain"), "rain")], ..Scene::default() };
    let with = |seconds, rate| {
        let request = Render { seconds: Some(seconds), rate, seed: Seed(1), round: false };
        render(&scene, &request, &NoProgress, &Cancel::new())
    };
    for (seconds, rate) in
        [(0.0, 48_000), (f64::NAN, 48_000), (-1.0, 48_000), (601.0, 48_000), (2.0, 0), (2.0, u32::MAX)]
    {
        assert!(with(seconds, rate).is_err(), "{seconds} s at {rate} Hz");
    }
    let cancel = Cancel::new();
    cancel.cancel();
    let request = Render { seconds: Some(2.0), rate: 8_000, seed: Seed(1), round: false };
    assert!(render(&scene, &request, &NoProgress, &cancel).is_err());
    for words in ["", "  ", "🌧️", ",,,"] {
        assert!(prompt::read(words).is_err(), "{words}");
    }
    assert!(prompt::read(&"rain ".repeat(100_000)).is_err());
}
