//! Props: parametric drawings of things for which there is no icon, or for which an icon would
//! not stand well in a landscape. Every prop is 200 units high and stands on y = 200.

use colophon_types::Seed;

mod buildings;
mod craft;
mod creatures;
mod drawing;
mod furniture;
mod machines;
mod nature;
mod street;

pub(crate) use drawing::Drawing;

/// Names of all props.
pub const NAMES: [&str; 76] = [
    "emblem",
    "lighthouse",
    "pine",
    "tree",
    "bamboo",
    "palm",
    "market_stall",
    "street_lamp",
    "easel",
    "bookshelf",
    "fence",
    "table",
    "windmill",
    "neon_sign",
    "boat",
    "sail",
    "pier",
    "house",
    "cottage",
    "castle",
    "bridge",
    "well",
    "bench",
    "signpost",
    "lantern",
    "campfire",
    "tent",
    "rock",
    "bush",
    "flower_bed",
    "mushroom",
    "stalks",
    "haystack",
    "barn",
    "desk",
    "chair",
    "bed",
    "window",
    "door",
    "lamp",
    "stove",
    "blackboard",
    "microscope_stand",
    "hospital_bed",
    "satellite",
    "rocket_pad",
    "ladder",
    "crate",
    "barrel",
    "cart",
    "telescope",
    "painting",
    "robot",
    "dome",
    "solar_panel",
    "wind_turbine",
    "tower",
    "temple",
    "pagoda",
    "bus_stop",
    "fountain",
    "snowman",
    "kite",
    "hot_air_balloon",
    "log",
    "cactus",
    "submarine",
    "paper_plane",
    "drone",
    "server_rack",
    "vending_machine",
    "gavel",
    "fishing_rod",
    "dragonfly",
    "crane",
    "shop",
];

/// How a hand holds a prop.
pub(crate) struct Grip {
    /// How tall the drawing is against the head of who holds it.
    pub(crate) size: f32,
    /// Where the hand is, in the drawing's units: from the left (its middle where `None`) and from the top.
    pub(crate) x: Option<f32>,
    pub(crate) y: f32,
    /// How far it reaches out of the figure's own canvas, as a share of the figure's height.
    pub(crate) reach: f32,
}

/// How a hand holds what is called so.
pub(crate) fn grip(name: &str) -> Grip {
    match name {
        "fishing_rod" => Grip { size: 2.5, x: Some(34.0), y: 151.0, reach: 0.8 },
        _ => Grip { size: 0.95, x: None, y: 56.0, reach: 0.0 },
    }
}

/// Draws a prop; `None` for a name that is not in [`NAMES`].
pub(crate) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    nature::draw(name, rng)
        .or_else(|| buildings::draw(name, rng))
        .or_else(|| street::draw(name, rng))
        .or_else(|| furniture::draw(name, rng))
        .or_else(|| craft::draw(name, rng))
        .or_else(|| machines::draw(name))
        .or_else(|| creatures::draw(name, rng))
}
