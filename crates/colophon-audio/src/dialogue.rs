//! Dialogues: lines of `NAME: words`, a voice for each character, stage directions in brackets.

use std::collections::BTreeMap;

use colophon_types::{Lang, Seed};

use crate::recital::{GAPS, Part, Recital};
use crate::voices::{EngineKind, Gender, Voice, blend, voices};
use crate::{AudioError, Dictionary, Utterance, split};

/// Silence between lines of different characters, and for a stage direction, in seconds.
const TURN: f64 = 0.5;
const DIRECTION: f64 = 0.9;
/// Longest name in characters, most characters, most bytes of a script.
const LONGEST_NAME: usize = 40;
const MOST: usize = 40;
const LARGEST: usize = 4 << 20;

/// A line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who says it; `None` for the narrator.
    pub speaker: Option<String>,
    /// What is said; empty for a stage direction, which is a pause.
    pub text: String,
}

/// A dialogue: who says what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// Its lines in order.
    pub lines: Vec<Line>,
}

impl Dialogue {
    /// Reads a script. A line that begins with a name and a colon is that character's; lines without a
    /// name go on with the one before. Text in square or round brackets that stands alone or begins a
    /// line is a stage direction and is not spoken; `#` begins a comment line.
    ///
    /// # Errors
    /// [`AudioError::Dialogue`] when no line has a name, or the script is too large.
    pub fn parse(script: &str) -> Result<Self, AudioError> {
        let wrong = |problem: String| Err(AudioError::Dialogue { problem });
        if script.len() > LARGEST {
            return wrong(format!("it has {} bytes; at most {LARGEST} are read", script.len()));
        }
        let mut lines: Vec<Line> = Vec::new();
        let mut speaker: Option<String> = None;
        let mut continues = false;
        for line in script.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                // After an empty line a text without a name is the narrator's.
                if line.is_empty() {
                    (speaker, continues) = (None, false);
                }
                continue;
            }
            let (name, said) = match named(line) {
                Some((name, said)) => (Some(name), said),
                None => (None, line),
            };
            let (said, directed) = without_directions(said);
            if directed {
                lines.push(Line { speaker: None, text: String::new() });
            }
            if name.is_some() {
                (speaker, continues) = (name, false);
            }
            match lines.last_mut() {
                _ if said.is_empty() => {}
                Some(last) if continues && !directed => {
                    last.text.push(' ');
                    last.text.push_str(&said);
                }
                _ => lines.push(Line { speaker: speaker.clone(), text: said }),
            }
            continues = lines.last().is_some_and(|l| !l.text.is_empty());
        }
        let out = Self { lines };
        let cast = out.characters();
        if cast.is_empty() {
            return wrong("no line begins with a name and a colon".into());
        }
        if cast.len() > MOST {
            return wrong(format!("it has {} characters; at most {MOST} are cast", cast.len()));
        }
        Ok(out)
    }

    /// Whether a text looks like a dialogue: at least two lines with names, which are more than a third.
    pub fn is_dialogue(text: &str) -> bool {
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
        let names = lines.iter().filter(|l| named(l).is_some_and(|(n, _)| is_loud(&n))).count();
        names >= 2 && names * 3 > lines.len()
    }

    /// Names of the characters, in order of appearance.
    pub fn characters(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for name in self.lines.iter().filter_map(|l| l.speaker.as_ref()) {
            if !out.iter().any(|n| same(n, name)) {
                out.push(name.clone());
            }
        }
        out
    }

    /// Gives every character a voice: those that `cast` names, and for the others distinct ones of
    /// their sex where the name tells it, in order of appearance.
    ///
    /// # Errors
    /// When a voice of the cast does not exist or does not read `lang`, or it names a character who
    /// says nothing.
    pub fn cast(
        &self,
        cast: &[(String, String)],
        lang: Lang,
    ) -> Result<BTreeMap<String, String>, AudioError> {
        let characters = self.characters();
        let mut out = BTreeMap::new();
        for (name, voice) in cast {
            let Some(character) = characters.iter().find(|c| same(c, name)) else {
                let problem = format!("nobody called \"{}\" says anything in it", shown(name));
                return Err(AudioError::Dialogue { problem });
            };
            out.insert(character.clone(), blend(Some(voice), lang)?.name().to_owned());
        }
        for character in &characters {
            if !out.contains_key(character) {
                let taken: Vec<String> = out.values().cloned().collect();
                out.insert(character.clone(), free_voice(character, lang, &taken).id.to_owned());
            }
        }
        Ok(out)
    }

    /// The dialogue as it is to be spoken, with the voices of `cast` (by character); the narrator has
    /// the voice of the whole.
    pub fn recital(&self, cast: &BTreeMap<String, String>, lang: Lang, dictionary: &Dictionary) -> Recital {
        let mut parts = Vec::new();
        let mut last: Option<&Option<String>> = None;
        for line in &self.lines {
            if line.text.is_empty() {
                parts.push(Part::Gap(DIRECTION));
                continue;
            }
            if last.is_some_and(|l| *l != line.speaker) {
                parts.push(Part::Gap(TURN));
            }
            last = Some(&line.speaker);
            let name = line.speaker.as_ref();
            let voice = name.and_then(|n| cast.iter().find(|(c, _)| same(c, n))).map(|(_, v)| v.clone());
            for sentence in split::sentences(&line.text) {
                let utterance = Utterance::plain(&sentence, lang, dictionary);
                if !utterance.is_empty() {
                    parts.push(Part::Say { utterance, voice: voice.clone(), speaker: line.speaker.clone() });
                    parts.push(Part::Gap(GAPS[0]));
                }
            }
        }
        Recital { parts, lang }
    }
}

