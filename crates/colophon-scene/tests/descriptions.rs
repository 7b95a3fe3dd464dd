//! Forty descriptions, twenty in each language, with what a viewer would expect to see.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use colophon_scene::graph::{Role, Setting};
use colophon_scene::layout::overlap;
use colophon_scene::{Scene, compose};

/// Description, setting, hero (art), other art.
type Case = (&'static str, Setting, &'static str, &'static [&'static str]);

const ENGLISH: [Case; 22] = [
    (
        "An old fisherman mends his net on the pier beside a lighthouse at dusk.",
        Setting::Beach,
        "old-man",
        &["pier", "lighthouse", "goal-net"],
    ),
    ("A small fox in a red scarf paints the sea under the stars.", Setting::Beach, "fox", &["scarf"]),
    ("Two children fly a kite over a green meadow on a windy afternoon.", Setting::Field, "child", &["kite"]),
    (
        "A doctor holds a syringe beside a patient in a hospital bed.",
        Setting::Hospital,
        "man-health-worker",
        &["syringe", "person", "hospital_bed"],
    ),
    ("A panda eats bamboo in a misty bamboo forest.", Setting::Bamboo, "panda", &[]),
    (
        "An astronaut floats in space near a ringed planet and a satellite.",
        Setting::Space,
        "astronaut",
        &["ringed-planet", "satellite"],
    ),
    ("A cat sleeps on a chair by the window on a rainy day.", Setting::Room, "cat-face", &["chair"]),
    (
        "A farmer drives a tractor through golden wheat fields at sunset.",
        Setting::Field,
        "farmer",
        &["tractor", "stalks"],
    ),
    ("A teacher writes on the blackboard while students listen.", Setting::Classroom, "woman", &["student"]),
    (
        "A judge sits at her desk with a gavel and the scales of justice.",
        Setting::Room,
        "woman-judge",
        &["desk", "gavel", "balance-scale"],
    ),
    (
        "A girl rides a bicycle past a market stall on a busy street.",
        Setting::Street,
        "girl",
        &["bicycle", "market_stall"],
    ),
    ("A heron stands at the lake beside a house.", Setting::Lake, "crane", &["house"]),
    ("A submarine under the sea with two fish.", Setting::Underwater, "submarine", &["fish"]),
    ("A whale swims under a small sailboat in a storm.", Setting::Sea, "spouting-whale", &["sailboat"]),
    ("An owl watches from a tree over a snowy forest at night.", Setting::SnowyForest, "owl", &[]),
    (
        "A cook stirs a pot of soup on the stove in a warm kitchen.",
        Setting::Kitchen,
        "cook",
        &["pot-of-food", "stove"],
    ),
    (
        "A banker studies a rising chart on a computer in his office.",
        Setting::Office,
        "man-office-worker",
        &["chart-increasing", "desk"],
    ),
    ("Camels cross the desert under a crescent moon.", Setting::Desert, "two-hump-camel", &["crescent-moon"]),
    ("A robot reads a book in an old library.", Setting::Library, "robot", &["open-book"]),
    (
        "A boy and his dog sit by a campfire near a tent in the mountains.",
        Setting::Mountain,
        "boy",
        &["dog", "campfire", "tent"],
    ),
    (
        "Colourful fish swim around a coral reef with a sea turtle.",
        Setting::Underwater,
        "fish",
        &["coral", "turtle"],
    ),
    (
        "A woman with an umbrella waits at the bus stop in the rain at night.",
        Setting::Street,
        "woman",
        &["umbrella", "bus_stop"],
    ),
];

const CHINESE: [Case; 21] = [
    ("江边的小路上，老人牵着小狗散步。", Setting::Lake, "old-man", &[]),
    ("黄昏的海边，老渔夫站在灯塔旁，一艘帆船归来。", Setting::Beach, "old-man", &["lighthouse", "sailboat"]),
    ("一只小狐狸在森林里画画，旁边放着画架。", Setting::Forest, "fox", &["easel"]),
    ("下雨的夜晚，小女孩撑着伞走在街上，路灯亮着。", Setting::Street, "girl", &["umbrella", "street_lamp"]),
    ("熊猫坐在竹林里吃竹子。", Setting::Bamboo, "panda", &[]),
    (
        "医生拿着听诊器，护士站在病床旁边。",
        Setting::Hospital,
        "man-health-worker",
        &["stethoscope", "woman-health-worker", "hospital_bed"],
    ),
    ("两个孩子在草地上放风筝，天上有白云。", Setting::Field, "child", &["kite"]),
    ("宇航员乘着火箭飞向月球。", Setting::Space, "astronaut", &["rocket"]),
    (
        "奶奶在厨房里包饺子，桌子上放着一壶茶。",
        Setting::Kitchen,
        "old-woman",
        &["dumpling", "table", "hot-beverage"],
    ),
    ("小猫趴在窗台上，窗外下着雪。", Setting::Room, "cat-face", &[]),
    ("农民开着拖拉机在田野里劳作，远处有风车。", Setting::Field, "farmer", &["tractor", "windmill"]),
    ("老师在黑板前讲课，学生们认真听讲。", Setting::Classroom, "woman", &["student"]),
    ("科学家用显微镜观察细菌。", Setting::Hospital, "woman-scientist", &["microscope_stand", "microbe"]),
    ("一条大鲸鱼在深海里游泳，周围有许多小鱼。", Setting::Underwater, "spouting-whale", &["fish"]),
    ("男孩骑着自行车穿过石桥，来到村庄。", Setting::Village, "boy", &["bicycle", "bridge"]),
    ("银行家在办公室里看着上涨的图表。", Setting::Office, "man-office-worker", &["bar-chart"]),
    ("骆驼商队走过沙漠，夕阳西下。", Setting::Desert, "two-hump-camel", &[]),
    ("机器人在图书馆里读书。", Setting::Library, "robot", &["open-book"]),
    ("圣诞老人坐着雪橇，驯鹿在雪地里奔跑。", Setting::SnowyForest, "santa-claus", &["sled", "deer"]),
    (
        "夜市的摊位前，小贩在卖面条，灯笼高高挂起。",
        Setting::Street,
        "woman-curly-hair",
        &["market_stall", "steaming-bowl", "red-paper-lantern"],
    ),
    ("法官手里拿着法槌，旁边是天平。", Setting::Room, "judge", &["gavel", "balance-scale"]),
];

