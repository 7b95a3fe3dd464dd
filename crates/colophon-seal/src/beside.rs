//! Credentials that lie beside their files: under which name, and whose each is.
//!
//! C2PA recommends the file's name with the ending `.c2pa` in place of its own. Files that differ by their
//! ending alone would share that, so that a file whose name is taken has its own before `.c2pa`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::digest::hash_file;
use crate::mark::credential::{self, Credential};

const ENDING: &str = "c2pa";
/// The largest credential beside a file.
const LARGEST: u64 = 64 << 20;

/// The folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where the credential of a file may lie, the better name first.
fn names(path: &Path) -> impl Iterator<Item = PathBuf> {
    let mut whole = path.as_os_str().to_owned();
    whole.push(".");
    whole.push(ENDING);
    [path.with_extension(ENDING), whole.into()].into_iter().filter(move |name| name != path)
}

/// The credential under a name; `None` where none is.
fn read(name: &Path) -> Option<Vec<u8>> {
    let mut store = Vec::new();
    let read = File::open(name).ok()?.take(LARGEST).read_to_end(&mut store).ok()?;
    (read > 0).then_some(store)
}

/// Other files in the folder whose credential could lie under a name.
fn others(name: &Path, path: &Path) -> impl Iterator<Item = PathBuf> {
    let (wanted, own) = (file_name(name).to_owned(), file_name(path).to_owned());
    let entries = std::fs::read_dir(folder(path)).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(move |other| {
        let is_own = [own.as_os_str(), &wanted].contains(&file_name(other));
        !is_own && names(other).any(|name| file_name(&name) == wanted) && other.is_file()
    })
}

fn file_name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// Whether the bytes of a file have a SHA-256.
fn has_hash(path: &Path, hash: &str) -> bool {
    File::open(path).and_then(|mut file| hash_file(&mut file)).is_ok_and(|found| found == hash)
}

/// Where to put the credential of a file: the first name that holds none of another file that is here. What
/// is bound in a way that cannot be told counts as another's, if there is one that it could belong to.
///
/// # Errors
/// When both names are taken.
pub(crate) fn place(path: &Path) -> io::Result<PathBuf> {
    let is_taken = |name: &Path| {
        if !name.exists() {
            return false;
        }
        match read(name).and_then(|store| credential::bound_to(&store)) {
            Some(hash) => others(name, path).any(|other| has_hash(&other, &hash)),
            None => others(name, path).next().is_some(),
        }
    };
    names(path).find(|name| !is_taken(name)).ok_or_else(|| {
        io::Error::new(io::ErrorKind::AlreadyExists, "the names for its credential are those of others")
    })
}

/// Judges the credential that lies beside a file: the one that binds to it, else one that contradicts it and
/// is no other file's.
pub(crate) fn judged(
    path: &Path,
    file: &File,
    trust_anchors: Option<&str>,
) -> io::Result<Option<Credential>> {
    let mut wrong = None;
    for name in names(path) {
        let Some(store) = read(&name) else { continue };
        let found = credential::read_beside(&store, file.try_clone()?, trust_anchors);
        if !found.contradicts {
            return Ok(Some(found));
        }
        let bound = credential::bound_to(&store);
        if !bound.is_some_and(|hash| others(&name, path).any(|other| has_hash(&other, &hash))) {
            wrong.get_or_insert(found);
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_c2pa_and_are_no_files_own() {
        let found = |path: &str| names(Path::new(path)).collect::<Vec<_>>();
        assert_eq!(found("a/story.glb"), [Path::new("a/story.c2pa"), Path::new("a/story.glb.c2pa")]);
        assert_eq!(found("story.c2pa"), [Path::new("story.c2pa.c2pa")]);
        assert_eq!(found("story")[0], Path::new("story.c2pa"));
        assert_eq!(folder(Path::new("story.glb")), Path::new("."));
    }

    #[test]
    fn what_cannot_be_told_is_left_where_it_could_be_anothers() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("x.c2pa"), "of another program").unwrap();
        assert_eq!(place(&at("x.glb")).unwrap(), at("x.c2pa"), "nobody else is here");
        std::fs::write(at("x.bin"), "a").unwrap();
        assert_eq!(place(&at("x.glb")).unwrap(), at("x.glb.c2pa"));
        std::fs::write(at("x.glb.c2pa"), "of another program").unwrap();
        assert_eq!(place(&at("x.glb")).unwrap(), at("x.glb.c2pa"), "nobody else could have it");
        std::fs::write(at("x.glb.bin"), "b").unwrap();
        assert_eq!(place(&at("x.glb")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
