//! The second generation (Karras et al. 2020).
//!
//! A modulated convolution is written as the paper's equation 2 allows: the input is scaled by the style,
//! convolved with weights that stay as they are, and scaled back by what the style did to their norm.

use super::LARGEST;
use super::plan::Plan;
use crate::ImageError;
use crate::net::{Conv, Var};

/// The filter that smooths what is enlarged, before it is normalised.
const FILTER: [f32; 4] = [1.0, 3.0, 3.0, 1.0];

/// What a layer does besides its convolution.
struct Layer {
    enlarge: bool,
    demodulate: bool,
}

impl Plan<'_> {
    /// A convolution whose channels the style scales, with its bias; gives the channels, too.
    fn modulated(
        &mut self,
        x: Var,
        style: Var,
        name: &str,
        ins: usize,
        layer: &Layer,
    ) -> Result<(Var, usize), ImageError> {
        let [out, ..] = self.shape::<4>(&format!("{name}.weight"))?;
        let side = if layer.demodulate { 3 } else { 1 };
        let kernel = self.floats(&format!("{name}.weight"), [out, ins, side, side])?;
        let area = side * side;
        let gain = if layer.demodulate { 1.0 } else { 1.0 / ((ins * area) as f32).sqrt() };
        let (style, channels) = self.linear(style, &format!("{name}.affine"), self.width, 1.0, gain)?;
        if channels != ins {
            return Err(self.bad(format!("{name}.affine does not fit the layers beside it")));
        }
        let scales = self.by_channel(style, ins);
        let mut x = self.both("Mul", x, scales);
        let norms = layer.demodulate.then(|| Self::norms(&kernel, [ins, out]));
        if layer.enlarge {
            let mut turned = vec![0.0; kernel.len()];
            for o in 0..out {
                for i in 0..ins {
                    turned[(i * out + o) * area..][..area]
                        .copy_from_slice(&kernel[(o * ins + i) * area..][..area]);
                }
            }
            let pads = [0; 4];
            let conv = Conv {
                shape: [ins, out, side, side],
                weights: turned,
                bias: None,
                stride: 2,
                pads,
                groups: 1,
            };
            x = self.graph.conv_transpose(x, conv);
            x = self.smooth(x, out);
        } else {
            let pads = [side / 2; 4];
            let conv = Conv {
                shape: [out, ins, side, side],
                weights: kernel,
                bias: None,
                stride: 1,
                pads,
                groups: 1,
            };
            x = self.graph.conv(x, conv);
        }
        if let Some(norms) = norms {
            x = self.demodulated(x, style, norms, [ins, out]);
        }
        Ok((x, out))
    }

    fn filter(channels: usize) -> Vec<f32> {
        // It sums to one; enlarging spreads each number over four.
        let one = FILTER.iter().flat_map(|a| FILTER.iter().map(move |b| a * b / 64.0 * 4.0));
        one.collect::<Vec<_>>().repeat(channels)
    }

    /// Smooths what a transposed convolution left; takes a row and a column away.
    fn smooth(&mut self, x: Var, channels: usize) -> Var {
        let weights = Self::filter(channels);
        let conv = Conv {
            shape: [channels, 1, 4, 4],
            weights,
            bias: None,
            stride: 1,
            pads: [1; 4],
            groups: channels,
        };
        self.graph.conv(x, conv)
    }

    /// Doubles a picture.
    fn double(&mut self, x: Var) -> Var {
        let weights = Self::filter(3);
        let conv = Conv { shape: [3, 1, 4, 4], weights, bias: None, stride: 2, pads: [1; 4], groups: 3 };
        self.graph.conv_transpose(x, conv)
    }

    /// A layer of a block: convolution, its own noise, bias, activation.
    fn layer(
        &mut self,
        x: Var,
        style: Var,
        name: &str,
        (ins, side): (usize, usize),
        enlarge: bool,
    ) -> Result<(Var, usize), ImageError> {
        let layer = Layer { enlarge, demodulate: true };
        let (mut x, out) = self.modulated(x, style, name, ins, &layer)?;
        if let Some(strength) = self.number(&format!("{name}.noise_strength")) {
            let noise = self.floats(&format!("{name}.noise_const"), [side, side])?;
            let noise = noise.iter().map(|v| v * strength).collect();
            let noise = self.graph.floats(&[1, 1, side, side], noise);
            x = self.both("Add", x, noise);
        }
        let x = self.bias(x, name, out)?;
        Ok((self.leaky(x), out))
    }

    /// Writes what makes a picture from a style; gives its side.
    pub(super) fn stylegan2(&mut self, style: Var) -> Result<usize, ImageError> {
        let [mut channels, mut side, _] = self.shape::<3>("synthesis.b4.const")?;
        let start = self.floats("synthesis.b4.const", [channels, 4, 4])?;
        let mut x = self.graph.floats(&[1, channels, 4, 4], start);
        let mut picture: Option<Var> = None;
        loop {
            let block = format!("synthesis.b{side}");
            if side > 4 {
                (x, channels) = self.layer(x, style, &format!("{block}.conv0"), (channels, side), true)?;
            }
            (x, channels) = self.layer(x, style, &format!("{block}.conv1"), (channels, side), false)?;
            let name = format!("{block}.torgb");
            if !self.has(&format!("{name}.weight")) {
                return Err(self.bad("its blocks are residual, which is not read".into()));
            }
            let layer = Layer { enlarge: false, demodulate: false };
            let (colours, count) = self.modulated(x, style, &name, channels, &layer)?;
            if count != 3 {
                return Err(self.bad(format!("its pictures have {count} channels")));
            }
            let colours = self.bias(colours, &name, 3)?;
            picture = Some(match picture {
                Some(smaller) => {
                    let doubled = self.double(smaller);
                    self.both("Add", doubled, colours)
                }
                None => colours,
            });
            if !self.has(&format!("synthesis.b{}.conv1.weight", side * 2)) {
                break;
            }
            side *= 2;
            if side > LARGEST {
                return Err(self.bad(format!("its pictures are larger than {LARGEST} pixels")));
            }
        }
        if let Some(picture) = picture {
            self.graph.output("picture", picture);
        }
        Ok(side)
    }
}
