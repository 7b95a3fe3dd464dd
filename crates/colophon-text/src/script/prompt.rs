//! The words in which the script writer asks, and the schemas of the answers.

use colophon_types::Lang;
use serde_json::json;

use super::Recipe;

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

pub(super) fn outline_schema() -> serde_json::Value {
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
}

/// What is asked for one scene.
pub(super) struct SceneAsk<'a> {
    pub(super) index: usize,
    pub(super) count: usize,
    pub(super) beat: &'a str,
    pub(super) brief: &'a str,
    pub(super) subject: &'a str,
    /// The last sentence so far.
    pub(super) before: Option<&'a str>,
    /// Words (English) or characters (Chinese).
    pub(super) target: usize,
    pub(super) lang: Lang,
}

impl SceneAsk<'_> {
    fn sentences(&self) -> usize {
        let each = sentence_units(self.lang);
        ((self.target + each / 2) / each).clamp(1, 5)
    }

    /// The request without what small models read back instead of answering: no numbers of scenes,
    /// nothing quoted from the scene before.
    pub(super) fn plain_text(&self) -> String {
        let Self { beat, brief, target, .. } = *self;
        let n = self.sentences();
        match self.lang {
            Lang::En => format!(
                "Tell me more of a film about this: {brief}. {beat} {n} short sentences, about {target} \
                 words. And a picture to draw: who, doing what, where, when. And the mood in one word."
            ),
            Lang::Zh => format!(
                "继续讲这部短片：{brief}。{beat}写{n}个短句，大约{target}个字，再写一个可以画出来的画面：谁、在做什么、在哪里、什么时候，最后用一个词写情绪。"
            ),
        }
    }

    pub(super) fn text(&self) -> String {
        let Self { count, beat, brief, subject, target, .. } = *self;
        let (number, n) = (self.index + 1, self.sentences());
        match self.lang {
            Lang::En => {
                let before =
                    self.before.map(|s| format!("The scene before ended: {s}\n")).unwrap_or_default();
                let sentences = if n == 1 { "sentence" } else { "sentences" };
                format!(
                    "{before}Now scene {number} of {count}. {beat}\nWrite {n} new {sentences} about \
                     {subject} ({brief}), {target} words in all. Then the picture, one concrete phrase: \
                     who or what is seen, doing what, where, at what time of day. Then the mood, one word."
                )
            }
            Lang::Zh => {
                let before = self.before.map(|s| format!("上一幕的结尾：{s}\n")).unwrap_or_default();
                format!(
                    "{before}现在是第{number}幕，共{count}幕。{beat}\n接着写{n}个关于{subject}（{brief}）的新句子，一共约{target}个字（narration）。再写画面（picture），一个具体的短语：谁或什么、在做什么、在哪里、什么时间。最后写一个词的情绪（mood）。"
                )
            }
        }
    }

    /// Characters that a sentence may have. One that is as long was broken off by the schema.
    pub(super) fn longest(&self) -> usize {
        let each = self.target.div_ceil(self.sentences());
        match self.lang {
            Lang::En => each * 11 + 60,
            Lang::Zh => each * 3 + 24,
        }
    }

    pub(super) fn schema(&self) -> serde_json::Value {
        let n = self.sentences();
        // Room for long words and for one sentence that takes more than its share. A sentence can
        // only end with its mark, so that none is broken off.
        let (pattern, seen) = match self.lang {
            Lang::En => (format!("^[A-Z][^\"\\\\\\n]{{12,{}}}[.!?]$", self.longest()), 24),
            Lang::Zh => {
                (format!("^[^\"\\\\\\n，。、]{{1,1}}[^\"\\\\\\n]{{5,{}}}[。！？]$", self.longest()), 8)
            }
        };
        json!({
            "type": "object",
            "properties": {
                "narration": {
                    "type": "array", "minItems": n, "maxItems": n,
                    "items": {"type": "string", "pattern": pattern}
                },
                "picture": {"type": "string", "minLength": seen, "maxLength": 120},
                "mood": {"type": "string", "minLength": 1, "maxLength": 16}
            },
            "required": ["narration", "picture", "mood"],
            "additionalProperties": false
        })
    }
}
