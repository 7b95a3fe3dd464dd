//! Pictures from noise by a style-based generator, StyleGAN2 (Karras et al. 2020) or StyleGAN3 (Karras et al.
//! 2021), with weights that the user brings: a safetensors file whose tensors have the names of `G_ema` in
//! NVIDIA's PyTorch code.

mod plan;
mod three;
mod two;

use std::path::Path;

use colophon_types::{Cancel, Raster, Seed};

use crate::ImageError;
use crate::diffusion::weights::Weights;
use crate::faces::normals;
use crate::net::{Net, Tensor};
use crate::pixels;
use plan::Plan;
use three::Waves;

/// Largest side of a picture that is read, in pixels.
const LARGEST: usize = 2048;

/// A generator, ready.
#[derive(Debug)]
pub struct StyleGan {
    parts: Parts,
    latent: usize,
    classes: usize,
    side: usize,
}

#[derive(Debug)]
enum Parts {
    /// StyleGAN2, in one network.
    Two(Net),
    /// StyleGAN3: noise becomes a style, the style waves, both the picture.
    Three { mapping: Net, waves: Box<Waves>, synthesis: Net },
}

impl StyleGan {
    /// Loads a generator. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// [`ImageError::Model`]: a file that holds no such generator.
    pub fn load(path: &Path, threads: usize) -> Result<Self, ImageError> {
        let weights = Weights::open(path, None)?;
        let mut plan = Plan::new(&weights, path)?;
        let (style, latent, classes) = plan.mapping()?;
        if !plan.has("synthesis.input.weight") {
            let side = plan.stylegan2(style)?;
            return Ok(Self { parts: Parts::Two(Net::new(&plan.graph, threads)?), latent, classes, side });
        }
        plan.graph.output("style", style);
        let mapping = Net::new(&std::mem::take(&mut plan.graph), threads)?;
        let (waves, side) = plan.stylegan3()?;
        let synthesis = Net::new(&plan.graph, threads)?;
        let parts = Parts::Three { mapping, waves: Box::new(waves), synthesis };
        Ok(Self { parts, latent, classes, side })
    }

    /// Width and height of its pictures, in pixels.
    pub fn side(&self) -> u32 {
        self.side as u32
    }

    /// The classes that it draws, counted from 0; none for one that knows of no classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The class that a seed draws where none is said.
    pub fn class_of(&self, seed: u64) -> Option<usize> {
        let classes = self.classes as u64;
        (classes > 0).then(|| (Seed(seed).derive("stylegan class").next_u64() % classes) as usize)
    }

    /// The picture of a seed, of a class where it draws by class. `truncation` draws it towards what the generator makes most: 0 always gives the
    /// mean picture, 1 leaves it as it comes.
    ///
    /// # Errors
    /// [`ImageError::Setting`] for a class that it does not have, or none where it needs one; a stop; a network that
    /// failed.
    pub fn draw(
        &self,
        seed: u64,
        class: Option<usize>,
        truncation: f32,
        cancel: &Cancel,
    ) -> Result<Raster, ImageError> {
        let wrong = match (class, self.classes) {
            (None, 0) => None,
            (Some(_), 0) => Some("this generator knows of no classes".to_owned()),
            (Some(class), count) if class < count => None,
            (_, count) => Some(format!("this generator draws by class: one of 0 to {}", count - 1)),
        };
        if let Some(wrong) = wrong {
            return Err(ImageError::Setting(wrong));
        }
        let noise = normals(Seed(seed).derive("stylegan")).take(self.latent).collect();
        let mut made = self.numbers(noise, class, truncation, cancel)?;
        if made.shape != [1, 3, self.side, self.side] || made.data.iter().any(|v| !v.is_finite()) {
            return Err(ImageError::Network(format!("it gave {:?} in the place of a picture", made.shape)));
        }
        made.data.iter_mut().for_each(|v| *v = (*v * 0.5 + 0.5).clamp(0.0, 1.0));
        Ok(pixels::picture(&pixels::planes(made)?, None))
    }

