//! The form in which a catalogue is written, and the checks that it must pass before it is used.
//! Names end up in file paths and on command lines, so each is held to a narrow alphabet.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::entry::{Entry, FileEntry, Package, Part, Registry, Role, Source};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCatalogue {
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    model: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    id: String,
    role: Role,
    title: String,
    licence: String,
    licence_note: Option<String>,
    origin: String,
    packages: Option<Vec<Package>>,
    hf: Option<RawHf>,
    url: Option<String>,
    folder: Option<PathBuf>,
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHf {
    repo: String,
    #[serde(default = "main_branch")]
    revision: String,
}

fn main_branch() -> String {
    "main".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    name: String,
    platform: Option<String>,
    size: u64,
    sha256: String,
    package: Option<String>,
    path: Option<String>,
    parts: Option<Vec<RawPart>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    package: Option<String>,
    path: String,
    size: u64,
}

type Checked = (Vec<Entry>, BTreeMap<String, Vec<String>>);

impl RawCatalogue {
    /// The entries for `platform`, or one sentence on what is wrong.
    pub(crate) fn check(self, platform: &str) -> Result<Checked, String> {
        let mut entries = Vec::new();
        for raw in self.model {
            let id = raw.id.clone();
            entries.push(raw.check(platform).map_err(|problem| format!("model \"{id}\": {problem}"))?);
        }
        if let Some(name) = self.groups.keys().find(|name| !is_id(name)) {
            return Err(format!("\"{name}\" cannot be the name of a group"));
        }
        Ok((entries, self.groups))
    }
}

impl RawEntry {
    fn check(self, platform: &str) -> Result<Entry, String> {
        if !is_id(&self.id) {
            return Err("an id has lower-case letters, digits, '.', '-' and '_'".into());
        }
        for (what, text) in [("title", &self.title), ("licence", &self.licence), ("origin", &self.origin)] {
            if text.trim().is_empty() {
                return Err(format!("{what} is empty"));
            }
        }
        let source = one_source(self.packages, self.hf, self.url, self.folder)?;
        let mut names = BTreeSet::new();
        let mut files = Vec::new();
        for raw in self.files {
            if !names.insert((raw.name.clone(), raw.platform.clone())) {
                return Err(format!("the file {} appears twice", raw.name));
            }
            let here = raw.platform.as_deref().is_none_or(|p| p == platform);
            let file = raw.check(&source)?;
            if here {
                files.push(file);
            }
        }
        if names.is_empty() {
            return Err("no files".into());
        }
        let source = match source {
            Source::Packages(all) => Source::Packages(
                all.into_iter().filter(|p| p.platform.as_deref().is_none_or(|p| p == platform)).collect(),
            ),
            other => other,
        };
        if let Source::Packages(packages) = &source {
            let held = |part: &Part| packages.iter().any(|p| Some(&p.name) == part.package.as_ref());
            if let Some(file) = files.iter().find(|f| !f.parts.iter().all(held)) {
                return Err(format!("a package of {} is not for {platform}", file.name));
            }
        }
        let Self { id, role, title, licence, licence_note, origin, .. } = self;
        Ok(Entry { id, role, title, licence, licence_note, origin, source, files })
    }
}

fn one_source(
    packages: Option<Vec<Package>>,
    hf: Option<RawHf>,
    url: Option<String>,
    folder: Option<PathBuf>,
) -> Result<Source, String> {
    match (packages, hf, url, folder) {
        (Some(packages), None, None, None) => {
            let mut seen = BTreeSet::new();
            for package in &packages {
                check_package(package)?;
                if !seen.insert((&package.name, &package.platform)) {
                    return Err(format!("the package {} appears twice", package.name));
                }
            }
            Ok(Source::Packages(packages))
        }
        (None, Some(RawHf { repo, revision }), None, None) => {
            let parts: Vec<&str> = repo.split('/').collect();
            if parts.len() != 2 || !parts.iter().all(|p| is_word(p)) {
                return Err("hf.repo has the form \"organisation/name\"".into());
            }
            if !is_word(&revision) {
                return Err("hf.revision is a branch, tag or commit".into());
            }
            Ok(Source::Hf { repo, revision })
        }
        (None, None, Some(mut url), None) => {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err("url begins with https:// or http://".into());
            }
            if !url.ends_with('/') {
                url.push('/');
            }
            Ok(Source::Url(url))
        }
        (None, None, None, Some(folder)) if folder.is_absolute() => Ok(Source::Folder(folder)),
        (None, None, None, Some(_)) => Err("folder is an absolute path".into()),
        _ => Err("exactly one of packages, hf, url and folder says where it comes from".into()),
    }
}

