//! Places, by their sound.

/// A place, by its sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ambience {
    /// The air of a closed room.
    Room,
    /// Wind over open land.
    Wind,
    /// Wind in leaves, and a bird now and then.
    Forest,
    /// Soft crickets and a low wind.
    Night,
    /// Waves that come and go.
    Sea,
    /// Water that laps at a bank, and a bird now and then.
    Lake,
    /// Steady rain with single drops.
    Rain,
    /// Traffic, far off.
    City,
    /// A slow, soft chord.
    Space,
    /// Low water noise and bubbles.
    Underwater,
    /// Nothing.
    Silence,
}

impl Ambience {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 11] = [
        Self::Room,
        Self::Wind,
        Self::Forest,
        Self::Night,
        Self::Sea,
        Self::Lake,
        Self::Rain,
        Self::City,
        Self::Space,
        Self::Underwater,
        Self::Silence,
    ];
}
