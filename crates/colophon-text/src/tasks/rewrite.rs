//! Rewriting: the same content in another tone, simpler, shorter or longer, with its numbers kept.

use colophon_types::Lang;
use serde_json::json;

use super::Desk;
use super::grounding::figures;
use super::sections::cut;
use super::written::{Written, given};
use crate::chat::{Format, Message};
use crate::{TextError, sentences};

/// Tokens of a part.
const PART: usize = 700;
/// Tries for a part.
const TRIES: usize = 2;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// The text.
    pub text: String,
    /// How: "more formal", "for children", "half as long".
    pub wish: String,
    /// The language of the text.
    pub lang: Lang,
}

impl Rewrite {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let text = given(&self.text)?;
        let budget = PART.min(desk.room(0) * 2 / 5);
        let parts = cut(text, budget, &mut |t| desk.count(t))?;
        let mut written: Vec<String> = Vec::new();
        let mut title: Option<&str> = None;
        let mut lost: Vec<String> = Vec::new();
        let mut added: Vec<String> = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            desk.step(i, parts.len())?;
            if part.title.is_some() && part.title.as_deref() != title {
                title = part.title.as_deref();
                written.push(format!("## {}", title.unwrap_or_default()));
                desk.show(&format!("{}{}\n\n", if i > 0 { "\n\n" } else { "" }, written[written.len() - 1]))?;
            } else if i > 0 {
                desk.show("\n\n")?;
            }
            let (new, missing, extra) = self.part(desk, &part.text)?;
            desk.show(&new)?;
            written.push(new);
            lost.extend(missing);
            added.extend(extra);
        }
        let report = json!({"parts": parts.len(), "numbers_lost": lost, "numbers_added": added});
        Ok(desk.finish(written.join("\n\n"), report))
    }

    /// A part in other words, with the numbers that were lost and those that were added.
    fn part(&self, desk: &mut Desk<'_>, text: &str) -> Result<(String, Vec<String>, Vec<String>), TextError> {
        let wish = self.wish.trim();
        let ask = match self.lang {
            Lang::En => {
                let how = if wish.is_empty() { "clearer and more fluent" } else { wish };
                format!(
                    "Rewrite the text below: {how}. Keep its meaning, names and numbers; add no facts. Write the new \
                     text only.\n\n{text}"
                )
            }
            Lang::Zh => {
                let how = if wish.is_empty() { "更清楚、更通顺" } else { wish };
                format!(
                    "改写下面的文字，要求：{how}。保留原意、人名和数字，不增加事实，只写改写后的文字。\n\n{text}"
                )
            }
        };
        let most = desk.count(text)? * 2 + 80;
        let keys = |text: &str| figures(text);
        let theirs = keys(text);
        let mut best: Option<(usize, String, Vec<String>, Vec<String>)> = None;
        for attempt in 0..TRIES {
            let messages = vec![Message::user(ask.clone())];
            let reply = desk.draft(messages, most, 0.4 + 0.2 * attempt as f32, Format::Text)?;
            let new = tidy(&reply.text);
            if new.is_empty() || !sentences::is_in(&new, self.lang) {
                continue;
            }
            let ours = keys(&new);
            let without = |a: &[(String, String)], b: &[(String, String)]| -> Vec<String> {
                a.iter()
                    .filter(|(k, _)| b.iter().all(|(o, _)| o != k))
                    .map(|(_, shown)| shown.clone())
                    .collect()
            };
            let (lost, added) = (without(&theirs, &ours), without(&ours, &theirs));
            let faults = lost.len() + 2 * added.len();
            if best.as_ref().is_none_or(|(least, ..)| faults < *least) {
                best = Some((faults, new, lost, added));
            }
            if faults == 0 {
                break;
            }
        }
        let (_, new, lost, added) =
            best.ok_or(TextError::NoAnswer { what: "rewritten text".into(), tries: TRIES as u32 })?;
        Ok((new, lost, added))
    }
}

/// An answer without the model's remarks around it.
pub(super) fn tidy(answer: &str) -> String {
    let answer = answer.trim();
    let unfenced = answer.strip_prefix("```").and_then(|rest| {
        let (_, body) = rest.split_once('\n')?;
        Some(body.trim_end().trim_end_matches("```").trim())
    });
    let answer = unfenced.unwrap_or(answer);
    // "Here is the rewritten text:" and the like.
    if let Some((first, rest)) = answer.split_once('\n') {
        let remark = first.trim_end().ends_with([':', '：']) && first.chars().count() < 80;
        let opens =
            ["here", "sure", "certainly", "rewritten", "translation", "以下", "改写", "翻译", "译文", "好的"];
        if remark && opens.iter().any(|o| first.to_lowercase().trim_start().starts_with(o)) {
            return rest.trim().to_owned();
        }
    }
    answer.trim_matches('"').trim().to_owned()
}
