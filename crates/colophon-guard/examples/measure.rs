//! How well the guard does: fits it with the encoder of a models folder, finds the thresholds that serve the
//! first half of the trial best, and prints precision and recall of every category on the second half, with
//! the thresholds that are built in. `measure [MODELS]`.

use std::path::PathBuf;

use colophon_guard::{Category, Sentence, TextGuard, examples, trial};
use colophon_text::encode::{E5, Embed as _, Purpose};
use colophon_types::Cancel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let models = std::env::args().nth(1).map_or_else(colophon_test::models_dir, PathBuf::from);
    let encoder = E5::load(&models.join("multilingual-e5-small"))?;
    let embed = |list: &[Sentence]| {
        let texts: Vec<&str> = list.iter().map(|s| s.text).collect();
        encoder.vectors(&texts, Purpose::Query, &Cancel::new())
    };
    let guard = TextGuard::fit(&embed(&examples())?)?;
    let (first, second) = trial();
    let (seen, held) = (embed(&first)?, embed(&second)?);
    let mut lines =
        vec!["| category | in the half | precision | recall | best threshold of the other half |".to_owned()];
    let mut wrong = Vec::new();
    for category in Category::ALL {
        let tally = |flag: &dyn Fn(&Sentence, &[f32]) -> bool, half: &[Sentence], vectors: &[Vec<f32>]| {
            let mut counts = [0usize; 3];
            for (sentence, vector) in half.iter().zip(vectors) {
                match (flag(sentence, vector), sentence.categories.contains(&category)) {
                    (true, true) => counts[0] += 1,
                    (true, false) => counts[1] += 1,
                    (false, true) => counts[2] += 1,
                    (false, false) => {}
                }
            }
            counts
        };
        let value = |s: &Sentence, v: &[f32]| {
            let values = guard.values(s.text, v).unwrap_or_default();
            values.into_iter().find(|(c, _)| *c == category).map_or(0.0, |(_, value)| value)
        };
        let mut best = (0.0, 0.0);
        for step in 5..80 {
            let threshold = f64::from(step) / 100.0;
            let [hit, over, missed] = tally(&|s, v| value(s, v) >= threshold, &first, &seen);
            // A false alarm weighs as much as a miss.
            let score = 2.0 * hit as f64 / (2 * hit + over + missed).max(1) as f64;
            if score > best.0 || (score == best.0 && (threshold - 0.4f64).abs() < (best.1 - 0.4f64).abs()) {
                best = (score, threshold);
            }
        }
        let judged =
            |s: &Sentence, v: &[f32]| guard.judge(s.text, v).is_ok_and(|scores| scores.flags(category));
        let [hit, over, missed] = tally(&judged, &second, &held);
        let share = |of: usize| if of == 0 { "–".to_owned() } else { format!("{hit} of {of}") };
        lines.push(format!(
            "| `{}` | {} | {} | {} | {:.2} (F1 {:.2}) |",
            category.name(),
            hit + missed,
            share(hit + over),
            share(hit + missed),
            best.1,
            best.0
        ));
        for (s, v) in second.iter().zip(&held) {
            if judged(s, v) != s.categories.contains(&category) {
                wrong.push(format!("{} {:.2}: {}", category.name(), value(s, v), s.text));
            }
        }
    }
    let flagged = |half: &[Sentence], vectors: &[Vec<f32>], fine: bool| {
        let of: Vec<_> = half.iter().zip(vectors).filter(|(s, _)| s.categories.is_empty() == fine).collect();
        let any =
            |(s, v): &&(&Sentence, &Vec<f32>)| guard.judge(s.text, v).is_ok_and(|j| !j.flagged().is_empty());
        (of.iter().filter(any).count(), of.len())
    };
    let (alarms, fine) = flagged(&second, &held, true);
    let (caught, harmful) = flagged(&second, &held, false);
    lines.push(format!(
        "\nflagged at all: {caught} of {harmful} that should be, {alarms} of {fine} that should not"
    ));
    #[allow(clippy::print_stdout, reason = "this is what the example is for")]
    {
        println!("{}\n\n{}", lines.join("\n"), wrong.join("\n"));
    }
    Ok(())
}
