//! What is played of a frequency, and decibels.

/// The highest frequency that is played at a rate, in hertz.
pub(in crate::effects) fn highest(rate: f32) -> f32 {
    0.45 * rate
}

/// Decibels as a factor of amplitude.
pub(in crate::effects) fn decibels(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}
