//! Consents: recordings in which someone says that a voice of theirs may be used.
//!
//! This studio makes no voice out of recordings; a consent is a record and gives no right to anything
//! here. Its phrase is checked by the recogniser when it comes.

use std::path::{Path, PathBuf};

use colophon_store::VoiceConsent;
use colophon_types::{Cancel, Lang, NoProgress};

use crate::{Studio, StudioError, TranscribeRequest, origin};

/// Longest recording, in seconds.
const LONGEST: f64 = 60.0;
/// The least share of the phrase that must be heard. The recogniser errs in a few words of a hundred.
const LEAST: f64 = 0.8;
/// Characters of a label.
const NAME: usize = 200;

/// What has to be said, by language.
pub const CONSENT_PHRASES: [(Lang, &str); 2] = [
    (Lang::En, "I am the owner of this voice, and I agree that it may be used to make a synthetic voice."),
    (Lang::Zh, "我是这个声音的主人，我同意用这个声音制作合成语音。"),
];

/// A consent as it is brought.
#[derive(Clone, Debug)]
pub struct ConsentOrder {
    /// Whose it is.
    pub owner: String,
    /// Its label.
    pub name: String,
    /// The language of the phrase, as a BCP 47 tag.
    pub language: String,
    /// Media type of the recording, found by its content.
    pub media_type: String,
}

/// Words of a text, or its characters in Chinese; without marks and capitals.
fn units(text: &str, lang: Lang) -> Vec<String> {
    let plain: String =
        text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    match lang {
        Lang::En => plain.split_whitespace().map(str::to_owned).collect(),
        Lang::Zh => plain.chars().filter(|c| !c.is_whitespace()).map(String::from).collect(),
    }
}

/// The share of `phrase` that is found in one place of `heard`, whatever stands before and after it:
/// one less the edits that are needed over the length of the phrase.
fn agreement(phrase: &[String], heard: &[String]) -> f64 {
    let mut row = vec![0; heard.len() + 1];
    for (i, wanted) in phrase.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, unit) in heard.iter().enumerate() {
            let other = diagonal + usize::from(wanted != unit);
            diagonal = row[j + 1];
            row[j + 1] = other.min(row[j] + 1).min(diagonal + 1);
        }
    }
    let edits = row.into_iter().min().unwrap_or(phrase.len());
    1.0 - edits as f64 / phrase.len().max(1) as f64
}

/// Whether something is denied: "I do not agree" differs from the phrase in two words only.
fn denies(heard: &str, lang: Lang) -> bool {
    match lang {
        Lang::En => units(heard, lang).iter().any(|w| {
            matches!(w.as_str(), "not" | "never" | "no" | "cannot" | "disagree") || w.ends_with("n't")
        }),
        Lang::Zh => heard.contains(['不', '没', '別', '别', '拒', '未']),
    }
}

/// The language of a phrase by its tag.
fn language(tag: &str) -> Result<(Lang, &'static str), StudioError> {
    let first = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let fits = tag.len() <= 35 && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let found = CONSENT_PHRASES.iter().find(|(lang, _)| fits && lang.tag() == first);
    found.copied().ok_or_else(|| {
        let shown: String = tag.chars().take(35).collect();
        StudioError::request(format!("there is no consent phrase in '{shown}'"), "give en or zh, as in en-US")
    })
}

fn label(name: &str) -> Result<String, StudioError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(StudioError::request("a consent's name has 1 to 200 characters", "give another"));
    }
    Ok(name.to_owned())
}

impl Studio {
    /// Where the recording of a consent is kept.
    pub fn consent_path(&self, id: &str) -> PathBuf {
        self.home.join("consents").join(id)
    }

