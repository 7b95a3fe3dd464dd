//! The audible label: the rhythm, or words that are spoken.
//!
//! Who speaks is not the seal's affair: a [`SpokenLabel`] gives the words as a sound, at the pace that
//! GB 45438-2025 asks for, and the seal fits them into the content.

use std::sync::Arc;

use colophon_types::{Lang, Pcm, Stereo};

use crate::mark::label::LabelProfile;
use crate::mark::label_sound;

/// Silence between label and content, in seconds.
pub(crate) const PAUSE: f64 = 0.4;
/// The middle is sought so far to both sides, as a part of the whole.
const AROUND: f64 = 0.1;
/// How long a quiet place must be, in seconds.
const QUIET: f64 = 0.08;
/// No sample of the label is louder.
const PEAK: f32 = 0.9;
/// Longest label, in seconds.
const LONGEST: f64 = 15.0;

/// Words that are spoken as a label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelWords {
    /// The words; they hold "AI" or "人工智能", and "generated" or "生成".
    pub words: String,
    /// How they sound, without silence around them.
    pub sound: Pcm,
}

/// Speaks labels.
pub trait SpokenLabel: Send + Sync {
    /// The label in a language, at `rate` hertz.
    ///
    /// # Errors
    /// A sentence; then nothing is sealed.
    fn say(&self, lang: Lang, rate: u32) -> Result<LabelWords, String>;
}

/// Where in a sound its label is. A sound that is sealed while it grows has it at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoundPlace {
    /// Before the content.
    #[default]
    Start,
    /// At a quiet place near the middle.
    Middle,
    /// After the content.
    End,
}

impl SoundPlace {
    /// By its name in the settings.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "start" => Some(Self::Start),
            "middle" => Some(Self::Middle),
            "end" => Some(Self::End),
            _ => None,
        }
    }
}

/// How sounds are labelled.
#[derive(Clone, Default)]
pub struct SoundLabel {
    /// Who speaks it; nobody for the rhythm.
    pub spoken: Option<Arc<dyn SpokenLabel>>,
    /// Where it is.
    pub place: SoundPlace,
}

/// A label that is ready to be laid.
pub(crate) struct Clip {
    /// Label and pause.
    pub(crate) sound: Pcm,
    /// In writing.
    pub(crate) text: String,
    /// What it is; where it is follows.
    kind: &'static str,
}

impl Clip {
    /// Where it is, as credentials tell it.
    pub(crate) fn told(&self, place: SoundPlace) -> String {
        let place = match place {
            SoundPlace::Start => "at the start",
            SoundPlace::Middle => "in the middle",
            SoundPlace::End => "at the end",
        };
        format!("{} {place}", self.kind)
    }
}

impl SoundLabel {
    /// The name of what marks a recording.
    pub(crate) fn name(&self) -> &'static str {
        if self.spoken.is_some() { "colophon-spoken-label/1" } else { label_sound::NAME }
    }

    /// The label with a pause after it, its speech or tones at the level of speech of the root mean square
    /// `level`.
    pub(crate) fn clip(
        &self,
        profile: LabelProfile,
        lang: Lang,
        rate: u32,
        level: f32,
    ) -> Result<Clip, String> {
        let Some(speaker) = &self.spoken else {
            let sound = label_sound::label_rhythm(rate, level);
            let kind = "rhythm short-long-short-short";
            return Ok(Clip { sound, text: label_sound::TEXT.to_owned(), kind });
        };
        let lang = match profile {
            LabelProfile::Cn => Lang::Zh,
            LabelProfile::Eu | LabelProfile::Us => Lang::En,
            LabelProfile::All => lang,
        };
        let LabelWords { words, mut sound } = speaker.say(lang, rate)?;
        let seconds = sound.seconds();
        if sound.rate != rate
            || !(0.5..=LONGEST).contains(&seconds)
            || !sound.samples.iter().all(|s| s.is_finite())
        {
            return Err("the spoken label is no sound that fits".to_owned());
        }
        let peak = sound.samples.iter().fold(0f32, |peak, s| peak.max(s.abs()));
        let own = label_sound::speech_level(&sound);
        let gain = (level / own.max(1e-4)).min(PEAK / peak.max(1e-4));
        sound.samples.iter_mut().for_each(|s| *s *= gain);
        let pause = (PAUSE * f64::from(rate)) as usize;
        sound.samples.resize(sound.samples.len() + pause, 0.0);
        Ok(Clip { sound, text: words, kind: "spoken" })
    }
}

