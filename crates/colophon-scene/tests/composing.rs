//! Casts, hostile input, the lexicon against the art, listings, and the search.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use colophon_scene::compose::lexicon::{ArtSpec, Lexicon};
use colophon_scene::compose::{Listing, listing_prompt, listing_schema};
use colophon_scene::graph::{Art, Pose, Setting, TimeOfDay, Weather};
use colophon_scene::render::props;
use colophon_scene::search::How;
use colophon_scene::{ArtIndex, Cast, Scene, SceneError, compose};
use colophon_types::{ErrorCode, Explain, Lang};

fn next(description: &str, mood: &str, cast: Option<&Cast>) -> (Scene, Cast) {
    compose(description, mood, 11, None, common::plain(), cast).unwrap()
}

fn figure(scene: &Scene) -> (&str, Pose, Option<&str>, u64) {
    let hero = common::hero(scene).unwrap();
    match &hero.art {
        Art::Figure { head, pose, holds, .. } => (head, *pose, holds.as_deref(), hero.look),
        other => panic!("not a figure: {other:?}"),
    }
}

#[test]
fn every_word_has_its_art() {
    let lexicon = Lexicon::builtin().unwrap();
    let art = common::plain().art();
    let (mut en, mut zh) = (0, 0);
    for entry in lexicon.entries() {
        en += entry.en.len();
        zh += entry.zh.len();
        let icon = |name: &str| assert!(art.has(name), "no icon '{name}' for '{}'", entry.key);
        let any = |name: &str| assert!(props::NAMES.contains(&name) || art.has(name), "no art '{name}'");
        match &entry.art {
            ArtSpec::Icon(name) => icon(name),
            ArtSpec::Prop(name) => assert!(props::NAMES.contains(&name.as_str()), "no prop '{name}'"),
            ArtSpec::Figure { head, holds, whole, .. } => {
                icon(head);
                holds.as_deref().map(any);
                whole.as_deref().map(icon);
            }
        }
        assert!((0.05..0.7).contains(&entry.height), "{}", entry.key);
    }
    assert!(lexicon.entries().len() >= 600 && en >= 1500 && zh >= 1700, "{en} {zh}");
}

#[test]
fn emoji_have_icons() {
    let (known, covered) = common::plain().coverage();
    assert!(known > 1500 && covered * 100 >= known * 99, "{covered} of {known}");
    assert_eq!(common::plain().emoji("🦊").unwrap().icon, "fox");
    let (scene, _) = next("🐶🌈", "", None);
    assert!(common::all_art(&scene).contains("dog-face") && common::all_art(&scene).contains("rainbow"));
}

