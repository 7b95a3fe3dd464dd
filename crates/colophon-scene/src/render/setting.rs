//! What kind of place a setting is.

use crate::graph::Setting;

/// Whether the setting is a room.
pub(super) fn is_indoors(setting: Setting) -> bool {
    matches!(
        setting,
        Setting::Room
            | Setting::Classroom
            | Setting::Library
            | Setting::Kitchen
            | Setting::Office
            | Setting::Hospital
    )
}
