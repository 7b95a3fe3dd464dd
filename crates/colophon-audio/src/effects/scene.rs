//! A scene: which sounds, how, where, and one after another.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::dsp::RoomShape;
use super::registry::{Nature, Sound};

/// Where a scene is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Room {
    /// Out of doors.
    #[default]
    Open,
    /// A furnished room.
    Room,
    /// Tiles all around.
    Bathroom,
    /// A large hall.
    Hall,
    /// A church.
    Church,
    /// A cave.
    Cave,
    /// A tunnel.
    Tunnel,
    /// Under water.
    Underwater,
    /// Through a wall or a closed window.
    Wall,
    /// Through a telephone or a small radio.
    Telephone,
}

impl Room {
    /// Its measures; nothing where no walls are.
    pub(super) fn shape(self) -> Option<RoomShape> {
        let shape = |size, t60, wet| Some(RoomShape { size, t60, wet });
        match self {
            Self::Open | Self::Telephone => None,
            Self::Room | Self::Wall => shape([5.5, 4.2, 2.6], (0.45, 0.3), 0.45),
            Self::Bathroom => shape([3.0, 2.2, 2.5], (1.1, 0.8), 0.6),
            Self::Hall => shape([28.0, 18.0, 10.0], (2.0, 1.2), 0.55),
            Self::Church => shape([45.0, 22.0, 18.0], (4.5, 2.2), 0.7),
            Self::Cave => shape([24.0, 14.0, 9.0], (3.2, 1.9), 0.85),
            Self::Tunnel => shape([90.0, 6.0, 5.0], (2.6, 1.2), 0.8),
            Self::Underwater => shape([30.0, 30.0, 8.0], (1.4, 0.3), 0.6),
        }
    }

    /// The band that comes through, in hertz.
    pub(super) fn band(self) -> Option<(f32, f32)> {
        match self {
            Self::Underwater => Some((20.0, 700.0)),
            Self::Wall => Some((20.0, 520.0)),
            Self::Telephone => Some((320.0, 3300.0)),
            _ => None,
        }
    }
}

/// One sound of a scene.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Which.
    pub sound: &'static Sound,
    /// The words that it came from.
    pub words: String,
    /// 0 faint, 0.5 usual, 1 violent.
    pub intensity: f32,
    /// Factor of its pitch; small things are higher.
    pub pitch: f32,
    /// Factor of its speed.
    pub pace: f32,
    /// Factor of its usual distance.
    pub distance: f32,
    /// From −1 (left) to 1 (right), where it was said.
    pub direction: Option<f32>,
    /// Where it is, where that differs from the scene.
    pub room: Option<Room>,
    /// Whether it goes past from one side to the other.
    pub passing: bool,
    /// How many, where it was said.
    pub count: Option<u32>,
    /// Whether it happens only once.
    pub once: bool,
    /// The step of the scene in which it begins, from 0.
    pub stage: usize,
    /// Cosine similarity of the words and the sound, where no name matched.
    pub likeness: Option<f32>,
}

impl Layer {
    /// A sound as it usually is.
    pub fn usual(sound: &'static Sound, words: &str) -> Self {
        Self {
            sound,
            words: words.to_owned(),
            intensity: 0.5,
            pitch: 1.0,
            pace: 1.0,
            distance: 1.0,
            direction: None,
            room: None,
            passing: false,
            count: None,
            once: false,
            stage: 0,
            likeness: None,
        }
    }

    /// Metres to the listener.
    pub fn metres(&self) -> f32 {
        (self.sound.distance * self.distance).clamp(0.3, 5000.0)
    }

    /// Whether it is heard as single events.
    pub(super) fn is_event(&self) -> bool {
        matches!(self.sound.nature, Nature::Event(..) | Nature::Once) || self.passing
    }
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Layer", 13)?;
        out.serialize_field("sound", self.sound.id)?;
        out.serialize_field("words", &self.words)?;
        out.serialize_field("category", &self.sound.category)?;
        out.serialize_field("intensity", &self.intensity)?;
        out.serialize_field("pitch", &self.pitch)?;
        out.serialize_field("pace", &self.pace)?;
        out.serialize_field("metres", &self.metres())?;
        out.serialize_field("direction", &self.direction)?;
        out.serialize_field("room", &self.room)?;
        out.serialize_field("passing", &self.passing)?;
        out.serialize_field("count", &self.count)?;
        out.serialize_field("stage", &self.stage)?;
        out.serialize_field("likeness", &self.likeness)?;
        out.end()
    }
}

/// Sounds at one place.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Scene {
    /// The sounds.
    pub layers: Vec<Layer>,
    /// Where they are heard.
    pub room: Room,
}

impl Scene {
    /// How many steps follow one another.
    pub fn stages(&self) -> usize {
        self.layers.iter().map(|l| l.stage + 1).max().unwrap_or(0)
    }
}
