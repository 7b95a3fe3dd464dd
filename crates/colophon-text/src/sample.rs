//! Picking the next token: penalties, nucleus, temperature, and a grammar from a JSON schema.
//!
//! The grammar is asked about one token first, and about the whole vocabulary only when that token
//! does not fit: checking all of 150,000 tokens at every step would cost more than the model.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::{Generate, TextError};

/// How many tokens back the repetition penalty looks.
const PENALTY_WINDOW: i32 = 256;

pub(crate) struct Picker {
    chain: LlamaSampler,
    grammar: Option<LlamaSampler>,
}

impl Picker {
    pub(crate) fn new(model: &LlamaModel, options: &Generate) -> Result<Self, TextError> {
        let grammar = match &options.schema {
            None => None,
            Some(schema) => {
                let text = llama_cpp_2::json_schema_to_grammar(schema)
                    .map_err(|e| TextError::Schema(e.to_string()))?;
                let sampler = LlamaSampler::grammar(model, &text, "root")
                    .map_err(|e| TextError::Schema(e.to_string()))?;
                Some(sampler)
            }
        };
        let penalties = LlamaSampler::penalties(
            model.n_vocab(),
            PENALTY_WINDOW,
            options.repeat_penalty.clamp(0.5, 2.0),
            0.0,
            0.0,
        );
        let chain = if options.temperature <= 0.0 {
            LlamaSampler::chain_simple([penalties, LlamaSampler::greedy()])
        } else {
            LlamaSampler::chain_simple([
                LlamaSampler::top_k(options.top_k.max(1)),
                penalties,
                LlamaSampler::top_p(options.top_p.clamp(0.01, 1.0), 1),
                LlamaSampler::temp(options.temperature.min(5.0)),
                LlamaSampler::dist(options.seed),
            ])
        };
        Ok(Self { chain, grammar })
    }

    /// Picks the next token from the logits of the last evaluated one.
    pub(crate) fn pick(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, TextError> {
        let mut token = draw(&mut self.chain, context.token_data_array())?;
        if let Some(grammar) = &mut self.grammar {
            let mut one = LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false);
            grammar.apply(&mut one);
            if one.data[0].logit() == f32::NEG_INFINITY {
                let mut all = context.token_data_array();
                grammar.apply(&mut all);
                all.data.retain(|t| t.logit() != f32::NEG_INFINITY);
                if all.data.is_empty() {
                    return Err(TextError::Engine("no token fits the schema".into()));
                }
                token = draw(&mut self.chain, all)?;
            }
            grammar.try_accept(token).map_err(|e| TextError::Engine(e.to_string()))?;
        }
        self.chain.accept(token);
        Ok(token)
    }
}

fn draw(chain: &mut LlamaSampler, mut candidates: LlamaTokenDataArray) -> Result<LlamaToken, TextError> {
    chain.apply(&mut candidates);
    candidates.selected_token().ok_or_else(|| TextError::Engine("no token to choose from".into()))
}