/// Reads `ANNA=af_heart,TOM=am_michael`.
///
/// # Errors
/// [`AudioError::Dialogue`] for a part without a name or a voice.
pub fn read_cast(text: &str) -> Result<Vec<(String, String)>, AudioError> {
    let mut out = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        match part.split_once('=').map(|(n, v)| (n.trim(), v.trim())) {
            Some((name, voice)) if !name.is_empty() && !voice.is_empty() => {
                out.push((name.to_owned(), voice.to_owned()));
            }
            _ => {
                let problem = format!("\"{}\" does not name a character and a voice", shown(part));
                return Err(AudioError::Dialogue { problem });
            }
        }
    }
    Ok(out)
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// A name in capitals or in Han characters: what scripts write, and prose before a colon does not.
fn is_loud(name: &str) -> bool {
    !name.chars().any(char::is_lowercase)
}

/// `ANNA: words`, `Anna (softly): words`, `安娜：话`: the name and the words.
fn named(line: &str) -> Option<(String, &str)> {
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let mut chars = rest.chars();
    let wide = chars.next() == Some('：');
    let said = chars.as_str();
    // 10:30 is no name, and neither is http://.
    if !wide && !said.is_empty() && !said.starts_with(char::is_whitespace) {
        return None;
    }
    let name = name.split(['(', '（', '[']).next().unwrap_or_default();
    let name = name.trim().trim_matches(['*', '_', '#', '"', '“', '”']).trim();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let words = name.split_whitespace().count();
    let plain = name.chars().all(|c| c.is_alphanumeric() || " .'-’·".contains(c));
    let starts = name.starts_with(|c: char| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()));
    let fits = letters > 0 && plain && starts && words <= 3 && name.chars().count() <= LONGEST_NAME;
    fits.then(|| (name.to_owned(), said.trim()))
}

