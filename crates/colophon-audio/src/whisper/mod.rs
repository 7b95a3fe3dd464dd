//! Transcription with Whisper (Radford et al. 2022), multilingual base model, greedy decoding.
//!
//! The weights come as a CTranslate2 file and run on candle. Threading contract: all computation
//! happens on a pool of the given number of threads.

mod ct2;
mod mel;
pub mod simplified;

use std::path::Path;

use candle_core::{DType, Device, IndexOp, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::whisper::{Config, model};
use colophon_types::{Cancel, Lang, Pcm};
use tokenizers::Tokenizer;

use crate::{AudioError, mix};

const NAME: &str = "whisper";
/// Tokens in one window of 30 s.
const LONGEST: usize = 220;

/// The recogniser.
pub struct Whisper {
    model: model::Whisper,
    tokenizer: Tokenizer,
    pool: rayon::ThreadPool,
    suppressed: Vec<u32>,
    suppressed_first: Vec<u32>,
    special: Special,
}

struct Special {
    start: u32,
    end: u32,
    english: u32,
    chinese: u32,
    transcribe: u32,
    no_timestamps: u32,
    previous: u32,
}

#[derive(serde::Deserialize)]
struct Settings {
    suppress_ids: Vec<u32>,
    suppress_ids_begin: Vec<u32>,
}

impl Whisper {
    /// Loads the model from `dir` (`model.bin`, `config.json`, `tokenizer.json`) to run on `threads`
    /// threads.
    ///
    /// # Errors
    /// When a file is missing or is not a Whisper model of the base size.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, AudioError> {
        let file = |name: &str| dir.join(name);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
        let pool = pool.map_err(AudioError::engine(NAME))?;
        let path = file("config.json");
        let text = std::fs::read_to_string(&path).map_err(AudioError::model(&path))?;
        let settings: Settings = serde_json::from_str(&text).map_err(AudioError::model(&path))?;
        let path = file("tokenizer.json");
        let tokenizer = Tokenizer::from_file(&path).map_err(AudioError::model(&path))?;
        let id = |token: &str| {
            tokenizer.token_to_id(token).ok_or_else(|| AudioError::Model {
                path: path.clone(),
                problem: format!("it has no {token}"),
            })
        };
        let special = Special {
            start: id("<|startoftranscript|>")?,
            end: id("<|endoftext|>")?,
            english: id("<|en|>")?,
            chinese: id("<|zh|>")?,
            transcribe: id("<|transcribe|>")?,
            no_timestamps: id("<|notimestamps|>")?,
            previous: id("<|startofprev|>")?,
        };
        let path = file("model.bin");
        let bytes = std::fs::read(&path).map_err(AudioError::model(&path))?;
        let load = || -> Result<model::Whisper, String> {
            let tensors = ct2::rename(ct2::read(&bytes)?)?;
            let config = config(&tensors)?;
            let tensors = tensors.into_iter().collect();
            let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
            model::Whisper::load(&builder, config).map_err(|e| e.to_string())
        };
        let model = pool.install(load).map_err(AudioError::model(&path))?;
        Ok(Self {
            model,
            tokenizer,
            pool,
            suppressed: settings.suppress_ids,
            suppressed_first: settings.suppress_ids_begin,
            special,
        })
    }

    /// What is said in `sound`, in windows of 30 s. Without a language the first window decides
    /// between English and Chinese. Chinese comes in simplified characters.
    ///
    /// # Errors
    /// When the sound has no sample rate, the network fails, or `cancel` is set.
    pub fn transcribe(
        &mut self,
        sound: &Pcm,
        lang: Option<Lang>,
        cancel: &Cancel,
    ) -> Result<String, AudioError> {
        let sound = mix::resample(sound, 16_000)?;
        let mut lang = lang;
        let mut text = String::new();
        let mut rest = sound.samples.as_slice();
        while rest.len() > 1600 {
            let n = window(rest);
            let (window, after) = rest.split_at(n);
            rest = after;
            if window.iter().all(|x| x.abs() < 1e-4) {
                continue;
            }
            cancel.check()?;
            let bands = mel::log_mel(window).map_err(AudioError::engine(NAME))?;
            let mut chosen = lang;
            let tokens = {
                let Self { model, pool, suppressed, suppressed_first, special, tokenizer } = self;
                let mut decoder = Decoder { model, suppressed, suppressed_first, special, tokenizer };
                pool.install(|| decoder.window(bands, &mut chosen, cancel))?
            };
            lang = chosen;
            let part = self.tokenizer.decode(&tokens, true).map_err(AudioError::engine(NAME))?;
            let part = part.trim();
            if !text.is_empty() && lang != Some(Lang::Zh) && !part.is_empty() {
                text.push(' ');
            }
            text.push_str(part);
        }
        Ok(if lang == Some(Lang::Zh) { simplified::simplify(&text) } else { text })
    }
}

