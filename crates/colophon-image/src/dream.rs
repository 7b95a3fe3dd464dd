//! DeepDream (Mordvintsev et al. 2015): a picture is changed step by step so that a layer of a network
//! sees more of what it sees in it, coarse shapes first.

use std::path::Path;

use colophon_types::{Cancel, Raster, Seed};

use crate::net::{Attr, Gradient as _, Graph, Net, Tensor, Var};
use crate::resize::Plane;
use crate::{ImageError, pixels, vgg};

/// Longest side at which a picture is dreamt, in pixels; larger ones take the change, scaled up.
const LONGEST: usize = 1024;
/// Longest side at which a guide is looked at, in pixels.
const GUIDE: usize = 384;
/// Side of a tile of which a gradient is taken at once.
const TILE: usize = 512;

/// How the colours of photographs go together (as in Lucid, Olah et al. 2017): brightness first, then
/// blue against yellow, then green against red. A step that follows it looks like paint, not like a
/// broken screen.
const COLOURS: [[f32; 3]; 3] = [[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]];

/// How a picture is dreamt.
#[derive(Clone, Debug, PartialEq)]
pub struct Dream {
    /// The layer, `conv1_1` to `conv5_3`: strokes at first, then patterns, then parts of things.
    pub layer: String,
    /// Only this feature of the layer, from 0; all for `None`.
    pub channel: Option<usize>,
    /// Sizes at which it is dreamt, and by how much each is larger than the one before.
    pub octaves: usize,
    /// See `octaves`.
    pub octave_scale: f32,
    /// Steps at each size.
    pub steps: usize,
    /// How far a step goes.
    pub rate: f32,
    /// Seed of the shifts between steps.
    pub seed: u64,
}

impl Default for Dream {
    fn default() -> Self {
        Self {
            layer: "conv5_1".into(),
            channel: None,
            octaves: 4,
            octave_scale: 1.4,
            steps: 10,
            rate: 0.012,
            seed: 0,
        }
    }
}

/// The names of all layers.
pub fn layers() -> Vec<String> {
    crate::vgg::layers()
}

/// The network of one layer, ready to dream.
#[derive(Debug)]
pub struct Dreamer {
    gradient: Net,
    /// What looks at a guide, where there is to be one.
    features: Option<Net>,
    channels: usize,
}

impl Dreamer {
    /// Loads the network from the folder of model `hed`, to dream with a guide or without. The ONNX
    /// Runtime must have been loaded.
    ///
    /// # Errors
    /// [`ImageError::Setting`] for a layer or channel that does not exist; a model that cannot be loaded.
    pub fn load(dir: &Path, dream: &Dream, guided: bool, threads: usize) -> Result<Self, ImageError> {
        let Some((block, place)) = vgg::place(&dream.layer) else {
            let message =
                format!("there is no layer '{}': choose one of {}", dream.layer, vgg::layers().join(", "));
            return Err(ImageError::Setting(message));
        };
        let build = |graph: &mut Graph| {
            let image = graph.input("image", &[Some(1), Some(3), None, None]);
            let trunk = vgg::Trunk::over(graph, image, dir, block + 1)?;
            Ok::<_, ImageError>((image, trunk.features[block][place]))
        };
        let channels = vgg::WIDTHS[block];
        let mut graph = Graph::default();
        let (image, mut value) = build(&mut graph)?;
        if let Some(channel) = dream.channel {
            if channel >= channels {
                let message =
                    format!("{} has no channel {channel}: the last is {}", dream.layer, channels - 1);
                return Err(ImageError::Setting(message));
            }
            let only = graph.floats(
                &[1, channels, 1, 1],
                (0..channels).map(|c| if c == channel { 1.0 } else { 0.0 }).collect(),
            );
            value = graph.plain("Mul", &[value, only]);
        }
        // Half the sum of squares has the values themselves as its gradient; a guide puts in their place
        // what it has that is most like them.
        let seed = if guided { matched(&mut graph, value, channels) } else { value };
        let gradient = graph.gradient(&[(value, seed)], image)?;
        graph.output("gradient", gradient);
        let features = if guided {
            let mut plain = Graph::default();
            let (_, value) = build(&mut plain)?;
            plain.output("features", value);
            Some(Net::new(&plain, threads)?)
        } else {
            None
        };
        Ok(Self { gradient: Net::new(&graph, threads)?, features, channels })
    }