/// A line without its stage directions: text in square brackets anywhere, in round ones at the
/// beginning of the line or alone on it. Also whether the whole line was one, which is a pause.
fn without_directions(said: &str) -> (String, bool) {
    let mut out = String::new();
    let mut depth = 0usize;
    let mut any = false;
    for c in said.chars() {
        let opens_line = out.trim().is_empty();
        match c {
            '[' | '【' => (depth, any) = (depth + 1, true),
            '(' | '（' if depth > 0 || opens_line => (depth, any) = (depth + 1, true),
            ']' | '】' | ')' | '）' if depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let empty = text.is_empty();
    (text, any && empty)
}

/// The sex that a name tells, if it does.
fn sex(name: &str) -> Option<Gender> {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let holds = |list: &[&str]| list.iter().any(|w| name.contains(w));
    if has(&FEMALE) || holds(&["女", "妈", "娘", "姐", "妹", "奶奶", "阿姨", "太太", "小姐", "公主", "王后"])
    {
        return Some(Gender::Female);
    }
    if has(&MALE) || holds(&["男", "爸", "爷", "哥", "弟", "叔", "先生", "王子", "国王", "老汉"])
    {
        return Some(Gender::Male);
    }
    None
}

#[rustfmt::skip]
const FEMALE: [&str; 64] = [
    "woman", "girl", "mother", "mom", "mum", "mummy", "sister", "grandmother", "grandma", "aunt", "queen",
    "princess", "wife", "daughter", "lady", "mrs", "ms", "miss", "she", "witch", "nurse", "anna", "anne",
    "alice", "amy", "bella", "beth", "carol", "clara", "claire", "diana", "ella", "emily", "emma", "eva",
    "eve", "grace", "hannah", "helen", "ivy", "jane", "jessica", "julia", "juliet", "kate", "laura", "lily",
    "lisa", "lucy", "maria", "mary", "mia", "nancy", "nora", "olivia", "rose", "ruth", "sara", "sarah",
    "sophia", "sophie", "susan", "zoe", "ophelia",
];
#[rustfmt::skip]
const MALE: [&str; 64] = [
    "man", "boy", "father", "dad", "daddy", "brother", "grandfather", "grandpa", "uncle", "king", "prince",
    "husband", "son", "sir", "mr", "he", "wizard", "captain", "adam", "alex", "andrew", "ben", "bob",
    "charles", "chris", "daniel", "david", "edward", "eric", "frank", "fred", "george", "hamlet", "harry",
    "henry", "jack", "jacob", "james", "jim", "joe", "john", "joseph", "kevin", "leo", "liam", "lucas",
    "mark", "martin", "max", "michael", "mike", "nick", "noah", "oliver", "oscar", "paul", "peter", "robert",
    "romeo", "sam", "simon", "thomas", "tom", "william",
];

/// A voice that nobody has yet, for this name.
fn free_voice(name: &str, lang: Lang, taken: &[String]) -> &'static Voice {
    // Without a hint the name itself decides, the same every time.
    let gender = sex(name).unwrap_or_else(|| match Seed(0).derive(&name.to_lowercase()).0 % 2 {
        0 => Gender::Female,
        _ => Gender::Male,
    });
    let fits = |v: &&Voice| v.engine == EngineKind::Kokoro && v.lang == lang;
    let at_home = |v: &&Voice| v.home.starts_with(lang.tag());
    let free = |v: &&Voice| !taken.iter().any(|t| t == v.id);
    let all = || voices().iter().filter(fits);
    let own = all().filter(at_home).filter(free).find(|v| v.gender == gender);
    own.or_else(|| all().filter(free).find(|v| v.gender == gender))
        .or_else(|| all().find(free))
        .unwrap_or_else(|| crate::voices::default_voice(lang))
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::{ErrorCode, Explain};

    const SCRIPT: &str = "\
# A scene
It was late.

ANNA: Hello, Tom! [waves] How are you?
TOM (tired): (sighs) Fine.
I think.

[A door opens.]
安娜：你好。
anna: At 10:30 we go.
";

    #[test]
    fn a_script_becomes_lines() {
        let dialogue = Dialogue::parse(SCRIPT).expect("a dialogue");
        let lines: Vec<String> = dialogue
            .lines
            .iter()
            .map(|l| format!("{}|{}", l.speaker.as_deref().unwrap_or("-"), l.text))
            .collect();
        let want = [
            "-|It was late.",
            "ANNA|Hello, Tom! How are you?",
            "TOM|Fine. I think.",
            "-|",
            "安娜|你好。",
            "anna|At 10:30 we go.",
        ];
        // "anna" in small letters is no name: it goes on with the line before.
        let folded: Vec<&str> = want[..4].to_vec();
        assert_eq!(lines[..4], folded);
        assert_eq!(lines[4], "安娜|你好。 anna: At 10:30 we go.");
        assert_eq!(dialogue.characters(), ["ANNA", "TOM", "安娜"]);
        assert!(Dialogue::is_dialogue(SCRIPT));
    }

    #[test]
    fn prose_is_no_dialogue() {
        for text in
            ["He said: go.", "Note: this.\nThat is all that I have to say.\nAnd more.", "10:30\nhttp://x.org"]
        {
            assert!(!Dialogue::is_dialogue(text), "{text}");
        }
        let e = Dialogue::parse("at ten we left\nand came back").expect_err("no names");
        assert_eq!(e.code(), ErrorCode::BadInput);
        assert!(e.hint().is_some());
    }

    #[test]
    fn everybody_has_a_voice_of_their_own() {
        let dialogue = Dialogue::parse("ANNA: a\nTOM: b\nMother: c\nKing: d\nXQZ: e").expect("a dialogue");
        let given = read_cast("anna=af_nicole, King=bm_george*0.5+am_adam*0.5").expect("a cast");
        let cast = dialogue.cast(&given, Lang::En).expect("voices");
        assert_eq!(cast["ANNA"], "af_nicole");
        assert_eq!(cast["King"], "am_adam*0.5+bm_george*0.5");
        assert!(cast["TOM"].starts_with("am_") && cast["Mother"].starts_with("af_"), "{cast:?}");
        let distinct: std::collections::BTreeSet<&String> = cast.values().collect();
        assert_eq!(distinct.len(), 5);
        assert_eq!(dialogue.cast(&given, Lang::En).expect("voices"), cast, "the same every time");
        let zh = Dialogue::parse("妈妈：好。\n爸爸：好。")
            .expect("a dialogue")
            .cast(&[], Lang::Zh)
            .expect("voices");
        assert!(zh["妈妈"].starts_with("zf_") && zh["爸爸"].starts_with("zm_"), "{zh:?}");
    }

    #[test]
    fn more_characters_than_voices_share_one() {
        let script: String = (0..40).map(|i| format!("NAME{i}: hello\n")).collect();
        let dialogue = Dialogue::parse(&script).expect("a dialogue");
        assert_eq!(dialogue.cast(&[], Lang::Zh).expect("voices").len(), 40);
        let script: String = (0..41).map(|i| format!("NAME{i}: hello\n")).collect();
        assert!(Dialogue::parse(&script).is_err());
    }

    #[test]
    fn a_wrong_cast_is_told() {
        let dialogue = Dialogue::parse("ANNA: a").expect("a dialogue");
        for cast in ["BOB=af_heart", "ANNA=nobody"] {
            let cast = read_cast(cast).expect("a cast");
            assert_eq!(dialogue.cast(&cast, Lang::En).expect_err("wrong").code(), ErrorCode::BadInput);
        }
        for cast in ["ANNA", "=af_heart", "ANNA="] {
            assert!(read_cast(cast).is_err(), "{cast}");
        }
    }

    #[test]
    fn turns_and_directions_are_pauses() {
        let dialogue = Dialogue::parse("ANNA: One. Two.\n[Silence.]\nTOM: Three.").expect("a dialogue");
        let cast = dialogue.cast(&[], Lang::En).expect("voices");
        let recital = dialogue.recital(&cast, Lang::En, &Dictionary::default());
        assert_eq!(recital.len(), 3);
        assert!(recital.parts.contains(&Part::Gap(DIRECTION)) && recital.parts.contains(&Part::Gap(TURN)));
        let speakers: Vec<Option<String>> = recital
            .parts
            .iter()
            .filter_map(|p| match p {
                Part::Say { speaker, .. } => Some(speaker.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(speakers, [Some("ANNA".to_owned()), Some("ANNA".to_owned()), Some("TOM".to_owned())]);
    }
}
