//! The watermark against the vectors of an independent implementation
//! (`training/watermark/vectors.py`).

#![allow(clippy::unwrap_used, clippy::panic)]

use colophon_text::watermark::{Candidate, DEPTH, Detector, Keys, Marker};
use serde_json::Value;

fn numbers<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

fn tokens(value: &Value) -> Vec<i32> {
    numbers(value, |t| t.as_i64().unwrap() as i32)
}

#[test]
fn bits_draws_and_scores_are_those_of_the_published_algorithm() {
    let cases: Value = serde_json::from_str(include_str!("data/watermark-vectors.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let layers: [i64; DEPTH] = numbers(&case["keys"], |k| k.as_i64().unwrap()).try_into().unwrap();
        let keys = Keys::from_layers(layers);
        let detector = Detector::new(&keys);
        for bits in case["bits"].as_array().unwrap() {
            let context = tokens(&bits["context"]);
            let token = bits["token"].as_i64().unwrap() as i32;
            // The vectors fill short contexts with zeros.
            let mut text = vec![0; 4 - context.len()];
            text.extend(&context);
            text.push(token);
            let g = numbers(&bits["g"], |g| g.as_u64().unwrap() as u8);
            assert_eq!(detector.rows(&text)[0].to_vec(), g, "{bits}");
            // The same bit decides a draw between two tokens of which one cannot be drawn.
            let mut list = [Candidate { id: token, p: 1.0 }];
            assert!(Marker::new(&keys).apply(&text[..4], &mut list));
            assert!((list[0].p - 1.0).abs() < 1e-4);
        }
        for draw in case["draws"].as_array().unwrap() {
            let ids = tokens(&draw["ids"]);
            let before = numbers(&draw["before"], |p| p.as_f64().unwrap());
            let mut list: Vec<Candidate> =
                ids.iter().zip(before).map(|(id, p)| Candidate { id: *id, p: p as f32 }).collect();
            Marker::new(&keys).apply(&tokens(&draw["context"]), &mut list);
            for (candidate, p) in list.iter().zip(numbers(&draw["after"], |p| p.as_f64().unwrap())) {
                assert!((f64::from(candidate.p) - p).abs() < 1e-5, "{candidate:?} {p}");
            }
        }
        let evidence = detector.evidence(&tokens(&case["tokens"]));
        let scores = &case["scores"];
        assert_eq!(evidence.scored as u64, scores["scored"].as_u64().unwrap());
        assert!((evidence.mean - scores["mean"].as_f64().unwrap()).abs() < 1e-12);
        assert!((evidence.weighted_mean - scores["weighted_mean"].as_f64().unwrap()).abs() < 1e-12);
    }
}
