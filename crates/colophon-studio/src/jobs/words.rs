//! Jobs that write.

use colophon_store::Usage;
use colophon_text::tasks::{
    Extract, Facts, FactsForm, Form, Glossary, News, Rewrite, Summarize, Task, Translate, Write,
};
use colophon_types::{Lang, LangChoice};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::run::Run;
use super::shelf::About;
use crate::{StudioError, TaskOptions};

/// Words of a summary where nothing is said of its length; in Chinese characters.
const SUMMARY: [usize; 2] = [120, 200];

/// A task of language.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Text")]
pub(crate) struct TextJob {
    /// `write`, `news`, `summarize`, `rewrite`, `translate` or `extract`.
    task: String,
    /// The text that it works on, the facts of news, or what is to be written.
    pub(crate) input: String,
    /// What else is wished.
    #[serde(default)]
    wish: String,
    /// `auto`, `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    lang: LangChoice,
    /// Of `translate`: `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    to: Option<LangChoice>,
    /// Of `extract`: the JSON schema of what is looked for.
    #[serde(default)]
    schema: Option<Value>,
    /// In words, of Chinese in characters.
    #[serde(default)]
    length: Option<usize>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    seed: Option<u32>,
    #[serde(default)]
    temperature: Option<f32>,
}

impl TextJob {
    pub(crate) fn check(&self) -> Result<(), StudioError> {
        self.task().map(drop)
    }

    fn task(&self) -> Result<Task, StudioError> {
        let text = self.input.clone();
        if text.trim().is_empty() {
            return Err(StudioError::request("there is nothing to work on", "give a text as 'input'"));
        }
        let lang = match self.lang {
            LangChoice::Auto => Lang::detect(&text),
            choice => choice.resolve(""),
        };
        let wish = self.wish.clone();
        Ok(match self.task.as_str() {
            "write" => {
                let wish = if wish.trim().is_empty() { text } else { format!("{wish}\n\n{text}") };
                Task::Write(Write { wish, lang, length: self.length })
            }
            "news" => Task::News(News {
                facts: Facts::parse(&text, FactsForm::Auto)?,
                wish,
                lang,
                keep_unsupported: false,
                references: true,
            }),
            "summarize" => {
                let length = self.length.unwrap_or(SUMMARY[usize::from(lang == Lang::Zh)]);
                Task::Summarize(Summarize { text, wish, lang, length, form: Form::default() })
            }
            "rewrite" => Task::Rewrite(Rewrite { text, wish, lang }),
            "translate" => {
                let other = if Lang::detect(&text) == Lang::En { Lang::Zh } else { Lang::En };
                let to = self.to.filter(|to| *to != LangChoice::Auto).map_or(other, |to| to.resolve(""));
                Task::Translate(Translate { text, to, glossary: Glossary::default(), wish })
            }
            "extract" => match &self.schema {
                Some(schema) => Task::Extract(Extract { text, schema: schema.clone(), wish, lang }),
                None => return Err(StudioError::request("extraction needs a JSON schema", "give 'schema'")),
            },
            other => {
                let message = format!("there is no task '{other}'");
                let hint = "choose write, news, summarize, rewrite, translate or extract";
                return Err(StudioError::request(message, hint));
            }
        })
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let task = self.task()?;
        let options =
            TaskOptions { model: self.model.clone(), seed: self.seed, temperature: self.temperature };
        let shelf = &*run.shelf;
        let mut tell = |piece: &crate::Piece| {
            shelf.words(piece.words());
            true
        };
        let made =
            run.studio.perform_watched(&task, &options, run.progress.as_ref(), run.cancel, &mut tell)?;
        let text =
            String::from_utf8_lossy(&made.sealed.bytes().map_err(StudioError::io("read", run.shelf.dir()))?)
                .into_owned();
        let about = About { title: self.input.clone(), prompt: self.input.clone(), seconds: None };
        run.shelf.keep(&made.sealed, "text.md", about)?;
        let tokens = (made.usage.prompt_tokens + made.usage.completion_tokens) as u64;
        run.shelf.used(Usage { tokens, ..Usage::default() });
        run.shelf.result(json!({"text": text, "report": made.report, "usage": made.usage}));
        Ok(())
    }
}