    /// Takes a consent, if the recording says the phrase. `keep` moves the recording to its place.
    ///
    /// # Errors
    /// [`StudioError`]: a language without a phrase, a recording that is no sound, is longer than a minute
    /// or says something else; nothing is kept then.
    pub fn take_consent(
        &self,
        order: ConsentOrder,
        recording: &Path,
        cancel: &Cancel,
        keep: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<VoiceConsent, StudioError> {
        let (lang, phrase) = language(&order.language)?;
        let name = label(&order.name)?;
        let request = TranscribeRequest { lang: Some(lang.tag().to_owned()), ..TranscribeRequest::default() };
        let heard =
            self.transcribe_short(recording, LONGEST, &request, &NoProgress, cancel)?.transcript.text();
        let share = agreement(&units(phrase, lang), &units(&heard, lang));
        if share < LEAST || denies(&heard, lang) {
            let said: String = heard.chars().take(200).collect();
            let message = format!("the recording says \"{said}\" and not the consent phrase \"{phrase}\"");
            return Err(StudioError::request(message, "record the phrase as it is written"));
        }
        let store = self.store()?;
        let consent = VoiceConsent {
            id: VoiceConsent::fresh_id(),
            owner: order.owner,
            name,
            language: order.language,
            phrase: phrase.to_owned(),
            heard,
            agreement: share,
            media_type: order.media_type,
            bytes: std::fs::metadata(recording).map_err(StudioError::io("read", recording))?.len(),
            sha256: origin::sha256_of_file(recording)?,
            created: store.now(),
        };
        let path = self.consent_path(&consent.id);
        keep(&path).map_err(StudioError::io("write", &path))?;
        let key = format!("consents/{}", consent.id);
        self.take_over(&key, &path)?;
        store.add_consent(&consent).inspect_err(|_| drop(self.unkeep(&key)))?;
        Ok(consent)
    }

    /// Gives a consent another label.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn rename_consent(&self, id: &str, name: &str, who: &str) -> Result<VoiceConsent, StudioError> {
        Ok(self.store()?.rename_consent(id, &label(name)?, who)?)
    }

    /// Removes a consent and its recording.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn remove_consent(&self, id: &str, who: &str) -> Result<(), StudioError> {
        let store = self.store()?;
        // The recording first: a record without it can be removed again, a recording without a record not.
        self.unkeep(&format!("consents/{}", store.consent(id)?.id))?;
        Ok(store.remove_consent(id, who)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(heard: &str, lang: Lang) -> f64 {
        let phrase = CONSENT_PHRASES.iter().find(|(l, _)| *l == lang).expect("a phrase").1;
        agreement(&units(phrase, lang), &units(heard, lang))
    }

    #[test]
    fn the_phrase_is_found_among_other_words() {
        let all = "My name is Ann. I am the owner of this voice and I agree that it may be used to make a \
                   synthetic voice. Thank you.";
        assert_eq!(share(all, Lang::En), 1.0);
        assert!(share(&all.replace("owner", "honour").replace("make a", "make"), Lang::En) > LEAST);
        assert!(share("I am the owner of this voice.", Lang::En) < LEAST);
        assert!(share("The train to the coast leaves at seven.", Lang::En) < 0.4);
        assert_eq!(share("", Lang::En), 0.0);
        assert_eq!(share("我是这个声音的主人 我同意用这个声音制作合成语音", Lang::Zh), 1.0);
        assert!(share("我是这个声音的主人", Lang::Zh) < LEAST);
    }

    #[test]
    fn a_denial_is_no_consent() {
        let no =
            "I am the owner of this voice, and I do not agree that it may be used to make a synthetic voice.";
        assert!(share(no, Lang::En) > LEAST && denies(no, Lang::En));
        assert!(denies("I don't agree", Lang::En) && denies("我不同意", Lang::Zh));
        for (lang, phrase) in CONSENT_PHRASES {
            assert!(!denies(phrase, lang));
        }
    }

    #[test]
    fn languages_are_told_by_their_tags() {
        for (tag, wanted) in
            [("en", Lang::En), ("en-GB", Lang::En), ("zh_CN", Lang::Zh), ("ZH-Hant-TW", Lang::Zh)]
        {
            assert_eq!(language(tag).expect(tag).0, wanted);
        }
        for tag in ["", "e", "fr-FR", "en US", "en-\u{0}", "zhuang"] {
            assert!(language(tag).is_err(), "{tag:?}");
        }
        assert!(label(" ").is_err() && label(&"x".repeat(201)).is_err() && label("Ann ").is_ok());
    }
}
