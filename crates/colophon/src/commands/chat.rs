//! `colophon chat`: a dialogue on the terminal, or line by line from a pipe.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use colophon_studio::Studio;
use colophon_studio::chat::{Message, Role};
use colophon_types::{Cancel, ErrorCode, Explain as _, Progress};

use super::text::{about, asked};
use crate::args;
use crate::failure::Failure;

const HELP: &str = "\
/system TEXT   instructions for the model
/undo          forget the last question and its answer
/retry         answer the last question again
/reset         forget everything
/save FILE     write the dialogue as JSON
/help          this list
/quit          end (also Ctrl-D)
A line that ends in \\ goes on in the next.";

pub(crate) fn run(
    studio: &Studio,
    args: &args::Chat,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let mut dialogue = Dialogue { messages: Vec::new() };
    if let Some(system) = &args.how.system {
        dialogue.instruct(system);
    }
    // Load before the first question, so that errors come before any typing.
    studio.chat_engine(args.how.model.as_deref(), progress, cancel)?;
    let interactive = std::io::stdin().is_terminal();
    let mut lines = std::io::stdin().lock().lines();
    loop {
        if interactive {
            eprint!("> ");
        }
        let mut input = String::new();
        loop {
            match lines.next() {
                None => return Ok(ExitCode::SUCCESS),
                Some(Err(e)) => return Err(Failure::new(ErrorCode::Io, format!("cannot read stdin: {e}"))),
                Some(Ok(line)) => {
                    let more = line.ends_with('\\');
                    input.push_str(line.trim_end_matches('\\'));
                    if !more {
                        break;
                    }
                    input.push('\n');
                }
            }
        }
        if cancel.is_cancelled() {
            return Ok(ExitCode::from(ErrorCode::Cancelled.exit_status()));
        }
        let input = input.trim();
        let (command, rest) = input.split_once(char::is_whitespace).unwrap_or((input, ""));
        match command {
            "" => continue,
            "/quit" | "/exit" => return Ok(ExitCode::SUCCESS),
            "/help" => eprintln!("{HELP}"),
            "/reset" => dialogue.messages.retain(|m| m.role == Role::System),
            "/system" => dialogue.instruct(rest.trim()),
            "/undo" => {
                dialogue.undo();
            }
            "/save" => match dialogue.save(rest.trim()) {
                Ok(()) => eprintln!("saved"),
                Err(why) => eprintln!("error: {why}"),
            },
            "/retry" => match dialogue.undo() {
                Some(question) => answer(studio, args, &mut dialogue, question, progress, cancel)?,
                None => eprintln!("there is no question yet"),
            },
            word if word.starts_with('/') => eprintln!("unknown command {word}; see /help"),
            _ => answer(studio, args, &mut dialogue, input.to_owned(), progress, cancel)?,
        }
    }
}

struct Dialogue {
    messages: Vec<Message>,
}

impl Dialogue {
    fn instruct(&mut self, words: &str) {
        self.messages.retain(|m| m.role != Role::System);
        if !words.is_empty() {
            self.messages.insert(0, Message::system(words));
        }
    }

    /// Forgets the last question and its answer; gives the question.
    fn undo(&mut self) -> Option<String> {
        let at = self.messages.iter().rposition(|m| m.role == Role::User)?;
        let question = self.messages[at].content.clone();
        self.messages.truncate(at);
        Some(question)
    }

    fn save(&self, path: &str) -> Result<(), String> {
        if path.is_empty() {
            return Err("say where: /save FILE".into());
        }
        let list: Vec<_> =
            self.messages.iter().map(|m| serde_json::json!({"role": m.role, "content": m.content})).collect();
        let text = serde_json::to_string_pretty(&list).unwrap_or_default();
        std::fs::write(path, text).map_err(|e| format!("cannot write {path}: {e}"))
    }
}

/// Asks, shows the answer as it comes, and keeps both. What goes wrong with one answer does not end
/// the dialogue.
fn answer(
    studio: &Studio,
    args: &args::Chat,
    dialogue: &mut Dialogue,
    question: String,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), Failure> {
    dialogue.messages.push(Message::user(question));
    let request = asked(dialogue.messages.clone(), &args.how);
    let reply = studio.write_text(args.how.model.as_deref(), request, progress, cancel, &mut |piece| {
        let mut out = std::io::stdout().lock();
        write!(out, "{}", piece.words()).and_then(|()| out.flush()).is_ok()
    });
    match reply {
        Ok(reply) => {
            super::print("")?;
            let label = reply.sealed.as_ref().map_or("", |s| s.label);
            eprintln!("[{label}; {}]", about(&reply));
            dialogue.messages.push(Message::assistant(reply.text()));
            Ok(())
        }
        Err(error) if error.code() == ErrorCode::Cancelled => Err(error.into()),
        Err(error) => {
            dialogue.messages.pop();
            eprintln!("error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            Ok(())
        }
    }
}
