//! Picking the next token: penalties and truncation by llama.cpp's samplers, then the grammar, the
//! watermark and the draw by our own.
//!
//! The grammar is asked about one token first, and about the whole vocabulary only when that token
//! does not fit: checking all of 150,000 tokens at every step would cost more than the model. What
//! is drawn has the same distribution either way.

use colophon_types::Seed;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use llama_cpp_2::token::logit_bias::LlamaLogitBias;

use crate::TextError;
use crate::chat::{Sampling, TokenLogprob};
use crate::watermark::{CONTEXT, Candidate, Marker};

/// Most candidates that take part in a marked draw; the rest of a longer tail is left out.
const MARKED_CANDIDATES: usize = 1024;
/// What mirostat 1 estimates its tail from (the paper's `m`).
const MIROSTAT_M: i32 = 100;
/// Where repetition may break off without punishment.
const DRY_BREAKERS: [&str; 6] = ["\n", ":", "\"", "*", "。", "，"];

/// The sampler of one request.
pub(super) struct Picker {
    /// Penalties, truncation, temperature; nothing for plain greedy decoding.
    chain: Option<LlamaSampler>,
    grammar: Option<LlamaSampler>,
    how: Draw,
    dice: Seed,
    marker: Option<Marker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Draw {
    /// The likeliest.
    Greedy,
    /// At random, by probability.
    Random,
    /// As mirostat says, inside the chain.
    Chain,
}

impl Picker {
    /// `grammar` is GBNF with the start rule `root`; `marker` embeds the watermark.
    pub(super) fn new(
        model: &LlamaModel,
        sampling: &Sampling,
        seed: u32,
        grammar: Option<&str>,
        marker: Option<Marker>,
    ) -> Result<Self, TextError> {
        let n_vocab = model.n_vocab();
        let grammar = match grammar {
            None => None,
            Some(text) => Some(
                LlamaSampler::grammar(model, text, "root").map_err(|e| TextError::Schema(e.to_string()))?,
            ),
        };
        let mut chain = Vec::new();
        if !sampling.logit_bias.is_empty() {
            let biases: Vec<_> = sampling
                .logit_bias
                .iter()
                .filter(|(token, _)| i64::from(*token) < i64::from(n_vocab))
                .map(|(token, bias)| LlamaLogitBias::new(LlamaToken(*token as i32), *bias))
                .collect();
            chain.push(LlamaSampler::logit_bias(n_vocab, &biases));
        }
        let punishes = (sampling.repeat_penalty - 1.0).abs() > 1e-6
            || sampling.frequency_penalty != 0.0
            || sampling.presence_penalty != 0.0;
        if punishes {
            let last_n = if sampling.repeat_last_n < 0 { 4096 } else { sampling.repeat_last_n };
            chain.push(LlamaSampler::penalties(
                n_vocab,
                last_n,
                sampling.repeat_penalty,
                sampling.frequency_penalty,
                sampling.presence_penalty,
            ));
        }
        if let Some(dry) = sampling.dry.filter(|d| d.multiplier > 0.0) {
            chain.push(LlamaSampler::dry(
                model,
                dry.multiplier,
                dry.base,
                dry.allowed_length,
                if dry.last_n < 0 { 4096 } else { dry.last_n },
                DRY_BREAKERS,
            ));
        }
        let greedy = sampling.temperature <= 0.0;
        let how = match &sampling.mirostat {
            _ if greedy => Draw::Greedy,
            Some(mirostat) => {
                chain.push(LlamaSampler::temp(sampling.temperature));
                chain.push(if mirostat.version == 1 {
                    LlamaSampler::mirostat(n_vocab, seed, mirostat.tau, mirostat.eta, MIROSTAT_M)
                } else {
                    LlamaSampler::mirostat_v2(seed, mirostat.tau, mirostat.eta)
                });
                Draw::Chain
            }
            None => {
                let k = match (sampling.top_k, &marker) {
                    (0, Some(_)) => MARKED_CANDIDATES as i32,
                    (k, Some(_)) => k.min(MARKED_CANDIDATES as i32),
                    (k, None) => k,
                };
                if k > 0 {
                    chain.push(LlamaSampler::top_k(k));
                }
                if sampling.typical_p < 1.0 {
                    chain.push(LlamaSampler::typical(sampling.typical_p, 1));
                }
                if sampling.top_p < 1.0 {
                    chain.push(LlamaSampler::top_p(sampling.top_p, 1));
                }
                if sampling.min_p > 0.0 {
                    chain.push(LlamaSampler::min_p(sampling.min_p, 1));
                }
                if let Some(xtc) = sampling.xtc.filter(|x| x.probability > 0.0) {
                    chain.push(LlamaSampler::xtc(xtc.probability, xtc.threshold, 1, seed));
                }
                chain.push(LlamaSampler::temp(sampling.temperature));
                Draw::Random
            }
        };
        let chain = (!chain.is_empty()).then(|| LlamaSampler::chain_simple(chain));
        let dice = Seed(u64::from(seed)).derive("draw");
        Ok(Self { chain, grammar, how, dice, marker })
    }

