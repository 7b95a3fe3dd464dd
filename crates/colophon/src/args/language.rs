//! Arguments of the commands of language.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// Write a text.
#[derive(Debug, clap::Args)]
#[command(after_help = TEXT_EXAMPLES)]
pub(crate) struct Text {
    /// What is asked; stdin when neither this nor --file is given
    pub(crate) prompt: Option<String>,
    /// What is to be done: chat answers the prompt, the others work on --file, stdin or the prompt
    #[arg(long, value_enum, default_value_t = TaskName::Chat, value_name = "TASK")]
    pub(crate) task: TaskName,
    /// A file whose text goes with the prompt, or that the task works on
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Answer as JSON that fits this JSON schema (chat, extract)
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) how: Generation,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// Print the text when it is whole
    #[arg(long)]
    pub(crate) no_stream: bool,
    /// Write a sealed file (Markdown with label, AIGC field and credential) instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// One JSON document on stdout, with the task's report
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,
}

const TEXT_EXAMPLES: &str = "\
Examples:
  colophon text \"Write a short welcome for our library's new readers\"
  colophon text --task summarize --file report.txt --length 120 --form bullets -o summary.md
  colophon text --task news --file facts.csv \"for the local paper\"
  colophon text --task translate --file letter.txt --to zh --glossary terms.tsv
  colophon text --task extract --file letter.txt --schema person.json
  colophon text --task write \"A guide to composting\" --length 1200
  colophon text \"为海边的咖啡馆写一段介绍\" --seed 7";

/// What is to be done with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TaskName {
    /// Answer the prompt
    Chat,
    /// Write on a theme; long texts get an outline
    Write,
    /// Summarise a text of any length
    Summarize,
    /// Report facts (a list, JSON or CSV) and nothing but these
    News,
    /// Say the same in other words; the prompt says how
    Rewrite,
    /// Translate between English and Chinese
    Translate,
    /// Data from a text in the form of --schema
    Extract,
}

/// The form of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Running text
    Paragraph,
    /// A list of points
    Bullets,
    /// One sentence
    Headline,
    /// A note on each part under its heading
    Outline,
}

/// What a task is to make.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Wanted {
    /// Length in words, or in characters of Chinese (write, summarize)
    #[arg(long, value_name = "N")]
    pub(crate) length: Option<usize>,
    /// The form of a summary
    #[arg(long, value_enum, default_value_t = Form::Paragraph, value_name = "FORM")]
    pub(crate) form: Form,
    /// The language to write in: en, zh or auto
    #[arg(long, visible_alias = "to", default_value = "auto", value_name = "LANG")]
    pub(crate) lang: String,
    /// Terms for a translation: a line each with tab, = or comma, or a JSON object
    #[arg(long, value_name = "FILE")]
    pub(crate) glossary: Option<PathBuf>,
    /// Keep sentences of a news report that no fact supports, and flag them
    #[arg(long)]
    pub(crate) keep_unsupported: bool,
    /// Leave the numbers of the facts out of a news report
    #[arg(long)]
    pub(crate) no_references: bool,
}

/// How texts are generated.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Generation {
    /// Instructions for the model
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// Language model: a catalogue id, the name of a remote model of the settings, or a GGUF file
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// At most so many tokens
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<usize>,
    /// 0 is the likeliest text, 1 is as the model would have it
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) temperature: Option<f32>,
    /// The same seed gives the same text
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u32>,
}

/// Hold a dialogue.
#[derive(Debug, clap::Args)]
#[command(after_help = CHAT_EXAMPLES)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) how: Generation,
    /// Who answers: a name from --personas or the path of a persona file
    #[arg(long, value_name = "NAME")]
    pub(crate) persona: Option<String>,
    /// Go on with the dialogue of this name, or begin it; it is kept after every answer
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// List the personas and end
    #[arg(long)]
    pub(crate) personas: bool,
    /// List the kept dialogues and end
    #[arg(long)]
    pub(crate) sessions: bool,
}

const CHAT_EXAMPLES: &str = "\
Examples:
  colophon chat
  colophon chat --persona teacher --session geometry
  colophon chat --sessions
  printf 'Who wrote Faust?\\nWhen?\\n' | colophon chat --temperature 0";

/// Search a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = SEARCH_EXAMPLES)]
pub(crate) struct Search {
    /// The folder
    pub(crate) dir: PathBuf,
    /// What is looked for, in any language
    pub(crate) query: String,
    /// Results, at most
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) top: usize,
    /// Search the index as it is, without looking for changed files
    #[arg(long)]
    pub(crate) no_update: bool,
    /// Read every file again
    #[arg(long, conflicts_with = "no_update")]
    pub(crate) rebuild: bool,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const SEARCH_EXAMPLES: &str = "\
Examples:
  colophon search notes/ \"what did we decide about the roof?\"
  colophon search 档案/ \"灯塔什么时候建成\" --top 3 --json
Files that .gitignore names and hidden files are left out.";

/// Understand texts.
#[derive(Debug, Subcommand)]
#[command(after_help = UNDERSTAND_EXAMPLES)]
pub(crate) enum Understand {
    /// Which of several labels fits a text (zero-shot)
    Classify {
        #[command(flatten)]
        given: Given,
        /// The labels, separated by commas
        #[arg(long, value_delimiter = ',', required = true, value_name = "A,B,…")]
        labels: Vec<String>,
        /// Folder of a cross-encoder for natural language inference
        #[arg(long, value_name = "DIR")]
        judge: Option<PathBuf>,
    },
    /// How alike two texts are in meaning
    Compare {
        /// One text
        first: String,
        /// The other
        second: String,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Order the lines of a file, or of stdin, by how well they answer a question
    Rank {
        /// The question
        query: String,
        /// The file; stdin where none is given
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Folder of a cross-encoder that was trained to rank
        #[arg(long, value_name = "DIR")]
        judge: Option<PathBuf>,
        /// Results, at most
        #[arg(long, default_value_t = 10, value_name = "N")]
        top: usize,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// The phrases that say what a text is about
    Keyphrases {
        #[command(flatten)]
        given: Given,
        /// Phrases, at most
        #[arg(long, default_value_t = 8, value_name = "N")]
        top: usize,
    },
    /// The likeliest words for each gap of a text
    FillMask {
        /// The text; a gap is written as in the example below
        text: String,
        /// Folder of a BERT or RoBERTa masked language model
        #[arg(long, required = true, value_name = "DIR")]
        model: PathBuf,
        /// Words for each gap
        #[arg(long, default_value_t = 5, value_name = "N")]
        top: usize,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

const UNDERSTAND_EXAMPLES: &str = "\
Examples:
  colophon understand classify \"The match ended two all\" --labels sport,politics,weather
  colophon understand compare \"a dog sleeps\" \"一只狗在睡觉\"
  colophon understand rank \"how are lighthouses powered?\" --file lines.txt --top 3
  colophon understand keyphrases --file article.md
  colophon understand fill-mask \"Paris is the [MASK] of France.\" --model bert-base-uncased/";

/// A text to understand.
#[derive(Debug, clap::Args)]
pub(crate) struct Given {
    /// The text; stdin when neither this nor --file is given
    pub(crate) text: Option<String>,
    /// A file with the text
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
