//! The voices: who can speak, in which language, with which engine.

mod blend;
mod find;
mod table;
mod voice;

pub use blend::{Blend, blend};
pub use find::{default_voice, find, voices};
pub use voice::{EngineKind, Gender, Voice};

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Lang::{En, Zh};
    use colophon_types::{ErrorCode, Explain};

    #[test]
    fn defaults_and_names() {
        assert_eq!(find(None, En).expect("default").id, "af_heart");
        assert_eq!(find(None, Zh).expect("default").id, "zf_xiaoxiao");
        assert_eq!(find(Some("Hibari"), En).expect("any case").engine, EngineKind::Hibari);
        assert_eq!(find(Some("zm_yunxi"), En).expect("Mandarin voices read English").id, "zm_yunxi");
    }

    #[test]
    fn there_are_54_voices_of_kokoro_in_nine_languages() {
        let kokoro: Vec<&Voice> = voices().iter().filter(|v| v.engine == EngineKind::Kokoro).collect();
        let at_home = |tag: &str| kokoro.iter().filter(|v| v.home == tag).count();
        assert_eq!(kokoro.len(), 54);
        let counts = ["en-US", "en-GB", "zh-CN", "ja", "es", "fr-FR", "hi", "it", "pt-BR"].map(at_home);
        assert_eq!(counts, [20, 8, 8, 5, 3, 1, 4, 2, 3]);
        for voice in voices() {
            // The second letter of an id says the sex.
            if voice.engine == EngineKind::Kokoro {
                assert_eq!(voice.gender == Gender::Female, voice.id.as_bytes()[1] == b'f', "{}", voice.id);
            }
            let twins = voices().iter().filter(|v| v.id == voice.id || v.title == voice.title).count();
            assert_eq!(twins, 1, "{}", voice.id);
        }
    }

    #[test]
    fn an_unknown_voice_names_its_neighbours() {
        let e = find(Some("af_hart"), En).expect_err("no such voice");
        assert_eq!(e.code(), ErrorCode::BadInput);
        assert!(e.hint().expect("hint").contains("af_heart"), "{e:?}");
        let e = find(Some("yunxi"), Zh).expect_err("no such id");
        assert!(e.hint().expect("hint").starts_with("try zm_yunxi"), "{e:?}");
        let e = find(Some(&"x".repeat(100_000)), Zh).expect_err("no such id");
        assert!(e.to_string().len() < 100 && e.hint().is_some());
    }

    #[test]
    fn an_english_voice_refuses_chinese() {
        let e = find(Some("af_heart"), Zh).expect_err("wrong language");
        assert_eq!((e.code(), e.hint().as_deref()), (ErrorCode::BadInput, Some("try the voice zf_xiaoxiao")));
    }
}
