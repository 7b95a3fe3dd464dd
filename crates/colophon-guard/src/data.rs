//! The sentences from which the guard learns, and those on which it is tried.

use crate::Category;

/// A sentence with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Categories; empty for one that is fine.
    pub categories: Vec<Category>,
    /// The words.
    pub text: &'static str,
}

/// What the guard learns from.
pub fn examples() -> Vec<Sentence> {
    read(include_str!("../data/examples.tsv"))
}

/// What it is tried on, in two halves: the first sets thresholds, the second measures.
pub fn trial() -> (Vec<Sentence>, Vec<Sentence>) {
    let all = read(include_str!("../data/trial.tsv"));
    let (odd, even): (Vec<_>, Vec<_>) = all.into_iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let bare = |half: Vec<(usize, Sentence)>| half.into_iter().map(|(_, s)| s).collect();
    (bare(odd), bare(even))
}

/// Lines of categories, a tab, and a text.
fn read(table: &'static str) -> Vec<Sentence> {
    let lines = table.lines().filter(|l| !l.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .map(|(names, text)| Sentence {
            categories: names.split(',').filter_map(Category::named).collect(),
            text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_read_and_none_is_seen_twice() {
        for table in [include_str!("../data/examples.tsv"), include_str!("../data/trial.tsv")] {
            for line in table.lines().filter(|l| !l.starts_with('#')) {
                let (names, text) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
                let known = names == "-" || names.split(',').all(|n| Category::named(n).is_some());
                assert!(known && !text.trim().is_empty(), "{line}");
            }
        }
        let (first, second) = trial();
        let all: Vec<&str> = examples().iter().chain(&first).chain(&second).map(|s| s.text).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let fine = first.iter().chain(&second).filter(|s| s.categories.is_empty()).count();
        assert!(2 * fine >= first.len() + second.len(), "half of the trial is fine");
    }

    #[test]
    fn both_halves_have_something_of_every_category() {
        let (first, second) = trial();
        for half in [first, second] {
            for category in Category::ALL {
                assert!(half.iter().any(|s| s.categories.contains(&category)), "{category:?}");
            }
        }
    }
}
