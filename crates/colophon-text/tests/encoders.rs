//! Encoders against PyTorch and transformers. `tests/data/encoders.json` holds what these compute;
//! `tests/python/encoders.py` made it, and `scripts/check-encoders` computes it again.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use colophon_test::models_dir;
use colophon_text::encode::{CrossEncoder, E5, Embed, EncodeError, FillMask, MiniLm, Purpose, similarity};
use colophon_text::understand;
use colophon_types::Cancel;
use serde_json::{Value, json};

/// What the issue allows.
const NEAR: f32 = 1e-3;

fn reference() -> Value {
    serde_json::from_str(include_str!("data/encoders.json")).unwrap()
}

fn floats(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect()
}

fn near(ours: &[f32], theirs: &[f32], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let off = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < NEAR, "{what}: {off}");
}

/// The weights of a tiny checkpoint: hashes of the tensor's name and the place, as in `encoders.py`.
fn weights(name: &str, count: usize) -> Vec<f32> {
    let seed = name.bytes().fold(0x811C_9DC5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    let lower = name.to_lowercase();
    let scale = name.contains("ayer")
        && (lower.ends_with("layernorm.weight") || lower.ends_with("layer_norm.weight"));
    let value = |i: usize| {
        let mut v = (i as u32).wrapping_mul(0x9E37_79B1) ^ seed;
        for (shift, factor) in [(16, 0x85EB_CA6B_u32), (13, 0xC2B2_AE35), (16, 1)] {
            v ^= v >> shift;
            v = v.wrapping_mul(factor);
        }
        let w = (f64::from(v) / 4_294_967_296.0 - 0.5) * 0.4;
        (if scale { 1.0 + 0.5 * w } else { w }) as f32
    };
    (0..count).map(value).collect()
}

/// Writes a tiny checkpoint with a head.
fn checkpoint(dir: &Path, kind: &str, judge: bool, reference: &Value) {
    let words = reference["tiny"]["words"].as_u64().unwrap() as usize;
    let roberta = kind == "roberta";
    let (hidden, inner, positions, types) = (32, 64, 40, if roberta { 1 } else { 2 });
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        (format!("{kind}.embeddings.word_embeddings.weight"), vec![words, hidden]),
        (format!("{kind}.embeddings.position_embeddings.weight"), vec![positions, hidden]),
        (format!("{kind}.embeddings.token_type_embeddings.weight"), vec![types, hidden]),
        (format!("{kind}.embeddings.LayerNorm.weight"), vec![hidden]),
        (format!("{kind}.embeddings.LayerNorm.bias"), vec![hidden]),
    ];
    let dense = |shapes: &mut Vec<(String, Vec<usize>)>, name: String, out: usize, inside: usize| {
        shapes.push((format!("{name}.weight"), vec![out, inside]));
        shapes.push((format!("{name}.bias"), vec![out]));
    };
    for layer in 0..2 {
        let at = format!("{kind}.encoder.layer.{layer}");
        for part in
            ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
        {
            dense(&mut shapes, format!("{at}.{part}"), hidden, hidden);
        }
        dense(&mut shapes, format!("{at}.intermediate.dense"), inner, hidden);
        dense(&mut shapes, format!("{at}.output.dense"), hidden, inner);
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            shapes.push((format!("{at}.{part}.weight"), vec![hidden]));
            shapes.push((format!("{at}.{part}.bias"), vec![hidden]));
        }
    }
    match (roberta, judge) {
        (false, false) => {
            let head = "cls.predictions";
            shapes.push((format!("{head}.bias"), vec![words]));
            dense(&mut shapes, format!("{head}.transform.dense"), hidden, hidden);
            shapes.push((format!("{head}.transform.LayerNorm.weight"), vec![hidden]));
            shapes.push((format!("{head}.transform.LayerNorm.bias"), vec![hidden]));
        }
        (true, false) => {
            shapes.push(("lm_head.bias".into(), vec![words]));
            dense(&mut shapes, "lm_head.dense".into(), hidden, hidden);
            shapes.push(("lm_head.layer_norm.weight".into(), vec![hidden]));
            shapes.push(("lm_head.layer_norm.bias".into(), vec![hidden]));
        }
        (false, true) => {
            dense(&mut shapes, "bert.pooler.dense".into(), hidden, hidden);
            dense(&mut shapes, "classifier".into(), 3, hidden);
        }
        (true, true) => {
            dense(&mut shapes, "classifier.dense".into(), hidden, hidden);
            dense(&mut shapes, "classifier.out_proj".into(), 3, hidden);
        }
    }
    let tensors: HashMap<String, Tensor> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let values = weights(&name, shape.iter().product());
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
            (name, tensor)
        })
        .collect();
    candle_core::safetensors::save(&tensors, dir.join("model.safetensors")).unwrap();
    let config = json!({
        "model_type": kind, "vocab_size": words, "hidden_size": hidden, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": inner, "max_position_embeddings": positions,
        "type_vocab_size": types, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "pad_token_id": u8::from(roberta),
        "id2label": {"0": "contradiction", "1": "entailment", "2": "neutral"},
    });
    std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
    std::fs::write(dir.join("tokenizer.json"), reference["tiny"][kind]["tokenizer"].to_string()).unwrap();
}

