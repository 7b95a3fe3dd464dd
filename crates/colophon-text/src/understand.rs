//! What encoders are asked for: which label fits a text, which texts answer a question, how alike
//! two texts are, which phrases say what a text is about.

use std::collections::HashMap;
use std::sync::OnceLock;

use colophon_types::{Cancel, Lang};
use jieba_rs::Jieba;
use serde::Serialize;

use crate::encode::{CrossEncoder, Embed, EncodeError, Purpose, similarity};
use crate::sentences;

/// Sharpness of the shares of labels: a difference of cosines is multiplied with this before the
/// softmax. Encoders of the E5 family keep all cosines above 0.7, so differences are small.
const SHARPNESS: f32 = 40.0;
/// Longest phrase, in words.
const PHRASE: usize = 3;
/// Candidates for key phrases that are embedded, at most.
const CANDIDATES: usize = 400;
/// Weight of being unlike the phrases already chosen (maximal marginal relevance).
const DIVERSITY: f32 = 0.4;

/// Something with a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// Place in the list that was given.
    pub index: usize,
    /// The text.
    pub text: String,
    /// Higher is better; what it measures is said by who gives it.
    pub score: f32,
}

fn ranked(texts: &[&str], scores: Vec<f32>) -> Vec<Scored> {
    let mut list: Vec<Scored> = scores
        .into_iter()
        .enumerate()
        .map(|(index, score)| Scored { index, text: texts[index].to_owned(), score })
        .collect();
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
    list
}

fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|s| ((s - most) * sharpness).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|p| p / sum).collect()
}

/// Cosine similarity of two texts, −1 to 1.
///
/// # Errors
/// [`EncodeError`], as [`Embed::vectors`].
pub fn likeness(encoder: &dyn Embed, a: &str, b: &str, cancel: &Cancel) -> Result<f32, EncodeError> {
    let vectors = encoder.vectors(&[a, b], Purpose::Query, cancel)?;
    Ok(similarity(&vectors[0], &vectors[1]))
}

/// Zero-shot classification with a bi-encoder: each label with its share, best first. The shares sum
/// to 1; they order the labels and are no calibrated probabilities.
///
/// # Errors
/// [`EncodeError`], as [`Embed::vectors`].
pub fn classify(
    encoder: &dyn Embed,
    text: &str,
    labels: &[&str],
    cancel: &Cancel,
) -> Result<Vec<Scored>, EncodeError> {
    check_labels(labels)?;
    let subject = encoder.vectors(&[text], Purpose::Query, cancel)?;
    let named: Vec<String> = labels.iter().map(|label| described(label)).collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let vectors = encoder.vectors(&named, Purpose::Query, cancel)?;
    let scores: Vec<f32> = vectors.iter().map(|v| similarity(v, &subject[0])).collect();
    Ok(ranked(labels, shares(&scores, SHARPNESS)))
}

/// Zero-shot classification with a cross-encoder trained on natural language inference: each label
/// with its share by how far the text entails it, best first.
///
/// # Errors
/// [`EncodeError::Input`] when the model knows no entailment; [`EncodeError::Run`].
pub fn classify_by_entailment(
    judge: &CrossEncoder,
    text: &str,
    labels: &[&str],
    cancel: &Cancel,
) -> Result<Vec<Scored>, EncodeError> {
    check_labels(labels)?;
    let entails = judge.labels().iter().position(|l| l.to_lowercase().starts_with("entail"));
    let entails = entails
        .ok_or_else(|| EncodeError::Input("the model has no label 'entailment' to classify with".into()))?;
    let claims: Vec<String> = labels.iter().map(|label| described(label)).collect();
    let pairs: Vec<(&str, &str)> = claims.iter().map(|claim| (text, claim.as_str())).collect();
    let scores: Vec<f32> = judge.judge(&pairs, cancel)?.iter().map(|logits| logits[entails]).collect();
    Ok(ranked(labels, shares(&scores, 1.0)))
}

fn check_labels(labels: &[&str]) -> Result<(), EncodeError> {
    if labels.len() < 2 || labels.iter().any(|l| l.trim().is_empty()) {
        return Err(EncodeError::Input("at least two labels are needed, and none may be empty".into()));
    }
    Ok(())
}

fn described(label: &str) -> String {
    match Lang::detect(label) {
        Lang::En => format!("This text is about {label}."),
        Lang::Zh => format!("这段文字的主题是{label}。"),
    }
}

