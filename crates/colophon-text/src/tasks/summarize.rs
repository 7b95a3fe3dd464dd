//! Summaries of texts of any length: parts are read one by one, their notes are drawn together level
//! by level, and at each level every note must leave a trace.

use colophon_types::Lang;
use serde::Serialize;
use serde_json::json;

use super::Desk;
use super::grounding::{figures, overlap};
use super::sections::{Section, cut};
use super::written::{Written, given};
use crate::chat::{Format, Message};
use crate::{TextError, sentences};

/// Tokens of a part, at most, however large the context: small models lose the middle of more.
const PART: usize = 2400;
/// Notes drawn together at a time.
const FAN: usize = 8;
/// Words (English) or characters (Chinese) of a note on one part.
const NOTE: [usize; 2] = [70, 120];
/// A note has left a trace when so much of it is in the summary …
const TRACE: f32 = 0.35;
/// … or so much of one of the summary's sentences is from it.
const FROM: f32 = 0.4;
/// Tries for the final text.
const TRIES: usize = 3;

/// The form of a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Running text.
    #[default]
    Paragraph,
    /// A list of points.
    Bullets,
    /// A single sentence.
    Headline,
    /// A note on each part, under its heading.
    Outline,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Summarize {
    /// The text.
    pub text: String,
    /// What the reader wants to know; may be empty.
    pub wish: String,
    /// The language of the summary.
    pub lang: Lang,
    /// Its length in words (English) or characters (Chinese).
    pub length: usize,
    /// Its form.
    pub form: Form,
}

/// What became of a part.
#[derive(Serialize)]
struct Part {
    number: usize,
    title: Option<String>,
    /// Words or characters.
    length: usize,
    note: String,
    /// Where its note left a trace.
    trace: Trace,
}

/// How far the note on a part got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Trace {
    /// Into the summary.
    Summary,
    /// Into an account of several parts, of which the summary has something.
    Group,
    /// Nowhere.
    Lost,
}

/// Something that stands for one or more parts.
#[derive(Clone)]
struct Note {
    text: String,
    parts: Vec<usize>,
}