/// Lays a label into the channels of a sound.
pub(crate) fn lay(clip: &Clip, place: SoundPlace, channels: &mut [&mut Vec<f32>], rate: u32) {
    let length = channels.first().map_or(0, |c| c.len());
    let label = &clip.sound.samples;
    let pause = vec![0.0; (PAUSE * f64::from(rate)) as usize];
    let (at, before): (usize, &[f32]) = match place {
        SoundPlace::Start => (0, &[]),
        SoundPlace::Middle => (quiet_middle(channels, rate), &pause),
        SoundPlace::End => (length, &pause),
    };
    for channel in channels {
        channel.splice(at..at, before.iter().chain(label).copied());
    }
}

/// The middle of the quietest stretch near the middle.
fn quiet_middle(channels: &[&mut Vec<f32>], rate: u32) -> usize {
    let length = channels.first().map_or(0, |c| c.len());
    let window = ((QUIET * f64::from(rate)) as usize).max(1);
    let around = (length as f64 * AROUND) as usize;
    let (from, to) = (length / 2 - around.min(length / 2), (length / 2 + around).min(length));
    let loud = |at: usize| -> f64 {
        let of = |c: &Vec<f32>| {
            c[at..(at + window).min(length)].iter().map(|s| f64::from(*s).powi(2)).sum::<f64>()
        };
        channels.iter().map(|c| of(c)).sum()
    };
    let quietest = (from..to.saturating_sub(window))
        .step_by((window / 4).max(1))
        .min_by(|a, b| loud(*a).total_cmp(&loud(*b)));
    quietest.map_or(length / 2, |at| at + window / 2)
}

/// Labels a sound of one channel at the level of its speech.
pub(crate) fn mark_sound(
    label: &SoundLabel,
    profile: LabelProfile,
    lang: Lang,
    sound: &mut Pcm,
) -> Result<(String, String), String> {
    let clip = label.clip(profile, lang, sound.rate, label_sound::tone_level(sound))?;
    lay(&clip, label.place, &mut [&mut sound.samples], sound.rate);
    let told = clip.told(label.place);
    Ok((clip.text, told))
}

