//! Which language engines there are, and how they are loaded.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use colophon_hub::{Hub, Model, Role, Status};
use colophon_text::chat::Chat;
use colophon_text::watermark::Keys;
use colophon_text::{Llama, LlamaOptions, Remote};
use colophon_types::{Cancel, ModelUse, Progress};

use super::loaded::Loaded;
use crate::engines::model_use;
use crate::{Studio, StudioError, origin};

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

impl Studio {
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
            return Ok(Loaded::now(engine, uses));
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
        Ok(Loaded::now(engine, uses))
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
