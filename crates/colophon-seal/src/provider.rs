//! Codes of service providers: 27 characters that say who answers for content, as the `AIGC` field
//! names them.
//!
//! `00`, then 20 characters for the subject, then five for the service. The subject of an organisation
//! is `11` and its unified social credit code of 18 characters (GB 32100-2015), whose last is a check
//! character.

use std::fmt;

/// Characters of a code.
const LENGTH: usize = 27;
/// How codes of this kind begin.
const VERSION: &str = "00";
/// How the subject of an organisation with a credit code begins.
const ORGANISATION: &str = "11";
/// The characters of credit codes, in the order of their values: no I, O, S, V, Z.
const CREDIT: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A provider code whose form and check character hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCode(String);

impl ProviderCode {
    /// Reads a code.
    ///
    /// # Errors
    /// What is wrong with it, to follow its name: `has 26 characters, not 27`.
    pub fn parse(code: &str) -> Result<Self, String> {
        if let Some(c) = code.chars().find(|c| !c.is_ascii_digit() && !c.is_ascii_uppercase()) {
            return Err(format!("holds {c:?}, and only 0-9 and A-Z are allowed"));
        }
        if code.len() != LENGTH {
            return Err(format!("has {} characters, not {LENGTH}", code.len()));
        }
        if !code.starts_with(VERSION) {
            return Err(format!("does not begin with {VERSION}"));
        }
        let code = Self(code.to_owned());
        if let Some(credit) = code.credit_code() {
            let Some(check) = check_character(&credit[..17]) else {
                return Err(format!("holds {credit}, which is no unified social credit code"));
            };
            if !credit.ends_with(check) {
                return Err(format!("holds {credit}, whose check character is not {check}"));
            }
        }
        Ok(code)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who: the 20 characters of the subject.
    pub fn subject(&self) -> &str {
        &self.0[2..22]
    }

    /// The unified social credit code, where the subject is an organisation.
    pub fn credit_code(&self) -> Option<&str> {
        self.subject().strip_prefix(ORGANISATION)
    }

    /// Which of the subject's services: the last five characters.
    pub fn service(&self) -> &str {
        &self.0[22..]
    }
}

impl fmt::Display for ProviderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The check character of the first 17 of a credit code: the sum of values with weights 3^i modulo 31.
fn check_character(first: &str) -> Option<char> {
    let mut weight = 1;
    let mut sum = 0;
    for c in first.bytes() {
        sum += weight * CREDIT.iter().position(|known| *known == c)?;
        weight = weight * 3 % CREDIT.len();
    }
    CREDIT.get((CREDIT.len() - sum % CREDIT.len()) % CREDIT.len()).map(|c| char::from(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code that a provider has in use, and what it is made of.
    const IN_USE: &str = "001191310104MACE0YX63918020";

    #[test]
    fn a_code_in_use_is_taken_apart() {
        let code = ProviderCode::parse(IN_USE).unwrap();
        assert_eq!(code.credit_code(), Some("91310104MACE0YX639"));
        assert_eq!(code.service(), "18020");
        // A subject of another kind has no check character that is known.
        let person = ProviderCode::parse("0021ABCDEFGHIJKLMNOPQR00001").unwrap();
        assert_eq!((person.credit_code(), person.subject()), (None, "21ABCDEFGHIJKLMNOPQR"));
    }

    #[test]
    fn a_wrong_code_is_refused_with_the_reason() {
        let with = |at: usize, c: char| {
            let mut code: Vec<char> = IN_USE.chars().collect();
            code[at] = c;
            code.into_iter().collect::<String>()
        };
        for (code, reason) in [
            (IN_USE[1..].to_owned(), "26 characters"),
            (format!("{IN_USE}0"), "28 characters"),
            (IN_USE.to_lowercase(), "'m'"),
            (with(0, '1'), "begin with 00"),
            (with(21, '8'), "check character is not 9"),
            (with(10, '5'), "check character"),
            (with(11, 'I'), "no unified social credit code"),
            (with(26, '码'), "'码'"),
            (String::new(), "0 characters"),
        ] {
            let said = ProviderCode::parse(&code).unwrap_err();
            assert!(said.contains(reason), "{code}: {said}");
        }
    }

    #[test]
    fn every_changed_character_of_the_credit_code_is_noticed() {
        for at in 4..22 {
            for c in CREDIT.iter().map(|c| char::from(*c)) {
                let mut code: Vec<char> = IN_USE.chars().collect();
                let same = code[at] == c;
                code[at] = c;
                let code: String = code.into_iter().collect();
                assert_eq!(ProviderCode::parse(&code).is_ok(), same, "{code}");
            }
        }
    }
}
