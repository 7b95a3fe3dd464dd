//! Sound effects: words → layers → two channels → seal. Words without a name in the library go to the
//! nearest sound by sentence embeddings.

use colophon_audio::AudioError;
use colophon_audio::effects::prompt::{self, Reading};
use colophon_audio::effects::{self, Layer, Render, Scene, Sound, sounds};
use colophon_seal::{Sealed, seal};
use colophon_text::encode::{Purpose, similarity};
use colophon_types::{Cancel, Draft, Event, Lang, Media, ModelUse, Progress, Seed, SoundFormat};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engines::model_use;
use crate::language::DEFAULT_ENCODER;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError};

/// Sample rate where none is asked for, in hertz.
pub const SOUND_RATE: u32 = 48_000;
/// The English encoder.
const ENGLISH: &str = "all-minilm-l6-v2";
/// Least likeness at which words are taken for a sound, of the English and of the multilingual encoder:
/// between ten phrases that a sound fits and ten that none does, in each language.
const NEAR: [f32; 2] = [0.40, 0.425];

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundRequest {
    /// What is to be heard, in English or Chinese.
    pub prompt: String,
    /// Length in seconds; `None` for as long as the events last, or ten seconds.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Seed; `None` for a fresh one.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Whether the end goes on seamlessly at the beginning.
    #[serde(default)]
    pub round: bool,
    /// Samples a second; `None` for 48,000.
    #[serde(default)]
    pub rate: Option<u32>,
    /// How it is written.
    #[serde(default)]
    pub format: SoundFormat,
}

/// A finished sound.
pub struct Sounded {
    /// The sealed WAV file.
    pub sealed: Sealed,
    /// Length of the sound in seconds, without the label that the seal puts before it.
    pub seconds: f64,
    /// The seed that it was made with.
    pub seed: u64,
    /// What was understood.
    pub scene: Scene,
    /// Words that changed nothing.
    pub ignored: Vec<String>,
    /// Integrated loudness in LUFS, where it is long enough to have one, and true peak in dBTP.
    pub level: (Option<f64>, f64),
}

