//! Networks in TensorFlow Lite's format. Covers what MediaPipe's segmentation networks use. There
//! pictures are `[1, height, width, channels]` and sizes fixed.

use std::collections::HashMap;
use std::path::Path;

use super::flat::Table;
use super::{Conv, Graph, Var};
use crate::ImageError;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1 << 28;
const FLOAT: u8 = 0;
const HALF: u8 = 1;

/// A network with the height and width that it wants.
pub(crate) struct Read {
    /// Input `image` `[1, channels, h, w]`; one result, `output`.
    pub(crate) graph: Graph,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

/// Reads a network of one input and one result.
///
/// # Errors
/// [`ImageError::Model`].
pub(crate) fn read(path: &Path) -> Result<Read, ImageError> {
    let bad = |reason: String| ImageError::model(path, reason);
    if std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len() > LARGEST {
        return Err(bad("it is larger than any network that is used here".into()));
    }
    let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    parse(&bytes).map_err(bad)
}

fn parse(bytes: &[u8]) -> Result<Read, String> {
    let cut = || "it is no whole network".to_owned();
    if bytes.get(4..8) != Some(b"TFL3".as_slice()) {
        return Err("it is no TensorFlow Lite network".into());
    }
    let model = Table::root(bytes).ok_or_else(cut)?;
    let codes = model.tables(1).iter().map(|c| i32::from(c.byte(0)).max(c.int(3))).collect();
    let subgraph = model.tables(2).first().copied().ok_or_else(cut)?;
    let tensors: Vec<Tensor> = subgraph
        .tables(0)
        .iter()
        .map(|t| Tensor {
            shape: t.ints(0).iter().map(|n| (*n).max(0) as usize).collect(),
            kind: t.byte(1),
            buffer: t.int(2).max(0) as usize,
        })
        .collect();
    let mut reader = Reader {
        codes,
        buffers: model.tables(4).iter().map(|b| b.blob(0)).collect(),
        tensors,
        graph: Graph::default(),
        values: HashMap::new(),
        same: HashMap::new(),
    };
    let (inputs, outputs) = (subgraph.ints(1), subgraph.ints(2));
    let (&[input], &[output]) = (inputs.as_slice(), outputs.as_slice()) else {
        return Err("it has several inputs or results".into());
    };
    let [_, height, width, channels] = reader.shape(input)?;
    let image = reader.graph.input("image", &[Some(1), Some(channels), Some(height), Some(width)]);
    reader.values.insert(input, image);
    for operator in subgraph.tables(3) {
        reader.add(operator)?;
    }
    let output = reader.value(output)?;
    reader.graph.output("output", output);
    Ok(Read { graph: reader.graph, height, width })
}

struct Tensor {
    shape: Vec<usize>,
    kind: u8,
    buffer: usize,
}

struct Reader<'a> {
    codes: Vec<i32>,
    buffers: Vec<&'a [u8]>,
    tensors: Vec<Tensor>,
    graph: Graph,
    values: HashMap<i32, Var>,
    /// A constant by the tensor that widens it.
    same: HashMap<i32, i32>,
}

