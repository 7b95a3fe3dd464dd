//! The trunk of VGG16 (Simonyan & Zisserman 2014), whose features DeepDream and the painter by
//! optimisation look through, and the edge network that grew on it (HED, Xie & Tu 2015).

use std::path::Path;

use crate::ImageError;
use crate::net::keras::Weights;
use crate::net::{Graph, Var};

/// The file with the weights of both.
pub(crate) const FILE: &str = "hed_bsds500.weights.h5";
/// Pictures must have sides that are multiples of this.
pub(crate) const STRIDE: usize = 16;
/// Convolutions in each block; a block starts at half the size of the one before.
const BLOCKS: [usize; 5] = [2, 2, 3, 3, 3];
/// Features of the layers of each block.
pub(crate) const WIDTHS: [usize; 5] = [64, 128, 256, 512, 512];
/// The mean colour that the network was trained with: red, green, blue, of 255.
const MEAN: [f32; 3] = [122.678_92, 116.668_77, 104.006_99];

/// The features of a picture, each after its rectifier.
pub(crate) struct Trunk {
    weights: Weights,
    /// By block and place in it, from nothing: `conv3_2` is `[2][1]`.
    pub(crate) features: Vec<Vec<Var>>,
}

impl Trunk {
    /// Extends `graph` by the blocks up to `last` (1–5) over `image`, `[1, 3, h, w]`, red, green, blue
    /// from 0 to 1, sides multiples of [`STRIDE`].
    ///
    /// # Errors
    /// [`ImageError::Model`] when the weights cannot be read.
    pub(crate) fn over(graph: &mut Graph, image: Var, dir: &Path, last: usize) -> Result<Self, ImageError> {
        let weights = Weights::open(&dir.join(FILE))?;
        let mean = graph.floats(&[1, 3, 1, 1], MEAN.map(|m| m / 255.0).to_vec());
        let mut value = graph.plain("Sub", &[image, mean]);
        let mut features = Vec::new();
        for (block, count) in BLOCKS.iter().enumerate().take(last.clamp(1, 5)) {
            if block > 0 {
                value = graph.max_pool(value);
            }
            let mut row = Vec::new();
            for place in 0..*count {
                let suffix = if place == 0 { String::new() } else { format!("_{place}") };
                let layer = format!("block{}/layers/conv2d{suffix}", block + 1);
                let mut conv = weights.conv(&layer)?;
                if block == 0 && place == 0 {
                    // The network was trained on blue, green, red from 0 to 255.
                    let area = conv.shape[2] * conv.shape[3];
                    for kernel in conv.weights.chunks_exact_mut(3 * area) {
                        let (blue, rest) = kernel.split_at_mut(area);
                        blue.swap_with_slice(&mut rest[area..]);
                        kernel.iter_mut().for_each(|w| *w *= 255.0);
                    }
                }
                let made = graph.conv(value, conv);
                value = graph.plain("Relu", &[made]);
                row.push(value);
            }
            features.push(row);
        }
        Ok(Self { weights, features })
    }
}

/// A size of at most `longest` a side, with sides that are multiples of [`STRIDE`].
pub(crate) fn fit((w, h): (usize, usize), longest: usize) -> (usize, usize) {
    let scale = (longest as f32 / w.max(h) as f32).min(1.0);
    let side = |n: usize| ((n as f32 * scale / STRIDE as f32).round() as usize).max(2) * STRIDE;
    (side(w), side(h))
}

/// Block and place of a layer, from nothing.
pub(crate) fn place(name: &str) -> Option<(usize, usize)> {
    let (block, place) = name.strip_prefix("conv")?.split_once('_')?;
    let (block, place): (usize, usize) = (block.parse().ok()?, place.parse().ok()?);
    let most = *BLOCKS.get(block.checked_sub(1)?)?;
    (1..=most).contains(&place).then(|| (block - 1, place - 1))
}

/// The names of all layers.
pub(crate) fn layers() -> Vec<String> {
    let of = |(block, count): (usize, &usize)| {
        (1..=*count).map(move |place| format!("conv{}_{place}", block + 1)).collect::<Vec<_>>()
    };
    BLOCKS.iter().enumerate().flat_map(of).collect()
}

/// The edge network: input `image` as for [`Trunk::over`], result `edges` `[1, 1, h, w]`, 0 to 1.
///
/// # Errors
/// As [`Trunk::over`].
pub(crate) fn edges(dir: &Path) -> Result<Graph, ImageError> {
    let mut graph = Graph::default();
    let image = graph.input("image", &[Some(1), Some(3), None, None]);
    let trunk = Trunk::over(&mut graph, image, dir, 5)?;
    let mut sides = Vec::new();
    for (block, row) in trunk.features.iter().enumerate() {
        let Some(last) = row.last() else { continue };
        let side = graph.conv(*last, trunk.weights.conv(&format!("dsn{}", block + 1))?);
        let factor = (1 << block) as f32;
        sides.push(if block == 0 { side } else { graph.scale(side, [factor, factor], "linear") });
    }
    let all = graph.concat(&sides);
    let fused = graph.conv(all, trunk.weights.conv("fuse")?);
    let edges = graph.plain("Sigmoid", &[fused]);
    graph.output("edges", edges);
    Ok(graph)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_names() {
        let names = layers();
        assert_eq!(names.len(), 13);
        assert!(names.iter().all(|n| place(n).is_some()));
        assert_eq!(place("conv3_2"), Some((2, 1)));
        for name in ["conv0_1", "conv1_3", "conv6_1", "conv1_0", "pool1", "conv1", ""] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
