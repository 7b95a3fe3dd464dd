//! A published ONNX network, to be changed before it is run: operators go, others come, in memory, and what is not
//! touched stays as it was, byte for byte. Or to be written down anew with its constants.

use std::collections::{HashMap, HashSet};

use prost::Message as _;

use super::{Attr, attribute, wire};

/// Numbers of fields in onnx.proto.
mod field {
    /// `ModelProto.graph`.
    pub(super) const GRAPH: u64 = 7;
    /// `GraphProto.node`.
    pub(super) const OPERATOR: u64 = 1;
    /// `GraphProto.initializer`.
    pub(super) const CONSTANT: u64 = 5;
    /// `GraphProto.output`.
    pub(super) const OUTPUT: u64 = 12;
    /// `GraphProto.value_info`: what a tool once knew of the shapes.
    pub(super) const SHAPES: u64 = 13;
    /// `ModelProto.opset_import`.
    pub(super) const OPERATORS_OF: u64 = 8;
}

/// Kinds of attributes that hold a graph of their own.
const GRAPHS: [i32; 2] = [5, 10];

/// A network as its file has it.
pub struct Published<'a> {
    /// Its operators, each after those that it takes from.
    pub operators: Vec<Operator<'a>>,
    constants: HashMap<String, &'a [u8]>,
    /// In the order of the file, so that the same file gives the same bytes.
    order: Vec<String>,
    added: Vec<wire::Tensor>,
    /// The results that stay: their names, and their fields where the file has them.
    outputs: Vec<(String, Option<&'a [u8]>)>,
    /// The other fields of the graph and of the model.
    graph: Vec<&'a [u8]>,
    model: Vec<&'a [u8]>,
    domains: Vec<String>,
}

/// An operator of a [`Published`] network.
#[derive(Clone)]
pub struct Operator<'a> {
    node: wire::Node,
    raw: Option<&'a [u8]>,
}

/// A constant of a [`Published`] network: its dimensions, and its numbers, the last dimension running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers<T> {
    /// Its dimensions; none for a single number.
    pub shape: Vec<usize>,
    /// As many as the shape has places.
    pub data: Vec<T>,
}

impl<'a> Published<'a> {
    /// Reads a model; `None` for what is none, or holds graphs within operators.
    pub fn read(model: &'a [u8]) -> Option<Self> {
        let mut it = Self {
            operators: Vec::new(),
            constants: HashMap::new(),
            order: Vec::new(),
            added: Vec::new(),
            outputs: Vec::new(),
            graph: Vec::new(),
            model: Vec::new(),
            domains: Vec::new(),
        };
        let mut graph = None;
        for part in fields(model) {
            let part = part?;
            match part.number {
                field::GRAPH if graph.is_some() => return None,
                field::GRAPH => graph = Some(part.content),
                number => {
                    if number == field::OPERATORS_OF {
                        it.domains.push(wire::Opset::decode(part.content).ok()?.domain);
                    }
                    it.model.push(part.whole);
                }
            }
        }
        for part in fields(graph?) {
            let part = part?;
            match part.number {
                field::OPERATOR => {
                    let node = wire::Node::decode(part.content).ok()?;
                    if node.attributes.iter().any(|a| GRAPHS.contains(&a.kind)) {
                        return None;
                    }
                    it.operators.push(Operator { node, raw: Some(part.whole) });
                }
                field::CONSTANT => {
                    let name = wire::Named::decode(part.content).ok()?.name;
                    it.order.push(name.clone());
                    it.constants.insert(name, part.content);
                }
                field::SHAPES => {}
                field::OUTPUT => {
                    it.outputs.push((wire::Value::decode(part.content).ok()?.name, Some(part.whole)));
                }
                _ => it.graph.push(part.whole),
            }
        }
        Some(it)
    }

    /// The constant `name` if it is made of floats.
    pub fn floats(&self, name: &str) -> Option<Numbers<f32>> {
        let tensor = self.tensor(name, wire::FLOAT)?;
        let data = match &tensor.raw {
            Some(raw) => raw.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            None => tensor.floats.clone(),
        };
        whole(&tensor, data)
    }

