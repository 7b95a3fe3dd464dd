//! The arguments, as clap reads them.

#[cfg(test)]
#[allow(clippy::expect_used)]
mod documented;
mod hearing;
mod jobs;
mod language;
mod music;
mod picture;
mod recording;
mod speech;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use hearing::{ChineseScript, HearFormat, HearTask, Transcribe};
pub(crate) use jobs::{Jobs, Moderate, Submit};
pub(crate) use language::{Chat, Form, Generation, Given, Search, TaskName, Text, Understand};
pub(crate) use music::{Music, Sound};
pub(crate) use picture::{Change, Image};
pub(crate) use recording::{Clean, Engine, Vocode};
pub(crate) use speech::{Audiobook, Speech, Talk};

/// Generates films and texts on your own machine, and signs, labels and logs everything it makes.
#[derive(Debug, Parser)]
#[command(name = "colophon", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Settings file (default: colophon.toml here, then in the data folder)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Never touch the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Whose law's wording the visible label has: all, cn, eu or us
    #[arg(long, global = true, value_name = "LAW")]
    pub(crate) label_profile: Option<String>,
    /// Leave the visible label out, on your agreement, which is kept; all hidden marks stay
    #[arg(long, global = true, requires = "agreed_by", requires = "agreed_why")]
    pub(crate) no_visible_label: bool,
    /// Who agrees to content without a visible label, for --no-visible-label
    #[arg(long, global = true, value_name = "WHO")]
    pub(crate) agreed_by: Option<String>,
    /// What it is for, for --no-visible-label
    #[arg(long, global = true, value_name = "WHY")]
    pub(crate) agreed_why: Option<String>,
    /// How progress is shown on stderr
    #[arg(long, global = true, value_enum, default_value_t = ProgressStyle::Auto, value_name = "HOW")]
    pub(crate) progress: ProgressStyle,
    /// The form of the log on stderr; COLOPHON_LOG says how much of it there is
    #[arg(long, global = true, value_enum, env = "COLOPHON_LOG_FORMAT", default_value_t = LogFormat::Text, value_name = "FORM")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  colophon make \"A fox who learns to paint\" -o out/
  colophon make \"海边的灯塔与归来的渔船\" -o out/ --seconds 60
  colophon text --task summarize --file report.txt --length 100
  colophon search notes/ \"what did we decide about the roof?\"
  colophon verify out/film.mp4
  colophon models list
  colophon doctor";

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line, with the trace that it belongs to
    Json,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressStyle {
    /// Bars on a terminal, plain lines elsewhere
    Auto,
    /// Bars
    Bar,
    /// Plain lines
    Plain,
    /// One JSON object a line
    Json,
    /// Nothing
    None,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a sealed, narrated film from a brief
    Make(Make),
    /// Make pictures of words, or change pictures, sealed
    Image(Box<Image>),
    /// Speak a text, sealed
    Speech(Speech),
    /// Read a book aloud: chapters, cover, sealed
    Audiobook(Audiobook),
    /// Hold a conversation by voice
    Talk(Talk),
    /// Write down what is said in a sound or film file, or live
    Transcribe(Box<Transcribe>),
    /// Compose and play music, sealed
    Music(Music),
    /// Clean a recording up: noise, silence, loudness, sample rate, fades; sealed
    Clean(Clean),
    /// Make a recording of speech anew with a vocoder, sealed
    Vocode(Vocode),
    /// Make a sound of words: effects and ambience, sealed
    Sound(Sound),
    /// Write a text: an answer to a prompt, streamed, sealed and watermarked
    Text(Text),
    /// Hold a dialogue with a language model
    Chat(Chat),
    /// Search the texts of a folder by meaning
    Search(Search),
    /// Understand texts: classify, compare, rank, find key phrases, fill gaps
    #[command(subcommand)]
    Understand(Understand),
    /// Judge a text or a picture: insults, threats, hatred, crime, self-harm, sex, violence
    Moderate(Moderate),
    /// Serve the HTTP API (OpenAI's shapes) on this machine
    Serve(Serve),
    /// Seal a file that something else generated: label, watermark, credential, log entry
    Mark(Mark),
    /// Protect works from being copied: results that are like them are refused
    #[command(subcommand)]
    Protect(Protect),
    /// Say what is known of files: label, credential, watermark, log entry
    Verify(Verify),
    /// List, fetch, remove and check models
    #[command(subcommand)]
    Models(Models),
    /// The public log of everything that was sealed here
    #[command(subcommand)]
    Log(Log),
    /// List, watch, stop and order the jobs of this studio
    #[command(subcommand)]
    Jobs(Jobs),
    /// Work on the jobs of a studio that several machines share
    Worker(Worker),
    /// Make a film or a composed picture again from its credential
    Replay(Replay),
    /// Write records, log, keys and works into one file
    Backup(Backup),
    /// Put a backup into an empty data folder
    Restore(Restore),
    /// Say what is missing on this machine and how to get it
    Doctor {
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// Make a sealed, narrated film from a brief.
#[derive(Debug, clap::Args)]
#[command(after_help = MAKE_EXAMPLES)]
pub(crate) struct Make {
    /// What the film is about, in English or Chinese
    pub(crate) brief: String,
    /// Folder for the film and what belongs to it
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Structure and tone: story, news, lesson, ad, explainer, or the path of a recipe file
    #[arg(long, default_value = "story", value_name = "NAME")]
    pub(crate) recipe: String,
    /// Language: auto, en or zh
    #[arg(long, default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// Length of the film, 15 to 300 seconds
    #[arg(long, default_value_t = 60, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seconds: i64,
    /// Voice (see `colophon models list --voices`)
    #[arg(long, value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// Style of the pictures (see `colophon models list --styles`)
    #[arg(long, value_name = "STYLE")]
    pub(crate) style: Option<String>,
    /// Music under the narration: none, auto (what suits recipe and moods), or what it should be in words
    #[arg(long, default_value = "none", value_name = "MUSIC")]
    pub(crate) music: String,
    /// Language model that writes the script
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Small model and fast voice: about three times as fast, plainer prose
    #[arg(long)]
    pub(crate) fast: bool,
    /// The same seed gives the same film
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// One JSON document on stdout: files, receipt, length
    #[arg(long)]
    pub(crate) json: bool,
}

const MAKE_EXAMPLES: &str = "\
Examples:
  colophon make \"A fox who learns to paint\" -o out/
  colophon make \"为什么天空是蓝色的\" --recipe lesson --seconds 45
  colophon make \"Our new bicycle bell\" --recipe ad --seconds 20 --voice am_michael
  colophon make \"The last ferry of the day\" --music \"calm piano\" -o ferry/
  colophon make \"A quiet harbour\" --fast --style oil --seed 7 --json";

/// Serve the HTTP API.
#[derive(Debug, clap::Args)]
#[command(after_help = SERVE_EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Serve {
    /// Address and port; 0 takes a free port
    #[arg(long, default_value = "127.0.0.1:8321", value_name = "ADDR")]
    pub(crate) listen: std::net::SocketAddr,
    /// The origin of web pages that may call the API (default: none)
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors: Option<String>,
    /// Largest request, in megabytes
    #[arg(long, default_value_t = 10, value_name = "MB")]
    pub(crate) max_body_mb: usize,
    /// Load the language model before the first request
    #[arg(long)]
    pub(crate) preload: bool,
    /// The model to load then
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Serve other machines without any API key
    #[arg(long)]
    pub(crate) insecure_no_keys: bool,
    /// Jobs that are worked on at the same time; one of them may be a film
    #[arg(long, default_value_t = 2, value_name = "N")]
    pub(crate) jobs: usize,
    /// Requests of one key or account a minute (default: any number)
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// Largest file that is brought for a job, in megabytes
    #[arg(long, default_value_t = 1024, value_name = "MB")]
    pub(crate) max_upload_mb: u64,
    /// Days that a work stays in the trash
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub(crate) trash_days: u32,
    /// Let webhooks go to addresses of private networks and of this machine
    #[arg(long)]
    pub(crate) private_webhooks: bool,
    #[command(subcommand)]
    pub(crate) command: Option<ServeCommand>,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  colophon serve
  colophon serve keys add laptop
  colophon serve keys add guest --role viewer --days 7
  colophon serve accounts add ann --role admin
  colophon serve --listen 0.0.0.0:8321 --preload";

#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    /// API keys; with at least one, every request needs one
    #[command(subcommand)]
    Keys(Keys),
    /// Accounts of people, for the web page
    #[command(subcommand)]
    Accounts(Accounts),
    /// Print the secret with which webhooks are signed
    WebhookSecret,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key and print it
    Add {
        /// Who it is for
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = Role::Creator)]
        role: Role,
        /// For this content alone: text, image, audio, video, mark (repeatable)
        #[arg(long, value_name = "CONTENT", value_parser = ["text", "image", "audio", "video", "mark"])]
        scope: Vec<String>,
        /// Days until it ends (default: never)
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// Requests a day
        #[arg(long, value_name = "N")]
        requests: Option<u64>,
        /// Tokens a day
        #[arg(long, value_name = "N")]
        tokens: Option<u64>,
        /// Pixels of pictures a day
        #[arg(long, value_name = "N")]
        pixels: Option<u64>,
        /// Seconds of sound and film a day
        #[arg(long, value_name = "N")]
        seconds: Option<u64>,
    },
    /// List the keys: name, role, and when each was last used
    List,
    /// Remove a key
    Rm {
        /// Whose
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Accounts {
    /// Make an account; the password is read from the terminal or the first line of stdin
    Add {
        /// Whose
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = Role::Creator)]
        role: Role,
    },
    /// List the accounts: name and role
    List,
    /// Remove an account
    Rm {
        /// Whose
        name: String,
    },
}

