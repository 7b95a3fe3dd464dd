//! Which language engines there are, and which of them are loaded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use colophon_hub::{Hub, Model, Role, Status};
use colophon_text::chat::Chat;
use colophon_text::watermark::Keys;
use colophon_text::{Llama, LlamaOptions, Remote};
use colophon_types::{Cancel, ModelUse, Progress};

use super::generate::Finishing;
use crate::checkpoints::memory_is_short;
use crate::engines::model_use;
use crate::{Studio, StudioError, origin};

/// How language engines are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageOptions {
    /// Requests that run at the same time in each engine.
    pub slots: usize,
    /// Tokens of context of one request.
    pub context: usize,
    /// Engines that may be loaded at once; the one not used for longest goes first.
    pub loaded: usize,
    /// An engine that was not used for so long is unloaded.
    pub idle: Duration,
}

impl Default for LanguageOptions {
    fn default() -> Self {
        Self { slots: 4, context: 4096, loaded: 2, idle: Duration::from_secs(900) }
    }
}

/// A language model that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TextModel {
    /// Its name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whether it is on this machine.
    pub installed: bool,
    /// Bytes of its files.
    pub size: u64,
    /// Licence.
    pub licence: String,
}

/// An engine in memory.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) engine: Arc<dyn Chat>,
    pub(super) uses: ModelUse,
    used: Instant,
}

impl Loaded {
    /// Whether it takes memory here: models at other servers have no weights and no digest.
    fn is_local(&self) -> bool {
        !self.uses.sha256.is_empty()
    }
}

/// The language engines of a studio.
pub struct Languages {
    options: LanguageOptions,
    loaded: Mutex<HashMap<String, Loaded>>,
    /// One load at a time: two would fight for memory.
    loading: Mutex<()>,
    keys: OnceLock<Keys>,
    pub(super) sealing: OnceLock<Sender<Finishing>>,
}

