//! Cropping to another shape around what draws the eye: colour that stands out from the whole
//! (Achanta et al. 2009) and detail.

use colophon_types::Raster;

use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Longest side at which a picture is looked at, in pixels.
const LOOK: usize = 256;
/// Longest side to which a picture is scaled, in pixels.
const LONGEST: u32 = 8192;

/// The box (left, top, width, height) of shape `aspect` (width over height), as large as it can be, that
/// holds the most of what draws the eye.
///
/// # Errors
/// A picture without pixels, or a shape out of range.
pub fn find(image: &Raster, aspect: f32) -> Result<[u32; 4], ImageError> {
    pixels::check(image)?;
    if !(0.05..=20.0).contains(&aspect) {
        return Err(ImageError::Setting("the shape must be between 1:20 and 20:1".into()));
    }
    let (w, h) = (image.width as f32, image.height as f32);
    let (cw, ch) = if w / h > aspect { (h * aspect, h) } else { (w, w / aspect) };
    let (cw, ch) = (cw.round().clamp(1.0, w) as u32, ch.round().clamp(1.0, h) as u32);
    let weight = saliency(image);
    let scale = weight.w as f32 / w;
    // The box can move along one side only.
    let across = cw < image.width;
    let (length, part) = if across {
        (weight.w, (cw as f32 * scale).round() as usize)
    } else {
        (weight.h, (ch as f32 * scale).round() as usize)
    };
    let sums: Vec<f32> = (0..length)
        .map(|at| {
            let values =
                (0..weight.v.len()).filter(|i| if across { i % weight.w } else { i / weight.w } == at);
            values.map(|i| weight.v[i]).sum()
        })
        .collect();
    let part = part.clamp(1, length);
    let places = length - part;
    let gain = |start: usize| {
        let held: f32 = sums[start..start + part].iter().sum();
        // Of boxes that hold about the same, the one nearest to the middle.
        let off = (start as f32 - places as f32 / 2.0).abs() / length as f32;
        held * (1.0 - 0.15 * off)
    };
    let best = (0..=places).max_by(|a, b| gain(*a).total_cmp(&gain(*b))).unwrap_or(0) as f32 / scale;
    let place = |room: u32| (best.round() as u32).min(room);
    Ok(if across { [place(image.width - cw), 0, cw, ch] } else { [0, place(image.height - ch), cw, ch] })
}

/// Cuts a box out of a picture.
///
/// # Errors
/// [`ImageError::Setting`] for a box that does not lie within it.
pub fn cut(image: &Raster, [left, top, width, height]: [u32; 4]) -> Result<Raster, ImageError> {
    pixels::check(image)?;
    let fits =
        |start: u32, size: u32, all: u32| size > 0 && start.checked_add(size).is_some_and(|end| end <= all);
    if !fits(left, width, image.width) || !fits(top, height, image.height) {
        let message = format!("the box does not lie within the picture of {}x{}", image.width, image.height);
        return Err(ImageError::Setting(message));
    }
    let rows = (top..top + height).flat_map(|y| {
        let start = (y as usize * image.width as usize + left as usize) * 4;
        image.rgba[start..][..width as usize * 4].iter().copied()
    });
    Ok(Raster { width, height, rgba: rows.collect() })
}

/// Scales a picture.
///
/// # Errors
/// A picture without pixels, or a size out of range.
pub fn scaled(image: &Raster, (width, height): (u32, u32)) -> Result<Raster, ImageError> {
    pixels::check(image)?;
    if !(1..=LONGEST).contains(&width) || !(1..=LONGEST).contains(&height) {
        let message =
            format!("a picture of {width}x{height} pixels is not possible: the sides are 1 to {LONGEST}");
        return Err(ImageError::Setting(message));
    }
    let (w, h) = (width as usize, height as usize);
    let planes: Vec<Plane> = pixels::colours(image).iter().map(|p| p.resized(w, h)).collect();
    let opacity = pixels::opacity(image).map(|p| p.resized(w, h));
    Ok(pixels::picture(&planes, opacity.as_ref()))
}

/// How much each place draws the eye.
fn saliency(image: &Raster) -> Plane {
    let scale = (LOOK as f32 / image.width.max(image.height) as f32).min(1.0);
    let side = |n: u32| ((n as f32 * scale).round() as usize).max(1);
    let small: Vec<Plane> =
        pixels::colours(image).iter().map(|p| p.resized(side(image.width), side(image.height))).collect();
    let (w, h) = (small[0].w, small[0].h);
    let mut weight = vec![0.0f32; w * h];
    for plane in &small {
        let mean = plane.v.iter().sum::<f32>() / plane.v.len() as f32;
        let soft = plane.blurred(2);
        weight.iter_mut().zip(&soft.v).for_each(|(s, v)| *s += (v - mean).powi(2));
    }
    weight.iter_mut().for_each(|v| *v = v.sqrt());
    let luma = pixels::luma(&small);
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let at =
                |dx: isize, dy: isize| luma.v[(y as isize + dy) as usize * w + (x as isize + dx) as usize];
            weight[y * w + x] += (at(1, 0) - at(-1, 0)).hypot(at(0, 1) - at(0, -1));
        }
    }
    // What stands out counts, not what is everywhere.
    weight.iter_mut().for_each(|v| *v *= *v);
    Plane { w, h, v: weight }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with_spot(width: u32, height: u32, x0: u32, y0: u32) -> Raster {
        let mut rgba = [120, 130, 140, 255].repeat((width * height) as usize);
        for y in y0..y0 + 20 {
            for x in x0..x0 + 20 {
                let at = ((y * width + x) * 4) as usize;
                rgba[at..at + 3].copy_from_slice(&[230, 40, 20]);
            }
        }
        Raster { width, height, rgba }
    }

    #[test]
    fn the_box_holds_what_stands_out() {
        let [left, top, width, height] = find(&with_spot(400, 200, 330, 90), 1.0).unwrap();
        assert_eq!((top, width, height), (0, 200, 200));
        assert!(left <= 330 && left + width >= 350, "{left}");
        let [left, top, width, height] = find(&with_spot(200, 400, 90, 20), 16.0 / 9.0).unwrap();
        assert_eq!((left, width, height), (0, 200, 113));
        assert!(top <= 20 && top + height >= 40, "{top}");
        let middle = find(&with_spot(300, 300, 140, 140), 1.0).unwrap();
        assert_eq!(middle, [0, 0, 300, 300]);
    }

    #[test]
    fn boxes_outside_are_refused() {
        let image = with_spot(100, 50, 0, 0);
        assert!(cut(&image, [90, 0, 20, 10]).is_err() && cut(&image, [0, 0, 0, 1]).is_err());
        assert!(cut(&image, [u32::MAX, 0, 2, 2]).is_err() && find(&image, 100.0).is_err());
        assert_eq!(cut(&image, [10, 5, 4, 3]).unwrap().rgba.len(), 48);
        assert_eq!(scaled(&image, (33, 17)).unwrap().rgba.len(), 33 * 17 * 4);
    }
}
