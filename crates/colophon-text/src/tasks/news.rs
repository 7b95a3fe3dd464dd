//! News: a report from facts, and nothing but these. Each sentence names the facts it rests on; what
//! they do not carry is asked for again, and at last said in the words of the fact itself.

use colophon_types::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::grounding::{Objection, overlap, support};
use super::{Desk, Facts, Written};
use crate::chat::{Format, Message};
use crate::{TextError, sentences};

/// Tries for a sentence before its fact speaks for itself.
const TRIES: usize = 2;
/// A sentence rests on the fact that covers so much of it.
const RESTS: f32 = 0.3;
/// Facts that the model is given at a time.
const AT_ONCE: usize = 8;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct News {
    /// The facts.
    pub facts: Facts,
    /// What to write, or how: "for the local paper", "two paragraphs".
    pub wish: String,
    /// The language of the report.
    pub lang: Lang,
    /// Whether sentences that the facts do not carry are kept and flagged instead of replaced.
    pub keep_unsupported: bool,
    /// Whether the text names the facts of each sentence, as `[1]`.
    pub references: bool,
}

/// A sentence of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewsSentence {
    /// The words.
    pub text: String,
    /// Numbers of the facts it rests on, from 1.
    pub facts: Vec<usize>,
    /// Whether it is the fact itself, because the model found no words that only said that.
    pub verbatim: bool,
    /// What is to be said against it; nothing unless unsupported sentences are kept.
    pub objections: Vec<Objection>,
}

#[derive(Deserialize)]
struct Answer {
    headline: String,
    sentences: Vec<AnsweredSentence>,
}

#[derive(Deserialize)]
struct AnsweredSentence {
    text: String,
    facts: Vec<usize>,
}

#[derive(Deserialize)]
struct OneSentence {
    sentence: String,
}

/// Counts of what was looked at.
#[derive(Default, Serialize)]
struct Checked {
    /// Sentences that the model wrote at first.
    written: usize,
    /// Of these, without support.
    unsupported: usize,
    /// Those of them, with what was said against them.
    refused: Vec<(String, Vec<Objection>)>,
}

