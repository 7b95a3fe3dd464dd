//! Speech Synthesis Markup Language (W3C SSML 1.1), the part of it that changes what is heard here:
//! `speak`, `p`, `s`, `break`, `emphasis`, `prosody`, `say-as`, `sub`, `phoneme`, `voice`, `lang`,
//! `mark`, `w`/`token`; `audio` speaks what it holds instead, `desc`, `meta` and `metadata` are passed
//! over. Other elements, document types and entities of one's own are refused.

mod values;

use colophon_types::Lang;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::fixed::{FIXED, Say, fixed_index};
use crate::g2p::en::phonemes_of_ipa;
use crate::g2p::zh::phonemes_of_pinyin;
use crate::recital::{GAPS, LONGEST_PAUSE, Part, Recital};
use crate::utterance::Manner;
use crate::voices::{Gender, voices};
use crate::{AudioError, Dictionary, Utterance, split};

/// Largest document in bytes, and deepest nesting.
const LARGEST: usize = 2 << 20;
const DEEPEST: usize = 32;

/// Whether a text is meant as SSML: it begins with `<speak`, after an XML declaration or not.
pub fn is_ssml(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(inner) = rest.strip_prefix("<?").or_else(|| rest.strip_prefix("<!--")) {
        let end = if rest.starts_with("<?") { "?>" } else { "-->" };
        let Some((_, after)) = inner.split_once(end) else { return false };
        rest = after.trim_start();
    }
    // A document type before it is refused later, by name.
    rest.strip_prefix("<speak").is_some_and(|r| r.starts_with([' ', '>', '/', '\n', '\t', '\r']))
        || (rest.starts_with("<!DOCTYPE") && rest.contains("<speak"))
}

/// Reads a document. Texts without `xml:lang` are in `lang`; words in the dictionary are said as it
/// says.
///
/// # Errors
/// [`AudioError::Ssml`] for what is no well-formed SSML of bounded size, for elements and values that
/// are not spoken here.
pub fn parse(xml: &str, lang: Lang, dictionary: &Dictionary) -> Result<Recital, AudioError> {
    Builder::new(lang, dictionary).read(xml).map_err(|problem| AudioError::Ssml { problem })
}

/// What holds for the text inside an element.
#[derive(Clone, Debug, PartialEq)]
struct State {
    lang: Lang,
    voice: Option<String>,
    manner: Manner,
    /// How the content is read, for `say-as`, `sub` and `phoneme`.
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text,
    Fixed(Say),
    SayAs { kind: String, format: String },
    Skipped,
}

struct Element {
    name: String,
    state: State,
}

/// Text of one state in the sentence that is being read; one character may stand for a fixed reading.
struct Run {
    chars: Vec<char>,
    state: State,
}

struct Builder<'a> {
    dictionary: &'a Dictionary,
    lang: Lang,
    open: Vec<Element>,
    runs: Vec<Run>,
    fixed: Vec<(String, Say)>,
    /// What an element with a fixed reading holds so far.
    held: String,
    parts: Vec<Part>,
    root: bool,
}

