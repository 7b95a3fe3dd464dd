//! A computation over tensors, written down to be run by the ONNX Runtime ([`crate::onnx::session_of`]).
//! Tensors are `f32` unless said otherwise, pictures `[1, channels, height, width]`.

mod published;
mod wire;

use std::path::{Path, PathBuf};

use prost::Message as _;

pub use published::{Numbers, Operator, Published};

/// A value of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Var(pub usize);

impl Var {
    /// In the place of an input that an operator can do without.
    pub const NONE: Self = Self(usize::MAX);
}

/// How numbers are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 16-bit floats with the exponent of 32-bit ones.
    Bf16,
    /// Bytes: packed weights.
    U8,
    /// Bytes with a sign: quantised weights.
    I8,
}

impl Kind {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::U8 | Self::I8 => 1,
        }
    }

    fn code(self) -> i32 {
        match self {
            Self::F32 => wire::FLOAT,
            Self::F16 => wire::FLOAT16,
            Self::Bf16 => wire::BFLOAT16,
            Self::U8 => wire::UINT8,
            Self::I8 => wire::INT8,
        }
    }
}

/// Numbers that lie in a file.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name in the folder of the graph.
    pub file: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// How they are written.
    pub kind: Kind,
    /// Where the numbers begin, in bytes.
    pub offset: u64,
    /// How many bytes they take.
    pub length: u64,
}

/// A setting of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Attr {
    /// A number.
    Float(f32),
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// A word.
    Text(&'static str),
}

/// An operator with its values, in ONNX's terms.
#[derive(Clone, Debug)]
pub struct Node {
    /// The operator's name.
    pub kind: &'static str,
    /// Whose operator it is; empty for ONNX.
    domain: &'static str,
    /// What it takes.
    pub inputs: Vec<Var>,
    /// What it makes.
    pub output: Var,
    /// What it makes beside that.
    more: Vec<Var>,
    /// Its settings by name.
    pub attributes: Vec<(&'static str, Attr)>,
}

/// What a [`Var`] stands for.
#[derive(Clone, Debug)]
pub enum Value {
    /// An input of floats.
    Input {
        /// Its name.
        name: String,
        /// Its dimensions; `None` for any size.
        shape: Vec<Option<usize>>,
    },
    /// An input of 64-bit whole numbers.
    IntInput {
        /// Its name.
        name: String,
        /// Its dimensions; `None` for any size.
        shape: Vec<Option<usize>>,
    },
    /// Constants.
    Floats {
        /// Their dimensions.
        shape: Vec<usize>,
        /// The last dimension running fastest.
        data: Vec<f32>,
    },
    /// A row of constant whole numbers.
    Ints(Vec<i64>),
    /// Constant bytes with a sign.
    Signed {
        /// Their dimensions.
        shape: Vec<usize>,
        /// The last dimension running fastest.
        data: Vec<i8>,
    },
    /// Constants in a file.
    Stored(Stored),
    /// What an operator makes.
    Made,
}

/// A computation.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Its values; a [`Var`] is a place among them.
    pub values: Vec<Value>,
    /// Its operators, each after those that it takes from.
    pub nodes: Vec<Node>,
    outputs: Vec<(String, Var)>,
    folder: Option<PathBuf>,
}

/// What a convolution is told.
#[derive(Clone, Debug)]
pub struct Conv {
    /// `[out, in / groups, height, width]`.
    pub shape: [usize; 4],
    /// As `shape` says.
    pub weights: Vec<f32>,
    /// One number for each output.
    pub bias: Option<Vec<f32>>,
    /// Pixels from one place to the next.
    pub stride: usize,
    /// Zeros around the input: top, left, bottom, right.
    pub pads: [usize; 4],
    /// Groups of channels that do not mix.
    pub groups: usize,
}

impl Conv {
    /// A convolution of odd size that keeps height and width.
    pub fn same(shape: [usize; 4], weights: Vec<f32>, bias: Vec<f32>) -> Self {
        let (y, x) = (shape[2] / 2, shape[3] / 2);
        Self { shape, weights, bias: Some(bias), stride: 1, pads: [y, x, y, x], groups: 1 }
    }
}

impl Graph {
    /// An input by name; a dimension that is `None` may have any size.
    pub fn input(&mut self, name: &str, shape: &[Option<usize>]) -> Var {
        self.value(Value::Input { name: name.to_owned(), shape: shape.to_vec() })
    }

    /// An input of 64-bit whole numbers.
    pub fn int_input(&mut self, name: &str, shape: &[Option<usize>]) -> Var {
        self.value(Value::IntInput { name: name.to_owned(), shape: shape.to_vec() })
    }

    /// Constants; as many as the shape has places.
    pub fn floats(&mut self, shape: &[usize], data: Vec<f32>) -> Var {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        self.value(Value::Floats { shape: shape.to_vec(), data })
    }

    /// One constant.
    pub fn scalar(&mut self, value: f32) -> Var {
        self.floats(&[], vec![value])
    }

