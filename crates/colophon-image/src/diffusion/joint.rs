//! What the transformers of SD 3, FLUX and Z-Image share: normalisation that time and text steer, attention
//! with normalised queries and keys.

use super::layers::{Builder, time_features};
use crate::ImageError;
use crate::net::{Tensor, Var};

pub(super) const EPSILON: f32 = 1e-6;
/// Sines and cosines that stand for a time.
pub(super) const TIME: usize = 256;

/// Time features as an input.
pub(super) fn time_input(time: f32) -> Tensor {
    Tensor::new(&[1, TIME], time_features(time, TIME))
}

/// Two linear layers around an activation.
pub(super) fn embed(b: &mut Builder<'_>, x: Var, name: &str) -> Result<Var, ImageError> {
    let x = b.linear(x, &format!("{name}.linear_1"))?;
    let x = b.silu(x);
    b.linear(x, &format!("{name}.linear_2"))
}

/// Part `index` of what a layer makes of time and text: `[1, width]`.
pub(super) fn steer(
    b: &mut Builder<'_>,
    time: Var,
    name: &str,
    index: usize,
    width: usize,
) -> Result<Var, ImageError> {
    b.linear_rows(time, name, Some((index * width, width)))
}

/// `x · (1 + scale) + shift`.
pub(super) fn modulate(b: &mut Builder<'_>, x: Var, scale: Var, shift: Var) -> Var {
    let one = b.graph.scalar(1.0);
    let scale = b.add(scale, one);
    let x = b.mul(x, scale);
    b.add(x, shift)
}

/// A normalisation steered by parts of a layer: `shift` and `scale` say which.
pub(super) fn steered_norm(
    b: &mut Builder<'_>,
    x: Var,
    time: Var,
    (name, shift, scale): (&str, usize, usize),
    width: usize,
) -> Result<Var, ImageError> {
    let normal = b.bare_norm(x, width, EPSILON);
    let shift = steer(b, time, name, shift, width)?;
    let scale = steer(b, time, name, scale, width)?;
    Ok(modulate(b, normal, scale, shift))
}

/// The normalisation of a last layer, whose two parts stand the other way round in files that
/// `diffusers` did not write.
pub(super) fn last_norm(
    b: &mut Builder<'_>,
    x: Var,
    time: Var,
    name: &str,
    width: usize,
) -> Result<Var, ImageError> {
    let (scale, shift) = if b.source.swapped { (1, 0) } else { (0, 1) };
    steered_norm(b, x, time, (name, shift, scale), width)
}

/// Adds `change`, by a gate.
pub(super) fn gated(
    b: &mut Builder<'_>,
    x: Var,
    change: Var,
    time: Var,
    (name, gate): (&str, usize),
    width: usize,
) -> Result<Var, ImageError> {
    let gate = steer(b, time, name, gate, width)?;
    let change = b.mul(change, gate);
    Ok(b.add(x, change))
}

/// A feed-forward layer.
pub(super) fn feed(b: &mut Builder<'_>, x: Var, name: &str) -> Result<Var, ImageError> {
    let x = b.linear(x, &format!("{name}.net.0.proj"))?;
    let x = b.tanh_gelu(x);
    b.linear(x, &format!("{name}.net.2"))
}

/// A feed-forward layer with a gate: `down(silu(gate(x)) · up(x))`.
pub(super) fn gated_feed(
    b: &mut Builder<'_>,
    x: Var,
    name: &str,
    [gate, up, down]: [&str; 3],
) -> Result<Var, ImageError> {
    let gate = b.linear(x, &format!("{name}.{gate}"))?;
    let gate = b.silu(gate);
    let up = b.linear(x, &format!("{name}.{up}"))?;
    let product = b.mul(gate, up);
    b.linear(product, &format!("{name}.{down}"))
}

/// Each head of a sequence to mean square 1, where the file has weights for it.
fn head_norm(
    b: &mut Builder<'_>,
    x: Var,
    name: &str,
    epsilon: f32,
    [heads, head]: [usize; 2],
) -> Result<Var, ImageError> {
    if !b.has(&format!("{name}.weight")) {
        return Ok(x);
    }
    let x = b.split(x, &[heads, head]);
    let x = b.rms_norm(x, name, epsilon)?;
    Ok(b.split(x, &[heads * head]))
}