impl Languages {
    pub(crate) fn new(options: LanguageOptions) -> Self {
        Self {
            options,
            loaded: Mutex::default(),
            loading: Mutex::default(),
            keys: OnceLock::new(),
            sealing: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Loaded>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an engine in place under a name: another kind, or one for tests.
    pub fn adopt(&self, id: &str, engine: Arc<dyn Chat>, uses: ModelUse) {
        self.lock().insert(id.to_owned(), Loaded { engine, uses, used: Instant::now() });
    }

    /// Unloads engines that nobody has used for a while.
    pub fn unload_idle(&self) {
        let idle = self.options.idle;
        self.lock().retain(|_, l| l.used.elapsed() < idle || Arc::strong_count(&l.engine) > 1);
    }

    /// Unloads what nobody is using, the one not used for longest first, while the machine has less
    /// memory left than a twelfth of all. Where the system does not tell, nothing is unloaded.
    pub fn relieve(&self) {
        self.relieve_while(&memory_is_short);
    }

    fn relieve_while(&self, scarce: &dyn Fn() -> bool) {
        while scarce() {
            let Some(oldest) = self.oldest_unused() else { return };
            tracing::info!(model = oldest, "unloaded: memory is short");
            self.lock().remove(&oldest);
        }
    }

    /// The engine in memory that nobody is using and that was not used for longest.
    fn oldest_unused(&self) -> Option<String> {
        let loaded = self.lock();
        let unused = loaded.iter().filter(|(_, l)| l.is_local() && Arc::strong_count(&l.engine) == 1);
        unused.min_by_key(|(_, l)| l.used).map(|(id, _)| id.clone())
    }

    /// Names of the engines in memory.
    pub fn in_memory(&self) -> Vec<String> {
        let mut names: Vec<_> = self.lock().keys().cloned().collect();
        names.sort();
        names
    }

    fn find(&self, id: &str) -> Option<Loaded> {
        let mut loaded = self.lock();
        let found = loaded.get_mut(id)?;
        found.used = Instant::now();
        Some(found.clone())
    }

    fn make_room(&self) {
        let most = self.options.loaded.max(1);
        while self.lock().values().filter(|l| l.is_local()).count() >= most {
            let Some(oldest) = self.oldest_unused() else { return };
            self.lock().remove(&oldest);
        }
    }
}

impl Studio {
    /// The language engines.
    pub fn languages(&self) -> &Languages {
        self.languages.get_or_init(|| Languages::new(self.config.language()))
    }

    /// Every language model that can be asked for by name.
    pub fn text_models(&self) -> Vec<TextModel> {
        let mut models: Vec<TextModel> = self
            .hub
            .catalogue()
            .entries()
            .filter(|e| e.role == Role::Script)
            .map(|e| TextModel {
                id: e.id.clone(),
                title: e.title.clone(),
                installed: matches!(self.hub.status(&e.id), Ok(Status::Present)),
                size: e.size(),
                licence: e.licence.clone(),
            })
            .collect();
        models.extend(self.config.text.remote.iter().map(|r| TextModel {
            id: r.id.clone(),
            title: format!("{} at another server", r.model.as_ref().unwrap_or(&r.id)),
            installed: true,
            size: 0,
            licence: r.licence.clone().unwrap_or_default(),
        }));
        for id in self.languages().in_memory() {
            if !models.iter().any(|m| m.id == id) {
                let (title, licence) = (id.clone(), String::new());
                models.push(TextModel { id, title, installed: true, size: 0, licence });
            }
        }
        models
    }

    /// The keys of the text watermark, made on first use.
    ///
    /// # Errors
    /// [`StudioError::Keys`] when they cannot be read or written.
    pub fn text_keys(&self) -> Result<&Keys, StudioError> {
        let languages = self.languages();
        if let Some(keys) = languages.keys.get() {
            return Ok(keys);
        }
        let keys = Keys::load_or_create(&self.home.join("keys").join("text-watermark.key"))?;
        Ok(languages.keys.get_or_init(|| keys))
    }

    /// The engine of a model: a catalogue id or the path of a GGUF file; the default model where
    /// none is named. Fetches and loads it when it is not in memory.
    ///
    /// # Errors
    /// [`StudioError`]: unknown, cannot be fetched, cannot be loaded.
    pub fn chat_engine(
        &self,
        model: Option<&str>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Arc<dyn Chat>, StudioError> {
        Ok(self.loaded_engine(model, progress, cancel)?.engine)
    }

    pub(super) fn loaded_engine(
        &self,
        model: Option<&str>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Loaded, StudioError> {
        let languages = self.languages();
        let id = model.or(self.config.model.as_deref()).unwrap_or(crate::engines::DEFAULT_MODEL);
        if let Some(found) = languages.find(id) {
            return Ok(found);
        }
        let _turn = languages.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = languages.find(id) {
            return Ok(found);
        }
        if let Some(remote) = self.config.text.remote.iter().find(|r| r.id == id) {
            let engine: Arc<dyn Chat> = Arc::new(Remote::new(id, remote.options()?)?);
            let uses = ModelUse {
                id: id.to_owned(),
                role: "text".into(),
                sha256: String::new(),
                licence: remote.licence.clone().unwrap_or_else(|| "not recorded".into()),
                variant: Some(format!("{} at another server", engine.info().engine)),
            };
            languages.adopt(id, Arc::clone(&engine), uses.clone());
            return Ok(Loaded { engine, uses, used: Instant::now() });
        }
        let (file, uses) = if id.ends_with(".gguf") || id.contains(std::path::MAIN_SEPARATOR) {
            local_model(Path::new(id))?
        } else {
            catalogue_model(&self.hub, id, progress, cancel)?
        };
        languages.unload_idle();
        languages.make_room();
        self.relieve();
        let options = LlamaOptions {
            slots: languages.options.slots,
            context: languages.options.context,
            keys: Some(self.text_keys()?.clone()),
            mmproj: projector_beside(&file),
            ..LlamaOptions::serving(&self.cores)
        };
        let engine: Arc<dyn Chat> = Arc::new(Llama::load(id, &file, options)?);
        languages.adopt(id, Arc::clone(&engine), uses.clone());
        Ok(Loaded { engine, uses, used: Instant::now() })
    }
}

fn catalogue_model(
    hub: &Hub,
    id: &str,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(PathBuf, ModelUse), StudioError> {
    let entry = hub.catalogue().entry(id)?;
    if entry.role != Role::Script {
        return Err(StudioError::request(
            format!("'{id}' is no language model"),
            "see `colophon models list` for models with the role 'script'",
        ));
    }
    let model: Model = hub.ensure(id, progress, cancel)?;
    Ok((model.main(), model_use(&model, "text", None)))
}

/// The vision projector of a model, by which it reads pictures: a GGUF file with `mmproj` in its name
/// in the same folder, when the folder holds no other model that it could belong to.
fn projector_beside(model: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(model.parent()?).ok()?.flatten().map(|e| e.path());
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (mut projectors, models): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.filter(|path| name(path).ends_with(".gguf")).partition(|path| name(path).contains("mmproj"));
    (projectors.len() == 1 && models == [model]).then(|| projectors.remove(0))
}

/// A file of the user's own: its licence is the user's to know.
fn local_model(path: &Path) -> Result<(PathBuf, ModelUse), StudioError> {
    let sha256 = crate::origin::sha256_of_file(path)?;
    let name = origin::file_name(path);
    let uses =
        ModelUse { id: name, role: "text".into(), sha256, licence: "not recorded".into(), variant: None };
    Ok((path.to_owned(), uses))
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_text::RemoteOptions;
    use std::cell::Cell;

    #[test]
    fn short_memory_unloads_what_is_not_used() {
        let languages = Languages::new(LanguageOptions::default());
        let engine = || -> Arc<dyn Chat> {
            Arc::new(Remote::new("x", RemoteOptions::new("http://127.0.0.1:1/v1", "x")).expect("an engine"))
        };
        let uses = |sha256: &str| ModelUse {
            id: "x".into(),
            role: "text".into(),
            sha256: sha256.into(),
            licence: String::new(),
            variant: None,
        };
        let used = engine();
        languages.adopt("used", Arc::clone(&used), uses("1"));
        languages.adopt("old", engine(), uses("2"));
        languages.adopt("new", engine(), uses("3"));
        languages.adopt("elsewhere", engine(), uses(""));
        let looks = Cell::new(0);
        languages.relieve_while(&|| looks.replace(looks.get() + 1) < 1);
        assert_eq!(languages.in_memory(), ["elsewhere", "new", "used"], "one at a time, the oldest first");
        languages.relieve_while(&|| true);
        assert_eq!(languages.in_memory(), ["elsewhere", "used"], "what is in use stays");
        drop(used);
    }
}
