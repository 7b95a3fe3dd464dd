//! Tones: what a treatment makes of the paint of a finished layer. A layer keeps its shape, so that it
//! can still move by itself.

use colophon_types::Raster;

use super::treatment::Tone;

/// The inks of a print, on [`PAPER`]: blue, red and yellow, as light that they let through.
const INKS: [[f32; 3]; 3] = [[0.10, 0.46, 0.74], [0.96, 0.36, 0.42], [1.0, 0.82, 0.20]];
const PAPER: [f32; 3] = [0.972, 0.955, 0.92];
/// Angles of their screens, in radians: far from each other, so that they make no pattern together.
const ANGLES: [f32; 3] = [15.0 * DEGREE, 75.0 * DEGREE, 45.0 * DEGREE];
const DEGREE: f32 = std::f32::consts::PI / 180.0;

impl Tone {
    /// Changes the paint of a layer for a frame whose shorter side has `side` pixels. `backdrop` says
    /// whether it lies behind everything.
    pub(crate) fn apply(self, image: &mut Raster, side: u32, backdrop: bool) {
        match self {
            Self::Drawn(paper, line) => drawn(image, paper, line, side, backdrop),
            Self::Screened => screened(image, side),
        }
    }
}

fn luma(p: &[u8; 4]) -> f32 {
    let alpha = f32::from(p[3]).max(1.0);
    (0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2])) / alpha
}

/// Lines where the paint changes, and a light hatching in what is dark.
fn drawn(image: &mut Raster, paper: [u8; 3], line: [u8; 3], side: u32, backdrop: bool) {
    let (w, h) = (image.width as usize, image.height as usize);
    let pixels = image.rgba.as_chunks::<4>().0;
    let (light, cover): (Vec<f32>, Vec<f32>) =
        pixels.iter().map(|p| (luma(p), f32::from(p[3]) / 255.0)).unzip();
    let reach = (side as usize / 540).max(1);
    let pitch = (side as f32 / 110.0).max(4.0);
    let mut out = Vec::with_capacity(image.rgba.len());
    for y in 0..h {
        for x in 0..w {
            let i = y * w + x;
            let at = |v: &[f32], dx: usize, dy: usize| v[(y + dy).min(h - 1) * w + (x + dx).min(w - 1)];
            let back = |v: &[f32]| v[y.saturating_sub(reach) * w + x.saturating_sub(reach)];
            let steep = |v: &[f32]| (at(v, reach, 0) - back(v)).hypot(at(v, 0, reach) - back(v));
            // The sky goes over softly: it has no lines but where something stands in it.
            let edge = (steep(&light) * if backdrop { 2.5 } else { 5.0 } - 0.25).clamp(0.0, 1.0);
            let edge = edge.max((steep(&cover) * 3.0).min(1.0) * f32::from(u8::from(!backdrop)));
            let stripe = ((x as f32 + y as f32) / pitch).fract();
            let dark = (0.42 - light[i]).max(0.0) * 1.6;
            let hatch = if stripe < dark { 0.35 } else { 0.0 };
            let ink = edge.max(hatch);
            let cover = cover[i];
            for c in 0..3 {
                let v = f32::from(paper[c]) + (f32::from(line[c]) - f32::from(paper[c])) * ink;
                out.push((v * cover).round() as u8);
            }
            out.push((cover * 255.0).round() as u8);
        }
    }
    image.rgba = out;
}

/// Three inks, each through a screen of dots that grow with how much of it there is.
fn screened(image: &mut Raster, side: u32) {
    let w = image.width as usize;
    let pitch = (side as f32 / 150.0).max(3.5);
    // A dot of radius r covers πr² of its cell; the dark middle of the tones is opened, as inks over each
    // other darken more than paint.
    let radii: [f32; 256] = std::array::from_fn(|v| {
        let amount = 0.92 * (1.0 - v as f32 / 255.0).powf(1.6);
        (amount / std::f32::consts::PI).sqrt() * 1.18 * pitch
    });
    let turns = ANGLES.map(|angle| (angle.sin() / pitch, angle.cos() / pitch));
    for (i, p) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        if p[3] == 0 {
            continue;
        }
        let alpha = f32::from(p[3]) / 255.0;
        let (x, y) = ((i % w) as f32, (i / w) as f32);
        // As printers part them: what a colour lacks is what its ink takes away.
        let level = |c: usize| if p[3] == 255 { p[c] } else { (f32::from(p[c]) / alpha).min(255.0) as u8 };
        let wanted: [f32; 3] = std::array::from_fn(|c| radii[usize::from(level(c))]);
        let mut sheet = PAPER;
        for ((ink, radius), (sin, cos)) in INKS.iter().zip(wanted).zip(turns) {
            let cell = |v: f32| v - v.floor() - 0.5;
            let (u, v) = (cell(x * cos + y * sin), cell(y * cos - x * sin));
            let covered = (radius + 0.5 - (u * u + v * v).sqrt() * pitch).clamp(0.0, 1.0);
            for c in 0..3 {
                sheet[c] *= 1.0 - covered * (1.0 - ink[c]);
            }
        }
        for c in 0..3 {
            p[c] = (sheet[c] * alpha * 255.0).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_keeps_its_shape() {
        for tone in [Tone::Drawn([250; 3], [20; 3]), Tone::Screened] {
            let mut image = Raster::filled(40, 30, [0; 4]);
            for y in 10..20 {
                for x in 10..30 {
                    let at = (y * 40 + x) * 4;
                    image.rgba[at..at + 4].copy_from_slice(&[200, 60, 40, 255]);
                }
            }
            let before: Vec<u8> = image.rgba.iter().skip(3).step_by(4).copied().collect();
            tone.apply(&mut image, 400, false);
            let after: Vec<u8> = image.rgba.iter().skip(3).step_by(4).copied().collect();
            assert_eq!(before, after, "{tone:?}");
            assert!(image.rgba.as_chunks::<4>().0.iter().all(|p| p[..3].iter().all(|v| *v <= p[3])));
        }
    }
}
