//! Texts: what is fitted, and how a text is judged.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::category::{Category, Scores};
use crate::fit::{Linear, RIDGE};
use crate::{GuardError, examples, rules};

/// From this value on a category is flagged. Set on the first half of the trial (`examples/measure.rs`).
const THRESHOLDS: [(Category, f64); 12] = [
    (Category::Harassment, 0.42),
    (Category::HarassmentThreatening, 0.31),
    (Category::Hate, 0.56),
    (Category::HateThreatening, 0.40),
    (Category::Illicit, 0.39),
    (Category::IllicitViolent, 0.45),
    (Category::SelfHarm, 0.36),
    (Category::SelfHarmIntent, 0.40),
    (Category::SelfHarmInstructions, 0.40),
    (Category::Sexual, 0.43),
    (Category::Violence, 0.58),
    (Category::ViolenceGraphic, 0.40),
];
/// How quickly a score rises with the value around its threshold.
const SLOPE: f64 = 8.0;

/// Judges texts.
///
/// Threading contract: immutable, may be shared.
#[derive(Clone, Debug)]
pub struct TextGuard {
    line: Linear,
}

impl TextGuard {
    /// Fits a guard; `vectors` are those of the texts of [`examples`], in their order.
    ///
    /// # Errors
    /// [`GuardError`] when the vectors do not fit.
    pub fn fit(vectors: &[Vec<f32>]) -> Result<Self, GuardError> {
        let examples = examples();
        if vectors.len() != examples.len() {
            let (found, wanted) = (vectors.len().to_string(), format!("{} vectors", examples.len()));
            return Err(GuardError::Vectors { found, wanted });
        }
        let target = |category: &Category| -> Vec<f64> {
            examples.iter().map(|s| f64::from(u8::from(s.categories.contains(category)))).collect()
        };
        let targets: Vec<Vec<f64>> = Category::ALL.iter().map(target).collect();
        Ok(Self { line: Linear::fit(vectors, &targets)? })
    }

    /// The fitted guard in bytes, for [`TextGuard::read`]; `encoder` is what tells the encoder from others.
    pub fn written(&self, encoder: &str) -> Vec<u8> {
        let numbers = self.line.numbers();
        made_of(encoder)
            .to_le_bytes()
            .into_iter()
            .chain(numbers.into_iter().flat_map(f64::to_le_bytes))
            .collect()
    }

    /// A guard that was fitted before; nothing where that was for another encoder or to other examples.
    pub fn read(bytes: &[u8], encoder: &str) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<8>() else { return None };
        let (first, numbers) = words.split_first()?;
        if u64::from_le_bytes(*first) != made_of(encoder) {
            return None;
        }
        let numbers: Vec<f64> = numbers.iter().map(|word| f64::from_le_bytes(*word)).collect();
        Linear::of_numbers(&numbers, Category::ALL.len()).map(|line| Self { line })
    }

    /// The value of each category that is fitted, before its threshold: about 1 for what it is, 0 for what
    /// it is not.
    ///
    /// # Errors
    /// [`GuardError::Vectors`] for a vector of another length.
    pub fn values(&self, piece: &str, vector: &[f32]) -> Result<Vec<(Category, f64)>, GuardError> {
        if vector.len() != self.line.size() {
            let (found, wanted) = (format!("{} numbers", vector.len()), self.line.size().to_string());
            return Err(GuardError::Vectors { found, wanted });
        }
        let values = self.line.values(vector);
        let young = rules::names_young(piece);
        Ok(THRESHOLDS
            .iter()
            .map(|(category, _)| {
                let near = if young && *category == Category::Sexual { rules::YOUNG } else { 0.0 };
                (*category, values[category.place()] + rules::lift(piece, *category) + near)
            })
            .collect())
    }

    /// Judges a piece of a text by its words and its vector. Sexual content is that with minors where the
    /// piece names someone under 18.
    ///
    /// # Errors
    /// [`GuardError::Vectors`] for a vector of another length.
    pub fn judge(&self, piece: &str, vector: &[f32]) -> Result<Scores, GuardError> {
        let mut scores = Scores::default();
        for ((category, value), (_, threshold)) in self.values(piece, vector)?.into_iter().zip(THRESHOLDS) {
            let score = 1.0 / (1.0 + (-SLOPE * (value - threshold)).exp());
            scores.set(category, score as f32);
        }
        if rules::names_young(piece) {
            scores.set(Category::SexualMinors, scores.of(Category::Sexual));
        }
        Ok(scores)
    }
}

/// A number of an encoder, the examples and how they are fitted.
fn made_of(encoder: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    (encoder, env!("CARGO_PKG_VERSION"), RIDGE.to_bits()).hash(&mut hash);
    for example in examples() {
        (example.text, example.categories.iter().map(|c| c.place()).collect::<Vec<_>>()).hash(&mut hash);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector that only says which categories a sentence has.
    fn telling(categories: &[Category]) -> Vec<f32> {
        Category::ALL.iter().map(|c| f32::from(u8::from(categories.contains(c)))).collect()
    }

    fn guard() -> TextGuard {
        TextGuard::fit(&examples().iter().map(|s| telling(&s.categories)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_the_vectors_tell_is_learnt() {
        let guard = guard();
        let threat =
            guard.judge("a", &telling(&[Category::Harassment, Category::HarassmentThreatening])).unwrap();
        assert!(
            threat.flags(Category::Harassment) && threat.flags(Category::HarassmentThreatening),
            "{threat:?}"
        );
        assert!(guard.judge("a", &telling(&[])).unwrap().flagged().is_empty());
    }

    #[test]
    fn sexual_content_with_someone_young_is_told_apart() {
        let guard = guard();
        let old = guard.judge("the two of them", &telling(&[Category::Sexual])).unwrap();
        let young = guard.judge("a girl of thirteen", &telling(&[Category::Sexual])).unwrap();
        assert!(old.flags(Category::Sexual) && !old.flags(Category::SexualMinors));
        assert!(young.flags(Category::SexualMinors));
        let school = guard.judge("children play", &telling(&[])).unwrap();
        assert!(!school.flags(Category::SexualMinors), "{school:?}");
    }

    #[test]
    fn a_guard_that_is_read_judges_as_it_did() {
        let guard = guard();
        let bytes = guard.written("one encoder");
        let read = TextGuard::read(&bytes, "one encoder").unwrap();
        let vector = telling(&[Category::Hate, Category::Violence]);
        assert_eq!(read.values("a", &vector).unwrap(), guard.values("a", &vector).unwrap());
        assert!(TextGuard::read(&bytes, "another").is_none());
        for broken in [&bytes[..bytes.len() - 8], &bytes[..bytes.len() - 1], &bytes[..8], b"", b"a word."] {
            assert!(TextGuard::read(broken, "one encoder").is_none());
        }
    }

    #[test]
    fn vectors_of_another_encoder_are_refused() {
        assert!(TextGuard::fit(&[vec![1.0]]).is_err());
        assert!(guard().judge("a", &[1.0]).is_err());
    }
}
