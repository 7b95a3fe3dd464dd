//! Finding a voice by its name or for a language.

use colophon_types::Lang::{self, En, Zh};

use super::table::VOICES;
use super::voice::Voice;
use crate::AudioError;

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
