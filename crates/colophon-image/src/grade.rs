//! Colour grading: light, contrast and colour of a whole picture, in linear light where light is meant.

use colophon_types::Raster;

use crate::resize::Plane;
use crate::{ImageError, pixels};

/// How a picture is graded. All zero leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grade {
    /// Light in stops: 1 doubles it.
    pub exposure: f32,
    /// −1 to 1: flatter or steeper about the middle.
    pub contrast: f32,
    /// −1 (grey) to 1.
    pub saturation: f32,
    /// −1 (blue) to 1 (yellow).
    pub warmth: f32,
    /// −1 (green) to 1 (magenta).
    pub tint: f32,
    /// 0 to 1: darker towards the corners.
    pub vignette: f32,
    /// First stretches the tones to black and white and takes out a cast of colour.
    pub auto: bool,
}

/// Grades by name.
pub const LOOKS: [(&str, Grade); 6] = [
    ("auto", Grade { auto: true, ..PLAIN }),
    ("mono", Grade { saturation: -1.0, contrast: 0.2, ..PLAIN }),
    ("warm", Grade { warmth: 0.35, exposure: 0.1, saturation: 0.08, ..PLAIN }),
    ("cool", Grade { warmth: -0.35, contrast: 0.08, ..PLAIN }),
    ("faded", Grade { contrast: -0.35, saturation: -0.3, warmth: 0.12, exposure: 0.15, ..PLAIN }),
    ("noir", Grade { saturation: -1.0, contrast: 0.55, exposure: -0.25, vignette: 0.6, ..PLAIN }),
];

const PLAIN: Grade = Grade {
    exposure: 0.0,
    contrast: 0.0,
    saturation: 0.0,
    warmth: 0.0,
    tint: 0.0,
    vignette: 0.0,
    auto: false,
};

impl Grade {
    /// The grade of a name.
    ///
    /// # Errors
    /// [`ImageError::Setting`] for a name that is not known.
    pub fn named(name: &str) -> Result<Self, ImageError> {
        let known = || LOOKS.map(|(name, _)| name).join(", ");
        LOOKS.iter().find(|(look, _)| *look == name).map(|(_, grade)| *grade).ok_or_else(|| {
            ImageError::Setting(format!("there is no look '{name}': choose one of {}", known()))
        })
    }

    /// Grades a picture; what is clear stays clear.
    ///
    /// # Errors
    /// A picture without pixels, settings out of range.
    pub fn apply(&self, image: &Raster) -> Result<Raster, ImageError> {
        pixels::check(image)?;
        let within = |name: &str, value: f32, low: f32, high: f32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(ImageError::Setting(format!("{name} must be {low} to {high}")))
        };
        within("exposure", self.exposure, -5.0, 5.0)?;
        within("contrast", self.contrast, -1.0, 1.0)?;
        within("saturation", self.saturation, -1.0, 1.0)?;
        within("warmth", self.warmth, -1.0, 1.0)?;
        within("tint", self.tint, -1.0, 1.0)?;
        within("vignette", self.vignette, 0.0, 1.0)?;
        let mut planes = pixels::colours(image);
        if self.auto {
            planes.iter_mut().for_each(stretch);
        }
        let (w, h) = (planes[0].w, planes[0].h);
        let gains = self.gains();
        for i in 0..w * h {
            let mut rgb: [f32; 3] = std::array::from_fn(|c| linear(planes[c].v[i]) * gains[c]);
            if self.vignette > 0.0 {
                let (x, y) = ((i % w) as f32 / w as f32 - 0.5, (i / w) as f32 / h as f32 - 0.5);
                // A quarter of the light is left in the corners at most.
                let fall = 1.0 - 0.75 * self.vignette * (2.0 * (x * x + y * y)).min(1.0).powf(1.5);
                rgb.iter_mut().for_each(|v| *v *= fall);
            }
            let grey = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
            for (plane, v) in planes.iter_mut().zip(rgb) {
                let v = coded((grey + (v - grey) * (1.0 + self.saturation)).max(0.0));
                plane.v[i] = curve(v, self.contrast).clamp(0.0, 1.0);
            }
        }
        Ok(pixels::picture(&planes, pixels::opacity(image).as_ref()))
    }

    /// What each colour's light is multiplied with; grey keeps its brightness.
    fn gains(&self) -> [f32; 3] {
        let light = self.exposure.exp2();
        let (warm, tint) = (0.3 * self.warmth, 0.2 * self.tint);
        let gains = [1.0 + warm + 0.5 * tint, 1.0 - 0.5 * tint, 1.0 - warm + 0.5 * tint];
        let grey = 0.2126 * gains[0] + 0.7152 * gains[1] + 0.0722 * gains[2];
        gains.map(|g| light * g / grey)
    }
}