/// Labels both channels of a sound.
pub(crate) fn mark_stereo(
    label: &SoundLabel,
    profile: LabelProfile,
    lang: Lang,
    sound: &mut Stereo,
) -> Result<(String, String), String> {
    let clip = label.clip(profile, lang, sound.rate, label_sound::tone_level(&sound.mono()))?;
    lay(&clip, label.place, &mut [&mut sound.left, &mut sound.right], sound.rate);
    let told = clip.told(label.place);
    Ok((clip.text, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says a tone that stands for words.
    struct Tone;

    impl SpokenLabel for Tone {
        fn say(&self, lang: Lang, rate: u32) -> Result<LabelWords, String> {
            let tone = |i: u32| (i as f32 * 0.4).sin() * 0.01;
            let words = if lang == Lang::Zh { "人工智能生成" } else { "generated by AI" };
            Ok(LabelWords {
                words: words.to_owned(),
                sound: Pcm { rate, samples: (0..rate).map(tone).collect() },
            })
        }
    }

    const RATE: u32 = 8000;

    fn content() -> Pcm {
        // Two seconds of a tone, a gap, two seconds of a tone; the gap is a little before the middle.
        let loud =
            |seconds: f64| (0..(seconds * f64::from(RATE)) as usize).map(|i| (i as f32 * 0.3).sin() * 0.3);
        let gap = vec![0.0; 2000];
        Pcm { rate: RATE, samples: loud(1.9).chain(gap).chain(loud(2.0)).collect() }
    }

    #[test]
    fn a_spoken_label_stands_where_it_should_at_the_level_of_the_content() {
        let spoken: Arc<dyn SpokenLabel> = Arc::new(Tone);
        let before = content();
        let quiet = |samples: &[f32]| samples.iter().all(|s| *s == 0.0);
        for (place, told) in [
            (SoundPlace::Start, "spoken at the start"),
            (SoundPlace::Middle, "spoken in the middle"),
            (SoundPlace::End, "spoken at the end"),
        ] {
            let label = SoundLabel { spoken: Some(Arc::clone(&spoken)), place };
            let mut sound = before.clone();
            let (text, place_told) = mark_sound(&label, LabelProfile::All, Lang::Zh, &mut sound).unwrap();
            assert_eq!((text.as_str(), place_told.as_str()), ("人工智能生成", told));
            let added = sound.samples.len() - before.samples.len();
            let pause = (PAUSE * f64::from(RATE)) as usize;
            let (at, wanted) = match place {
                SoundPlace::Start => (0, RATE as usize + pause),
                SoundPlace::Middle => {
                    // The silence of the gap runs into the label, whose tone starts at a sample of zero.
                    let silence = sound.samples[15_200..].iter().position(|s| *s != 0.0).unwrap();
                    let at = 15_200 + silence - 1 - pause;
                    assert!((15_200..17_200).contains(&at), "{at}: not in the gap");
                    (at, RATE as usize + 2 * pause)
                }
                SoundPlace::End => (before.samples.len(), RATE as usize + 2 * pause),
            };
            assert_eq!(added, wanted);
            // The content is there, whole, around it.
            let rest = [&sound.samples[..at], &sound.samples[at + added..]].concat();
            assert_eq!(rest, before.samples);
            assert!(quiet(&sound.samples[at + added - pause..at + added]));
            let laid = Pcm { rate: RATE, samples: sound.samples[at..at + added].to_vec() };
            let decibels =
                20.0 * (label_sound::speech_level(&laid) / label_sound::speech_level(&before)).log10();
            assert!((-4.0..=1.0).contains(&decibels), "{decibels} dB");
        }
    }

    #[test]
    fn the_profile_chooses_the_language_and_what_is_no_label_is_refused() {
        let label = SoundLabel { spoken: Some(Arc::new(Tone)), place: SoundPlace::Start };
        let said = |profile, lang| label.clip(profile, lang, RATE, 0.1).unwrap().text;
        assert_eq!(said(LabelProfile::Cn, Lang::En), "人工智能生成");
        assert_eq!(said(LabelProfile::Eu, Lang::Zh), "generated by AI");
        assert_eq!(said(LabelProfile::All, Lang::En), "generated by AI");

        struct Mute(Pcm);
        impl SpokenLabel for Mute {
            fn say(&self, _: Lang, _: u32) -> Result<LabelWords, String> {
                Ok(LabelWords { words: String::new(), sound: self.0.clone() })
            }
        }
        for samples in [Vec::new(), vec![f32::NAN; 8000], vec![0.1; 8000 * 20]] {
            let spoken = Some(Arc::new(Mute(Pcm { rate: RATE, samples })) as Arc<dyn SpokenLabel>);
            let label = SoundLabel { spoken, place: SoundPlace::End };
            assert!(label.clip(LabelProfile::All, Lang::En, RATE, 0.1).is_err());
        }
        let other = SoundLabel {
            spoken: Some(Arc::new(Mute(Pcm { rate: 1, samples: vec![0.1; 8000] }))),
            ..SoundLabel::default()
        };
        assert!(other.clip(LabelProfile::All, Lang::En, RATE, 0.1).is_err());
    }
}