    /// The gradient of half the sum of squares of the layer, for a picture `[1, 3, h, w]`: what a
    /// reference can be compared with.
    ///
    /// # Errors
    /// A stop, a network that failed.
    pub fn gradient(
        &self,
        image: &[f32],
        size: (usize, usize),
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        let image = Tensor::new(&[1, 3, size.1, size.0], image.to_vec());
        Ok(self.slope(image, None, cancel)?.data)
    }

    fn slope(&self, image: Tensor, guide: Option<&Tensor>, cancel: &Cancel) -> Result<Tensor, ImageError> {
        let mut inputs = vec![("image", image)];
        inputs.extend(guide.map(|guide| ("guide", guide.clone())));
        let none = || ImageError::Network("it gave nothing".into());
        self.gradient.run(inputs, cancel)?.into_iter().next().ok_or_else(none)
    }

    /// Dreams a picture; `tell` hears how many of how many steps are done. With a guide the picture
    /// takes on what the layer sees in the guide.
    ///
    /// # Errors
    /// A picture without pixels, settings out of range, a stop, a network that failed.
    pub fn dream(
        &self,
        image: &Raster,
        dream: &Dream,
        guide: Option<&Raster>,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Raster, ImageError> {
        pixels::check(image)?;
        let within = |name: &str, ok: bool, range: &str| {
            if ok { Ok(()) } else { Err(ImageError::Setting(format!("{name} must be {range}"))) }
        };
        within("octaves", (1..=12).contains(&dream.octaves), "1 to 12")?;
        within("the scale of the octaves", (1.1..=2.5).contains(&dream.octave_scale), "1.1 to 2.5")?;
        within("steps", (1..=200).contains(&dream.steps), "1 to 200")?;
        within("the rate", (0.0005..=0.2).contains(&dream.rate), "0.0005 to 0.2")?;
        let guide = guide.map(|g| self.see(g, cancel)).transpose()?;
        let full = pixels::colours(image);
        let (w, h) = (full[0].w, full[0].h);
        let scale = (LONGEST as f32 / w.max(h) as f32).min(1.0);
        let fit = |n: usize, shrink: f32| {
            let n = n as f32 * scale / shrink / vgg::STRIDE as f32;
            (n.round() as usize).max(2) * vgg::STRIDE
        };
        let mut dice = Seed(dream.seed).derive("dream");
        let mut change: Option<Vec<Plane>> = None;
        let total = dream.octaves * dream.steps;
        for octave in 0..dream.octaves {
            let shrink = dream.octave_scale.powi((dream.octaves - 1 - octave) as i32);
            let (ow, oh) = (fit(w, shrink), fit(h, shrink));
            let base: Vec<Plane> = full.iter().map(|p| p.resized(ow, oh)).collect();
            let mut state: Vec<Plane> = match &change {
                None => base.clone(),
                Some(change) => base
                    .iter()
                    .zip(change)
                    .map(|(b, c)| {
                        let c = c.resized(ow, oh);
                        Plane { w: ow, h: oh, v: b.v.iter().zip(&c.v).map(|(b, c)| b + c).collect() }
                    })
                    .collect(),
            };
            for step in 0..dream.steps {
                cancel.check()?;
                tell(octave * dream.steps + step, total);
                let shift = (dice.next_u64() as usize % ow, dice.next_u64() as usize % oh);
                self.step(&mut state, shift, dream.rate, guide.as_ref(), cancel)?;
            }
            let difference = |(s, b): (&Plane, &Plane)| Plane {
                w: ow,
                h: oh,
                v: s.v.iter().zip(&b.v).map(|(s, b)| s - b).collect(),
            };
            change = Some(state.iter().zip(&base).map(difference).collect());
        }
        tell(total, total);
        let change = change.unwrap_or_default();
        Ok(pixels::changed(&full, &change, pixels::opacity(image).as_ref()))
    }

    /// One step uphill over tiles of the picture, shifted round so that their borders fall elsewhere
    /// each time.
    fn step(
        &self,
        state: &mut [Plane],
        shift: (usize, usize),
        rate: f32,
        guide: Option<&Tensor>,
        cancel: &Cancel,
    ) -> Result<(), ImageError> {
        let (w, h) = (state[0].w, state[0].h);
        let at = |x: usize, y: usize| (y + shift.1) % h * w + (x + shift.0) % w;
        for (top, bottom) in tiles(h, vgg::STRIDE) {
            for (left, right) in tiles(w, vgg::STRIDE) {
                let (tw, th) = (right - left, bottom - top);
                let mut seen = Vec::with_capacity(3 * tw * th);
                for plane in state.iter() {
                    for y in top..bottom {
                        seen.extend((left..right).map(|x| plane.v[at(x, y)]));
                    }
                }
                let slope = self.slope(Tensor::new(&[1, 3, th, tw], seen), guide, cancel)?;
                if slope.data.len() != 3 * tw * th {
                    return Err(ImageError::Network("it gave a gradient of another size".into()));
                }
                let slope = natural(&slope.data);
                let size = slope.iter().map(|g| f64::from(g.abs())).sum::<f64>();
                let factor = rate / ((size / slope.len() as f64) as f32).max(1e-12);
                for (plane, slope) in state.iter_mut().zip(slope.chunks_exact(tw * th)) {
                    for y in 0..th {
                        for x in 0..tw {
                            let v = &mut plane.v[at(left + x, top + y)];
                            *v = (*v + slope[y * tw + x] * factor).clamp(-0.1, 1.1);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What the layer sees in a guide, `[places, channels]`.
    fn see(&self, guide: &Raster, cancel: &Cancel) -> Result<Tensor, ImageError> {
        pixels::check(guide)?;
        let (w, h) = vgg::fit((guide.width as usize, guide.height as usize), GUIDE);
        let seen: Vec<Plane> = pixels::colours(guide).iter().map(|p| p.resized(w, h)).collect();
        let Some(features) = &self.features else {
            return Err(ImageError::Setting("the network was loaded to dream without a guide".into()));
        };
        let features = features.apply("image", pixels::tensor(&seen), cancel)?;
        let places = features.data.len() / self.channels;
        let data = (0..places).flat_map(|p| features.data.iter().skip(p).step_by(places).copied()).collect();
        Ok(Tensor::new(&[places, self.channels], data))
    }
}

/// For each place of `features` the row of the guide that is most like it.
fn matched(graph: &mut Graph, features: Var, channels: usize) -> Var {
    let guide = graph.input("guide", &[None, Some(channels)]);
    let shape = graph.plain("Shape", &[features]);
    let flat = graph.ints(&[channels as i64, -1]);
    let rows = graph.plain("Reshape", &[features, flat]);
    let turned = |graph: &mut Graph, v| graph.op("Transpose", &[v], vec![("perm", Attr::Ints(vec![1, 0]))]);
    let rows = turned(graph, rows);
    let columns = turned(graph, guide);
    let likeness = graph.plain("MatMul", &[rows, columns]);
    let best = graph.op("ArgMax", &[likeness], vec![("axis", Attr::Int(1)), ("keepdims", Attr::Int(0))]);
    let rows = graph.plain("Gather", &[guide, best]);
    let rows = turned(graph, rows);
    graph.plain("Reshape", &[rows, shape])
}

/// A gradient `[3, places]` with the colours of photographs.
fn natural(gradient: &[f32]) -> Vec<f32> {
    let mix: [[f32; 3]; 3] =
        std::array::from_fn(|a| std::array::from_fn(|b| (0..3).map(|k| COLOURS[a][k] * COLOURS[b][k]).sum()));
    let places = gradient.len() / 3;
    let mut out = Vec::with_capacity(gradient.len());
    for row in mix {
        out.extend((0..places).map(|i| (0..3).map(|c| row[c] * gradient[c * places + i]).sum::<f32>()));
    }
    out
}

/// A length in about equal parts of at most [`TILE`], each a multiple of `stride`.
fn tiles(length: usize, stride: usize) -> Vec<(usize, usize)> {
    let (units, count) = (length / stride, length.div_ceil(TILE).max(1));
    (0..count).map(|i| (units * i / count * stride, units * (i + 1) / count * stride)).collect()
}
