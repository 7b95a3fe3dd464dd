//! Chat templates: the Jinja program that a model file carries, run over the messages.
//!
//! Templates come with weights from anywhere, so they run with a bound on their steps and see
//! nothing but the messages. They are written for Python's Jinja: its string methods, its `tojson`
//! and its white-space rules are provided.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize as _;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::parse_strftime_borrowed;

use crate::TextError;
use crate::chat::{Message, Role, Tool};

/// Steps that a template may take.
const FUEL: u64 = 2_000_000;
/// A template larger than this is refused.
const MAX_TEMPLATE: usize = 256 << 10;

/// A model's chat template.
#[derive(Clone, Debug)]
pub(crate) struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// `bos` and `eos` are the texts of those tokens.
    pub(crate) fn new(source: String, bos: String, eos: String) -> Result<Self, TextError> {
        if source.len() > MAX_TEMPLATE {
            return Err(TextError::Template(format!("it is larger than {MAX_TEMPLATE} bytes")));
        }
        Ok(Self { source, bos, eos })
    }

    /// The prompt of a chat, up to where the model's answer begins.
    pub(crate) fn render(&self, messages: &[Message], tools: &[Tool]) -> Result<String, TextError> {
        let knows_tools = self.source.contains("tools");
        let told = if tools.is_empty() || knows_tools { None } else { Some(told_of(messages, tools)) };
        let shown: &[Message] = told.as_deref().unwrap_or(messages);
        let offered: &[Tool] = if knows_tools { tools } else { &[] };
        match self.run(shown, offered, knows_tools) {
            Ok(text) => Ok(text),
            // Some templates know no system role.
            Err(first) => match without_system(shown) {
                Some(merged) => self.run(&merged, offered, knows_tools),
                None => Err(first),
            },
        }
    }

    fn run(&self, messages: &[Message], tools: &[Tool], knows_tools: bool) -> Result<String, TextError> {
        let fail = |e: Error| {
            let reason = e.detail().map_or_else(|| e.kind().to_string(), str::to_owned);
            TextError::Template(reason.replace('\n', " "))
        };
        let mut env = Environment::new();
        env.set_fuel(Some(FUEL));
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(fail)?;
        env.set_syntax(syntax);
        env.set_recursion_limit(64);
        env.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        env.add_function("raise_exception", |message: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        env.add_function("strftime_now", strftime_now);
        env.add_filter("tojson", python_json);
        env.add_template("chat", &self.source).map_err(fail)?;
        let tools: Vec<_> = tools.iter().map(tool_value).collect();
        let mut context = json!({
            "messages": messages.iter().map(|m| message_value(m, messages, knows_tools)).collect::<Vec<_>>(),
            "add_generation_prompt": true,
            "bos_token": self.bos,
            "eos_token": self.eos,
        });
        if !tools.is_empty() {
            context["tools"] = tools.into();
        }
        let template = env.get_template("chat").map_err(fail)?;
        template.render(Value::from(Serde(&context))).map_err(fail)
    }
}

fn tool_value(tool: &Tool) -> serde_json::Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters,
    }})
}

fn message_value(message: &Message, all: &[Message], knows_tools: bool) -> serde_json::Value {
    let mut value = json!({"role": message.role.as_str(), "content": message.content});
    if !knows_tools {
        // The template has no words for calls and results; they are said in the text.
        if message.role == Role::Tool {
            value["role"] = "user".into();
            value["content"] = format!("<tool_response>\n{}\n</tool_response>", message.content).into();
        }
        for call in &message.tool_calls {
            let text = format!(
                "{}\n<tool_call>\n{{\"name\": {}, \"arguments\": {}}}\n</tool_call>",
                value["content"].as_str().unwrap_or_default(),
                json!(call.name),
                call.arguments
            );
            value["content"] = text.trim_start().into();
        }
        return value;
    }
    if !message.tool_calls.is_empty() {
        let calls: Vec<_> = message
            .tool_calls
            .iter()
            .map(|call| {
                let arguments: serde_json::Value =
                    serde_json::from_str(&call.arguments).unwrap_or_else(|_| call.arguments.clone().into());
                json!({"id": call.id, "type": "function",
                       "function": {"name": call.name, "arguments": arguments}})
            })
            .collect();
        value["tool_calls"] = calls.into();
    }
    if let Some(id) = &message.tool_call_id {
        value["tool_call_id"] = id.as_str().into();
        let call = all.iter().flat_map(|m| &m.tool_calls).find(|c| c.id == *id);
        if let Some(call) = call {
            value["name"] = call.name.as_str().into();
        }
    }
    value
}

/// The messages with the tools told in the system message, for templates without a place for them.
fn told_of(messages: &[Message], tools: &[Tool]) -> Vec<Message> {
    let list: Vec<String> = tools.iter().map(|t| to_python_json(&tool_value(t))).collect();
    let words = format!(
        "You may call these functions:\n<tools>\n{}\n</tools>\nTo call one, answer with a JSON object \
         in tags and nothing else:\n<tool_call>\n{{\"name\": <function name>, \"arguments\": <object>}}\n\
         </tool_call>",
        list.join("\n")
    );
    let mut messages = messages.to_vec();
    match messages.first_mut() {
        Some(first) if first.role == Role::System => {
            first.content = format!("{}\n\n{words}", first.content);
        }
        _ => messages.insert(0, Message::system(words)),
    }
    messages
}

