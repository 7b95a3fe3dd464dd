//! Prompts in both languages and the layers they become.

use crate::effects::{Layer, Room, prompt, sounds};

fn layers(words: &str) -> Vec<Layer> {
    prompt::read(words).expect("words").scene.layers
}

fn ids(words: &str) -> Vec<&'static str> {
    layers(words).iter().map(|l| l.sound.id).collect()
}

#[test]
fn sounds_and_surfaces_are_found() {
    for (words, expected) in [
        ("heavy rain on a tin roof with distant thunder", &["rain_tin", "thunder"][..]),
        ("铁皮屋顶上的大雨和远处的雷声", &["rain_tin", "thunder"]),
        ("slow footsteps on gravel", &["footsteps_gravel"]),
        ("雪地里的脚步声", &["footsteps_snow"]),
        ("three knocks, then a door creaks", &["knock", "creak"]),
        ("a church bell and a dog barking far away", &["church_bell", "dog"]),
        ("森林里的鸟叫和小溪", &["forest", "songbird", "stream"]),
    ] {
        assert_eq!(ids(words), expected, "{words}");
    }
}

#[test]
fn modifiers_change_their_sound() {
    let rain = layers("heavy rain on a tin roof with distant thunder");
    assert!(rain[0].intensity > 0.7 && rain[1].distance > 3.0 && rain[0].distance < 1.5);
    let zh = layers("远处的雷声和轻轻的雨");
    assert!(zh[0].distance > 3.0 && zh[1].intensity < 0.3, "{zh:?}");
    assert_eq!(layers("three knocks")[0].count, Some(3));
    assert_eq!(layers("三声敲门")[0].count, Some(3));
    assert!(layers("a motorbike passing by")[0].passing);
    assert!(layers("a dog barking on the left")[0].direction.is_some_and(|d| d < 0.0));
    assert_eq!(layers("rain then thunder").iter().map(|l| l.stage).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(prompt::read("applause in a hall").expect("words").scene.room, Room::Hall);
}

#[test]
fn what_has_no_name_is_given_back() {
    let reading = prompt::read("rain and a zeppelin").expect("words");
    assert_eq!(reading.scene.layers.len(), 1);
    assert_eq!(reading.unknown.len(), 1);
    assert!(reading.unknown[0].words.contains("zeppelin"));
}

#[test]
fn every_sound_answers_to_its_names() {
    let mut wrong = Vec::new();
    for sound in sounds() {
        assert!(!sound.en.is_empty() && !sound.zh.is_empty() && !sound.about.is_empty(), "{}", sound.id);
        for name in [sound.en[0], sound.zh[0]] {
            if ids(name) != [sound.id] {
                wrong.push(format!("{name}: {:?} for {}", ids(name), sound.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut known: Vec<&str> = sounds().iter().map(|s| s.id).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), sounds().len());
}
