//! VideoSeal's two networks, written down from the tensors of a checkpoint: their names and sizes tell the shape of
//! the networks.

use crate::ImageError;
use crate::net::torch::Weights;
use crate::net::{Attr, Conv, Graph, Var};

use super::{BITS, SIDE};

/// Of the normalisation of batches, as of PyTorch's layer.
const BATCH_EPSILON: f32 = 1e-5;
/// Of the normalisation of channels.
const LAYER_EPSILON: f32 = 1e-6;
/// What a path around the middle of the network counts.
const AROUND: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Lays a network down, layer by layer.
struct Builder<'w> {
    weights: &'w Weights,
    graph: Graph,
}

/// Makes the mark: of a frame `frame` `f32[1, C, 256, 256]` in −1 … 1 and a message `message` `f32[1, H, 1, 1]` comes
/// `mark` of as many channels, in −1 … 1.
pub(super) fn embedder(weights: &Weights) -> Result<Graph, ImageError> {
    let mut net = Builder { weights, graph: Graph::default() };
    let ([_, channels, ..], _) = weights.get::<4>("embedder.unet.inc.double_conv.0.weight")?;
    let frame = net.graph.input("frame", &[Some(1), Some(channels), Some(SIDE), Some(SIDE)]);
    let message = net.graph.input("message", &[Some(1), None, Some(1), Some(1)]);
    let mut around = vec![net.residual("embedder.unet.inc", frame)?];
    let mut x = around[0];
    let mut side = SIDE;
    for level in 0.. {
        let name = format!("embedder.unet.downs.{level}");
        if !weights.has(&format!("{name}.down.weight")) {
            break;
        }
        let bias = net.vector(&format!("{name}.down.bias"))?;
        x = net.convolve(&format!("{name}.down.weight"), Some(bias), x, (2, [1; 4], 1))?;
        x = net.residual(&format!("{name}.conv"), x)?;
        around.push(x);
        side /= 2;
    }
    // The message stands beside every place.
    let (_, width) = message_size(weights)?;
    let everywhere = net.graph.ints(&[1, width as i64, side as i64, side as i64]);
    let message = net.graph.plain("Expand", &[message, everywhere]);
    around.pop();
    x = net.graph.concat(&[x, message]);
    around.push(x);
    for block in 0.. {
        let name = format!("embedder.unet.bottleneck.model.{block}");
        if !weights.has(&format!("{name}.res_conv.weight")) {
            break;
        }
        x = net.residual(&name, x)?;
    }
    for level in 0..around.len() - 1 {
        let name = format!("embedder.unet.ups.{level}");
        let factor = net.graph.scalar(AROUND);
        let past = net.graph.plain("Mul", &[around[around.len() - 1 - level], factor]);
        x = net.graph.concat(&[x, past]);
        x = net.graph.scale(x, [2.0, 2.0], "linear");
        x = net.smooth(&format!("{name}.up.upsample_block"), x)?;
        x = net.graph.plain("Relu", &[x]);
        x = net.residual(&format!("{name}.conv"), x)?;
    }
    let bias = net.vector("embedder.unet.outc.bias")?;
    let last = net.convolve("embedder.unet.outc.weight", Some(bias), x, (1, [0; 4], 1))?;
    let mark = net.graph.plain("Tanh", &[last]);
    net.graph.output("mark", mark);
    Ok(net.graph)
}

/// Reads the mark: of a frame `frame` `f32[1, 3, 256, 256]` in −1 … 1 come `bits` `f32[1, 1 + bits]`, the first of
/// which nothing uses, each positive for a one.
pub(super) fn detector(weights: &Weights) -> Result<Graph, ImageError> {
    let mut net = Builder { weights, graph: Graph::default() };
    let mut x = net.graph.input("frame", &[Some(1), Some(3), Some(SIDE), Some(SIDE)]);
    for stage in 0..4 {
        let name = format!("detector.convnext.downsample_layers.{stage}");
        let (norm, conv) = if stage == 0 { (1, 0) } else { (0, 1) };
        let (norm, conv) = (format!("{name}.{norm}"), format!("{name}.{conv}"));
        if stage > 0 {
            x = net.channel_norm(x, &norm)?;
        }
        let ([_, _, step, _], _) = weights.get::<4>(&format!("{conv}.weight"))?;
        let bias = net.vector(&format!("{conv}.bias"))?;
        x = net.convolve(&format!("{conv}.weight"), Some(bias), x, (step, [0; 4], 1))?;
        if stage == 0 {
            x = net.channel_norm(x, &norm)?;
        }
        for block in 0.. {
            let name = format!("detector.convnext.stages.{stage}.{block}");
            if !weights.has(&format!("{name}.dwconv.weight")) {
                break;
            }
            x = net.block(&name, x)?;
        }
    }
    // Enlarged by a factor of 1, which is not at all.
    x = net.smooth("detector.pixel_decoder.output_upscaling.0.upsample_block", x)?;
    x = net.graph.contrib("Gelu", &[x], Vec::new());
    let mean = net.graph.plain("GlobalAveragePool", &[x]);
    let mean = net.graph.op("Flatten", &[mean], vec![("axis", Attr::Int(1))]);
    let bits = net.linear("detector.pixel_decoder.linear", mean)?;
    net.graph.output("bits", bits);
    Ok(net.graph)
}

