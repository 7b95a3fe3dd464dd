//! `colophon log`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::Studio;
use colophon_types::ErrorCode;
use sha2::{Digest, Sha256};

use crate::args::Log;
use crate::failure::Failure;

pub(crate) fn run(studio: &Studio, args: &Log) -> Result<ExitCode, Failure> {
    let ledger = studio.ledger()?;
    match args {
        Log::Checkpoint => super::print(&ledger.checkpoint()?.text)?,
        Log::Prove { file } => super::print(&ledger.prove(&sha256(file)?)?)?,
        Log::Verify { file, proof } => {
            let text = std::fs::read_to_string(proof).map_err(|e| unreadable(proof, &e))?;
            let proved = studio.check_proof(&text)?;
            let hash = sha256(file)?;
            if proved.entry.sha256 != hash {
                let message = format!("the proof is for another file than {}", file.display());
                return Err(Failure::new(ErrorCode::Tampered, message));
            }
            super::print(&format!("{}: entry {} of this log", file.display(), proved.index))?;
        }
        Log::Audit => {
            let report = ledger.audit()?;
            super::print(&format!("{} entries, all consistent with the signed checkpoint", report.entries))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sha256(path: &Path) -> Result<String, Failure> {
    let mut file = std::fs::File::open(path).map_err(|e| unreadable(path, &e))?;
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash).map_err(|e| unreadable(path, &e))?;
    Ok(colophon_types::hex(&hash.finalize()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorCode::BadInput, format!("cannot read {}: {error}", path.display()))
}
