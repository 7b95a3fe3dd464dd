//! Arguments of the commands that make single sounds.

use std::path::PathBuf;

/// Speak a text.
#[derive(Debug, clap::Args)]
#[command(after_help = SPEECH_EXAMPLES)]
pub(crate) struct Speech {
    /// The words; stdin when neither this nor --file is given
    pub(crate) text: Option<String>,
    /// A file with the words
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// The WAV file
    #[arg(short, long, default_value = "speech.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Voice (see `colophon models list --voices`)
    #[arg(long, value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// How fast: 0.5 to 2
    #[arg(long, default_value_t = 1.0, value_name = "X", allow_negative_numbers = true)]
    pub(crate) speed: f32,
    /// One JSON document on stdout: length, times of the sentences, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const SPEECH_EXAMPLES: &str = "\
Examples:
  colophon speech \"The ferry leaves at a quarter past six.\" -o ferry.wav
  colophon speech --file chapter.txt --voice bm_george --speed 0.9 -o chapter.wav
  colophon speech \"灯塔亮了，渔船回家了。\" --json";