    /// A row of constant whole numbers.
    pub fn ints(&mut self, data: &[i64]) -> Var {
        self.value(Value::Ints(data.to_vec()))
    }

    /// Constant bytes with a sign; as many as the shape has places.
    pub fn signed(&mut self, shape: &[usize], data: Vec<i8>) -> Var {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        self.value(Value::Signed { shape: shape.to_vec(), data })
    }

    /// Says in which folder the files of its stored numbers lie.
    pub fn lies_in(&mut self, folder: &Path) {
        self.folder = Some(folder.to_owned());
    }

    /// The folder of the files of its stored numbers.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Numbers that stay in their file, as they are written there.
    pub fn lying(&mut self, stored: Stored) -> Var {
        self.value(Value::Stored(stored))
    }

    /// Numbers of any kind as `f32`.
    pub fn cast(&mut self, var: Var) -> Var {
        self.op("Cast", &[var], vec![("to", Attr::Int(wire::FLOAT.into()))])
    }

    /// Numbers that stay in their file, as `f32`; bytes as bytes.
    pub fn stored(&mut self, stored: Stored) -> Var {
        let exact = matches!(stored.kind, Kind::F32 | Kind::U8 | Kind::I8);
        let var = self.value(Value::Stored(stored));
        if exact { var } else { self.cast(var) }
    }

