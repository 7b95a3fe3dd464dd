//! What was said, when, and how sure it is; as text, SRT, WebVTT and JSON.

use colophon_types::{Caption, captions};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest line of a subtitle that is made of words, in columns (a Han character has two).
const LINE: usize = 42;
/// Longest pause inside such a subtitle, in seconds.
const PAUSE: f64 = 1.0;

/// A word with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word with its marks, without spaces around it.
    pub word: String,
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
    /// Mean probability of its tokens.
    pub probability: f32,
}

/// A stretch of speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its number, from 0.
    pub id: usize,
    /// Where the 30 s begin that it was heard in, in hundredths of a second of the speech that passed.
    pub seek: u64,
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds.
    pub end: f64,
    /// What was said, with the space in front that the language wants.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// The temperature at which it was found.
    pub temperature: f32,
    /// Mean logarithm of the probability of the tokens of the 30 s.
    pub avg_logprob: f32,
    /// How many times smaller zlib makes the text of the 30 s.
    pub compression_ratio: f32,
    /// The probability that nothing was said in them.
    pub no_speech_prob: f32,
    /// Its words, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

/// A transcript.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Code of the language that was spoken; `None` where nothing was said and none was given.
    pub language: Option<String>,
    /// Its probability; 1 where it was given.
    pub language_probability: f32,
    /// Every language with its probability, the likeliest first; empty where it was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<(String, f32)>,
    /// Length of the sound, in seconds.
    pub duration: f64,
    /// Length of what was let through as speech, in seconds.
    pub speech: f64,
    /// The segments, in order.
    pub segments: Vec<Segment>,
}

/// How a transcript is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TranscriptFormat {
    /// Plain text, one line a segment.
    #[default]
    Text,
    /// SubRip.
    Srt,
    /// WebVTT.
    Vtt,
    /// One JSON document.
    Json,
}

impl TranscriptFormat {
    /// By its name or the end of a file's name.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "text" | "txt" => Some(Self::Text),
            "srt" => Some(Self::Srt),
            "vtt" | "webvtt" => Some(Self::Vtt),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl Transcript {
    /// All that was said, in one line.
    pub fn text(&self) -> String {
        self.segments.iter().map(|s| s.text.as_str()).collect::<String>().trim().to_owned()
    }

    /// Written in a format.
    pub fn write(&self, format: TranscriptFormat) -> String {
        match format {
            TranscriptFormat::Text => self.segments.iter().map(|s| format!("{}\n", s.text.trim())).collect(),
            TranscriptFormat::Srt => self.srt(),
            TranscriptFormat::Vtt => self.vtt(),
            TranscriptFormat::Json => format!("{:#}\n", self.json()),
        }
    }

    /// SubRip.
    pub fn srt(&self) -> String {
        captions::to_srt(&self.cues())
    }

    /// WebVTT.
    pub fn vtt(&self) -> String {
        captions::to_vtt(&self.cues())
    }

    /// One document with everything.
    pub fn json(&self) -> Value {
        let mut document = json!({ "text": self.text() });
        if let (Some(document), Ok(Value::Object(rest))) =
            (document.as_object_mut(), serde_json::to_value(self))
        {
            document.extend(rest);
        }
        document
    }

    /// Subtitles: segments, or shorter ones where the words are known.
    fn cues(&self) -> Vec<Caption> {
        let unspaced = self.language.as_deref().is_some_and(crate::whisper::languages::unspaced);
        let mut cues = Vec::new();
        for segment in &self.segments {
            if segment.words.is_empty() {
                let text = segment.text.trim().replace('\n', " ");
                // Two arrows would end the cue's own line.
                let text = text.replace("-->", "→");
                if !text.is_empty() {
                    cues.push(Caption { start: segment.start, end: segment.end.max(segment.start), text });
                }
            } else {
                lines(&segment.words, unspaced, &mut cues);
            }
        }
        cues
    }
}

/// Words in lines that can be read at a glance.
fn lines(words: &[Word], unspaced: bool, cues: &mut Vec<Caption>) {
    let mut open: Option<Caption> = None;
    for word in words {
        let space = if unspaced { "" } else { " " };
        let more = width(&word.word) + space.len();
        match &mut open {
            Some(cue) if width(&cue.text) + more <= LINE && word.start - cue.end <= PAUSE => {
                cue.text.push_str(space);
                cue.text.push_str(&word.word);
                cue.end = word.end;
            }
            _ => {
                cues.extend(open.take());
                open = Some(Caption { start: word.start, end: word.end, text: word.word.clone() });
            }
        }
    }
    cues.extend(open);
}

/// Columns of a text: characters of East Asia are twice as wide.
fn width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x1100 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(id: usize, start: f64, end: f64, text: &str) -> Segment {
        Segment {
            id,
            seek: 0,
            start,
            end,
            text: text.into(),
            tokens: Vec::new(),
            temperature: 0.0,
            avg_logprob: -0.1,
            compression_ratio: 1.0,
            no_speech_prob: 0.0,
            words: Vec::new(),
        }
    }

    fn two() -> Transcript {
        Transcript {
            language: Some("en".into()),
            segments: vec![
                segment(0, 0.0, 2.5, " The sea <is> wide."),
                segment(1, 3661.2345, 3662.0, " So --> is the sky & more."),
            ],
            ..Transcript::default()
        }
    }

    #[test]
    fn subtitles_have_the_forms_that_players_read() {
        let srt = "1\n00:00:00,000 --> 00:00:02,500\nThe sea <\u{2060}is> wide.\n\n\
                   2\n01:01:01,235 --> 01:01:02,000\nSo → is the sky & more.\n\n";
        assert_eq!(two().srt(), srt);
        let vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nThe sea &lt;is&gt; wide.\n\n\
                   01:01:01.235 --> 01:01:02.000\nSo → is the sky &amp; more.\n\n";
        assert_eq!(two().vtt(), vtt);
        assert_eq!(two().write(TranscriptFormat::Text), "The sea <is> wide.\nSo --> is the sky & more.\n");
        assert_eq!(two().json()["text"], "The sea <is> wide. So --> is the sky & more.");
        assert_eq!(Transcript::default().srt(), "");
        assert_eq!(Transcript::default().vtt(), "WEBVTT\n\n");
    }

    #[test]
    fn words_become_short_lines() {
        let word = |i: usize| Word {
            word: format!("word{i:02}"),
            start: i as f64 * 0.5,
            end: i as f64 * 0.5 + 0.4,
            probability: 1.0,
        };
        let mut transcript = two();
        transcript.segments.truncate(1);
        transcript.segments[0].words = (0..10).map(word).collect();
        transcript.segments[0].words[9].start += 3.0;
        let cues = transcript.cues();
        assert_eq!(cues.len(), 3);
        assert!(cues.iter().all(|c| width(&c.text) <= LINE));
        assert_eq!((cues[1].start, cues[2].text.as_str()), (3.0, "word09"));
    }
}
