//! Where icons come from.

/// Where icons come from.
pub trait ArtSource {
    /// The icon of that name as a complete SVG document, if there is one.
    fn icon(&self, name: &str) -> Option<String>;
}

/// No icons at all: scenes of props only.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoArt;

impl ArtSource for NoArt {
    fn icon(&self, _: &str) -> Option<String> {
        None
    }
}
