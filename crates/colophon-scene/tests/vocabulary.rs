//! Three hundred everyday nouns in each language: how many are drawn by art that fits them, and that
//! what is not is not drawn as something else.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use colophon_scene::compose;
use colophon_scene::graph::{Scene, Setting};

/// Nouns that are places, hours and weathers: the whole picture shows them, not an object in it.
const SCENERY: [&str; 22] = [
    "water", "grass", "bamboo", "mountain", "river", "lake", "sea", "beach", "island", "desert", "forest",
    "field", "cloud", "sun", "moon", "star", "hospital", "shop", "road", "window", "flower", "snowman",
];

/// Whether a picture shows what its one noun says.
fn shows(scene: &Scene, noun: &str, english: &str) -> bool {
    let object = scene.objects.iter().any(|o| o.name.eq_ignore_ascii_case(noun));
    object || (SCENERY.contains(&english) && scene.setting != Setting::Abstract)
}

#[test]
fn everyday_nouns_are_drawn_or_stand_for_themselves() {
    let index = common::plain();
    for (language, column) in [("English", 0), ("Chinese", 1)] {
        let (mut drawn, mut missed) = (0, Vec::new());
        for line in include_str!("data/nouns.tsv").lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let noun = words[column];
            // As one would say it: a single character of Chinese may be anything.
            let said = if column == 0 { noun.to_owned() } else { format!("一个{noun}") };
            let (scene, _) = compose(&said, "", 7, None, index, None).unwrap();
            if shows(&scene, noun, words[0]) {
                drawn += 1;
                continue;
            }
            missed.push(noun);
            // What is not known becomes an ornament, or a place with what belongs there.
            let heroes: Vec<&str> = scene.objects.iter().map(|o| o.name.as_str()).collect();
            let fair = heroes == ["emblem"] || scene.setting != Setting::Abstract;
            assert!(fair, "'{noun}' was drawn as {heroes:?}");
        }
        println!("{language}: {drawn} of 300 drawn; not: {}", missed.join(", "));
        assert!(drawn >= 280, "{language}: {drawn}");
    }
}
