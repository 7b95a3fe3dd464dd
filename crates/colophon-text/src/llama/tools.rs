//! Tool calls in what a model writes: the forms that common model families use.

use serde_json::{Value, json};

use crate::chat::{Tool, ToolCall, ToolChoice};

/// Texts with which a tool call begins.
const OPENINGS: [&str; 6] =
    ["<tool_call>", "<|tool_call|>", "[TOOL_CALLS]", "<function=", "<|python_tag|>", "```json"];

/// Where a tool call may begin in a text that is still growing: nothing from there on may be shown.
/// `whole` is false while more may come.
pub(crate) fn may_begin_at(text: &str, whole: bool) -> Option<usize> {
    let head = text.len() - text.trim_start().len();
    let first = text[head..].chars().next();
    if matches!(first, Some('{' | '[')) {
        return Some(head);
    }
    mark_at(text, whole)
}

/// Where the mark of a tool call begins, or may begin.
pub(crate) fn mark_at(text: &str, whole: bool) -> Option<usize> {
    let mut earliest = OPENINGS.iter().filter_map(|o| text.find(o)).min();
    if !whole {
        let partial = OPENINGS.iter().filter_map(|o| partial_suffix(text, o)).min();
        earliest = [earliest, partial].into_iter().flatten().min();
    }
    earliest
}

/// Where a suffix of `text` begins that is a proper prefix of `mark`.
pub(crate) fn partial_suffix(text: &str, mark: &str) -> Option<usize> {
    let longest = mark.len().saturating_sub(1).min(text.len());
    (1..=longest)
        .rev()
        .map(|n| text.len() - n)
        .find(|at| text.is_char_boundary(*at) && mark.starts_with(&text[*at..]))
}

/// The calls in a finished answer, and the words that are left.
pub(crate) fn parse(text: &str, tools: &[Tool]) -> (String, Vec<ToolCall>) {
    let known = |name: &str| tools.iter().any(|t| t.name == name);
    let mut calls: Vec<(String, Value)> = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some((at, opening)) =
        OPENINGS.iter().filter_map(|o| rest.find(o).map(|at| (at, *o))).min_by_key(|(at, _)| *at)
    {
        let after = &rest[at + opening.len()..];
        let (name, body) = match opening {
            "<function=" => match after.split_once('>') {
                Some((name, body)) => (Some(name.trim()), body),
                None => break,
            },
            _ => (None, after),
        };
        let Some((value, used)) = leading_json(body) else {
            // Not a call after all.
            words.push_str(&rest[..at + opening.len()]);
            rest = after;
            continue;
        };
        let found = match name {
            Some(name) if known(name) => vec![(name.to_owned(), value)],
            Some(_) => Vec::new(),
            None => calls_of(value, &known),
        };
        if found.is_empty() {
            words.push_str(&rest[..at + opening.len()]);
            rest = after;
            continue;
        }
        words.push_str(&rest[..at]);
        calls.extend(found);
        rest = &body[used..];
        for closing in ["</tool_call>", "<|/tool_call|>", "</function>", "```"] {
            if let Some(left) = rest.trim_start().strip_prefix(closing) {
                rest = left;
            }
        }
    }
    words.push_str(rest);
    // An answer that is nothing but a call, without any mark.
    if calls.is_empty()
        && let Some((value, used)) = leading_json(&words)
        && words[used..].trim().is_empty()
    {
        calls = calls_of(value, &known);
        if !calls.is_empty() {
            words.clear();
        }
    }
    let calls = calls
        .into_iter()
        .map(|(name, arguments)| ToolCall { id: String::new(), name, arguments: arguments.to_string() })
        .collect();
    (words.trim().to_owned(), calls)
}

/// The calls in a JSON value: one, or a list of them.
fn calls_of(value: Value, known: &dyn Fn(&str) -> bool) -> Vec<(String, Value)> {
    match value {
        Value::Array(list) => {
            let count = list.len();
            let calls: Vec<_> = list.into_iter().filter_map(|v| call_of(v, known)).collect();
            if calls.len() == count { calls } else { Vec::new() }
        }
        value => call_of(value, known).into_iter().collect(),
    }
}

fn call_of(value: Value, known: &dyn Fn(&str) -> bool) -> Option<(String, Value)> {
    let Value::Object(mut map) = value else { return None };
    if let Some(function @ Value::Object(_)) = map.remove("function") {
        return call_of(function, known);
    }
    let name = map.get("name")?.as_str()?.to_owned();
    if !known(&name) {
        return None;
    }
    let arguments = map.remove("arguments").or_else(|| map.remove("parameters")).unwrap_or(json!({}));
    let arguments = match arguments {
        // Some models give the arguments as a text of JSON.
        Value::String(text) => serde_json::from_str(&text).ok()?,
        arguments => arguments,
    };
    arguments.is_object().then_some((name, arguments))
}

