//! Arguments of the commands that make music and sounds.

use std::path::PathBuf;

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

const MUSIC_EXAMPLES: &str = "\
Examples:
  colophon music \"calm piano for a rainy evening\" --seconds 60 --seed 3 -o evening.wav
  colophon music \"雨夜里的安静钢琴曲\" --midi rain.mid -o rain.wav
  colophon music \"lo-fi beats to study to\" --loop --seconds 24 -o loop.wav
  colophon music \"epic orchestral\" --seconds 45 --cuts 9.5,21,33 --stems stems/
  colophon music \"waltz with an accordion\" --key Gm --tempo 150 --json";

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