/// The messages with the system message at the head of the first user message.
fn without_system(messages: &[Message]) -> Option<Vec<Message>> {
    let (system, rest): (Vec<_>, Vec<_>) = messages.iter().cloned().partition(|m| m.role == Role::System);
    if system.is_empty() {
        return None;
    }
    let words: Vec<_> = system.into_iter().map(|m| m.content).collect();
    let mut rest = rest;
    let user = rest.iter_mut().find(|m| m.role == Role::User)?;
    user.content = format!("{}\n\n{}", words.join("\n\n"), user.content);
    Some(rest)
}

fn strftime_now(format: &str) -> Result<String, Error> {
    let wrong = |e: String| Error::new(ErrorKind::InvalidOperation, e);
    let items = parse_strftime_borrowed(format).map_err(|e| wrong(e.to_string()))?;
    OffsetDateTime::now_utc().format(&items).map_err(|e| wrong(e.to_string()))
}

/// `tojson` as Python templates expect it: nothing escaped for HTML, `, ` and `: ` between parts.
fn python_json(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let wrong = |e: serde_json::Error| Error::new(ErrorKind::BadSerialization, e.to_string());
    let indent: Option<usize> = options.get("indent").ok().flatten();
    let json = serde_json::to_value(value).map_err(wrong)?;
    let text = match indent {
        Some(n) => {
            let spaces = " ".repeat(n.min(16));
            let mut out = Vec::new();
            let pretty = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, pretty)).map_err(wrong)?;
            String::from_utf8_lossy(&out).into_owned()
        }
        None => to_python_json(&json),
    };
    Ok(Value::from_safe_string(text))
}

/// JSON with the separators of Python's `json.dumps`.
pub(crate) fn to_python_json(value: &serde_json::Value) -> String {
    struct Python;
    impl serde_json::ser::Formatter for Python {
        fn begin_array_value<W: ?Sized + std::io::Write>(
            &mut self,
            writer: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }

        fn begin_object_key<W: ?Sized + std::io::Write>(
            &mut self,
            writer: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }

        fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
            writer.write_all(b": ")
        }
    }
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Python);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ToolCall;

    fn template(source: &str) -> ChatTemplate {
        ChatTemplate::new(source.into(), "<s>".into(), "</s>".into()).unwrap()
    }

    const CHATML: &str = "{%- for m in messages %}\n    {{- '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    #[test]
    fn messages_go_through_the_template() {
        let text =
            template(CHATML).render(&[Message::system("Be brief."), Message::user("Hi")], &[]).unwrap();
        assert_eq!(
            text,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn python_methods_and_json_work() {
        let source = "{{ bos_token }}{% for t in tools %}{{ t | tojson }}{% endfor %}{% if messages[0].content.startswith('H') %}{{ messages[0].content.strip().split(' ')[-1] }}{% endif %}";
        let tools =
            [Tool { name: "f".into(), description: "a < b".into(), parameters: json!({"x": [1, 2]}) }];
        let text = template(source).render(&[Message::user("Hi you ")], &tools).unwrap();
        assert_eq!(
            text,
            "<s>{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"a < b\", \"parameters\": {\"x\": [1, 2]}}}you"
        );
    }

    #[test]
    fn a_template_without_system_role_gets_it_in_the_first_user_message() {
        let source = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}[{{ m.role }}] {{ m.content }}{% endfor %}";
        let text =
            template(source).render(&[Message::system("Be brief."), Message::user("Hi")], &[]).unwrap();
        assert_eq!(text, "[user] Be brief.\n\nHi");
    }

    #[test]
    fn tools_are_told_where_the_template_has_no_place_for_them() {
        let tools = [Tool { name: "rain".into(), description: String::new(), parameters: json!({}) }];
        let call = ToolCall { id: "c1".into(), name: "rain".into(), arguments: "{\"city\":\"Oslo\"}".into() };
        let mut asked = Message::assistant("");
        asked.tool_calls.push(call);
        let mut told = Message::new(Role::Tool, "wet");
        told.tool_call_id = Some("c1".into());
        let text = template(CHATML).render(&[Message::user("Rain?"), asked, told], &tools).unwrap();
        assert!(
            text.contains("<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"rain\""),
            "{text}"
        );
        assert!(
            text.contains("<tool_call>\n{\"name\": \"rain\", \"arguments\": {\"city\":\"Oslo\"}}"),
            "{text}"
        );
        assert!(text.contains("user\n<tool_response>\nwet\n</tool_response>"), "{text}");
    }

    #[test]
    fn hostile_templates_end() {
        for source in [
            "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{{ messages[0].content * 1000000000 }}",
            "{% if",
            "{{ raise_exception('no') }}",
        ] {
            let error = template(source).render(&[Message::user("x")], &[]).unwrap_err();
            assert!(matches!(error, TextError::Template(_)), "{source}: {error}");
        }
        assert!(ChatTemplate::new("x".repeat(MAX_TEMPLATE + 1), String::new(), String::new()).is_err());
    }
}
