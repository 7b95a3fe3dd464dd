//! The eight ways in which a copy can lie on its pixels: mirrored or not, turned by quarters.

use std::fmt;

/// How a copy lies to what was marked: mirrored left to right or not, then turned clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Turn {
    /// Whether it was mirrored.
    pub mirrored: bool,
    /// By how many quarters it was turned, 0 to 3.
    pub quarters: u8,
}

impl Turn {
    /// As it was marked.
    pub const UPRIGHT: Self = Self { mirrored: false, quarters: 0 };

    /// All eight, upright first.
    pub const ALL: [Self; 8] = {
        let mut all = [Self::UPRIGHT; 8];
        let mut k = 0;
        while k < 8 {
            all[k] = Self { mirrored: k >= 4, quarters: (k % 4) as u8 };
            k += 1;
        }
        all
    };

    /// By how many degrees it was turned.
    pub fn degrees(self) -> u16 {
        u16::from(self.quarters % 4) * 90
    }

    /// Where a wave of the mark is in the copy (cycles across and down, at least one across), and whether it
    /// is the conjugate that stands there: of two opposite waves of a picture one is enough.
    pub(crate) fn wave(self, (i, j): (usize, i32)) -> ((usize, i32), bool) {
        let (mut x, mut y) = (i as i32, j);
        if self.mirrored {
            x = -x;
        }
        for _ in 0..self.quarters % 4 {
            (x, y) = (-y, x);
        }
        let opposite = x < 0;
        let y = if opposite { -y } else { y };
        ((x.unsigned_abs() as usize, y), opposite)
    }
}

/// What was done to the picture, e.g. `mirrored and turned by 90°`; nothing of an upright one.
impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mirrored, self.degrees()) {
            (false, 0) => Ok(()),
            (true, 0) => f.write_str("mirrored"),
            (false, degrees) => write!(f, "turned by {degrees}°"),
            (true, degrees) => write!(f, "mirrored and turned by {degrees}°"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_turn_has_waves_of_its_own() {
        let all: std::collections::HashSet<_> = Turn::ALL.iter().map(|turn| turn.wave((3, 7))).collect();
        assert_eq!(all.len(), 8, "{all:?}");
        assert_eq!(Turn::UPRIGHT.wave((3, -7)), ((3, -7), false));
        // Right becomes down.
        let quarter = Turn { mirrored: false, quarters: 1 };
        assert_eq!(quarter.wave((3, -7)), ((7, 3), false));
        assert_eq!(quarter.wave((3, 7)), ((7, -3), true));
        assert_eq!(Turn { mirrored: true, quarters: 1 }.to_string(), "mirrored and turned by 90°");
    }
}