/// Spreads a colour from its darkest to its lightest hundredth over black to white.
fn stretch(plane: &mut Plane) {
    let mut counts = [0usize; 256];
    plane.v.iter().for_each(|v| counts[(v.clamp(0.0, 1.0) * 255.0) as usize] += 1);
    let part = plane.v.len() / 100;
    let from = |mut order: Box<dyn Iterator<Item = usize>>| {
        let mut seen = 0;
        order.find(|level| {
            seen += counts[*level];
            seen > part
        })
    };
    let low = from(Box::new(0..256)).unwrap_or(0) as f32 / 255.0;
    let high = from(Box::new((0..256).rev())).unwrap_or(255) as f32 / 255.0;
    // A plane of one tone has nothing to be spread.
    if high - low > 0.05 {
        plane.v.iter_mut().for_each(|v| *v = ((*v - low) / (high - low)).clamp(0.0, 1.0));
    }
}

/// sRGB to light (IEC 61966-2-1), and back.
fn linear(v: f32) -> f32 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn coded(v: f32) -> f32 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// A curve through black, the middle and white: an S for a positive contrast, flatter for a negative one.
fn curve(v: f32, contrast: f32) -> f32 {
    if contrast < 0.0 {
        return 0.5 + (v - 0.5) * (1.0 + 0.7 * contrast);
    }
    let v = v.clamp(0.0, 1.0);
    let bent = v * v * (3.0 - 2.0 * v);
    v + (bent - v) * contrast
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn swatch() -> Raster {
        let mut rgba = Vec::new();
        for i in 0..64u8 {
            rgba.extend([60 + i, 80 + i, 120 + i, 255]);
        }
        Raster { width: 8, height: 8, rgba }
    }

    fn mean(image: &Raster, channel: usize) -> f32 {
        let values = image.rgba.iter().skip(channel).step_by(4);
        values.map(|v| f32::from(*v)).sum::<f32>() / 64.0
    }

    #[test]
    fn nothing_changes_nothing() {
        let image = swatch();
        let same = Grade::default().apply(&image).unwrap();
        assert!(image.rgba.iter().zip(&same.rgba).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn settings_do_what_they_say() {
        let image = swatch();
        let of = |grade: Grade| grade.apply(&image).unwrap();
        let grey = of(Grade { saturation: -1.0, ..PLAIN });
        assert!(grey.rgba.as_chunks::<4>().0.iter().all(|p| p[0] == p[1] && p[1] == p[2]));
        assert!(mean(&of(Grade { exposure: 1.0, ..PLAIN }), 1) > mean(&image, 1) * 1.2);
        let warm = of(Grade { warmth: 1.0, ..PLAIN });
        assert!(mean(&warm, 0) > mean(&image, 0) && mean(&warm, 2) < mean(&image, 2));
        let auto = of(Grade { auto: true, ..PLAIN });
        assert!((mean(&auto, 0) - mean(&auto, 2)).abs() < 3.0, "the cast is gone");
        assert!(Grade { contrast: 2.0, ..PLAIN }.apply(&image).is_err());
        assert!(Grade::named("magic").is_err() && Grade::named("noir").is_ok());
    }

    #[test]
    fn clear_pixels_stay_clear() {
        let mut image = swatch();
        image.rgba[..4].fill(0);
        assert_eq!(Grade { exposure: 2.0, ..PLAIN }.apply(&image).unwrap().rgba[..4], [0; 4]);
    }
}
