//! Networks in ncnn's format: a text that lists the layers (`.param`) and their weights (`.bin`).
//! Covers what enlarging networks use.

use std::collections::HashMap;
use std::path::Path;

use super::{Attr, Conv, Graph, Var};
use crate::ImageError;

const MAGIC: &str = "7767517";
/// What stands before weights of 16 bits, and before weights of 32.
const HALF: u32 = 0x0130_6B47;
const FULL: [u32; 2] = [0, 0x0002_C056];
/// Largest weights file that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// Reads a network: input `image` `[1, 3, h, w]`, result `output`.
///
/// # Errors
/// [`ImageError::Model`]: files that cannot be read, are cut short, or hold a layer that is not known.
pub(crate) fn read(param: &Path, bin: &Path) -> Result<Graph, ImageError> {
    let bad = |reason: String| ImageError::model(param, reason);
    let text = std::fs::read_to_string(param).map_err(|e| bad(e.to_string()))?;
    if std::fs::metadata(bin).map_err(|e| ImageError::model(bin, e.to_string()))?.len() > LARGEST {
        return Err(ImageError::model(bin, "it is larger than any network that is used here".into()));
    }
    let bytes = std::fs::read(bin).map_err(|e| ImageError::model(bin, e.to_string()))?;
    parse(&text, &bytes).map_err(bad)
}

fn parse(text: &str, bytes: &[u8]) -> Result<Graph, String> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some(MAGIC) {
        return Err("it is no ncnn network".into());
    }
    lines.next();
    let mut reader = Reader { graph: Graph::default(), values: HashMap::new(), weights: bytes };
    for line in lines.filter(|l| !l.trim().is_empty()) {
        let layer = Layer::parse(line).ok_or_else(|| format!("'{line}' is no layer"))?;
        reader.add(&layer).map_err(|e| format!("layer {}: {e}", layer.name))?;
    }
    let output = *reader.values.get("output").ok_or("it has no output")?;
    reader.graph.output("output", output);
    Ok(reader.graph)
}

/// A line of the list.
struct Layer<'a> {
    kind: &'a str,
    name: &'a str,
    inputs: Vec<&'a str>,
    outputs: Vec<&'a str>,
    settings: HashMap<i32, &'a str>,
}

impl<'a> Layer<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (kind, name) = (words.next()?, words.next()?);
        let inputs: usize = words.next()?.parse().ok()?;
        let outputs: usize = words.next()?.parse().ok()?;
        let mut take = |n: usize| (0..n).map(|_| words.next()).collect::<Option<Vec<_>>>();
        let (inputs, outputs) = (take(inputs)?, take(outputs)?);
        let settings = words
            .map(|word| word.split_once('=').and_then(|(k, v)| Some((k.parse().ok()?, v))))
            .collect::<Option<_>>()?;
        Some(Self { kind, name, inputs, outputs, settings })
    }

    fn int(&self, key: i32) -> usize {
        self.settings.get(&key).and_then(|v| v.parse().ok()).unwrap_or(0)
    }

    fn float(&self, key: i32) -> f32 {
        self.settings.get(&key).and_then(|v| v.parse().ok()).unwrap_or(0.0)
    }

    /// A list: its length, then its numbers.
    fn floats(&self, key: i32) -> Vec<f32> {
        let list = self.settings.get(&(-23300 - key)).copied().unwrap_or_default();
        list.split(',').skip(1).filter_map(|v| v.parse().ok()).collect()
    }
}

struct Reader<'a> {
    graph: Graph,
    values: HashMap<String, Var>,
    weights: &'a [u8],
}

