//! `colophon protect`.

use std::process::ExitCode;

use colophon_studio::Studio;

use crate::args::Protect;
use crate::failure::Failure;

pub(crate) fn run(studio: &Studio, args: &Protect) -> Result<ExitCode, Failure> {
    match args {
        Protect::Add { files } => {
            let mut all = Vec::new();
            for path in files {
                match path.is_dir() {
                    true => all.extend(super::verify::files_in(path)?),
                    false => all.push(path.clone()),
                }
            }
            let done = studio.protect(&all)?;
            for work in &done.added {
                super::print(&work.name)?;
            }
            for path in &done.skipped {
                eprintln!("{}: no content code can be made of it", path.display());
            }
        }
        Protect::List { json: true } => super::print_json(&studio.protected()?)?,
        Protect::List { json: false } => {
            let works = studio.protected()?;
            let rows: Vec<_> = works
                .into_iter()
                .map(|w| vec![w.name, w.sha256[..12.min(w.sha256.len())].to_owned(), w.iscc])
                .collect();
            super::print(&super::table(&rows))?;
        }
        Protect::Remove { name } => {
            studio.unprotect(name)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