/// How much of a long sound to hear at once: 30 s, cut at the quietest moment of the last 5 s.
fn window(samples: &[f32]) -> usize {
    if samples.len() <= mel::WINDOW {
        return samples.len();
    }
    let step = 1600;
    let from = mel::WINDOW - 80_000;
    let power = |at: usize| samples[at..at + step].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    (from..mel::WINDOW - step)
        .step_by(step / 2)
        .min_by(|a, b| power(*a).total_cmp(&power(*b)))
        .map_or(mel::WINDOW, |at| at + step / 2)
}

/// The shape of the network, from its tensors. Heads are 64 wide in every Whisper model.
fn config(tensors: &std::collections::BTreeMap<String, Tensor>) -> Result<Config, String> {
    let dims = |name: &str| {
        let t = tensors.get(&format!("model.{name}")).ok_or(format!("it has no {name}"))?;
        Ok::<_, String>(t.dims().to_vec())
    };
    let layers = |side: &str| {
        (0..).take_while(|i| tensors.contains_key(&format!("model.{side}.layers.{i}.fc1.weight"))).count()
    };
    let embedding = dims("decoder.embed_tokens.weight")?;
    let positions = dims("decoder.embed_positions.weight")?;
    let (&[vocab_size, d_model], &[max_target_positions, _]) = (embedding.as_slice(), positions.as_slice())
    else {
        return Err("its embeddings have another shape".into());
    };
    Ok(Config {
        num_mel_bins: mel::BANDS,
        max_source_positions: 1500,
        d_model,
        encoder_attention_heads: d_model / 64,
        encoder_layers: layers("encoder"),
        vocab_size,
        max_target_positions,
        decoder_attention_heads: d_model / 64,
        decoder_layers: layers("decoder"),
        suppress_tokens: Vec::new(),
    })
}

struct Decoder<'a> {
    model: &'a mut model::Whisper,
    suppressed: &'a [u32],
    suppressed_first: &'a [u32],
    special: &'a Special,
    tokenizer: &'a Tokenizer,
}

impl Decoder<'_> {
    fn window(
        &mut self,
        bands: Vec<f32>,
        lang: &mut Option<Lang>,
        cancel: &Cancel,
    ) -> Result<Vec<u32>, AudioError> {
        let failed = AudioError::engine(NAME);
        let frames = bands.len() / mel::BANDS;
        let spectrum = Tensor::from_vec(bands, (1, mel::BANDS, frames), &Device::Cpu).map_err(&failed)?;
        let heard = self.model.encoder.forward(&spectrum, true).map_err(&failed)?;
        cancel.check()?;
        let s = self.special;
        let spoken = match *lang {
            Some(l) => l,
            None => {
                let logits = self.logits(&[s.start], &heard, true).map_err(&failed)?;
                let score = |id: u32| logits.get(id as usize).copied().unwrap_or(f32::MIN);
                if score(s.chinese) > score(s.english) { Lang::Zh } else { Lang::En }
            }
        };
        *lang = Some(spoken);
        let mut tokens = Vec::new();
        if spoken == Lang::Zh {
            // A prompt in simplified characters with punctuation makes it write the same way.
            let prompt = self.tokenizer.encode("以下是普通话的句子。", false);
            let prompt = prompt.map_err(AudioError::engine(NAME))?;
            tokens.push(s.previous);
            tokens.extend(prompt.get_ids());
        }
        let language = if spoken == Lang::Zh { s.chinese } else { s.english };
        tokens.extend([s.start, language, s.transcribe, s.no_timestamps]);
        let prompt = tokens.len();
        while tokens.len() - prompt < LONGEST {
            cancel.check()?;
            let logits = self.logits(&tokens, &heard, tokens.len() == prompt).map_err(&failed)?;
            let first = tokens.len() == prompt;
            let allowed = |id: u32| {
                id <= s.end
                    && !self.suppressed.contains(&id)
                    && !(first && self.suppressed_first.contains(&id))
            };
            let best = (0u32..)
                .zip(&logits)
                .filter(|(id, _)| allowed(*id))
                .max_by(|a, b| a.1.total_cmp(b.1))
                .map_or(s.end, |(id, _)| id);
            if best == s.end || looping(&tokens[prompt..], best) {
                break;
            }
            tokens.push(best);
        }
        Ok(tokens.split_off(prompt))
    }

    /// Scores of the next token. `fresh`: `heard` differs from that of the last call.
    fn logits(&mut self, tokens: &[u32], heard: &Tensor, fresh: bool) -> candle_core::Result<Vec<f32>> {
        let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let states = self.model.decoder.forward(&input, heard, fresh)?;
        let last = states.i((.., tokens.len() - 1..))?;
        self.model.decoder.final_linear(&last)?.flatten_all()?.to_vec1()
    }
}

/// Whether the next token would repeat the same short phrase for the fifth time.
fn looping(tokens: &[u32], next: u32) -> bool {
    (1..=8).any(|n| {
        let need = n * 4;
        tokens.len() >= need
            && tokens[tokens.len() - n] == next
            && tokens[tokens.len() - need..].chunks(n).all(|c| c == &tokens[tokens.len() - n..])
    })
}
