//! Painting by optimisation (Gatys, Ecker & Bethge 2015): a picture is changed until the features that
//! a network sees in it occur together as they do in a painting, while its content stays.

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Raster};

use crate::lbfgs::{Descent, minimise};
use crate::net::{Attr, Gradient as _, Graph, Net, Tensor, Var};
use crate::resize::Plane;
use crate::{ImageError, pixels, vgg};

/// Where the painting is looked at: block and place, from nothing.
const STYLE: [(usize, usize); 5] = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)];
/// Where the content is: conv4_2.
const CONTENT: (usize, usize) = (3, 1);

/// How a picture is painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Painting {
    /// What the painting weighs against the content; more is freer.
    pub style: f32,
    /// Steps, shared between the sizes.
    pub steps: usize,
    /// Longest side at which it is painted, in pixels; a larger picture takes the change, scaled up.
    pub longest: usize,
    /// Only light and dark are painted; colours stay.
    pub keep_colour: bool,
}

impl Default for Painting {
    fn default() -> Self {
        Self { style: 30.0, steps: 120, longest: 512, keep_colour: false }
    }
}

/// What is heard of a painting on its way.
#[derive(Debug)]
pub struct Stroke<'a> {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
    /// How far it still is from what is wanted; less is nearer.
    pub loss: f32,
    /// The picture so far, every tenth step.
    pub preview: Option<&'a Raster>,
}

/// A painter that optimises.
#[derive(Debug)]
pub struct GatysPainter {
    dir: PathBuf,
    threads: usize,
    look: Net,
}

/// What is wanted of a picture of one size.
struct Wanted {
    content: Tensor,
    grams: Vec<Tensor>,
}

