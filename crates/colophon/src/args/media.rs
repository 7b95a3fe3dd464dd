//! Arguments of the commands that make and hear single sounds.

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
    /// The file: .wav, .mp3, .opus, .m4a, .flac or .pcm
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
  colophon speech --file chapter.txt --voice bm_george --speed 0.9 -o chapter.mp3
  colophon speech \"灯塔亮了，渔船回家了。\" --json";

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
/// Compose and play a piece of music.
#[derive(Debug, clap::Args)]
#[command(after_help = MUSIC_EXAMPLES)]
pub(crate) struct Music {
    /// What the music should be, in English or Chinese: style, mood, instrument, key, tempo
    pub(crate) prompt: String,
    /// Length, 2 to 600 seconds
    #[arg(long, default_value_t = 60.0, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seconds: f64,
    /// The WAV file
    #[arg(short, long, default_value = "music.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Also write the score as a MIDI file
    #[arg(long, value_name = "FILE")]
    pub(crate) midi: Option<PathBuf>,
    /// Also write melody, harmony, bass and drums as files of their own into a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) stems: Option<PathBuf>,
    /// Style: piano, classical, chinese, lofi, orchestral, electronic, jazz, bossa, ambient, rock, pop, folk or waltz (default: as the prompt says)
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,
    /// Key, such as C, Am, F#m, "D dorian" or 降E大调
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Quarter notes a minute, 30 to 260
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) tempo: Option<f64>,
    /// The end leads into the beginning without a seam
    #[arg(long = "loop")]
    pub(crate) looped: bool,
    /// Times in seconds at which a new section or an accent falls, as a film's cuts: 11.3,25.8
    #[arg(long, value_name = "TIMES", value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) cuts: Vec<f64>,
    /// A soundfont (SF2 or SF3) in the place of the usual one
    #[arg(long, value_name = "FILE")]
    pub(crate) soundfont: Option<PathBuf>,
    /// The same seed gives the same music
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// One JSON document on stdout: files, plan, receipt
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
const MUSIC_EXAMPLES: &str = "\
Examples:
  colophon music \"calm piano for a rainy evening\" --seconds 60 --seed 3 -o evening.wav
  colophon music \"雨夜里的安静钢琴曲\" --midi rain.mid -o rain.wav
  colophon music \"lo-fi beats to study to\" --loop --seconds 24 -o loop.wav
  colophon music \"epic orchestral\" --seconds 45 --cuts 9.5,21,33 --stems stems/
  colophon music \"waltz with an accordion\" --key Gm --tempo 150 --json";
