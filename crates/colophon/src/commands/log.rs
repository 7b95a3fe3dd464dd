//! `colophon log`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::Studio;
use colophon_types::ErrorCode;
use sha2::{Digest, Sha256};

use crate::args::Log;
use crate::failure::Failure;

/// Longest file with cosignatures, in bytes.
const LONGEST_NOTE: u64 = 64 << 10;

pub(crate) fn run(studio: &Studio, args: &Log) -> Result<ExitCode, Failure> {
    let ledger = studio.ledger()?;
    match args {
        Log::Checkpoint => super::print(&ledger.checkpoint()?.text)?,
        Log::Prove { file } => super::print(&studio.prove(&sha256(file)?)?)?,
        Log::Verify { file, proof } => {
            let text = std::fs::read_to_string(proof).map_err(|e| unreadable(proof, &e))?;
            let proved = studio.check_proof(&text)?;
            let hash = sha256(file)?;
            if proved.entry.sha256 != hash {
                let message = format!("the proof is for another file than {}", file.display());
                return Err(Failure::new(ErrorCode::Tampered, message));
            }
            let names: Vec<&str> = proved.cosigners.iter().map(|c| c.name.as_str()).collect();
            let witnessed =
                if names.is_empty() { String::new() } else { format!(", witnessed by {}", names.join(", ")) };
            super::print(&format!("{}: entry {} of this log{witnessed}", file.display(), proved.index))?;
        }
        Log::Audit => {
            super::print(&studio.audit_log()?.sentences().join("\n"))?;
        }
        Log::Cosign { import: Some(file), .. } => {
            let length = std::fs::metadata(file).map_err(|e| unreadable(file, &e))?.len();
            if length > LONGEST_NOTE {
                let message = format!("{} is too long for cosignatures", file.display());
                return Err(Failure::new(ErrorCode::BadInput, message));
            }
            let text = std::fs::read_to_string(file).map_err(|e| unreadable(file, &e))?;
            let witnessed = studio.import_cosignatures(&text)?;
            let names: Vec<&str> = witnessed.cosigners.iter().map(|c| c.name.as_str()).collect();
            super::print(&format!("{} entries witnessed by {}", witnessed.size, names.join(", ")))?;
        }
        Log::Cosign { request: Some(old), .. } => super::print(&ledger.witness_request(*old)?.body)?,
        Log::Cosign { .. } => {
            let answers = studio.cosign_log()?;
            let rows: Vec<Vec<String>> = answers
                .iter()
                .map(|a| {
                    let said = match (a.size, &a.problem) {
                        (Some(size), _) => format!("signed {size} entries"),
                        (None, problem) => format!("FAILED: {}", problem.as_deref().unwrap_or("no answer")),
                    };
                    vec![a.name.clone(), said]
                })
                .collect();
            super::print(&super::table(&rows))?;
            if answers.iter().any(|a| a.size.is_none()) {
                return Ok(ExitCode::from(ErrorCode::Failed.exit_status()));
            }
        }
        Log::Stamp => match studio.stamp_log()? {
            Some(stamp) => {
                let (size, facts) = (stamp.size, stamp.facts);
                super::print(&format!("{size} entries stamped: {} by {}", facts.time, facts.by))?;
            }
            None => super::print("the checkpoint has a stamp")?,
        },
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
