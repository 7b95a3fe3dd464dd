//! stub
use crate::{Found, Key, Payload};
use colophon_types::Raster;
/// n
pub const NAME: &str = "colophon-film/1";
/// n
pub struct FilmMark;
impl FilmMark {
    /// n
    pub fn new(_: Payload, _: &Key) -> Self {
        Self
    }
    /// n
    pub fn mark(&self, _: &mut Raster) {}
}
/// n
pub struct FilmReader;
impl FilmReader {
    /// n
    pub fn new(_: &Key) -> Self {
        Self
    }
    /// n
    pub fn add(&mut self, _: &Raster) {}
    /// n
    pub fn found(&self) -> Option<Found> {
        None
    }
}
