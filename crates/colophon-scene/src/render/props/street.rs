//! Placeholder.
use colophon_types::Seed;
use super::Drawing;
pub(super) fn draw(_: &str, _: &mut Seed) -> Option<Drawing> {
    None
}
