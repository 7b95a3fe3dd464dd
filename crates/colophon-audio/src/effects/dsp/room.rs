//! Rooms: early reflections of a box by image sources, and a late reverberation by a feedback
//! delay network.

use super::{DcBlock, Signal};

const SOUND: f32 = 343.0;
/// Lines of the network.
const LINES: usize = 8;

/// A room by its measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::effects) struct RoomShape {
    /// Length, width and height in metres.
    pub(in crate::effects) size: [f32; 3],
    /// Seconds until the reverberation is 60 dB down, at low and at high frequencies (above 4 kHz).
    pub(in crate::effects) t60: (f32, f32),
    /// Level of the reverberation against the sound itself at one metre.
    pub(in crate::effects) wet: f32,
}

/// A first or second reflection: seconds after the sound itself, gains left and right.
type Echo = (f32, f32, f32);

/// The sound of a room around a source.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Reverb {
    shape: RoomShape,
}

impl Reverb {
    pub(in crate::effects) fn new(shape: RoomShape) -> Self {
        Self { shape }
    }

    /// Seconds that it rings on.
    pub(in crate::effects) fn tail(&self) -> f32 {
        self.shape.t60.0.max(self.shape.t60.1) * 0.9 + 0.05
    }

    /// Reflections of the six walls and of pairs of them, for a source in front of the listener in the
    /// middle of the room.
    fn early(&self, distance: f32) -> Vec<Echo> {
        let [length, width, height] = self.shape.size;
        let listener = [0.4 * length, 0.47 * width, 0.4 * height];
        let away = distance.min(0.45 * length);
        let source = [listener[0] + away, listener[1], listener[2]];
        // Sabine: the absorption that goes with the time of reverberation.
        let volume = length * width * height;
        let walls = 2.0 * (length * width + length * height + width * height);
        let absorption = (0.161 * volume / (walls * self.shape.t60.0.max(0.05))).clamp(0.02, 0.95);
        let reflection = (1.0 - absorption).sqrt();
        let mut echoes = Vec::new();
        let images =
            (-1i32..=1).flat_map(|i| (-1i32..=1).flat_map(move |j| (-1i32..=1).map(move |k| (i, j, k))));
        for (i, j, k) in images {
            let order = i.abs() + j.abs() + k.abs();
            if order == 0 || order > 2 {
                continue;
            }
            let image = |n: i32, s: f32, size: f32| match n {
                -1 => -s,
                1 => 2.0 * size - s,
                _ => s,
            };
            let at = [image(i, source[0], length), image(j, source[1], width), image(k, source[2], height)];
            let d: [f32; 3] = std::array::from_fn(|n| at[n] - listener[n]);
            let far = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt().max(0.1);
            let gain = reflection.powi(order) * away.max(0.5) / far;
            let (l, r) = super::pan(0.9 * d[1] / far);
            echoes.push(((far - away).max(0.0) / SOUND, gain * l, gain * r));
        }
        echoes
    }

    /// Left and right of the room's answer alone, as long as the source and its tail.
    pub(in crate::effects) fn answer(&self, source: &Signal, distance: f32) -> (Signal, Signal) {
        let rate = source.rate;
        let total = source.seconds() + self.tail();
        let (mut left, mut right) = (Signal::silence(rate, total), Signal::silence(rate, total));
        let dark = source.clone().low(9000.0);
        for (delay, l, r) in self.early(distance) {
            let at = (delay * rate).round() as usize;
            for (i, x) in dark.x.iter().enumerate().take(left.x.len().saturating_sub(at)) {
                left.x[at + i] += l * x;
                right.x[at + i] += r * x;
            }
        }
        self.late(&dark, &mut left, &mut right);
        let wet = self.shape.wet;
        (left.gain(wet), right.gain(wet))
    }

    /// Adds the late part: eight delay lines, mixed by a Householder matrix, each losing what the two
    /// times of reverberation say on its way round (Jot and Chaigne 1991).
    fn late(&self, source: &Signal, left: &mut Signal, right: &mut Signal) {
        const SPREAD: [f32; LINES] = [1.0, 1.131, 1.271, 1.387, 1.529, 1.663, 1.811, 1.973];
        let rate = source.rate;
        let mean = self.shape.size.iter().product::<f32>().cbrt();
        let base = (mean / SOUND * 1.3).clamp(0.008, 0.09);
        let lengths = SPREAD.map(|s| ((base * s * rate) as usize).max(2));
        let mut lines = lengths.map(|n| vec![0f32; n]);
        let mut at = [0usize; LINES];
        let gain = |t60: f32, n: usize| 10f32.powf(-3.0 * n as f32 / (t60.max(0.05) * rate));
        let low: [f32; LINES] = std::array::from_fn(|i| gain(self.shape.t60.0, lengths[i]));
        let high: [f32; LINES] = std::array::from_fn(|i| gain(self.shape.t60.1, lengths[i]));
        let pole = (-std::f32::consts::TAU * 4000.0 / rate).exp();
        let mut dull = [0f32; LINES];
        let mut block = [DcBlock::new(rate), DcBlock::new(rate)];
        let send = 0.5 * (1.0 - low[0] * low[0]).sqrt();
        for i in 0..left.x.len() {
            let x = source.x.get(i).copied().unwrap_or(0.0) * send;
            let mut out = [0f32; LINES];
            for n in 0..LINES {
                let y = lines[n][at[n]];
                dull[n] = y + pole * (dull[n] - y);
                out[n] = low[n] * dull[n] + high[n] * (y - dull[n]);
            }
            let sum = out.iter().sum::<f32>() * (2.0 / LINES as f32);
            for n in 0..LINES {
                lines[n][at[n]] = out[n] - sum + if n % 2 == 0 { x } else { -x };
                at[n] += 1;
                if at[n] == lengths[n] {
                    at[n] = 0;
                }
            }
            left.x[i] += block[0].next(out[0] - out[2] + out[4] - out[6]);
            right.x[i] += block[1].next(out[1] - out[3] + out[5] - out[7]);
        }
    }
}
