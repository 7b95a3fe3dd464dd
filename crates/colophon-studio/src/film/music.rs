//! The music of a film: of its length, with new sections at its cuts.

use colophon_audio::music::{Composer, MusicModels, Player, Score};
use colophon_text::script::Recipe;
use colophon_types::{Cancel, Lang, Seed, Stereo};
use serde_json::{Value, json};

use crate::StudioError;
use crate::check::MusicChoice;
use crate::music::describe;

impl MusicChoice {
    /// The words to compose by. Moods are those of the scenes, in order.
    pub(super) fn prompt(&self, recipe: &Recipe, lang: Lang, moods: &[&str]) -> String {
        match self {
            Self::Prompt(words) => words.clone(),
            Self::Auto => {
                let kind = recipe.music.as_ref().map_or("piano", |m| m.get(lang));
                let mut words = vec![kind];
                for mood in moods.iter().map(|m| m.trim()) {
                    if !mood.is_empty() && !words.contains(&mood) {
                        words.push(mood);
                    }
                }
                words.join(", ")
            }
        }
    }
}

/// Music as it was composed for a film.
pub(super) struct Accompaniment {
    pub(super) sound: Stereo,
    /// Prompt, style, key, tempo, sections.
    pub(super) plan: Value,
}

/// What is composed, and for what length.
pub(super) struct Wanted<'a> {
    pub(super) prompt: &'a str,
    pub(super) seconds: f64,
    /// Seconds from the start of the film at which its scenes begin.
    pub(super) cuts: &'a [f64],
    pub(super) seed: Seed,
}

/// Composes and plays it.
pub(super) fn accompany(
    models: &MusicModels,
    wanted: &Wanted<'_>,
    threads: usize,
    cancel: &Cancel,
) -> Result<Accompaniment, StudioError> {
    let Wanted { prompt, seconds, cuts, seed } = *wanted;
    let score: Score = Composer::open(models)?.fit(prompt, seconds, cuts, seed, cancel)?;
    let sound = Player::open(&models.soundfont)?.perform(&score, seed, threads, cancel)?.mix;
    let mut plan = describe(&score);
    plan["prompt"] = json!(prompt);
    Ok(Accompaniment { sound, plan })
}

#[cfg(test)]
mod tests {
    use colophon_audio::music::{Brief, Plan};

    use super::*;

    #[test]
    fn every_recipe_has_music_that_can_be_composed() {
        for name in Recipe::names() {
            let recipe = Recipe::find(name).expect("a recipe");
            assert!(recipe.music.is_some(), "{name}");
            for lang in [Lang::En, Lang::Zh] {
                let prompt = MusicChoice::Auto.prompt(&recipe, lang, &["calm", "calm", " ", "joy"]);
                assert!(prompt.ends_with(", calm, joy"), "{prompt}");
                Plan::new(&Brief::new(&prompt, 300.0), Seed(1)).expect("a plan");
            }
        }
    }
}