impl GatysPainter {
    /// Loads the network from the folder of model `hed`. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        let mut graph = Graph::default();
        let image = graph.input("image", &[Some(1), Some(3), None, None]);
        let trunk = vgg::Trunk::over(&mut graph, image, dir, 5)?;
        graph.output("content", trunk.features[CONTENT.0][CONTENT.1]);
        for (index, (block, place)) in STYLE.iter().enumerate() {
            let gram = gram(&mut graph, trunk.features[*block][*place], vgg::WIDTHS[*block]).0;
            graph.output(&format!("gram{index}"), gram);
        }
        Ok(Self { dir: dir.to_owned(), threads, look: Net::new(&graph, threads)? })
    }

    /// Paints `image` as `style` is painted; `tell` hears of every step.
    ///
    /// # Errors
    /// A picture without pixels, settings out of range, a stop, a network that failed.
    pub fn paint(
        &self,
        image: &Raster,
        style: &Raster,
        painting: Painting,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Stroke<'_>),
    ) -> Result<Raster, ImageError> {
        pixels::check(image)?;
        pixels::check(style)?;
        let Painting { style: weight, steps, longest, keep_colour } = painting;
        if !(0.01..=1e5).contains(&weight) || !(1..=2000).contains(&steps) || !(64..=1536).contains(&longest)
        {
            let message = "the style must weigh 0.01 to 100000, in 1 to 2000 steps of at most 1536 pixels";
            return Err(ImageError::Setting(message.into()));
        }
        let full = pixels::colours(image);
        let style = pixels::colours(style);
        let opacity = pixels::opacity(image);
        let (w, h) = (full[0].w, full[0].h);
        let longest = longest.min(w.max(h).next_multiple_of(vgg::STRIDE));
        let sizes: &[(usize, usize)] = &if longest >= 256 && steps >= 20 {
            vec![(longest / 2, steps * 3 / 5), (longest, steps - steps * 3 / 5)]
        } else {
            vec![(longest, steps)]
        };
        let mut change: Option<Vec<Plane>> = None;
        let mut done = 0;
        for (longest, count) in sizes {
            let (sw, sh) = vgg::fit((w, h), *longest);
            let base: Vec<Plane> = full.iter().map(|p| p.resized(sw, sh)).collect();
            let canvas = self.canvas_of(&base, &style, weight, cancel)?;
            let mut state = pixels::tensor(&base).data;
            for (c, change) in change.iter().flatten().enumerate() {
                let change = change.resized(sw, sh);
                state[c * sw * sh..].iter_mut().zip(&change.v).for_each(|(s, c)| *s += c);
            }
            let finish = |state: &[f32]| -> Vec<Plane> {
                let planes = state.chunks_exact(sw * sh).zip(&base);
                let change = |(s, b): (&[f32], &Plane)| Plane {
                    w: sw,
                    h: sh,
                    v: s.iter().zip(&b.v).map(|(s, b)| s - b).collect(),
                };
                planes.map(change).collect()
            };
            let before = done;
            minimise(&mut state, *count, &mut |state| canvas.slope(state, cancel), &mut |step: Descent<
                '_,
            >| {
                done = before + step.step;
                let preview = step
                    .step
                    .is_multiple_of(10)
                    .then(|| applied(&full, &finish(step.point), keep_colour, opacity.as_ref()));
                tell(Stroke { done, total: steps, loss: step.value, preview: preview.as_ref() });
            })?;
            change = Some(finish(&state));
        }
        Ok(applied(&full, &change.unwrap_or_default(), keep_colour, opacity.as_ref()))
    }

    /// What a picture of the size of `content` is measured by: its likeness to `content` and to the
    /// manner of `painting`, which weighs `weight`. Sides must be multiples of 16.
    ///
    /// # Errors
    /// A picture without pixels or of another size, a stop, a network that failed.
    pub fn canvas(
        &self,
        content: &Raster,
        painting: &Raster,
        weight: f32,
        cancel: &Cancel,
    ) -> Result<Canvas, ImageError> {
        pixels::check(content)?;
        pixels::check(painting)?;
        self.canvas_of(&pixels::colours(content), &pixels::colours(painting), weight, cancel)
    }

    pub(crate) fn canvas_of(
        &self,
        content: &[Plane],
        painting: &[Plane],
        weight: f32,
        cancel: &Cancel,
    ) -> Result<Canvas, ImageError> {
        let size = (content[0].w, content[0].h);
        if !size.0.is_multiple_of(vgg::STRIDE) || !size.1.is_multiple_of(vgg::STRIDE) {
            return Err(ImageError::Setting("sides must be multiples of 16 pixels".into()));
        }
        let wanted = self.wanted(content, painting, size.0.max(size.1), cancel)?;
        self.slope(size, weight, &wanted)
    }

    fn wanted(
        &self,
        content: &[Plane],
        painting: &[Plane],
        longest: usize,
        cancel: &Cancel,
    ) -> Result<Wanted, ImageError> {
        let missing = || ImageError::Network("it gave nothing".into());
        let seen = self.look.run(vec![("image", pixels::tensor(content))], cancel)?;
        let content = seen.into_iter().next().ok_or_else(missing)?;
        let (w, h) = vgg::fit((painting[0].w, painting[0].h), longest);
        let planes: Vec<Plane> = painting.iter().map(|p| p.resized(w, h)).collect();
        let seen = self.look.run(vec![("image", pixels::tensor(&planes))], cancel)?;
        let grams: Vec<Tensor> = seen.into_iter().skip(1).collect();
        if grams.len() == STYLE.len() { Ok(Wanted { content, grams }) } else { Err(missing()) }
    }

    /// The network that says how far a picture of one size is from what is wanted, and which way it
    /// must change: each part relative to what is wanted, so that layers weigh the same.
    fn slope(&self, (w, h): (usize, usize), weight: f32, wanted: &Wanted) -> Result<Canvas, ImageError> {
        let mut graph = Graph::default();
        let image = graph.input("image", &[Some(1), Some(3), Some(h), Some(w)]);
        let trunk = vgg::Trunk::over(&mut graph, image, &self.dir, 5)?;
        let energy = |t: &Tensor| t.data.iter().map(|v| v * v).sum::<f32>().max(1e-12);
        let mut seeds = Vec::new();
        let mut losses = Vec::new();
        let seen = trunk.features[CONTENT.0][CONTENT.1];
        let target = graph.floats(&wanted.content.shape, wanted.content.data.clone());
        let apart = graph.plain("Sub", &[seen, target]);
        losses.push(squares(&mut graph, apart, 1.0 / energy(&wanted.content)));
        let share = graph.scalar(2.0 / energy(&wanted.content));
        seeds.push((seen, graph.plain("Mul", &[apart, share])));
        for ((block, place), wanted) in STYLE.iter().zip(&wanted.grams) {
            let seen = trunk.features[*block][*place];
            let (gram, flat) = gram(&mut graph, seen, vgg::WIDTHS[*block]);
            let target = graph.floats(&wanted.shape, wanted.data.clone());
            let apart = graph.plain("Sub", &[gram, target]);
            let share = weight / STYLE.len() as f32 / energy(wanted);
            losses.push(squares(&mut graph, apart, share));
            // ∂/∂F Σ (F·Fᵀ/n − T)² = 4 (F·Fᵀ/n − T)·F/n, n the number of places.
            let places = (w >> block) * (h >> block);
            let factor = graph.scalar(4.0 * share / places as f32);
            let rows = graph.plain("MatMul", &[apart, flat]);
            let rows = graph.plain("Mul", &[rows, factor]);
            let shape = graph.plain("Shape", &[seen]);
            seeds.push((seen, graph.plain("Reshape", &[rows, shape])));
        }
        let gradient = graph.gradient(&seeds, image)?;
        let loss = losses.into_iter().reduce(|a, b| graph.plain("Add", &[a, b]));
        graph.output("loss", loss.unwrap_or(image));
        graph.output("gradient", gradient);
        Ok(Canvas { net: Net::new(&graph, self.threads)?, size: (w, h) })
    }
}

