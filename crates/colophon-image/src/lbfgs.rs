//! Going downhill: limited-memory BFGS (Liu & Nocedal 1989) with a backtracking line search.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// A step must gain this share of what its slope promises (Armijo).
const GAIN: f32 = 1e-4;

/// Where a descent is.
pub(crate) struct Descent<'a> {
    pub(crate) step: usize,
    pub(crate) value: f32,
    pub(crate) point: &'a [f32],
}

/// A function's value and gradient at a point.
pub(crate) type Sloped<'a, E> = dyn FnMut(&[f32]) -> Result<(f32, Vec<f32>), E> + 'a;

/// Lowers a function from `point` in `steps` steps.
///
/// # Errors
/// What the function gives.
pub(crate) fn minimise<E>(
    point: &mut Vec<f32>,
    steps: usize,
    function: &mut Sloped<'_, E>,
    each: &mut dyn FnMut(Descent<'_>),
) -> Result<f32, E> {
    let (mut value, mut gradient) = function(point)?;
    let mut past: VecDeque<(Vec<f32>, Vec<f32>, f64)> = VecDeque::new();
    for step in 1..=steps {
        let mut direction = towards(&gradient, &past);
        let mut promise = dot(&direction, &gradient);
        if promise >= 0.0 {
            past.clear();
            direction = gradient.iter().map(|g| -g).collect();
            promise = dot(&direction, &gradient);
        }
        // Without a past nothing is known of the scale: let the largest change be a hundredth.
        let largest = direction.iter().fold(0.0f32, |m, d| m.max(d.abs()));
        let mut length = if past.is_empty() { 0.01 / largest.max(1e-20) } else { 1.0 };
        let mut found = None;
        for _ in 0..8 {
            let next: Vec<f32> = point.iter().zip(&direction).map(|(p, d)| p + d * length).collect();
            let (v, g) = function(&next)?;
            if v.is_finite() && v <= value + GAIN * length * promise as f32 {
                found = Some((next, v, g));
                break;
            }
            length *= 0.5;
        }
        let Some((next, v, g)) = found else {
            // The past misleads, or this is the bottom.
            if past.is_empty() {
                break;
            }
            past.clear();
            continue;
        };
        let moved: Vec<f32> = next.iter().zip(point.iter()).map(|(n, p)| n - p).collect();
        let turned: Vec<f32> = g.iter().zip(&gradient).map(|(n, p)| n - p).collect();
        let curve = dot(&moved, &turned);
        if curve > 1e-12 {
            if past.len() == MEMORY {
                past.pop_front();
            }
            past.push_back((moved, turned, curve));
        }
        (*point, value, gradient) = (next, v, g);
        each(Descent { step, value, point });
    }
    Ok(value)
}

/// The direction of descent: the gradient, bent by what the past steps say of the curvature.
fn towards(gradient: &[f32], past: &VecDeque<(Vec<f32>, Vec<f32>, f64)>) -> Vec<f32> {
    let mut q: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::new();
    for (moved, turned, curve) in past.iter().rev() {
        let share = (dot(moved, &q) / curve) as f32;
        q.iter_mut().zip(turned).for_each(|(q, t)| *q -= share * t);
        shares.push(share);
    }
    if let Some((_, turned, curve)) = past.back() {
        let scale = (curve / dot(turned, turned).max(1e-30)) as f32;
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((moved, turned, curve), share) in past.iter().zip(shares.into_iter().rev()) {
        let back = share - (dot(turned, &q) / curve) as f32;
        q.iter_mut().zip(moved).for_each(|(q, m)| *q += back * m);
    }
    q
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_valley_is_followed_to_its_bottom() {
        // Rosenbrock's function: its bottom is at (1, 1).
        let mut point = vec![-1.2f32, 1.0];
        let mut function = |p: &[f32]| {
            let (x, y) = (p[0], p[1]);
            let value = 100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2);
            let slope = vec![-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)];
            Ok::<_, ()>((value, slope))
        };
        let mut values = Vec::new();
        minimise(&mut point, 200, &mut function, &mut |d| values.push(d.value)).unwrap();
        assert!((point[0] - 1.0).abs() < 1e-2 && (point[1] - 1.0).abs() < 1e-2, "{point:?}");
        assert!(values.windows(2).all(|w| w[1] <= w[0]), "it never goes up");
    }
}
