//! Music: prompt → plan → score → sound at film loudness → seal; with its stems and its MIDI file.

use std::path::PathBuf;

use colophon_audio::music::{Brief, Composer, MusicModels, PerformanceRnn, Player, RULES, Score, midi};
use colophon_seal::{Sealed, seal};
use colophon_types::{
    Cancel, Draft, Event, Lang, LangChoice, Media, ModelUse, Progress, Seed, SoundFormat, Stage,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::engines::{COMPOSER, Fetch, SOUNDFONT};
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError};

/// What plays scores, as receipts name it.
pub(crate) const PLAYER: &str = "rustysynth";
/// Said at the start of a MIDI file, which has no place for a seal.
const LABEL: &str = "AI生成 / AI-generated";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicRequest {
    /// Prompt, length, and what else is fixed.
    #[serde(flatten)]
    pub brief: Brief,
    /// The same seed gives the same music.
    #[serde(default)]
    pub seed: Option<u64>,
    /// A soundfont file (SF2 or SF3) in the place of the usual one.
    #[serde(default)]
    pub soundfont: Option<PathBuf>,
    /// Also the groups of instruments by themselves.
    #[serde(default)]
    pub stems: bool,
    /// How it is written; stems are WAV.
    #[serde(default)]
    pub format: SoundFormat,
}

/// Finished music.
pub struct Composed {
    /// The sealed WAV file: the audible label, then the music.
    pub sealed: Sealed,
    /// Sealed WAV files of the groups of instruments, by name.
    pub stems: Vec<(&'static str, Sealed)>,
    /// The score as a MIDI file.
    pub midi: Vec<u8>,
    /// Length of the music in seconds, without the label.
    pub seconds: f64,
    /// Where the music begins in the sealed file, in seconds.
    pub starts: f64,
    /// Style, key, tempo, metre, sections and players.
    pub plan: Value,
}

impl Studio {
    /// Composes and plays a piece of music.
    ///
    /// # Errors
    /// [`StudioError`]: a brief that cannot be followed, a model that cannot be had, a step that failed.
    pub fn compose(
        &self,
        request: &MusicRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Composed, StudioError> {
        let seed = request.seed.unwrap_or_else(fresh_seed);
        // What cannot be done is said before anything is fetched.
        colophon_audio::music::Plan::new(&request.brief, Seed(seed))?;
        self.screen(&request.brief.prompt, cancel)?;
        let lang = LangChoice::Auto.resolve(&request.brief.prompt);
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let rnn = fetch.get(COMPOSER, "melody", None)?.dir;
        let soundfont = match &request.soundfont {
            Some(file) => {
                fetch.uses.push(own_soundfont(file)?);
                file.clone()
            }
            None => fetch.get(SOUNDFONT, "instruments", None)?.main(),
        };
        let uses = fetch.uses;
        let models = MusicModels { rnn, soundfont };
        let sealer = self.sealer()?;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let step = |done: u64| {
            progress.event(Event::Progress { stage: Stage::Play, done, total: 2, what: None });
        };
        step(0);
        let score = Composer::open(&models)?.compose(&request.brief, Seed(seed), cancel)?;
        step(1);
        let player = Player::open(&models.soundfont)?;
        let performance = player.perform(&score, Seed(seed), lease.threads(), cancel)?;
        step(2);
        drop((player, lease));
        let given = given(request, seed);
        let rate = performance.mix.rate;
        let mut stems = performance.stems;
        if !request.stems {
            stems.clear();
        }
        let work = new_work(&given)?;
        let steps = vec![("compose", engine()), ("play", PLAYER.to_owned()), ("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, "Music", lang, given, seed, uses, steps);
        let draft = Draft::new(Media::Stereo(performance.mix), receipt.clone()).written_as(request.format);
        let sealed = seal(draft, &sealer, cancel, progress)?;
        let mut parts = Vec::new();
        for (group, stem) in stems {
            let draft = Draft::new(Media::Stereo(stem), receipt.clone());
            parts.push((group.name(), seal(draft, &sealer, cancel, progress)?));
        }
        Ok(Composed {
            sealed,
            stems: parts,
            midi: midi::write(&score, &label(lang)),
            seconds: score.seconds(),
            starts: sealer.sound_label_seconds(lang, rate)?.0,
            plan: describe(&score),
        })
    }
}

/// What composes, as receipts name it.
pub(crate) fn engine() -> String {
    format!("{RULES} {}", PerformanceRnn::NAME)
}

fn label(_lang: Lang) -> String {
    format!("{LABEL}, {GENERATOR}")
}

/// What the receipt keeps of the request.
fn given(request: &MusicRequest, seed: u64) -> Value {
    let brief = &request.brief;
    json!({
        "task": "music", "prompt_sha256": origin::sha256(&brief.prompt), "seconds": brief.seconds,
        "style": brief.style, "key": brief.key, "tempo": brief.tempo, "loop": brief.looped,
        "cuts": brief.cuts, "stems": request.stems, "seed": seed,
    })
}

fn own_soundfont(file: &std::path::Path) -> Result<ModelUse, StudioError> {
    let name = origin::file_name(file);
    Ok(ModelUse {
        id: name,
        role: "instruments".into(),
        sha256: origin::sha256_of_file(file)?,
        licence: "the user's own".into(),
        variant: None,
    })
}

/// Style, key, tempo, metre, sections, chords and players.
pub(crate) fn describe(score: &Score) -> Value {
    let plan = &score.plan;
    let (beats, unit) = plan.metre.fraction();
    let quarters = plan.metre.quarters();
    let sections: Vec<Value> = plan
        .sections
        .iter()
        .map(|s| {
            json!({
                "kind": s.kind.name(), "start": score.tempo.seconds(s.bar as f64 * quarters), "bars": s.bars,
                "key": s.key.to_string(), "tempo": s.tempo, "energy": s.energy,
            })
        })
        .collect();
    let chords: Vec<&str> = plan.harmony.iter().map(|h| h.chord.numeral.as_str()).collect();
    json!({
        "style": plan.style.id, "key": plan.key.to_string(), "tempo": plan.tempo,
        "metre": format!("{beats}/{unit}"), "sections": sections, "chords": chords,
        "players": score.tracks.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        "notes": score.notes(), "accents": plan.accents,
    })
}
