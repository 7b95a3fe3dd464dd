//! Arguments of the command that listens.

use std::path::PathBuf;

/// Transcribe speech.
#[derive(Debug, clap::Args)]
#[command(after_help = TRANSCRIBE_EXAMPLES)]
pub(crate) struct Transcribe {
    /// A sound or film file; with --live also - for stdin (WAV, or 16-bit samples of 16 kHz)
    pub(crate) file: PathBuf,
    /// Language: auto, or a code such as en, zh, fr
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// Write what is said, or translate it to English
    #[arg(long, value_enum, default_value_t = HearTask::Transcribe)]
    pub(crate) task: HearTask,
    /// How it is written (default: by the name of the output, else text)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<HearFormat>,
    /// The time of every word
    #[arg(long)]
    pub(crate) words: bool,
    /// Recogniser: a model of the catalogue, or the folder of one
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// The file (default: stdout)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Hear it as it comes: lines while someone speaks, final ones after a pause
    #[arg(long, conflicts_with_all = ["output", "words"])]
    pub(crate) live: bool,
    /// How Chinese is written
    #[arg(long, value_enum, default_value_t = ChineseScript::Simplified)]
    pub(crate) script: ChineseScript,
    /// What was said before, or in which style it is to be written
    #[arg(long, value_name = "TEXT")]
    pub(crate) prompt: Option<String>,
    /// Names and rare words that will come up
    #[arg(long, value_name = "WORDS")]
    pub(crate) hotwords: Option<String>,
    /// Hypotheses that are followed: 1 is fast, 5 a little better
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) beam: usize,
    /// Hear silence too
    #[arg(long)]
    pub(crate) no_vad: bool,
    /// Compute in 32-bit floats: token for token what the reference gives, at about half the speed
    #[arg(long)]
    pub(crate) exact: bool,
}

/// What is done with speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum HearTask {
    /// Write it down
    Transcribe,
    /// Write it down in English
    Translate,
}

/// How a transcript is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum HearFormat {
    /// One line a segment
    Text,
    /// SubRip subtitles
    Srt,
    /// WebVTT subtitles
    Vtt,
    /// Everything: segments, times, probabilities
    Json,
}

/// The characters of Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ChineseScript {
    /// Simplified characters
    Simplified,
    /// Traditional characters
    Traditional,
    /// As they are recognised
    AsHeard,
}

const TRANSCRIBE_EXAMPLES: &str = "\
Examples:
  colophon transcribe interview.mp3
  colophon transcribe film.mp4 --words -o film.srt
  colophon transcribe vortrag.m4a --task translate --format json
  arecord -f S16_LE -r 16000 -c 1 | colophon transcribe - --live";
