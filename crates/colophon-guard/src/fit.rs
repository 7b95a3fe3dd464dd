//! Ridge regression: one linear function for each target, fitted to the same vectors.

use crate::GuardError;

/// How much large weights cost, beside one example.
pub(crate) const RIDGE: f64 = 0.5;

/// Linear functions of vectors of one length.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    mean: Vec<f64>,
    /// Weights and the value at the mean, one pair for each target.
    rows: Vec<(Vec<f64>, f64)>,
}

impl Linear {
    /// Fits `targets[k][i]`, the wanted value of function `k` for vector `i`.
    pub(crate) fn fit(vectors: &[Vec<f32>], targets: &[Vec<f64>]) -> Result<Self, GuardError> {
        let (count, size) = (vectors.len(), vectors.first().map_or(0, Vec::len));
        if size == 0 || vectors.iter().any(|v| v.len() != size || v.iter().any(|x| !x.is_finite())) {
            let found = "vectors of several lengths, or none, or with numbers that are none".to_owned();
            return Err(GuardError::Vectors { found, wanted: "finite vectors of one length".into() });
        }
        let mut mean = vec![0.0; size];
        for vector in vectors {
            mean.iter_mut().zip(vector).for_each(|(m, x)| *m += f64::from(*x) / count as f64);
        }
        let centred: Vec<Vec<f64>> =
            vectors.iter().map(|v| v.iter().zip(&mean).map(|(x, m)| f64::from(*x) - m).collect()).collect();
        // Vectors of encoders lie close together: the ridge is measured against how far they spread.
        let spread = centred.iter().map(|v| dot(v, v)).sum::<f64>() / count as f64;
        let mut gram: Vec<Vec<f64>> =
            (0..count).map(|i| (0..=i).map(|j| dot(&centred[i], &centred[j])).collect()).collect();
        for (i, row) in gram.iter_mut().enumerate() {
            row[i] += RIDGE * spread;
        }
        let root = cholesky(gram).ok_or(GuardError::Fit)?;
        let rows = targets.iter().map(|wanted| {
            let middle = wanted.iter().sum::<f64>() / count as f64;
            let shares = solve(&root, wanted.iter().map(|y| y - middle).collect());
            let mut weights = vec![0.0; size];
            for (share, vector) in shares.iter().zip(&centred) {
                weights.iter_mut().zip(vector).for_each(|(w, x)| *w += share * x);
            }
            (weights, middle)
        });
        Ok(Self { rows: rows.collect(), mean })
    }

    /// The values of all functions for a vector.
    pub(crate) fn values(&self, vector: &[f32]) -> Vec<f64> {
        let centred: Vec<f64> = vector.iter().zip(&self.mean).map(|(x, m)| f64::from(*x) - m).collect();
        self.rows.iter().map(|(weights, middle)| dot(weights, &centred) + middle).collect()
    }

    /// All its numbers, one after another: the mean, then weights and middle of each function.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        let rows = self.rows.iter().flat_map(|(weights, middle)| weights.iter().chain([middle]));
        self.mean.iter().chain(rows).copied().collect()
    }

    /// The functions with these [`numbers`](Self::numbers), so many of them.
    pub(crate) fn of_numbers(numbers: &[f64], functions: usize) -> Option<Self> {
        let size = numbers.len().checked_sub(functions)? / (functions + 1);
        if size == 0
            || numbers.len() != size + functions * (size + 1)
            || !numbers.iter().all(|n| n.is_finite())
        {
            return None;
        }
        let (mean, rest) = numbers.split_at(size);
        let rows = rest.chunks_exact(size + 1).map(|row| (row[..size].to_vec(), row[size]));
        Some(Self { mean: mean.to_vec(), rows: rows.collect() })
    }

    /// The length of the vectors.
    pub(crate) fn size(&self) -> usize {
        self.mean.len()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The lower triangle `L` with `L·Lᵀ` the symmetric matrix whose lower triangle is given.
fn cholesky(mut m: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    for i in 0..m.len() {
        for j in 0..=i {
            let rest = m[i][j] - dot(&m[i][..j], &m[j][..j]);
            if i != j {
                m[i][j] = rest / m[j][j];
            } else if rest > 0.0 {
                m[i][i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(m)
}

/// `x` with `L·Lᵀ·x = b`.
fn solve(root: &[Vec<f64>], mut b: Vec<f64>) -> Vec<f64> {
    for i in 0..b.len() {
        b[i] = (b[i] - dot(&root[i][..i], &b[..i])) / root[i][i];
    }
    for i in (0..b.len()).rev() {
        let above: f64 = (i + 1..b.len()).map(|k| root[k][i] * b[k]).sum();
        b[i] = (b[i] - above) / root[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again() {
        // f = 1 where the first number is high; the second says nothing.
        let vectors: Vec<Vec<f32>> =
            (0..40).map(|i| vec![f32::from(i % 2 == 0), (i % 5) as f32 / 5.0]).collect();
        let wanted: Vec<f64> = vectors.iter().map(|v| f64::from(v[0])).collect();
        let line = Linear::fit(&vectors, &[wanted]).unwrap();
        assert!(line.values(&[1.0, 0.4])[0] > 0.9 && line.values(&[0.0, 0.4])[0] < 0.1);
    }

    #[test]
    fn vectors_that_do_not_fit_are_refused() {
        for bad in [vec![], vec![vec![]], vec![vec![1.0], vec![1.0, 2.0]], vec![vec![f32::NAN]]] {
            let targets = vec![vec![0.0; bad.len()]];
            assert!(matches!(Linear::fit(&bad, &targets), Err(GuardError::Vectors { .. })), "{bad:?}");
        }
        let same = vec![vec![1.0, 0.0]; 5];
        assert!(matches!(Linear::fit(&same, &[vec![0.0; 5]]), Err(GuardError::Fit)));
    }
}
