//! AudioSeal's two networks, written down from the tensors of a checkpoint: layers stand in it by number, and their
//! kinds and sizes tell the shape of the network.

use std::collections::HashMap;
use std::path::Path;

use colophon_hub::graph::{Attr, Graph, Var};
use colophon_hub::torch::Weight;

use crate::AudioError;

/// The tensors of a checkpoint, and the network that is made of them.
pub(super) struct Builder<'w> {
    weights: &'w HashMap<String, Weight>,
    path: &'w Path,
    graph: Graph,
    hop: usize,
}

/// Makes the sound that is added: of samples `sound` `f32[1, 1, T]` and a message `f32[1, D, 1]`. Gives the network
/// with the result `mark`, and the samples to a step of its inner rate.
pub(super) fn generator(
    weights: &HashMap<String, Weight>,
    path: &Path,
) -> Result<(Vec<u8>, usize), AudioError> {
    let mut builder = Builder { weights, path, graph: Graph::default(), hop: 1 };
    let sound = builder.graph.input("sound", &[Some(1), Some(1), None]);
    let message = builder.graph.input("message", &[Some(1), None, Some(1)]);
    let hidden = builder.sequence("encoder.model", sound)?;
    let hop = builder.hop;
    let hidden = builder.graph.plain("Add", &[hidden, message]);
    let mark = builder.sequence("decoder.model", hidden)?;
    builder.graph.output("mark", mark);
    Ok((builder.graph.encode(), hop))
}

/// Tells for each sample of `sound` how surely there is a mark (two numbers before their softmax) and what its
/// bits are (one number each, positive for 1): `found` `f32[1, 2 + bits, T]`.
pub(super) fn detector(
    weights: &HashMap<String, Weight>,
    path: &Path,
) -> Result<(Vec<u8>, usize), AudioError> {
    let mut builder = Builder { weights, path, graph: Graph::default(), hop: 1 };
    let sound = builder.graph.input("sound", &[Some(1), Some(1), None]);
    let hidden = builder.sequence("detector.0.model", sound)?;
    let hop = builder.hop;
    let (kernel, bias) =
        (builder.plain("detector.0.reverse_convolution")?, "detector.0.reverse_convolution.bias");
    let bias = builder.vector(bias)?;
    let wide = builder.raise(hidden, &kernel, bias, hop, [0, 0]);
    let (last, bias) = (builder.plain("detector.1")?, builder.vector("detector.1.bias")?);
    let found = builder.convolve(wide, &last, bias, 1, 1);
    builder.graph.output("found", found);
    Ok((builder.graph.encode(), hop))
}