fn check_package(package: &Package) -> Result<(), String> {
    let name = &package.name;
    let named = match package.registry {
        Registry::Pip => is_word(name),
        Registry::Npm => match name.strip_prefix('@').map(|n| n.split_once('/')) {
            Some(Some((scope, name))) => is_word(scope) && is_word(name),
            Some(None) => false,
            None => is_word(name),
        },
    };
    let tagged = package.wheel.as_ref().is_none_or(|w| {
        package.registry == Registry::Pip && [&w.python, &w.abi, &w.platform].iter().all(|t| is_word(t))
    });
    if !named || !is_word(&package.version) || !tagged {
        return Err(format!("the package \"{name}\" has an unusable name, version or wheel tag"));
    }
    if !is_sha256(&package.sha256) || package.size == 0 {
        return Err(format!("the package {name} has no usable size and sha256"));
    }
    Ok(())
}

impl RawFile {
    fn check(self, source: &Source) -> Result<FileEntry, String> {
        let Self { name, size, sha256, package, path, parts, .. } = self;
        if !is_word(&name) {
            return Err(format!("\"{name}\" cannot be the name of a file in the store"));
        }
        if size == 0 || !is_sha256(&sha256) {
            return Err(format!("{name} has no usable size and sha256"));
        }
        let raw = match (path, parts) {
            (Some(_), Some(_)) => return Err(format!("{name} has both path and parts")),
            (None, Some(parts)) if parts.is_empty() => return Err(format!("{name} has no parts")),
            (None, Some(parts)) => parts,
            (path, None) => vec![RawPart { package, path: path.unwrap_or_else(|| name.clone()), size }],
        };
        let mut parts = Vec::new();
        for RawPart { package, path, size } in raw {
            if !is_inner_path(&path) || size == 0 {
                return Err(format!("{name} has a part with an unusable path or size: \"{path}\""));
            }
            let package = match (source, package) {
                (Source::Packages(all), Some(p)) if all.iter().any(|a| a.name == p) => Some(p),
                (Source::Packages(_), Some(p)) => {
                    return Err(format!("{name} names the unknown package {p}"));
                }
                (Source::Packages(all), None) => match all.first() {
                    Some(only) if all.iter().all(|a| a.name == only.name) => Some(only.name.clone()),
                    _ => return Err(format!("{name} does not say which package holds it")),
                },
                (_, None) => None,
                (_, Some(_)) => return Err(format!("{name} names a package, but there are none")),
            };
            parts.push(Part { package, path, size });
        }
        parts.sort_by(|a, b| {
            let key = |p: &Part| format!("{}/{}", p.package.as_deref().unwrap_or_default(), p.path);
            numeric_order(&key(a), &key(b))
        });
        if parts.windows(2).any(|w| w[0].package == w[1].package && w[0].path == w[1].path) {
            return Err(format!("{name} has the same part twice"));
        }
        let sum = parts.iter().try_fold(0_u64, |sum, p| sum.checked_add(p.size));
        if sum != Some(size) {
            return Err(format!("the parts of {name} do not add up to its size"));
        }
        Ok(FileEntry { name, size, sha256, parts })
    }
}

/// Compares so that `part2` comes before `part10`: runs of digits as numbers, the rest as text.
fn numeric_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, rest_a) = number(a);
                let (y, rest_b) = number(b);
                let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (Some(x), Some(y)) => return x.cmp(y),
        }
    }
}

/// The run of digits at the start without its leading zeros, and the rest.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|c| !c.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|c| **c == b'0').count();
    (&text[zeros..end], &text[end..])
}

fn is_id(text: &str) -> bool {
    is_word(text) && !text.bytes().any(|c| c.is_ascii_uppercase() || c == b'+')
}

/// Letters, digits and `. _ + -`, beginning with a letter, digit or `_`: harmless as a file name and
/// as an argument of a command.
fn is_word(text: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._+-".contains(&c);
    (1..=160).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with(['.', '-', '+'])
        && !text.contains("..")
}

/// A relative path of plain names, with `/` between them.
fn is_inner_path(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= 512
        && !path.contains(['\\', ':', '?', '#', '%'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !Path::new(path).is_absolute()
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_order_as_numbers() {
        let mut names = ["p/part10", "p/part2", "p/part1", "p/part02.b", "p/part22"];
        names.sort_by(|a, b| numeric_order(a, b));
        assert_eq!(names, ["p/part1", "p/part2", "p/part02.b", "p/part10", "p/part22"]);
    }

    #[test]
    fn names_that_could_leave_the_store_or_become_options_are_refused() {
        for bad in ["", "..", "../x", "a/b", "-rf", ".hidden", "a b", "a\0b", "a..b"] {
            assert!(!is_word(bad), "{bad:?}");
        }
        for bad in ["", "/etc/passwd", "a/../b", "a//b", "./a", "a\\b", "c:a"] {
            assert!(!is_inner_path(bad), "{bad:?}");
        }
        assert!(is_word("Noto_400Regular.ttf") && is_inner_path("package/en/data.json"));
    }
}