impl<'a> Builder<'a> {
    fn new(lang: Lang, dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            lang,
            open: Vec::new(),
            runs: Vec::new(),
            fixed: Vec::new(),
            held: String::new(),
            parts: Vec::new(),
            root: false,
        }
    }

    fn read(mut self, xml: &str) -> Result<Recital, String> {
        if xml.len() > LARGEST {
            return Err(format!("it has {} bytes; at most {LARGEST} are read", xml.len()));
        }
        let xml = xml.trim_start_matches('\u{feff}').trim_start();
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        loop {
            let event = reader.read_event();
            let line = || 1 + xml[..(reader.buffer_position() as usize).min(xml.len())].matches('\n').count();
            let step = match event {
                Err(e) => Err(e.to_string()),
                Ok(Event::Eof) => break,
                Ok(event) => self.event(event),
            };
            step.map_err(|problem| format!("line {}: {problem}", line()))?;
        }
        match self.open.last() {
            Some(element) => Err(format!("<{}> is not closed", element.name)),
            None if !self.root => Err("there is no <speak>".into()),
            None => Ok(Recital { parts: self.parts, lang: self.lang }),
        }
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(start) => self.start(&start),
            Event::Empty(start) => {
                self.start(&start)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.decode().map_err(|e| e.to_string())?),
            Event::CData(text) => self.text(&text.decode().map_err(|e| e.to_string())?),
            Event::GeneralRef(entity) => {
                let c = match entity.resolve_char_ref().map_err(|e| e.to_string())? {
                    Some(c) => c,
                    None => match entity.decode().map_err(|e| e.to_string())?.as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => return Err(format!("the entity &{}; is unknown", values::shown(other))),
                    },
                };
                self.text(c.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => Err("document types are not read".into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn state(&self) -> State {
        self.open.last().map_or_else(
            || State { lang: self.lang, voice: None, manner: Manner::default(), content: Content::Text },
            |e| e.state.clone(),
        )
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        if self.open.len() >= DEEPEST {
            return Err(format!("elements are nested more than {DEEPEST} deep"));
        }
        let given = Attributes::read(start)?;
        let mut state = self.state();
        if self.open.is_empty() && (name != "speak" || self.root) {
            return Err(format!("<{}> stands outside <speak>", values::shown(&name)));
        }
        if state.content != Content::Text && state.content != Content::Skipped {
            let within = self.open.last().map_or("", |e| e.name.as_str());
            return Err(format!(
                "<{}> stands within <{within}>, which holds text only",
                values::shown(&name)
            ));
        }
        if let Some(tag) = given.get("lang") {
            state.lang = values::language(tag)?;
        }
        match name.as_str() {
            "speak" if self.open.is_empty() => {
                self.root = true;
                self.lang = state.lang;
            }
            "p" => self.flush(Some(Part::Gap(GAPS[1]))),
            "s" => self.flush(Some(Part::Gap(GAPS[0]))),
            "lang" if given.get("lang").is_none() => return Err("<lang> has no xml:lang".into()),
            "lang" | "audio" | "w" | "token" => {}
            "desc" | "meta" | "metadata" => state.content = Content::Skipped,
            "break" if state.content == Content::Text => {
                let seconds = values::pause(given.get("time"), given.get("strength"))?;
                self.flush(Some(Part::Pause(seconds.min(LONGEST_PAUSE))));
            }
            "break" => {}
            "mark" => {
                let name = given.get("name").ok_or("<mark> has no name")?.to_owned();
                self.flush(Some(Part::Mark(name)));
            }
            "emphasis" => state.manner = values::emphasis(state.manner, given.get("level"))?,
            "prosody" => {
                let of = |name| given.get(name);
                state.manner = values::prosody(state.manner, of("rate"), of("volume"), of("pitch"))?;
            }
            "voice" => {
                state.voice = Some(voice(&given, state.lang)?);
                self.flush(None);
            }
            "sub" => {
                let alias = given.get("alias").ok_or("<sub> has no alias")?;
                state.content = Content::Fixed(Say::Words(alias.to_owned()));
            }
            "phoneme" => state.content = Content::Fixed(phonemes(&given)?),
            "say-as" => {
                let kind = given.get("interpret-as").ok_or("<say-as> has no interpret-as")?.to_owned();
                let format = given.get("format").or(given.get("detail")).unwrap_or_default().to_owned();
                state.content = Content::SayAs { kind, format };
            }
            other => return Err(format!("the element <{}> is not spoken here", values::shown(other))),
        }
        self.held.clear();
        self.open.push(Element { name, state });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Element { name, state }) = self.open.pop() else {
            return Err("an element is closed twice".into());
        };
        match name.as_str() {
            "p" => self.flush(Some(Part::Gap(GAPS[1]))),
            "s" => self.flush(Some(Part::Gap(GAPS[0]))),
            "voice" => self.flush(Some(Part::Gap(GAPS[0]))),
            "speak" => self.flush(None),
            _ => {}
        }
        let held = std::mem::take(&mut self.held);
        match state.content.clone() {
            Content::Fixed(say) => self.fix(&held, say, state),
            Content::SayAs { kind, format } => {
                for (written, say) in values::say_as(&held, &kind, &format, state.lang) {
                    self.fix(&written, say, state.clone());
                }
            }
            Content::Text | Content::Skipped => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if self.open.is_empty() {
            return if text.trim().is_empty() { Ok(()) } else { Err("there is text outside <speak>".into()) };
        }
        let mut state = self.state();
        match state.content {
            Content::Text => {
                let own = |c: char| if fixed_index(c).is_some() || c.is_whitespace() { ' ' } else { c };
                self.push(text.chars().map(own).collect(), state);
            }
            Content::Fixed(_) | Content::SayAs { .. } => self.held.push_str(text),
            Content::Skipped => state.content = Content::Skipped,
        }
        Ok(())
    }

    fn push(&mut self, chars: Vec<char>, state: State) {
        match self.runs.last_mut() {
            Some(run) if run.state == state => run.chars.extend(chars),
            _ => self.runs.push(Run { chars, state }),
        }
    }

    /// A word with a fixed reading.
    fn fix(&mut self, written: &str, say: Say, mut state: State) {
        state.content = Content::Text;
        let c = u32::try_from(self.fixed.len()).ok().and_then(|i| char::from_u32(FIXED.start + i));
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let written = if written.is_empty() {
            match &say {
                Say::Words(words) => words.clone(),
                Say::Phonemes(_) => String::new(),
            }
        } else {
            written
        };
        match c.filter(|c| FIXED.contains(&u32::from(*c))) {
            Some(c) => {
                self.fixed.push((written, say));
                self.push(vec![c], state);
            }
            None => self.push(written.chars().collect(), state),
        }
    }

    /// Ends the sentence, and puts `part` after it.
    fn flush(&mut self, part: Option<Part>) {
        let runs = std::mem::take(&mut self.runs);
        let chars: Vec<char> = runs.iter().flat_map(|r| r.chars.iter().copied()).collect();
        let owner: Vec<usize> =
            runs.iter().enumerate().flat_map(|(i, r)| std::iter::repeat_n(i, r.chars.len())).collect();
        let sentences = split::ranges(&chars);
        let count = sentences.len();
        for (k, range) in sentences.into_iter().enumerate() {
            let first = &runs[owner[range.start]].state;
            let one = owner[range.clone()].iter().all(|o| runs[*o].state.lang == first.lang);
            let mut utterance = Utterance::new(if one { first.lang } else { self.lang });
            let mut at = range.start;
            while at < range.end {
                let end = (at..range.end).find(|i| owner[*i] != owner[at]).unwrap_or(range.end);
                self.add(&mut utterance, &chars[at..end], &runs[owner[at]].state);
                at = end;
            }
            if utterance.is_empty() {
                continue;
            }
            self.parts.push(Part::Say { utterance, voice: first.voice.clone(), speaker: None });
            if k + 1 < count {
                self.parts.push(Part::Gap(GAPS[0]));
            }
        }
        self.fixed.clear();
        self.parts.extend(part);
    }

    fn add(&self, utterance: &mut Utterance, chars: &[char], state: &State) {
        let mut free = String::new();
        for c in chars {
            match fixed_index(*c).and_then(|i| self.fixed.get(i)) {
                Some((written, say)) => {
                    utterance.push(&std::mem::take(&mut free), state.lang, state.manner, self.dictionary);
                    utterance.push_fixed(written, say.clone(), state.manner);
                }
                None => free.push(*c),
            }
        }
        utterance.push(&free, state.lang, state.manner, self.dictionary);
    }
}

/// Attributes of an element, by local name.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn read(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut out = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?.into_owned();
            out.push((name, value));
        }
        Ok(Self(out))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim())
    }
}