/// A sound and its likeness for each clause, and what the receipt says of the encoder.
type Nearest = (Vec<Option<(&'static Sound, f32)>>, Option<ModelUse>);

impl Studio {
    /// Makes a sound of words.
    ///
    /// # Errors
    /// [`StudioError`]: words that name no sound and are near none, a length out of range, a step that
    /// failed.
    pub fn sound(
        &self,
        request: &SoundRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sounded, StudioError> {
        let reading = prompt::read(&request.prompt)?;
        let ignored = reading.ignored.clone();
        self.screen(&request.prompt, cancel)?;
        let lang = Lang::detect(&request.prompt);
        let (found, encoder) = self.nearest_sounds(&reading, lang, progress, cancel)?;
        let scene = reading.resolved(&found);
        for layer in &scene.layers {
            if let Some(likeness) = layer.likeness {
                let message = format!(
                    "\"{}\" has no sound of its own and is played as \"{}\" (likeness {likeness:.2})",
                    layer.words,
                    name(layer.sound, lang)
                );
                progress.event(Event::Note { message });
            }
        }
        let seed = request.seed.unwrap_or_else(fresh_seed);
        let order = Render {
            seconds: request.seconds,
            rate: request.rate.unwrap_or(SOUND_RATE),
            seed: Seed(seed).derive("sound"),
            round: request.round,
        };
        let sealer = self.sealer()?;
        let lease = self.cores.lease(1, 1, cancel)?;
        let sound = effects::render(&scene, &order, progress, cancel)?;
        drop(lease);
        let level = effects::measure(&sound);
        let seconds = sound.seconds();
        let given = json!({
            "task": "sound", "prompt_sha256": origin::sha256(&request.prompt), "seconds": seconds, "seed": seed,
            "loop": request.round, "rate": order.rate,
            "sounds": scene.layers.iter().map(|l: &Layer| l.sound.id).collect::<Vec<_>>(),
        });
        let work = new_work(&given)?;
        let steps = vec![("synthesise", GENERATOR.to_owned()), ("seal", GENERATOR.to_owned())];
        let uses = encoder.into_iter().collect();
        let receipt = origin::receipt(work, "Sound", lang, given, seed, uses, steps);
        let draft = Draft::new(Media::Stereo(sound), receipt).written_as(request.format);
        let sealed = seal(draft, &sealer, cancel, progress)?;
        Ok(Sounded { sealed, seconds, seed, scene, ignored, level })
    }

    /// For each unknown clause the sound whose names are nearest in meaning. Those that are near none are
    /// left out with a note, unless nothing else would be left.
    fn nearest_sounds(
        &self,
        reading: &Reading,
        lang: Lang,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Nearest, StudioError> {
        if reading.unknown.is_empty() {
            return Ok((Vec::new(), None));
        }
        let (id, least) = match lang {
            Lang::En => (ENGLISH, NEAR[0]),
            Lang::Zh => (DEFAULT_ENCODER, NEAR[1]),
        };
        let encoder = self.encoder(Some(id), progress, cancel)?;
        let used = model_use(&self.hub.ensure(id, progress, cancel)?, "search", None);
        let _lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let names: Vec<(&'static Sound, &str)> = sounds()
            .iter()
            .flat_map(|s| if lang == Lang::En { s.en } else { s.zh }.iter().map(|n| (*s, *n)))
            .collect();
        let phrases: Vec<&str> = names.iter().map(|(_, n)| *n).collect();
        let mut library = encoder.vectors(&phrases, Purpose::Query, cancel)?;
        let middle = mean(&library);
        library.iter_mut().for_each(|v| centre(v, &middle));
        let asked: Vec<&str> = reading.unknown.iter().map(|u| u.words.as_str()).collect();
        let mut asked = encoder.vectors(&asked, Purpose::Query, cancel)?;
        asked.iter_mut().for_each(|v| centre(v, &middle));
        let mut found = Vec::new();
        let mut lost: Option<AudioError> = None;
        for (unknown, vector) in reading.unknown.iter().zip(&asked) {
            let mut ranked: Vec<(&'static Sound, f32)> =
                names.iter().zip(&library).map(|((s, _), v)| (*s, similarity(v, vector))).collect();
            ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
            let best = ranked.first().copied().filter(|(_, likeness)| *likeness >= least);
            if best.is_none() {
                let mut near: Vec<String> = Vec::new();
                for (sound, _) in &ranked {
                    let name = name(sound, lang).to_owned();
                    if !near.contains(&name) && near.len() < 3 {
                        near.push(name);
                    }
                }
                let error = AudioError::UnknownSound { words: unknown.words.clone(), near };
                progress.event(Event::Note { message: format!("{error}; it is left out") });
                lost.get_or_insert(error);
            }
            found.push(best);
        }
        match lost {
            Some(error) if reading.scene.layers.is_empty() && found.iter().all(Option::is_none) => {
                Err(error.into())
            }
            _ => Ok((found, Some(used))),
        }
    }
}

/// The usual name of a sound in a language.
fn name(sound: &Sound, lang: Lang) -> &'static str {
    let names = if lang == Lang::En { sound.en } else { sound.zh };
    names.first().copied().unwrap_or(sound.id)
}

/// The mean of vectors of one length.
fn mean(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0f32; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(s, x)| *s += x / vectors.len() as f32);
    }
    sum
}

/// A vector seen from the middle of the library, of length 1. Sentence encoders put all texts into a
/// narrow cone, the multilingual one above all: only what is left of it tells near from far.
fn centre(vector: &mut [f32], middle: &[f32]) {
    vector.iter_mut().zip(middle).for_each(|(x, m)| *x -= m);
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
    vector.iter_mut().for_each(|x| *x /= length);
}
