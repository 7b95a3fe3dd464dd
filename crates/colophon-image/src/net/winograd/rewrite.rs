//! A network with [`super::Squares`] in the place of its convolutions. What it makes lies in memory pixel by pixel from
//! then on; operators on single numbers are as content with that. Whatever else there is gets its channels as they were.

use std::collections::HashMap;

use colophon_hub::graph::{Node, Value};

use super::kernel::transformed;
use super::{DOMAIN, SQUARES};
use crate::net::products::LANES;
use crate::net::{Attr, Graph, Var};

/// Where channels stand among the dimensions of what networks take and make.
const CHANNELS: usize = 1;

/// The network with fewer multiplications; it gives the same but for rounding.
pub(crate) fn rewritten(old: &Graph) -> Graph {
    let mut uses = vec![0usize; old.values.len()];
    let results = old.outputs().iter().map(|(_, var)| *var);
    old.nodes
        .iter()
        .flat_map(|node| node.inputs.iter().copied())
        .chain(results)
        .for_each(|var| uses[var.0] += 1);
    let made_by = old.nodes.iter().map(|node| (node.output, node)).collect();
    let mut writer = Writer {
        old,
        uses,
        made_by,
        new: Graph::default(),
        channels: HashMap::new(),
        places: HashMap::new(),
    };
    if let Some(folder) = old.folder() {
        writer.new.lies_in(folder);
    }
    for (index, node) in old.nodes.iter().enumerate() {
        writer.add(index, node);
    }
    for (name, var) in old.outputs() {
        let var = writer.planes(*var);
        writer.new.output(name, var);
    }
    writer.new
}

/// Where a value of the old network is in the new one.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Channel by channel.
    planes: Option<Var>,
    /// Pixel by pixel.
    pixels: Option<Var>,
}

/// The weights of a convolution: `[out, inside, 3, 3]`, and what is added to each channel.
struct Weights<'g> {
    out: usize,
    inside: usize,
    weights: &'g [f32],
    bias: Option<&'g [f32]>,
}

struct Writer<'g> {
    old: &'g Graph,
    uses: Vec<usize>,
    /// The operator that makes a value.
    made_by: HashMap<Var, &'g Node>,
    new: Graph,
    /// Channels, where they are known.
    channels: HashMap<Var, usize>,
    places: HashMap<Var, Place>,
}

impl<'g> Writer<'g> {
    fn add(&mut self, index: usize, node: &Node) {
        if self.places.contains_key(&node.output) {
            // Done with the one before it.
            return;
        }
        if let Some(channels) = self.channels_of(node) {
            self.channels.insert(node.output, channels);
        }
        // These wait until they are asked for: a convolution may do without.
        if ["Concat", "Resize"].contains(&node.kind) {
            return;
        }
        if self.squares(index, node) || self.single(node) {
            return;
        }
        self.write(node);
    }

    /// An operator as it was.
    fn write(&mut self, node: &Node) {
        let inputs: Vec<Var> = node.inputs.iter().map(|var| self.planes(*var)).collect();
        let made = self.new.repeat(node, &inputs);
        self.places.insert(node.output, Place { planes: Some(made), pixels: None });
    }

    fn floats(&self, var: Var) -> Option<(&'g [usize], &'g [f32])> {
        match self.old.values.get(var.0)? {
            Value::Floats { shape, data } => Some((shape, data)),
            _ => None,
        }
    }

    fn known(&self, var: Var) -> Option<usize> {
        self.channels.get(&var).copied().or_else(|| match self.old.values.get(var.0)? {
            Value::Input { shape, .. } => shape.get(CHANNELS).copied().flatten(),
            _ => None,
        })
    }

    fn channels_of(&self, node: &Node) -> Option<usize> {
        match node.kind {
            "Conv" => self.floats(*node.inputs.get(1)?)?.0.first().copied(),
            "Concat" => node.inputs.iter().map(|var| self.known(*var)).sum(),
            "DepthToSpace" => None,
            _ => node.inputs.iter().find_map(|var| self.known(*var)),
        }
    }

    /// A value channel by channel.
    fn planes(&mut self, var: Var) -> Var {
        let place = self.places.get(&var).copied().unwrap_or_default();
        let made = match (place, self.old.values.get(var.0)) {
            (Place { planes: Some(there), .. }, _) => return there,
            (Place { pixels: Some(there), .. }, _) => self.turned(there, [0, 3, 1, 2]),
            (_, Some(Value::Made)) => {
                // What waited.
                if let Some(node) = self.made_by.get(&var).copied() {
                    self.write(node);
                }
                return self.places.get(&var).and_then(|place| place.planes).unwrap_or(var);
            }
            (_, value) => {
                self.new.values.extend(value.cloned());
                Var(self.new.values.len() - 1)
            }
        };
        self.places.entry(var).or_default().planes = Some(made);
        made
    }

    /// A picture pixel by pixel.
    fn pixels(&mut self, var: Var) -> Var {
        if let Some(Place { pixels: Some(there), .. }) = self.places.get(&var) {
            return *there;
        }
        let planes = self.planes(var);
        let made = self.turned(planes, [0, 2, 3, 1]);
        self.places.entry(var).or_default().pixels = Some(made);
        made
    }

