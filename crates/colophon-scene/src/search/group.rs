//! What kinds of things icons show.

/// What kind of thing an icon shows: the groups of the Unicode emoji list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Faces and feelings.
    Face,
    /// People and bodies.
    Person,
    /// Animals and nature.
    Nature,
    /// Food and drink.
    Food,
    /// Travel and places.
    Place,
    /// Activities.
    Activity,
    /// Objects.
    Object,
    /// Symbols.
    Symbol,
}

impl Group {
    pub(super) fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Face,
            1 => Self::Person,
            3 => Self::Nature,
            4 => Self::Food,
            5 => Self::Place,
            6 => Self::Activity,
            7 => Self::Object,
            8 => Self::Symbol,
            _ => return None,
        })
    }

    /// Whether a word may find it; faces and symbols are not things.
    pub(super) fn is_thing(self) -> bool {
        !matches!(self, Self::Face | Self::Person | Self::Symbol)
    }
}