/// The table of the message: a row for the zero and one for the one of each bit, and how long rows are.
pub(super) fn message_size(weights: &Weights) -> Result<(Vec<f32>, usize), ImageError> {
    let (shape, table) = weights.get::<2>("embedder.msg_processor.msg_embeddings.weight")?;
    match shape {
        [rows, width] if rows == 2 * BITS => Ok((table.to_vec(), width)),
        [rows, _] => Err(weights.unfit(format!("its message has {} bits instead of {BITS}", rows / 2))),
    }
}

impl Builder<'_> {
    fn vector(&self, name: &str) -> Result<Vec<f32>, ImageError> {
        Ok(self.weights.get::<1>(name)?.1.to_vec())
    }

    /// A convolution by the tensor `name`: its stride, the zeros around, its groups.
    fn convolve(
        &mut self,
        name: &str,
        bias: Option<Vec<f32>>,
        x: Var,
        (stride, pads, groups): (usize, [usize; 4], usize),
    ) -> Result<Var, ImageError> {
        let (shape, weights) = self.weights.get::<4>(name)?;
        let fits = bias.as_ref().is_none_or(|bias| bias.len() == shape[0]);
        if !fits || stride == 0 {
            return Err(self.weights.unfit(format!("the size of {name} does not fit")));
        }
        Ok(self.graph.conv(x, Conv { shape, weights: weights.to_vec(), bias, stride, pads, groups }))
    }

    /// Two convolutions, each normalised over batches and without what is negative, beside a third of single places.
    fn residual(&mut self, name: &str, input: Var) -> Result<Var, ImageError> {
        let mut x = input;
        for (conv, norm) in [(0, 1), (3, 4)] {
            let ([out, inside, kh, kw], weights) =
                self.weights.get::<4>(&format!("{name}.double_conv.{conv}.weight"))?;
            let part = |what: &str| self.vector(&format!("{name}.double_conv.{norm}.{what}"));
            let (gain, offset) = (part("weight")?, part("bias")?);
            let (mean, variance) = (part("running_mean")?, part("running_var")?);
            if [&gain, &offset, &mean, &variance].iter().any(|v| v.len() != out) {
                return Err(self.weights.unfit(format!("the normalisation of {name} does not fit")));
            }
            // What the batches of the training were like is constant: a scale and an offset of the convolution.
            let scale: Vec<f32> =
                gain.iter().zip(&variance).map(|(g, v)| g / (v + BATCH_EPSILON).sqrt()).collect();
            let bias: Vec<f32> = offset.iter().zip(&mean).zip(&scale).map(|((o, m), s)| o - m * s).collect();
            let row = (inside * kh * kw).max(1);
            let weights: Vec<f32> =
                weights.chunks(row).zip(&scale).flat_map(|(row, s)| row.iter().map(move |w| w * s)).collect();
            x = self.graph.conv(x, Conv::same([out, inside, kh, kw], weights, bias));
            x = self.graph.plain("Relu", &[x]);
        }
        let bias = self.vector(&format!("{name}.res_conv.bias"))?;
        let beside = self.convolve(&format!("{name}.res_conv.weight"), Some(bias), input, (1, [0; 4], 1))?;
        Ok(self.graph.plain("Add", &[x, beside]))
    }

    /// A convolution over what is enlarged and its mirrored edges, and a normalisation of its channels.
    fn smooth(&mut self, name: &str, x: Var) -> Result<Var, ImageError> {
        let edges = self.graph.ints(&[0, 0, 1, 1, 0, 0, 1, 1]);
        let x = self.graph.op("Pad", &[x, edges], vec![("mode", Attr::Text("reflect"))]);
        let x = self.convolve(&format!("{name}.2.weight"), None, x, (1, [0; 4], 1))?;
        self.channel_norm(x, &format!("{name}.3"))
    }

    fn turned(&mut self, x: Var, order: [i64; 4]) -> Var {
        self.graph.op("Transpose", &[x], vec![("perm", Attr::Ints(order.to_vec()))])
    }

    /// Normalises the channels of every place; they run fastest.
    fn norm(&mut self, x: Var, name: &str) -> Result<Var, ImageError> {
        let (gain, offset) = (self.vector(&format!("{name}.weight"))?, self.vector(&format!("{name}.bias"))?);
        let gain = self.graph.floats(&[gain.len()], gain);
        let offset = self.graph.floats(&[offset.len()], offset);
        let settings = vec![("axis", Attr::Int(-1)), ("epsilon", Attr::Float(LAYER_EPSILON))];
        Ok(self.graph.op("LayerNormalization", &[x, gain, offset], settings))
    }

    /// As [`Builder::norm`], of channels that come first.
    fn channel_norm(&mut self, x: Var, name: &str) -> Result<Var, ImageError> {
        let x = self.turned(x, [0, 2, 3, 1]);
        let x = self.norm(x, name)?;
        Ok(self.turned(x, [0, 3, 1, 2]))
    }

    /// `x · weightᵀ + bias` of the last dimension.
    fn linear(&mut self, name: &str, x: Var) -> Result<Var, ImageError> {
        let ([out, inside], weights) = self.weights.get::<2>(&format!("{name}.weight"))?;
        let turned = (0..inside * out).map(|i| weights[i % out * inside + i / out]).collect();
        let weights = self.graph.floats(&[inside, out], turned);
        let bias = self.vector(&format!("{name}.bias"))?;
        let bias = self.graph.floats(&[bias.len()], bias);
        let x = self.graph.plain("MatMul", &[x, weights]);
        Ok(self.graph.plain("Add", &[x, bias]))
    }

    /// A block of ConvNeXt V2 (Woo et al. 2023).
    fn block(&mut self, name: &str, input: Var) -> Result<Var, ImageError> {
        let ([channels, _, side, _], _) = self.weights.get::<4>(&format!("{name}.dwconv.weight"))?;
        let bias = self.vector(&format!("{name}.dwconv.bias"))?;
        let all_round = [side / 2; 4];
        let x =
            self.convolve(&format!("{name}.dwconv.weight"), Some(bias), input, (1, all_round, channels))?;
        let x = self.turned(x, [0, 2, 3, 1]);
        let x = self.norm(x, &format!("{name}.norm"))?;
        let x = self.linear(&format!("{name}.pwconv1"), x)?;
        let x = self.graph.contrib("Gelu", &[x], Vec::new());
        let x = self.response_norm(&format!("{name}.grn"), x)?;
        let x = self.linear(&format!("{name}.pwconv2"), x)?;
        let x = self.turned(x, [0, 3, 1, 2]);
        Ok(self.graph.plain("Add", &[input, x]))
    }

    /// Global response normalisation: each channel by how much it says beside the others.
    fn response_norm(&mut self, name: &str, x: Var) -> Result<Var, ImageError> {
        let mut vector = |what: &str| {
            let (shape, data) = self.weights.get::<4>(&format!("{name}.{what}"))?;
            Ok::<_, ImageError>(self.graph.floats(&shape, data.to_vec()))
        };
        let (gain, offset) = (vector("gamma")?, vector("beta")?);
        let over = |axes: &[i64]| vec![("axes", Attr::Ints(axes.to_vec())), ("keepdims", Attr::Int(1))];
        let response = self.graph.op("ReduceL2", &[x], over(&[1, 2]));
        let mean = self.graph.op("ReduceMean", &[response], over(&[-1]));
        let least = self.graph.scalar(LAYER_EPSILON);
        let mean = self.graph.plain("Add", &[mean, least]);
        let share = self.graph.plain("Div", &[response, mean]);
        let scaled = self.graph.plain("Mul", &[x, share]);
        let scaled = self.graph.plain("Mul", &[scaled, gain]);
        let sum = self.graph.plain("Add", &[scaled, offset]);
        Ok(self.graph.plain("Add", &[sum, x]))
    }
}
