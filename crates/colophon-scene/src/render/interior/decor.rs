//! The colours of a room.

use super::super::brush::Rgb;

/// Colours of a room: wall, lower wall, floor, wood, accent.
pub(super) struct Decor {
    pub(super) wall: Rgb,
    pub(super) panel: Rgb,
    pub(super) floor: Rgb,
    pub(super) wood: Rgb,
    pub(super) accent: Rgb,
}
