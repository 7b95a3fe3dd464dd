//! Dialogue that goes on beyond the model's context: what is old is folded into a rolling summary, and
//! what a question calls for is looked up again among the old turns.

mod persona;

use colophon_types::{Cancel, Lang};
use serde::{Deserialize, Serialize};

use crate::TextError;
use crate::chat::{Chat, GenerateRequest, Message, Role, Sampling, WatermarkChoice};
use crate::encode::{Embed, Purpose, similarity};
use crate::sentences;
use crate::understand::{content_words, share_in};

pub use persona::Persona;

/// Share of the context that a request may fill before old turns are folded away.
const FULL: f32 = 0.75;
/// Tokens of the summary.
const SUMMARY: usize = 220;
/// Tokens kept free for the chat template.
const MARGIN: usize = 64;
/// Old exchanges that are shown to the model again.
const RECALLED: usize = 2;
/// Characters of each that are shown.
const SHOWN: usize = 500;
/// Share of the question's words that an old exchange must have, where no encoder compares meanings.
const SHARED: f32 = 0.34;
/// Least cosine of an old exchange with the question. Encoders of the E5 family give unrelated texts
/// about 0.75.
const NEAR: f32 = 0.8;

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks: the user or the model.
    pub role: Role,
    /// The words.
    pub content: String,
}

/// A dialogue with its memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Dialogue {
    /// The persona's name, where there is one.
    #[serde(default)]
    pub persona: Option<String>,
    /// Instructions for the model.
    #[serde(default)]
    pub system: String,
    /// What happened in the turns that are folded away.
    #[serde(default)]
    pub summary: String,
    /// Number of turns that are folded away.
    #[serde(default)]
    folded: usize,
    /// All turns, oldest first.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// Vectors of folded exchanges, in order; made when they are needed.
    #[serde(skip)]
    vectors: Vec<Vec<f32>>,
}

impl Dialogue {
    /// A dialogue under instructions; they may be empty.
    pub fn new(system: impl Into<String>) -> Self {
        Self { system: system.into(), ..Self::default() }
    }

    /// Whether some turns are folded away, so that a question may call for them.
    pub fn has_memory(&self) -> bool {
        self.folded > 0
    }

    /// Forgets all turns; instructions stay.
    pub fn reset(&mut self) {
        self.turns.clear();
        self.forget();
    }

    fn forget(&mut self) {
        self.summary.clear();
        self.folded = 0;
        self.vectors.clear();
    }

    /// Forgets the last question and what followed; gives the question.
    pub fn undo(&mut self) -> Option<String> {
        let at = self.turns.iter().rposition(|t| t.role == Role::User)?;
        let question = self.turns.swap_remove(at).content;
        self.turns.truncate(at);
        if self.folded > at {
            // The summary speaks of what is gone.
            self.forget();
        }
        Some(question)
    }

    /// Notes a question with its answer.
    pub fn said(&mut self, question: impl Into<String>, answer: impl Into<String>) {
        self.turns.push(Turn { role: Role::User, content: question.into() });
        self.turns.push(Turn { role: Role::Assistant, content: answer.into() });
    }

