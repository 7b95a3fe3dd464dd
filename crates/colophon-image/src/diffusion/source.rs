//! One part of a checkpoint (a text encoder, a denoiser, an autoencoder) under the names that the
//! `diffusers` library gives its weights, however the file calls them.

use std::path::Path;

use super::packing::PACKED;
use super::weights::{Table, Weights};
use crate::ImageError;
use crate::net::Stored;

/// Where a weight lies: the name in the file, and which of its rows.
pub(crate) type Place = (String, Option<(usize, usize)>);

/// Finds a weight by its name in `diffusers`.
type Naming<'a> = Box<dyn Fn(&str) -> Place + Send + Sync + 'a>;

/// A part of a checkpoint.
pub(crate) struct Source<'a> {
    weights: &'a Weights,
    naming: Naming<'a>,
    /// Whether scale and shift of a last normalisation stand the other way round.
    pub(crate) swapped: bool,
}

impl<'a> Source<'a> {
    /// Weights under their own names.
    pub(crate) fn plain(weights: &'a Weights) -> Self {
        Self { weights, naming: Box::new(|name| (name.to_owned(), None)), swapped: false }
    }

    /// Weights under other names.
    pub(crate) fn named(weights: &'a Weights, naming: impl Fn(&str) -> Place + Send + Sync + 'a) -> Self {
        Self { weights, naming: Box::new(naming), swapped: false }
    }

    /// With the last normalisation as its makers wrote it.
    pub(crate) fn swapped(self) -> Self {
        Self { swapped: true, ..self }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.weights.folder()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.weights.has(&(self.naming)(name).0)
    }

    /// How a weight is packed: the ending of its name.
    pub(crate) fn packing(&self, name: &str) -> Option<&'static str> {
        let (name, _) = (self.naming)(name);
        if self.weights.entry(&name).is_ok() {
            return None;
        }
        PACKED.into_iter().find(|end| self.weights.entry(&format!("{name}.{end}")).is_ok())
    }

    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, ImageError> {
        let (name, rows) = (self.naming)(name);
        let mut shape = match self.weights.shape(&name) {
            Some(shape) => shape,
            None => self.weights.entry(&name)?.shape.clone(),
        };
        if let (Some((_, count)), Some(first)) = (rows, shape.first_mut()) {
            *first = count;
        }
        Ok(shape)
    }

    pub(crate) fn stored(&self, name: &str, rows: Option<(usize, usize)>) -> Result<Stored, ImageError> {
        let (name, rows) = self.place(name, rows);
        self.weights.stored(&name, rows)
    }

    pub(crate) fn floats(&self, name: &str, rows: Option<(usize, usize)>) -> Result<Vec<f32>, ImageError> {
        let (name, rows) = self.place(name, rows);
        self.weights.floats(&name, rows)
    }

    /// A tensor of two dimensions, to be read row by row.
    pub(crate) fn table(&self, name: &str) -> Result<Table, ImageError> {
        self.weights.table(&(self.naming)(name).0)
    }

    fn place(&self, name: &str, rows: Option<(usize, usize)>) -> Place {
        let (name, whole) = (self.naming)(name);
        let rows = match (whole, rows) {
            (Some((start, _)), Some((first, count))) => Some((start + first, count)),
            (whole, rows) => rows.or(whole),
        };
        (name, rows)
    }

    /// The largest number that stands after a prefix in the names of the file.
    pub(crate) fn last_number(&self, prefix: &str) -> usize {
        let number = |name: &str| name.strip_prefix(prefix)?.split('.').next()?.parse().ok();
        self.weights.names().filter_map(number).max().unwrap_or(0)
    }

    /// The error of a weight that does not fit in its place.
    pub(crate) fn misfit(&self, name: &str) -> ImageError {
        ImageError::model(self.folder(), format!("{} has an unexpected shape", (self.naming)(name).0))
    }
}
