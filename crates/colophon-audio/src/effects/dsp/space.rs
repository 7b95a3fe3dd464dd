//! Where a sound is: air between it and the listener, and its direction.

use std::f32::consts::FRAC_PI_2;

/// Attenuation of air in decibels a metre at a frequency in hertz, at 20 °C, 50 % humidity and one
/// atmosphere (ISO 9613-1:1993, equations 3 to 5).
fn air_attenuation(hertz: f32) -> f32 {
    // Molar concentration of water vapour in per cent under these conditions.
    const WATER: f32 = 1.15;
    let oxygen = 24.0 + 4.04e4 * WATER * (0.02 + WATER) / (0.391 + WATER);
    let nitrogen = 9.0 + 280.0 * WATER;
    let f2 = hertz * hertz;
    let relaxation = 0.01275 * (-2239.1f32 / 293.15).exp() / (oxygen + f2 / oxygen)
        + 0.1068 * (-3352.0f32 / 293.15).exp() / (nitrogen + f2 / nitrogen);
    8.686 * f2 * (1.84e-11 + relaxation)
}

/// The frequency at which the air of so many metres takes 3 dB, in hertz: the corner of the
/// low-pass that stands for it.
pub(in crate::effects) fn air_lowpass(metres: f32) -> f32 {
    let (mut low, mut high) = (20f32, 40_000f32);
    for _ in 0..30 {
        let middle = (low * high).sqrt();
        if air_attenuation(middle) * metres < 3.0 { low = middle } else { high = middle }
    }
    low
}

/// Gains of the two channels for a direction from −1 (left) to 1 (right), of constant power.
pub(in crate::effects) fn pan(direction: f32) -> (f32, f32) {
    let angle = (direction.clamp(-1.0, 1.0) + 1.0) * 0.5 * FRAC_PI_2;
    (angle.cos(), angle.sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn air_takes_what_the_standard_says() {
        // ISO 9613-1, table 1, 20 °C and 50 %: dB a kilometre.
        for (hertz, db) in [(500.0, 2.7), (1000.0, 4.7), (2000.0, 9.9), (4000.0, 29.7), (8000.0, 105.0)] {
            let computed = air_attenuation(hertz) * 1000.0;
            assert!((computed / db - 1.0).abs() < 0.1, "{hertz} Hz: {computed} dB/km, table {db}");
        }
        assert!(air_lowpass(5.0) > 15_000.0 && air_lowpass(2000.0) < 900.0);
    }

    #[test]
    fn panning_keeps_the_power() {
        for direction in [-1.0, -0.3, 0.0, 0.7, 1.0] {
            let (l, r) = pan(direction);
            assert!((l * l + r * r - 1.0).abs() < 1e-6);
        }
        assert!(pan(-1.0).1.abs() < 1e-6 && pan(1.0).0.abs() < 1e-6);
    }
}
