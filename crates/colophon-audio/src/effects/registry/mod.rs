//! The library: every sound with its names in both languages, its nature and its synthesiser.

mod animals;
mod home;
mod nature;
mod people;
mod signals;
mod sound;
mod vehicles;

use std::sync::LazyLock;

pub use sound::{Category, Nature, Sound, Surface};

static ALL: LazyLock<Vec<&'static Sound>> = LazyLock::new(|| {
    [
        nature::WEATHER,
        nature::WATER,
        nature::FIRE,
        nature::PLACES,
        animals::BIRDS,
        animals::MAMMALS,
        animals::INSECTS,
        people::PEOPLE,
        people::FOOTSTEPS,
        vehicles::ROAD,
        vehicles::TRAINS,
        home::DOORS,
        home::HOME,
        home::MACHINES,
        home::IMPACTS,
        signals::BELLS,
        signals::CLOCKS,
        signals::ALARMS,
        signals::INTERFACE,
        signals::MUSIC,
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// Every sound of the library.
pub fn sounds() -> &'static [&'static Sound] {
    &ALL
}

/// A sound by its id.
pub fn find(id: &str) -> Option<&'static Sound> {
    ALL.iter().copied().find(|s| s.id == id)
}

/// The sound of the same group on another surface; the sound itself where there is none.
pub(super) fn on_surface(sound: &'static Sound, surface: Surface) -> Option<&'static Sound> {
    let (group, _) = sound.on?;
    ALL.iter().copied().find(|s| s.on == Some((group, surface)))
}
