//! The guard with its real encoder. Needs the model `multilingual-e5-small`.

#![allow(clippy::unwrap_used)]

use colophon_guard::{Category, Sentence, TextGuard, examples, pieces, trial};
use colophon_text::encode::{E5, Embed as _, Purpose};
use colophon_types::Cancel;

struct Judge(E5, TextGuard);

impl Judge {
    fn new() -> Self {
        let encoder = E5::load(&colophon_test::models_dir().join("multilingual-e5-small")).unwrap();
        let list = examples();
        let texts: Vec<&str> = list.iter().map(|s| s.text).collect();
        let vectors = encoder.vectors(&texts, Purpose::Query, &Cancel::new()).unwrap();
        Self(encoder, TextGuard::fit(&vectors).unwrap())
    }

    fn flagged(&self, text: &str) -> Vec<Category> {
        let pieces = pieces(text);
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let vectors = self.0.vectors(&pieces, Purpose::Query, &Cancel::new()).unwrap();
        let judged = pieces.iter().zip(&vectors).map(|(p, v)| self.1.judge(p, v).unwrap());
        judged.reduce(|a, b| a.worst(&b)).map(|s| s.flagged()).unwrap_or_default()
    }
}

/// What docs/moderation.md says, with a little room.
#[test]
fn sentences_that_it_never_saw_are_judged_as_well_as_is_said() {
    let judge = Judge::new();
    let (_, held) = trial();
    let any = |s: &&Sentence| !judge.flagged(s.text).is_empty();
    let (fine, harmful): (Vec<&Sentence>, Vec<&Sentence>) =
        held.iter().partition(|s| s.categories.is_empty());
    let (alarms, caught) =
        (fine.iter().filter(|s| any(s)).count(), harmful.iter().filter(|s| any(s)).count());
    assert!(alarms * 100 <= 20 * fine.len(), "{alarms} false alarms of {}", fine.len());
    assert!(caught * 100 >= 80 * harmful.len(), "{caught} of {}", harmful.len());
}

#[test]
fn harm_in_a_long_text_is_found() {
    let judge = Judge::new();
    let calm =
        "The ferry leaves the harbour at six in the morning. Bicycles travel free of charge. ".repeat(40);
    assert!(judge.flagged(&calm).is_empty());
    let threat = format!("{calm}I know where you live and I will kill you and your family. {calm}");
    assert!(judge.flagged(&threat).contains(&Category::HarassmentThreatening));
    let hidden = "I kn\u{200b}ow where you live and I will k\u{200b}ill you and your fam\u{200b}ily.";
    assert!(judge.flagged(hidden).contains(&Category::HarassmentThreatening));
}
