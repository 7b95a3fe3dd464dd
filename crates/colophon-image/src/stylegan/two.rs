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

/// What each of two ways that are added is multiplied with.
const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;

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

    /// Doubles a picture of so many channels.
    fn double(&mut self, x: Var, channels: usize) -> Var {
        let conv = Conv {
            shape: [channels, 1, 4, 4],
            weights: Self::filter(channels),
            bias: None,
            stride: 2,
            pads: [1; 4],
            groups: channels,
        };
        self.graph.conv_transpose(x, conv)
    }

    /// The way around the layers of a residual block: its channels mixed, and doubled.
    fn around(&mut self, x: Var, name: &str, ins: usize) -> Result<(Var, usize), ImageError> {
        let [out, ..] = self.shape::<4>(&format!("{name}.weight"))?;
        let mut weights = self.floats(&format!("{name}.weight"), [out, ins, 1, 1])?;
        weights.iter_mut().for_each(|v| *v *= HALF / (ins as f32).sqrt());
        let shape = [out, ins, 1, 1];
        let x = self.graph.conv(x, Conv { shape, weights, bias: None, stride: 1, pads: [0; 4], groups: 1 });
        Ok((self.double(x, out), out))
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

    /// Writes what makes a picture from a style; gives its side. Blocks have colours of their own (which are added
    /// up), or a way around them (then the last has colours), or neither.
    pub(super) fn stylegan2(&mut self, style: Var) -> Result<usize, ImageError> {
        let [mut channels, mut side, _] = self.shape::<3>("synthesis.b4.const")?;
        let start = self.floats("synthesis.b4.const", [channels, 4, 4])?;
        let mut x = self.graph.floats(&[1, channels, 4, 4], start);
        let mut picture: Option<Var> = None;
        loop {
            let block = format!("synthesis.b{side}");
            let skip = format!("{block}.skip");
            let mut other = None;
            if side > 4 {
                if self.has(&format!("{skip}.weight")) {
                    other = Some(self.around(x, &skip, channels)?);
                }
                (x, channels) = self.layer(x, style, &format!("{block}.conv0"), (channels, side), true)?;
            }
            (x, channels) = self.layer(x, style, &format!("{block}.conv1"), (channels, side), false)?;
            if let Some((other, count)) = other {
                if count != channels {
                    return Err(self.bad(format!("{skip} does not fit the layers beside it")));
                }
                let half = self.graph.scalar(HALF);
                x = self.both("Mul", x, half);
                x = self.both("Add", other, x);
            }
            picture = picture.map(|smaller| self.double(smaller, 3));
            let name = format!("{block}.torgb");
            if self.has(&format!("{name}.weight")) {
                let layer = Layer { enlarge: false, demodulate: false };
                let (colours, count) = self.modulated(x, style, &name, channels, &layer)?;
                if count != 3 {
                    return Err(self.bad(format!("its pictures have {count} channels")));
                }
                let colours = self.bias(colours, &name, 3)?;
                picture = Some(match picture {
                    Some(so_far) => self.both("Add", so_far, colours),
                    None => colours,
                });
            }
            if !self.has(&format!("synthesis.b{}.conv1.weight", side * 2)) {
                break;
            }
            side *= 2;
            if side > LARGEST {
                return Err(self.bad(format!("its pictures are larger than {LARGEST} pixels")));
            }
        }
        // The last block is the one that has them in every kind.
        let coloured = self.has(&format!("synthesis.b{side}.torgb.weight"));
        let picture = picture.filter(|_| coloured).ok_or_else(|| self.bad("it gives no colours".into()))?;
        self.graph.output("picture", picture);
        Ok(side)
    }
}
