//! The colours of a figure.

use super::super::brush::Rgb;

/// Colours of a figure.
pub(super) struct Looks {
    pub(super) skin: Rgb,
    pub(super) pale: Rgb,
    pub(super) hair: Rgb,
    pub(super) top: Rgb,
    pub(super) bottom: Rgb,
    pub(super) shoe: Rgb,
    pub(super) accent: Rgb,
    /// Arms and legs of an animal.
    pub(super) limb: Rgb,
}
