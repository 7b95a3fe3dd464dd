//! Where the bits lie: a block of time slots and frequency bands that repeats for as long as the sound.

use super::BITS;
use crate::Key;
use crate::code;

/// Seconds of a time slot, in which the gains of a band stay the same.
pub(super) const SLOT: f64 = 0.064;
/// Slots of a block.
pub(super) const SLOTS: usize = 80;
/// Frequency bands. The lowest starts at [`LOWEST`] and each is [`WIDTH`] wide.
pub(super) const BANDS: usize = 58;
pub(super) const LOWEST: f32 = 281.25;
pub(super) const WIDTH: f32 = 62.5;
/// Coded bits of a payload.
pub(super) const CODED: usize = (BITS + code::CHECK) * code::RATE;
/// Slots of a chip: the gain of its band goes up in one and down in the next, or the other way round,
/// so that what the sound itself does slowly cancels.
const CHIP: usize = 2;
/// One chip in so many is a pilot.
const PILOTS: usize = 6;

/// What a chip says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its sign is known to all who have the key: it says where the block begins.
    Pilot,
    /// Its sign is turned by a coded bit.
    Bit(usize),
}

/// Two cells that carry one sign: the first as it is, the one after it turned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chip {
    pub(super) role: Role,
    pub(super) sign: f32,
    /// The first of its two slots.
    pub(super) slot: usize,
    pub(super) band: usize,
}

/// The chips of a block.
pub(super) fn chips(key: &Key) -> Vec<Chip> {
    let mut stream = key.stream("sound/1");
    let mut chips = Vec::new();
    for slot in (0..SLOTS).step_by(CHIP) {
        for band in 0..BANDS {
            chips.push(Chip { role: Role::Pilot, sign: stream.sign(), slot, band });
        }
    }
    stream.shuffle(&mut chips);
    let pilots = chips.len() / PILOTS;
    for (i, chip) in chips.iter_mut().skip(pilots).enumerate() {
        chip.role = Role::Bit(i % CODED);
    }
    chips
}

/// The signs of a block for a payload, `SLOTS × BANDS`.
pub(super) fn pattern(key: &Key, payload: u32) -> Vec<f32> {
    let bits = code::encode(u64::from(payload), BITS);
    let mut signs = vec![0.0; SLOTS * BANDS];
    for chip in chips(key) {
        let sign = match chip.role {
            Role::Pilot => chip.sign,
            Role::Bit(i) => chip.sign * if bits.get(i) == Some(&true) { 1.0 } else { -1.0 },
        };
        signs[chip.slot * BANDS + chip.band] = sign;
        signs[(chip.slot + 1) * BANDS + chip.band] = -sign;
    }
    signs
}

/// The lowest even length from `at_least` on that has no prime factor above 5: the FFT is fast for it.
pub(super) fn smooth(at_least: usize) -> usize {
    let is_smooth = |mut n: usize| {
        for p in [2, 3, 5] {
            while n.is_multiple_of(p) {
                n /= p;
            }
        }
        n == 1
    };
    (at_least.max(2)..).find(|n| n % 2 == 0 && is_smooth(*n)).unwrap_or(at_least)
}
