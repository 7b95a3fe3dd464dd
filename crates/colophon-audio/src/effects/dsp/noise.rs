//! Noise of several colours.

use super::{Dice, Signal};

/// White noise of unit power.
pub(in crate::effects) fn white(rate: f32, seconds: f32, mut dice: Dice) -> Signal {
    let mut out = Signal::silence(rate, seconds);
    out.x.iter_mut().for_each(|x| *x = dice.range(-1.732, 1.732));
    out
}

/// Pink noise (−3 dB an octave) of about unit power: P. Kellet's sum of one-pole filters, with the
/// poles moved so that the slope is the same at any rate.
pub(in crate::effects) fn pink(rate: f32, seconds: f32, dice: Dice) -> Signal {
    // Poles as time constants at 44.1 kHz.
    const POLES: [(f32, f32); 6] = [
        (0.99886, 0.055_517_9),
        (0.99332, 0.075_075_9),
        (0.96900, 0.153_852),
        (0.86650, 0.310_485_6),
        (0.55000, 0.532_952_2),
        (-0.7616, -0.016_898),
    ];
    let poles = POLES.map(|(p, g)| {
        let pole = if p > 0.0 { p.powf(44_100.0 / rate) } else { p };
        (pole, g * (1.0 - pole) / (1.0 - p))
    });
    let mut state = [0f32; 6];
    let mut out = white(rate, seconds, dice);
    for x in &mut out.x {
        let mut sum = 0.5362 * *x;
        for (s, (pole, gain)) in state.iter_mut().zip(poles) {
            *s = pole * *s + gain * *x;
            sum += *s;
        }
        *x = sum;
    }
    out.high(15.0).level(1.0)
}

/// Brown noise (−6 dB an octave above 20 Hz) of unit power.
pub(in crate::effects) fn brown(rate: f32, seconds: f32, dice: Dice) -> Signal {
    let pole = (-std::f32::consts::TAU * 20.0 / rate).exp();
    let mut sum = 0f32;
    let mut out = white(rate, seconds, dice);
    out.x.iter_mut().for_each(|x| {
        sum = pole * sum + *x;
        *x = sum;
    });
    out.high(15.0).level(1.0)
}

/// Single samples at Poisson times, `density` a second, with amplitudes that follow a power law
/// (few are large): what drives crackle, gravel and static.
pub(in crate::effects) fn clicks(rate: f32, seconds: f32, density: f32, mut dice: Dice) -> Signal {
    let mut out = Signal::silence(rate, seconds);
    for at in dice.poisson(density, seconds) {
        let u = dice.unit();
        let sign = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let i = ((at * rate) as usize).min(out.x.len().saturating_sub(1));
        if let Some(x) = out.x.get_mut(i) {
            *x += sign * (0.08 + u * u * u);
        }
    }
    out
}
