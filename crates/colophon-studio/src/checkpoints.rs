//! Which diffusion models are in memory, for the next picture.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use colophon_image::Diffusion;
use colophon_image::diffusion::Extras;

use crate::{StudioError, origin};

/// Digests that are remembered, at most.
const DIGESTS: usize = 256;

/// How diffusion models are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointOptions {
    /// Models that stay loaded; the one not used for longest goes first. 0 keeps none.
    pub loaded: usize,
    /// A model that was not used for so long is unloaded.
    pub idle: Duration,
}

impl Default for CheckpointOptions {
    fn default() -> Self {
        Self { loaded: 1, idle: Duration::from_secs(900) }
    }
}

/// The files of a model as they were: name, size, and when they were written.
type Stamps = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// What makes a model another one: its files, its adapters with their strengths, and its threads.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    files: Stamps,
    loras: Vec<(Stamps, f32)>,
    threads: usize,
}

struct Loaded {
    key: Key,
    model: Arc<Diffusion>,
    used: Instant,
}

/// The diffusion models of a studio.
pub struct Checkpoints {
    options: CheckpointOptions,
    loaded: Mutex<Vec<Loaded>>,
    digests: Mutex<HashMap<PathBuf, (Stamps, String)>>,
}

impl Checkpoints {
    pub(crate) fn new(options: CheckpointOptions) -> Self {
        Self { options, loaded: Mutex::default(), digests: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Loaded>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A model: the one in memory, where none of its files was written since.
    pub(crate) fn open(
        &self,
        path: &Path,
        loras: &[(PathBuf, f32)],
        extras: &Extras,
        threads: usize,
    ) -> Result<Arc<Diffusion>, StudioError> {
        let open = || Diffusion::open(path, loras, extras, threads);
        if self.options.loaded == 0 {
            return Ok(Arc::new(open()?));
        }
        let beside = [&extras.base, &extras.tokenizer, &extras.tiny].into_iter().flatten();
        let files = std::iter::once(path).chain(beside.map(PathBuf::as_path)).flat_map(stamps).collect();
        let loras = loras.iter().map(|(path, strength)| (stamps(path), *strength)).collect();
        let key = Key { files, loras, threads };
        if let Some(found) = self.lock().iter_mut().find(|l| l.key == key) {
            found.used = Instant::now();
            return Ok(Arc::clone(&found.model));
        }
        self.unload_idle();
        self.make_room();
        let model = Arc::new(open()?.keeping());
        let mut loaded = self.lock();
        // Another request may have opened it meanwhile.
        if let Some(found) = loaded.iter().find(|l| l.key == key) {
            return Ok(Arc::clone(&found.model));
        }
        loaded.push(Loaded { key, model: Arc::clone(&model), used: Instant::now() });
        Ok(model)
    }

    /// Unloads models that nobody has used for a while.
    pub fn unload_idle(&self) {
        let idle = self.options.idle;
        let gone: Vec<Loaded> =
            self.lock().extract_if(.., |l| l.used.elapsed() >= idle && is_unused(l)).collect();
        drop(gone);
    }

    /// Unloads what nobody is using, the one not used for longest first, while memory is short.
    pub fn relieve(&self) {
        self.relieve_while(&memory_is_short);
    }

    fn relieve_while(&self, short: &dyn Fn() -> bool) {
        while short() {
            let Some(oldest) = self.remove_oldest_unused() else { return };
            drop(oldest);
            tracing::info!("a diffusion model was unloaded: memory is short");
        }
    }

    fn make_room(&self) {
        while self.in_memory() >= self.options.loaded {
            let Some(oldest) = self.remove_oldest_unused() else { return };
            drop(oldest);
        }
    }

    fn remove_oldest_unused(&self) -> Option<Loaded> {
        let mut loaded = self.lock();
        let unused = loaded.iter().enumerate().filter(|(_, l)| is_unused(l));
        let (at, _) = unused.min_by_key(|(_, l)| l.used)?;
        Some(loaded.remove(at))
    }

    /// How many models are in memory.
    pub fn in_memory(&self) -> usize {
        self.lock().len()
    }

    /// SHA-256 of a file; of a checkpoint in folders, that of the list of its weights with theirs. Computed anew
    /// where a file was written since.
    ///
    /// # Errors
    /// [`StudioError::Io`] for what cannot be read.
    pub(crate) fn digest(&self, path: &Path) -> Result<String, StudioError> {
        let now = stamps(path);
        let known = || self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, digest)) = known().get(path)
            && *before == now
        {
            return Ok(digest.clone());
        }
        let digest = digest(path)?;
        let mut known = known();
        if known.len() >= DIGESTS {
            known.clear();
        }
        known.insert(path.to_owned(), (now, digest.clone()));
        Ok(digest)
    }
}