#[test]
fn icons_are_whole_documents() {
    let svg = common::plain().icon_svg("fox").unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.contains(r#"viewBox="0 0 128 128""#));
    assert!(common::plain().icon_svg("no-such-icon").is_none());
}

#[test]
fn a_film_keeps_its_hero_and_its_place() {
    let (first, cast) = next("A fox called Ember paints in the forest at dawn.", "hopeful", None);
    let (head, _, _, clothes) = figure(&first);
    assert_eq!((head, first.setting), ("fox", Setting::Forest));
    // By pronoun, by name, by the act alone, by mood.
    let (second, cast) = next("She holds a paintbrush and smiles.", "", Some(&cast));
    assert_eq!(figure(&second), ("fox", Pose::Hold, Some("paintbrush"), clothes));
    assert_eq!((second.setting, second.time), (Setting::Forest, TimeOfDay::Dawn));
    let (third, cast) = next("Ember walks along the beach.", "", Some(&cast));
    assert_eq!(figure(&third), ("fox", Pose::Walk, None, clothes));
    assert_eq!(third.setting, Setting::Beach);
    let (fourth, cast) = next("A lighthouse and a quiet sea.", "lonely", Some(&cast));
    assert_eq!(figure(&fourth).0, "fox");
    // Where neither words nor mood ask for it, it stays away.
    let (fifth, _) = next("A lighthouse above the sea.", "vast", Some(&cast));
    assert_eq!(common::hero(&fifth).map(common::art_names), Some(vec!["lighthouse"]));
}

#[test]
fn a_chinese_film_keeps_its_hero() {
    let (first, cast) = next("老渔夫坐在小船里钓鱼。", "宁静", None);
    let (head, pose, holds, clothes) = figure(&first);
    assert_eq!((head, pose, holds), ("old-man", Pose::Sit, Some("fishing_rod")));
    let (second, _) = next("他走进村庄，手里提着灯笼。", "温暖", Some(&cast));
    assert_eq!((figure(&second).0, figure(&second).3), ("old-man", clothes));
    assert_eq!(second.setting, Setting::Village);
}

#[test]
fn scenes_in_a_row_are_staged_differently() {
    let mut cast = None;
    let mut before: Option<(f32, f32)> = None;
    for _ in 0..8 {
        let (scene, after) = next("A fox stands in a field.", "", cast.as_ref());
        cast = Some(after);
        let hero = common::hero(&scene).unwrap();
        if let Some((x, height)) = before {
            assert!((x - hero.x).abs() > 0.1, "the hero changes sides");
            assert!((height - hero.height).abs() > 0.02, "and the shot its size");
        }
        before = Some((hero.x, hero.height));
    }
}

#[test]
fn words_say_who_rides_holds_and_sits() {
    let (scene, _) = next("A girl in a small boat holds a lantern on a dark lake.", "", None);
    assert_eq!(
        (scene.setting, figure(&scene).1, figure(&scene).2),
        (Setting::Lake, Pose::Sit, Some("lantern"))
    );
    let boat = scene.objects.iter().find(|o| common::art_names(o) == ["boat"]).unwrap();
    let girl = common::hero(&scene).unwrap();
    assert!(boat.floating && girl.floating && girl.baseline < boat.baseline);
    assert!((boat.x - girl.x).abs() < 0.02);

    let (scene, _) = next("A knight rides a horse toward a castle.", "", None);
    assert_eq!(figure(&scene).1, Pose::Ride);
    let (scene, _) = next("A swan on the river and a boy fishing.", "", None);
    let boy = scene.objects.iter().find(|o| common::art_names(o).contains(&"boy")).unwrap();
    assert!(common::art_names(boy).contains(&"fishing_rod"), "{boy:?}");
    let swan = scene.objects.iter().find(|o| common::art_names(o) == ["swan"]).unwrap();
    assert!(swan.floating && !boy.floating && swan.baseline < boy.baseline, "he stands on the bank");
    let (scene, _) = next("A cup stands on the table in the kitchen.", "", None);
    let at = |name: &str| scene.objects.iter().find(|o| common::art_names(o).contains(&name)).unwrap();
    let (cup, table) = (at("teacup-without-handle"), at("table"));
    assert!(cup.baseline < table.baseline && (cup.x - table.x).abs() < 0.1);
    let (scene, _) = next("There are no people, only a bench in the park.", "", None);
    assert_eq!(common::hero(&scene).map(common::art_names), Some(vec!["bench"]));
}

#[test]
fn verbs_are_not_things() {
    for (description, not) in [
        ("An owl watches the moon.", "watch"),
        ("He can bear the wait, and rose early.", "bear"),
        ("They train and play in the park.", "locomotive"),
        ("A boy cooks dinner.", "cook"),
    ] {
        let (scene, _) = next(description, "", None);
        assert!(!common::all_art(&scene).contains(not), "{description}: {:?}", common::all_art(&scene));
    }
}

#[test]
fn the_words_decide_time_and_weather() {
    for (description, time, weather) in [
        ("A village at midnight in a blizzard", TimeOfDay::Night, Weather::Snow),
        ("A farm at sunrise in the fog", TimeOfDay::Dawn, Weather::Fog),
        ("黄昏时分，雷雨中的城市", TimeOfDay::Dusk, Weather::Storm),
        ("中午，海边刮着大风", TimeOfDay::Noon, Weather::Wind),
    ] {
        let (scene, _) = next(description, "", None);
        assert_eq!((scene.time, scene.weather), (time, weather), "{description}");
    }
}

#[test]
fn hostile_descriptions_do_no_harm() {
    let empty = compose("", "", 1, None, common::plain(), None).unwrap_err();
    assert!(matches!(empty, SceneError::NothingToDraw));
    assert_eq!(empty.code(), ErrorCode::BadInput);
    for text in [
        "fox ".repeat(25_000),
        "狐狸".repeat(50_000),
        "\u{0}\u{7}\u{1b}[31m\u{202e}\u{feff}\r\n\t".repeat(100),
        "a".repeat(100_000),
        "🦊👩‍🚀🏳️‍🌈👨‍👩‍👧‍👦".repeat(2_000),
        "𠀀𠀁𠀂 ِِِ ʰ̷̸̹ ﷽﷽".repeat(500),
        "<svg onload=alert(1)> {{7*7}} ../../etc/passwd '; DROP TABLE".into(),
        "the the the of of a an , . ; : ! ? - ' ' ' -- ''".into(),
        "9999999999999999999999 foxes and -1 cats".into(),
        "在在在的的的了了了上上上里里里".into(),
        "1".into(),
        "'".into(),
        "。".into(),
    ] {
        match compose(&text, &text, u64::MAX, None, common::plain(), None) {
            Ok((scene, _)) => {
                assert!(!scene.objects.is_empty() && scene.objects.len() <= 24);
                assert!(scene.description.chars().count() <= 2000);
                assert!(!scene.description.chars().any(char::is_control));
                assert!(scene.objects.iter().all(|o| o.x.is_finite() && (0.0..=1.0).contains(&o.x)));
            }
            Err(e) => assert!(matches!(e, SceneError::NothingToDraw), "{e}"),
        }
    }
}

#[test]
fn the_model_adds_but_does_not_overrule() {
    let says = Listing::parse(
        r#"{"objects":[
        {"name":"old fisherman","count":"one","role":"hero","relation":"holds","to":"lantern"},
        {"name":"lantern","count":"one","role":"support","relation":"none","to":""},
        {"name":"background","count":"one","role":"detail","relation":"none","to":""},
        {"name":"camel","count":"one","role":"support","relation":"none","to":""},
        {"name":"dragon","count":"one","role":"hero","relation":"none","to":""}]}"#,
    );
    assert!(says.is_some());
    let text = "An old fisherman and his lantern at the harbour, at night.";
    let (scene, _) = compose(text, "", 3, says.clone(), common::plain(), None).unwrap();
    assert_eq!((scene.setting, scene.time), (Setting::Beach, TimeOfDay::Night));
    assert_eq!(figure(&scene).2, Some("lantern"));
    let art = common::all_art(&scene);
    assert!(!art.contains("two-hump-camel") && !art.contains("dragon"), "{art:?}");
}