impl News {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let all = self.facts.all();
        let groups: Vec<Vec<usize>> =
            (0..all.len()).collect::<Vec<_>>().chunks(AT_ONCE).map(<[usize]>::to_vec).collect();
        let total = groups.len() + 1;
        let mut report: Vec<NewsSentence> = Vec::new();
        let mut headline = None;
        let mut checked = Checked::default();
        for (done, group) in groups.iter().enumerate() {
            desk.step(done, total)?;
            let answer = self.first(desk, group)?;
            if let Some(answer) = &answer {
                headline = headline.or_else(|| self.headline(&answer.headline));
            }
            self.gather(desk, group, answer, &mut report, &mut checked)?;
        }
        desk.step(groups.len(), total)?;
        let headline = headline.unwrap_or_else(|| short(&all[0], self.lang));
        let text = self.set(&headline, &report);
        desk.show(&text)?;
        let facts: Vec<_> =
            all.iter().enumerate().map(|(i, fact)| json!({"number": i + 1, "fact": fact})).collect();
        let report = json!({
            "headline": headline, "sentences": report, "facts": facts, "check": checked,
        });
        Ok(desk.finish(text, report))
    }

    /// The model's own report on a group of facts.
    fn first(&self, desk: &mut Desk<'_>, group: &[usize]) -> Result<Option<Answer>, TextError> {
        let all = self.facts.all();
        let facts: String = group.iter().map(|i| format!("{}. {}\n", i + 1, all[*i])).collect();
        let tokens = desk.count(&facts)?;
        if tokens > desk.room(tokens * 2 + 300) {
            return Ok(None);
        }
        let numbers: Vec<usize> = group.iter().map(|i| i + 1).collect();
        let schema = json!({
            "type": "object",
            "properties": {
                "headline": {"type": "string", "minLength": 4, "maxLength": 90},
                "sentences": {
                    "type": "array", "minItems": group.len().div_ceil(2), "maxItems": group.len() + 2,
                    "items": {
                        "type": "object",
                        "properties": {
                            "facts": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"enum": numbers}},
                            "text": {"type": "string", "minLength": 8, "maxLength": 320}
                        },
                        "required": ["facts", "text"], "additionalProperties": false
                    }
                }
            },
            "required": ["headline", "sentences"], "additionalProperties": false
        });
        let messages = vec![Message::system(self.system()), Message::user(self.ask(&facts))];
        let reply = desk.draft(messages, tokens * 2 + 300, 0.3, Format::JsonSchema(schema))?;
        Ok(serde_json::from_str(&reply.text).ok())
    }

    /// Keeps what the facts carry and sees that each fact is told.
    fn gather(
        &self,
        desk: &mut Desk<'_>,
        group: &[usize],
        answer: Option<Answer>,
        report: &mut Vec<NewsSentence>,
        checked: &mut Checked,
    ) -> Result<(), TextError> {
        let all = self.facts.all();
        let begin = report.len();
        for written in answer.into_iter().flat_map(|a| a.sentences) {
            let cited: Vec<usize> =
                written.facts.iter().map(|n| n - 1).filter(|i| group.contains(i)).collect();
            for text in sentences::split(&sentences::clean(&written.text, self.lang)) {
                checked.written += 1;
                let rests = self.rests_on(&text, &cited, group);
                let basis: Vec<&str> = rests.iter().map(|i| all[*i].as_str()).collect();
                let objections = support(&text, &basis, all, self.lang);
                let sound = sentences::is_sound(&text, self.lang);
                let told = report[begin..].iter().any(|s| sentences::likeness(&s.text, &text) > 0.8);
                if !objections.is_empty() {
                    checked.unsupported += 1;
                    checked.refused.push((text.clone(), objections.clone()));
                }
                if told || !sound || (!objections.is_empty() && !self.keep_unsupported) {
                    continue;
                }
                let facts = rests.iter().map(|i| i + 1).collect();
                report.push(NewsSentence { text, facts, verbatim: false, objections });
            }
        }
        for &fact in group {
            let about = |s: &NewsSentence| s.facts.contains(&(fact + 1));
            if !report[begin..].iter().any(|s| about(s) && self.tells(&s.text, &all[fact])) {
                // What tells it by half would tell it twice; other facts that go with it get sentences
                // of their own.
                let mut place = 0;
                report.retain(|s| {
                    place += 1;
                    place <= begin || !about(s) || !s.objections.is_empty()
                });
            }
        }
        for &fact in group {
            let told = |s: &NewsSentence| s.facts.contains(&(fact + 1)) && self.tells(&s.text, &all[fact]);
            if !report[begin..].iter().any(told) {
                let sentence = self.one(desk, fact)?;
                // In the order of the facts.
                let at = report[begin..].iter().position(|s| s.facts.iter().all(|f| *f > fact + 1));
                report.insert(at.map_or(report.len(), |at| begin + at), sentence);
            }
        }
        Ok(())
    }

    /// Whether a sentence brings a fact's numbers.
    fn tells(&self, sentence: &str, fact: &str) -> bool {
        let said: Vec<String> = super::grounding::figures(sentence).into_iter().map(|(key, _)| key).collect();
        super::grounding::figures(fact).iter().all(|(key, _)| said.contains(key))
            && overlap(fact, sentence, self.lang) > RESTS
    }

    /// A single fact in a sentence of its own.
    fn one(&self, desk: &mut Desk<'_>, fact: usize) -> Result<NewsSentence, TextError> {
        let all = self.facts.all();
        let (words, number) = (&all[fact], fact + 1);
        let schema = json!({
            "type": "object",
            "properties": {"sentence": {"type": "string", "minLength": 8, "maxLength": 320}},
            "required": ["sentence"], "additionalProperties": false
        });
        let ask = match self.lang {
            Lang::En => {
                format!("Say this in one plain news sentence. Add nothing and leave nothing out:\n{words}")
            }
            Lang::Zh => format!("把下面的内容写成一个平实的新闻句子，不增加任何信息，也不遗漏：\n{words}"),
        };
        // A sentence that ends with its mark can stand as it is.
        let tries = if sentences::is_sound(words, self.lang) { 0 } else { TRIES };
        for _ in 0..tries {
            let messages = vec![Message::system(self.system()), Message::user(ask.clone())];
            let most = desk.count(words)? * 2 + 60;
            let reply = desk.draft(messages, most, 0.4, Format::JsonSchema(schema.clone()))?;
            let Ok(OneSentence { sentence }) = serde_json::from_str(&reply.text) else { continue };
            let text = sentences::clean(&sentence, self.lang);
            let sound = sentences::is_sound(&text, self.lang);
            if sound && self.tells(&text, words) && support(&text, &[words], all, self.lang).is_empty() {
                return Ok(NewsSentence {
                    text,
                    facts: vec![number],
                    verbatim: false,
                    objections: Vec::new(),
                });
            }
        }
        let mark = if self.lang == Lang::Zh { "。" } else { "." };
        let ended =
            sentences::is_complete(words, self.lang) || words.ends_with(['.', '。', '!', '?', '！', '？']);
        let text = if ended { words.clone() } else { format!("{words}{mark}") };
        Ok(NewsSentence { text, facts: vec![number], verbatim: true, objections: Vec::new() })
    }

    /// The facts that a sentence rests on: those it names as far as they have to do with it, or the
    /// one that covers it best.
    fn rests_on(&self, text: &str, cited: &[usize], group: &[usize]) -> Vec<usize> {
        let all = self.facts.all();
        let covers = |i: usize| overlap(text, &all[i], self.lang);
        let mut rests: Vec<usize> = cited.to_vec();
        let best = group.iter().copied().max_by(|a, b| covers(*a).total_cmp(&covers(*b)));
        if let Some(best) = best.filter(|b| !rests.contains(b) && covers(*b) > RESTS) {
            rests.push(best);
        }
        rests.retain(|i| covers(*i) > RESTS / 2.0);
        if rests.is_empty() {
            rests.extend(best);
        }
        rests.sort_unstable();
        rests.dedup();
        rests
    }

    fn headline(&self, text: &str) -> Option<String> {
        let text = sentences::clean(text, self.lang);
        let text = text.trim_end_matches(['.', '。']).trim().to_owned();
        let all = self.facts.all();
        let basis: Vec<&str> = all.iter().map(String::as_str).collect();
        // Titles Are Written In Capitals: as a sentence they name nobody.
        let lowered = match self.lang {
            Lang::En => text.to_lowercase(),
            Lang::Zh => text.clone(),
        };
        let fits = !text.is_empty()
            && sentences::is_in(&text, self.lang)
            && support(&lowered, &basis, all, self.lang).iter().all(|o| matches!(o, Objection::Negation))
            && names_are_known(&text, all);
        fits.then_some(text)
    }

    fn set(&self, headline: &str, report: &[NewsSentence]) -> String {
        let space = if self.lang == Lang::Zh { "" } else { " " };
        let sentence = |s: &NewsSentence| {
            let marks: String = s.facts.iter().map(|f| format!("[{f}]")).collect();
            let flag = match (s.objections.is_empty(), self.lang) {
                (true, _) => "",
                (false, Lang::En) => " (unsupported)",
                (false, Lang::Zh) => "（未经证实）",
            };
            match (self.references, self.lang) {
                (true, Lang::En) => format!("{}{flag} {marks}", s.text),
                (true, Lang::Zh) => format!("{}{flag}{marks}", s.text),
                (false, _) => format!("{}{flag}", s.text),
            }
        };
        let paragraphs: Vec<String> =
            report.chunks(3).map(|p| p.iter().map(sentence).collect::<Vec<_>>().join(space)).collect();
        format!("# {headline}\n\n{}", paragraphs.join("\n\n"))
    }

    fn system(&self) -> &'static str {
        match self.lang {
            Lang::En => {
                "You are a news writer. You report only the facts you are given, in plain sentences, and add \
                 nothing: no names, numbers, reasons, judgements or quotes of your own. Answer in JSON."
            }
            Lang::Zh => {
                "你是新闻编辑。只报道给出的事实，用平实的句子，不增加任何姓名、数字、原因、评价或引语。用 JSON 回答。"
            }
        }
    }

    fn ask(&self, facts: &str) -> String {
        let wish =
            if self.wish.trim().is_empty() { String::new() } else { format!("{}\n", self.wish.trim()) };
        match self.lang {
            Lang::En => format!(
                "{wish}Facts:\n{facts}Write a short news report: a headline, then sentences. For each sentence give \
                 the numbers of the facts it rests on. Use every fact once."
            ),
            Lang::Zh => format!(
                "{wish}事实：\n{facts}写一篇简短的新闻：先写标题（headline），再写句子（sentences）。每个句子给出它所依据的事实编号（facts）和文字（text）。每条事实用一次。"
            ),
        }
    }
}

/// Every word of a headline that is capitalised in the facts may be; a name that no fact has may not.
fn names_are_known(headline: &str, all: &[String]) -> bool {
    let known = all.join(" ").to_lowercase();
    let names = headline.split_whitespace().filter(|w| w.chars().skip(1).any(char::is_uppercase));
    names.into_iter().all(|w| known.contains(&w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()))
}

fn short(fact: &str, lang: Lang) -> String {
    let bare = fact.trim_end_matches(['.', '。', '!', '！']);
    match lang {
        Lang::En => bare.split_whitespace().take(14).collect::<Vec<_>>().join(" "),
        Lang::Zh => bare.chars().take(28).collect(),
    }
}
