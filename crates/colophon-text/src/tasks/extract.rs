//! Extraction: data from a text in the form of a JSON schema, with a look at whether the text has it.

use colophon_types::Lang;
use serde_json::{Map, Value, json};

use super::Desk;
use super::grounding::figures;
use super::sections::cut;
use super::written::{Written, given};
use crate::TextError;
use crate::chat::{Format, Message};

/// Tokens of a part.
const PART: usize = 2000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Extract {
    /// The text.
    pub text: String,
    /// JSON schema of the data: an object.
    pub schema: Value,
    /// What to look for, beyond the names in the schema; may be empty.
    pub wish: String,
    /// The language of the text.
    pub lang: Lang,
}

impl Extract {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let text = given(&self.text)?;
        if !self.schema.is_object() {
            return Err(TextError::Schema("it is no JSON object".into()));
        }
        let answer = 512;
        let shape = desk.count(&self.schema.to_string())?;
        let parts = cut(text, PART.min(desk.room(answer + shape + 100)), &mut |t| desk.count(t))?;
        let mut data: Option<Value> = None;
        for (i, part) in parts.iter().enumerate() {
            desk.step(i, parts.len())?;
            let ask = format!("{}\n\n{}", self.order(), part.text);
            let format = Format::JsonSchema(self.schema.clone());
            let most = answer.max(desk.count(&part.text)?);
            let reply = desk.think(vec![Message::user(ask)], most, 0.0, format)?;
            let found: Value = serde_json::from_str(&reply.text)
                .map_err(|_| TextError::NoAnswer { what: "data: the answer was cut off".into(), tries: 1 })?;
            data = Some(match data {
                Some(data) => merge(data, found),
                None => found,
            });
        }
        let data = data.ok_or(TextError::Parameter { name: "text", wanted: "a text with words".into() })?;
        let mut unseen = Vec::new();
        look(&data, "", &Source::of(text), &mut unseen);
        let shown = serde_json::to_string_pretty(&data).unwrap_or_default();
        desk.show(&shown)?;
        let report = json!({"parts": parts.len(), "not_in_text": unseen});
        Ok(desk.finish(shown, report))
    }

    fn order(&self) -> String {
        let wish = self.wish.trim();
        match self.lang {
            Lang::En => format!(
                "Extract data from the text below as JSON. Copy names and numbers as they are written; leave out what \
                 the text does not say: use an empty string, an empty list or null. {wish}\nSchema: {}",
                self.schema
            ),
            Lang::Zh => format!(
                "从下面的文字中提取数据，用 JSON 表示。人名和数字照原文写；文中没有的内容留空（空字符串、空列表或 null）。{wish}\n结构：{}",
                self.schema
            ),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(s) => s.trim().is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Data of two parts: lists are joined without repeats, of single values the first that is there
/// stays.
fn merge(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Array(mut a), Value::Array(b)) => {
            for item in b {
                if !a.contains(&item) {
                    a.push(item);
                }
            }
            Value::Array(a)
        }
        (Value::Object(mut a), Value::Object(b)) => {
            let mut merged = Map::new();
            for (name, value) in b {
                let both = match a.shift_remove(&name) {
                    Some(before) => merge(before, value),
                    None => value,
                };
                merged.insert(name, both);
            }
            a.append(&mut merged);
            Value::Object(a)
        }
        (a, b) => {
            if is_empty(&a) {
                b
            } else {
                a
            }
        }
    }
}

/// What data is compared with.
struct Source {
    lower: String,
    figures: Vec<String>,
}

impl Source {
    fn of(text: &str) -> Self {
        let figures = figures(text).into_iter().map(|(key, _)| key).collect();
        Self { lower: text.to_lowercase(), figures }
    }
}

/// Finds values that the text does not have, by their paths.
fn look(value: &Value, path: &str, text: &Source, unseen: &mut Vec<String>) {
    match value {
        Value::String(said) => {
            let there = |w: &str| text.lower.contains(&w.to_lowercase());
            let words: Vec<&str> = said.split_whitespace().filter(|w| w.chars().count() > 3).collect();
            let seen = words.iter().filter(|w| there(w.trim_matches(|c: char| !c.is_alphanumeric()))).count();
            if !said.trim().is_empty() && !there(said.trim()) && seen * 2 <= words.len() {
                unseen.push(path.to_owned());
            }
        }
        Value::Number(number) => {
            if !figures(&number.to_string()).iter().all(|(key, _)| text.figures.contains(key)) {
                unseen.push(path.to_owned());
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| look(item, &format!("{path}/{i}"), text, unseen));
        }
        Value::Object(map) => {
            map.iter().for_each(|(name, item)| look(item, &format!("{path}/{name}"), text, unseen));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_merged_and_inventions_seen() {
        let a = json!({"name": "Ann", "city": "", "tags": ["x"]});
        let b = json!({"name": "Bob", "city": "Bonn", "tags": ["x", "y"]});
        let merged = merge(a, b);
        assert_eq!(merged, json!({"name": "Ann", "city": "Bonn", "tags": ["x", "y"]}));
        let mut unseen = Vec::new();
        look(
            &json!({"name": "Ann", "age": 41, "city": "Paris"}),
            "",
            &Source::of("Ann is 40 and lives in Bonn."),
            &mut unseen,
        );
        assert_eq!(unseen, ["/age", "/city"]);
    }
}