    /// An operator of ONNX with one output.
    pub fn op(&mut self, kind: &'static str, inputs: &[Var], attributes: Vec<(&'static str, Attr)>) -> Var {
        self.node("", kind, inputs, attributes)
    }

    /// An operator that the ONNX Runtime has beside those of ONNX.
    pub fn contrib(
        &mut self,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        self.node(wire::CONTRIB, kind, inputs, attributes)
    }

    /// An operator that the ONNX Runtime has beside those of ONNX, with `count` outputs (at least one).
    pub fn contrib_many(
        &mut self,
        kind: &'static str,
        inputs: &[Var],
        count: usize,
        attributes: Vec<(&'static str, Attr)>,
    ) -> Vec<Var> {
        let output = self.contrib(kind, inputs, attributes);
        let more: Vec<Var> = (1..count).map(|_| self.value(Value::Made)).collect();
        if let Some(node) = self.nodes.last_mut() {
            node.more.clone_from(&more);
        }
        std::iter::once(output).chain(more).collect()
    }

    fn node(
        &mut self,
        domain: &'static str,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        let output = self.value(Value::Made);
        let inputs = inputs.to_vec();
        self.nodes.push(Node { kind, domain, inputs, output, more: Vec::new(), attributes });
        output
    }

    /// An operator of our own, of the domain `domain`, in its version 1.
    pub fn own(
        &mut self,
        domain: &'static str,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        self.node(domain, kind, inputs, attributes)
    }

    /// The operator of another graph, over values of this one.
    pub fn repeat(&mut self, node: &Node, inputs: &[Var]) -> Var {
        self.node(node.domain, node.kind, inputs, node.attributes.clone())
    }

    /// Whether it uses operators of a domain.
    pub fn uses(&self, domain: &str) -> bool {
        self.nodes.iter().any(|node| node.domain == domain)
    }

    /// An operator without settings.
    pub fn plain(&mut self, kind: &'static str, inputs: &[Var]) -> Var {
        self.op(kind, inputs, Vec::new())
    }

    /// A convolution.
    pub fn conv(&mut self, input: Var, conv: Conv) -> Var {
        self.convolve("Conv", conv.shape[0], input, conv)
    }

    /// A transposed convolution: `shape` is `[in, out, height, width]`, the rest as in [`Conv`].
    pub fn conv_transpose(&mut self, input: Var, conv: Conv) -> Var {
        self.convolve("ConvTranspose", conv.shape[1], input, conv)
    }

    fn convolve(&mut self, kind: &'static str, out: usize, input: Var, conv: Conv) -> Var {
        let [.., kh, kw] = conv.shape;
        let mut inputs = vec![input, self.floats(&conv.shape, conv.weights)];
        if let Some(bias) = conv.bias {
            inputs.push(self.floats(&[out], bias));
        }
        let ints = |v: &[usize]| Attr::Ints(v.iter().map(|n| *n as i64).collect());
        let attributes = vec![
            ("kernel_shape", ints(&[kh, kw])),
            ("strides", ints(&[conv.stride, conv.stride])),
            ("pads", ints(&conv.pads)),
            ("group", Attr::Int(conv.groups as i64)),
        ];
        self.op(kind, &inputs, attributes)
    }

    /// Values one after the other along the channels.
    pub fn concat(&mut self, inputs: &[Var]) -> Var {
        self.op("Concat", inputs, vec![("axis", Attr::Int(1))])
    }

    /// Halves height and width by the largest of each two by two.
    pub fn max_pool(&mut self, input: Var) -> Var {
        let two = Attr::Ints(vec![2, 2]);
        self.op("MaxPool", &[input], vec![("kernel_shape", two.clone()), ("strides", two)])
    }

    /// Scales height and width by `factor`, in ONNX's `mode` (`nearest`, `linear`, `cubic`).
    pub fn scale(&mut self, input: Var, factor: [f32; 2], mode: &'static str) -> Var {
        self.resize(input, factor, mode, if mode == "nearest" { "asymmetric" } else { "half_pixel" })
    }

    /// Scales with places found as `corners` says, in ONNX's terms.
    pub fn resize(&mut self, input: Var, factor: [f32; 2], mode: &'static str, corners: &'static str) -> Var {
        let none = self.floats(&[0], Vec::new());
        let scales = self.floats(&[4], vec![1.0, 1.0, factor[0], factor[1]]);
        let attributes = vec![
            ("mode", Attr::Text(mode)),
            ("coordinate_transformation_mode", Attr::Text(corners)),
            ("nearest_mode", Attr::Text("floor")),
        ];
        self.op("Resize", &[input, none, scales], attributes)
    }

    /// The results with their names.
    pub fn outputs(&self) -> &[(String, Var)] {
        &self.outputs
    }

    /// Names a value as a result.
    pub fn output(&mut self, name: &str, value: Var) {
        self.outputs.push((name.to_owned(), value));
    }

    /// The graph as the bytes of an ONNX model.
    pub fn encode(&self) -> Vec<u8> {
        let mut graph = wire::Graph { name: "graph".into(), ..wire::Graph::default() };
        for (index, value) in self.values.iter().enumerate() {
            let name = self.name(Var(index));
            match value {
                Value::Made => {}
                Value::Input { shape, .. } => graph.inputs.push(wire::Value::floats(&name, Some(shape))),
                Value::IntInput { shape, .. } => graph.inputs.push(wire::Value::ints(&name, shape)),
                Value::Signed { shape, data } => graph.constants.push(wire::Tensor {
                    dims: shape.iter().map(|n| *n as i64).collect(),
                    kind: wire::INT8,
                    name,
                    raw: Some(data.iter().flat_map(|v| v.to_le_bytes()).collect()),
                    ..wire::Tensor::default()
                }),
                Value::Floats { shape, data } => graph.constants.push(wire::Tensor {
                    dims: shape.iter().map(|n| *n as i64).collect(),
                    kind: wire::FLOAT,
                    name,
                    raw: Some(data.iter().flat_map(|v| v.to_le_bytes()).collect()),
                    ..wire::Tensor::default()
                }),
                Value::Ints(data) => graph.constants.push(wire::Tensor {
                    dims: vec![data.len() as i64],
                    kind: wire::INT64,
                    name,
                    raw: Some(data.iter().flat_map(|v| v.to_le_bytes()).collect()),
                    ..wire::Tensor::default()
                }),
                Value::Stored(stored) => graph.constants.push(wire::Tensor {
                    dims: stored.shape.iter().map(|n| *n as i64).collect(),
                    kind: stored.kind.code(),
                    name,
                    ..wire::Tensor::lying_in(&stored.file, stored.offset, stored.length)
                }),
            }
        }
        graph.nodes = self
            .nodes
            .iter()
            .map(|node| wire::Node {
                inputs: node.inputs.iter().map(|v| self.name(*v)).collect(),
                outputs: std::iter::once(&node.output).chain(&node.more).map(|v| self.name(*v)).collect(),
                kind: node.kind.to_owned(),
                domain: node.domain.to_owned(),
                attributes: node.attributes.iter().map(|(name, attr)| attribute(name, attr)).collect(),
            })
            .collect();
        // A result has a name of its own, also when a value is named twice or is an input.
        for (name, value) in &self.outputs {
            graph.nodes.push(wire::Node {
                inputs: vec![self.name(*value)],
                outputs: vec![name.clone()],
                kind: "Identity".into(),
                ..wire::Node::default()
            });
            graph.outputs.push(wire::Value::floats(name, None));
        }
        let mut domains: Vec<&str> = self.nodes.iter().map(|node| node.domain).collect();
        domains.sort_unstable();
        domains.dedup();
        wire::Model::new(graph, domains.iter().filter(|domain| !["", wire::CONTRIB].contains(domain)))
            .encode_to_vec()
    }

    fn value(&mut self, value: Value) -> Var {
        self.values.push(value);
        Var(self.values.len() - 1)
    }

    fn name(&self, var: Var) -> String {
        match self.values.get(var.0) {
            Some(Value::Input { name, .. } | Value::IntInput { name, .. }) => name.clone(),
            None => String::new(),
            Some(_) => format!("v{}", var.0),
        }
    }
}

fn attribute(name: &str, attr: &Attr) -> wire::Attribute {
    let empty = wire::Attribute { name: name.to_owned(), ..wire::Attribute::default() };
    match attr {
        Attr::Float(v) => wire::Attribute { float: Some(*v), kind: 1, ..empty },
        Attr::Int(v) => wire::Attribute { int: Some(*v), kind: 2, ..empty },
        Attr::Text(v) => wire::Attribute { text: Some(v.as_bytes().to_vec()), kind: 3, ..empty },
        Attr::Ints(v) => wire::Attribute { ints: v.clone(), kind: 7, ..empty },
    }
}
