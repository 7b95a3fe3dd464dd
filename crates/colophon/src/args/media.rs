//! Arguments of the commands that make single pictures and sounds.

use std::path::PathBuf;

/// Make pictures.
#[derive(Debug, clap::Args)]
#[command(after_help = IMAGE_EXAMPLES)]
pub(crate) struct Image {
    /// What is in the picture, in English or Chinese
    pub(crate) prompt: String,
    /// The PNG file; several pictures are numbered
    #[arg(short, long, default_value = "picture.png", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Width and height in pixels, 128 to 4096 each
    #[arg(long, default_value = "1024x1024", value_name = "WxH")]
    pub(crate) size: String,
    /// Style (see `colophon models list --styles`)
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many pictures, each with a seed of its own
    #[arg(short, long, default_value_t = 1, value_name = "N")]
    pub(crate) n: usize,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// One JSON document on stdout: files, receipts, what is in each picture
    #[arg(long)]
    pub(crate) json: bool,
}

const IMAGE_EXAMPLES: &str = "\
Examples:
  colophon image \"A lighthouse on a cliff at dusk, a boat returns\" -o lighthouse.png
  colophon image \"竹林里的熊猫\" --size 1280x720 --style watercolour
  colophon image \"A fox in a red scarf in the snow\" -n 4 --seed 7 --json
Pictures are composed from drawn art, and painted over where the style is a painter's.";

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