impl Reader<'_> {
    fn tensor(&self, index: i32) -> Result<&Tensor, String> {
        let index = self.same.get(&index).copied().unwrap_or(index);
        usize::try_from(index)
            .ok()
            .and_then(|i| self.tensors.get(i))
            .ok_or_else(|| "it names no tensor".into())
    }

    fn shape(&self, index: i32) -> Result<[usize; 4], String> {
        let shape = &self.tensor(index)?.shape;
        let sound = |s: &[usize; 4]| s.iter().all(|n| (1..=1 << 16).contains(n));
        shape.as_slice().try_into().ok().filter(sound).ok_or_else(|| "a picture has four dimensions".into())
    }

    fn value(&self, index: i32) -> Result<Var, String> {
        self.values.get(&index).copied().ok_or_else(|| "a value is used before it is made".into())
    }

    /// The numbers of a constant.
    fn floats(&self, index: i32) -> Result<Vec<f32>, String> {
        let tensor = self.tensor(index)?;
        let bytes = self.buffers.get(tensor.buffer).copied().unwrap_or(&[]);
        let numbers: Vec<f32> = match tensor.kind {
            FLOAT => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            HALF => bytes.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
            _ => return Err("its weights are of a kind that is not known".into()),
        };
        let count = tensor.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        if count == Some(numbers.len()) { Ok(numbers) } else { Err("weights are missing".into()) }
    }

    fn add(&mut self, operator: Table<'_>) -> Result<(), String> {
        let code = usize::try_from(operator.int(0)).ok().and_then(|i| self.codes.get(i)).copied();
        let (inputs, outputs) = (operator.ints(1), operator.ints(2));
        let &[output] = outputs.as_slice() else { return Err("an operator has several results".into()) };
        let first = *inputs.first().ok_or("an operator has no input")?;
        let options = operator.table(4);
        let number = |index: usize| options.map_or(0, |o| o.byte(index));
        let made = match code.ok_or("an operator has no kind")? {
            6 => {
                self.same.insert(output, first);
                return Ok(());
            }
            0 => self.both("Add", &inputs, number(0))?,
            18 => self.both("Mul", &inputs, number(0))?,
            3 | 4 => {
                self.convolution(code == Some(4), &inputs, output, options.ok_or("it has no settings")?)?
            }
            1 => {
                // Only the mean over the whole picture.
                let [_, height, width, _] = self.shape(first)?;
                let pool = options.ok_or("it has no settings")?;
                if (pool.int(4), pool.int(3)) != (height as i32, width as i32) {
                    return Err("only the mean over a whole picture is known".into());
                }
                let input = self.value(first)?;
                self.graph.plain("GlobalAveragePool", &[input])
            }
            14 => self.alone("Sigmoid", first)?,
            19 => self.alone("Relu", first)?,
            117 => self.alone("HardSwish", first)?,
            23 => {
                let ([_, h, w, _], [_, oh, ow, _]) = (self.shape(first)?, self.shape(output)?);
                let corners = match (number(2), number(3)) {
                    (1.., _) => "align_corners",
                    (_, 1..) => "half_pixel",
                    _ => "asymmetric",
                };
                let factor = [oh as f32 / h as f32, ow as f32 / w as f32];
                let input = self.value(first)?;
                self.graph.resize(input, factor, "linear", corners)
            }
            // MediaPipe's own: a transposed convolution with a bias, here always by two.
            32 => self.enlarge(&inputs)?,
            kind => return Err(format!("an operator of kind {kind} is not known")),
        };
        self.values.insert(output, made);
        Ok(())
    }

    fn alone(&mut self, kind: &'static str, input: i32) -> Result<Var, String> {
        let input = self.value(input)?;
        Ok(self.graph.plain(kind, &[input]))
    }

    fn both(&mut self, kind: &'static str, inputs: &[i32], activation: u8) -> Result<Var, String> {
        let &[a, b] = inputs else { return Err("it needs two inputs".into()) };
        let (a, b) = (self.value(a)?, self.value(b)?);
        let made = self.graph.plain(kind, &[a, b]);
        self.activated(made, activation)
    }

    fn activated(&mut self, value: Var, activation: u8) -> Result<Var, String> {
        match activation {
            0 => Ok(value),
            1 => Ok(self.graph.plain("Relu", &[value])),
            3 => {
                let (least, most) = (self.graph.scalar(0.0), self.graph.scalar(6.0));
                Ok(self.graph.plain("Clip", &[value, least, most]))
            }
            kind => Err(format!("an activation of kind {kind} is not known")),
        }
    }

    fn convolution(
        &mut self,
        depthwise: bool,
        inputs: &[i32],
        output: i32,
        options: Table<'_>,
    ) -> Result<Var, String> {
        let &[input, kernel, bias] = inputs else { return Err("a convolution needs three inputs".into()) };
        let ([_, h, w, channels], [_, oh, ow, _]) = (self.shape(input)?, self.shape(output)?);
        let [first, kh, kw, last] = self.shape(kernel)?;
        let stride = options.int(1).max(1) as usize;
        if options.int(2).max(1) as usize != stride {
            return Err("a convolution with two steps is not known".into());
        }
        let data = self.floats(kernel)?;
        // [out, h, w, in] → [out, in, h, w]; depthwise [1, h, w, out] → [out, 1, h, w].
        let (shape, groups, weights) = if depthwise {
            ([last, 1, kh, kw], channels, moved(&data, 1, kh * kw, last))
        } else {
            ([first, last, kh, kw], 1, moved(&data, first, kh * kw, last))
        };
        let pads = match options.byte(0) {
            0 => {
                let around = |n: usize, out: usize, k: usize| {
                    let total = ((out.max(1) - 1) * stride + k).saturating_sub(n);
                    (total / 2, total - total / 2)
                };
                let ((top, bottom), (left, right)) = (around(h, oh, kh), around(w, ow, kw));
                [top, left, bottom, right]
            }
            _ => [0; 4],
        };
        let bias = Some(self.floats(bias)?);
        let input = self.value(input)?;
        let made = self.graph.conv(input, Conv { shape, weights, bias, stride, pads, groups });
        self.activated(made, options.byte(if depthwise { 4 } else { 3 }))
    }

    fn enlarge(&mut self, inputs: &[i32]) -> Result<Var, String> {
        let &[input, kernel, bias] = inputs else { return Err("it needs three inputs".into()) };
        let [out, kh, kw, inner] = self.shape(kernel)?;
        if (kh, kw) != (2, 2) {
            return Err("only enlarging by two is known".into());
        }
        let data = self.floats(kernel)?;
        let mut weights = vec![0.0; data.len()];
        for o in 0..out {
            for k in 0..kh * kw {
                for i in 0..inner {
                    weights[(i * out + o) * kh * kw + k] = data[(o * kh * kw + k) * inner + i];
                }
            }
        }
        let bias = Some(self.floats(bias)?);
        let conv = Conv { shape: [inner, out, kh, kw], weights, bias, stride: 2, pads: [0; 4], groups: 1 };
        let input = self.value(input)?;
        Ok(self.graph.conv_transpose(input, conv))
    }
}

/// `[outer, places, inner]` → `[outer, inner, places]`.
fn moved(data: &[f32], outer: usize, places: usize, inner: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(data.len());
    for block in data.chunks_exact((places * inner).max(1)).take(outer) {
        for i in 0..inner {
            out.extend((0..places).map(|p| block[p * inner + i]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_network_is_refused() {
        for bytes in [&b""[..], b"TFL3", b"\x10\0\0\0TFL3", b"\xff\xff\xff\xffTFL3\0\0\0\0", &[0; 64]] {
            assert!(parse(bytes).is_err());
        }
        let mut hostile = b"\x08\0\0\0TFL3".to_vec();
        hostile.extend([0xff; 200]);
        assert!(parse(&hostile).is_err());
    }
}