/// What someone may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Look at one's own works
    Viewer,
    /// Make things
    Creator,
    /// See what everyone made and did
    Compliance,
    /// Everything
    Admin,
}

/// Work on the jobs of a studio that several machines share: a database (`database` in the settings, or
/// COLOPHON_DATABASE), and a data folder or an object store (`objects`, or COLOPHON_OBJECTS).
#[derive(Debug, clap::Args)]
#[command(after_help = WORKER_EXAMPLES)]
pub(crate) struct Worker {
    /// Only make this content: text, image, audio, video, mark, models (default: everything)
    #[arg(long, value_delimiter = ',', value_name = "CONTENT",
          value_parser = ["text", "image", "audio", "video", "mark", "models"])]
    pub(crate) engines: Vec<String>,
    /// Jobs that are worked on at the same time; one of them may be a film
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
    /// Seconds after which others take up the jobs of a worker that gave no sign of life
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(2..=3600))]
    pub(crate) lease: u16,
}

const WORKER_EXAMPLES: &str = "\
Examples:
  COLOPHON_DATABASE=postgres://studio@db/colophon COLOPHON_HOME=/srv/studio colophon worker
  COLOPHON_NATS=nats://broker COLOPHON_DATABASE=postgres://studio@db/colophon colophon worker
  COLOPHON_OBJECTS='s3://works?endpoint=https://s3.example' COLOPHON_DATABASE=postgres://studio@db/colophon colophon worker
  colophon worker --engines text,image --jobs 4";

