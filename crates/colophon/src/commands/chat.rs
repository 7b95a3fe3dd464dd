//! `colophon chat`: a dialogue on the terminal, or line by line from a pipe.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use colophon_studio::chat::Role;
use colophon_studio::{Dialogue, Persona, Question, Studio};
use colophon_types::{Cancel, ErrorCode, Explain as _, Lang, Progress};

use super::text::{about, asked};
use crate::args;
use crate::failure::Failure;

const HELP: &str = "\
/system TEXT   instructions for the model
/persona NAME  who answers: a name or the path of a persona file
/session NAME  keep this dialogue under a name, or go on with the one of that name
/sessions      the kept dialogues
/history       what was said so far
/memory        what is remembered of what no longer fits the model's context
/undo          forget the last question and its answer
/retry         answer the last question again
/reset         forget everything
/save FILE     write the dialogue as JSON
/help          this list
/quit          end (also Ctrl-D)
A line that ends in \\ goes on in the next; a line of \"\"\" begins and ends a block of lines.";

/// Begins and ends a block of lines.
const BLOCK: &str = "\"\"\"";

pub(crate) fn run(
    studio: &Studio,
    args: &args::Chat,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if args.personas {
        let row = |p: Persona| vec![p.name, p.title.en, p.title.zh];
        super::print(&super::table(&Persona::built_in().into_iter().map(row).collect::<Vec<_>>()))?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.sessions {
        super::print(&studio.kept_dialogues().join("\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut room = Room { studio, args, dialogue: Dialogue::default(), session: None, persona: None };
    if let Some(name) = &args.session {
        room.go_on(name)?;
    }
    if let Some(name) = args.persona.clone().or_else(|| room.dialogue.persona.clone()) {
        room.answer_as(&name)?;
    }
    if let Some(system) = &args.how.system {
        room.instruct(system);
    }
    // Load before the first question, so that errors come before any typing.
    studio.chat_engine(args.how.model.as_deref(), progress, cancel)?;
    let interactive = std::io::stdin().is_terminal();
    let mut lines = std::io::stdin().lock().lines();
    loop {
        if interactive {
            eprint!("> ");
        }
        let Some(input) = next_input(&mut lines)? else { return Ok(ExitCode::SUCCESS) };
        if cancel.is_cancelled() {
            return Ok(ExitCode::from(ErrorCode::Cancelled.exit_status()));
        }
        let input = input.trim();
        let (command, rest) = input.split_once(char::is_whitespace).unwrap_or((input, ""));
        match command {
            "" => continue,
            "/quit" | "/exit" => return Ok(ExitCode::SUCCESS),
            "/retry" => match room.dialogue.undo() {
                Some(question) => room.answer(question, progress, cancel)?,
                None => eprintln!("there is no question yet"),
            },
            word if word.starts_with('/') => room.command(word, rest.trim()),
            _ => room.answer(input.to_owned(), progress, cancel)?,
        }
    }
}

/// The next question or command: a line, lines joined by `\`, or a block of lines.
fn next_input(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Result<Option<String>, Failure> {
    let mut input = String::new();
    let mut block = false;
    for line in lines {
        let line = line.map_err(|e| Failure::new(ErrorCode::Io, format!("cannot read stdin: {e}")))?;
        if line.trim() == BLOCK {
            if block {
                return Ok(Some(input));
            }
            block = true;
            continue;
        }
        let more = block || line.ends_with('\\');
        input.push_str(if block { &line } else { line.trim_end_matches('\\') });
        if !more {
            return Ok(Some(input));
        }
        input.push('\n');
    }
    Ok((!input.trim().is_empty()).then_some(input))
}

/// A dialogue with everything around it.
struct Room<'a> {
    studio: &'a Studio,
    args: &'a args::Chat,
    dialogue: Dialogue,
    session: Option<String>,
    persona: Option<Persona>,
}

impl Room<'_> {
    fn instruct(&mut self, words: &str) {
        words.clone_into(&mut self.dialogue.system);
    }

    fn answer_as(&mut self, name: &str) -> Result<(), Failure> {
        self.persona = Some(Persona::open(name)?);
        self.dialogue.persona = Some(name.to_owned());
        Ok(())
    }

    /// Takes up the kept dialogue of a name, or begins one.
    fn go_on(&mut self, name: &str) -> Result<(), Failure> {
        match self.studio.kept_dialogue(name)? {
            Some(kept) => {
                eprintln!("going on with '{name}', {} turns", kept.turns.len());
                self.dialogue = kept;
            }
            None => self.studio.keep_dialogue(name, &self.dialogue)?,
        }
        self.session = Some(name.to_owned());
        Ok(())
    }

    fn command(&mut self, word: &str, rest: &str) {
        let done = match word {
            "/help" => {
                eprintln!("{HELP}");
                Ok(())
            }
            "/reset" => {
                self.dialogue.reset();
                self.keep()
            }
            "/system" => {
                self.instruct(rest);
                Ok(())
            }
            "/undo" => {
                self.dialogue.undo();
                self.keep()
            }
            "/persona" => self.answer_as(rest),
            "/session" => self.go_on(rest),
            "/sessions" => {
                eprintln!("{}", self.studio.kept_dialogues().join("\n"));
                Ok(())
            }
            "/history" => {
                for turn in &self.dialogue.turns {
                    let who = if turn.role == Role::User { ">" } else { " " };
                    eprintln!("{who} {}", turn.content);
                }
                Ok(())
            }
            "/memory" => {
                let summary = &self.dialogue.summary;
                eprintln!(
                    "{}",
                    if summary.is_empty() { "everything still fits the context" } else { summary }
                );
                Ok(())
            }
            "/save" => self.save(rest),
            word => {
                eprintln!("unknown command {word}; see /help");
                Ok(())
            }
        };
        if let Err(failure) = done {
            failure.show();
        }
    }

    fn keep(&self) -> Result<(), Failure> {
        match &self.session {
            Some(name) => Ok(self.studio.keep_dialogue(name, &self.dialogue)?),
            None => Ok(()),
        }
    }

    fn save(&self, path: &str) -> Result<(), Failure> {
        if path.is_empty() {
            return Err(Failure::new(ErrorCode::BadInput, "say where: /save FILE".to_owned()));
        }
        let text = serde_json::to_string_pretty(&self.dialogue).unwrap_or_default();
        std::fs::write(path, text)
            .map_err(|e| Failure::new(ErrorCode::Io, format!("cannot write {path}: {e}")))?;
        eprintln!("saved");
        Ok(())
    }

    /// Asks, shows the answer as it comes, and keeps both. What goes wrong with one answer does not
    /// end the dialogue.
    fn answer(&mut self, words: String, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Failure> {
        let mut how = self.args.how.clone();
        let own = self.dialogue.system.clone();
        if let Some(persona) = &self.persona {
            how.temperature = how.temperature.or(persona.temperature);
            let system = persona.system.get(Lang::detect(&words));
            self.dialogue.system = format!("{system} {own}").trim().to_owned();
        }
        let question = Question { words, model: how.model.clone(), request: asked(Vec::new(), &how) };
        let asked = self.studio.converse(&mut self.dialogue, question, progress, cancel, &mut |piece| {
            let mut out = std::io::stdout().lock();
            write!(out, "{}", piece.words()).and_then(|()| out.flush()).is_ok()
        });
        self.dialogue.system = own;
        match asked {
            Ok(reply) => {
                super::print("")?;
                let label = reply.sealed.as_ref().map_or("", |s| s.label);
                eprintln!("[{label}; {}]", about(&reply));
                self.keep()
            }
            Err(error) if error.code() == ErrorCode::Cancelled => Err(error.into()),
            Err(error) => {
                Failure::from(error).show();
                Ok(())
            }
        }
    }
}
