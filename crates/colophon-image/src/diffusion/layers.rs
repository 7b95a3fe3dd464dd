//! The layers that diffusion networks are made of, written into a [`Graph`] with the weights where
//! they lie. Sequences are `[1, length, width]`, pictures `[1, channels, height, width]`.

use super::lora::Lora;
use super::packing::{PACK, PACKED};
use super::source::Source;
use crate::ImageError;
use crate::net::{Attr, Graph, Var};

/// A graph that is being written from the weights of a source.
pub(crate) struct Builder<'a> {
    pub(crate) graph: Graph,
    pub(crate) source: &'a Source<'a>,
    loras: &'a [Lora],
}

/// A picture of features and its size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map {
    pub(crate) var: Var,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(source: &'a Source<'a>, loras: &'a [Lora]) -> Self {
        let mut graph = Graph::default();
        graph.lies_in(source.folder());
        Self { graph, source, loras }
    }

    /// An input of fixed shape.
    pub(crate) fn input(&mut self, name: &str, shape: &[usize]) -> Var {
        self.graph.input(name, &shape.iter().map(|n| Some(*n)).collect::<Vec<_>>())
    }

    /// A weight as it lies, seen as another shape of as many numbers.
    pub(crate) fn weight(&mut self, name: &str, shape: Option<&[usize]>) -> Result<Var, ImageError> {
        self.part(name, None, shape)
    }

    fn part(
        &mut self,
        name: &str,
        rows: Option<(usize, usize)>,
        shape: Option<&[usize]>,
    ) -> Result<Var, ImageError> {
        let mut stored = self.source.stored(name, rows)?;
        if let Some(shape) = shape {
            if shape.iter().product::<usize>() != stored.shape.iter().product::<usize>() {
                return Err(self.source.misfit(name));
            }
            stored.shape = shape.to_vec();
        }
        Ok(self.graph.stored(stored))
    }

    /// The shape of a weight.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, ImageError> {
        self.source.shape(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.source.has(name)
    }

    pub(crate) fn add(&mut self, a: Var, b: Var) -> Var {
        self.graph.plain("Add", &[a, b])
    }

    pub(crate) fn mul(&mut self, a: Var, b: Var) -> Var {
        self.graph.plain("Mul", &[a, b])
    }

    pub(crate) fn reshape(&mut self, x: Var, shape: &[usize]) -> Var {
        let shape = self.graph.ints(&shape.iter().map(|n| *n as i64).collect::<Vec<_>>());
        self.graph.plain("Reshape", &[x, shape])
    }

    /// The last dimension (or the last two) of a sequence of any length cut into, or put together to, others.
    pub(crate) fn split(&mut self, x: Var, last: &[usize]) -> Var {
        let shape: Vec<i64> = [1, -1].into_iter().chain(last.iter().map(|n| *n as i64)).collect();
        let shape = self.graph.ints(&shape);
        self.graph.plain("Reshape", &[x, shape])
    }

    pub(crate) fn transpose(&mut self, x: Var, order: &[i64]) -> Var {
        self.graph.op("Transpose", &[x], vec![("perm", Attr::Ints(order.to_vec()))])
    }

    pub(crate) fn concat(&mut self, inputs: &[Var], axis: i64) -> Var {
        self.graph.op("Concat", inputs, vec![("axis", Attr::Int(axis))])
    }

    /// Numbers `from..to` along `axis`.
    pub(crate) fn slice(&mut self, x: Var, axis: i64, from: usize, to: usize) -> Var {
        let [from, to, axis] = [from as i64, to as i64, axis].map(|n| self.graph.ints(&[n]));
        self.graph.plain("Slice", &[x, from, to, axis])
    }

    pub(crate) fn silu(&mut self, x: Var) -> Var {
        self.graph.contrib("QuickGelu", &[x], vec![("alpha", Attr::Float(1.0))])
    }

    pub(crate) fn quick_gelu(&mut self, x: Var) -> Var {
        self.graph.contrib("QuickGelu", &[x], vec![("alpha", Attr::Float(1.702))])
    }

    /// The exact one.
    pub(crate) fn gelu(&mut self, x: Var) -> Var {
        self.graph.contrib("Gelu", &[x], Vec::new())
    }

    /// The one that is approximated by a hyperbolic tangent.
    pub(crate) fn tanh_gelu(&mut self, x: Var) -> Var {
        self.graph.contrib("FastGelu", &[x], Vec::new())
    }

    /// `x · weightᵀ + bias`, with what the adapters add.
    pub(crate) fn linear(&mut self, x: Var, name: &str) -> Result<Var, ImageError> {
        self.linear_rows(x, name, None)
    }

    /// A linear layer of some rows (outputs) of a weight.
    pub(crate) fn linear_rows(
        &mut self,
        x: Var,
        name: &str,
        rows: Option<(usize, usize)>,
    ) -> Result<Var, ImageError> {
        let key = format!("{name}.weight");
        let shape = self.shape(&key)?;
        // A 1×1 convolution is a linear layer.
        let (all, width) = match shape[..] {
            [all, width] | [all, width, 1, 1] => (all, width),
            _ => return Err(self.source.misfit(&key)),
        };
        let out = rows.map_or(all, |(_, n)| n);
        let mut y = if let Some(packing) = self.source.packing(&key) {
            let weight = self.part(&format!("{key}.{packing}"), rows, None)?;
            let scales = self.part(&format!("{key}.scales"), rows, Some(&[out * width / PACK]))?;
            let bits = if packing == PACKED[0] { 4 } else { 8 };
            let number = |n: usize| Attr::Int(n as i64);
            let settings = vec![
                ("K", number(width)),
                ("N", number(out)),
                ("bits", number(bits)),
                ("block_size", number(PACK)),
            ];
            self.graph.contrib("MatMulNBits", &[x, weight, scales], settings)
        } else {
            let weight = self.part(&key, rows, Some(&[out, width]))?;
            self.graph.contrib("FusedMatMul", &[x, weight], vec![("transB", Attr::Int(1))])
        };
        let bias = format!("{name}.bias");
        if self.has(&bias) {
            let bias = self.part(&bias, rows, None)?;
            y = self.add(y, bias);
        }
        for lora in self.loras {
            let Some(pair) = lora.pair(name) else { continue };
            let (down, up) = pair.linear(width, all, rows).ok_or_else(|| lora.misfit(name))?;
            let down = self.graph.floats(&[pair.rank, width], down);
            let up = self.graph.floats(&[out, pair.rank], up);
            let less = self.graph.contrib("FusedMatMul", &[x, down], vec![("transB", Attr::Int(1))]);
            let change = self.graph.contrib("FusedMatMul", &[less, up], vec![("transB", Attr::Int(1))]);
            y = self.add(y, change);
        }
        Ok(y)
    }

    /// A convolution; `pads` are top, left, bottom, right.
    pub(crate) fn conv(
        &mut self,
        x: Map,
        name: &str,
        stride: usize,
        pads: [usize; 4],
    ) -> Result<Map, ImageError> {
        let key = format!("{name}.weight");
        let [out, width, kh, kw] = self.shape(&key)?[..] else { return Err(self.source.misfit(&key)) };
        if width != x.channels {
            return Err(self.source.misfit(&key));
        }
        let weight = self.weight(&key, None)?;
        let mut inputs = vec![x.var, weight];
        let bias = format!("{name}.bias");
        if self.has(&bias) {
            inputs.push(self.weight(&bias, None)?);
        }
        let settings = |kernel: [usize; 2], stride: usize, pads: [usize; 4]| {
            let ints = |v: &[usize]| Attr::Ints(v.iter().map(|n| *n as i64).collect());
            let strides = ints(&[stride, stride]);
            vec![("kernel_shape", ints(&kernel)), ("strides", strides), ("pads", ints(&pads))]
        };
        let mut var = self.graph.op("Conv", &inputs, settings([kh, kw], stride, pads));
        for lora in self.loras {
            let Some(pair) = lora.pair(name) else { continue };
            let (down, up) = pair.conv(width, out, [kh, kw]).ok_or_else(|| lora.misfit(name))?;
            let down = self.graph.floats(&[pair.rank, width, kh, kw], down);
            let up = self.graph.floats(&[out, pair.rank, 1, 1], up);
            let less = self.graph.op("Conv", &[x.var, down], settings([kh, kw], stride, pads));
            let change = self.graph.op("Conv", &[less, up], settings([1, 1], 1, [0; 4]));
            var = self.add(var, change);
        }
        let size = |n: usize, a: usize, b: usize, k: usize| (n + a + b).saturating_sub(k) / stride + 1;
        let (height, width) = (size(x.height, pads[0], pads[2], kh), size(x.width, pads[1], pads[3], kw));
        Ok(Map { var, channels: out, height, width })
    }

    /// A 3×3 convolution that keeps height and width.
    pub(crate) fn conv3(&mut self, x: Map, name: &str) -> Result<Map, ImageError> {
        self.conv(x, name, 1, [1; 4])
    }

    /// Twice as high and wide, each value four times.
    pub(crate) fn twice(&mut self, x: Map) -> Map {
        let var = self.graph.scale(x.var, [2.0, 2.0], "nearest");
        Map { var, height: x.height * 2, width: x.width * 2, ..x }
    }

    /// Each group of channels to mean 0 and variance 1, then each channel scaled and moved.
    pub(crate) fn group_norm(
        &mut self,
        x: Map,
        name: &str,
        groups: usize,
        epsilon: f32,
    ) -> Result<Map, ImageError> {
        let key = format!("{name}.weight");
        if !x.channels.is_multiple_of(groups.max(1)) || self.shape(&key)? != [x.channels] {
            return Err(self.source.misfit(&key));
        }
        let each = x.channels / groups * x.height * x.width;
        let flat = self.reshape(x.var, &[1, groups, each]);
        let one = self.graph.floats(&[groups], vec![1.0; groups]);
        let zero = self.graph.floats(&[groups], vec![0.0; groups]);
        let settings = vec![("epsilon", Attr::Float(epsilon))];
        let flat = self.graph.op("InstanceNormalization", &[flat, one, zero], settings);
        let y = self.reshape(flat, &[1, x.channels, x.height, x.width]);
        let gain = self.weight(&key, Some(&[x.channels, 1, 1]))?;
        let offset = self.weight(&format!("{name}.bias"), Some(&[x.channels, 1, 1]))?;
        let y = self.mul(y, gain);
        Ok(Map { var: self.add(y, offset), ..x })
    }

    pub(crate) fn layer_norm(&mut self, x: Var, name: &str, epsilon: f32) -> Result<Var, ImageError> {
        let gain = self.weight(&format!("{name}.weight"), None)?;
        let offset = self.weight(&format!("{name}.bias"), None)?;
        let settings = vec![("axis", Attr::Int(-1)), ("epsilon", Attr::Float(epsilon))];
        Ok(self.graph.op("LayerNormalization", &[x, gain, offset], settings))
    }

    /// A normalisation of the last dimension without weights.
    pub(crate) fn bare_norm(&mut self, x: Var, width: usize, epsilon: f32) -> Var {
        let one = self.graph.floats(&[width], vec![1.0; width]);
        let settings = vec![("axis", Attr::Int(-1)), ("epsilon", Attr::Float(epsilon))];
        self.graph.op("LayerNormalization", &[x, one], settings)
    }

    /// The last dimension to mean square 1, then scaled.
    pub(crate) fn rms_norm(&mut self, x: Var, name: &str, epsilon: f32) -> Result<Var, ImageError> {
        let gain = self.weight(&format!("{name}.weight"), None)?;
        let settings = vec![("axis", Attr::Int(-1)), ("epsilon", Attr::Float(epsilon))];
        Ok(self.graph.op("SimplifiedLayerNormalization", &[x, gain], settings))
    }

    /// Attention of `heads` heads between sequences `[1, length, width]`.
    pub(crate) fn attention(&mut self, q: Var, k: Var, v: Var, heads: usize, causal: bool) -> Var {
        let settings =
            vec![("num_heads", Attr::Int(heads as i64)), ("unidirectional", Attr::Int(i64::from(causal)))];
        self.graph.contrib("MultiHeadAttention", &[q, k, v], settings)
    }

    /// Queries or keys turned by where they stand: `turn` has a cosine and a sine for each place and each pair of
    /// numbers of a head, which lie side by side or half a head apart.
    pub(crate) fn turned(&mut self, x: Var, turn: (Var, Var), heads: usize, side_by_side: bool) -> Var {
        let start = self.graph.ints(&[0]);
        let settings =
            vec![("interleaved", Attr::Int(i64::from(side_by_side))), ("num_heads", Attr::Int(heads as i64))];
        self.graph.contrib("RotaryEmbedding", &[x, start, turn.0, turn.1], settings)
    }

    /// Attention with `bias` `[1, heads, length, length]` added to the scores, which are scaled by `scale`.
    pub(crate) fn biased_attention(
        &mut self,
        [q, k, v]: [Var; 3],
        bias: Var,
        heads: usize,
        scale: f32,
    ) -> Var {
        let settings = vec![("num_heads", Attr::Int(heads as i64)), ("scale", Attr::Float(scale))];
        self.graph.contrib("MultiHeadAttention", &[q, k, v, Var::NONE, Var::NONE, bias], settings)
    }

    /// A picture of features as a sequence, row by row.
    pub(crate) fn sequence(&mut self, x: Map) -> Var {
        let flat = self.reshape(x.var, &[1, x.channels, x.height * x.width]);
        self.transpose(flat, &[0, 2, 1])
    }

    /// And back.
    pub(crate) fn map(&mut self, x: Var, channels: usize, height: usize, width: usize) -> Map {
        let turned = self.transpose(x, &[0, 2, 1]);
        Map { var: self.reshape(turned, &[1, channels, height, width]), channels, height, width }
    }
}

/// The sines and cosines of a time step (`cos` first), `width` numbers.
pub(crate) fn time_features(time: f32, width: usize) -> Vec<f32> {
    let half = width / 2;
    let angle = |i: usize| f64::from(time) * (-(10_000f64.ln()) * i as f64 / half as f64).exp();
    let mut features: Vec<f32> = (0..half).map(|i| angle(i).cos() as f32).collect();
    features.extend((0..half).map(|i| angle(i).sin() as f32));
    features
}
