//! `colophon serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use colophon_server::{ApiKeys, ServerOptions};
use colophon_studio::Studio;
use colophon_types::{Cancel, Progress};

use crate::args::{self, Keys};
use crate::failure::Failure;

pub(crate) fn run(
    studio: Studio,
    args: args::Serve,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let mut keys = ApiKeys::load(&studio.home().join("keys").join("api-keys.json"))?;
    match args.command {
        Some(args::ServeCommand::Keys(Keys::Add { name })) => {
            let key = keys.add(&name)?;
            eprintln!("the key is shown once; it is kept as a hash only");
            super::print(&key)?;
        }
        Some(args::ServeCommand::Keys(Keys::List)) => {
            for name in keys.names() {
                super::print(name)?;
            }
        }
        Some(args::ServeCommand::Keys(Keys::Rm { name })) => keys.remove(&name)?,
        None => {
            if args.preload {
                studio.chat_engine(args.model.as_deref(), progress, cancel)?;
            }
            let options = ServerOptions {
                max_body: args.max_body_mb.saturating_mul(1 << 20),
                cors: args.cors,
                ..ServerOptions::default()
            };
            let cancel = cancel.clone();
            let stop = async move {
                while !cancel.is_cancelled() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            let ready = |address| eprintln!("listening on http://{address}/v1");
            let open = args.insecure_no_keys;
            colophon_server::serve(Arc::new(studio), args.listen, keys, options, open, ready, stop)?;
            eprintln!("stopped");
        }
    }
    Ok(ExitCode::SUCCESS)
}