#[test]
fn what_the_model_does_not_see_is_not_looked_up() {
    let text = "The silence of a boomerang.";
    let art = |listing| {
        let (scene, _) = compose(text, "", 3, listing, common::plain(), None).unwrap();
        common::all_art(&scene).contains("boomerang")
    };
    let listing = |name: &str| Listing::parse(&format!(r#"{{"objects":[{{"name":"{name}"}}]}}"#));
    assert!(art(None) && art(listing("boomerang")));
    assert!(!art(listing("field")));
}

#[test]
fn hostile_listings_are_refused_or_cut() {
    for answer in ["", "{", "null", "[]", "{}", r#"{"objects":[]}"#, r#"{"objects":"fox"}"#] {
        assert!(Listing::parse(answer).is_none(), "{answer}");
    }
    let object = |name: &str| {
        format!(r#"{{"name":"{name}","count":"one","role":"hero","relation":"on","to":"{name}"}}"#)
    };
    let many: Vec<String> = (0..500).map(|i| object(&format!("thing {i}"))).collect();
    let listing = Listing::parse(&format!(r#"{{"objects":[{}]}}"#, many.join(","))).unwrap();
    assert_eq!(listing.objects.len(), 6);
    let long = object(&"fox\\u0000\\u001b".repeat(100));
    let listing = Listing::parse(&format!(r#"{{"objects":[{long}]}}"#)).unwrap();
    assert!(listing.objects[0].name.chars().count() <= 40);
    assert!(!listing.objects[0].name.chars().any(char::is_control));
    let unknown = format!(r#"{{"objects":[{}]}}"#, object("fox").replace("hero", "villain"));
    assert!(Listing::parse(&unknown).is_none());
}

#[test]
fn the_prompts_examples_fit_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(listing_schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["objects"]));
    let (system, user) = listing_prompt("a fox", Lang::En);
    let examples: Vec<&str> = system.lines().filter(|l| l.starts_with('{')).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        assert!(Listing::parse(example).is_some(), "{example}");
    }
    assert!(user.ends_with("a fox"));
}

#[test]
fn meaning_finds_what_names_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("vectors.bin");
    let index = ArtIndex::load(&common::paths(), Some(common::model()), Some(&cache)).unwrap();
    let mut right = 0;
    let queries = [
        ("timepiece", &["watch", "mantelpiece-clock", "alarm-clock", "stopwatch", "timer-clock"][..]),
        ("wristwatch", &["watch"]),
        ("sneakers", &["running-shoe"]),
        ("spectacles", &["glasses", "sunglasses"]),
        ("automobile", &["automobile"]),
        ("cutlass", &["dagger", "crossed-swords"]),
        ("skyscraper", &["office-building", "cityscape"]),
        ("aeroplane", &["airplane", "small-airplane"]),
        ("puppy", &["dog", "dog-face", "guide-dog", "poodle"]),
        ("cutlery", &["fork-and-knife", "fork-and-knife-with-plate", "spoon", "kitchen-knife"]),
    ];
    for (query, wanted) in queries {
        let hit = index.search(query, Lang::En, 0.5).unwrap();
        let ok = hit.as_ref().is_some_and(|h| wanted.contains(&h.icon.as_str()));
        right += usize::from(ok);
        if !ok {
            eprintln!("{query}: {hit:?}");
        }
    }
    // Measured: 7 of 10.
    assert!(right >= 7, "{right} of {}", queries.len());
    assert!(index.search("qwzxv blorptang", Lang::En, 0.62).unwrap().is_none_or(|h| h.how == How::Meaning));
    assert_eq!(index.search("望远镜", Lang::Zh, 0.62).unwrap().unwrap().icon, "telescope");
    assert!(index.search("", Lang::En, 0.0).unwrap().is_none());

    // The cache is used when it fits, and made anew when it is damaged.
    let made = std::fs::read(&cache).unwrap();
    let again = ArtIndex::load(&common::paths(), Some(common::model()), Some(&cache)).unwrap();
    assert_eq!(
        again.search("timepiece", Lang::En, 0.5).unwrap(),
        index.search("timepiece", Lang::En, 0.5).unwrap()
    );
    let mut damaged = made.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&cache, &damaged).unwrap();
    ArtIndex::load(&common::paths(), Some(common::model()), Some(&cache)).unwrap();
    assert_eq!(std::fs::read(&cache).unwrap(), made);
}

#[test]
fn embeddings_are_those_of_the_published_model() {
    let model = common::model();
    let texts = ["A man is eating food.", "A man is eating a piece of bread.", "A monkey is playing drums."];
    let v = model.embed(&texts).unwrap();
    for vector in &v {
        assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-4);
    }
    let near = colophon_text::encode::similarity(&v[0], &v[1]);
    let far = colophon_text::encode::similarity(&v[0], &v[2]);
    // The model card's example gives 0.7553 for the first pair.
    assert!((near - 0.755).abs() < 0.01, "{near}");
    assert!(far < 0.25, "{far}");
    // A text's vector does not depend on what is embedded with it.
    let alone = model.embed(&texts[..1]).unwrap();
    assert!(alone[0].iter().zip(&v[0]).all(|(a, b)| (a - b).abs() < 1e-4));
    assert!(model.embed(&[]).unwrap().is_empty());
    assert_eq!(model.embed(&[&"x ".repeat(50_000)]).unwrap().len(), 1);
}
