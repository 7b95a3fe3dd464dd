//! Moderation: what texts and pictures are about that someone may not want to serve, and the policy that
//! looks at prompts.

use std::sync::{Arc, PoisonError};

use colophon_guard::{Category, MAX_CHARS, Scores, TextGuard, examples, pieces};
use colophon_text::chat::{GenerateRequest, Prompt, Role};
use colophon_text::encode::Purpose;
use colophon_types::{Cancel, NoProgress, Progress};

use crate::config::PolicyConfig;
use crate::engines::Fetch;
use crate::judge::Bench;
use crate::{DEFAULT_ENCODER, PictureFile, Studio, StudioError, origin, whole};

/// Who notes what the policy saw, in the audit log.
const POLICY: &str = "policy";

/// Something to be judged.
#[derive(Clone, Debug)]
pub enum Judged {
    /// Words.
    Text(String),
    /// A picture.
    Picture(PictureFile),
}

/// What was found of one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moderation {
    /// The scores; the worst of all parts.
    pub scores: Scores,
    /// Whether it had words.
    pub text: bool,
    /// Whether it had pictures.
    pub picture: bool,
    /// Whether words were too many and only the first were judged.
    pub cut: bool,
}

impl Moderation {
    /// The kinds of input for which a category was judged: `text`, `image`.
    pub fn applied(&self, category: Category) -> Vec<&'static str> {
        let kinds = [("text", self.text), ("image", self.picture && category == Category::Sexual)];
        kinds.into_iter().filter_map(|(kind, judged)| judged.then_some(kind)).collect()
    }

    /// Categories for which nothing of this input was judged: their score of 0 says nothing.
    pub fn not_judged(&self) -> Vec<Category> {
        Category::ALL.into_iter().filter(|c| self.applied(*c).is_empty()).collect()
    }
}

