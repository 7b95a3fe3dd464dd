//! Every command that the documentation shows is one that this program reads.

use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::Args;

/// Words as a shell would make them of a line; what comes after `#`, `|`, `>` or `;` is not ours.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#') if word.is_none() => break,
            (None, '|' | '>' | ';' | '<') => break,
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("README.md")];
    for folder in ["docs", "docs/gallery"] {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder of the documentation");
        files
            .extend(entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "md")));
    }
    files.sort();
    files
}

#[test]
fn documented_commands_can_be_read() {
    let (mut count, mut broken) = (0, Vec::new());
    for file in documents() {
        let text = std::fs::read_to_string(&file).expect("a document");
        for line in text.lines().filter_map(|l| l.strip_prefix("    ")) {
            // Settings may stand before, and another program's output may come in.
            let Some(at) = line.find("colophon ") else { continue };
            let before = &line[..at];
            let ours = before.split_whitespace().all(|w| w.contains('=')) || before.trim_end().ends_with('|');
            if !ours {
                continue;
            }
            count += 1;
            if let Err(error) = Args::try_parse_from(words(&line[at..])) {
                broken.push(format!("{}: {line}\n{error}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(count > 60, "only {count} commands were found");
}

#[test]
fn words_are_split_as_a_shell_does() {
    assert_eq!(
        words("colophon make \"A fox\" -o out/  # a film"),
        ["colophon", "make", "A fox", "-o", "out/"]
    );
    assert_eq!(words("a 'b # c' d#e | f"), ["a", "b # c", "d#e"]);
}