/// Cosines and sines by which the pairs of a head turn at each place: so many numbers of a head turn with each of
/// its coordinates.
pub(super) fn turns<const N: usize>(
    places: impl Iterator<Item = [usize; N]>,
    axes: &[usize; N],
    theta: f64,
) -> (Vec<f32>, Vec<f32>) {
    let (mut cos, mut sin) = (Vec::new(), Vec::new());
    for place in places {
        for (axis, at) in axes.iter().zip(place) {
            for pair in 0..axis / 2 {
                let angle = at as f64 / theta.powf(2.0 * pair as f64 / *axis as f64);
                cos.push(angle.cos() as f32);
                sin.push(angle.sin() as f32);
            }
        }
    }
    (cos, sin)
}

/// In which order a patch of two by two numbers holds them.
#[derive(Clone, Copy)]
pub(super) enum Order {
    /// Channel after channel, the four pixels of each.
    Channels,
    /// Pixel after pixel, the channels of each.
    Pixels,
}

/// Where the numbers of the patches, patch after patch, lie in a latent `[channels, height, width]`.
fn places(channels: usize, (height, width): (usize, usize), order: Order) -> impl Iterator<Item = usize> {
    let corners = (0..height).step_by(2).flat_map(move |y| (0..width).step_by(2).map(move |x| (y, x)));
    corners.flat_map(move |(y, x)| {
        (0..channels * 4).map(move |at| {
            let (channel, pixel) = match order {
                Order::Channels => (at / 4, at % 4),
                Order::Pixels => (at % channels, at / channels),
            };
            (channel * height + y + pixel / 2) * width + x + pixel % 2
        })
    })
}

/// A latent `[channels, height, width]` as patches `[(height / 2) · (width / 2), channels · 4]`.
pub(super) fn to_patches(latent: &[f32], size: (usize, usize), order: Order) -> Vec<f32> {
    let channels = latent.len() / (size.0 * size.1).max(1);
    places(channels, size, order).map(|at| latent[at]).collect()
}

/// And back.
pub(super) fn from_patches(patches: &[f32], size: (usize, usize), order: Order) -> Vec<f32> {
    let channels = patches.len() / (size.0 * size.1).max(1);
    let mut latent = vec![0.0; patches.len()];
    places(channels, size, order).zip(patches).for_each(|(at, value)| latent[at] = *value);
    latent
}

/// Which layers of an attention make queries, keys and values, and which normalise the first two.
pub(super) struct Names {
    pub(super) parts: [&'static str; 3],
    pub(super) norms: [&'static str; 2],
    /// What is added to a mean square before it is divided by.
    pub(super) epsilon: f32,
}

/// What a sequence asks for itself.
pub(super) const OWN: Names =
    Names { parts: ["to_q", "to_k", "to_v"], norms: ["norm_q", "norm_k"], epsilon: EPSILON };
/// What the text asks beside it.
pub(super) const ADDED: Names = Names {
    parts: ["add_q_proj", "add_k_proj", "add_v_proj"],
    norms: ["norm_added_q", "norm_added_k"],
    epsilon: EPSILON,
};

/// Queries, keys and values of the attention `name`, of so many heads of a width; where there are fewer keys and
/// values than queries, their own number comes second.
pub(super) fn heads(
    b: &mut Builder<'_>,
    x: Var,
    name: &str,
    names: &Names,
    [heads, few, head]: [usize; 3],
) -> Result<[Var; 3], ImageError> {
    let q = b.linear(x, &format!("{name}.{}", names.parts[0]))?;
    let k = b.linear(x, &format!("{name}.{}", names.parts[1]))?;
    let v = b.linear(x, &format!("{name}.{}", names.parts[2]))?;
    let q = head_norm(b, q, &format!("{name}.{}", names.norms[0]), names.epsilon, [heads, head])?;
    let k = head_norm(b, k, &format!("{name}.{}", names.norms[1]), names.epsilon, [few, head])?;
    Ok([q, k, v])
}
