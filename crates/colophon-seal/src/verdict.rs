//! What a verification says, as the command line and the API print it.

use std::collections::BTreeMap;

use colophon_types::Receipt;
use serde::Serialize;

use crate::AigcSignature;

/// The conclusion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// The credential is valid and the log has the file.
    Verified,
    /// There is a credential and it does not match the bytes.
    Tampered,
    /// There is a mark of generated content, without a valid credential in this log.
    Marked,
    /// There is no mark.
    #[default]
    Unmarked,
}

/// All that is known of a file. The shape is part of the outside contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// The file, as it was named.
    pub file: String,
    /// Its media type, found from its content.
    pub media_type: String,
    /// The conclusion.
    pub verdict: VerdictKind,
    /// The work, from the receipt or the AIGC field.
    pub work_id: Option<String>,
    /// The visible or audible label.
    pub explicit_label: LabelFacts,
    /// The AIGC field.
    pub aigc: AigcFacts,
    /// IPTC metadata.
    pub iptc: IptcFacts,
    /// The C2PA credential.
    pub c2pa: CredentialFacts,
    /// The imperceptible watermark.
    pub watermark: WatermarkFacts,
    /// The log entry.
    pub log: LogFacts,
    /// The log's record of the work, found by its watermark or by what it looks like, where the file
    /// itself no longer leads there.
    pub recovered: Option<Recovered>,
    /// How the work was made, when the signature over that holds.
    pub receipt: Option<Receipt>,
    /// Sentences that explain the conclusion.
    pub reasons: Vec<String>,
}

/// The label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LabelFacts {
    /// Whether there is one.
    pub present: bool,
    /// Its words.
    pub text: Option<String>,
    /// Where it is and how that is known.
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// The AIGC field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AigcFacts {
    /// Whether there is one.
    pub present: bool,
    /// How many there are; one is right.
    pub count: usize,
    /// Whether there is exactly one and it follows the standard.
    pub valid: bool,
    /// Its keys and values.
    pub fields: Option<BTreeMap<String, String>>,
    /// The producer's signature over its first three fields, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<AigcSignature>,
}

/// IPTC metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IptcFacts {
    /// The digital source type, a URI.
    pub digital_source_type: Option<String>,
}

/// State of a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialState {
    /// Valid, from an authority on the trust list.
    Trusted,
    /// Valid: the bytes are what was signed.
    Valid,
    /// Present but it does not hold.
    Invalid,
    /// Not present.
    #[default]
    Absent,
}

/// The credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CredentialFacts {
    /// Its state.
    pub state: CredentialState,
    /// Label of the active manifest.
    pub active_manifest: Option<String>,
    /// Whether the signature carries a time stamp.
    pub time_stamped: bool,
    /// The hash that binds it to the file: of everything but the credential itself, lower-case hex.
    #[serde(skip)]
    pub content_hash: Option<String>,
    /// C2PA status codes of what does not hold.
    pub problems: Vec<String>,
}

/// The watermark.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WatermarkFacts {
    /// Whether one was found.
    pub found: bool,
    /// The method that found it.
    pub method: Option<String>,
    /// What it says, lower-case hex.
    pub payload: Option<String>,
    /// Whether that agrees with the record.
    pub matches_record: Option<bool>,
    /// Strength of the evidence.
    pub score: Option<f64>,
    /// How often unmarked content scores as high.
    pub false_positive_rate: Option<f64>,
    /// How the content lies to what was marked, where it was mirrored or turned (pictures and films only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turned: Option<TurnFacts>,
    /// Tokens that were looked at (text only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<usize>,
}

/// How a copy was made: mirrored left to right or not, then turned clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TurnFacts {
    /// Whether it was mirrored.
    pub mirrored: bool,
    /// By how much it was turned: 0, 90, 180 or 270.
    pub degrees: u16,
}

/// A record that the content led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// By what: `watermark`, or `likeness` of the content codes (ISO 24138), which is evidence and no
    /// proof.
    pub by: &'static str,
    /// The work.
    pub work_id: String,
    /// Media type of the file that was sealed.
    pub media_type: String,
    /// SHA-256 of the file that was sealed.
    pub sha256: String,
    /// When it was sealed: RFC 3339, UTC.
    pub time: String,
    /// Index of the log's entry, inclusion proved.
    pub index: u64,
    /// Of the 256 bits of the content code, those that differ (by likeness only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits_apart: Option<u32>,
}

/// The log entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogFacts {
    /// Index of the leaf.
    pub index: Option<u64>,
    /// Whether the inclusion proof holds under the signed checkpoint.
    pub included: bool,
}
