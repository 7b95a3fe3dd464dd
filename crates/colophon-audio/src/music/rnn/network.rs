//! The network itself.

use std::path::Path;

use super::events::{Control, EVENTS};
use super::kernel;
use crate::AudioError;

const HIDDEN: usize = 512;
const LAYERS: usize = 3;
const INIT: usize = 32;
/// Event, a flag for "no control", control.
const INPUT: usize = EVENTS + 1 + 24;

struct Gru {
    weight_ih: Vec<f32>,
    weight_hh: Vec<f32>,
    bias_ih: Vec<f32>,
    bias_hh: Vec<f32>,
}

/// The network, in memory (21 MB).
pub struct PerformanceRnn {
    init: (Vec<f32>, Vec<f32>),
    embedding: Vec<f32>,
    input: (Vec<f32>, Vec<f32>),
    layers: Vec<Gru>,
    output: (Vec<f32>, Vec<f32>),
}

/// Up to four sequences that are played side by side.
pub struct State {
    /// Layer by layer, sequence by sequence, 512 numbers.
    hidden: Vec<Vec<Vec<f32>>>,
    scratch: [Vec<Vec<f32>>; 2],
}

impl PerformanceRnn {
    /// The name that receipts give.
    pub const NAME: &'static str = "performance-rnn/gru-3x512";
    /// Most sequences side by side.
    pub const MOST: usize = kernel::LANES;

    /// Reads `performancernn_pretrained.pt`.
    ///
    /// # Errors
    /// [`AudioError::Model`] when the file is missing or is not this network.
    pub fn load(path: &Path) -> Result<Self, AudioError> {
        let mut all = colophon_hub::torch::read(path, Some("model"))?;
        let mut take = |name: &str, shape: &[usize]| -> Result<Vec<f32>, AudioError> {
            match all.remove(name) {
                Some(t) if t.shape == shape => Ok(t.data),
                _ => Err(AudioError::model(path)(format!("it has no {name} of shape {shape:?}"))),
            }
        };
        let mut linear = |name: &str, out: usize, n: usize| -> Result<(Vec<f32>, Vec<f32>), AudioError> {
            Ok((take(&format!("{name}.weight"), &[out, n])?, take(&format!("{name}.bias"), &[out])?))
        };
        let init = linear("inithid_fc", LAYERS * HIDDEN, INIT)?;
        let input = linear("concat_input_fc", HIDDEN, INPUT)?;
        let output = linear("output_fc", EVENTS, LAYERS * HIDDEN)?;
        let embedding = take("event_embedding.weight", &[EVENTS, EVENTS])?;
        let mut layers = Vec::new();
        for l in 0..LAYERS {
            layers.push(Gru {
                weight_ih: take(&format!("gru.weight_ih_l{l}"), &[3 * HIDDEN, HIDDEN])?,
                weight_hh: take(&format!("gru.weight_hh_l{l}"), &[3 * HIDDEN, HIDDEN])?,
                bias_ih: take(&format!("gru.bias_ih_l{l}"), &[3 * HIDDEN])?,
                bias_hh: take(&format!("gru.bias_hh_l{l}"), &[3 * HIDDEN])?,
            });
        }
        Ok(Self { init, embedding, input, layers, output })
    }

    /// Begins one sequence for each of up to four start vectors of 32 numbers.
    pub fn start(&self, inits: &[[f32; INIT]]) -> State {
        let b = inits.len().min(Self::MOST);
        let mut hidden = vec![vec![vec![0.0; HIDDEN]; b]; LAYERS];
        let views: Vec<&[f32]> = inits[..b].iter().map(<[f32; INIT]>::as_slice).collect();
        let mut out = vec![vec![0.0; LAYERS * HIDDEN]; b];
        kernel::affine(&self.init.0, &self.init.1, &views, &mut out);
        for (i, out) in out.iter().enumerate() {
            for (layer, part) in out.chunks_exact(HIDDEN).enumerate() {
                hidden[layer][i] = part.iter().map(|v| v.tanh()).collect();
            }
        }
        State { hidden, scratch: [vec![vec![0.0; 3 * HIDDEN]; b], vec![vec![0.0; 3 * HIDDEN]; b]] }
    }

    /// One step of every sequence: its last event and its control give the logits of the next event.
    pub fn step(&self, state: &mut State, events: &[usize], controls: &[Control]) -> Vec<Vec<f32>> {
        let b = state.hidden[0].len().min(events.len()).min(controls.len());
        let mut x = vec![vec![0.0; HIDDEN]; b];
        let inputs: Vec<Vec<f32>> = (0..b)
            .map(|i| {
                let at = events[i].min(EVENTS - 1) * EVENTS;
                let mut input = self.embedding[at..at + EVENTS].to_vec();
                input.push(0.0);
                input.extend_from_slice(&controls[i].0);
                input
            })
            .collect();
        kernel::affine(&self.input.0, &self.input.1, &views(&inputs), &mut x);
        for v in x.iter_mut().flatten() {
            if *v < 0.0 {
                *v *= 0.1;
            }
        }
        for (layer, gru) in self.layers.iter().enumerate() {
            let [from_input, from_hidden] = &mut state.scratch;
            kernel::affine(&gru.weight_ih, &gru.bias_ih, &views(&x), from_input);
            kernel::affine(&gru.weight_hh, &gru.bias_hh, &views(&state.hidden[layer]), from_hidden);
            for (i, x) in x.iter_mut().enumerate() {
                gate(&from_input[i], &from_hidden[i], &mut state.hidden[layer][i]);
                x.copy_from_slice(&state.hidden[layer][i]);
            }
        }
        let all: Vec<Vec<f32>> = (0..b)
            .map(|i| state.hidden.iter().flat_map(|layer| layer[i].iter().copied()).collect())
            .collect();
        let mut logits = vec![vec![0.0; EVENTS]; b];
        kernel::affine(&self.output.0, &self.output.1, &views(&all), &mut logits);
        logits
    }
}

/// Gates in the order reset, update, new.
fn gate(from_input: &[f32], from_hidden: &[f32], hidden: &mut [f32]) {
    let sigmoid = |v: f32| 1.0 / (1.0 + (-v).exp());
    for (j, h) in hidden.iter_mut().enumerate() {
        let r = sigmoid(from_input[j] + from_hidden[j]);
        let z = sigmoid(from_input[HIDDEN + j] + from_hidden[HIDDEN + j]);
        let n = (from_input[2 * HIDDEN + j] + r * from_hidden[2 * HIDDEN + j]).tanh();
        *h = (1.0 - z) * n + z * *h;
    }
}

fn views(all: &[Vec<f32>]) -> Vec<&[f32]> {
    all.iter().map(Vec::as_slice).collect()
}