/// Orders texts by how well they answer a question; scores are cosines.
///
/// # Errors
/// [`EncodeError`], as [`Embed::vectors`].
pub fn rerank(
    encoder: &dyn Embed,
    query: &str,
    texts: &[&str],
    cancel: &Cancel,
) -> Result<Vec<Scored>, EncodeError> {
    let asked = encoder.vectors(&[query], Purpose::Query, cancel)?;
    let vectors = encoder.vectors(texts, Purpose::Passage, cancel)?;
    Ok(ranked(texts, vectors.iter().map(|v| similarity(v, &asked[0])).collect()))
}

/// Orders texts with a cross-encoder, which reads each together with the question: slower and
/// better. Scores are the model's logits.
///
/// # Errors
/// [`EncodeError`], as [`CrossEncoder::judge`].
pub fn rerank_pairs(
    judge: &CrossEncoder,
    query: &str,
    texts: &[&str],
    cancel: &Cancel,
) -> Result<Vec<Scored>, EncodeError> {
    let pairs: Vec<(&str, &str)> = texts.iter().map(|text| (query, *text)).collect();
    let scores = judge.judge(&pairs, cancel)?;
    // Rerankers have one number; where there are more, the last is the positive one.
    Ok(ranked(texts, scores.iter().map(|logits| logits.last().copied().unwrap_or(0.0)).collect()))
}

/// The phrases that say best what a text is about, best first, in the words of the text; scores are
/// cosines with the whole text.
///
/// # Errors
/// [`EncodeError`], as [`Embed::vectors`].
pub fn keyphrases(
    encoder: &dyn Embed,
    text: &str,
    count: usize,
    cancel: &Cancel,
) -> Result<Vec<Scored>, EncodeError> {
    let candidates = candidates(text);
    if candidates.is_empty() || count == 0 {
        return Ok(Vec::new());
    }
    let phrases: Vec<&str> = candidates.iter().map(|(phrase, _)| phrase.as_str()).collect();
    let whole = encoder.vectors(&[text], Purpose::Passage, cancel)?;
    let vectors = encoder.vectors(&phrases, Purpose::Passage, cancel)?;
    let fits: Vec<f32> = vectors.iter().map(|v| similarity(v, &whole[0])).collect();
    // Cosines of short phrases lie close together; how often a phrase is said decides between them.
    let spread =
        fits.iter().copied().fold(f32::MIN, f32::max) - fits.iter().copied().fold(f32::MAX, f32::min);
    let weight = |i: usize| fits[i] + 0.15 * spread * (candidates[i].1 as f32).ln();
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < count {
        let worth = |i: &usize| {
            let echo = chosen.iter().map(|&c| similarity(&vectors[*i], &vectors[c])).fold(0.0, f32::max);
            (1.0 - DIVERSITY) * weight(*i) - DIVERSITY * echo
        };
        // A phrase within a chosen one, or around it, says nothing new.
        let fresh = |i: &usize| {
            let new = phrases[*i].to_lowercase();
            chosen.iter().map(|&c| phrases[c].to_lowercase()).all(|c| !c.contains(&new) && !new.contains(&c))
        };
        let best = (0..phrases.len()).filter(fresh).max_by(|a, b| worth(a).total_cmp(&worth(b)));
        match best {
            Some(best) => chosen.push(best),
            None => break,
        }
    }
    let scored =
        |(rank, i): (usize, usize)| Scored { index: rank, text: phrases[i].to_owned(), score: fits[i] };
    Ok(chosen.into_iter().enumerate().map(scored).collect())
}

/// Phrases of up to three words with how often they occur: no stop word at either end, no mark
/// within.
fn candidates(text: &str) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, (usize, usize, String)> = HashMap::new();
    let mut at = 0;
    for run in text.split(|c: char| !c.is_alphanumeric() && !matches!(c, ' ' | '-' | '\'' | '’')) {
        let chinese = Lang::detect(run) == Lang::Zh;
        let words = words(run, chinese);
        for begin in 0..words.len() {
            for end in begin + 1..=(begin + PHRASE).min(words.len()) {
                let piece = &words[begin..end];
                let whole = [piece.first(), piece.last()].iter().flatten().all(|w| is_content(w));
                if whole {
                    let phrase = piece.join(if chinese { "" } else { " " });
                    at += 1;
                    let entry = counts.entry(phrase.to_lowercase()).or_insert((0, at, phrase));
                    entry.0 += 1;
                }
            }
        }
    }
    let mut list: Vec<_> = counts.into_values().collect();
    // What is said more than once first, then what is said early.
    list.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    list.truncate(CANDIDATES);
    list.into_iter().map(|(count, _, phrase)| (phrase, count)).collect()
}

