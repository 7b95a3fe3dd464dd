//! `colophon serve`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use colophon_server::ServerOptions;
use colophon_studio::store::{self, NewKey, Quota};
use colophon_studio::{LOG_CARE, Studio, StudioError};
use colophon_types::{Cancel, ErrorCode, Progress};

use crate::args::{self, Accounts, Keys};
use crate::failure::Failure;
use crate::telemetry::say;

/// Who does what is done on the command line.
const HERE: &str = "command line";
/// A day in milliseconds.
const DAY: i64 = 86_400_000;

pub(crate) fn run(
    studio: Studio,
    args: args::Serve,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    match args.command {
        Some(args::ServeCommand::Keys(command)) => keys(&studio, command)?,
        Some(args::ServeCommand::Accounts(command)) => accounts(&studio, command)?,
        Some(args::ServeCommand::WebhookSecret) => {
            super::print(&colophon_server::webhook_secret(&studio)?)?;
        }
        None => serve(studio, args, progress, cancel)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(studio: Studio, args: args::Serve, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Failure> {
    if args.preload {
        studio.chat_engine(args.model.as_deref(), progress, cancel)?;
    }
    let options = ServerOptions {
        max_body: args.max_body_mb.saturating_mul(1 << 20),
        cors: args.cors,
        a_minute: args.rate,
        jobs_at_once: args.jobs,
        trash_days: args.trash_days,
        max_upload: args.max_upload_mb.saturating_mul(1 << 20),
        private_webhooks: args.private_webhooks,
        ..ServerOptions::default()
    };
    let stopped = Cancel::new();
    let cancel = cancel.clone();
    let stop = async move {
        while !cancel.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let ready = |address| {
        say(&format!("listening on http://{address}/v1"));
        say(&format!("the web studio is at http://{address}/"));
    };
    if let Some(place) = studio.check_objects()? {
        say(&format!("files are kept in {place}"));
    }
    let studio = Arc::new(studio);
    let (keeper, stopping) = (Arc::clone(&studio), stopped.clone());
    std::thread::spawn(move || keeper.care_for_log(LOG_CARE, &stopping));
    let served = colophon_server::serve(studio, args.listen, options, args.insecure_no_keys, ready, stop);
    // The keeper ends by itself; a request of its that hangs holds nothing up.
    stopped.cancel();
    served?;
    say("stopped");
    Ok(())
}

fn role(role: args::Role) -> store::Role {
    match role {
        args::Role::Viewer => store::Role::Viewer,
        args::Role::Creator => store::Role::Creator,
        args::Role::Compliance => store::Role::Compliance,
        args::Role::Admin => store::Role::Admin,
    }
}

fn keys(studio: &Studio, command: Keys) -> Result<(), Failure> {
    let store = studio.store()?;
    match command {
        Keys::Add { name, role: what, scope, days, requests, tokens, pixels, seconds } => {
            let new = NewKey {
                name,
                role: role(what),
                scopes: scope,
                quota: Quota { requests, tokens, pixels, seconds },
                expires: days.map(|days| store.now() + i64::from(days) * DAY),
            };
            let key = store.add_key(new, HERE).map_err(StudioError::from)?;
            eprintln!("the key is shown once; it is kept as a hash only");
            super::print(&key)?;
        }
        Keys::List => {
            for key in store.keys().map_err(StudioError::from)? {
                super::print(&key.name)?;
            }
        }
        Keys::Rm { name } => store.remove_key(&name, HERE).map_err(StudioError::from)?,
    }
    Ok(())
}

fn accounts(studio: &Studio, command: Accounts) -> Result<(), Failure> {
    let store = studio.store()?;
    match command {
        Accounts::Add { name, role: what } => {
            let password = password()?;
            store.add_account(&name, &password, role(what), false, HERE).map_err(StudioError::from)?;
        }
        Accounts::List => {
            for account in store.accounts().map_err(StudioError::from)? {
                super::print(&format!("{}\t{}", account.name, account.role.name()))?;
            }
        }
        Accounts::Rm { name } => store.remove_account(&name, HERE).map_err(StudioError::from)?,
    }
    Ok(())
}

/// The password: the first line of stdin.
fn password() -> Result<String, Failure> {
    let mut line = String::new();
    if std::io::stdin().is_terminal() {
        eprint!("password (at least 10 characters, shown as it is typed): ");
        let _ = std::io::stderr().flush();
    }
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|e| Failure::new(ErrorCode::BadInput, format!("the password cannot be read: {e}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
