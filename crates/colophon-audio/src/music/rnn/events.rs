//! The vocabulary: 88 keys pressed, 88 released, 32 velocities, 32 steps of time.

/// Number of events.
pub const EVENTS: usize = 240;
pub(super) const KEYS: usize = 88;
pub(super) const LOWEST: u8 = 21;
const STEPS: usize = 32;
/// The event with which a sequence begins.
pub(super) const PRIMARY: usize = EVENTS - 1;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event {
    /// A key (MIDI pitch) goes down.
    On(u8),
    /// A key comes up.
    Off(u8),
    /// Velocity (21 to 108) of the keys that follow.
    Velocity(u8),
    /// Seconds go by.
    Shift(f64),
}

impl Event {
    /// Event `index` of 240.
    pub(crate) fn at(index: usize) -> Self {
        match index {
            0..88 => Self::On(LOWEST + index as u8),
            88..176 => Self::Off(LOWEST + (index - KEYS) as u8),
            176..208 => {
                let step = 88.0 / (STEPS - 1) as f64;
                Self::Velocity((21.0 + (index - 2 * KEYS) as f64 * step).min(108.0) as u8)
            }
            _ => Self::Shift(1.15f64.powi((index.min(EVENTS - 1) - 2 * KEYS - STEPS) as i32) / 65.0),
        }
    }
}

/// What the network should play now: density (12, one-hot), then pitch classes (12).
#[derive(Clone, Debug, PartialEq)]
pub struct Control(pub [f32; 24]);

impl Control {
    /// `weights` of the 12 pitch classes from C (in any scale), and the number of notes wanted in
    /// two seconds (0 to 36).
    pub fn new(weights: [f32; 12], notes: f32) -> Self {
        let mut control = [0f32; 24];
        let sum: f32 = weights.iter().sum();
        for (c, w) in control[12..].iter_mut().zip(weights) {
            *c = if sum > 0.0 { w / sum } else { 1.0 / 12.0 };
        }
        let bin = ((notes.max(1.0) - 1.0) / 3.0) as usize;
        control[bin.min(11)] = 1.0;
        Self(control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_those_of_the_vocabulary() {
        assert_eq!(Event::at(39), Event::On(60));
        assert_eq!(Event::at(88 + 39), Event::Off(60));
        assert_eq!(Event::at(176), Event::Velocity(21));
        let Event::Shift(longest) = Event::at(PRIMARY) else { panic!("the last event is a step of time") };
        assert!((longest - 1.171_6).abs() < 1e-3, "{longest}");
        assert_eq!(Control::new([1.0; 12], 14.0).0[4], 1.0);
    }
}
