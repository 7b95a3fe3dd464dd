//! The network: weights, what the spectrum tells each layer, and one step in time.

use std::collections::HashMap;

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::kernel::{Matrix, gate};
use crate::vocoder::spectrum::Mel;

/// Signals that go in at each step: the sample before, what the predictor left over of it, and the
/// prediction of the sample to come.
pub(super) const INPUTS: usize = 3;
/// Logistics in the mixture that comes out.
pub(super) const MIXTURE: usize = 3;
/// Frames before and after that the condition of a frame sees.
const AROUND: isize = 2;
/// Centre and spread of the spectrum's values.
const NORMAL: [f32; 2] = [-5.0, 2.5];

/// One residual layer.
struct Layer {
    dilation: usize,
    /// Of the past and the present value: filter and gate.
    gate: Matrix,
    /// Of the gated value: what is added to the stream, and what is given to the end.
    out: Matrix,
}

/// A WaveNet's weights.
pub(super) struct Net {
    channels: usize,
    skip: usize,
    first: Matrix,
    layers: Vec<Layer>,
    head: [Matrix; 2],
    condition: [Matrix; 3],
}

/// Numbers by name, as they lie in the file.
struct Weights<'a>(SafeTensors<'a>);

impl Weights<'_> {
    fn get(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        let view = self.0.tensor(name).map_err(|e| format!("{name}: {e}"))?;
        let data = match view.dtype() {
            Dtype::F32 => {
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
            }
            Dtype::F16 => {
                view.data().chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
            }
            other => return Err(format!("{name} holds {other:?}")),
        };
        Ok((view.shape().to_vec(), data))
    }

    /// A matrix `[rows, …]` with everything after the rows as columns.
    fn matrix(&self, name: &str, bias: bool) -> Result<Matrix, String> {
        let (shape, weights) = self.get(&format!("{name}.weight"))?;
        let rows = shape.first().copied().unwrap_or(0);
        let taps = if shape.len() == 3 { shape[2] } else { 1 };
        let columns = weights.len() / rows.max(1);
        // A convolution's taps come last; here the frames come one after the other.
        let mut ordered = weights.clone();
        for (row, line) in weights.chunks(columns.max(1)).enumerate() {
            for (index, weight) in line.iter().enumerate() {
                let (channel, tap) = (index / taps, index % taps);
                ordered[row * columns + tap * (columns / taps) + channel] = *weight;
            }
        }
        let bias = if bias { Some(self.get(&format!("{name}.bias"))?.1) } else { None };
        let matrix = Matrix::new(rows, columns, &ordered, bias.as_deref());
        matrix.ok_or_else(|| format!("{name} has the shape {shape:?}"))
    }
}

impl Net {
    /// Reads weights; the names are those of the training program, the dilations stand in the metadata.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let (_, head) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let notes: HashMap<String, String> = head.metadata().clone().unwrap_or_default();
        let dilations = notes.get("dilations").ok_or("the dilations are not given")?;
        let dilations: Result<Vec<usize>, _> = dilations.split(',').map(|d| d.trim().parse()).collect();
        let dilations = dilations.map_err(|e| format!("the dilations are no numbers: {e}"))?;
        if dilations.is_empty() || dilations.iter().any(|d| !(1..=1 << 16).contains(d)) {
            return Err("the dilations are out of range".into());
        }
        let weights = Weights(SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?);
        let layer = |(i, dilation): (usize, &usize)| {
            let gate = weights.matrix(&format!("gate.{i}"), false)?;
            Ok(Layer { dilation: *dilation, gate, out: weights.matrix(&format!("out.{i}"), true)? })
        };
        let layers: Result<Vec<Layer>, String> = dilations.iter().enumerate().map(layer).collect();
        let first = weights.matrix("first", true)?;
        let head = [weights.matrix("head_in", true)?, weights.matrix("head_out", true)?];
        let condition = [
            weights.matrix("condition_in", true)?,
            weights.matrix("condition_mid", true)?,
            weights.matrix("condition_out", true)?,
        ];
        Self { channels: first.rows(), skip: head[0].rows(), first, layers: layers?, head, condition }
            .checked()
    }

    /// Refuses layers that do not fit one another.
    fn checked(self) -> Result<Self, String> {
        let (c, s) = (self.channels, self.skip);
        let layer = |l: &Layer| l.gate.is(2 * c, 2 * c) && l.out.is(c + s, c);
        let inner = self.condition[1].rows();
        let fits = self.first.is(c, INPUTS)
            && self.layers.iter().all(layer)
            && self.head[0].is(s, s)
            && self.head[1].is(3 * MIXTURE, s)
            && self.condition[0].columns().is_multiple_of(2 * AROUND as usize + 1)
            && self.condition[1].columns() == self.condition[0].rows()
            && self.condition[2].is(2 * c * self.layers.len(), inner);
        if fits { Ok(self) } else { Err("the layers do not fit one another".into()) }
    }

    /// Bands of the spectrum.
    pub(super) fn bands(&self) -> usize {
        self.condition[0].columns() / (2 * AROUND as usize + 1)
    }

    /// Samples of the past that one output sees.
    pub(super) fn reach(&self) -> usize {
        self.layers.iter().map(|l| l.dilation).sum::<usize>() + 1
    }

    /// What the spectrum around frame `t` adds to the gates of each layer: `layers × 2 · channels`.
    pub(super) fn condition(&self, mel: &Mel, t: usize) -> Vec<f32> {
        let around = -AROUND..=AROUND;
        let seen: Vec<f32> =
            around.flat_map(|d| mel.frame(t as isize + d)).map(|v| (v - NORMAL[0]) / NORMAL[1]).collect();
        let [first, mid, last] = &self.condition;
        let mut x = seen;
        for matrix in [first, mid] {
            let mut out = matrix.room();
            matrix.apply(&x, &mut out);
            out.iter_mut().for_each(|v| *v = v.max(0.0));
            x = out;
        }
        let mut out = last.room();
        last.apply(&x, &mut out);
        out
    }
}

