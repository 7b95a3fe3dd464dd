//! `colophon jobs` and `colophon moderate`.

use std::path::PathBuf;

use clap::Subcommand;

/// Jobs of this studio: list, watch, stop and order them, whether or not a server runs.
#[derive(Debug, Subcommand)]
#[command(after_help = JOBS_EXAMPLES)]
pub(crate) enum Jobs {
    /// List jobs, the newest first
    List {
        /// Only those in this state
        #[arg(long, value_name = "STATE", value_parser = ["queued", "running", "done", "failed", "cancelled"])]
        status: Option<String>,
        /// Only those of this kind
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// One JSON array on stdout
        #[arg(long)]
        json: bool,
    },
    /// Say all about a job: one JSON document on stdout
    Show {
        /// The job
        id: String,
    },
    /// Follow a job to its end; started again, it goes on
    Watch {
        /// The job
        id: String,
        /// One JSON document on stdout at its end
        #[arg(long)]
        json: bool,
    },
    /// Stop a job: at once where it waits, within seconds where it runs
    Cancel {
        /// The job
        id: String,
    },
    /// Order again what a job was asked for; prints the new job
    Retry {
        /// The job
        id: String,
    },
    /// Order a job; a server or worker of this studio works on it
    Submit(Submit),
}

/// Order a job.
#[derive(Debug, clap::Args)]
pub(crate) struct Submit {
    /// film, picture, picture.edit, speech, music, sound, transcription, audiobook, text, mark, pull or replay
    pub(crate) kind: String,
    /// What is asked, as JSON, or the file that holds it after an @ (@- is stdin)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) request: String,
    /// -10 to 10; higher goes first
    #[arg(long, default_value_t = 0, value_name = "N", allow_negative_numbers = true)]
    pub(crate) priority: i32,
    /// Seconds within which it must be finished
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u32>,
    /// A tag of its works (repeatable)
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Follow it to its end
    #[arg(long)]
    pub(crate) wait: bool,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const JOBS_EXAMPLES: &str = "\
Examples:
  colophon jobs submit picture --request '{\"prompt\": \"a lighthouse at dusk\"}' --wait
  colophon jobs submit film --request @film.json --priority 5 --tag spring
  colophon jobs list --status running
  colophon jobs watch job_0194f1c2a5b07c3e8d41f0a2b3c4d5e6
  colophon jobs cancel job_0194f1c2a5b07c3e8d41f0a2b3c4d5e6

watch and --wait end with the status of the job: 0 done, 3 refused, 130 cancelled, another for an error.
Ctrl-C stops watching; the job goes on.";

/// Judge a text or a picture: insults, threats, hatred, crime, self-harm, sex, violence.
#[derive(Debug, clap::Args)]
#[command(after_help = MODERATE_EXAMPLES)]
pub(crate) struct Moderate {
    /// The text; stdin when neither this nor --file is given
    pub(crate) text: Option<String>,
    /// A file with the text, or a picture (PNG, JPEG, WebP, GIF, TIFF)
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const MODERATE_EXAMPLES: &str = "\
Examples:
  colophon moderate \"How do I kill a process on Linux?\"
  colophon moderate --file letter.txt --json
  colophon moderate --file picture.png

The exit status is 0 where nothing is flagged and 3 where something is. It is a small judge: docs/moderation.md
says how often it errs.";
