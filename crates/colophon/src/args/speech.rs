//! Arguments of the commands that speak.

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
    /// The text is SSML; without this it is where it begins with `<speak>`
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
    /// How words are said: a file of lines WORD, tab, plain words or /phonemes/ or `[pinyin]`; or TOML
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
    /// The file: .wav, .mp3, .opus, .m4a, .flac or .pcm
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
  colophon speech --file chapter.txt --voice bm_george --speed 0.9 -o chapter.mp3
  colophon speech \"灯塔亮了，渔船回家了。\" --json
  colophon speech --voices --lang zh
  colophon speech --sample --voice jf_alpha -o alpha.wav
  colophon speech --file play.txt --dialogue --cast ANNA=af_bella,TOM=bm_lewis -o play.wav --srt play.srt
  colophon speech \"<speak>One <break time='500ms'/> <emphasis>two</emphasis></speak>\" -o two.wav
  colophon speech --file talk.txt --voice \"af_heart*0.6+bm_george*0.4\" --dictionary names.tsv";

/// Read a book aloud.
#[derive(Debug, clap::Args)]
#[command(after_help = AUDIOBOOK_EXAMPLES)]
pub(crate) struct Audiobook {
    /// The book: a TXT, Markdown, HTML or EPUB file
    pub(crate) book: PathBuf,
    /// The recording: .m4b or .m4a, .mp3, .flac or .opus
    #[arg(short, long, default_value = "audiobook.m4b", value_name = "FILE")]
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
    /// Title, in the place of the book's own
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,
    /// Who wrote it, in the place of what the book says
    #[arg(long, value_name = "NAME")]
    pub(crate) author: Option<String>,
    /// A cover picture (JPEG or PNG), in the place of the book's own
    #[arg(long, value_name = "FILE")]
    pub(crate) cover: Option<PathBuf>,
    /// Only these chapters, counted from 1: 3 or 3-5
    #[arg(long, value_name = "N[-M]")]
    pub(crate) chapters: Option<String>,
    /// Say which chapters the book has, and read nothing
    #[arg(long)]
    pub(crate) list: bool,
    /// One JSON document on stdout: length, chapters, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const AUDIOBOOK_EXAMPLES: &str = "\
A book that was stopped half way goes on where it was when the same command is given again.

Examples:
  colophon audiobook alice.epub -o alice.m4b
  colophon audiobook notes.md --list
  colophon audiobook 朝花夕拾.txt --voice zm_yunxi --chapters 1-3 -o 朝花夕拾.mp3
  colophon audiobook story.txt --author \"Ada Grey\" --cover cover.jpg --voice hibari";

/// Hold a conversation by voice.
#[derive(Debug, clap::Args)]
#[command(after_help = TALK_EXAMPLES)]
pub(crate) struct Talk {
    /// A sound file with what is said, or - for a WAV stream from stdin
    #[arg(required_unless_present = "mic", conflicts_with = "mic")]
    pub(crate) file: Option<PathBuf>,
    /// Listen to a microphone (wear headphones, or it hears itself)
    #[arg(long, value_name = "DEVICE", num_args = 0..=1, default_missing_value = "default")]
    pub(crate) mic: Option<String>,
    /// Play the answers through ffplay as they are spoken
    #[arg(long)]
    pub(crate) play: bool,
    /// Write all answers into one file: .wav, .mp3, .opus, .m4a or .flac
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// Voice (see `colophon models list --voices`)
    #[arg(long, value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// Language model
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Instructions for the model
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// One JSON document on stdout: turns, answers, how long each took
    #[arg(long)]
    pub(crate) json: bool,
}

const TALK_EXAMPLES: &str = "\
Examples:
  colophon talk --mic --play
  colophon talk question.wav -o answer.wav
  colophon talk questions.mp3 --voice hibari --json
  arecord -f S16_LE -r 16000 -t wav | colophon talk - --play";
