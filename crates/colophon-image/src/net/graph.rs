//! A computation over tensors, written down to be run by the ONNX Runtime. Tensors are `f32`, pictures
//! `[1, channels, height, width]`.

use std::path::{Path, PathBuf};

use prost::Message as _;

use super::wire;

/// A value of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Var(pub(super) usize);

impl Var {
    /// In the place of an input that an operator can do without.
    pub(crate) const NONE: Self = Self(usize::MAX);
}

/// How numbers are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    F16,
    Bf16,
    /// Bytes: packed weights.
    U8,
}

impl Kind {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::U8 => 1,
        }
    }

    fn code(self) -> i32 {
        match self {
            Self::F32 => wire::FLOAT,
            Self::F16 => wire::FLOAT16,
            Self::Bf16 => wire::BFLOAT16,
            Self::U8 => wire::UINT8,
        }
    }
}

/// Numbers that lie in a file.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// Its name in the folder of the graph.
    pub(crate) file: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) kind: Kind,
    /// Where the numbers begin, in bytes.
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// A setting of an operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attr {
    Float(f32),
    Int(i64),
    Ints(Vec<i64>),
    Text(&'static str),
}

/// An operator with its values, in ONNX's terms.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: &'static str,
    /// Whose operator it is; empty for ONNX.
    domain: &'static str,
    pub(super) inputs: Vec<Var>,
    pub(super) output: Var,
    pub(super) attributes: Vec<(&'static str, Attr)>,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Input { name: String, shape: Vec<Option<usize>> },
    Floats { shape: Vec<usize>, data: Vec<f32> },
    Ints(Vec<i64>),
    Stored(Stored),
    Made,
}

/// A computation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(super) values: Vec<Value>,
    pub(super) nodes: Vec<Node>,
    outputs: Vec<(String, Var)>,
    folder: Option<PathBuf>,
}

/// What a convolution is told.
#[derive(Clone, Debug)]
pub(crate) struct Conv {
    /// `[out, in / groups, height, width]`.
    pub(crate) shape: [usize; 4],
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Option<Vec<f32>>,
    pub(crate) stride: usize,
    /// Zeros around the input: top, left, bottom, right.
    pub(crate) pads: [usize; 4],
    pub(crate) groups: usize,
}

impl Conv {
    /// A convolution of odd size that keeps height and width.
    pub(crate) fn same(shape: [usize; 4], weights: Vec<f32>, bias: Vec<f32>) -> Self {
        let (y, x) = (shape[2] / 2, shape[3] / 2);
        Self { shape, weights, bias: Some(bias), stride: 1, pads: [y, x, y, x], groups: 1 }
    }
}

impl Graph {
    /// An input by name; a dimension that is `None` may have any size.
    pub(crate) fn input(&mut self, name: &str, shape: &[Option<usize>]) -> Var {
        self.value(Value::Input { name: name.to_owned(), shape: shape.to_vec() })
    }

    pub(crate) fn floats(&mut self, shape: &[usize], data: Vec<f32>) -> Var {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        self.value(Value::Floats { shape: shape.to_vec(), data })
    }

    pub(crate) fn scalar(&mut self, value: f32) -> Var {
        self.floats(&[], vec![value])
    }

    pub(crate) fn ints(&mut self, data: &[i64]) -> Var {
        self.value(Value::Ints(data.to_vec()))
    }

    /// Says in which folder the files of its stored numbers lie.
    pub(crate) fn lies_in(&mut self, folder: &Path) {
        self.folder = Some(folder.to_owned());
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Numbers that stay in their file, as `f32`; bytes as bytes.
    pub(crate) fn stored(&mut self, stored: Stored) -> Var {
        let exact = matches!(stored.kind, Kind::F32 | Kind::U8);
        let var = self.value(Value::Stored(stored));
        if exact { var } else { self.op("Cast", &[var], vec![("to", Attr::Int(wire::FLOAT.into()))]) }
    }

    /// An operator of ONNX with one output.
    pub(crate) fn op(
        &mut self,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        self.node("", kind, inputs, attributes)
    }

    /// An operator that the ONNX Runtime has beside those of ONNX.
    pub(crate) fn contrib(
        &mut self,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        self.node(wire::CONTRIB, kind, inputs, attributes)
    }

    fn node(
        &mut self,
        domain: &'static str,
        kind: &'static str,
        inputs: &[Var],
        attributes: Vec<(&'static str, Attr)>,
    ) -> Var {
        let output = self.value(Value::Made);
        self.nodes.push(Node { kind, domain, inputs: inputs.to_vec(), output, attributes });
        output
    }

    /// An operator without settings.
    pub(crate) fn plain(&mut self, kind: &'static str, inputs: &[Var]) -> Var {
        self.op(kind, inputs, Vec::new())
    }

    pub(crate) fn conv(&mut self, input: Var, conv: Conv) -> Var {
        self.convolve("Conv", conv.shape[0], input, conv)
    }

    /// A transposed convolution: `shape` is `[in, out, height, width]`, the rest as in [`Conv`].
    pub(crate) fn conv_transpose(&mut self, input: Var, conv: Conv) -> Var {
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

    pub(crate) fn concat(&mut self, inputs: &[Var]) -> Var {
        self.op("Concat", inputs, vec![("axis", Attr::Int(1))])
    }

    /// Halves height and width by the largest of each two by two.
    pub(crate) fn max_pool(&mut self, input: Var) -> Var {
        let two = Attr::Ints(vec![2, 2]);
        self.op("MaxPool", &[input], vec![("kernel_shape", two.clone()), ("strides", two)])
    }

    /// Scales height and width by `factor`, in ONNX's `mode` (`nearest`, `linear`, `cubic`).
    pub(crate) fn scale(&mut self, input: Var, factor: [f32; 2], mode: &'static str) -> Var {
        self.resize(input, factor, mode, if mode == "nearest" { "asymmetric" } else { "half_pixel" })
    }

    /// Scales with places found as `corners` says, in ONNX's terms.
    pub(crate) fn resize(
        &mut self,
        input: Var,
        factor: [f32; 2],
        mode: &'static str,
        corners: &'static str,
    ) -> Var {
        let none = self.floats(&[0], Vec::new());
        let scales = self.floats(&[4], vec![1.0, 1.0, factor[0], factor[1]]);
        let attributes = vec![
            ("mode", Attr::Text(mode)),
            ("coordinate_transformation_mode", Attr::Text(corners)),
            ("nearest_mode", Attr::Text("floor")),
        ];
        self.op("Resize", &[input, none, scales], attributes)
    }

    /// Names a value as a result.
    pub(crate) fn output(&mut self, name: &str, value: Var) {
        self.outputs.push((name.to_owned(), value));
    }

    /// The graph as the bytes of an ONNX model.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut graph = wire::Graph { name: "graph".into(), ..wire::Graph::default() };
        for (index, value) in self.values.iter().enumerate() {
            let name = self.name(Var(index));
            match value {
                Value::Made => {}
                Value::Input { shape, .. } => graph.inputs.push(wire::Value::floats(&name, Some(shape))),
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
                outputs: vec![self.name(node.output)],
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
        wire::Model::new(graph).encode_to_vec()
    }

    fn value(&mut self, value: Value) -> Var {
        self.values.push(value);
        Var(self.values.len() - 1)
    }

    fn name(&self, var: Var) -> String {
        match self.values.get(var.0) {
            Some(Value::Input { name, .. }) => name.clone(),
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
