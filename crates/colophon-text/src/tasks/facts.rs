//! Facts that a report may use, from a list, JSON or CSV.

use serde_json::Value;

use crate::{TextError, sentences};

/// Facts of one report, at most.
const MOST: usize = 200;

/// How facts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactsForm {
    /// By what the text looks like.
    #[default]
    Auto,
    /// A line each, with or without bullets or numbers.
    List,
    /// An array of strings or objects, or one object.
    Json,
    /// A header, then a fact a row.
    Csv,
}

/// Numbered facts; the first has the number 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts(Vec<String>);

impl Facts {
    /// Reads facts.
    ///
    /// # Errors
    /// [`TextError::Parameter`] when there are none, too many, or the text has another form.
    pub fn parse(text: &str, form: FactsForm) -> Result<Self, TextError> {
        let trimmed = text.trim_start_matches('\u{feff}').trim();
        let form = match form {
            FactsForm::Auto if trimmed.starts_with(['[', '{']) => FactsForm::Json,
            FactsForm::Auto if is_table(trimmed) => FactsForm::Csv,
            FactsForm::Auto => FactsForm::List,
            form => form,
        };
        let facts = match form {
            FactsForm::Json => json(trimmed)?,
            FactsForm::Csv => csv(trimmed)?,
            FactsForm::Auto | FactsForm::List => list(trimmed),
        };
        if facts.is_empty() || facts.len() > MOST {
            return Err(TextError::Parameter {
                name: "facts",
                wanted: format!("between 1 and {MOST} facts"),
            });
        }
        Ok(Self(facts))
    }

    /// The facts in order.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

fn list(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    // A single paragraph is a fact a sentence.
    if let [line] = lines.as_slice()
        && !is_item(line)
    {
        return sentences::split(line);
    }
    lines
        .into_iter()
        .map(|line| bare(line).to_owned())
        .filter(|l| l.chars().any(char::is_alphanumeric))
        .collect()
}

fn is_item(line: &str) -> bool {
    bare(line).len() < line.len()
}

/// A line without its bullet or number.
fn bare(line: &str) -> &str {
    let rest = line.trim_start_matches(['-', '*', '•', '·', '–']).trim_start();
    if rest.len() < line.len() {
        return rest;
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let after = &line[digits..];
    match after.chars().next() {
        Some('.' | ')') if (1..=3).contains(&digits) && after[1..].starts_with(char::is_whitespace) => {
            after[1..].trim_start()
        }
        Some(mark @ ('、' | '．')) if (1..=3).contains(&digits) => after[mark.len_utf8()..].trim_start(),
        _ => line,
    }
}

fn is_table(text: &str) -> bool {
    let mut commas = text.lines().filter(|l| !l.trim().is_empty()).map(|l| l.matches(',').count());
    let Some(first) = commas.next().filter(|n| *n > 0) else { return false };
    // Header cells are short and no sentences.
    let header = text.lines().next().unwrap_or_default();
    let cells =
        header.split(',').all(|cell| cell.split_whitespace().count() <= 4 && !cell.trim().ends_with('.'));
    let mut rows = commas.peekable();
    cells && !is_item(header) && rows.peek().is_some() && rows.all(|n| n >= first)
}

fn csv(text: &str) -> Result<Vec<String>, TextError> {
    let bad = |e: csv::Error| TextError::Parameter { name: "facts", wanted: format!("a CSV table: {e}") };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(bad)?.clone();
    let mut facts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(bad)?;
        let named = |(i, cell): (usize, &str)| match header.get(i) {
            Some(name) if !name.is_empty() => format!("{name}: {cell}"),
            _ => cell.to_owned(),
        };
        let cells: Vec<String> =
            row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(named).collect();
        if !cells.is_empty() {
            facts.push(cells.join("; "));
        }
    }
    Ok(facts)
}

fn json(text: &str) -> Result<Vec<String>, TextError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|e| TextError::Parameter { name: "facts", wanted: format!("JSON: {e}") })?;
    let facts = match &value {
        Value::Array(items) => items.iter().map(said).collect(),
        // One list under one name is a list too.
        Value::Object(map) => match map.get("facts").and_then(Value::as_array) {
            Some(items) => items.iter().map(said).collect(),
            None => map.iter().map(|(name, value)| format!("{name}: {}", said(value))).collect(),
        },
        other => vec![said(other)],
    };
    Ok(facts)
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let parts: Vec<String> =
                map.iter().map(|(name, value)| format!("{name}: {}", said(value))).collect();
            parts.join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let read = |text| Facts::parse(text, FactsForm::Auto).expect("facts").0;
        assert_eq!(
            read("- A bridge opened.\n* It cost 3.5 million.\n2) Third."),
            ["A bridge opened.", "It cost 3.5 million.", "Third."]
        );
        assert_eq!(read("1、灯塔修好了。\n2、耗资三百万元。"), ["灯塔修好了。", "耗资三百万元。"]);
        assert_eq!(
            read("A bridge opened. It cost 3.5 million."),
            ["A bridge opened.", "It cost 3.5 million."]
        );
        assert_eq!(read("[\"one fact\", {\"who\": \"Ann\", \"age\": 7}]"), ["one fact", "who: Ann; age: 7"]);
        assert_eq!(read("{\"place\": \"Bonn\", \"visitors\": 300}"), ["place: Bonn", "visitors: 300"]);
        assert_eq!(
            read("city,visitors\nBonn,300\n\"Cologne, old\",500"),
            ["city: Bonn; visitors: 300", "city: Cologne, old; visitors: 500"]
        );
        assert_eq!(
            read("The mayor, Ann Lee, spoke.\nThe park, now open, is large."),
            ["The mayor, Ann Lee, spoke.", "The park, now open, is large."]
        );
        assert!(Facts::parse(" \n", FactsForm::Auto).is_err());
        assert!(Facts::parse("[1", FactsForm::Auto).is_err());
    }
}