fn is_unused(loaded: &Loaded) -> bool {
    Arc::strong_count(&loaded.model) == 1
}

/// Whether the machine has less memory left than a twelfth of all; not where the system does not tell.
pub(crate) fn memory_is_short() -> bool {
    colophon_hub::tools::is_short_of(0)
}

/// The file, or those of a folder and of the folders in it.
fn stamps(path: &Path) -> Stamps {
    let mut found = Vec::new();
    let mut add = |path: PathBuf| match std::fs::metadata(&path) {
        Ok(about) if about.is_file() => found.push((path, about.len(), about.modified().ok())),
        _ => {}
    };
    let listed = |folder: &Path| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect::<Vec<_>>()
    };
    if path.is_dir() {
        for inner in listed(path) {
            if inner.is_dir() {
                listed(&inner).into_iter().for_each(&mut add);
            } else {
                add(inner);
            }
        }
    } else {
        add(path.to_owned());
    }
    found.sort();
    found
}

fn digest(path: &Path) -> Result<String, StudioError> {
    if path.is_file() {
        return origin::sha256_of_file(path);
    }
    let mut list = String::new();
    for part in ["unet", "transformer", "vae", "text_encoder", "text_encoder_2", "text_encoder_3"] {
        let folder = path.join(part);
        if !folder.is_dir() {
            continue;
        }
        let entries = std::fs::read_dir(&folder).map_err(StudioError::io("read", &folder))?;
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "safetensors" || e == "gguf"))
            .collect();
        files.sort();
        for file in files {
            let name = origin::file_name(&file);
            list.push_str(&format!("{}  {part}/{name}\n", origin::sha256_of_file(&file)?));
        }
    }
    Ok(origin::sha256(&list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_stays_until_others_take_its_place() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| {
            let path = home.path().join(name);
            colophon_test::diffusion::write("sd", &path, false);
            path
        };
        let (one, two) = (folder("one"), folder("two"));
        let kept = Checkpoints::new(CheckpointOptions { loaded: 1, ..CheckpointOptions::default() });
        let open = |path: &Path, threads| kept.open(path, &[], &Extras::default(), threads).expect("opened");
        let first = open(&one, 1);
        assert!(Arc::ptr_eq(&first, &open(&one, 1)));
        assert!(!Arc::ptr_eq(&first, &open(&one, 2)), "other threads, another model");
        // What is in use is not put away for another one.
        assert!(Arc::ptr_eq(&first, &open(&one, 1)));
        drop(first);
        let second = open(&two, 1);
        assert_eq!(kept.in_memory(), 1);
        assert!(Arc::ptr_eq(&second, &open(&two, 1)));
        kept.relieve_while(&|| true);
        assert_eq!(kept.in_memory(), 1, "it is in use");
        drop(second);
        kept.relieve_while(&|| true);
        assert_eq!(kept.in_memory(), 0);
        // A file that was written since makes it another model.
        let before = open(&one, 1);
        std::fs::write(one.join("unet/more.txt"), "more").expect("written");
        assert!(!Arc::ptr_eq(&before, &open(&one, 1)));

        let hasty = Checkpoints::new(CheckpointOptions { loaded: 2, idle: Duration::ZERO });
        drop(hasty.open(&one, &[], &Extras::default(), 1).expect("opened"));
        hasty.unload_idle();
        assert_eq!(hasty.in_memory(), 0);
        let none = Checkpoints::new(CheckpointOptions { loaded: 0, ..CheckpointOptions::default() });
        none.open(&one, &[], &Extras::default(), 1).expect("opened");
        assert_eq!(none.in_memory(), 0);
    }

    #[test]
    fn a_digest_is_computed_again_when_a_file_was_written() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("own.safetensors");
        std::fs::write(&file, "one").expect("written");
        let kept = Checkpoints::new(CheckpointOptions::default());
        let first = kept.digest(&file).expect("a digest");
        assert_eq!(first, origin::sha256("one"));
        assert_eq!(kept.digest(&file).expect("a digest"), first);
        std::fs::write(&file, "other").expect("written");
        assert_eq!(kept.digest(&file).expect("a digest"), origin::sha256("other"));
    }
}
