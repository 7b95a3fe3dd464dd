//! The imperceptible watermark: where one goes, and what it must offer.
//!
//! No watermark is implemented yet; [`crate::Sealer`] holds an empty list of them and the step
//! passes the content on unchanged. A watermark marks the content after the label and before any
//! metadata, carries 64 bits that the log can resolve to a work, and is found again without the
//! metadata.

use colophon_types::{Media, Modality, WorkId};

/// Embeds a payload imperceptibly, and finds it again.
pub trait Watermark: Send + Sync {
    /// A stable name with version, reported as `method` by a verification.
    fn name(&self) -> &str;

    /// Whether it marks this kind of content.
    fn marks(&self, modality: Modality) -> bool;

    /// Marks the content in place.
    ///
    /// # Errors
    /// A sentence that says why the content cannot carry it.
    fn embed(&self, media: &mut Media, work: &WorkId) -> Result<(), String>;

    /// Looks for it in decoded content.
    fn find(&self, media: &Media) -> Option<Found>;
}

/// A watermark that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The payload, lower-case hex.
    pub payload: String,
    /// Strength of the evidence, in the method's own units.
    pub score: f64,
    /// How often unmarked content scores as high.
    pub false_positive_rate: f64,
}
