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
    /// The text is SSML; without this it is where it begins with <speak>
    #[arg(long, conflicts_with_all = ["dialogue", "plain"])]
    pub(crate) ssml: bool,
    /// The text is a dialogue: lines of NAME: words, a voice for each
    #[arg(long, conflicts_with = "plain")]
    pub(crate) dialogue: bool,
    /// The text is plain, whatever it begins with
    #[arg(long)]
    pub(crate) plain: bool,
    /// Voices of a dialogue: NAME=VOICE, separated by commas; the others get voices of their own
    #[arg(long, value_name = "NAME=VOICE,…")]
    pub(crate) cast: Option<String>,
    /// How words are said: a file of lines WORD, tab, plain words or /phonemes/ or [pinyin]; or TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    /// List the voices instead of speaking
    #[arg(long, conflicts_with_all = ["text", "file"])]
    pub(crate) voices: bool,
    /// Say a sentence with the voice, or with every voice into the folder that --output names
    #[arg(long, conflicts_with_all = ["text", "file", "ssml", "dialogue", "plain"])]
    pub(crate) sample: bool,
    /// Captions of the sentences as SubRip
    #[arg(long, value_name = "FILE")]
    pub(crate) srt: Option<PathBuf>,
    /// Captions of the sentences as WebVTT
    #[arg(long, value_name = "FILE")]
    pub(crate) vtt: Option<PathBuf>,
    /// The WAV file
    #[arg(short, long, default_value = "speech.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Voice (see --voices), or a mix: af_heart*0.6+bm_george*0.4
    #[arg(long, value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// How fast: 0.5 to 2
    #[arg(long, default_value_t = 1.0, value_name = "X", allow_negative_numbers = true)]
    pub(crate) speed: f32,
    /// One JSON document on stdout: length, times of sentences and words, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const SPEECH_EXAMPLES: &str = "\
Examples:
  colophon speech \"The ferry leaves at a quarter past six.\" -o ferry.wav
  colophon speech --file chapter.txt --voice bm_george --speed 0.9 -o chapter.wav
  colophon speech \"灯塔亮了，渔船回家了。\" --json
  colophon speech --voices --lang zh
  colophon speech --sample --voice jf_alpha -o alpha.wav
  colophon speech --file play.txt --dialogue --cast ANNA=af_bella,TOM=bm_lewis -o play.wav --srt play.srt
  colophon speech \"<speak>One <break time='500ms'/> <emphasis>two</emphasis></speak>\" -o two.wav
  colophon speech --file talk.txt --voice \"af_heart*0.6+bm_george*0.4\" --dictionary names.tsv";
