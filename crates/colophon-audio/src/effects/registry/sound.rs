//! A sound of the library, and what it is a kind of.

use serde::{Deserialize, Serialize};

use super::super::dsp::Signal;
use super::super::take::Take;

/// What a sound is a kind of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Category {
    /// Rain, wind, thunder.
    Weather,
    /// Water that runs, falls, boils.
    Water,
    /// Fire and what bursts.
    Fire,
    /// Birds.
    Birds,
    /// Mammals.
    Animals,
    /// Insects, frogs, snakes.
    Insects,
    /// People and their bodies.
    People,
    /// Footsteps.
    Footsteps,
    /// Doors, locks, keys.
    Doors,
    /// On the road, on the water, in the air.
    Vehicles,
    /// Trains.
    Trains,
    /// Bells and ringing metal.
    Bells,
    /// Clocks and telephones.
    Clocks,
    /// Things at home and at a desk.
    Home,
    /// Machines and tools.
    Machines,
    /// Blows, breaks, air that is cut.
    Impacts,
    /// Sounds of programs and games.
    Interface,
    /// Sirens and alarms.
    Alarms,
    /// Instruments that are heard as effects.
    Music,
    /// Many things at once.
    Places,
}

/// How a sound lies in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Nature {
    /// It goes on as the ground of a scene, also when something else follows.
    Ground,
    /// It goes on while it lasts.
    Steady,
    /// It goes on in beats.
    Rhythm,
    /// It happens, and in a scene again after so many seconds (least and most).
    Event(f32, f32),
    /// It happens once.
    Once,
}

/// What something falls or walks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Surface {
    /// Metal, a tin roof.
    Metal,
    /// Glass, a window.
    Glass,
    /// Leaves.
    Leaves,
    /// Cloth: an umbrella, a tent.
    Cloth,
    /// Wood.
    Wood,
    /// Concrete, stone, asphalt.
    Stone,
    /// Gravel, pebbles.
    Gravel,
    /// Snow.
    Snow,
    /// Grass, earth.
    Grass,
    /// Water.
    Water,
}

pub(in crate::effects) type Synth = fn(&Take) -> Signal;

/// A sound of the library.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Sound {
    /// A stable name, e.g. `rain_tin`.
    pub id: &'static str,
    /// Names in English; the first is the usual one.
    pub en: &'static [&'static str],
    /// Names in Chinese; the first is the usual one.
    pub zh: &'static [&'static str],
    /// What it is a kind of.
    pub category: Category,
    /// What is heard, in a phrase.
    pub about: &'static str,
    /// How it lies in time.
    pub nature: Nature,
    /// Loudness in a scene against the other sounds, in decibels.
    pub level: f32,
    /// Usual distance, in metres.
    pub distance: f32,
    /// How far around the listener it reaches: 0 a point, 1 all around.
    pub width: f32,
    /// The group of sounds that differ only in the surface, and its surface.
    pub on: Option<(&'static str, Surface)>,
    pub(in crate::effects) synth: Synth,
}

impl Sound {
    pub(super) const fn new(id: &'static str, category: Category, nature: Nature, synth: Synth) -> Self {
        let wide = matches!(nature, Nature::Ground);
        Self {
            id,
            en: &[],
            zh: &[],
            category,
            about: "",
            nature,
            level: 0.0,
            distance: 4.0,
            width: if wide { 0.9 } else { 0.15 },
            on: None,
            synth,
        }
    }

    pub(super) const fn names(mut self, en: &'static [&'static str], zh: &'static [&'static str]) -> Self {
        self.en = en;
        self.zh = zh;
        self
    }

    pub(super) const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// Loudness and usual distance.
    pub(super) const fn at(mut self, level: f32, distance: f32) -> Self {
        self.level = level;
        self.distance = distance;
        self
    }

    pub(super) const fn wide(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    pub(super) const fn on(mut self, group: &'static str, surface: Surface) -> Self {
        self.on = Some((group, surface));
        self
    }

    /// Whether it fills any length by itself.
    pub fn goes_on(&self) -> bool {
        matches!(self.nature, Nature::Ground | Nature::Steady | Nature::Rhythm)
    }
}