    /// What the generator gives, about −1…1, `[1, 3, side, side]`.
    pub(crate) fn numbers(
        &self,
        noise: Vec<f32>,
        class: Option<usize>,
        truncation: f32,
        cancel: &Cancel,
    ) -> Result<Tensor, ImageError> {
        let mut inputs = vec![
            ("noise", Tensor::new(&[1, self.latent], noise)),
            ("truncation", Tensor::new(&[1, 1], vec![truncation])),
        ];
        if self.classes > 0 {
            let chosen = (0..self.classes).map(|at| if Some(at) == class { 1.0 } else { 0.0 }).collect();
            inputs.push(("class", Tensor::new(&[1, self.classes], chosen)));
        }
        let first = |made: Vec<Tensor>| {
            made.into_iter().next().ok_or_else(|| ImageError::Network("it gave nothing".into()))
        };
        match &self.parts {
            Parts::Two(net) => first(net.run(inputs, cancel)?),
            Parts::Three { mapping, waves, synthesis } => {
                let style = first(mapping.run(inputs, cancel)?)?;
                let waves = waves.of(&style.data);
                first(synthesis.run(vec![("waves", waves), ("style", style)], cancel)?)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
mod tests {
    use std::path::PathBuf;

    use colophon_test::diffusion::{Tensors, write_tensors};
    use colophon_test::stylegan::{KEPT, noise, tensors};

    use super::*;

    /// The file of a tiny generator.
    fn tiny(name: &str) -> (tempfile::TempDir, PathBuf) {
        crate::agreement::model("");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tiny.safetensors");
        write_tensors(&path, &tensors(name), false);
        (dir, path)
    }

    #[test]
    fn its_pictures_are_those_of_the_reference() {
        for (name, side, classes) in [
            ("2", 16, 0),
            ("2-classes", 16, 5),
            ("2-residual", 16, 0),
            ("2-plain", 16, 0),
            ("3-t", 64, 0),
            ("3-r", 64, 0),
            ("3-classes", 64, 5),
        ] {
            let (_dir, path) = tiny(name);
            let gan = StyleGan::load(&path, 1).unwrap();
            assert_eq!((gan.side(), gan.latent, gan.classes()), (side, 12, classes));
            let class = (classes > 0).then_some(3);
            for psi in ["1.0", "0.7"] {
                let made = gan.numbers(noise(), class, psi.parse().unwrap(), &Cancel::new()).unwrap();
                assert_eq!(made.data.len(), (3 * side * side) as usize);
                let step = KEPT[name]["step"].as_u64().unwrap() as usize;
                let reference = KEPT[name]["pictures"][psi].as_array().unwrap();
                assert_eq!(made.data.iter().step_by(step).len(), reference.len());
                let far = |(a, b): (&f32, &serde_json::Value)| (f64::from(*a) - b.as_f64().unwrap()).abs();
                let far = made.data.iter().step_by(step).zip(reference).map(far).fold(0.0, f64::max);
                assert!(far < 2e-5, "StyleGAN{name}, {psi}: {far}");
            }
            let draw = |seed, class| gan.draw(seed, class, 0.7, &Cancel::new());
            let first = draw(1, class).unwrap();
            assert!(first == draw(1, class).unwrap());
            assert!(first != draw(2, class).unwrap());
            assert!(draw(1, Some(5)).is_err());
            let drawn: std::collections::BTreeSet<_> = (0..40).map(|seed| gan.class_of(seed)).collect();
            match class {
                None => assert_eq!(drawn, [None].into()),
                Some(_) => {
                    assert!(first != draw(1, Some(4)).unwrap());
                    assert!(draw(1, None).is_err());
                    assert_eq!(drawn, (0..5).map(Some).collect());
                }
            }
        }
    }

    #[test]
    fn files_that_are_no_generator_are_refused() {
        let (dir, path) = tiny("2");
        let refused = |name: &str, change: &dyn Fn(&mut Tensors)| {
            let mut tensors = tensors(name);
            change(&mut tensors);
            let path = dir.path().join("other.safetensors");
            write_tensors(&path, &tensors, false);
            let error = StyleGan::load(&path, 1).map(drop).expect_err("refused").to_string();
            assert!(!error.contains('\n'), "{error}");
        };
        let put = |name: &'static str, shape: &'static [usize]| {
            move |tensors: &mut Tensors| {
                tensors.insert(name.into(), (shape.to_vec(), vec![0.0; shape.iter().product()]));
            }
        };
        let gone = |name: &'static str| move |tensors: &mut Tensors| drop(tensors.remove(name));
        refused("2", &|tensors| tensors.clear());
        refused("2", &gone("synthesis.b16.torgb.weight"));
        for name in ["2", "3-t"] {
            refused(name, &gone("mapping.w_avg"));
            refused(name, &put("mapping.embed.weight", &[1, 1]));
            refused(name, &put("mapping.embed.weight", &[12, 3]));
        }
        refused("2-classes", &gone("mapping.embed.bias"));
        refused("2-classes", &put("mapping.embed.weight", &[11, 5]));
        refused("2-residual", &put("synthesis.b8.skip.weight", &[3, 3, 1, 1]));
        refused("2-residual", &gone("synthesis.b16.torgb.weight"));
        refused("2", &put("synthesis.b4.const", &[9, 4, 4]));
        refused("2", &put("synthesis.b8.conv0.affine.weight", &[1, 1]));
        let layer = |at: &str| {
            let named =
                |name: &&String| name.starts_with(&format!("synthesis.L{at}_")) && name.ends_with(".weight");
            let list = tensors("3-t");
            list.keys().filter(named).find(|name| !name.contains("affine")).unwrap().replace(".weight", "")
        };
        for part in ["weight", "bias", "affine.weight", "magnitude_ema", "up_filter", "down_filter"] {
            let name: &'static str = format!("{}.{part}", layer("2")).leak();
            refused("3-t", &gone(name));
            refused("3-t", &put(name, &[2, 3]));
        }
        refused("3-t", &gone("synthesis.input.freqs"));
        refused("3-t", &put("synthesis.input.phases", &[1]));
        refused("3-t", &put("synthesis.L3_9999999999_7.bias", &[7]));
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 7, 100, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(StyleGan::load(&path, 1).is_err(), "{length}");
        }
    }
}
