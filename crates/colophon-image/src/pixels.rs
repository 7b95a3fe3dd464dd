//! Pictures as planes of numbers, and back.

use colophon_types::Raster;

use crate::ImageError;
use crate::net::Tensor;
use crate::resize::Plane;

/// Longest side of a picture that the engines take, in pixels.
pub(crate) const LONGEST: u32 = 16_384;

/// # Errors
/// [`ImageError::BadPicture`] when a picture has no pixels, too many, or not the bytes for them.
pub(crate) fn check(image: &Raster) -> Result<(), ImageError> {
    let (w, h) = (image.width as usize, image.height as usize);
    let sound = (1..=LONGEST).contains(&image.width)
        && (1..=LONGEST).contains(&image.height)
        && w.checked_mul(h).and_then(|n| n.checked_mul(4)) == Some(image.rgba.len());
    if sound {
        Ok(())
    } else {
        Err(ImageError::BadPicture { width: image.width, height: image.height, bytes: image.rgba.len() })
    }
}

/// Red, green and blue, 0…1, not premultiplied, of the box (left, top, right, bottom); what is clear
/// takes the mean colour of the paint, so that a network sees no edge that is not there.
pub(crate) fn straight(image: &Raster, (x0, y0, x1, y1): (usize, usize, usize, usize)) -> Vec<Plane> {
    let (w, h) = (x1 - x0, y1 - y0);
    let row = |y: usize| &image.rgba[(y * image.width as usize + x0) * 4..][..w * 4];
    let mut sums = [0.0f64; 4];
    for y in y0..y1 {
        for p in row(y).as_chunks::<4>().0 {
            for (s, v) in sums.iter_mut().zip(p) {
                *s += f64::from(*v);
            }
        }
    }
    let mean: [f32; 3] = std::array::from_fn(|c| (sums[c] / sums[3].max(1.0)) as f32);
    (0..3)
        .map(|c| {
            let value = |p: &[u8; 4]| {
                if p[3] == 255 {
                    return f32::from(p[c]) * (1.0 / 255.0);
                }
                let alpha = f32::from(p[3]);
                // Thin paint says little about its colour: weigh it against the mean.
                let own = if p[3] > 0 { (f32::from(p[c]) / alpha).min(1.0) } else { mean[c] };
                let trust = (alpha / 64.0).min(1.0);
                own * trust + mean[c] * (1.0 - trust)
            };
            let v = (y0..y1).flat_map(|y| row(y).as_chunks::<4>().0.iter().map(value)).collect();
            Plane { w, h, v }
        })
        .collect()
}

/// Red, green and blue of a whole picture, as [`straight`].
pub(crate) fn colours(image: &Raster) -> Vec<Plane> {
    straight(image, (0, 0, image.width as usize, image.height as usize))
}

/// How opaque a picture is, 0…1; `None` where it is so everywhere.
pub(crate) fn opacity(image: &Raster) -> Option<Plane> {
    let v: Vec<f32> = image.rgba.as_chunks::<4>().0.iter().map(|p| f32::from(p[3]) / 255.0).collect();
    let plane = Plane { w: image.width as usize, h: image.height as usize, v };
    plane.v.iter().any(|a| *a < 1.0).then_some(plane)
}

/// A picture of three planes and an opacity.
pub(crate) fn picture(colours: &[Plane], opacity: Option<&Plane>) -> Raster {
    let (w, h) = colours.first().map_or((0, 0), |p| (p.w, p.h));
    let mut rgba = Vec::with_capacity(w * h * 4);
    for i in 0..w * h {
        let alpha = opacity.map_or(1.0, |p| p.v[i].clamp(0.0, 1.0));
        let alpha = (alpha * 255.0).round();
        for c in 0..3 {
            let value = colours.get(c).or(colours.first()).map_or(0.0, |p| p.v[i]);
            rgba.push((value.clamp(0.0, 1.0) * alpha).round() as u8);
        }
        rgba.push(alpha as u8);
    }
    Raster { width: w as u32, height: h as u32, rgba }
}

/// A picture with a change of another size added to it; one plane changes every colour alike.
pub(crate) fn changed(full: &[Plane], change: &[Plane], opacity: Option<&Plane>) -> Raster {
    let (w, h) = full.first().map_or((0, 0), |p| (p.w, p.h));
    let change: Vec<Plane> = change.iter().map(|c| c.resized(w, h)).collect();
    let made: Vec<Plane> = full
        .iter()
        .enumerate()
        .map(|(c, p)| match change.get(c).or(change.first()) {
            None => p.clone(),
            Some(change) => Plane { w, h, v: p.v.iter().zip(&change.v).map(|(p, c)| p + c).collect() },
        })
        .collect();
    picture(&made, opacity)
}

/// Brightness as seen (Rec. 709 on the coded values).
pub(crate) fn luma(colours: &[Plane]) -> Plane {
    let [r, g, b] = colours else { return colours.first().cloned().unwrap_or_default() };
    let v = (0..r.v.len()).map(|i| 0.2126 * r.v[i] + 0.7152 * g.v[i] + 0.0722 * b.v[i]).collect();
    Plane { w: r.w, h: r.h, v }
}

/// Planes as a network takes them.
pub(crate) fn tensor(planes: &[Plane]) -> Tensor {
    let (w, h) = planes.first().map_or((0, 0), |p| (p.w, p.h));
    Tensor::new(&[1, planes.len(), h, w], planes.iter().flat_map(|p| p.v.iter().copied()).collect())
}

/// The planes of a network's result `[1, channels, h, w]`.
///
/// # Errors
/// [`ImageError::Network`] when it is no picture.
pub(crate) fn planes(tensor: Tensor) -> Result<Vec<Plane>, ImageError> {
    let &[1, channels, h, w] = tensor.shape.as_slice() else {
        return Err(ImageError::Network(format!("it gave {:?} in the place of a picture", tensor.shape)));
    };
    if tensor.data.len() != channels * h * w || w * h == 0 {
        return Err(ImageError::Network("it gave an empty picture".into()));
    }
    Ok(tensor.data.chunks_exact(w * h).map(|v| Plane { w, h, v: v.to_vec() }).collect())
}
