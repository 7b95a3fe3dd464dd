//! From one channel at a synthesiser to two at the listener: level, air, direction, room.

use super::dsp::{Biquad, Pass, Reverb, RoomShape, Signal, air_lowpass, decibels, pan, pass_by};
use super::scene::{Layer, Room};

/// Left and right.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    pub(super) left: Signal,
    pub(super) right: Signal,
}

impl Pair {
    fn put(&mut self, other: &Self, gain: f32) {
        self.left.put(0.0, &other.left, gain);
        self.right.put(0.0, &other.right, gain);
    }
}

/// Power of a signal as the ear weighs it (the K-weighting of ITU-R BS.1770, with coefficients for any
/// rate): the mean, and the highest of windows of a tenth of a second.
pub(super) fn weighed(signal: &Signal) -> (f32, f32) {
    let mut shelf = Biquad::high_shelf(1500.0, 4.0, signal.rate);
    let mut rumble = Biquad::high(38.0, 0.5, signal.rate);
    let window = ((0.1 * signal.rate) as usize).max(1);
    let (mut sum, mut most) = (0f64, 0f64);
    for block in signal.x.chunks(window) {
        let power: f64 = block.iter().map(|x| f64::from(rumble.next(shelf.next(*x))).powi(2)).sum();
        sum += power;
        most = most.max(power / window as f64);
    }
    ((sum / signal.x.len().max(1) as f64) as f32, most as f32)
}

/// The gain that brings a take to the level its sound has in a scene.
pub(super) fn gain_for(layer: &Layer, take: &Signal) -> f32 {
    let (mean, most) = weighed(take);
    // An event is as loud as its loudest moment; what goes on, as its mean.
    let (power, target) = if layer.is_event() { (most, -17.0) } else { (mean.max(0.02 * most), -23.0) };
    if power < 1e-12 {
        return 0.0;
    }
    let swing = (layer.intensity - 0.5) * 14.0;
    // Level falls with distance, but not as much as it would: a mixer would help what is far.
    let away = -13.0 * layer.distance.log10();
    decibels(target + layer.sound.level + swing + away - 10.0 * power.log10())
}

/// Takes (one, or two that differ, for wide sounds) at their place. `direction` from −1 to 1.
pub(super) fn spatial(layer: &Layer, scene: Room, takes: &[Signal], direction: f32) -> Pair {
    let room = layer.room.unwrap_or(scene);
    let metres = layer.metres();
    let muffled: Vec<Signal> = takes.iter().map(|t| air(t.clone(), metres, room)).collect();
    let mut out = match muffled.as_slice() {
        [one] if layer.passing => {
            let way = way_of(layer);
            let (left, right) = pass_by(one, way);
            Pair { left, right }
        }
        [one] => {
            let (l, r) = pan(direction);
            Pair { left: one.clone().gain(l), right: one.clone().gain(r) }
        }
        [one, other, ..] => {
            let reach = layer.sound.width;
            let ((a, b), (c, d)) = (pan(direction - reach), pan(direction + reach));
            Pair {
                left: one.clone().gain(a).plus(&other.clone().gain(c)),
                right: one.clone().gain(b).plus(&other.clone().gain(d)),
            }
        }
        [] => Pair::default(),
    };
    if let Some(shape) = walls(room, metres) {
        let source = out.left.clone().plus(&out.right).gain(0.5);
        let (left, right) = Reverb::new(shape).answer(&source, metres);
        // The farther away, the more of the room.
        let wet = (metres / 3.0).sqrt().clamp(0.5, 2.5);
        out.put(&Pair { left, right }, wet);
    }
    out
}

/// How something goes past: small things slower and nearer than vehicles.
fn way_of(layer: &Layer) -> Pass {
    use super::registry::Category;
    let (speed, nearest) = match layer.sound.category {
        Category::Vehicles | Category::Trains | Category::Alarms => (17.0, layer.metres().clamp(4.0, 60.0)),
        _ => (3.0, layer.metres().clamp(1.0, 6.0)),
    };
    let speed = (speed * layer.pace).clamp(0.5, 120.0).max(nearest * 1.2);
    let leftwards = layer.direction.is_some_and(|d| d > 0.0);
    Pass { speed: if leftwards { -speed } else { speed }, nearest }
}

/// The air on the way, and what the room lets through.
fn air(signal: Signal, metres: f32, room: Room) -> Signal {
    // The ground and what stands on it take about as much as the air again.
    let corner = air_lowpass(1.8 * metres);
    let mut out = if corner < 0.4 * signal.rate { signal.low(corner) } else { signal };
    if let Some((low, high)) = room.band() {
        out = out.low(high).low(1.3 * high);
        if low > 30.0 {
            out = out.high(low).high(low);
        }
    }
    out
}

/// Walls of the room; out of doors what is far away echoes a little from the land.
fn walls(room: Room, metres: f32) -> Option<RoomShape> {
    match room.shape() {
        Some(shape) => Some(shape),
        None if room == Room::Open && metres >= 40.0 => {
            Some(RoomShape { size: [70.0, 60.0, 25.0], t60: (1.6, 0.5), wet: 0.09 })
        }
        None => None,
    }
}