    fn turned(&mut self, x: Var, order: [i64; 4]) -> Var {
        self.new.op("Transpose", &[x], vec![("perm", Attr::Ints(order.to_vec()))])
    }

    /// Writes a convolution as squares, and the rectifier after it; says whether it is one that can be.
    fn squares(&mut self, index: usize, node: &Node) -> bool {
        let Some(Weights { out, inside, weights, bias }) = self.weights(node) else { return false };
        let (input, enlarged) = match self.made_by.get(&node.inputs[0]) {
            Some(resize) if self.doubles(resize) => (resize.inputs[0], 2),
            _ => (node.inputs[0], 1),
        };
        let whole = |var: &Var| self.known(*var).is_some_and(|n| n % LANES == 0 && n > 0);
        let sources = match self.made_by.get(&input) {
            Some(concat) if concat.kind == "Concat" && concat.inputs.iter().all(whole) => {
                concat.inputs.clone()
            }
            _ if whole(&input) => vec![input],
            _ => return false,
        };
        let squares = transformed(weights, out, inside);
        let bias = bias.map_or_else(|| vec![0.0; out], <[f32]>::to_vec);
        let mut inputs = vec![self.new.floats(&[squares.len()], squares), self.new.floats(&[out], bias)];
        inputs.extend(sources.iter().map(|var| self.pixels(*var)).collect::<Vec<_>>());
        let (made, slope) = match self.old.nodes.get(index + 1) {
            Some(next) if next.inputs.first() == Some(&node.output) && self.uses[node.output.0] == 1 => {
                match (next.kind, next.attributes.as_slice()) {
                    ("Relu", _) => (next.output, 0.0),
                    ("LeakyRelu", [("alpha", Attr::Float(slope))]) => (next.output, *slope),
                    _ => (node.output, 1.0),
                }
            }
            _ => (node.output, 1.0),
        };
        let settings = vec![("slope", Attr::Float(slope)), ("enlarged", Attr::Int(enlarged))];
        let pixels = self.new.own(DOMAIN, SQUARES, &inputs, settings);
        self.channels.insert(made, out);
        self.places.insert(made, Place { planes: None, pixels: Some(pixels) });
        true
    }

    /// The weights of a convolution that can be written as squares.
    fn weights(&self, node: &Node) -> Option<Weights<'g>> {
        if node.kind != "Conv" {
            return None;
        }
        let (shape, weights) = self.floats(*node.inputs.get(1)?)?;
        let shape: [usize; 4] = shape.try_into().ok()?;
        let bias = match node.inputs.get(2) {
            Some(bias) => Some(self.floats(*bias)?.1),
            None => None,
        };
        let is = |name: &str, wanted: &[i64]| {
            node.attributes.iter().any(|(n, attr)| *n == name && *attr == Attr::Ints(wanted.to_vec()))
        };
        let fits = shape[2..] == [3, 3]
            && shape[..2].iter().all(|n| n % LANES == 0 && *n > 0)
            && is("strides", &[1, 1])
            && is("pads", &[1; 4])
            && node.attributes.contains(&("group", Attr::Int(1)));
        fits.then_some(Weights { out: shape[0], inside: shape[1], weights, bias })
    }

    /// Whether it makes two by two pixels of each.
    fn doubles(&self, node: &Node) -> bool {
        let nearest = node.attributes.contains(&("mode", Attr::Text("nearest")))
            && node.attributes.contains(&("coordinate_transformation_mode", Attr::Text("asymmetric")));
        let factor = node.inputs.get(2).and_then(|var| self.floats(*var)).map(|(_, data)| data);
        node.kind == "Resize" && nearest && factor == Some(&[1.0, 1.0, 2.0, 2.0])
    }

    /// Writes an operator on single numbers pixel by pixel, where one of its pictures lies so already; says whether it did.
    fn single(&mut self, node: &Node) -> bool {
        if !["Add", "Sub", "Mul", "Div", "Sigmoid", "Relu", "LeakyRelu", "PRelu"].contains(&node.kind) {
            return false;
        }
        let lies = |var: &Var| matches!(self.places.get(var), Some(Place { pixels: Some(_), .. }));
        if !node.inputs.iter().any(lies) {
            return false;
        }
        // Numbers for channels stand last then.
        let constant = |var: Var| {
            let (shape, data) = self.floats(var)?;
            let channels = shape.len().checked_sub(3).map_or(1, |at| shape[at]);
            (data.len() <= 1 || data.len() == channels).then(|| data.to_vec())
        };
        let constants: Vec<Option<Vec<f32>>> = node.inputs.iter().map(|var| constant(*var)).collect();
        let is_picture =
            |var: &Var| matches!(self.old.values.get(var.0), Some(Value::Made | Value::Input { .. }));
        if node.inputs.iter().zip(&constants).any(|(var, c)| c.is_none() && !is_picture(var)) {
            return false;
        }
        let inputs: Vec<Var> = node
            .inputs
            .iter()
            .zip(constants)
            .map(|(var, constant)| match constant {
                Some(data) => self.new.floats(&[data.len()], data),
                None => self.pixels(*var),
            })
            .collect();
        let made = self.new.repeat(node, &inputs);
        self.places.insert(node.output, Place { planes: None, pixels: Some(made) });
        true
    }
}
