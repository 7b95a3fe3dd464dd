//! What the transformers of SD 3 and FLUX share: normalisation that time and text steer, attention
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

/// Each head of a sequence to mean square 1, where the file has weights for it.
fn head_norm(
    b: &mut Builder<'_>,
    x: Var,
    name: &str,
    [length, heads, head]: [usize; 3],
) -> Result<Var, ImageError> {
    if !b.has(&format!("{name}.weight")) {
        return Ok(x);
    }
    let x = b.reshape(x, &[1, length, heads, head]);
    let x = b.rms_norm(x, name, EPSILON)?;
    Ok(b.reshape(x, &[1, length, heads * head]))
}

/// Which layers of an attention make queries, keys and values, and which normalise the first two.
pub(super) struct Names {
    parts: [&'static str; 3],
    norms: [&'static str; 2],
}

/// What a sequence asks for itself.
pub(super) const OWN: Names = Names { parts: ["to_q", "to_k", "to_v"], norms: ["norm_q", "norm_k"] };
/// What the text asks beside it.
pub(super) const ADDED: Names =
    Names { parts: ["add_q_proj", "add_k_proj", "add_v_proj"], norms: ["norm_added_q", "norm_added_k"] };

/// Queries, keys and values of the attention `name` for a sequence of `[length, heads, width of a head]`.
pub(super) fn heads(
    b: &mut Builder<'_>,
    x: Var,
    name: &str,
    names: &Names,
    shape: [usize; 3],
) -> Result<[Var; 3], ImageError> {
    let q = b.linear(x, &format!("{name}.{}", names.parts[0]))?;
    let k = b.linear(x, &format!("{name}.{}", names.parts[1]))?;
    let v = b.linear(x, &format!("{name}.{}", names.parts[2]))?;
    let q = head_norm(b, q, &format!("{name}.{}", names.norms[0]), shape)?;
    let k = head_norm(b, k, &format!("{name}.{}", names.norms[1]), shape)?;
    Ok([q, k, v])
}
