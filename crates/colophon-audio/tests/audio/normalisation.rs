//! Tables of readings: what is written, a tab, how it is read aloud. Readings follow The Chicago Manual
//! of Style (17th ed.) ch. 9, the SI Brochure (9th ed.) and GB/T 15835-2011.

use std::time::{Duration, Instant};

use colophon_audio::normalize::normalize;
use colophon_types::Lang;

fn check(table: &str, lang: Lang, least: usize) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in table.lines() {
        let (written, read) = line.split_once('\t').expect("a tab");
        let got = normalize(written, lang);
        count += 1;
        if got != read {
            wrong.push(format!("{written}: {got:?} instead of {read:?}"));
        }
        assert!(!got.chars().any(|c| c.is_ascii_digit()), "a digit is left in {got:?}");
    }
    assert!(count >= least, "{count} readings");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn english_is_read_as_the_table_says() {
    check(include_str!("../data/normalize_en.tsv"), Lang::En, 300);
}

#[test]
fn chinese_is_read_as_the_table_says() {
    check(include_str!("../data/normalize_zh.tsv"), Lang::Zh, 240);
}

/// Every pair of readings beside each other: rules must not reach over a boundary, fail or leave digits.
#[test]
fn readings_stand_beside_each_other() {
    for (table, lang) in [
        (include_str!("../data/normalize_en.tsv"), Lang::En),
        (include_str!("../data/normalize_zh.tsv"), Lang::Zh),
    ] {
        let written: Vec<&str> = table.lines().filter_map(|l| l.split_once('\t')).map(|p| p.0).collect();
        for (i, a) in written.iter().enumerate() {
            for b in written.iter().skip(i % 7).step_by(7) {
                let read = normalize(&format!("{a}, {b}"), lang);
                assert!(!read.chars().any(|c| c.is_ascii_digit()), "{a}, {b} -> {read}");
            }
        }
    }
}

#[test]
fn long_texts_take_seconds_at_most() {
    for unit in
        ["1,234.5 km/h ", "a=b^2 ", "2026-11-24 ", "字1个", "H2O", "....", "9", "(555) ", "x", "$1-", "1:"]
    {
        let text = unit.repeat(100_000 / unit.len());
        for lang in [Lang::En, Lang::Zh] {
            let start = Instant::now();
            let read = normalize(&text, lang);
            assert!(start.elapsed() < Duration::from_secs(20), "{unit:?}: {:?}", start.elapsed());
            assert!(read.len() < 60 * text.len());
        }
    }
}
