//! Finding the watermark in a text.

use colophon_hub::Role;
use colophon_seal::{TextWatermark, WatermarkFacts};
use colophon_text::Vocabulary;
use colophon_text::watermark::{Detector, Evidence, Keys};
use colophon_types::Receipt;

use crate::Studio;

/// How the mark is called in verdicts.
const METHOD: &str = "synthid-text";

/// Looks with this installation's keys and the tokens of the models that are on this machine.
pub(crate) struct MarkFinder<'a>(pub(crate) &'a Studio);

impl TextWatermark for MarkFinder<'_> {
    fn look(&self, words: &str, receipt: Option<&Receipt>) -> Option<WatermarkFacts> {
        let studio = self.0;
        // Looking must not make keys: without any, nothing was marked here.
        let keys = Keys::load(&studio.home().join("keys").join("text-watermark.key")).ok()??;
        let detector = Detector::new(&keys);
        let named = |id: &str| receipt.is_none_or(|r| r.models.iter().any(|m| m.id == id));
        let entries = studio.hub().catalogue().entries().filter(|e| e.role == Role::Script && named(&e.id));
        let found: Vec<Evidence> = entries
            .filter_map(|e| studio.hub().get(&e.id).ok())
            .filter_map(|model| Vocabulary::load(&model.id, &model.main()).ok())
            .map(|vocabulary| detector.evidence(&vocabulary.tokens(words)))
            .collect();
        // Several looks find more by chance.
        let looks = found.len() as f64;
        let best = found.into_iter().min_by(|a, b| a.p_value.total_cmp(&b.p_value))?;
        let p_value = (best.p_value * looks).min(1.0);
        let marked = best.marked == Some(true) && (looks <= 1.0 || p_value < best.false_positive_rate);
        Some(WatermarkFacts {
            found: marked,
            method: Some(METHOD.into()),
            payload: None,
            matches_record: receipt
                .map(|r| marked == (r.extra.get("watermark").is_some_and(|w| w["method"] == METHOD))),
            score: Some(best.weighted_mean),
            false_positive_rate: Some(p_value),
            turned: None,
            tokens: Some(best.tokens),
        })
    }
}
