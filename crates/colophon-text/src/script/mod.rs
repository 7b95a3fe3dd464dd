//! The script writer: a title and logline first, then scene by scene, each under a JSON schema, so
//! that a film can be spoken and drawn while its later scenes are still being written.
//!
//! Every answer is checked: complete sentences in the right language, none said before, about as
//! long as asked. What fails is asked for again with another draw; the best usable part is kept.

mod prompt;
mod recipe;

use colophon_types::{Cancel, Lang, SceneText, Seed};
use serde::Deserialize;

pub use recipe::{Bilingual, Recipe};

use crate::chat::{Chat, Format, GenerateRequest, Message, Sampling, WatermarkChoice};
use crate::{TextError, sentences};

/// Tries for one answer before the writer gives up.
const TRIES: u32 = 6;
/// From this try on sentences may be closer to earlier ones.
const RELAX: u32 = 4;
/// Models with fewer weights than this are asked in plainer words first.
const SMALL: u64 = 1_000_000_000;
/// Two sentences more alike than this count as a repetition.
const TOO_ALIKE: f32 = 0.6;
/// The same, when the model found nothing newer.
const NEARLY_SAME: f32 = 0.85;
/// A scene longer than so many times its target is asked for again.
const TOO_LONG: f32 = 1.6;
/// Descriptions of pictures more alike than this show the same thing again.
const SAME_PICTURE: f32 = 0.8;

/// What the film is, before its scenes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Title.
    pub title: String,
    /// One sentence.
    pub logline: String,
    /// Who or what it is about, as a short noun phrase.
    pub subject: String,
}

#[derive(Deserialize)]
struct OutlineAnswer {
    title: String,
    logline: String,
    subject: String,
}

#[derive(Deserialize)]
struct SceneAnswer {
    narration: Vec<String>,
    picture: String,
    mood: String,
}

/// Writes one script.
pub struct ScriptWriter<'s> {
    engine: &'s dyn Chat,
    /// Number of weights of its model.
    parameters: u64,
    recipe: &'s Recipe,
    brief: String,
    lang: Lang,
    scenes: usize,
    seed: Seed,
    outline: Outline,
    written: Vec<SceneText>,
}

impl<'s> ScriptWriter<'s> {
    /// Writes the outline of a film of `scenes` scenes.
    ///
    /// # Errors
    /// [`TextError`] when the model gives no usable outline, or is stopped.
    pub fn start(
        engine: &'s dyn Chat,
        recipe: &'s Recipe,
        brief: &str,
        lang: Lang,
        scenes: usize,
        seed: Seed,
        cancel: &Cancel,
    ) -> Result<Self, TextError> {
        let messages =
            [Message::system(prompt::system(recipe, lang)), Message::user(prompt::outline(brief, lang))];
        let mut outline = None;
        for attempt in 0..TRIES {
            let seed = seed.derive(&format!("outline {attempt}")).0 as u32;
            let sampling = sampling(recipe.temperature, 1.05, seed);
            let request = request(messages.to_vec(), 160, sampling, prompt::outline_schema());
            let answer = engine.generate(request, cancel, &mut |_| true)?;
            if let Ok(answer) = serde_json::from_str(&answer.text) {
                outline = check_outline(answer, lang);
            }
            if outline.is_some() {
                break;
            }
        }
        let outline = outline.ok_or_else(|| TextError::NoAnswer { what: "outline".into(), tries: TRIES })?;
        let brief = brief.to_owned();
        let parameters = engine.info().parameters;
        Ok(Self { engine, parameters, recipe, brief, lang, scenes, seed, outline, written: Vec::new() })
    }