impl Studio {
    /// Judges inputs; each may have several parts, which are judged together. Pictures are judged for nudity
    /// alone.
    ///
    /// # Errors
    /// [`StudioError`]: a picture that cannot be read, a model that cannot be had.
    pub fn moderate(
        &self,
        inputs: &[Vec<Judged>],
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Moderation>, StudioError> {
        let mut found = vec![Moderation::default(); inputs.len()];
        let (mut words, mut pictures) = (Vec::new(), Vec::new());
        for (at, part) in inputs.iter().enumerate().flat_map(|(at, parts)| parts.iter().map(move |p| (at, p)))
        {
            match part {
                Judged::Text(text) => {
                    found[at].text = true;
                    found[at].cut |= text.chars().nth(MAX_CHARS).is_some();
                    words.extend(pieces(text).into_iter().map(|piece| (at, piece)));
                }
                Judged::Picture(file) => {
                    found[at].picture = true;
                    pictures.push((at, file.read()?.0));
                }
            }
        }
        if !words.is_empty() {
            let guard = self.text_guard(progress, cancel)?;
            let (places, texts): (Vec<usize>, Vec<String>) = words.into_iter().unzip();
            let vectors =
                self.embed(Some(DEFAULT_ENCODER), &texts, Purpose::Query, progress, cancel)?.vectors;
            for ((at, text), vector) in places.into_iter().zip(&texts).zip(&vectors) {
                found[at].scores = found[at].scores.worst(&guard.judge(text, vector)?);
            }
        }
        if !pictures.is_empty() {
            let mut fetch = Fetch::new(&self.hub, progress, cancel);
            // Whatever limit the settings have for pictures that are made: here the score is asked for.
            let bench = Bench::fetch(&mut fetch, &crate::PictureConfig::default())?;
            fetch.runtime()?;
            let lease = self.cores.lease(1, self.cores.total(), cancel)?;
            let judge = bench.load(lease.threads())?;
            for (at, picture) in pictures {
                let mut scores = Scores::default();
                scores.set(Category::Sexual, judge.score(&picture, cancel)?);
                found[at].scores = found[at].scores.worst(&scores);
            }
        }
        Ok(found)
    }

    /// The guard, fitted on first use and kept for the next start.
    fn text_guard(&self, progress: &dyn Progress, cancel: &Cancel) -> Result<Arc<TextGuard>, StudioError> {
        let mut kept = self.guards.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = &*kept {
            return Ok(Arc::clone(guard));
        }
        let encoder = self.hub.ensure(DEFAULT_ENCODER, progress, cancel)?.digest().to_owned();
        let path = self.home.join("cache").join("guard.bin");
        let read = || TextGuard::read(&std::fs::read(&path).ok()?, &encoder);
        let guard = match read() {
            Some(guard) => guard,
            None => {
                let texts: Vec<String> = examples().into_iter().map(|s| s.text.to_owned()).collect();
                let vectors =
                    self.embed(Some(DEFAULT_ENCODER), &texts, Purpose::Query, progress, cancel)?.vectors;
                let guard = TextGuard::fit(&vectors)?;
                whole::write(&path, &guard.written(&encoder))?;
                guard
            }
        };
        Ok(Arc::clone(kept.insert(Arc::new(guard))))
    }

    /// Looks at the words of a request as the policy wants it. What is found is noted in the audit log with
    /// the digest of the words, never the words.
    ///
    /// # Errors
    /// [`StudioError::Refused`] where the policy refuses what was found; a model that cannot be had.
    pub(crate) fn screen(&self, words: &str, cancel: &Cancel) -> Result<(), StudioError> {
        // Read from the records only where something is kept there.
        let policy = self.effective_config()?.policy;
        if policy.moderation()? == Screening::Off || words.trim().is_empty() {
            return Ok(());
        }
        let found = self.moderate(&[vec![Judged::Text(words.to_owned())]], &NoProgress, cancel)?;
        let flagged = found.first().map(|m| m.scores.flagged()).unwrap_or_default();
        if flagged.is_empty() {
            return Ok(());
        }
        let refused = policy.moderation()? == Screening::Refuse;
        let names: Vec<&str> = flagged.iter().map(|c| c.name()).collect();
        let names = names.join(", ");
        let about = format!("{names} sha256:{}", origin::sha256(words));
        let outcome = if refused { "refused" } else { "reported" };
        self.store()?.note_deed(POLICY, "prompt.flagged", &about, outcome)?;
        if !refused {
            return Ok(());
        }
        Err(StudioError::Refused {
            message: format!("the request is refused by the moderation policy: {names}"),
            hint: "say it otherwise; the policy is `moderation` under [policy] in colophon.toml",
        })
    }

    /// Refuses an order whose words would be refused when it is worked on, where the policy refuses at all.
    pub(crate) fn screen_early(&self, words: &str) -> Result<(), StudioError> {
        match self.effective_config()?.policy.moderation()? {
            Screening::Refuse => self.screen(words, &Cancel::new()),
            Screening::Off | Screening::Report => Ok(()),
        }
    }

    /// Looks at what a language model is asked: the last words of the user.
    pub(crate) fn screen_prompt(
        &self,
        request: &GenerateRequest,
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        match &request.prompt {
            Prompt::Plain(words) => self.screen(words, cancel),
            Prompt::Chat { messages, .. } => match messages.iter().rev().find(|m| m.role == Role::User) {
                Some(last) => self.screen(&last.content, cancel),
                None => Ok(()),
            },
        }
    }
}

/// What happens to prompts that are flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screening {
    /// Nobody looks.
    Off,
    /// It is noted.
    Report,
    /// It is noted and refused.
    Refuse,
}

impl PolicyConfig {
    pub(crate) fn moderation(&self) -> Result<Screening, StudioError> {
        match self.moderation.as_deref() {
            None | Some("off") => Ok(Screening::Off),
            Some("report") => Ok(Screening::Report),
            Some("refuse") => Ok(Screening::Refuse),
            Some(other) => {
                let message = format!("the policy of moderation is off, report or refuse, not '{other}'");
                Err(StudioError::Config(message))
            }
        }
    }
}