impl Reader<'_> {
    fn add(&mut self, layer: &Layer<'_>) -> Result<(), String> {
        let inputs = layer
            .inputs
            .iter()
            .map(|name| self.values.get(*name).copied().ok_or_else(|| format!("there is no '{name}'")))
            .collect::<Result<Vec<Var>, _>>()?;
        let first = inputs.first().copied().ok_or("it has no input");
        let made = match layer.kind {
            "Input" => self.graph.input("image", &[Some(1), Some(3), None, None]),
            "Split" => first?,
            "MemoryData" => {
                let shape = [1, layer.int(2).max(1), layer.int(1).max(1), layer.int(0).max(1)];
                let data = self.full(shape.iter().product())?;
                self.graph.floats(&shape, data)
            }
            "Convolution" => self.convolution(layer, first?)?,
            "PReLU" => {
                let slopes = self.full(layer.int(0))?;
                let slopes = self.graph.floats(&[slopes.len(), 1, 1], slopes);
                self.graph.plain("PRelu", &[first?, slopes])
            }
            "Sigmoid" => self.graph.plain("Sigmoid", &[first?]),
            "Swish" => {
                let gate = self.graph.plain("Sigmoid", &[first?]);
                self.graph.plain("Mul", &[first?, gate])
            }
            "BinaryOp" => {
                let kind = ["Add", "Sub", "Mul", "Div"].get(layer.int(0)).ok_or("an unknown operation")?;
                let other = match inputs.get(1) {
                    Some(other) => *other,
                    None => self.graph.scalar(layer.float(2)),
                };
                self.graph.plain(kind, &[first?, other])
            }
            "Eltwise" if layer.int(0) == 1 => self.sum(&inputs, &layer.floats(1))?,
            "Concat" => self.graph.concat(&inputs),
            "Interp" => {
                let mode = ["", "nearest", "linear", "cubic"].get(layer.int(0)).ok_or("an unknown mode")?;
                self.graph.scale(first?, [layer.float(1), layer.float(2)], mode)
            }
            "PixelShuffle" => {
                let block = Attr::Int(layer.int(0).max(1) as i64);
                self.graph.op(
                    "DepthToSpace",
                    &[first?],
                    vec![("blocksize", block), ("mode", Attr::Text("CRD"))],
                )
            }
            kind => return Err(format!("a layer of kind {kind} is not known")),
        };
        for name in &layer.outputs {
            self.values.insert((*name).to_owned(), made);
        }
        Ok(())
    }

    fn convolution(&mut self, layer: &Layer<'_>, input: Var) -> Result<Var, String> {
        let (out, size, pad) = (layer.int(0), layer.int(1).max(1), layer.int(4));
        let count = layer.int(6);
        let inner = count.checked_div(out * size * size).filter(|n| n * out * size * size == count);
        let inner = inner.ok_or("its weights do not fit its size")?;
        let weights = self.tagged(count)?;
        let bias = if layer.int(5) == 1 { Some(self.full(out)?) } else { None };
        let stride = layer.int(3).max(1);
        let shape = [out, inner, size, size];
        let conv = Conv { shape, weights, bias, stride, pads: [pad; 4], groups: 1 };
        let made = self.graph.conv(input, conv);
        match layer.int(9) {
            0 => Ok(made),
            1 => Ok(self.graph.plain("Relu", &[made])),
            2 => {
                let slope = layer.floats(10).first().copied().unwrap_or(0.01);
                Ok(self.graph.op("LeakyRelu", &[made], vec![("alpha", Attr::Float(slope))]))
            }
            kind => Err(format!("an activation of kind {kind} is not known")),
        }
    }

    fn sum(&mut self, inputs: &[Var], shares: &[f32]) -> Result<Var, String> {
        let mut sum = None;
        for (index, input) in inputs.iter().enumerate() {
            let share = shares.get(index).copied().unwrap_or(1.0);
            let part = if share == 1.0 {
                *input
            } else {
                let share = self.graph.scalar(share);
                self.graph.plain("Mul", &[*input, share])
            };
            sum = Some(match sum {
                None => part,
                Some(so_far) => self.graph.plain("Add", &[so_far, part]),
            });
        }
        sum.ok_or_else(|| "it sums nothing".into())
    }

    fn take(&mut self, bytes: usize) -> Result<&[u8], String> {
        if bytes > self.weights.len() {
            return Err("the weights end before it".into());
        }
        let (taken, rest) = self.weights.split_at(bytes);
        self.weights = rest;
        Ok(taken)
    }

    fn full(&mut self, count: usize) -> Result<Vec<f32>, String> {
        let bytes = self.take(count.checked_mul(4).ok_or("it is too large")?)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    /// Weights with the mark before them that says how they are kept.
    fn tagged(&mut self, count: usize) -> Result<Vec<f32>, String> {
        let tag = self.take(4)?.try_into().map_or(u32::MAX, u32::from_le_bytes);
        match tag {
            HALF => {
                let bytes = self.take(count.checked_mul(2).ok_or("it is too large")?.next_multiple_of(4))?;
                let halves = bytes.as_chunks::<2>().0.iter().take(count);
                Ok(halves.map(|b| half::f16::from_le_bytes(*b).to_f32()).collect())
            }
            tag if FULL.contains(&tag) => self.full(count),
            _ => Err("its weights are quantised in a way that is not known".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = "7767517\n3 3\nInput in 0 1 data\n\
        Convolution conv 1 1 data a 0=2 1=1 5=1 6=6 9=2 -23310=1,2.0e-01\nBinaryOp add 1 1 a output 1=1 2=0.5\n";

    fn weights() -> Vec<u8> {
        let halves = [1.0f32, 0.0, 0.0, 0.0, 2.0, 0.0].map(half::f16::from_f32);
        let mut bytes = HALF.to_le_bytes().to_vec();
        bytes.extend(halves.iter().flat_map(|h| h.to_le_bytes()));
        bytes.extend([0.25f32, -0.5].iter().flat_map(|b| b.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_network_is_read_and_a_broken_one_refused() {
        assert!(parse(TINY, &weights()).is_ok());
        let whole = weights();
        for length in 0..whole.len() {
            assert!(parse(TINY, &whole[..length]).is_err(), "{length} bytes");
        }
        for text in ["", "7767517", "7767517\n1 1\nInput", "7767517\n1 1\nLSTM x 0 1 output\n"] {
            assert!(parse(text, &whole).is_err(), "{text}");
        }
        assert!(parse(&TINY.replace("1 1 data a", "1 1 nothing a"), &whole).is_err());
        assert!(parse(&TINY.replace("6=6", "6=99999999999"), &whole).is_err());
    }
}
