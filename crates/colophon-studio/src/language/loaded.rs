//! The language engines that are in memory.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use colophon_text::chat::Chat;
use colophon_text::watermark::Keys;
use colophon_types::{Lang, ModelUse};

use super::reply::{About, Finishing};
use crate::checkpoints::memory_is_short;

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

/// An engine in memory.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) engine: Arc<dyn Chat>,
    pub(super) uses: ModelUse,
    used: Instant,
}

impl Loaded {
    pub(super) fn now(engine: Arc<dyn Chat>, uses: ModelUse) -> Self {
        Self { engine, uses, used: Instant::now() }
    }

    /// What the receipt of a text says that it writes; `key` is that of the watermark.
    pub(super) fn about(&self, request: serde_json::Value, lang: Lang, key: String) -> About {
        About { request, lang, uses: self.uses.clone(), engine: self.engine.info().engine, key }
    }

    /// Whether it takes memory here: models at other servers have no weights and no digest.
    fn is_local(&self) -> bool {
        !self.uses.sha256.is_empty()
    }
}

/// The language engines of a studio.
pub struct Languages {
    pub(super) options: LanguageOptions,
    loaded: Mutex<HashMap<String, Loaded>>,
    /// One load at a time: two would fight for memory.
    pub(super) loading: Mutex<()>,
    pub(super) keys: OnceLock<Keys>,
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
        self.lock().insert(id.to_owned(), Loaded::now(engine, uses));
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

    pub(super) fn find(&self, id: &str) -> Option<Loaded> {
        let mut loaded = self.lock();
        let found = loaded.get_mut(id)?;
        found.used = Instant::now();
        Some(found.clone())
    }

    pub(super) fn make_room(&self) {
        let most = self.options.loaded.max(1);
        while self.lock().values().filter(|l| l.is_local()).count() >= most {
            let Some(oldest) = self.oldest_unused() else { return };
            self.lock().remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_text::{Remote, RemoteOptions};
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