/// A picture being painted: what it is measured by.
#[derive(Debug)]
pub struct Canvas {
    net: Net,
    size: (usize, usize),
}

impl Canvas {
    /// How far a picture is from what is wanted, and which way it falls off: `image` is `[3, height,
    /// width]`, red, green, blue from 0 to 1.
    ///
    /// # Errors
    /// A picture of another size, a stop, a network that failed.
    pub fn slope(&self, image: &[f32], cancel: &Cancel) -> Result<(f32, Vec<f32>), ImageError> {
        let (w, h) = self.size;
        if image.len() != 3 * w * h {
            return Err(ImageError::Setting(format!("the canvas is of {w}×{h} pixels")));
        }
        let made = self.net.run(vec![("image", Tensor::new(&[1, 3, h, w], image.to_vec()))], cancel)?;
        match <[Tensor; 2]>::try_from(made) {
            Ok([loss, gradient]) if gradient.data.len() == image.len() => {
                Ok((loss.data.first().copied().unwrap_or(f32::NAN), gradient.data))
            }
            _ => Err(ImageError::Network("it gave a gradient of another size".into())),
        }
    }
}

/// How features occur together, `F·Fᵀ/n` `[channels, channels]`, and the features flat.
fn gram(graph: &mut Graph, features: Var, channels: usize) -> (Var, Var) {
    let shape = graph.ints(&[channels as i64, -1]);
    let flat = graph.plain("Reshape", &[features, shape]);
    let turned = graph.op("Transpose", &[flat], vec![("perm", Attr::Ints(vec![1, 0]))]);
    let product = graph.plain("MatMul", &[flat, turned]);
    let size = graph.plain("Size", &[flat]);
    let size = graph.op("Cast", &[size], vec![("to", Attr::Int(1))]);
    let channels = graph.scalar(channels as f32);
    let places = graph.plain("Div", &[size, channels]);
    (graph.plain("Div", &[product, places]), flat)
}

/// The sum of squares, times a factor.
fn squares(graph: &mut Graph, value: Var, factor: f32) -> Var {
    let sum = graph.op("ReduceSumSquare", &[value], vec![("keepdims", Attr::Int(0))]);
    let factor = graph.scalar(factor);
    graph.plain("Mul", &[sum, factor])
}

fn applied(full: &[Plane], change: &[Plane], keep_colour: bool, opacity: Option<&Plane>) -> Raster {
    if keep_colour {
        pixels::changed(full, &[pixels::luma(change)], opacity)
    } else {
        pixels::changed(full, change, opacity)
    }
}