fn words(run: &str, chinese: bool) -> Vec<&str> {
    static JIEBA: OnceLock<Jieba> = OnceLock::new();
    if chinese {
        let words = JIEBA.get_or_init(Jieba::new).cut(run, true);
        words.into_iter().map(|w| w.word.trim()).filter(|w| !w.is_empty()).collect()
    } else {
        run.split_whitespace().map(|w| w.trim_matches(['-', '\'', '’'])).filter(|w| !w.is_empty()).collect()
    }
}

/// The words of a text that say something, in lower case; of Chinese its pairs of characters.
pub fn content_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    match Lang::detect(text) {
        Lang::En => {
            let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| is_content(w));
            words.map(str::to_owned).collect()
        }
        Lang::Zh => sentences::pairs(&lower),
    }
}

/// Share of words in lower case that a text has, 0 to 1.
pub fn share_in(words: &[String], text: &str) -> f32 {
    let lower = text.to_lowercase();
    words.iter().filter(|w| lower.contains(w.as_str())).count() as f32 / words.len().max(1) as f32
}

/// Whether a word says something of its own, and does not only hold a sentence together.
pub(crate) fn is_content(word: &str) -> bool {
    let lower = word.to_lowercase();
    let chars = lower.chars().count();
    let least = if Lang::detect(word) == Lang::Zh { 2 } else { 3 };
    chars >= least && lower.chars().any(char::is_alphabetic) && !STOP.contains(&lower.as_str())
}

/// Words that hold sentences together. Sorted by nothing; the list is short.
const STOP: &[&str] = &[
    "the",
    "and",
    "for",
    "are",
    "but",
    "not",
    "you",
    "all",
    "any",
    "can",
    "had",
    "her",
    "was",
    "one",
    "our",
    "out",
    "has",
    "him",
    "his",
    "how",
    "its",
    "may",
    "new",
    "now",
    "old",
    "see",
    "two",
    "way",
    "who",
    "did",
    "get",
    "let",
    "put",
    "say",
    "she",
    "too",
    "use",
    "that",
    "with",
    "have",
    "this",
    "will",
    "your",
    "from",
    "they",
    "know",
    "want",
    "been",
    "good",
    "much",
    "some",
    "time",
    "very",
    "when",
    "come",
    "here",
    "just",
    "like",
    "long",
    "make",
    "many",
    "more",
    "only",
    "over",
    "such",
    "take",
    "than",
    "them",
    "well",
    "were",
    "what",
    "there",
    "their",
    "which",
    "would",
    "could",
    "should",
    "about",
    "after",
    "again",
    "also",
    "because",
    "before",
    "being",
    "between",
    "both",
    "each",
    "even",
    "every",
    "first",
    "into",
    "most",
    "must",
    "other",
    "same",
    "since",
    "still",
    "then",
    "these",
    "those",
    "through",
    "under",
    "until",
    "upon",
    "where",
    "while",
    "whom",
    "why",
    "does",
    "done",
    "doing",
    "within",
    "without",
    "however",
    "therefore",
    "said",
    "我们",
    "你们",
    "他们",
    "她们",
    "它们",
    "自己",
    "这个",
    "那个",
    "这些",
    "那些",
    "这样",
    "那样",
    "什么",
    "怎么",
    "为什么",
    "因为",
    "所以",
    "但是",
    "而且",
    "如果",
    "虽然",
    "可以",
    "可能",
    "应该",
    "已经",
    "没有",
    "不是",
    "就是",
    "还是",
    "或者",
    "以及",
    "对于",
    "关于",
    "通过",
    "进行",
    "一个",
    "一些",
    "一种",
    "其中",
    "其他",
    "非常",
    "很多",
    "时候",
    "以后",
    "之后",
    "之前",
    "并且",
    "不过",
    "然后",
    "于是",
    "只有",
    "只是",
    "也是",
    "都是",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_phrases_of_the_text() {
        let english = candidates("The solar farm stores heat. A solar farm in the desert.");
        assert_eq!(english[0], ("solar".into(), 2));
        assert!(english.iter().any(|(p, n)| p == "solar farm" && *n == 2));
        assert!(english.iter().all(|(p, _)| !p.starts_with("The ") && !p.contains('.')));
        let chinese = candidates("灯塔照亮了大海。渔民看见灯塔就回家。");
        assert!(chinese.iter().any(|(p, n)| p == "灯塔" && *n == 2), "{chinese:?}");
        assert!(candidates("").is_empty() && candidates("... 。").is_empty());
    }

    #[test]
    fn shares_sum_to_one() {
        let shares = shares(&[0.8, 0.79, 0.7], SHARPNESS);
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(shares[0] > shares[1] && shares[1] > shares[2]);
    }
}