impl Builder<'_> {
    fn get(&self, name: &str) -> Option<&Weight> {
        self.weights.get(name)
    }

    fn missing(&self, name: &str) -> AudioError {
        let problem = format!("there is no usable {name}, which AudioSeal's networks have");
        AudioError::Model { path: self.path.to_path_buf(), problem }
    }

    /// Numbers in a row.
    fn vector(&self, name: &str) -> Result<Vec<f32>, AudioError> {
        self.get(name)
            .filter(|w| w.shape.len() == 1)
            .map(|w| w.data.clone())
            .ok_or_else(|| self.missing(name))
    }

    /// A kernel as it is: three dimensions.
    fn plain(&self, name: &str) -> Result<Weight, AudioError> {
        let found = self.get(&format!("{name}.weight")).filter(|w| w.shape.len() == 3);
        found.cloned().ok_or_else(|| self.missing(name))
    }

    /// A kernel, its lengths and directions apart in either of the two ways in which PyTorch names them, or as it is.
    fn kernel(&self, name: &str) -> Result<Weight, AudioError> {
        for [gain, direction] in [
            ["weight_g", "weight_v"],
            ["parametrizations.weight.original0", "parametrizations.weight.original1"],
        ] {
            let (gain, direction) =
                (self.get(&format!("{name}.{gain}")), self.get(&format!("{name}.{direction}")));
            let (Some(gain), Some(direction)) = (gain, direction) else { continue };
            let [rows, _, _] = direction.shape[..] else { break };
            if gain.data.len() != rows || direction.data.is_empty() {
                break;
            }
            return Ok(Weight { shape: direction.shape.clone(), data: direction.with_lengths(&gain.data) });
        }
        self.plain(name)
    }

    /// The layers of a sequence; what has no tensors is an exponential linear unit.
    fn sequence(&mut self, name: &str, input: Var) -> Result<Var, AudioError> {
        let number = |key: &String| {
            key.strip_prefix(name)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok()
        };
        let last = self.weights.keys().filter_map(number).max().ok_or_else(|| self.missing(name))?;
        let (mut x, mut blocks) = (input, 0);
        for layer in 0..=last {
            let at = format!("{name}.{layer}");
            let is = |inner: &str| self.weights.keys().any(|key| key.starts_with(&format!("{at}.{inner}.")));
            if is("block") {
                x = self.block(&at, x, 1 << blocks)?;
                blocks += 1;
                continue;
            }
            blocks = 0;
            x = if is("conv") {
                let at = format!("{at}.conv.conv");
                let (kernel, bias) = (self.kernel(&at)?, self.vector(&format!("{at}.bias"))?);
                // Kernels of twice the stride lower the rate, others have a middle.
                let stride = if kernel.shape[2] % 2 == 0 { kernel.shape[2] / 2 } else { 1 };
                self.hop *= stride;
                self.convolve(x, &kernel, bias, stride, 1)
            } else if is("convtr") {
                let at = format!("{at}.convtr.convtr");
                let (kernel, bias) = (self.kernel(&at)?, self.vector(&format!("{at}.bias"))?);
                let stride = (kernel.shape[2] / 2).max(1);
                self.raise(x, &kernel, bias, stride, [stride - stride / 2, stride / 2])
            } else if is("lstm") {
                self.recurrent(&format!("{at}.lstm"), x)?
            } else {
                self.graph.plain("Elu", &[x])
            };
        }
        Ok(x)
    }

    /// A residual block.
    fn block(&mut self, name: &str, input: Var, dilation: usize) -> Result<Var, AudioError> {
        let mut x = input;
        for (layer, dilation) in [(1, dilation), (3, 1)] {
            x = self.graph.plain("Elu", &[x]);
            let at = format!("{name}.block.{layer}.conv.conv");
            let (kernel, bias) = (self.kernel(&at)?, self.vector(&format!("{at}.bias"))?);
            x = self.convolve(x, &kernel, bias, 1, dilation);
        }
        Ok(self.graph.plain("Add", &[input, x]))
    }

    fn convolve(&mut self, x: Var, kernel: &Weight, bias: Vec<f32>, stride: usize, dilation: usize) -> Var {
        let around = (kernel.shape[2] - 1) * dilation + 1 - stride;
        let inputs = [
            x,
            self.graph.floats(&kernel.shape, kernel.data.clone()),
            self.graph.floats(&[bias.len()], bias),
        ];
        let attributes = vec![
            ("kernel_shape", row(&[kernel.shape[2]])),
            ("strides", row(&[stride])),
            ("dilations", row(&[dilation])),
            ("pads", row(&[around - around / 2, around / 2])),
        ];
        self.graph.op("Conv", &inputs, attributes)
    }

    fn raise(&mut self, x: Var, kernel: &Weight, bias: Vec<f32>, stride: usize, cut: [usize; 2]) -> Var {
        let inputs = [
            x,
            self.graph.floats(&kernel.shape, kernel.data.clone()),
            self.graph.floats(&[bias.len()], bias),
        ];
        let attributes =
            vec![("kernel_shape", row(&[kernel.shape[2]])), ("strides", row(&[stride])), ("pads", row(&cut))];
        self.graph.op("ConvTranspose", &inputs, attributes)
    }

    /// Layers of long short-term memory over time, and what went in added to what comes out.
    fn recurrent(&mut self, name: &str, input: Var) -> Result<Var, AudioError> {
        let turned = self.graph.op("Transpose", &[input], vec![("perm", row(&[2, 0, 1]))]);
        let mut x = turned;
        for layer in 0.. {
            let part = |what: &str| format!("{name}.{what}_l{layer}");
            if self.get(&part("weight_ih")).is_none() {
                break;
            }
            let hidden = self.vector(&part("bias_ih"))?.len() / 4;
            let table = |what: &str| {
                let name = part(what);
                let found = self.get(&name).filter(|w| w.shape == [4 * hidden, hidden] && hidden > 0);
                found.map(|w| gates(&w.data, hidden * hidden)).ok_or_else(|| self.missing(&name))
            };
            let (into, again) = (table("weight_ih")?, table("weight_hh")?);
            let mut bias = gates(&self.vector(&part("bias_ih"))?, hidden);
            bias.extend(gates(&self.vector(&part("bias_hh"))?, hidden));
            let inputs = [
                x,
                self.graph.floats(&[1, 4 * hidden, hidden], into),
                self.graph.floats(&[1, 4 * hidden, hidden], again),
                self.graph.floats(&[1, bias.len()], bias),
            ];
            let made = self.graph.op("LSTM", &inputs, vec![("hidden_size", Attr::Int(hidden as i64))]);
            // One direction.
            let axis = self.graph.ints(&[1]);
            x = self.graph.plain("Squeeze", &[made, axis]);
        }
        let sum = self.graph.plain("Add", &[x, turned]);
        Ok(self.graph.op("Transpose", &[sum], vec![("perm", row(&[1, 2, 0]))]))
    }
}

fn row(numbers: &[usize]) -> Attr {
    Attr::Ints(numbers.iter().map(|n| *n as i64).collect())
}

/// PyTorch has the gates in the order input, forget, cell, output; ONNX input, output, forget, cell.
fn gates(data: &[f32], size: usize) -> Vec<f32> {
    [0, 3, 1, 2]
        .iter()
        .filter_map(|gate| data.get(gate * size..(gate + 1) * size))
        .flatten()
        .copied()
        .collect()
}
