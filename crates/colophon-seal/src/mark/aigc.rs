//! The implicit label of GB 45438-2025: one JSON field `AIGC` of seven string keys, in characters
//! 0x21–0x7E only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the field.
pub(crate) const NAME: &str = "AIGC";
/// Namespace of its XMP form.
pub(crate) const NAMESPACE: &str = "http://www.tc260.org.cn/ns/AIGC/1.0/";
/// A field longer than this is not one.
pub(crate) const MAX: usize = 64 * 1024;

/// The field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Aigc {
    /// `1` is generated, `2` may be, `3` is suspected to be.
    pub label: String,
    /// Who produced it: name or provider code.
    pub content_producer: String,
    /// The producer's number for the content.
    #[serde(rename = "ProduceID")]
    pub produce_id: String,
    /// For the producer's own security use; may be empty.
    pub reserved_code1: String,
    /// Who spread it first; on first writing the producer.
    pub content_propagator: String,
    /// The propagator's number for the content.
    #[serde(rename = "PropagateID")]
    pub propagate_id: String,
    /// For the propagator's own security use; may be empty.
    pub reserved_code2: String,
}

impl Aigc {
    /// The field as a producer first writes it: label `1`, the propagator equal to the producer.
    /// Both values are printable ASCII (0x21–0x7E).
    pub fn of_producer(producer: &str, produce_id: &str) -> Self {
        Self {
            label: "1".to_owned(),
            content_producer: producer.to_owned(),
            produce_id: produce_id.to_owned(),
            reserved_code1: String::new(),
            content_propagator: producer.to_owned(),
            propagate_id: produce_id.to_owned(),
            reserved_code2: String::new(),
        }
    }

    /// The field of another producer, with `propagator` as who spreads the content now. `None` when
    /// keys are missing.
    pub(crate) fn of_propagator(
        fields: &BTreeMap<String, String>,
        propagator: &str,
        propagate_id: &str,
    ) -> Option<Self> {
        let value = |key: &str| fields.get(key).cloned();
        Some(Self {
            label: value("Label")?,
            content_producer: value("ContentProducer")?,
            produce_id: value("ProduceID")?,
            reserved_code1: value("ReservedCode1").unwrap_or_default(),
            content_propagator: propagator.to_owned(),
            propagate_id: propagate_id.to_owned(),
            reserved_code2: String::new(),
        })
    }

    /// The seven keys and values, in the standard's order.
    pub(crate) fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("Label", &self.label),
            ("ContentProducer", &self.content_producer),
            ("ProduceID", &self.produce_id),
            ("ReservedCode1", &self.reserved_code1),
            ("ContentPropagator", &self.content_propagator),
            ("PropagateID", &self.propagate_id),
            ("ReservedCode2", &self.reserved_code2),
        ]
    }

    /// The field as JSON text without spaces, `"` and `\` escaped.
    pub fn to_json(&self) -> String {
        let pairs: Vec<String> =
            self.pairs().iter().map(|(key, value)| format!("\"{key}\":{}", quote(value))).collect();
        format!("{{{}}}", pairs.join(","))
    }

    /// Reads JSON text strictly: exactly the seven keys, all strings.
    pub fn from_json(text: &str) -> Option<Self> {
        (text.len() <= MAX).then(|| serde_json::from_str(text).ok()).flatten()
    }

    /// Whether it follows the standard.
    pub fn is_valid(&self) -> bool {
        matches!(self.label.as_str(), "1" | "2" | "3")
            && !self.content_producer.is_empty()
            && !self.produce_id.is_empty()
            && self.pairs().iter().all(|(_, value)| value.is_empty() || is_value(value))
    }
}

/// A string in double quotes with `"` and `\` escaped: JSON, and YAML as well.
pub(crate) fn quote(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a value can stand in the field: characters 0x21–0x7E.
pub(crate) fn is_value(value: &str) -> bool {
    value.bytes().all(|b| (0x21..=0x7e).contains(&b))
}

/// Whether a producer's name or code can stand in the field.
pub(crate) fn is_producer(value: &str) -> bool {
    (1..=200).contains(&value.len()) && is_value(value)
}

/// Whether a code is a registered provider's: `00`, a subject code of 20 characters and five
/// characters for the service, 27 in all of 0–9 and A–Z.
pub fn is_provider_code(code: &str) -> bool {
    code.len() == 27
        && code.starts_with("00")
        && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// What a file says under the name `AIGC`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FoundAigc {
    /// How many such fields there are.
    pub(crate) count: usize,
    /// The first, read leniently: string values by key.
    pub(crate) fields: Option<BTreeMap<String, String>>,
    /// Whether the first follows the standard.
    pub(crate) valid: bool,
}

impl FoundAigc {
    /// Takes one more field, given as its JSON text.
    pub(crate) fn add(&mut self, json: &str) {
        self.count += 1;
        if self.count > 1 {
            return;
        }
        let parsed = Aigc::from_json(json);
        self.valid = parsed.is_some_and(|a| a.is_valid()) && json.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if json.len() <= MAX {
            let value: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(json).ok();
            self.fields = value
                .map(|map| map.into_iter().filter_map(|(k, v)| Some((k, v.as_str()?.to_owned()))).collect());
        }
    }

    /// Takes one more field, given as its keys and values (front matter).
    pub(crate) fn add_pairs(&mut self, pairs: Vec<(String, String)>) {
        let quoted: Vec<String> = pairs.iter().map(|(k, v)| format!("{}:{}", quote(k), quote(v))).collect();
        self.add(&format!("{{{}}}", quoted.join(",")));
    }
}
