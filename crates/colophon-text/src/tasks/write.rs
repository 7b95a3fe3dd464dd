//! Writing on a theme: short texts in one go, long ones along an outline.

use colophon_types::Lang;
use serde::Deserialize;
use serde_json::json;

use super::Desk;
use super::written::{Written, given};
use crate::chat::{Finish, Format, Message};
use crate::{TextError, sentences};

/// Texts of more words (English) or characters (Chinese) than this get an outline.
const LONG: [usize; 2] = [450, 800];
/// Words or characters of a section.
const SECTION: [usize; 2] = [180, 320];
/// Tokens a word or a character takes, generously.
const TOKENS: usize = 2;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Write {
    /// What to write.
    pub wish: String,
    /// The language.
    pub lang: Lang,
    /// Its length in words (English) or characters (Chinese), where asked for.
    pub length: Option<usize>,
}

#[derive(Deserialize)]
struct Outline {
    title: String,
    sections: Vec<String>,
}

/// The body of a section: without headings of its own, and without the sentence that was cut off.
fn running(answer: &str, cut: bool, lang: Lang) -> String {
    let mut lines: Vec<&str> = answer.trim().lines().filter(|l| !l.trim_start().starts_with('#')).collect();
    let whole = |line: &str| sentences::split(line).last().is_none_or(|s| sentences::is_complete(s, lang));
    let mut last = String::new();
    if cut && lines.last().is_some_and(|l| !whole(l)) {
        let mut kept = sentences::split(lines.pop().unwrap_or_default());
        kept.pop();
        last = sentences::join(&kept, lang);
    }
    let body = lines.join("\n");
    format!("{}\n{last}", body.trim()).trim().to_owned()
}

impl Write {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let wish = given(&self.wish)?;
        let chinese = usize::from(self.lang == Lang::Zh);
        match self.length {
            Some(length) if length > LONG[chinese] => self.long(desk, wish, length, SECTION[chinese]),
            length => {
                let ask = match (length, self.lang) {
                    (None, _) => wish.to_owned(),
                    (Some(n), Lang::En) => format!("{wish}\nWrite about {n} words."),
                    (Some(n), Lang::Zh) => format!("{wish}\n大约写{n}个字。"),
                };
                let most = length.map_or(1024, |n| n * TOKENS + 100).min(desk.room(desk.count(&ask)?));
                desk.step(0, 1)?;
                let reply = desk.write(vec![Message::user(ask)], most, 0.7, Format::Text)?;
                Ok(desk.finish(reply.text.trim().to_owned(), json!({"sections": []})))
            }
        }
    }

    fn long(
        &self,
        desk: &mut Desk<'_>,
        wish: &str,
        length: usize,
        each: usize,
    ) -> Result<Written, TextError> {
        let count = (length / each).clamp(2, 30);
        desk.step(0, count + 1)?;
        let outline = self.outline(desk, wish, count)?;
        let mut text = format!("# {}", outline.title.trim());
        desk.show(&text)?;
        let share = length / outline.sections.len().max(1);
        for (i, section) in outline.sections.iter().enumerate() {
            desk.step(i + 1, count + 1)?;
            let head = format!("\n\n## {}\n\n", section.trim());
            desk.show(&head)?;
            text.push_str(&head);
            let tail: String = {
                let chars: Vec<char> = text.chars().collect();
                chars[chars.len().saturating_sub(500)..].iter().collect()
            };
            let plan = outline.sections.join("; ");
            let ask = match self.lang {
                Lang::En => format!(
                    "{wish}\n\nThe outline: {plan}\nThe text so far ends:\n{tail}\n\nNow write the section \"{section}\", about \
                     {share} words, running text without a heading. Do not repeat what was said."
                ),
                Lang::Zh => format!(
                    "{wish}\n\n提纲：{plan}\n上文的结尾：\n{tail}\n\n现在写“{section}”这一节，大约{share}个字，不写标题，不重复上文。"
                ),
            };
            let most = share * TOKENS + 120;
            let reply = desk.draft(vec![Message::user(ask)], most, 0.7, Format::Text)?;
            let body = running(&reply.text, reply.finish == Finish::Length, self.lang);
            desk.show(&body)?;
            text.push_str(&body);
        }
        Ok(desk.finish(text, json!({"sections": outline.sections})))
    }

    fn outline(&self, desk: &mut Desk<'_>, wish: &str, count: usize) -> Result<Outline, TextError> {
        let ask = match self.lang {
            Lang::En => format!(
                "{wish}\n\nFirst plan it: a title and the headings of {count} sections. Answer in JSON."
            ),
            Lang::Zh => {
                format!("{wish}\n\n先列提纲：标题（title）和{count}个小节的标题（sections）。用 JSON 回答。")
            }
        };
        let schema = json!({
            "type": "object",
            "properties": {
                "title": {"type": "string", "minLength": 2, "maxLength": 80},
                "sections": {
                    "type": "array", "minItems": count, "maxItems": count,
                    "items": {"type": "string", "minLength": 2, "maxLength": 80}
                }
            },
            "required": ["title", "sections"], "additionalProperties": false
        });
        for attempt in 0..3 {
            let format = Format::JsonSchema(schema.clone());
            let temperature = 0.5 + 0.2 * attempt as f32;
            let reply = desk.think(vec![Message::user(ask.clone())], 60 + 40 * count, temperature, format)?;
            if let Ok(outline) = serde_json::from_str(&reply.text) {
                return Ok(outline);
            }
        }
        Err(TextError::NoAnswer { what: "outline".into(), tries: 3 })
    }
}