    /// Title and logline.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Writes the next scene, about `target` words (English) or characters (Chinese) long.
    /// `on_text` is called as the text grows, for progress.
    ///
    /// # Errors
    /// [`TextError`] when the model gives no usable scene, or is stopped.
    pub fn next_scene(
        &mut self,
        target: usize,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<SceneText, TextError> {
        let index = self.written.len();
        let ask = prompt::SceneAsk {
            index,
            count: self.scenes,
            beat: self.recipe.beat(index, self.scenes).get(self.lang),
            brief: &self.brief,
            subject: &self.outline.subject,
            before: self.written.last().and_then(|s| s.narration.last()).map(String::as_str),
            target: target.max(6),
            lang: self.lang,
        };
        // Models copy what stands in the chat, so they see the last sentence only, and every second
        // try not even that; small ones do better without from the start.
        let plain_first = usize::from(self.parameters < SMALL);
        let system = Message::system(prompt::system(self.recipe, self.lang));
        let requests = [ask.text(), ask.plain_text()].map(|text| [system.clone(), Message::user(text)]);
        let mut best: Option<(f32, SceneText)> = None;
        for attempt in 0..TRIES {
            if attempt == RELAX && best.is_some() {
                break;
            }
            let seed = self.seed.derive(&format!("scene {index} {attempt}")).0 as u32;
            let temperature = self.recipe.temperature + 0.1 * attempt as f32;
            let messages = requests[(attempt as usize + plain_first) % 2].to_vec();
            let request =
                request(messages, ask.target * 4 + 120, sampling(temperature, 1.12, seed), ask.schema());
            let answer = self.engine.generate(request, cancel, &mut |piece| {
                on_text(piece);
                true
            })?;
            let alike = if attempt < RELAX { TOO_ALIKE } else { NEARLY_SAME };
            let Some((cost, scene)) = self.judge(&answer.text, &ask, alike) else {
                tracing::debug!(index, attempt, text = answer.text, "scene without use");
                continue;
            };
            tracing::debug!(
                index,
                attempt,
                cost,
                tokens = answer.usage.completion_tokens,
                target = ask.target,
                text = answer.text,
                "scene"
            );
            // Every further try takes time and may be no better.
            let good = cost < 0.6 + 0.15 * attempt as f32;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, scene));
            }
            if good {
                break;
            }
        }
        let (_, scene) = best.ok_or_else(|| TextError::NoAnswer {
            what: format!("text for scene {}", index + 1),
            tries: TRIES,
        })?;
        self.written.push(scene.clone());
        Ok(scene)
    }

    /// Cleans an answer and says how far it is from what was asked: 0 is perfect. `None` when
    /// nothing of it can be used.
    fn judge(&self, answer: &str, ask: &prompt::SceneAsk<'_>, alike: f32) -> Option<(f32, SceneText)> {
        let (lang, target) = (self.lang, ask.target);
        let answer: SceneAnswer = serde_json::from_str(answer).ok()?;
        let mut said: Vec<&String> = self.written.iter().flat_map(|s| &s.narration).collect();
        said.push(&self.outline.logline);
        let beat = ask.beat;
        let mut kept: Vec<String> = Vec::new();
        let mut dropped = 0;
        let usable = |sentence: &str, kept: &[String]| {
            let repeated = said.iter().copied().chain(kept).any(|s| sentences::likeness(s, sentence) > alike);
            // Small models read the request back.
            let parroted = sentences::likeness(beat, sentence) > TOO_ALIKE
                || ["cene ", "narration", "picture:", "幕", "个字", "短句"]
                    .iter()
                    .any(|w| sentence.contains(w));
            !repeated && !parroted && sentences::is_sound(sentence, lang)
        };
        for sentence in answer.narration.iter().flat_map(|said| whole_sentences(said, ask)) {
            if usable(&sentence, &kept) {
                kept.push(sentence);
            } else {
                dropped += 1;
            }
        }
        // What is to be drawn can be said where nothing else can.
        let shown = kept.is_empty();
        if shown {
            let seen = sentences::split(&sentences::clean(&answer.picture, lang));
            kept.extend(seen.into_iter().find(|s| usable(s, &[])));
        }
        let length = |kept: &[String]| sentences::units_of(kept, lang);
        while kept.len() > 1 && length(&kept) as f32 > 1.3 * target as f32 {
            kept.pop();
        }
        if let [only] = kept.as_mut_slice()
            && sentences::units(only, lang) as f32 > TOO_LONG * target as f32
            && let Some(shorter) = sentences::first_clauses(only, lang, target)
        {
            *only = shorter;
        }
        if kept.is_empty() {
            return None;
        }
        let off = (length(&kept) as f32 / target as f32).ln().abs();
        let picture = sentences::clean(&answer.picture, lang);
        let picture = if picture.chars().any(char::is_alphanumeric) { picture } else { kept[0].clone() };
        let mood = sentences::clean(&answer.mood, lang);
        let seen = self.written.iter().any(|s| sentences::likeness(&s.picture, &picture) > SAME_PICTURE);
        // The closest any kept sentence comes to one already said.
        let echo =
            kept.iter().flat_map(|k| said.iter().map(|s| sentences::likeness(s, k))).fold(0.0, f32::max);
        // A film that runs long cannot be mended later: no try makes this good.
        let long = length(&kept) as f32 > TOO_LONG * target as f32;
        let cost = off
            + 0.2 * dropped as f32
            + 0.4 * echo
            + if seen { 0.3 } else { 0.0 }
            + if shown { 0.8 } else { 0.0 }
            + if long { 1.0 } else { 0.0 };
        Some((cost, SceneText { narration: kept, picture, mood }))
    }
}

/// Narration is spoken and titles are drawn: nobody reads the tokens, so they carry no mark.
fn request(
    messages: Vec<Message>,
    max_tokens: usize,
    sampling: Sampling,
    schema: serde_json::Value,
) -> GenerateRequest {
    GenerateRequest {
        max_tokens: Some(max_tokens),
        sampling,
        format: Format::JsonSchema(schema),
        watermark: WatermarkChoice::Intermediate,
        ..GenerateRequest::chat(messages)
    }
}

fn sampling(temperature: f32, repeat_penalty: f32, seed: u32) -> Sampling {
    Sampling { temperature, top_p: 0.9, repeat_penalty, seed: Some(seed), ..Sampling::default() }
}

/// The sentences of one item of an answer, without one that the schema broke off.
fn whole_sentences(said: &str, ask: &prompt::SceneAsk<'_>) -> Vec<String> {
    let mut list = sentences::split(&sentences::clean(said, ask.lang));
    if said.chars().count() >= ask.longest() {
        list.pop();
    }
    list
}

fn check_outline(answer: OutlineAnswer, lang: Lang) -> Option<Outline> {
    let marks = ['.', '。', '"', '“', '”', '《', '》', ' ', '\'', ':', '：'];
    let title = sentences::clean(&answer.title, lang);
    let title = title.trim_matches(marks).to_owned();
    let logline = sentences::split(&sentences::clean(&answer.logline, lang)).into_iter().next()?;
    let subject = sentences::clean(&answer.subject, lang).trim_matches(marks).to_owned();
    let usable = !title.is_empty()
        && sentences::is_in(&title, lang)
        && sentences::is_in(&logline, lang)
        && sentences::is_complete(&logline, lang);
    usable.then_some(Outline { title, logline, subject })
}