    /// Picks from the logits of one position. `before` are the tokens
    /// of the answer so far; `mark` says whether
    /// this place of the text may carry the watermark.
    pub(super) fn pick(
        &mut self,
        logits: &[f32],
        before: &[LlamaToken],
        mark: bool,
    ) -> Result<LlamaToken, TextError> {
        let token = match (&self.chain, self.how) {
            (None, Draw::Greedy) => likeliest(logits)?,
            _ => self.draw(candidates(logits), before, mark)?,
        };
        let token = match &mut self.grammar {
            None => token,
            Some(grammar) => {
                let mut one = LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false);
                grammar.apply(&mut one);
                let fits = one.data.first().is_some_and(|t| t.logit() != f32::NEG_INFINITY);
                let token = if fits {
                    token
                } else {
                    let mut all = candidates(logits);
                    grammar.apply(&mut all);
                    all.data.retain(|t| t.logit() != f32::NEG_INFINITY);
                    if all.data.is_empty() {
                        return Err(TextError::Engine("no token fits the schema".into()));
                    }
                    self.draw(all, before, mark)?
                };
                if let Some(grammar) = &mut self.grammar {
                    grammar.try_accept(token).map_err(|e| TextError::Engine(e.to_string()))?;
                }
                token
            }
        };
        if let Some(chain) = &mut self.chain {
            chain.accept(token);
        }
        Ok(token)
    }

    fn draw(
        &mut self,
        mut all: LlamaTokenDataArray,
        before: &[LlamaToken],
        mark: bool,
    ) -> Result<LlamaToken, TextError> {
        let none = || TextError::Engine("no token to choose from".into());
        if let Some(chain) = &mut self.chain {
            chain.apply(&mut all);
        }
        match self.how {
            Draw::Chain => all.selected_token().ok_or_else(none),
            Draw::Greedy => all
                .data
                .iter()
                .max_by(|a, b| a.logit().total_cmp(&b.logit()))
                .map(|t| t.id())
                .ok_or_else(none),
            Draw::Random => {
                let mut list = probabilities(&all);
                if mark && let Some(marker) = &mut self.marker {
                    let start = before.len().saturating_sub(CONTEXT);
                    let context: Vec<i32> = before[start..].iter().map(|t| t.0).collect();
                    marker.apply(&context, &mut list);
                }
                let mut left = self.dice.next_f32() * list.iter().map(|c| c.p).sum::<f32>();
                let drawn = list.iter().find(|c| {
                    left -= c.p;
                    left < 0.0
                });
                // Rounding may leave a little; it belongs to the last that can be drawn.
                let drawn = drawn.or_else(|| list.iter().rev().find(|c| c.p > 0.0));
                drawn.map(|c| LlamaToken(c.id)).ok_or_else(none)
            }
        }
    }
}

fn candidates(logits: &[f32]) -> LlamaTokenDataArray {
    let list = logits.iter().enumerate();
    LlamaTokenDataArray::from_iter(
        list.map(|(i, l)| LlamaTokenData::new(LlamaToken(i as i32), *l, 0.0)),
        false,
    )
}

fn likeliest(logits: &[f32]) -> Result<LlamaToken, TextError> {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map(|(i, _)| LlamaToken(i as i32)).ok_or_else(|| TextError::Engine("the model has no words".into()))
}

/// The softmax of what is left.
fn probabilities(all: &LlamaTokenDataArray) -> Vec<Candidate> {
    let top = all.data.iter().map(LlamaTokenData::logit).fold(f32::NEG_INFINITY, f32::max);
    let mut list: Vec<Candidate> =
        all.data.iter().map(|t| Candidate { id: t.id().0, p: (t.logit() - top).exp() }).collect();
    let sum: f32 = list.iter().map(|c| c.p).sum();
    for candidate in &mut list {
        candidate.p /= sum;
    }
    list
}

/// The log-probability of a token and of the `top` likeliest, by the model alone.
pub(super) fn logprobs(
    logits: &[f32],
    token: LlamaToken,
    top: usize,
    text: &dyn Fn(LlamaToken) -> Vec<u8>,
) -> TokenLogprob {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|l| f64::from(l - most).exp()).sum();
    let norm = most + sum.ln() as f32;
    let of = |token: LlamaToken| {
        let bytes = text(token);
        let logprob = logits.get(token.0 as usize).map_or(f32::NEG_INFINITY, |l| l - norm);
        TokenLogprob { token: String::from_utf8_lossy(&bytes).into_owned(), bytes, logprob, top: Vec::new() }
    };
    let mut best: Vec<usize> = Vec::new();
    if top > 0 {
        let mut order: Vec<usize> = (0..logits.len()).collect();
        let top = top.min(order.len());
        order.select_nth_unstable_by(top - 1, |a, b| logits[*b].total_cmp(&logits[*a]));
        order.truncate(top);
        order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
        best = order;
    }
    let mut drawn = of(token);
    drawn.top = best.into_iter().map(|i| of(LlamaToken(i as i32))).collect();
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_probabilities_sum_to_one() {
        let logits = [1.0, 2.0, 3.0, -50.0];
        let text = |t: LlamaToken| vec![b'a' + t.0 as u8];
        let all = logprobs(&logits, LlamaToken(1), 4, &text);
        assert_eq!(all.top.iter().map(|t| t.token.as_str()).collect::<Vec<_>>(), ["c", "b", "a", "d"]);
        let sum: f32 = all.top.iter().map(|t| t.logprob.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        assert_eq!(all.logprob, all.top[1].logprob);
    }
}
