//! The words in which the script writer asks, and the schemas of the answers.

use colophon_types::{Lang, SceneText};
use serde_json::json;

use super::{Outline, Recipe};

/// Words of an English sentence, characters of a Chinese one, that are pleasant to hear.
fn sentence_units(lang: Lang) -> usize {
    match lang {
        Lang::En => 12,
        Lang::Zh => 18,
    }
}

pub(super) fn system(recipe: &Recipe, lang: Lang) -> String {
    let tone = recipe.tone.get(lang);
    match lang {
        Lang::En => format!(
            "{tone} You write the narration of a short film. Every sentence is complete and new; \
             nothing is said twice. Write English only. Answer in JSON."
        ),
        Lang::Zh => format!("{tone}你为一部短片写旁白。每个句子都完整、不重复。只用简体中文。用 JSON 回答。"),
    }
}

pub(super) fn outline(brief: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "The film is about: {brief}\n\
             Give a short title, a logline (one sentence that sums the film up), and the subject \
             (the main character or thing, in two or three words)."
        ),
        Lang::Zh => format!(
            "短片的主题：{brief}\n请给出简短的标题（title）、一句话简介（logline），以及主角或主要事物（subject，几个字）。"
        ),
    }
}

pub(super) fn outline_schema() -> String {
    json!({
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 2, "maxLength": 48},
            "logline": {"type": "string", "minLength": 8, "maxLength": 180},
            "subject": {"type": "string", "minLength": 1, "maxLength": 32}
        },
        "required": ["title", "logline", "subject"],
        "additionalProperties": false
    })
    .to_string()
}

pub(super) fn outline_answer(outline: &Outline) -> String {
    json!({"title": outline.title, "logline": outline.logline, "subject": outline.subject}).to_string()
}

pub(super) fn scene_title(index: usize, count: usize, beat: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Scene {} of {count}: {beat}", index + 1),
        Lang::Zh => format!("第{}幕，共{count}幕：{beat}", index + 1),
    }
}

pub(super) fn scene_answer(scene: &SceneText) -> String {
    json!({"narration": scene.narration, "picture": scene.picture, "mood": scene.mood}).to_string()
}

/// What is asked for one scene.
pub(super) struct SceneAsk<'a> {
    pub(super) index: usize,
    pub(super) count: usize,
    pub(super) beat: &'a str,
    pub(super) brief: &'a str,
    pub(super) subject: &'a str,
    /// Words (English) or characters (Chinese).
    pub(super) target: usize,
    pub(super) lang: Lang,
}

impl SceneAsk<'_> {
    fn sentences(&self) -> usize {
        let each = sentence_units(self.lang);
        ((self.target + each / 2) / each).clamp(1, 5)
    }

    pub(super) fn text(&self) -> String {
        let title = scene_title(self.index, self.count, self.beat, self.lang);
        let (n, target) = (self.sentences(), self.target);
        match self.lang {
            Lang::En => format!(
                "{title}\nThe film is about: {}. Keep to {}.\nnarration: {n} new {}, {target} words in \
                 all. picture: what the viewer sees, one concrete phrase that names {} or another \
                 visible thing, what it does, the place and the time of day. mood: one word.",
                self.brief,
                self.subject,
                if n == 1 { "sentence" } else { "sentences" },
                self.subject,
            ),
            Lang::Zh => format!(
                "{title}\n短片的主题：{}。围绕“{}”来写。\nnarration：{n}个新句子，一共约{target}个字。picture：观众看到的画面，一个具体的短语，写出{}或别的看得见的事物、在做什么、在哪里、什么时间。mood：一个词。",
                self.brief, self.subject, self.subject,
            ),
        }
    }

    pub(super) fn schema(&self) -> String {
        let n = self.sentences();
        let each = self.target.div_ceil(n);
        // Room for long words and for one sentence that takes more than its share.
        let (least, most, seen) = match self.lang {
            Lang::En => (12, each * 9 + 40, 24),
            Lang::Zh => (5, each * 2 + 14, 8),
        };
        json!({
            "type": "object",
            "properties": {
                "narration": {
                    "type": "array", "minItems": n, "maxItems": n,
                    "items": {"type": "string", "minLength": least, "maxLength": most}
                },
                "picture": {"type": "string", "minLength": seen, "maxLength": 120},
                "mood": {"type": "string", "minLength": 1, "maxLength": 16}
            },
            "required": ["narration", "picture", "mood"],
            "additionalProperties": false
        })
        .to_string()
    }
}
