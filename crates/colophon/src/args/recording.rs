//! Arguments of the commands that change recordings.

use std::path::PathBuf;

use clap::ValueEnum;

/// Clean a recording up.
#[derive(Debug, clap::Args)]
#[command(after_help = CLEAN_EXAMPLES)]
pub(crate) struct Clean {
    /// The recording, a WAV file; several channels become one
    pub(crate) file: PathBuf,
    /// The WAV file
    #[arg(short, long, default_value = "clean.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Take noise out, with a network trained on speech
    #[arg(long)]
    pub(crate) denoise: bool,
    /// Cut silence from both ends
    #[arg(long)]
    pub(crate) trim: bool,
    /// Shorten longer pauses inside to so many seconds
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(crate) max_pause: Option<f64>,
    /// Loudness of the whole in LUFS, such as -16; peaks stay under -1 dBTP
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true)]
    pub(crate) loudness: Option<f64>,
    /// Samples a second, such as 48000
    #[arg(long, value_name = "HZ")]
    pub(crate) rate: Option<u32>,
    /// Fade in and out over so many seconds
    #[arg(long, default_value_t = 0.0, value_name = "S", allow_negative_numbers = true)]
    pub(crate) fade: f64,
    /// One JSON document on stdout: lengths, loudness, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const CLEAN_EXAMPLES: &str = "\
Examples:
  colophon clean interview.wav -o interview-clean.wav --denoise --trim --loudness -16
  colophon clean lecture.wav -o lecture-short.wav --trim --max-pause 0.6
  colophon clean jingle.wav -o jingle-48k.wav --rate 48000 --fade 0.5 --json";

/// Make a recording of speech anew.
#[derive(Debug, clap::Args)]
#[command(after_help = VOCODE_EXAMPLES)]
pub(crate) struct Vocode {
    /// The recording, a WAV file; several channels become one
    pub(crate) file: PathBuf,
    /// The WAV file
    #[arg(short, long, default_value = "vocoded.wav", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Which vocoder
    #[arg(long, value_enum, default_value_t = Engine::Melgan, value_name = "NAME")]
    pub(crate) engine: Engine,
    /// The same seed gives the same sound
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// One JSON document on stdout: lengths, loudness, receipt
    #[arg(long)]
    pub(crate) json: bool,
}

const VOCODE_EXAMPLES: &str = "\
Examples:
  colophon vocode speech.wav -o speech-melgan.wav
  colophon vocode speech.wav -o speech-wavenet.wav --engine wavenet --seed 3";

/// A vocoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Sample by sample, 16 kHz
    Wavenet,
    /// All at once, 22 kHz
    Melgan,
}