/// The voice that `<voice>` asks for, by name or by sex.
fn voice(given: &Attributes, lang: Lang) -> Result<String, String> {
    if let Some(name) = given.get("name") {
        let wanted = crate::voices::blend(Some(name), lang).map_err(|e| e.to_string())?;
        return Ok(wanted.name().to_owned());
    }
    let gender = match given.get("gender") {
        Some("female") => Gender::Female,
        Some("male") => Gender::Male,
        Some("neutral") | None => return Err("<voice> has neither a name nor a gender".into()),
        Some(other) => return Err(format!("the gender \"{}\" is unknown", values::shown(other))),
    };
    let found = voices().iter().find(|v| v.lang == lang && v.gender == gender);
    Ok(found.map_or(crate::voices::default_voice(lang).id, |v| v.id).to_owned())
}

fn phonemes(given: &Attributes) -> Result<Say, String> {
    let ph = given.get("ph").ok_or("<phoneme> has no ph")?;
    match given.get("alphabet").unwrap_or("ipa") {
        "ipa" | "x-kokoro" => phonemes_of_ipa(ph).map(Say::Phonemes),
        "pinyin" | "x-pinyin" => phonemes_of_pinyin(ph)
            .map(Say::Phonemes)
            .ok_or_else(|| format!("\"{}\" is no pinyin", values::shown(ph))),
        other => {
            Err(format!("the alphabet \"{}\" is unknown; ipa and pinyin are read", values::shown(other)))
        }
    }
}

#[cfg(test)]
mod tests;
