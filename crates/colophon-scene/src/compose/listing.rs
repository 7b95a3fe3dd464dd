//! The listing: what a language model says is in the picture, under a JSON schema.
//!
//! The model lists things; it gives no coordinates, sizes or colours. What it answers is taken
//! with caution: see [`Listing::parse`].

use colophon_types::Lang;
use serde::{Deserialize, Serialize};

use super::words::Count;
use crate::graph::Role;

/// Most objects that are taken from an answer.
pub const MAX_OBJECTS: usize = 6;
/// Longest name of an object, in characters.
const MAX_NAME: usize = 40;

/// How an object stands to the one that is named in `to`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Stands for itself.
    #[default]
    None,
    /// Rides, sails or drives it.
    Rides,
    /// Holds it.
    Holds,
    /// Stands beside it.
    Beside,
    /// Is on it.
    On,
}

/// One object of a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedObject {
    /// A concrete noun.
    pub name: String,
    /// How many; one where it is not said.
    #[serde(default = "one")]
    pub count: Count,
    /// How much it matters; the first object is the hero.
    #[serde(default = "support")]
    pub role: Role,
    /// How it stands to another object.
    #[serde(default)]
    pub relation: Relation,
    /// Name of that other object.
    #[serde(default)]
    pub to: String,
}

fn one() -> Count {
    Count::One
}

fn support() -> Role {
    Role::Support
}

/// What a model says is in the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Objects, the hero first.
    pub objects: Vec<ListedObject>,
}

impl Listing {
    /// Reads an answer. Unknown words for count, role and the like make it unusable;
    /// objects are cut to [`MAX_OBJECTS`], names to 40 characters without control characters, and
    /// objects without a usable name are dropped.
    pub fn parse(answer: &str) -> Option<Self> {
        let start = answer.find('{')?;
        let end = answer.rfind('}')?;
        let listing: Self = serde_json::from_str(answer.get(start..=end)?).ok()?;
        listing.validated()
    }

    /// Whether it names a thing by this word.
    pub fn names(&self, word: &str) -> bool {
        self.objects.iter().any(|o| o.name.contains(word) || word.contains(o.name.as_str()))
    }

    /// The listing with hostile or useless parts gone; `None` when nothing is left.
    pub fn validated(mut self) -> Option<Self> {
        self.objects.retain_mut(|object| {
            object.name = tidy(&object.name);
            object.to = tidy(&object.to);
            object.name.chars().any(char::is_alphabetic)
        });
        let mut seen = Vec::new();
        self.objects.retain(|object| {
            let new = !seen.contains(&object.name);
            seen.push(object.name.clone());
            new
        });
        self.objects.truncate(MAX_OBJECTS);
        if let Some(first) = self.objects.first_mut() {
            first.role = Role::Hero;
        }
        (!self.objects.is_empty()).then_some(self)
    }
}

pub(super) fn tidy(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    text.trim().to_lowercase()
}

/// The JSON schema of an answer, for constrained decoding. Keys are in the order in which the
/// model does best; what is usual is left out, because every token of an answer takes time.
pub fn listing_schema() -> &'static str {
    r#"{
  "type": "object",
  "properties": {
    "objects": {
      "type": "array", "minItems": 1, "maxItems": 5,
      "items": {
        "type": "object",
        "properties": {
          "name": {"type": "string", "minLength": 1, "maxLength": 24},
          "count": {"enum": ["two", "few", "many"]},
          "relation": {"enum": ["rides", "holds", "beside", "on"]},
          "to": {"type": "string", "minLength": 1, "maxLength": 24}
        },
        "required": ["name"],
        "additionalProperties": false
      }
    }
  },
  "required": ["objects"],
  "additionalProperties": false
}"#
}

/// Nouns of the worked examples; an answer that has them without cause has copied them.
pub(super) const EXAMPLE_NOUNS: [&str; 8] =
    ["camel", "merchant", "tent", "moon", "小猫", "书架", "台灯", "窗户"];

/// System and user text that ask a model for a listing; used with [`listing_schema`] at
/// temperature 0.
pub fn listing_prompt(description: &str, lang: Lang) -> (String, String) {
    let system = concat!(
        "You list what is seen in a picture. Answer with JSON only. ",
        "Name only concrete things that the description mentions, one noun each, in its language. ",
        "The first object is the hero. Say how an object stands to another: ",
        "rides, holds, beside or on.\n\n",
        "Description: A merchant rides a camel past two tents under the moon.\n",
        r#"{"objects":[{"name":"merchant","relation":"rides","to":"camel"},{"name":"camel"},"#,
        r#"{"name":"tent","count":"two"},{"name":"moon"}]}"#,
        "\n\n描述：雨天的午后，小猫坐在书架旁，台灯亮着。\n",
        r#"{"objects":[{"name":"小猫","relation":"beside","to":"书架"},{"name":"书架"},{"name":"台灯"}]}"#,
    );
    let description: String = description.chars().filter(|c| !c.is_control()).take(600).collect();
    let user = match lang {
        Lang::En => format!("Description: {description}"),
        Lang::Zh => format!("描述：{description}"),
    };
    (system.to_owned(), user)
}
