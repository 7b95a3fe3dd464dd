//! Pixel kernels: rows of premultiplied RGBA, eight bits a channel, integer arithmetic only, so that
//! every machine gives the same bits.
//!
//! Each kernel is one plain loop that the compiler turns into vector code; it is compiled twice, once
//! for the baseline of the target and once with AVX2, and the better one is chosen when it runs.

/// One pixel.
pub(crate) type Px = [u8; 4];

macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident, $body:ident, ($($arg:ident: $ty:ty),*)) => {
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name($($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide($($arg: $ty),*) {
                    $body($($arg),*);
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2, which is all that `wide` asks for.
                    unsafe { wide($($arg),*) };
                    return;
                }
            }
            $body($($arg),*);
        }
    };
}
pub(crate) use kernel;

const MASK: u32 = 0x00ff_00ff;

/// Multiplies the two 8-bit lanes of `x` (0x00vv00vv) by `k` (0…255) and divides by 255, rounded.
#[inline(always)]
fn mul_lanes(x: u32, k: u32) -> u32 {
    let t = x * k + 0x0080_0080;
    ((t + ((t >> 8) & MASK)) >> 8) & MASK
}

#[inline(always)]
fn over_body(dst: &mut [Px], src: &[Px]) {
    for (d, s) in dst.iter_mut().zip(src) {
        let (under, top) = (u32::from_le_bytes(*d), u32::from_le_bytes(*s));
        let clear = 255 - (top >> 24);
        let rb = mul_lanes(under & MASK, clear);
        let ag = mul_lanes((under >> 8) & MASK, clear);
        *d = top.wrapping_add(rb | (ag << 8)).to_le_bytes();
    }
}
kernel!(
    /// Source over destination; `src` must be premultiplied (no channel above its alpha).
    over, over_body, (dst: &mut [Px], src: &[Px])
);

#[inline(always)]
fn add_body(dst: &mut [Px], src: &[Px]) {
    for (d, s) in dst.as_flattened_mut().iter_mut().zip(src.as_flattened()) {
        *d = d.saturating_add(*s);
    }
}
kernel!(
    /// Adds light.
    add, add_body, (dst: &mut [Px], src: &[Px])
);

#[inline(always)]
fn multiply_body(dst: &mut [Px], factor: &[Px]) {
    for (d, f) in dst.as_flattened_mut().iter_mut().zip(factor.as_flattened()) {
        let t = u16::from(*d) * u16::from(*f) + 128;
        *d = ((t + (t >> 8)) >> 8) as u8;
    }
}
kernel!(
    /// Multiplies by `factor` (255 leaves a channel as it is).
    multiply, multiply_body, (dst: &mut [Px], factor: &[Px])
);

#[inline(always)]
fn scale_body(dst: &mut [Px], opacity: u16) {
    for d in dst.as_flattened_mut() {
        *d = ((u16::from(*d) * opacity + 128) >> 8) as u8;
    }
}
kernel!(
    /// Scales all channels by `opacity`/256 (0…256).
    scale, scale_body, (dst: &mut [Px], opacity: u16)
);

#[inline(always)]
fn soften_body(dst: &mut [Px], opacity: u16) {
    for d in dst.as_flattened_mut() {
        *d = 255 - ((u16::from(255 - *d) * opacity + 128) >> 8) as u8;
    }
}
kernel!(
    /// Moves multiplication factors towards 255 as `opacity`/256 falls.
    soften, soften_body, (dst: &mut [Px], opacity: u16)
);

#[inline(always)]
fn mix_body(out: &mut [Px], a: &[Px], b: &[Px], weight: u16) {
    let (wa, wb) = (256 - weight, weight);
    let pairs = a.as_flattened().iter().zip(b.as_flattened());
    for (o, (a, b)) in out.as_flattened_mut().iter_mut().zip(pairs) {
        *o = ((u16::from(*a) * wa + u16::from(*b) * wb + 128) >> 8) as u8;
    }
}
kernel!(
    /// `out = a·(256−weight)/256 + b·weight/256`, the interpolation of two rows, or of one row and
    /// itself shifted by a pixel. `weight` is 0…256.
    mix, mix_body, (out: &mut [Px], a: &[Px], b: &[Px], weight: u16)
);

#[inline(always)]
fn blend_body(dst: &mut [Px], src: &[Px], weight: u16) {
    let (wa, wb) = (256 - weight, weight);
    for (d, s) in dst.as_flattened_mut().iter_mut().zip(src.as_flattened()) {
        *d = ((u16::from(*d) * wa + u16::from(*s) * wb + 128) >> 8) as u8;
    }
}
kernel!(
    /// Cross-fades `dst` towards `src` by `weight`/256 (0…256).
    blend, blend_body, (dst: &mut [Px], src: &[Px], weight: u16)
);

/// The rows of a picture as pixels; empty when the bytes are not `4·width·height`.
pub(crate) fn pixels(rgba: &[u8]) -> &[Px] {
    rgba.as_chunks::<4>().0
}

/// As [`pixels`], to be written.
pub(crate) fn pixels_mut(rgba: &mut [u8]) -> &mut [Px] {
    rgba.as_chunks_mut::<4>().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_rounds_like_real_arithmetic() {
        for a in [0u8, 1, 7, 128, 200, 254, 255] {
            for s in [0u8, a / 3, a] {
                for d in 0..=255u8 {
                    let mut dst = [[d, d, d, 255]; 9];
                    over(&mut dst, &[[s, s, s, a]; 9]);
                    let exact = f64::from(s) + f64::from(d) * (255.0 - f64::from(a)) / 255.0;
                    for p in dst {
                        assert!((f64::from(p[0]) - exact).abs() <= 0.5 + 1e-9, "{s} {a} {d} {p:?}");
                        assert_eq!(p[3], 255);
                    }
                }
            }
        }
    }

    #[test]
    fn full_and_empty_weights_are_exact() {
        let (a, b) = ([[1, 2, 3, 255]; 5], [[250, 251, 252, 255]; 5]);
        let mut out = [[0; 4]; 5];
        mix(&mut out, &a, &b, 0);
        assert_eq!(out, a);
        mix(&mut out, &a, &b, 256);
        assert_eq!(out, b);
        let mut d = a;
        blend(&mut d, &b, 256);
        assert_eq!(d, b);
        multiply(&mut d, &[[255; 4]; 5]);
        assert_eq!(d, b);
        scale(&mut d, 256);
        assert_eq!(d, b);
    }
}
