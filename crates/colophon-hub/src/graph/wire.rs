//! The parts of the ONNX file format that we write (onnx.proto, IR version 8).

/// Version of the operators that our graphs use.
pub(super) const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

pub(super) const FLOAT: i32 = 1;
pub(super) const UINT8: i32 = 2;
pub(super) const INT8: i32 = 3;
pub(super) const INT64: i32 = 7;
pub(super) const FLOAT16: i32 = 10;
pub(super) const BFLOAT16: i32 = 16;

/// The domain of the operators that the ONNX Runtime adds.
pub(super) const CONTRIB: &str = "com.microsoft";
/// A tensor's numbers lie in another file.
const EXTERNAL: i32 = 1;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(string, tag = "2")]
    producer: String,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    opsets: Vec<Opset>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Opset {
    #[prost(string, tag = "1")]
    pub(super) domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

impl Opset {
    /// The operators of a domain, in a version.
    pub(super) fn new(domain: &str, version: i64) -> Self {
        Self { domain: domain.to_owned(), version }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub(super) nodes: Vec<Node>,
    #[prost(string, tag = "2")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "5")]
    pub(super) constants: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub(super) inputs: Vec<Value>,
    #[prost(message, repeated, tag = "12")]
    pub(super) outputs: Vec<Value>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(super) inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) outputs: Vec<String>,
    #[prost(string, tag = "4")]
    pub(super) kind: String,
    #[prost(message, repeated, tag = "5")]
    pub(super) attributes: Vec<Attribute>,
    #[prost(string, tag = "7")]
    pub(super) domain: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(float, optional, tag = "2")]
    pub(super) float: Option<f32>,
    #[prost(int64, optional, tag = "3")]
    pub(super) int: Option<i64>,
    #[prost(bytes = "vec", optional, tag = "4")]
    pub(super) text: Option<Vec<u8>>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub(super) ints: Vec<i64>,
    /// 1 float, 2 int, 3 text, 7 ints.
    #[prost(int32, tag = "20")]
    pub(super) kind: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(super) kind: i32,
    /// The numbers one by one, as some tools write them: floats, small whole numbers, large ones.
    #[prost(float, repeated, tag = "4")]
    pub(super) floats: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub(super) ints: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    pub(super) longs: Vec<i64>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    /// The numbers as they lie in memory.
    #[prost(bytes = "vec", optional, tag = "9")]
    pub(super) raw: Option<Vec<u8>>,
    #[prost(message, repeated, tag = "13")]
    pub(super) place: Vec<Entry>,
    #[prost(int32, optional, tag = "14")]
    pub(super) location: Option<i32>,
}

/// A [`Tensor`] of which only the name is read.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Named {
    #[prost(string, tag = "8")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Entry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

impl Tensor {
    /// A tensor whose numbers lie in a file beside the model.
    pub(super) fn lying_in(file: &str, offset: u64, length: u64) -> Self {
        let entry = |key: &str, value: String| Entry { key: key.to_owned(), value };
        Self {
            place: vec![
                entry("location", file.to_owned()),
                entry("offset", offset.to_string()),
                entry("length", length.to_string()),
            ],
            location: Some(EXTERNAL),
            ..Self::default()
        }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Value {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<Type>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Type {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    element: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dims: Vec<Dim>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Dim {
    #[prost(int64, optional, tag = "1")]
    value: Option<i64>,
}

impl Model {
    /// With operators of ONNX, of the ONNX Runtime, and of the other `domains`.
    pub(super) fn new<'a>(graph: Graph, domains: impl Iterator<Item = &'a &'a str>) -> Self {
        let mut opsets = vec![Opset::new("", OPSET), Opset::new(CONTRIB, 1)];
        opsets.extend(domains.map(|domain| Opset::new(domain, 1)));
        Self { ir_version: IR_VERSION, producer: "colophon".into(), graph: Some(graph), opsets }
    }
}

impl Value {
    /// A tensor of floats; a dimension that is `None` may have any size. Without a shape, any shape.
    pub(super) fn floats(name: &str, shape: Option<&[Option<usize>]>) -> Self {
        Self::of(name, FLOAT, shape)
    }

    /// A tensor of 64-bit whole numbers.
    pub(super) fn ints(name: &str, shape: &[Option<usize>]) -> Self {
        Self::of(name, INT64, Some(shape))
    }

    fn of(name: &str, element: i32, shape: Option<&[Option<usize>]>) -> Self {
        let dims =
            |shape: &[Option<usize>]| shape.iter().map(|d| Dim { value: d.map(|n| n as i64) }).collect();
        let shape = shape.map(|shape| Shape { dims: dims(shape) });
        Self { name: name.to_owned(), kind: Some(Type { tensor: Some(TensorType { element, shape }) }) }
    }
}
