//! Backpropagation: extends a graph by the gradient of its values, to be run like the graph itself.
//!
//! Covers what sits between a picture and the features of a convolutional network. The gradient of a
//! convolution is a convolution with its weights turned round; that of the largest of four goes to
//! where the largest was.

use std::collections::HashMap;

use colophon_hub::graph::{Attr, Graph, Node, Value, Var};

use crate::ImageError;

/// A computation that can be differentiated.
pub(crate) trait Gradient {
    /// The gradient by `by` of a sum of values, each given with its own gradient: `Σ seedᵀ · ∂value/∂by`.
    /// A seed has the shape of its value.
    ///
    /// # Errors
    /// [`ImageError::Network`] when an operator on the way has no rule.
    fn gradient(&mut self, of: &[(Var, Var)], by: Var) -> Result<Var, ImageError>;
}

impl Gradient for Graph {
    fn gradient(&mut self, of: &[(Var, Var)], by: Var) -> Result<Var, ImageError> {
        let depends = dependents(self, by);
        let mut gradients: HashMap<Var, Var> = HashMap::new();
        for (value, seed) in of {
            add_gradient(self, &mut gradients, *value, *seed);
        }
        for node in self.nodes.clone().into_iter().rev() {
            if !depends.contains(&node.output) {
                continue;
            }
            let Some(gradient) = gradients.remove(&node.output) else { continue };
            for (index, input) in node.inputs.iter().enumerate() {
                if *input == by || depends.contains(input) {
                    let part = rule(self, &node, index, gradient)?;
                    add_gradient(self, &mut gradients, *input, part);
                }
            }
        }
        gradients.remove(&by).ok_or_else(|| ImageError::Network("nothing depends on the input".into()))
    }
}

/// All values that are computed from `by`.
fn dependents(graph: &Graph, by: Var) -> std::collections::HashSet<Var> {
    let mut found = std::collections::HashSet::new();
    for node in &graph.nodes {
        if node.inputs.iter().any(|v| *v == by || found.contains(v)) {
            found.insert(node.output);
        }
    }
    found
}

fn add_gradient(graph: &mut Graph, gradients: &mut HashMap<Var, Var>, value: Var, more: Var) {
    let sum = match gradients.get(&value) {
        Some(so_far) => graph.plain("Add", &[*so_far, more]),
        None => more,
    };
    gradients.insert(value, sum);
}

/// The gradient of input `index` of a node from that of its output.
fn rule(graph: &mut Graph, node: &Node, index: usize, gradient: Var) -> Result<Var, ImageError> {
    match (node.kind, index) {
        ("Conv", 0) => conv_gradient(graph, node, gradient),
        // What the rectifier let through is above nothing.
        ("Relu", 0) => {
            let passed = graph.plain("Sign", &[node.output]);
            Ok(graph.plain("Mul", &[gradient, passed]))
        }
        ("MaxPool", 0) => {
            // Where several of the four are largest all get the gradient. After a rectifier they
            // are then nothing, and it stops what they got.
            let largest = graph.scale(node.output, [2.0, 2.0], "nearest");
            let spread = graph.scale(gradient, [2.0, 2.0], "nearest");
            let here = graph.plain("Equal", &[node.inputs[0], largest]);
            let none = graph.scalar(0.0);
            Ok(graph.plain("Where", &[here, spread, none]))
        }
        ("Add", _) | ("Sub", 0) | ("Identity", _) => Ok(gradient),
        ("Mul", _) => Ok(graph.plain("Mul", &[gradient, node.inputs[1 - index]])),
        (kind, _) => Err(ImageError::Network(format!("there is no gradient of {kind}"))),
    }
}

/// For convolutions of one step and one group.
fn conv_gradient(graph: &mut Graph, node: &Node, gradient: Var) -> Result<Var, ImageError> {
    let missing = || ImageError::Network("there is no gradient of a convolution of this kind".into());
    let weights = node.inputs.get(1).and_then(|v| graph.values.get(v.0));
    let Some(Value::Floats { shape, data }) = weights else { return Err(missing()) };
    let &[out, inner, kh, kw] = shape.as_slice() else { return Err(missing()) };
    let ints = |name: &str| {
        node.attributes.iter().find(|(n, _)| *n == name).map(|(_, attr)| match attr {
            Attr::Ints(v) => v.clone(),
            Attr::Int(v) => vec![*v],
            _ => Vec::new(),
        })
    };
    let pads = ints("pads").filter(|p| p.len() == 4).ok_or_else(missing)?;
    if ints("strides").is_some_and(|s| s.iter().any(|n| *n != 1)) || ints("group") != Some(vec![1]) {
        return Err(missing());
    }
    let size = kh * kw;
    let mut turned = vec![0.0; data.len()];
    for o in 0..out {
        for i in 0..inner {
            let from = &data[(o * inner + i) * size..][..size];
            let to = &mut turned[(i * out + o) * size..][..size];
            for (t, f) in to.iter_mut().zip(from.iter().rev()) {
                *t = *f;
            }
        }
    }
    let left = |k: usize, pad: i64| k as i64 - 1 - pad;
    let pads = vec![left(kh, pads[0]), left(kw, pads[1]), left(kh, pads[2]), left(kw, pads[3])];
    let weights = graph.floats(&[inner, out, kh, kw], turned);
    let attributes = vec![
        ("kernel_shape", Attr::Ints(vec![kh as i64, kw as i64])),
        ("strides", Attr::Ints(vec![1, 1])),
        ("pads", Attr::Ints(pads)),
        ("group", Attr::Int(1)),
    ];
    Ok(graph.op("Conv", &[gradient, weights], attributes))
}