/// A network in the middle of a sound: for each layer the values that it will want again (Paine et al.
/// 2016, Fast Wavenet Generation), and room for one step.
pub(super) struct State<'a> {
    net: &'a Net,
    /// For each layer a ring of `dilation` values, one after the other.
    queues: Vec<Vec<f32>>,
    step: usize,
    /// The value of `dilation` steps ago, and the present one.
    pair: Vec<f32>,
    gates: Vec<f32>,
    gated: Vec<f32>,
    added: Vec<f32>,
    skips: Vec<f32>,
    hidden: Vec<f32>,
    out: Vec<f32>,
}

impl<'a> State<'a> {
    pub(super) fn new(net: &'a Net) -> Self {
        let c = net.channels;
        let [last, end] = &net.head;
        Self {
            net,
            queues: net.layers.iter().map(|l| vec![0.0; l.dilation * c]).collect(),
            step: 0,
            pair: vec![0.0; 2 * c],
            gates: vec![0.0; 2 * c],
            gated: vec![0.0; c],
            added: vec![0.0; c + net.skip],
            skips: vec![0.0; net.skip],
            hidden: last.room(),
            out: end.room(),
        }
    }

    /// One step: `condition` is [`Net::condition`] of the present frame. Gives weights, means and
    /// logarithms of the scales of the mixture.
    pub(super) fn step(&mut self, inputs: &[f32; INPUTS], condition: &[f32]) -> &[f32] {
        let net = self.net;
        let (c, half) = (net.channels, std::f32::consts::FRAC_1_SQRT_2);
        net.first.apply(inputs, &mut self.pair[c..2 * c]);
        self.skips.fill(0.0);
        for ((layer, queue), condition) in
            net.layers.iter().zip(&mut self.queues).zip(condition.chunks_exact(2 * c))
        {
            let at = self.step % layer.dilation * c;
            let (past, now) = self.pair.split_at_mut(c);
            past.copy_from_slice(&queue[at..at + c]);
            queue[at..at + c].copy_from_slice(&now[..c]);
            layer.gate.from(condition, &self.pair[..2 * c], &mut self.gates);
            let (filter, open) = self.gates.split_at(c);
            gate(filter, open, &mut self.gated);
            layer.out.apply(&self.gated, &mut self.added);
            let (stream, skip) = self.added.split_at(c);
            for (x, add) in self.pair[c..].iter_mut().zip(stream) {
                *x = (*x + add) * half;
            }
            for (sum, add) in self.skips.iter_mut().zip(skip) {
                *sum += add;
            }
        }
        let scale = (net.layers.len() as f32).sqrt().recip();
        self.skips.iter_mut().for_each(|x| *x = (*x * scale).max(0.0));
        net.head[0].apply(&self.skips, &mut self.hidden);
        self.hidden.iter_mut().for_each(|x| *x = x.max(0.0));
        net.head[1].apply(&self.hidden, &mut self.out);
        self.step += 1;
        &self.out
    }
}
