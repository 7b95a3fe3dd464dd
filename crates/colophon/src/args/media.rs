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

/// Make a sound of words.
#[derive(Debug, clap::Args)]
#[command(after_help = SOUND_EXAMPLES)]
pub(crate) struct Sound {
    /// What is to be heard, in English or Chinese
    #[arg(required_unless_present = "list")]
    pub(crate) prompt: Option<String>,
    /// The WAV file
    #[arg(short, long, default_value = "sound.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Length, up to 600 seconds (default: as long as the events last, else 10)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seconds: Option<f64>,
    /// The same seed gives the same sound
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The end goes on seamlessly at the beginning
    #[arg(long = "loop")]
    pub(crate) round: bool,
    /// Samples a second, 8000 to 96000
    #[arg(long, value_name = "HZ")]
    pub(crate) rate: Option<u32>,
    /// List the sounds of the library instead
    #[arg(long, conflicts_with_all = ["prompt", "seconds", "seed", "round", "rate"])]
    pub(crate) list: bool,
    /// One JSON document on stdout: what was understood, length, loudness, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const SOUND_EXAMPLES: &str = "\
Examples:
  colophon sound \"heavy rain on a tin roof with distant thunder\" --seconds 20 -o rain.wav
  colophon sound \"three knocks, then a door creaks open\" --seed 7 -o door.wav
  colophon sound \"slow footsteps on gravel from the left, crickets, an owl far away\" --seconds 30
  colophon sound \"铁皮屋顶上的大雨和远处的雷声\" --seconds 60 --loop
  colophon sound --list";
