//! The catalogue: which models there are, under which terms, where each file comes from, and what
//! it must hash to. Data in, data out; reads no file but the user's own `models.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::HubError;
use crate::entry::Entry;
use crate::raw::RawCatalogue;

/// The catalogue that is built into the program.
const BUILT_IN: &str = include_str!("../../../catalogue/models.toml");

/// The models that can be asked for, and groups of them.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: BTreeMap<String, Arc<Entry>>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Catalogue {
    /// The built-in catalogue, for this platform.
    ///
    /// # Errors
    /// [`HubError::Catalogue`] when it is not well-formed, which a test rules out.
    pub fn built_in() -> Result<Self, HubError> {
        Self::built_in_for(&platform())
    }

    /// The built-in catalogue, for another platform such as `macos-aarch64`.
    ///
    /// # Errors
    /// As [`Catalogue::built_in`].
    pub fn built_in_for(platform: &str) -> Result<Self, HubError> {
        let mut catalogue = Self { entries: BTreeMap::new(), groups: BTreeMap::new() };
        catalogue.extend(BUILT_IN, "built in", platform)?;
        Ok(catalogue)
    }

    /// Adds the entries and groups of a user's own file.
    ///
    /// # Errors
    /// [`HubError::Io`] when it cannot be read, [`HubError::Catalogue`] when it is not well-formed
    /// or claims an id that is taken.
    pub fn extend_from(&mut self, path: &Path) -> Result<(), HubError> {
        let text = std::fs::read_to_string(path).map_err(HubError::io("reading", path))?;
        self.extend(&text, &path.display().to_string(), &platform())
    }

    fn extend(&mut self, text: &str, origin: &str, platform: &str) -> Result<(), HubError> {
        let bad = |problem: String| HubError::Catalogue { origin: origin.to_owned(), problem };
        let raw: RawCatalogue = toml::from_str(text).map_err(|e| bad(e.message().to_owned()))?;
        let (entries, groups) = raw.check(platform).map_err(bad)?;
        for entry in entries {
            if self.entries.contains_key(&entry.id) {
                return Err(bad(format!("the id \"{}\" is taken", entry.id)));
            }
            self.entries.insert(entry.id.clone(), Arc::new(entry));
        }
        for (name, ids) in groups {
            if let Some(unknown) = ids.iter().find(|id| !self.entries.contains_key(*id)) {
                return Err(bad(format!("the group \"{name}\" names \"{unknown}\", which is no model")));
            }
            if self.entries.contains_key(&name) {
                return Err(bad(format!("\"{name}\" is both a group and a model")));
            }
            self.groups.entry(name).or_default().extend(ids);
        }
        Ok(())
    }

    /// Every entry, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().map(Arc::as_ref)
    }

    /// The entry of this id.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`].
    pub fn entry(&self, id: &str) -> Result<&Arc<Entry>, HubError> {
        self.entries.get(id).ok_or_else(|| HubError::UnknownModel { id: id.to_owned() })
    }

    /// The groups and the ids in each.
    pub fn groups(&self) -> &BTreeMap<String, Vec<String>> {
        &self.groups
    }

    /// Ids for a list of ids and group names, each once, in the order given; `default` for none.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`].
    pub fn resolve<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<String>, HubError> {
        let mut seen = BTreeSet::new();
        let mut ids = Vec::new();
        let mut add = |id: &String| {
            if seen.insert(id.clone()) {
                ids.push(id.clone());
            }
        };
        let names: Vec<&str> =
            if names.is_empty() { vec!["default"] } else { names.iter().map(AsRef::as_ref).collect() };
        for name in names {
            if let Some(group) = self.groups.get(name) {
                group.iter().for_each(&mut add);
            } else {
                add(&self.entry(name)?.id);
            }
        }
        Ok(ids)
    }
}

/// This machine's platform in the catalogue's words, e.g. `linux-x86_64`.
pub fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}