    /// The constant `name` if it is made of 64-bit whole numbers.
    pub fn ints(&self, name: &str) -> Option<Numbers<i64>> {
        let tensor = self.tensor(name, wire::INT64)?;
        let data = match &tensor.raw {
            Some(raw) => raw.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b)).collect(),
            None => tensor.longs.clone(),
        };
        whole(&tensor, data)
    }

    /// The constant `name` if it is made of bytes without a sign.
    pub fn bytes(&self, name: &str) -> Option<Numbers<u8>> {
        let tensor = self.tensor(name, wire::UINT8)?;
        let data = match &tensor.raw {
            Some(raw) => raw.clone(),
            None => tensor.ints.iter().map(|n| u8::try_from(*n).ok()).collect::<Option<_>>()?,
        };
        whole(&tensor, data)
    }

    fn tensor(&self, name: &str, kind: i32) -> Option<wire::Tensor> {
        let tensor = wire::Tensor::decode(*self.constants.get(name)?).ok()?;
        (tensor.kind == kind && tensor.location.is_none()).then_some(tensor)
    }

    /// Adds constant bytes with a sign; as many as the shape has places.
    pub fn add_signed(&mut self, name: &str, shape: &[usize], data: &[i8]) {
        self.add(name, wire::INT8, shape, data.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// Adds constant floats; as many as the shape has places.
    pub fn add_floats(&mut self, name: &str, shape: &[usize], data: &[f32]) {
        self.add(name, wire::FLOAT, shape, data.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    /// Adds a row of constant whole numbers.
    pub fn add_ints(&mut self, name: &str, data: &[i64]) {
        self.add(name, wire::INT64, &[data.len()], data.iter().flat_map(|v| v.to_le_bytes()).collect());
    }

    fn add(&mut self, name: &str, kind: i32, shape: &[usize], raw: Vec<u8>) {
        self.added.push(wire::Tensor {
            dims: shape.iter().map(|n| *n as i64).collect(),
            kind,
            name: name.to_owned(),
            raw: Some(raw),
            ..wire::Tensor::default()
        });
    }

    /// Names one more result. Whether an operator makes it is found out when the network is loaded.
    pub fn add_output(&mut self, name: &str) {
        self.outputs.push((name.to_owned(), None));
    }

    /// Leaves results out, and with them what they alone need.
    pub fn drop_outputs(&mut self, names: &[&str]) {
        self.outputs.retain(|(name, _)| !names.contains(&name.as_str()));
    }

    /// Whether an operator makes `name`.
    pub fn makes(&self, name: &str) -> bool {
        self.operators.iter().any(|o| o.outputs().iter().any(|made| made == name))
    }

    /// The network as the bytes of an ONNX model that also uses operators of the domains `domains`.
    /// Operators and constants that no result needs are left out.
    pub fn encode(&self, domains: &[&str]) -> Vec<u8> {
        let mut needed: HashSet<&str> = self.outputs.iter().map(|(name, _)| name.as_str()).collect();
        let mut kept = Vec::new();
        for operator in self.operators.iter().rev() {
            if operator.outputs().iter().any(|made| needed.contains(made.as_str())) {
                needed.extend(operator.inputs().iter().map(String::as_str));
                kept.push(operator);
            }
        }
        let mut graph = Vec::new();
        for operator in kept.into_iter().rev() {
            match operator.raw {
                Some(raw) => graph.extend_from_slice(raw),
                None => write(&mut graph, field::OPERATOR, &operator.node.encode_to_vec()),
            }
        }
        for name in self.order.iter().filter(|name| needed.contains(name.as_str())) {
            write(&mut graph, field::CONSTANT, self.constants[name]);
        }
        for tensor in self.added.iter().filter(|t| needed.contains(t.name.as_str())) {
            write(&mut graph, field::CONSTANT, &tensor.encode_to_vec());
        }
        graph.extend(self.graph.iter().copied().flatten());
        for (name, field) in &self.outputs {
            match field {
                Some(field) => graph.extend_from_slice(field),
                None => write(&mut graph, field::OUTPUT, &wire::Value::floats(name, None).encode_to_vec()),
            }
        }
        let mut model: Vec<u8> = self.model.iter().copied().flatten().copied().collect();
        for domain in domains.iter().filter(|domain| self.domains.iter().all(|known| known != *domain)) {
            write(&mut model, field::OPERATORS_OF, &wire::Opset::new(domain, 1).encode_to_vec());
        }
        write(&mut model, field::GRAPH, &graph);
        model
    }
}

impl Operator<'_> {
    /// A new operator of `domain` (empty for ONNX's own).
    pub fn new(
        domain: &str,
        kind: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: &[(&str, Attr)],
    ) -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let node = wire::Node {
            inputs: owned(inputs),
            outputs: owned(outputs),
            kind: kind.to_owned(),
            domain: domain.to_owned(),
            attributes: attributes.iter().map(|(name, attr)| attribute(name, attr)).collect(),
        };
        Self { node, raw: None }
    }

    /// Its name in its domain.
    pub fn kind(&self) -> &str {
        &self.node.kind
    }

    /// Whose operator it is; empty for ONNX.
    pub fn domain(&self) -> &str {
        &self.node.domain
    }

    /// What it takes; empty for an input that is left out.
    pub fn inputs(&self) -> &[String] {
        &self.node.inputs
    }

    /// What it makes.
    pub fn outputs(&self) -> &[String] {
        &self.node.outputs
    }

    /// Its setting `name` if that is a row of whole numbers.
    pub fn row(&self, name: &str) -> Option<&[i64]> {
        self.setting(name).map(|a| a.ints.as_slice())
    }

    /// Its setting `name` if that is a whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.setting(name)?.int
    }

    /// Its setting `name` if that is a word.
    pub fn word(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.setting(name)?.text.as_deref()?).ok()
    }

    fn setting(&self, name: &str) -> Option<&wire::Attribute> {
        self.node.attributes.iter().find(|a| a.name == name)
    }
}

