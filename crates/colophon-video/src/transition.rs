//! From one shot to the next.

use colophon_types::{Raster, Seed};

use crate::motion::sane;
use crate::pixels::{self, Px, pixels, pixels_mut};

/// Seconds a transition takes.
pub const SECONDS: f64 = 0.6;

/// How a shot takes over from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// At once.
    Cut,
    /// The new picture shows through.
    Crossfade,
    /// A sheet slides over the old one, with its shadow before it.
    Slide {
        /// From the left instead of from the right.
        from_left: bool,
    },
    /// The old page is turned over to the left, showing its back.
    PageTurn,
    /// A circle opens from the middle.
    Iris,
    /// A soft slanting edge sweeps across.
    Sweep,
}

impl Transition {
    /// A transition for the shot number `index` of a film: neighbours differ.
    pub fn pick(seed: Seed, index: u64) -> Self {
        const ALL: [Transition; 6] = [
            Transition::Crossfade,
            Transition::Slide { from_left: false },
            Transition::PageTurn,
            Transition::Sweep,
            Transition::Iris,
            Transition::Slide { from_left: true },
        ];
        // A shuffled round: every kind comes before any comes twice.
        let mut order = ALL;
        let mut dice = seed.derive("transition").derive(&(index / 6).to_string());
        for i in (1..order.len()).rev() {
            order.swap(i, (dice.next_u64() % (i as u64 + 1)) as usize);
        }
        order[(index % 6) as usize]
    }

    /// Mixes the frame `old` into `new` in place; `u` runs from 0 (all old) to 1 (all new).
    /// Both must have the same size.
    pub fn compose(self, u: f32, old: &Raster, new: &mut Raster) {
        let u = sane(u, 0.0, 1.0);
        let w = new.width as usize;
        if old.width != new.width || old.rgba.len() != new.rgba.len() || w == 0 || u >= 1.0 {
            return;
        }
        let height = new.height as f32;
        let eased = u * u * (3.0 - 2.0 * u);
        let rows = pixels_mut(&mut new.rgba).chunks_exact_mut(w).zip(pixels(&old.rgba).chunks_exact(w));
        let mut spare = vec![[0u8; 4]; w];
        for (y, (new, old)) in rows.enumerate() {
            let y = y as f32;
            match self {
                Self::Cut => {}
                Self::Crossfade => pixels::blend(new, old, 256 - (eased * 256.0) as u16),
                Self::Slide { from_left } => slide(eased, from_left, old, new, &mut spare),
                Self::PageTurn => turn(eased, y / height, old, new, &mut spare),
                Self::Iris => iris(eased, y, height, old, new),
                Self::Sweep => sweep(eased, y / height, old, new),
            }
        }
    }
}

/// Darkens or clears pixels: `p·k/256`.
fn shade(p: Px, k: u32) -> Px {
    let f = |v: u8| ((u32::from(v) * k + 128) >> 8) as u8;
    [f(p[0]), f(p[1]), f(p[2]), 255]
}

fn mixed(a: Px, b: Px, weight: f32) -> Px {
    let k = (weight.clamp(0.0, 1.0) * 256.0) as u32;
    std::array::from_fn(|c| ((u32::from(a[c]) * (256 - k) + u32::from(b[c]) * k + 128) >> 8) as u8)
}

fn slide(u: f32, from_left: bool, old: &[Px], new: &mut [Px], spare: &mut [Px]) {
    let w = new.len();
    let gap = (((1.0 - u) * w as f32) as usize).min(w);
    let drag = (w - gap) / 6;
    spare.copy_from_slice(new);
    let reach = (w / 22).max(1);
    if from_left {
        new[..w - gap].copy_from_slice(&spare[gap..]);
        for x in w - gap..w {
            let k = 256 - 120 * (reach.saturating_sub(x - (w - gap))) as u32 / reach as u32;
            new[x] = shade(old[(x - drag.min(x)).min(w - 1)], k);
        }
    } else {
        new[gap..].copy_from_slice(&spare[..w - gap]);
        for x in 0..gap {
            let k = 256 - 120 * (reach.saturating_sub(gap - x)) as u32 / reach as u32;
            new[x] = shade(old[(x + drag).min(w - 1)], k);
        }
    }
}