#[test]
fn masked_words_are_those_of_transformers() {
    let reference = reference();
    for kind in ["bert", "roberta"] {
        let dir = tempfile::tempdir().unwrap();
        checkpoint(dir.path(), kind, false, &reference);
        let model = FillMask::load(dir.path()).unwrap();
        let theirs = &reference["tiny"][kind];
        let ours = model.fill(theirs["text"].as_str().unwrap(), 5).unwrap();
        assert_eq!(ours.len(), 2);
        for (ours, theirs) in ours.iter().zip(theirs["fills"].as_array().unwrap()) {
            for (ours, theirs) in ours.iter().zip(theirs.as_array().unwrap()) {
                assert_eq!(u64::from(ours.token), theirs[0].as_u64().unwrap(), "{kind}");
                near(&[ours.probability], &[theirs[1].as_f64().unwrap() as f32], kind);
                assert!(!ours.word.is_empty());
            }
        }
        assert!(matches!(model.fill("no gap here", 5), Err(EncodeError::Input(_))));
        // The other head is refused, and so are damaged files.
        assert!(matches!(CrossEncoder::load(dir.path()), Err(EncodeError::Load(_))));
        let weights = dir.path().join("model.safetensors");
        let whole = std::fs::read(&weights).unwrap();
        for cut in [0, 7, 100, whole.len() - 1] {
            std::fs::write(&weights, &whole[..cut]).unwrap();
            assert!(matches!(FillMask::load(dir.path()), Err(EncodeError::Load(_))), "{cut}");
        }
        std::fs::remove_file(&weights).unwrap();
        assert!(matches!(FillMask::load(dir.path()), Err(EncodeError::Missing(_))));
    }
}

#[test]
fn judged_pairs_are_those_of_transformers() {
    let reference = reference();
    for kind in ["bert", "roberta"] {
        let dir = tempfile::tempdir().unwrap();
        checkpoint(dir.path(), kind, true, &reference);
        let model = CrossEncoder::load(dir.path()).unwrap();
        let theirs = &reference["tiny"][kind];
        let pairs: Vec<(&str, &str)> = theirs["pairs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| (p[0].as_str().unwrap(), p[1].as_str().unwrap()))
            .collect();
        // Together and alone: padding changes nothing.
        let together = model.judge(&pairs, &Cancel::new()).unwrap();
        for (i, pair) in pairs.iter().enumerate() {
            near(&together[i], &floats(&theirs["logits"][i]), kind);
            near(&model.judge(&[*pair], &Cancel::new()).unwrap()[0], &together[i], kind);
        }
        assert_eq!(model.labels(), ["contradiction", "entailment", "neutral"]);
        let ranked =
            understand::rerank_pairs(&model, "the fox", &["a cat", "a dog"], &Cancel::new()).unwrap();
        assert!(ranked[0].score >= ranked[1].score);
        let labels =
            understand::classify_by_entailment(&model, "the fox", &["cat", "dog"], &Cancel::new()).unwrap();
        assert!((labels.iter().map(|l| l.score).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn sentence_vectors_are_those_of_transformers() {
    let reference = reference();
    let sentences: Vec<&str> =
        reference["sentences"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let minilm = MiniLm::load(&models_dir().join("all-minilm-l6-v2")).unwrap();
    let e5 = E5::load(&models_dir().join("multilingual-e5-small")).unwrap();
    let both: [(&dyn Embed, &str); 2] = [(&minilm, "minilm"), (&e5, "e5")];
    for (encoder, name) in both {
        let ours = encoder.vectors(&sentences, Purpose::Query, &Cancel::new()).unwrap();
        for (ours, theirs) in ours.iter().zip(reference[name].as_array().unwrap()) {
            near(ours, &floats(theirs), name);
        }
        let alone = encoder.vectors(&sentences[1..2], Purpose::Query, &Cancel::new()).unwrap();
        near(&alone[0], &ours[1], name);
        let cancel = Cancel::new();
        cancel.cancel();
        assert!(matches!(
            encoder.vectors(&sentences, Purpose::Query, &cancel),
            Err(EncodeError::Cancelled(_))
        ));
    }
}

#[test]
fn meaning_crosses_languages() {
    let e5 = E5::load(&models_dir().join("multilingual-e5-small")).unwrap();
    let cancel = Cancel::new();
    let same = understand::likeness(&e5, "a dog is sleeping", "一只狗在睡觉", &cancel).unwrap();
    let other = understand::likeness(&e5, "a dog is sleeping", "央行宣布下调利率", &cancel).unwrap();
    assert!(same > other + 0.05, "{same} {other}");
    for (text, labels, best) in [
        ("The match ended two all after extra time.", ["politics", "sport", "cooking"], "sport"),
        ("央行宣布下调利率。", ["体育", "经济", "美食"], "经济"),
    ] {
        assert_eq!(understand::classify(&e5, text, &labels, &cancel).unwrap()[0].text, best);
    }
    let lines = ["Lighthouses were lit by oil lamps.", "The soup needs salt.", "灯塔现在用太阳能供电。"];
    let ranked = understand::rerank(&e5, "how is a lighthouse powered?", &lines, &cancel).unwrap();
    assert_eq!(ranked[2].index, 1, "{ranked:?}");
    let text =
        "The harbour library reopened. Its new reading room faces the harbour, and the library lends boats.";
    let phrases = understand::keyphrases(&e5, text, 3, &cancel).unwrap();
    assert!(phrases.iter().any(|p| p.text.to_lowercase().contains("library")), "{phrases:?}");
    // Long texts are read whole, in windows: what is said at the end counts.
    let long = format!("{} The volcano erupted at night.", "The soup needs salt. ".repeat(400));
    let (soup, volcano) = ("soup needs salt", "the volcano erupted");
    let vectors = e5.vectors(&[&long, soup, volcano, "tax law"], Purpose::Passage, &cancel).unwrap();
    assert!(similarity(&vectors[0], &vectors[1]) > similarity(&vectors[0], &vectors[3]));
    assert!(e5.tokens(&[&long]).unwrap() > 2000);
}
