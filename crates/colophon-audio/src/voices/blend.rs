//! Mixed voices: `af_heart*0.6+bm_george*0.4`.

use colophon_types::Lang;

use super::find::find;
use super::voice::{EngineKind, Gender, Voice};
use crate::AudioError;
use crate::g2p::en::Accent;

/// Most voices in one mix.
const MOST: usize = 8;

/// A voice, or several mixed by the weighted sum of their style vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    parts: Vec<(&'static Voice, f32)>,
    name: String,
}

impl From<&'static Voice> for Blend {
    fn from(voice: &'static Voice) -> Self {
        Self { parts: vec![(voice, 1.0)], name: voice.id.to_owned() }
    }
}

impl Blend {
    /// The voices and their weights, which add up to 1; the heaviest first.
    pub fn parts(&self) -> &[(&'static Voice, f32)] {
        &self.parts
    }

    /// The voice that weighs most: its accent and language are those of the mix.
    pub fn main(&self) -> &'static Voice {
        self.parts[0].0
    }

    /// Its name in one spelling, for receipts: `af_heart*0.6+bm_george*0.4`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The engine of all its parts.
    pub fn engine(&self) -> EngineKind {
        self.main().engine
    }

    /// How it reads English.
    pub fn accent(&self) -> Accent {
        self.main().accent
    }

    /// How its heaviest part sounds.
    pub fn gender(&self) -> Gender {
        self.main().gender
    }
}

/// The voice or mix `name`, or the default of `lang`. Parts are joined by `+`; each may have a weight
/// after `*`, else 1; weights are brought to a sum of 1.
///
/// # Errors
/// [`AudioError::Blend`] for a weight that is no positive number, a voice of another engine in a mix
/// or too many parts; otherwise as [`find`].
pub fn blend(name: Option<&str>, lang: Lang) -> Result<Blend, AudioError> {
    let Some(name) = name.map(str::trim).filter(|n| !n.is_empty()) else {
        return Ok(find(None, lang)?.into());
    };
    if !name.contains(['+', '*']) {
        return Ok(find(Some(name), lang)?.into());
    }
    let wrong = |problem: String| Err(AudioError::Blend { problem });
    let mut parts: Vec<(&'static Voice, f32)> = Vec::new();
    for part in name.split('+') {
        let (id, weight) = part.split_once('*').unwrap_or((part, "1"));
        let (id, written) = (id.trim(), weight.trim());
        let weight = written.parse().ok().filter(|w: &f32| w.is_finite() && *w > 0.0 && *w <= 1e6);
        let Some(weight) = weight else {
            let shown: String = written.chars().filter(|c| !c.is_control()).take(20).collect();
            return wrong(format!("\"{shown}\" is no weight"));
        };
        if id.is_empty() {
            return wrong("a voice is missing beside a \"+\" or \"*\"".into());
        }
        let voice = find(Some(id), lang)?;
        match parts.iter_mut().find(|(v, _)| v.id == voice.id) {
            Some((_, sum)) => *sum += weight,
            None => parts.push((voice, weight)),
        }
        if parts.len() > MOST {
            return wrong(format!("more than {MOST} voices"));
        }
    }
    if parts.len() > 1 && parts.iter().any(|(v, _)| v.engine != EngineKind::Kokoro) {
        return wrong("only the voices of Kokoro can be mixed".into());
    }
    let total: f32 = parts.iter().map(|(_, w)| w).sum();
    for (_, weight) in &mut parts {
        *weight /= total;
    }
    // The same mix has one name and one order of summation, however it was written.
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.id.cmp(b.0.id)));
    let name = match parts.as_slice() {
        [(only, _)] => only.id.to_owned(),
        _ => parts.iter().map(|(v, w)| format!("{}*{}", v.id, short(*w))).collect::<Vec<_>>().join("+"),
    };
    Ok(Blend { parts, name })
}

/// A weight with at most three decimals.
fn short(weight: f32) -> String {
    let text = format!("{weight:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::{ErrorCode, Explain};

    #[test]
    fn a_mix_has_one_name() {
        for (written, name) in [
            ("af_heart", "af_heart"),
            ("AF_Heart*3", "af_heart"),
            ("af_heart*0.6+bm_george*0.4", "af_heart*0.6+bm_george*0.4"),
            ("bm_george*2 + af_heart*3", "af_heart*0.6+bm_george*0.4"),
            ("bm_george+af_heart", "af_heart*0.5+bm_george*0.5"),
            ("af_heart+bm_george+af_heart", "af_heart*0.667+bm_george*0.333"),
        ] {
            let mixed = blend(Some(written), Lang::En).expect(written);
            assert_eq!(mixed.name(), name);
            let sum: f32 = mixed.parts().iter().map(|p| p.1).sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        assert_eq!(blend(None, Lang::Zh).expect("default").name(), "zf_xiaoxiao");
    }

    #[test]
    fn a_wrong_mix_is_told() {
        for written in [
            "af_heart*x",
            "af_heart*-1+bm_george",
            "af_heart*0",
            "af_heart*nan",
            "af_heart*inf",
            "af_heart+",
            "+",
            "*2",
            "hibari+af_heart",
            "af_heart+nobody",
            "af_heart*0.5*0.5",
        ] {
            let e = blend(Some(written), Lang::En).expect_err(written);
            assert_eq!(e.code(), ErrorCode::BadInput, "{written}");
            assert!(e.hint().is_some(), "{written}");
        }
        let many = voices_of_kokoro().join("+");
        assert!(blend(Some(&many), Lang::En).is_err());
        assert!(blend(Some("af_heart+zf_xiaoxiao"), Lang::Zh).is_err(), "an English part reads no Chinese");
    }

    fn voices_of_kokoro() -> Vec<&'static str> {
        super::super::voices().iter().filter(|v| v.engine == EngineKind::Kokoro).map(|v| v.id).collect()
    }
}