fn scene(description: &str) -> Scene {
    compose(description, "", 7, None, common::plain(), None).unwrap().0
}

/// Of the expected: settings, heroes and objects found, and how many were expected.
fn score(cases: &[Case]) -> [(usize, usize); 3] {
    let mut found = [(0, 0); 3];
    for (description, setting, hero, objects) in cases {
        let scene = scene(description);
        let art = common::all_art(&scene);
        let lead = common::hero(&scene).map(common::art_names).unwrap_or_default();
        let mut note = |i: usize, ok: bool, what: &str| {
            found[i].0 += usize::from(ok);
            found[i].1 += 1;
            if !ok {
                eprintln!("missed {what}: {description} {:?} {art:?}", scene.setting);
            }
        };
        note(0, scene.setting == *setting, "setting");
        note(1, lead.contains(hero), hero);
        for object in *objects {
            note(2, art.contains(object), object);
        }
    }
    found
}

#[test]
fn english_descriptions_show_what_they_say() {
    let [settings, heroes, objects] = score(&ENGLISH);
    assert!(settings.0 >= 21, "settings {settings:?}");
    assert!(heroes.0 >= 21, "heroes {heroes:?}");
    assert!(objects.0 * 100 >= objects.1 * 95, "objects {objects:?}");
}

#[test]
fn chinese_descriptions_show_what_they_say() {
    let [settings, heroes, objects] = score(&CHINESE);
    assert!(settings.0 >= 20, "settings {settings:?}");
    assert!(heroes.0 >= 20, "heroes {heroes:?}");
    assert!(objects.0 * 100 >= objects.1 * 95, "objects {objects:?}");
}

#[test]
fn everything_stands_within_the_frame_and_the_hero_is_seen() {
    for seed in 0..12 {
        let mut cast = None;
        for (description, ..) in ENGLISH.iter().chain(&CHINESE) {
            // The cast counts the scenes, so that all shot sizes come up; its hero stays out.
            let (scene, mut next) =
                compose(description, "", seed, None, common::plain(), cast.as_ref()).unwrap();
            next.members.clear();
            cast = Some(next);
            let ground: Vec<_> = scene.objects.iter().collect();
            assert!(!ground.is_empty(), "{description}");
            for o in &ground {
                assert!(o.x.is_finite() && o.baseline.is_finite() && o.height.is_finite());
                assert!((0.0..=1.0).contains(&o.x), "{description} {o:?}");
                assert!(o.height > 0.02 && o.height <= 0.9, "{description} {o:?}");
                assert!(o.baseline <= 0.97 && o.baseline - o.height >= 0.0, "{description} {o:?}");
            }
            assert!(scene.objects.windows(2).all(|w| w[0].baseline <= w[1].baseline));
            let Some(hero) = common::hero(&scene) else { continue };
            for o in scene.objects.iter().filter(|o| o.role != Role::Hero) {
                // What the hero rides, sits on or sits behind touches it.
                let joined = (o.x - hero.x).abs() < 0.1;
                assert!(joined || overlap(hero, o) <= 0.35, "{description} seed {seed}: {o:?} {hero:?}");
            }
        }
    }
}

#[test]
fn captions_cover_no_face() {
    for (description, ..) in ENGLISH.iter().chain(&CHINESE) {
        for o in scene(description).objects.iter().filter(|o| o.role != Role::Detail) {
            let middle = o.baseline - o.height / 2.0;
            assert!(middle < colophon_scene::layout::CAPTIONS, "{description}: {o:?}");
        }
    }
}

#[test]
fn the_same_request_gives_the_same_scene() {
    for (description, ..) in ENGLISH.iter().chain(&CHINESE) {
        assert_eq!(scene(description), scene(description));
    }
}
