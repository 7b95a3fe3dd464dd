//! Checks of a request before any work is done: everything that can be refused is refused here.

use std::path::Path;

use colophon_audio::Voice;
use colophon_audio::music::{Brief, Plan};
use colophon_image::Treatment as Paint;
use colophon_scene::Treatment;
use colophon_text::script::Recipe;
use colophon_types::{Lang, MakeRequest, PictureFormat, Seed};

use crate::StudioError;

/// A brief may have so many characters.
const MAX_BRIEF: usize = 2000;

/// A request that can be worked on.
pub(crate) struct Checked {
    pub(crate) brief: String,
    pub(crate) recipe: Recipe,
    pub(crate) lang: Lang,
    pub(crate) seconds: u32,
    pub(crate) voice: &'static Voice,
    pub(crate) style: Style,
    pub(crate) music: Option<MusicChoice>,
}

/// A style: how layers are drawn, and with which neural painter, if any, they are painted over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) name: String,
    pub(crate) treatment: Treatment,
    pub(crate) paint: Option<Paint>,
}

impl Style {
    pub(crate) fn find(name: Option<&str>) -> Result<Self, StudioError> {
        let name = name.unwrap_or("paper").trim().to_lowercase();
        if let Ok(treatment) = name.parse() {
            return Ok(Self { name, treatment, paint: None });
        }
        let paint = Paint::named(&name)?;
        Ok(Self { name, treatment: Treatment::default(), paint: Some(paint) })
    }
}

/// What music a film has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MusicChoice {
    /// What the recipe and the moods of the scenes ask for.
    Auto,
    /// What the user says.
    Prompt(String),
}

impl MusicChoice {
    /// Reads `auto`, `none` or a prompt; what cannot be composed is refused.
    pub(crate) fn read(given: Option<&str>, seconds: u32) -> Result<Option<Self>, StudioError> {
        let given = given.unwrap_or("none").trim();
        match given.to_ascii_lowercase().as_str() {
            "none" => Ok(None),
            "auto" => Ok(Some(Self::Auto)),
            _ => {
                Plan::new(&Brief::new(given, f64::from(seconds)), Seed(0))?;
                Ok(Some(Self::Prompt(given.to_owned())))
            }
        }
    }
}

/// Every style by name: drawn ones first, then painted ones.
pub(crate) fn style_names() -> Vec<String> {
    let drawn = Treatment::ALL.iter().map(|t| t.name());
    let painted = colophon_image::Stylizer::names().filter(|n| n.parse::<Treatment>().is_err());
    drawn.chain(painted).map(str::to_owned).collect()
}

/// A format that holds clear pixels, for a picture without a backdrop.
pub(crate) fn alpha(format: PictureFormat) -> Result<(), StudioError> {
    match format.holds_alpha() {
        true => Ok(()),
        false => Err(StudioError::request(
            "a JPEG file has no clear pixels, so its background cannot be transparent",
            "ask for PNG or WebP",
        )),
    }
}

/// A brief on one line; `what` it is for.
pub(crate) fn brief(words: &str, what: &'static str) -> Result<String, StudioError> {
    let brief = words.trim();
    let length = brief.chars().count();
    if !brief.chars().any(char::is_alphanumeric) {
        return Err(StudioError::request("the brief is empty", what));
    }
    if length > MAX_BRIEF {
        return Err(StudioError::request(
            format!("the brief has {length} characters; at most {MAX_BRIEF} fit"),
            "shorten the brief to what matters",
        ));
    }
    if let Some(c) = brief.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(StudioError::request(
            format!("the brief contains the control character U+{:04X}", u32::from(c)),
            "remove it",
        ));
    }
    Ok(brief.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(crate) fn check(request: &MakeRequest) -> Result<Checked, StudioError> {
    let brief = brief(&request.brief, "say in a sentence what the film is about")?;
    if !(15..=300).contains(&request.seconds) {
        return Err(StudioError::request(
            format!("a film of {} seconds is not possible", request.seconds),
            "give --seconds a number from 15 to 300",
        ));
    }
    let lang = request.lang.resolve(&brief);
    Ok(Checked {
        recipe: Recipe::find(&request.recipe)?,
        lang,
        seconds: request.seconds,
        voice: colophon_audio::find_voice(request.voice.as_deref(), lang)?,
        style: Style::find(request.style.as_deref())?,
        music: MusicChoice::read(request.music.as_deref(), request.seconds)?,
        brief,
    })
}

/// Makes the folder and proves that it can be written, so that no one waits for minutes to learn
/// that it cannot.
pub(crate) fn writable(dir: &Path) -> Result<(), StudioError> {
    std::fs::create_dir_all(dir).map_err(StudioError::io("make the folder", dir))?;
    let probe = tempfile::Builder::new().prefix(".colophon-").tempfile_in(dir);
    probe.map(drop).map_err(StudioError::io("write in", dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::{ErrorCode, Explain, LangChoice};

    fn request(brief: &str) -> MakeRequest {
        MakeRequest {
            brief: brief.into(),
            recipe: "story".into(),
            lang: LangChoice::Auto,
            seconds: 60,
            voice: None,
            style: None,
            music: None,
            model: None,
            seed: None,
        }
    }

    #[test]
    fn bad_requests_are_refused_in_one_sentence() {
        let long = "long ".repeat(20_000);
        let ok = request("A fox");
        let bad = [
            request(""),
            request(" … "),
            request(&long),
            request("A fox\u{7}"),
            MakeRequest { seconds: 0, ..ok.clone() },
            MakeRequest { seconds: 301, ..ok.clone() },
            MakeRequest { recipe: "opera".into(), ..ok.clone() },
            MakeRequest { voice: Some("af_hart".into()), ..ok.clone() },
            MakeRequest { voice: Some("af_heart".into()), lang: LangChoice::Zh, ..ok.clone() },
            MakeRequest { style: Some("cubist".into()), ..ok.clone() },
            MakeRequest { music: Some(" ".into()), ..ok.clone() },
        ];
        for request in bad {
            let error = check(&request).err().expect("refused");
            assert_eq!(error.code(), ErrorCode::BadInput, "{error}");
            assert!(error.hint().is_some(), "{error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
        assert!(check(&ok).is_ok());
    }

    #[test]
    fn music_is_none_auto_or_words() {
        let read = |given| MusicChoice::read(given, 30);
        for none in [None, Some("none"), Some(" None ")] {
            assert_eq!(read(none).expect("fine"), None);
        }
        assert_eq!(read(Some("AUTO")).expect("fine"), Some(MusicChoice::Auto));
        let piano = Some(MusicChoice::Prompt("calm piano".into()));
        assert_eq!(read(Some("calm piano ")).expect("fine"), piano);
        assert!(read(Some(" ")).is_err() && read(Some(&"piano ".repeat(1000))).is_err());
    }

    #[test]
    fn every_style_can_be_found() {
        let names = style_names();
        assert!(names.len() >= 6, "{names:?}");
        for name in names {
            assert!(Style::find(Some(&name)).is_ok(), "{name}");
        }
    }
}