fn whole<T>(tensor: &wire::Tensor, data: Vec<T>) -> Option<Numbers<T>> {
    let shape: Vec<usize> = tensor.dims.iter().map(|n| usize::try_from(*n).ok()).collect::<Option<_>>()?;
    let count = shape.iter().try_fold(1usize, |all, side| all.checked_mul(*side))?;
    (data.len() == count).then_some(Numbers { shape, data })
}

/// A field of a message: its number, all of its bytes, and what it holds where that is bytes.
struct Part<'a> {
    number: u64,
    whole: &'a [u8],
    content: &'a [u8],
}

/// The fields of a message, one after the other; `None` where they are broken off.
fn fields(message: &[u8]) -> impl Iterator<Item = Option<Part<'_>>> {
    let mut rest = message;
    let mut broken = false;
    std::iter::from_fn(move || {
        if rest.is_empty() || broken {
            return None;
        }
        let part = next(rest);
        broken = part.is_none();
        if let Some(part) = &part {
            rest = &rest[part.whole.len()..];
        }
        Some(part)
    })
}

fn next(message: &[u8]) -> Option<Part<'_>> {
    let mut rest = message;
    let key = prost::encoding::decode_varint(&mut rest).ok()?;
    let length = match key & 7 {
        0 => {
            prost::encoding::decode_varint(&mut rest).ok()?;
            0
        }
        1 => 8,
        2 => usize::try_from(prost::encoding::decode_varint(&mut rest).ok()?).ok()?,
        5 => 4,
        _ => return None,
    };
    let content = rest.get(..length)?;
    let whole = &message[..message.len() - rest.len() + length];
    Some(Part { number: key >> 3, whole, content })
}

/// Writes a field of bytes.
fn write(to: &mut Vec<u8>, number: u64, content: &[u8]) {
    prost::encoding::encode_varint(number << 3 | 2, to);
    prost::encoding::encode_varint(content.len() as u64, to);
    to.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;

    fn twice() -> Vec<u8> {
        let mut graph = Graph::default();
        let x = graph.input("x", &[Some(2)]);
        let two = graph.floats(&[2], vec![2.0, 3.0]);
        let y = graph.plain("Mul", &[x, two]);
        graph.output("y", y);
        graph.encode()
    }

    #[test]
    fn what_is_not_touched_stays() {
        let model = twice();
        let read = Published::read(&model).unwrap();
        assert_eq!(read.operators.iter().map(Operator::kind).collect::<Vec<_>>(), ["Mul", "Identity"]);
        let constant = read.operators[0].inputs()[1].clone();
        assert_eq!(read.floats(&constant), Some(Numbers { shape: vec![2], data: vec![2.0, 3.0] }));
        assert_eq!(read.ints(&constant), None);
        let written = read.encode(&[]);
        let again = Published::read(&written).unwrap();
        assert_eq!(again.floats(&constant), read.floats(&constant));
        assert_eq!(again.encode(&[]), written);
    }

    #[test]
    fn operators_that_nothing_needs_are_left_out() {
        let model = twice();
        let mut read = Published::read(&model).unwrap();
        let [from, constant] = [0, 1].map(|i| read.operators[0].inputs()[i].clone());
        let middle = read.operators[0].outputs()[0].clone();
        read.operators[0] = Operator::new("", "Neg", &[&from], &[&middle], &[]);
        read.add_output(&middle);
        assert!(read.makes(&middle) && !read.makes("z"));
        let written = read.encode(&["own"]);
        let read = Published::read(&written).unwrap();
        assert_eq!(read.operators.iter().map(Operator::kind).collect::<Vec<_>>(), ["Neg", "Identity"]);
        assert_eq!(read.floats(&constant), None, "nothing takes it any longer");
        let mut read = read;
        read.drop_outputs(&["y"]);
        let written = read.encode(&[]);
        let read = Published::read(&written).unwrap();
        assert_eq!(read.operators.iter().map(Operator::kind).collect::<Vec<_>>(), ["Neg"]);
    }

    #[test]
    fn broken_files_are_refused() {
        let model = twice();
        for end in 0..model.len() {
            // Cut between two fields of the model it may still be one, but has no graph.
            assert!(Published::read(&model[..end]).is_none_or(|read| !read.operators.is_empty()), "{end}");
        }
        assert!(Published::read(&[0xff; 40]).is_none());
    }
}