impl Summarize {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let text = given(&self.text)?;
        let budget = PART.min(desk.room(self.note_tokens() + 120));
        let sections = cut(text, budget, &mut |t| desk.count(t))?;
        if sections.is_empty() {
            return Err(TextError::Parameter { name: "text", wanted: "a text with words".into() });
        }
        // Notes, about a seventh as many groups, and the summary.
        let total = if sections.len() == 1 { 1 } else { sections.len() + sections.len() / (FAN - 1) + 1 };
        let mut parts: Vec<Part> = Vec::new();
        let mut notes: Vec<Note> = Vec::new();
        if let [only] = sections.as_slice() {
            notes.push(Note { text: only.text.clone(), parts: vec![0] });
            parts.push(self.part(0, only, String::new()));
        } else {
            for (i, section) in sections.iter().enumerate() {
                desk.step(i, total)?;
                let note = self.note(desk, section)?;
                parts.push(self.part(i, section, note.clone()));
                notes.push(Note { text: note, parts: vec![i] });
            }
        }
        if self.form == Form::Outline && parts.len() > 1 {
            return self.outline(desk, parts);
        }
        let mut done = sections.len();
        let room = PART.min(desk.room(self.length * 2 + 200));
        while notes.len() > 1 && self.tokens(desk, &notes)? > room {
            let mut drawn = Vec::new();
            for group in notes.chunks(FAN) {
                desk.step(done.min(total - 1), total)?;
                drawn.push(self.draw_together(desk, group, &mut parts)?);
                done += 1;
            }
            notes = drawn;
        }
        desk.step(total - 1, total)?;
        let (summary, dropped) = self.last(desk, &notes, text)?;
        for note in &notes {
            let group = notes.len() == 1 || self.has_trace(&note.text, &summary);
            for part in &note.parts {
                let part = &mut parts[*part];
                part.trace = match part.trace {
                    Trace::Lost => Trace::Lost,
                    _ if part.note.is_empty() || self.has_trace(&part.note, &summary) => Trace::Summary,
                    _ if group => Trace::Group,
                    _ => Trace::Lost,
                };
            }
        }
        desk.show(&summary)?;
        let report = json!({
            "form": self.form,
            "length": sentences::units(&summary, self.lang),
            "parts": parts,
            "dropped": dropped,
        });
        Ok(desk.finish(summary, report))
    }

    fn part(&self, index: usize, section: &Section, note: String) -> Part {
        let length = sentences::units(&section.text, Lang::detect(&section.text));
        Part { number: index + 1, title: section.title.clone(), length, note, trace: Trace::Summary }
    }

    fn note_length(&self) -> usize {
        NOTE[usize::from(self.lang == Lang::Zh)]
    }

    fn note_tokens(&self) -> usize {
        self.note_length() * 2
    }

    fn tokens(&self, desk: &Desk<'_>, notes: &[Note]) -> Result<usize, TextError> {
        notes.iter().map(|n| desk.count(&n.text)).sum()
    }

    fn system(&self) -> Message {
        Message::system(match self.lang {
            Lang::En => {
                "You summarise texts faithfully: only what the text says, with its names and numbers, in your \
                 own plain sentences. You write English and nothing but the summary."
            }
            Lang::Zh => {
                "你忠实地概括文章：只写文中说到的内容，保留人名和数字，用平实的句子。只用简体中文，只写概括本身。"
            }
        })
    }

    fn focus(&self) -> String {
        match (self.wish.trim(), self.lang) {
            ("", _) => String::new(),
            (wish, Lang::En) => format!(" The reader asks: {wish}"),
            (wish, Lang::Zh) => format!("读者的要求：{wish}。"),
        }
    }

    /// The gist of one part.
    fn note(&self, desk: &mut Desk<'_>, section: &Section) -> Result<String, TextError> {
        let (length, focus) = (self.note_length(), self.focus());
        let title = section.title.as_deref().unwrap_or_default();
        let text = &section.text;
        let ask = match self.lang {
            Lang::En => format!(
                "{title}\n{text}\n\nSummarise this part of a longer text in two or three sentences, at most {length} \
                 words: who, what, where, with which outcome.{focus}"
            ),
            Lang::Zh => format!(
                "{title}\n{text}\n\n用两三句话概括上面这一部分，不超过{length}个字：谁、做了什么、结果如何。{focus}"
            ),
        };
        let messages = vec![self.system(), Message::user(ask)];
        let reply = desk.think(messages, self.note_tokens() + 40, 0.2, Format::Text)?;
        let whole = whole_sentences(&reply.text, self.lang);
        // A model that says nothing leaves the beginning of the part.
        Ok(if whole.is_empty() {
            sentences::join(&sentences::split(text).into_iter().take(2).collect::<Vec<_>>(), self.lang)
        } else {
            sentences::join(&whole, self.lang)
        })
    }

    /// Whether something of a note is in a summary.
    fn has_trace(&self, note: &str, summary: &str) -> bool {
        let from = |sentence: &String| overlap(sentence, note, self.lang) >= FROM;
        overlap(note, summary, self.lang) >= TRACE || sentences::split(summary).iter().any(from)
    }

    /// One note from several; what left no trace gets its first sentence added.
    fn draw_together(
        &self,
        desk: &mut Desk<'_>,
        group: &[Note],
        parts: &mut [Part],
    ) -> Result<Note, TextError> {
        let members: Vec<usize> = group.iter().flat_map(|n| n.parts.iter().copied()).collect();
        if let [only] = group {
            return Ok(only.clone());
        }
        let length = self.note_length() * 2;
        let list = numbered(group);
        let focus = self.focus();
        let ask = match self.lang {
            Lang::En => format!(
                "{list}\nThese notes follow each other. Draw them together into one account of at most {length} \
                 words, in their order, with something of every note.{focus}"
            ),
            Lang::Zh => format!(
                "{list}\n这些笔记前后相接。把它们合成一段，不超过{length}个字，按顺序，每条笔记都要提到。{focus}"
            ),
        };
        let messages = vec![self.system(), Message::user(ask)];
        let reply = desk.think(messages, length * 2 + 40, 0.2, Format::Text)?;
        let mut account = whole_sentences(&reply.text, self.lang);
        let told = sentences::join(&account, self.lang);
        for note in group {
            if !self.has_trace(&note.text, &told) {
                match sentences::split(&note.text).into_iter().next() {
                    Some(first) => account.push(first),
                    None => note.parts.iter().for_each(|p| parts[*p].trace = Trace::Lost),
                }
            }
        }
        Ok(Note { text: sentences::join(&account, self.lang), parts: members })
    }

    /// The summary itself, and the sentences that were dropped because the text does not have their
    /// numbers.
    fn last(
        &self,
        desk: &mut Desk<'_>,
        notes: &[Note],
        text: &str,
    ) -> Result<(String, Vec<String>), TextError> {
        let list = if notes.len() == 1 { notes[0].text.clone() } else { numbered(notes) };
        let mut best: Option<(f32, Vec<String>, Vec<String>)> = None;
        let known: Vec<String> = figures(text).into_iter().map(|(key, _)| key).collect();
        for attempt in 0..TRIES {
            let messages = vec![self.system(), Message::user(format!("{list}\n\n{}", self.order()))];
            let most = self.length * 2 + 80;
            let reply = desk.draft(messages, most, 0.2 + 0.25 * attempt as f32, Format::Text)?;
            let (kept, dropped): (Vec<String>, Vec<String>) = whole_sentences(&reply.text, self.lang)
                .into_iter()
                .partition(|s| figures(s).iter().all(|(key, _)| known.contains(key)));
            let kept = self.fit(kept);
            if kept.is_empty() {
                continue;
            }
            let whole = sentences::join(&kept, self.lang);
            let length = sentences::units(&whole, self.lang) as f32;
            let missing = notes.iter().filter(|n| !self.has_trace(&n.text, &whole)).count();
            let missing = if notes.len() == 1 { 0 } else { missing };
            let off = (length / self.length as f32).ln();
            // Short is no fault where there was little to say.
            let off = if off < 0.0 && notes.len() == 1 { off.abs() / 3.0 } else { off.abs() };
            let cost = off + 0.1 * dropped.len() as f32 + missing as f32 / notes.len() as f32;
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, kept, dropped));
            }
            if cost < 0.35 {
                break;
            }
        }
        let (_, mut kept, dropped) =
            best.ok_or(TextError::NoAnswer { what: "summary".into(), tries: TRIES as u32 })?;
        self.add_missing(&mut kept, notes);
        Ok((self.set(&kept), dropped))
    }

    /// Adds the first sentence of notes that left no trace, as far as the length allows.
    fn add_missing(&self, kept: &mut Vec<String>, notes: &[Note]) {
        if notes.len() == 1 || self.form == Form::Headline {
            return;
        }
        for note in notes {
            let whole = sentences::join(kept, self.lang);
            if self.has_trace(&note.text, &whole) {
                continue;
            }
            let first = sentences::split(&note.text).into_iter().next();
            let length = sentences::units(&whole, self.lang);
            if let Some(first) =
                first.filter(|s| (length + sentences::units(s, self.lang)) as f32 <= 1.3 * self.length as f32)
            {
                kept.push(first);
            }
        }
    }

    /// As many sentences as the length allows.
    fn fit(&self, mut kept: Vec<String>) -> Vec<String> {
        if self.form == Form::Headline {
            kept.truncate(1);
        }
        while kept.len() > 1 && sentences::units_of(&kept, self.lang) as f32 > 1.15 * self.length as f32 {
            kept.pop();
        }
        kept
    }

    fn order(&self) -> String {
        let (n, focus) = (self.length, self.focus());
        match (self.form, self.lang) {
            (Form::Paragraph | Form::Outline, Lang::En) => {
                format!("Summarise all of this in running text of about {n} words, in its order.{focus}")
            }
            (Form::Bullets, Lang::En) => {
                format!(
                    "Summarise all of this as a list of short points, a sentence each, about {n} words in all.{focus}"
                )
            }
            (Form::Headline, Lang::En) => {
                format!("Say in one sentence of at most {n} words what this is about.{focus}")
            }
            (Form::Paragraph | Form::Outline, Lang::Zh) => {
                format!("按顺序概括以上全部内容，大约{n}个字，写成一段文字。{focus}")
            }
            (Form::Bullets, Lang::Zh) => {
                format!("用要点概括以上全部内容，每点一句，一共大约{n}个字。{focus}")
            }
            (Form::Headline, Lang::Zh) => format!("用一句不超过{n}个字的话说明主要内容。{focus}"),
        }
    }

    fn set(&self, kept: &[String]) -> String {
        match self.form {
            Form::Bullets => kept.iter().map(|s| format!("- {s}")).collect::<Vec<_>>().join("\n"),
            _ => sentences::join(kept, self.lang),
        }
    }

    /// A note on each part under its heading.
    fn outline(&self, desk: &mut Desk<'_>, parts: Vec<Part>) -> Result<Written, TextError> {
        let mut text = String::new();
        let mut last: Option<&str> = None;
        for part in &parts {
            let numbered = match self.lang {
                Lang::En => format!("Part {}", part.number),
                Lang::Zh => format!("第{}部分", part.number),
            };
            match part.title.as_deref() {
                Some(title) if last == Some(title) => {}
                title => text.push_str(&format!("## {}\n\n", title.unwrap_or(&numbered))),
            }
            last = part.title.as_deref();
            text.push_str(&format!("{}\n\n", part.note));
        }
        let text = text.trim_end().to_owned();
        desk.show(&text)?;
        let length = sentences::units(&text, self.lang);
        Ok(desk.finish(text, json!({"form": self.form, "length": length, "parts": parts, "dropped": []})))
    }
}

fn numbered(notes: &[Note]) -> String {
    notes.iter().enumerate().map(|(i, n)| format!("{}. {}\n", i + 1, n.text)).collect()
}

/// The whole sentences of an answer, each once, without list marks.
fn whole_sentences(answer: &str, lang: Lang) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in answer.lines() {
        let line =
            line.trim().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')', '、']);
        for sentence in sentences::split(&sentences::clean(line, lang)) {
            if sentences::is_sound(&sentence, lang)
                && kept.iter().all(|k| sentences::likeness(k, &sentence) < 0.9)
            {
                kept.push(sentence);
            }
        }
    }
    kept
}