    /// The messages that ask `question`, with an answer of `answer` tokens in mind. Folds old turns
    /// away where they would not fit.
    ///
    /// # Errors
    /// [`TextError::TooLong`] when the question alone does not fit; errors of the engine.
    pub fn ask(
        &mut self,
        engine: &dyn Chat,
        encoder: Option<&dyn Embed>,
        question: &str,
        answer: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Message>, TextError> {
        let context = engine.info().context;
        let room = context.saturating_sub(answer + MARGIN);
        let fixed = engine.count_tokens(&self.system)? + engine.count_tokens(question)? + SUMMARY;
        if fixed > room {
            return Err(TextError::TooLong { tokens: fixed, limit: room });
        }
        let limit = ((context as f32 * FULL) as usize).min(room);
        let mut live = Vec::new();
        for turn in &self.turns[self.folded..] {
            live.push(engine.count_tokens(&turn.content)? + 8);
        }
        // The older half goes at once, so that the cached beginning is not changed at every turn.
        let all = fixed + live.iter().sum::<usize>();
        if all > limit {
            let mut gone = 0;
            let mut count = 0;
            let target = all.saturating_sub(limit / 2);
            while count < live.len() && (gone < target || count % 2 == 1) {
                gone += live[count];
                count += 1;
            }
            self.fold(engine, count, cancel)?;
        }
        let mut messages = Vec::new();
        let system = self.system_words(question);
        if !system.is_empty() {
            messages.push(Message::system(system));
        }
        messages.extend(self.turns[self.folded..].iter().map(|t| Message::new(t.role, t.content.clone())));
        let recalled = self.recall(encoder, question, cancel)?;
        messages.push(Message::user(recalled + question));
        Ok(messages)
    }

    fn system_words(&self, question: &str) -> String {
        if self.summary.is_empty() {
            return self.system.clone();
        }
        let lead = match Lang::detect(question) {
            Lang::En => "So far in this dialogue: ",
            Lang::Zh => "此前的对话：",
        };
        format!("{}\n\n{lead}{}", self.system, self.summary).trim().to_owned()
    }

    /// Takes the next `count` turns into the summary.
    fn fold(&mut self, engine: &dyn Chat, count: usize, cancel: &Cancel) -> Result<(), TextError> {
        let room = engine.info().context.saturating_sub(2 * SUMMARY + 2 * MARGIN + 80);
        let end = self.folded + count;
        while self.folded < end {
            let mut words = String::new();
            let mut next = self.folded;
            while next < end {
                let turn = &self.turns[next];
                let who = if turn.role == Role::User { "User" } else { "Assistant" };
                let line = format!("{who}: {}\n", turn.content);
                if !words.is_empty() && engine.count_tokens(&format!("{words}{line}"))? > room {
                    break;
                }
                words.push_str(&line);
                next += 1;
            }
            // A turn that does not fit alone is cut.
            while engine.count_tokens(&words)? > room && !words.is_empty() {
                let keep = words.chars().count() * 3 / 4;
                words = words.chars().take(keep).collect();
            }
            self.summary = summarised(engine, &self.summary, &words, cancel)?;
            self.folded = next;
        }
        Ok(())
    }

    /// Old exchanges that have to do with the question, as words to put before it.
    fn recall(
        &mut self,
        encoder: Option<&dyn Embed>,
        question: &str,
        cancel: &Cancel,
    ) -> Result<String, TextError> {
        let exchanges: Vec<String> = self.turns[..self.folded]
            .chunks(2)
            .map(|pair| pair.iter().map(|t| t.content.as_str()).collect::<Vec<_>>().join(" — "))
            .collect();
        if exchanges.is_empty() {
            return Ok(String::new());
        }
        let failed = |e: crate::encode::EncodeError| match e {
            crate::encode::EncodeError::Cancelled(c) => TextError::Cancelled(c),
            other => TextError::Engine(other.to_string()),
        };
        let scores: Vec<(f32, f32)> = match encoder {
            Some(encoder) => {
                let new: Vec<&str> = exchanges[self.vectors.len()..].iter().map(String::as_str).collect();
                self.vectors.extend(encoder.vectors(&new, Purpose::Passage, cancel).map_err(failed)?);
                let asked = encoder.vectors(&[question], Purpose::Query, cancel).map_err(failed)?;
                self.vectors.iter().map(|v| (similarity(v, &asked[0]), NEAR)).collect()
            }
            None => {
                let words = content_words(question);
                exchanges.iter().map(|e| (share_in(&words, e), SHARED)).collect()
            }
        };
        let mut best: Vec<usize> = (0..exchanges.len()).filter(|i| scores[*i].0 >= scores[*i].1).collect();
        best.sort_by(|a, b| scores[*b].0.total_cmp(&scores[*a].0));
        best.truncate(RECALLED);
        best.sort_unstable();
        if best.is_empty() {
            return Ok(String::new());
        }
        let lead = match Lang::detect(question) {
            Lang::En => "(Said earlier: ",
            Lang::Zh => "（此前说过：",
        };
        let list: Vec<String> =
            best.into_iter().map(|i| exchanges[i].chars().take(SHOWN).collect::<String>()).collect();
        Ok(format!("{lead}{})\n\n", list.join(" / ")))
    }
}

fn summarised(engine: &dyn Chat, before: &str, turns: &str, cancel: &Cancel) -> Result<String, TextError> {
    let lang = Lang::detect(turns);
    let ask = match lang {
        Lang::En => format!(
            "What happened before: {before}\n\nWhat was said since:\n{turns}\nWrite what happened in both, as one short \
             paragraph of at most 120 words. Keep names, numbers, wishes and decisions."
        ),
        Lang::Zh => format!(
            "此前的经过：{before}\n\n后来的对话：\n{turns}\n把两部分合写成一段话，不超过180个字，保留人名、数字、愿望和决定。"
        ),
    };
    let request = GenerateRequest {
        max_tokens: Some(SUMMARY),
        sampling: Sampling { temperature: 0.2, seed: Some(0), ..Sampling::default() },
        watermark: WatermarkChoice::Intermediate,
        ..GenerateRequest::chat(vec![Message::user(ask)])
    };
    let reply = engine.generate(request, cancel, &mut |_| true)?;
    let mut whole = sentences::split(&sentences::clean(&reply.text, lang));
    if whole.len() > 1 && whole.last().is_some_and(|s| !sentences::is_complete(s, lang)) {
        whole.pop();
    }
    Ok(sentences::join(&whole, lang))
}
