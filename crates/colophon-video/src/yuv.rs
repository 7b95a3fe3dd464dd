//! RGB to planar YUV 4:2:0, BT.709, limited range (ITU-R BT.709-6, item 3.5; 8-bit quantisation in
//! item 3.4), chroma sampled at the centre of each 2×2 block.

use crate::pixels::{Px, kernel, pixels};

/// Fixed-point coefficients, 16 fractional bits: Y = 16 + 219·(0.2126 R + 0.7152 G + 0.0722 B)/255.
const Y: [i32; 3] = [11_966, 40_254, 4_064];
/// Cb = 128 + 224·(B − Y′)/(1.8556·255).
const CB: [i32; 3] = [-6_596, -22_189, 28_785];
/// Cr = 128 + 224·(R − Y′)/(1.5748·255).
const CR: [i32; 3] = [28_784, -26_145, -2_639];

/// Bytes of one frame: `w·h` of luma and twice `⌈w/2⌉·⌈h/2⌉` of chroma.
pub fn frame_bytes(width: u32, height: u32) -> usize {
    let (w, h) = (width as usize, height as usize);
    w * h + 2 * w.div_ceil(2) * h.div_ceil(2)
}

#[inline(always)]
fn luma_body(out: &mut [u8], row: &[Px]) {
    for (o, p) in out.iter_mut().zip(row) {
        let v = u32::from_le_bytes(*p) as i32;
        let (r, g, b) = (v & 255, (v >> 8) & 255, (v >> 16) & 255);
        *o = ((Y[0] * r + Y[1] * g + Y[2] * b + (16 << 16) + (1 << 15)) >> 16) as u8;
    }
}
kernel!(
    /// One row of luma.
    luma, luma_body, (out: &mut [u8], row: &[Px])
);

#[inline(always)]
fn chroma_body(cb: &mut [u8], cr: &mut [u8], upper: &[Px], lower: &[Px]) {
    let (upper, lower) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
    let rows = upper.iter().zip(lower);
    for ((cb, cr), (u, l)) in cb.iter_mut().zip(cr).zip(rows) {
        let sum =
            |c: usize| i32::from(u[0][c]) + i32::from(u[1][c]) + i32::from(l[0][c]) + i32::from(l[1][c]);
        let (r, g, b) = (sum(0), sum(1), sum(2));
        *cb = ((CB[0] * r + CB[1] * g + CB[2] * b + (128 << 18) + (1 << 17)) >> 18) as u8;
        *cr = ((CR[0] * r + CR[1] * g + CR[2] * b + (128 << 18) + (1 << 17)) >> 18) as u8;
    }
}
kernel!(
    /// One row of chroma from two rows of pixels.
    chroma, chroma_body, (cb: &mut [u8], cr: &mut [u8], upper: &[Px], lower: &[Px])
);

/// Converts a frame of even width and height into `out` (I420: all of Y, then Cb, then Cr).
/// `out` must hold [`frame_bytes`]; anything else is left as it is.
pub fn to_yuv420(rgba: &[u8], width: u32, height: u32, out: &mut [u8]) {
    let (w, h) = (width as usize, height as usize);
    let px = pixels(rgba);
    if w == 0 || px.len() != w * h || out.len() != frame_bytes(width, height) || w % 2 + h % 2 != 0 {
        return;
    }
    let (ys, chroma_planes) = out.split_at_mut(w * h);
    let (cbs, crs) = chroma_planes.split_at_mut(w * h / 4);
    let planes = cbs.chunks_exact_mut(w / 2).zip(crs.chunks_exact_mut(w / 2));
    let blocks = px.chunks_exact(2 * w).zip(ys.chunks_exact_mut(2 * w)).zip(planes);
    for ((rows, y), (cb, cr)) in blocks {
        luma(y, rows);
        let (upper, lower) = rows.split_at(w);
        chroma(cb, cr, upper, lower);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference colours of BT.709 limited range.
    #[test]
    fn reference_colours() {
        let cases: [(Px, [u8; 3]); 5] = [
            ([255, 255, 255, 255], [235, 128, 128]),
            ([0, 0, 0, 255], [16, 128, 128]),
            ([255, 0, 0, 255], [63, 102, 240]),
            ([0, 255, 0, 255], [173, 42, 26]),
            ([0, 0, 255, 255], [32, 240, 118]),
        ];
        for (rgb, yuv) in cases {
            let frame: Vec<u8> = rgb.repeat(16 * 4);
            let mut out = vec![0; frame_bytes(16, 4)];
            to_yuv420(&frame, 16, 4, &mut out);
            assert!(out[..64].iter().all(|v| *v == yuv[0]), "{rgb:?} luma {}", out[0]);
            assert!(out[64..80].iter().all(|v| *v == yuv[1]), "{rgb:?} cb {}", out[64]);
            assert!(out[80..].iter().all(|v| *v == yuv[2]), "{rgb:?} cr {}", out[80]);
        }
    }

    #[test]
    fn every_grey_has_neutral_chroma_and_rounded_luma() {
        for g in 0..=255u8 {
            let frame: Vec<u8> = [g, g, g, 255].repeat(4);
            let mut out = vec![0; frame_bytes(2, 2)];
            to_yuv420(&frame, 2, 2, &mut out);
            let exact = (16.0 + 219.0 * f64::from(g) / 255.0).round() as u8;
            assert_eq!(out, [exact, exact, exact, exact, 128, 128], "grey {g}");
        }
    }
}
