//! Signing with a key that this program does not hold: in a security module, or with someone else.
//!
//! A [`RemoteSigner`] gives signatures of bytes; the certificate chain is a file here. Each signature is
//! checked against the certificate before anything is made with it, so that a signer that fails or lies
//! lets nothing out.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use c2pa::SigningAlg;
use c2pa::crypto::raw_signature::validator_for_signing_alg;
use cms::cert::x509::Certificate;
use der::Encode;
use der::asn1::ObjectIdentifier;

use crate::SealError;

/// Longest certificate chain, in bytes.
const LONGEST_CHAIN: u64 = 256 << 10;
/// Longest signature, in bytes.
const LONGEST: u64 = 4096;
/// So much of what a command complains is told.
const COMPLAINT: usize = 300;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// Curves and what they sign with.
const CURVES: [(ObjectIdentifier, SigningAlg); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), SigningAlg::Es256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), SigningAlg::Es384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), SigningAlg::Es512),
];

/// Signs with a key that it holds.
pub trait RemoteSigner: Send + Sync {
    /// What it is called in errors.
    fn name(&self) -> &str;

    /// The signature of `data` with the algorithm of the certificate's key: ECDSA with the curve's usual
    /// hash (DER, or both numbers one after the other), Ed25519, or RSA-PSS with SHA-256.
    ///
    /// # Errors
    /// A sentence.
    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, String>;
}

/// A signer and the certificate chain of its key.
#[derive(Clone)]
pub(crate) struct Remote {
    signer: Arc<dyn RemoteSigner>,
    /// DER, end entity first.
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) alg: SigningAlg,
    /// DER of the key that the signatures must be of.
    public: Vec<u8>,
}

impl Remote {
    /// Reads the chain (PEM, end entity first).
    pub(crate) fn new(chain: &Path, signer: Arc<dyn RemoteSigner>) -> Result<Self, SealError> {
        let bad = |reason: String| SealError::key(chain, reason);
        let mut text = Vec::new();
        let file = std::fs::File::open(chain).map_err(|e| bad(e.to_string()))?;
        file.take(LONGEST_CHAIN).read_to_end(&mut text).map_err(|e| bad(e.to_string()))?;
        let certificates = Certificate::load_pem_chain(&text).map_err(|e| bad(e.to_string()))?;
        let first = certificates.first().ok_or_else(|| bad("it holds no certificate".to_owned()))?;
        let key = &first.tbs_certificate.subject_public_key_info;
        let alg = match key.algorithm.oid {
            ED25519 => Some(SigningAlg::Ed25519),
            RSA => Some(SigningAlg::Ps256),
            EC => {
                let curve = key.algorithm.parameters.as_ref().and_then(|p| p.decode_as().ok());
                CURVES.iter().find(|(oid, _)| Some(*oid) == curve).map(|(_, alg)| *alg)
            }
            _ => None,
        };
        let alg = alg.ok_or_else(|| bad("no signature algorithm of C2PA fits its key".to_owned()))?;
        let public = key.to_der().map_err(|e| bad(e.to_string()))?;
        let chain = certificates.iter().map(Encode::to_der).collect::<Result<_, _>>();
        Ok(Self { signer, chain: chain.map_err(|e| bad(e.to_string()))?, alg, public })
    }

    /// Signs, and checks what came back.
    pub(crate) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, c2pa::Error> {
        let failed = |reason: String| c2pa::Error::BadParam(format!("{}: {reason}", self.signer.name()));
        let signature = self.signer.sign(data).map_err(failed)?;
        let validator = validator_for_signing_alg(self.alg).ok_or(c2pa::Error::UnsupportedType)?;
        match validator.validate(&signature, data, &self.public) {
            Ok(()) => Ok(signature),
            Err(_) => Err(failed("its signature is not of the certificate's key".to_owned())),
        }
    }
}

/// A program that signs: the bytes on its standard input, the signature on its standard output.
pub struct CommandSigner {
    command: Vec<String>,
    limit: Duration,
}

impl CommandSigner {
    /// A signer that runs `command` (program and arguments), each time for at most `limit`.
    ///
    /// # Errors
    /// [`SealError::Config`] for an empty command.
    pub fn new(command: Vec<String>, limit: Duration) -> Result<Self, SealError> {
        match command.first().is_some_and(|program| !program.is_empty()) {
            true => Ok(Self { command, limit }),
            false => Err(SealError::Config("the command that signs is empty".to_owned())),
        }
    }
}

impl RemoteSigner for CommandSigner {
    fn name(&self) -> &str {
        &self.command[0]
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, String> {
        let ends = Instant::now() + self.limit;
        let mut child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("it cannot be started: {e}"))?;
        let (send, receive) = channel();
        if let (Some(mut input), data) = (child.stdin.take(), data.to_vec()) {
            // A program that reads nothing ends with a status or at the limit.
            std::thread::spawn(move || drop(input.write_all(&data)));
        }
        let read = |from: Option<Box<dyn Read + Send>>, what: usize| {
            let send = send.clone();
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                let done = from.map(|from| from.take(LONGEST + 1).read_to_end(&mut bytes));
                let _ = send.send((what, done.map(|_| bytes).unwrap_or_default()));
            });
        };
        read(child.stdout.take().map(|o| Box::new(o) as _), 0);
        read(child.stderr.take().map(|o| Box::new(o) as _), 1);
        let late = || format!("it did not sign within {} seconds", self.limit.as_secs_f32());
        let mut said = [Vec::new(), Vec::new()];
        let ended = (0..2).try_for_each(|_| {
            let (what, bytes) = receive.recv_timeout(ends.saturating_duration_since(Instant::now())).ok()?;
            said[what] = bytes;
            Some(())
        });
        let status = ended.and_then(|()| {
            loop {
                match child.try_wait() {
                    Ok(Some(status)) => return Some(status),
                    Ok(None) if Instant::now() < ends => std::thread::sleep(Duration::from_millis(2)),
                    _ => return None,
                }
            }
        });
        let Some(status) = status else {
            // It may have ended just now.
            let _ = child.kill();
            let _ = child.wait();
            return Err(late());
        };
        let [signature, complaint] = said;
        // First, as such a program is likely to end by the pipe that is closed on it.
        if signature.len() as u64 > LONGEST {
            return Err("it gave more than a signature".to_owned());
        }
        if !status.success() {
            let words = String::from_utf8_lossy(&complaint).split_whitespace().collect::<Vec<_>>().join(" ");
            let words: String = words.chars().filter(|c| !c.is_control()).take(COMPLAINT).collect();
            return Err(format!("it ended with {status}: {words}"));
        }
        if signature.is_empty() { Err("it gave no signature".to_owned()) } else { Ok(signature) }
    }
}
