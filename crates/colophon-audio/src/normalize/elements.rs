//! Chemical formulas.

#[rustfmt::skip]
const ELEMENTS: [&str; 60] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Sr", "Zr", "Mo",
    "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "W", "Pt", "Au", "Hg", "Pb", "Bi", "Rn",
    "Ra", "U", "Pu", "Th",
];
/// Molecules without a number, which could be other things by their letters alone.
const PLAIN: [&str; 6] = ["NaCl", "NaOH", "HCl", "KOH", "NaClO", "KCl"];
/// What looks like a molecule and is something else.
const OTHERS: [&str; 14] =
    ["B2B", "B2C", "C2C", "P2P", "H1N1", "H5N1", "K2", "U2", "F1", "V8", "V6", "CO1", "B12", "B6"];

/// Whether a word is a chemical formula: symbols of elements, with at least one number, of at least two
/// symbols or a molecule of one.
pub(super) fn is_molecule(word: &str) -> bool {
    if PLAIN.contains(&word) {
        return true;
    }
    let simple = matches!(word, "H2" | "O2" | "O3" | "N2" | "Cl2" | "F2" | "Br2" | "I2" | "C60" | "S8");
    if simple {
        return true;
    }
    if OTHERS.contains(&word) || !word.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (mut symbols, mut brackets, mut rest) = (0, 0i32, word);
    while let Some(c) = rest.chars().next() {
        if c == '(' || c == ')' {
            brackets += if c == '(' { 1 } else { -1 };
            if brackets < 0 {
                return false;
            }
            rest = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit());
            continue;
        }
        let symbol = ELEMENTS.iter().filter(|e| rest.starts_with(**e)).max_by_key(|e| e.len());
        let Some(symbol) = symbol else { return false };
        symbols += 1;
        rest = rest[symbol.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
        let count = word.len() - rest.len();
        // Numbers of atoms are small and do not begin with 0.
        let number = word[..count].rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        if number.len() > 2 || number.starts_with('0') {
            return false;
        }
    }
    symbols >= 2 && brackets == 0
}

#[cfg(test)]
mod tests {
    use super::is_molecule;

    #[test]
    fn molecules_are_told_from_other_codes() {
        for word in ["H2O", "CO2", "C6H12O6", "Ca(OH)2", "H2SO4", "NaCl", "O2", "Fe2O3", "CH4", "NH3"] {
            assert!(is_molecule(word), "{word}");
        }
        for word in ["B2B", "MP3", "H1N1", "A4", "NASA", "K2", "G20", "CO", "HI", "C3PO00", "(2", ""] {
            assert!(!is_molecule(word), "{word}");
        }
    }
}