fn turn(u: f32, y: f32, old: &[Px], new: &mut [Px], spare: &mut [Px]) {
    let w = new.len() as f32;
    let curl = w * 0.17;
    // The fold leans a little: the lower corner is lifted first.
    let fold = w + curl * 0.4 - u * (w + curl * 1.8) + (y - 0.5) * -w * 0.10 * (1.0 - u);
    spare.copy_from_slice(new);
    for (x, out) in new.iter_mut().enumerate() {
        let at = x as f32 + 0.5 - fold;
        *out = if at < 0.0 {
            old[x]
        } else if at < curl {
            // The back of the page: mirrored about the fold, pale, round as a cylinder.
            let source = (fold - at * 1.3).clamp(0.0, w - 1.0) as usize;
            let paper = mixed(old[source], [246, 241, 230, 255], 0.80);
            let round = at / curl;
            let light = 0.74 + 0.34 * (round * std::f32::consts::PI).sin() - 0.12 * round;
            shade(paper, (light * 256.0).clamp(0.0, 256.0) as u32)
        } else {
            let k = 1.0 - 0.55 * (1.0 - (at - curl) / (curl * 0.55)).clamp(0.0, 1.0).powi(2);
            shade(spare[x], (k * 256.0) as u32)
        };
    }
}

fn iris(u: f32, y: f32, height: f32, old: &[Px], new: &mut [Px]) {
    let w = new.len() as f32;
    let radius = u * (0.5 * w.hypot(height) + 12.0);
    let dy = y + 0.5 - height / 2.0;
    for (x, out) in new.iter_mut().enumerate() {
        let d = (x as f32 + 0.5 - w / 2.0).hypot(dy) - radius;
        if d > 2.0 {
            // A thin light rim, then the old picture, darker next to the opening.
            let k = 1.0 - 0.4 * (1.0 - (d - 2.0) / 40.0).clamp(0.0, 1.0);
            *out = shade(old[x], (k * 256.0) as u32);
        } else if d > -3.0 {
            *out = mixed(*out, [255, 250, 240, 255], 0.75 * (1.0 - (d + 0.5).abs() / 2.5).max(0.0));
        }
    }
}

fn sweep(u: f32, y: f32, old: &[Px], new: &mut [Px]) {
    let w = new.len() as f32;
    let soft = w * 0.22;
    let edge = -soft - w * 0.15 + u * (w * 1.3 + 2.0 * soft) + (0.5 - y) * w * 0.3;
    for (x, out) in new.iter_mut().enumerate() {
        let v = ((edge - x as f32) / soft * 0.5 + 0.5).clamp(0.0, 1.0);
        *out = mixed(old[x], *out, v * v * (3.0 - 2.0 * v));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Transition; 6] = [
        Transition::Crossfade,
        Transition::Slide { from_left: false },
        Transition::Slide { from_left: true },
        Transition::PageTurn,
        Transition::Iris,
        Transition::Sweep,
    ];

    /// Share of old and new picture (red and blue) in a composed frame.
    fn shares(kind: Transition, u: f32) -> (f64, f64) {
        let old = Raster::filled(320, 180, [255, 0, 0, 255]);
        let mut new = Raster::filled(320, 180, [0, 0, 255, 255]);
        kind.compose(u, &old, &mut new);
        let n = 320.0 * 180.0 * 255.0;
        let sum = |c: usize| new.rgba.iter().skip(c).step_by(4).map(|v| f64::from(*v)).sum::<f64>() / n;
        assert!(new.rgba.iter().skip(3).step_by(4).all(|a| *a == 255));
        (sum(0), sum(2))
    }

    #[test]
    fn transitions_go_from_old_to_new() {
        for kind in KINDS {
            let (old, new) = shares(kind, 0.0);
            assert!(old > 0.85 && new < 0.1, "{kind:?} start {old} {new}");
            let (old, new) = shares(kind, 0.999);
            assert!(old < 0.05 && new > 0.85, "{kind:?} end {old} {new}");
            let (a, b) = (shares(kind, 0.3).1, shares(kind, 0.7).1);
            assert!(a < b, "{kind:?} moves forward: {a} {b}");
        }
    }

    #[test]
    fn every_kind_comes_before_one_comes_twice() {
        let picked: Vec<_> = (0..6).map(|i| Transition::pick(Seed(3), i)).collect();
        assert!(KINDS.iter().all(|k| picked.contains(k)), "{picked:?}");
    }
}
