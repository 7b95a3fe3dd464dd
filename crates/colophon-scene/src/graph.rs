//! The scene graph: what is in the picture, where it stands, and under which light.

use serde::{Deserialize, Serialize};

/// Where the scene plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Setting {
    Forest,
    SnowyForest,
    Bamboo,
    Sea,
    Beach,
    Lake,
    Mountain,
    Field,
    Garden,
    City,
    Street,
    Village,
    Desert,
    Space,
    Underwater,
    Room,
    Classroom,
    Library,
    Kitchen,
    Office,
    Hospital,
    Abstract,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Self; 22] = [
        Self::Forest,
        Self::SnowyForest,
        Self::Bamboo,
        Self::Sea,
        Self::Beach,
        Self::Lake,
        Self::Mountain,
        Self::Field,
        Self::Garden,
        Self::City,
        Self::Street,
        Self::Village,
        Self::Desert,
        Self::Space,
        Self::Underwater,
        Self::Room,
        Self::Classroom,
        Self::Library,
        Self::Kitchen,
        Self::Office,
        Self::Hospital,
        Self::Abstract,
    ];

    /// Whether it has walls.
    pub fn is_indoors(self) -> bool {
        matches!(
            self,
            Self::Room | Self::Classroom | Self::Library | Self::Kitchen | Self::Office | Self::Hospital
        )
    }
}

/// Time of day; decides palette and light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TimeOfDay {
    Dawn,
    Morning,
    Noon,
    Afternoon,
    Sunset,
    Dusk,
    Night,
}

/// Weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weather {
    Clear,
    Cloudy,
    Rain,
    Storm,
    Snow,
    Fog,
    Wind,
}

/// How much an object matters to the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Role {
    Hero,
    Support,
    Detail,
}

/// What a figure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Pose {
    Stand,
    Sit,
    Walk,
    Run,
    Hold,
    Ride,
    Wave,
}

/// The body that is drawn under a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A grown person.
    Adult,
    /// A child.
    Child,
    /// An upright animal with arms and legs (storybook fox, bear, rabbit, panda…), coloured to
    /// match its head.
    Animal,
}

/// How an object is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Art {
    /// An icon of the Noto set, by its name in the set, e.g. `sailboat`.
    Icon {
        /// Icon name.
        icon: String,
    },
    /// A parametric drawing of ours, by name, e.g. `lighthouse`.
    Prop {
        /// Prop name; one of `render::props::NAMES`.
        prop: String,
    },
    /// A head from the Noto set on a drawn body.
    Figure {
        /// Icon name of the head, e.g. `fox`, `woman`.
        head: String,
        /// The body.
        body: Body,
        /// What it does.
        pose: Pose,
        /// Icon or prop held in a hand, e.g. `paintbrush`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holds: Option<String>,
    },
}

/// One object, placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// What it is, in the words of the description.
    pub name: String,
    /// How it is drawn.
    pub art: Art,
    /// How much it matters.
    pub role: Role,
    /// Centre, as a fraction of the frame's width.
    pub x: f32,
    /// Where it touches the ground, as a fraction of the frame's height.
    pub baseline: f32,
    /// Height as a fraction of the frame's height.
    pub height: f32,
    /// Mirrored left to right.
    #[serde(default)]
    pub flip: bool,
    /// In the sky: no contact shadow, hangs at `baseline`.
    #[serde(default)]
    pub flying: bool,
    /// On water: bobs and has a reflection instead of a shadow.
    #[serde(default)]
    pub floating: bool,
    /// Seed of its own looks (clothes, colours); the same for a character through a film.
    #[serde(default)]
    pub look: u64,
}

/// A scene, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Where it plays.
    pub setting: Setting,
    /// When.
    pub time: TimeOfDay,
    /// Weather.
    pub weather: Weather,
    /// Mood in a word or two, as the script has it.
    pub mood: String,
    /// Horizon as a fraction of the frame's height, from the top.
    pub horizon: f32,
    /// Objects, sorted from back to front (by baseline).
    pub objects: Vec<Placed>,
    /// What was asked for, kept for captions and receipts.
    pub description: String,
    /// Seed for everything random in the drawing.
    pub seed: u64,
    /// On which side sun and moon stand, −1.5 (left edge) to 1.5; `None` for the side of the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<f32>,
}