/// The JSON value that a text begins with, and how many bytes it takes.
fn leading_json(text: &str) -> Option<(Value, usize)> {
    let start = text.len() - text.trim_start().len();
    if !text[start..].starts_with(['{', '[']) {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
    let value = stream.next()?.ok()?;
    Some((value, start + stream.byte_offset()))
}

/// The schema of an answer that must be a call; `None` when the model may choose.
pub(crate) fn forced_schema(tools: &[Tool], choice: &ToolChoice, parallel: bool) -> Option<Value> {
    let one = |tool: &Tool| {
        let parameters =
            if tool.parameters.is_object() { tool.parameters.clone() } else { json!({"type": "object"}) };
        json!({
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": parameters},
            "required": ["name", "arguments"],
            "additionalProperties": false,
        })
    };
    let any = |list: Vec<Value>| if list.len() == 1 { list[0].clone() } else { json!({"anyOf": list}) };
    match choice {
        ToolChoice::Auto | ToolChoice::None => None,
        ToolChoice::Named(name) => tools.iter().find(|t| t.name == *name).map(one),
        ToolChoice::Required => {
            let item = any(tools.iter().map(one).collect());
            // A list makes small models go on and on; it is offered only where it is wanted.
            if parallel && tools.len() > 1 {
                Some(json!({"type": "array", "items": item, "minItems": 1, "maxItems": tools.len()}))
            } else {
                Some(item)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Vec<Tool> {
        ["weather", "time"]
            .map(|name| Tool { name: name.into(), description: String::new(), parameters: json!({}) })
            .to_vec()
    }

    fn names(text: &str) -> (String, Vec<(String, String)>) {
        let (words, calls) = parse(text, &tools());
        (words, calls.into_iter().map(|c| (c.name, c.arguments)).collect())
    }

    #[test]
    fn every_form_is_read() {
        let call = vec![("weather".to_owned(), "{\"city\":\"Oslo\"}".to_owned())];
        for text in [
            "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>",
            "{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}",
            "[TOOL_CALLS][{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}]",
            "<function=weather>{\"city\": \"Oslo\"}</function>",
            "```json\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n```",
            "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Oslo\"}}",
            "<tool_call>{\"name\": \"weather\", \"arguments\": \"{\\\"city\\\": \\\"Oslo\\\"}\"}</tool_call>",
        ] {
            assert_eq!(names(text), (String::new(), call.clone()), "{text}");
        }
    }

    #[test]
    fn words_beside_calls_are_kept_and_several_calls_are_read() {
        let (words, calls) = names(
            "I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {}}\n</tool_call>\n<tool_call>\n{\"name\": \"time\", \"arguments\": {}}\n</tool_call>",
        );
        assert_eq!(words, "I look.");
        assert_eq!(calls.len(), 2);
    }

    #[test]
    fn what_is_no_call_stays_text() {
        for text in [
            "{\"name\": \"unknown\", \"arguments\": {}}",
            "```json\n{\"a\": 1}\n```",
            "<tool_call> is a tag",
            "<tool_call>{\"name\": \"weather\", \"arguments\": 3}",
            "[1, 2]",
            "<function=weather",
        ] {
            assert_eq!(names(text), (text.to_owned(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn a_call_that_may_be_coming_is_held_back() {
        assert_eq!(may_begin_at("Let me see. <tool", false), Some(12));
        assert_eq!(may_begin_at("Let me see. <tool", true), None);
        assert_eq!(may_begin_at("a < b", false), None);
        assert_eq!(may_begin_at(" {\"name", false), Some(1));
        assert_eq!(may_begin_at("所以<tool_call>", true), Some(6));
        assert_eq!(partial_suffix("好", "<x>"), None);
    }

    #[test]
    fn a_forced_call_has_a_schema() {
        assert!(forced_schema(&tools(), &ToolChoice::Auto, true).is_none());
        let named = forced_schema(&tools(), &ToolChoice::Named("time".into()), true).unwrap();
        assert_eq!(named["properties"]["name"]["const"], "time");
        let any = forced_schema(&tools(), &ToolChoice::Required, false).unwrap();
        assert_eq!(any["anyOf"].as_array().unwrap().len(), 2);
    }
}
