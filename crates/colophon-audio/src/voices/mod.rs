//! The voices: who can speak, in which language, with which engine.

mod blend;
mod table;

use colophon_types::Lang;

use crate::AudioError;
use crate::g2p::en::Accent;

pub use blend::{Blend, blend};
use table::VOICES;

use Lang::{En, Zh};

/// A speech engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// Kokoro-82M: natural, English and Mandarin.
    Kokoro,
    /// Hibari: English, many times faster.
    Hibari,
}

impl EngineKind {
    /// Catalogue ids of the models that the engine needs, voices included.
    pub fn models(self) -> &'static [&'static str] {
        match self {
            Self::Kokoro => &["kokoro-82m-int8", "kokoro-voices"],
            Self::Hibari => &["hibari"],
        }
    }
}

/// How a voice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// A woman's voice.
    Female,
    /// A man's voice.
    Male,
}

/// A voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// What users type: `af_heart`, `hibari`.
    pub id: &'static str,
    /// The language that it reads by default.
    pub lang: Lang,
    /// The BCP 47 tag of the language that its speaker is at home in. A voice at home elsewhere
    /// (`ja`, `fr-FR`) reads English with its own timbre: there are no rules for its language here.
    pub home: &'static str,
    /// Its accent in English.
    pub accent: Accent,
    /// The engine that makes it.
    pub engine: EngineKind,
    /// How it sounds.
    pub gender: Gender,
    /// A name to show.
    pub title: &'static str,
}

impl Voice {
    /// Whether it reads whole texts in `lang`. Mandarin voices also read English; other voices say
    /// single Chinese words inside an English text.
    pub fn reads(&self, lang: Lang) -> bool {
        lang == En || self.lang == lang
    }
}

/// Every voice, English first.
pub fn voices() -> &'static [Voice] {
    &VOICES
}

/// The default voice of a language.
pub fn default_voice(lang: Lang) -> &'static Voice {
    match lang {
        En => &VOICES[0],
        Zh => VOICES.iter().find(|v| v.lang == Zh).unwrap_or(&VOICES[0]),
    }
}

/// The voice `name` (an id in any case; `hibari:heart` is `hibari`), or the default of `lang`.
///
/// # Errors
/// [`AudioError::UnknownVoice`] with similar ids; [`AudioError::WrongLanguage`] when the voice
/// cannot speak `lang` (Mandarin voices also read English).
pub fn find(name: Option<&str>, lang: Lang) -> Result<&'static Voice, AudioError> {
    let Some(name) = name.map(str::trim).filter(|n| !n.is_empty()) else {
        return Ok(default_voice(lang));
    };
    let wanted = name.to_lowercase();
    let wanted = if wanted == "hibari:heart" { "hibari" } else { wanted.as_str() };
    let Some(voice) = VOICES.iter().find(|v| v.id == wanted) else {
        return Err(AudioError::UnknownVoice { name: shorten(name), near: near(wanted, lang) });
    };
    if !voice.reads(lang) {
        let instead = default_voice(Zh).id.to_string();
        return Err(AudioError::WrongLanguage { voice: voice.id.into(), language: "Chinese", instead });
    }
    Ok(voice)
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Up to four ids like `name`: those whose own name is close first, then those of the language.
fn near(name: &str, lang: Lang) -> Vec<String> {
    let short: String = name.chars().take(40).collect();
    let given = short.rsplit('_').next().unwrap_or(&short);
    let mut ranked: Vec<(usize, &str)> = VOICES
        .iter()
        .map(|v| {
            let own = v.id.rsplit('_').next().unwrap_or(v.id);
            let part = !given.is_empty() && (own.contains(given) || v.title.contains(given));
            let distance = if part { 0 } else { edits(given, own).min(edits(&short, v.id)) };
            (distance * 2 + usize::from(v.lang != lang), v.id)
        })
        .filter(|(d, _)| *d <= 5)
        .collect();
    ranked.sort();
    if ranked.is_empty() {
        ranked.push((0, default_voice(lang).id));
    }
    ranked.into_iter().take(4).map(|(_, id)| id.to_string()).collect()
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
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
