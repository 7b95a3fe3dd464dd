//! The receipt: what is needed to know how a work was made, and to make it again.

use std::collections::BTreeMap;
use std::fmt;

use crate::Lang;

/// The public identifier of a work, printed on its end card and found in every mark: `clp-` and
/// 26 characters of Crockford base 32 (time-ordered).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct WorkId(String);

impl WorkId {
    /// An identifier from 128 bits, the most significant first.
    pub fn from_bits(bits: u128) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut text = String::from("clp-");
        for i in (0..26).rev() {
            text.push(char::from(ALPHABET[((bits >> (i * 5)) & 31) as usize]));
        }
        Self(text)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A model (or voice, art or font package) that took part.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ModelUse {
    /// Catalogue id.
    pub id: String,
    /// What it did: `script`, `voice`, `art`, `style`, `font`, `runtime`.
    pub role: String,
    /// SHA-256 of its main file, lower-case hex.
    pub sha256: String,
    /// SPDX licence or the name of its terms.
    pub licence: String,
    /// Which part of it, e.g. the voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// One step of the work.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// What was done, e.g. `write`, `speak`, `draw`, `encode`.
    pub name: String,
    /// The engine and its version.
    pub engine: String,
}

/// How a work was made.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// The work.
    pub work_id: WorkId,
    /// Title, as shown.
    pub title: String,
    /// Language of the content.
    pub lang: Lang,
    /// When it was made: RFC 3339, UTC.
    pub created: String,
    /// The program and its version.
    pub generator: String,
    /// The request, as given.
    pub request: serde_json::Value,
    /// The seed that was used.
    pub seed: u64,
    /// Models that took part.
    pub models: Vec<ModelUse>,
    /// Steps, in order.
    pub steps: Vec<Step>,
    /// Anything else worth keeping, e.g. the machine type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, serde_json::Value>,
}