/// Make a film or a composed picture again from its credential: the same program on the same kind of
/// machine gives the same file, bit for bit but for the fresh credential.
#[derive(Debug, clap::Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(crate) struct Replay {
    /// The film or picture, as it was written
    pub(crate) file: PathBuf,
    /// The folder of the film, or the picture's file
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const REPLAY_EXAMPLES: &str = "\
Examples:
  colophon replay lighthouse.png -o again.png
  colophon replay out/film.mp4 -o again/";

/// Write everything that must not be lost into one file; models are left out.
#[derive(Debug, clap::Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct Backup {
    /// The file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const BACKUP_EXAMPLES: &str = "\
Examples:
  colophon backup -o studio-2026-11-28.tar
  COLOPHON_HOME=/srv/colophon colophon restore studio-2026-11-28.tar";

/// Put a backup into an empty data folder, and check its log.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// A file that `colophon backup` wrote
    pub(crate) file: PathBuf,
}

/// Seal a file that something else generated.
#[derive(Debug, clap::Args)]
#[command(after_help = MARK_EXAMPLES)]
pub(crate) struct Mark {
    /// The file: a picture, a sound, a film, a text, a document or a scene
    pub(crate) file: PathBuf,
    /// The sealed file; its ending says its format
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// What generated it: program or service, and version
    #[arg(long, value_name = "NAME")]
    pub(crate) generator: String,
    /// How much of it was generated
    #[arg(long, value_enum, default_value_t = HowMuch::Generated, value_name = "KIND")]
    pub(crate) declared: HowMuch,
    /// Seal it although it is sealed or marked already
    #[arg(long)]
    pub(crate) again: bool,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much of a file was generated.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum HowMuch {
    /// All of it, by a trained model
    Generated,
    /// A trained model changed what a person made
    Edited,
    /// All of it, by an algorithm without a trained model
    Algorithmic,
}

const MARK_EXAMPLES: &str = "\
Examples:
  colophon mark flyer.png -o flyer-sealed.png --generator \"Stable Diffusion 3.5\"
  colophon mark report.pdf -o report-sealed.pdf --generator \"some writing service\"
  colophon mark voice.mp3 -o voice-sealed.mp3 --generator \"some voice service\"
  colophon mark photo.jpg -o photo-sealed.jpg --generator \"Photoshop generative fill\" --declared edited";

/// Say what is known of files.
#[derive(Debug, clap::Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// Files, folders (all that is in them), http(s) addresses, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Write the result as an HTML page, too
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// One JSON array on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  colophon verify out/film.mp4
  colophon verify downloads/ --report report.html
  colophon verify https://example.com/picture.jpg --json
  cat picture.png | colophon verify -

Exit status 5 means that one of them was changed after it was signed.";

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List models, with their size, licence and state
    List {
        /// List the voices instead
        #[arg(long, conflicts_with = "styles")]
        voices: bool,
        /// List the styles of pictures instead
        #[arg(long)]
        styles: bool,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Fetch models (default: all that `make` needs)
    Pull {
        /// Model ids
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// A named group of models: default, fast or test
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
    },
    /// Remove models from this machine
    Rm {
        /// Model ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Hash models again; a wrong file is deleted and reported
    Verify {
        /// Model ids (default: all that are here)
        #[arg(value_name = "ID")]
        ids: Vec<String>,
    },
    /// Licence and origin of every model
    Licences {
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Protect {
    /// Protect pictures, films, sounds and texts; only their content codes and names are kept
    Add {
        /// Files, or folders with all that is in them
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List protected works
    List {
        /// One JSON array on stdout
        #[arg(long)]
        json: bool,
    },
    /// Take a work off the list
    Remove {
        /// Its name, or the first 8 or more characters of its SHA-256
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Print the signed checkpoint
    Checkpoint,
    /// Print the proof that a file is in the log
    Prove {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Check a proof for a file against this log's key
    Verify {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The proof, as `prove` printed it
        #[arg(value_name = "PROOF")]
        proof: PathBuf,
    },
    /// Recompute the whole log and compare it with the checkpoint; check witnesses and time stamps
    Audit,
    /// Have witnesses sign the checkpoint (`[[log.witnesses]]` in the settings)
    Cosign {
        /// Take a signed checkpoint, or signature lines of the present one, from a file
        #[arg(long, value_name = "FILE", conflicts_with = "request")]
        import: Option<PathBuf>,
        /// Print what a witness is to be sent that last signed a tree of N entries (0 for none)
        #[arg(long, value_name = "N")]
        request: Option<u64>,
    },
    /// Have the time-stamp authority (`time_stamps` in the settings) stamp the checkpoint
    Stamp,
}
