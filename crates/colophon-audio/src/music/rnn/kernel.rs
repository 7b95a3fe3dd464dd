//! Matrix times vectors, for a network whose weights are larger than the processor's nearer caches:
//! each row of weights is read once for all vectors.

/// Most vectors at once.
pub(super) const LANES: usize = 4;
const WIDTH: usize = 16;

/// `out[b][o] = bias[o] + Σ weight[o][i] · x[b][i]`, for `weight` row by row and up to [`LANES`]
/// vectors of the same length.
pub(super) fn affine(weight: &[f32], bias: &[f32], x: &[&[f32]], out: &mut [Vec<f32>]) {
    match x {
        [a] => rows([a], weight, bias, out),
        [a, b] => rows([a, b], weight, bias, out),
        [a, b, c] => rows([a, b, c], weight, bias, out),
        [a, b, c, d] => rows([a, b, c, d], weight, bias, out),
        _ => {}
    }
}

fn rows<const B: usize>(x: [&[f32]; B], weight: &[f32], bias: &[f32], out: &mut [Vec<f32>]) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        // SAFETY: the processor has both features, which is all that the function asks for.
        unsafe { rows_avx2(x, weight, bias, out) };
        return;
    }
    rows_plain(x, weight, bias, out, |a, b, c| c + a * b);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn rows_avx2<const B: usize>(x: [&[f32]; B], weight: &[f32], bias: &[f32], out: &mut [Vec<f32>]) {
    rows_plain(x, weight, bias, out, f32::mul_add);
}

#[inline(always)]
fn rows_plain<const B: usize>(
    x: [&[f32]; B],
    weight: &[f32],
    bias: &[f32],
    out: &mut [Vec<f32>],
    multiply_add: impl Fn(f32, f32, f32) -> f32,
) {
    let n = x[0].len();
    for (o, row) in weight.chunks_exact(n).enumerate() {
        let mut sums = [[0f32; WIDTH]; B];
        let whole = n / WIDTH * WIDTH;
        for (at, w) in row[..whole].chunks_exact(WIDTH).enumerate() {
            for (sum, x) in sums.iter_mut().zip(&x) {
                let x = &x[at * WIDTH..][..WIDTH];
                for ((s, w), x) in sum.iter_mut().zip(w).zip(x) {
                    *s = multiply_add(*w, *x, *s);
                }
            }
        }
        for ((sum, x), out) in sums.iter().zip(&x).zip(out.iter_mut()) {
            let rest: f32 = row[whole..].iter().zip(&x[whole..]).map(|(w, x)| w * x).sum();
            out[o] = bias[o] + rest + sum.iter().sum::<f32>();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    #[test]
    fn agrees_with_the_definition() {
        let mut seed = Seed(4);
        let mut random = |n: usize| -> Vec<f32> { (0..n).map(|_| seed.range(-1.0, 1.0)).collect() };
        let (weight, bias) = (random(7 * 37), random(7));
        let x: Vec<Vec<f32>> = (0..4).map(|_| random(37)).collect();
        for b in 1..=4 {
            let mut out = vec![vec![0.0; 7]; b];
            let views: Vec<&[f32]> = x[..b].iter().map(Vec::as_slice).collect();
            affine(&weight, &bias, &views, &mut out);
            for (x, out) in x.iter().zip(&out) {
                for o in 0..7 {
                    let want: f64 = f64::from(bias[o])
                        + (0..37).map(|i| f64::from(weight[o * 37 + i]) * f64::from(x[i])).sum::<f64>();
                    assert!((want - f64::from(out[o])).abs() < 1e-5);
                }
            }
        }
    }
}
