//! What others say of the log: witnesses are asked to sign its checkpoints, authorities to stamp them,
//! and an audit checks both.

use std::time::{Duration, Instant};

use colophon_ledger::{AuditReport, WitnessKey, WitnessPolicy, Witnessed};
use colophon_seal::{StampFacts, check_stamp, stamp_of};
use colophon_types::Cancel;
use serde::Serialize;

use crate::{Config, Studio, StudioError};

/// Longest answer of a witness, in bytes.
const LONGEST: u64 = 64 << 10;
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// How often a witness is told more before it signs: it may answer what it saw last, and the log may
/// grow meanwhile.
const TRIES: usize = 3;
/// How often the log is stamped and witnessed while the server runs.
pub const LOG_CARE: Duration = Duration::from_secs(3600);

/// What a witness answered.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessAnswer {
    /// Its name.
    pub name: String,
    /// Entries of the checkpoint that it signed; `None` when it did not.
    pub size: Option<u64>,
    /// Why not.
    pub problem: Option<String>,
}

/// A stamp of a checkpoint.
#[derive(Clone, Debug, Serialize)]
pub struct LogStamp {
    /// Entries of the checkpoint.
    pub size: u64,
    /// What the stamp says.
    #[serde(flatten)]
    pub facts: StampFacts,
}

/// What an audit found to hold.
#[derive(Clone, Debug, Serialize)]
pub struct LogAudit {
    /// About the log itself and its witnesses.
    #[serde(flatten)]
    pub log: AuditReport,
    /// The newest stamp; all were checked.
    pub newest_stamp: Option<LogStamp>,
}

impl Config {
    /// Whose signatures on checkpoints are asked for.
    ///
    /// # Errors
    /// [`StudioError::Ledger`] for a key that is none, or a quorum that cannot be met.
    pub fn witness_policy(&self) -> Result<WitnessPolicy, StudioError> {
        let keys: Result<Vec<_>, _> = self.log.witnesses.iter().map(|w| WitnessKey::parse(&w.key)).collect();
        Ok(WitnessPolicy::new(keys?, self.log.quorum)?)
    }
}

impl Studio {
    /// Asks every witness that has an address to sign the log's checkpoint. One that does not is told in
    /// its answer.
    ///
    /// # Errors
    /// [`StudioError`]: no witness has an address, the log cannot be read, no network may be used.
    pub fn cosign_log(&self) -> Result<Vec<WitnessAnswer>, StudioError> {
        let policy = self.config.witness_policy()?;
        if self.config.offline {
            let hint = "unset COLOPHON_OFFLINE, or exchange files with `--request` and `--import`";
            return Err(StudioError::request("witnesses are asked over the network", hint));
        }
        let asked = self.config.log.witnesses.iter().zip(&policy.keys);
        let asked: Vec<_> = asked.filter_map(|(w, key)| Some((w.url.as_deref()?, key))).collect();
        if asked.is_empty() {
            let hint = "add `[[log.witnesses]]` with `key` and `url` to the settings";
            return Err(StudioError::request("no witness has an address", hint));
        }
        let answers = asked.into_iter().map(|(url, key)| {
            let answer = self.ask_witness(url, key, &policy);
            let (size, problem) = match answer {
                Ok(witnessed) => (Some(witnessed.size), None),
                Err(e) => (None, Some(e.to_string())),
            };
            WitnessAnswer { name: key.name().to_owned(), size, problem }
        });
        Ok(answers.collect())
    }

    fn ask_witness(
        &self,
        url: &str,
        key: &WitnessKey,
        policy: &WitnessPolicy,
    ) -> Result<Witnessed, StudioError> {
        let failed = |message: String| StudioError::Request { message, hint: "try again later" };
        let config = ureq::Agent::config_builder().timeout_global(Some(TIME_LIMIT)).max_redirects(2);
        let agent: ureq::Agent = config.http_status_as_error(false).build().into();
        let ledger = self.ledger()?;
        let alone = WitnessPolicy::new(vec![key.clone()], 1)?;
        let mut old = ledger.witnessed(&alone)?.map_or(0, |w| w.size);
        let address = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        for _ in 0..TRIES {
            let request = ledger.witness_request(old)?;
            let answer =
                agent.post(&address).header("Content-Type", "text/plain").send(request.body.as_str());
            let mut answer = answer.map_err(|e| failed(format!("{address} cannot be asked: {e}")))?;
            let status = answer.status().as_u16();
            let body = answer.body_mut().with_config().limit(LONGEST).read_to_string();
            let body = body.map_err(|e| failed(format!("{address} gave no answer: {e}")))?;
            let seen = body.trim().parse::<u64>();
            match (status, seen) {
                (200, _) => {
                    // What it answers must be its own signature.
                    alone_signed(&request.checkpoint, &body, &alone)?;
                    return Ok(ledger.add_cosignatures(Some(&request.checkpoint), &body, policy)?);
                }
                (409, Ok(seen)) if seen == old && seen == request.size => {
                    return Err(StudioError::Refused {
                        message: format!("{address} has seen another tree of {seen} entries of this log"),
                        hint: "compare with `colophon log audit`; the log may have been restored from a backup",
                    });
                }
                (409, Ok(seen)) => old = seen,
                (status, _) => return Err(failed(format!("{address} answered with status {status}"))),
            }
        }
        Err(failed(format!("{address} did not sign in {TRIES} tries")))
    }

    /// Takes cosignatures that came as a file: a signed note of this log, or signature lines of its
    /// present checkpoint.
    ///
    /// # Errors
    /// [`StudioError::Ledger`].
    pub fn import_cosignatures(&self, text: &str) -> Result<Witnessed, StudioError> {
        Ok(self.ledger()?.add_cosignatures(None, text, &self.config.witness_policy()?)?)
    }

    /// Lets the authority of the settings stamp the present checkpoint, and keeps its answer; `None` when
    /// that checkpoint has a stamp.
    ///
    /// # Errors
    /// [`StudioError`]: no authority is set, it does not answer, its answer does not hold.
    pub fn stamp_log(&self) -> Result<Option<LogStamp>, StudioError> {
        let Some(stamper) = self.stamper(&self.effective_config()?)? else {
            let hint = "set `time_stamps` to the address of an authority, or to `local`";
            return Err(StudioError::request("no time-stamp authority is set", hint));
        };
        let ledger = self.ledger()?;
        let checkpoint = ledger.checkpoint()?;
        if ledger.stamps()?.contains(&checkpoint.size) {
            return Ok(None);
        }
        let (answer, facts) = stamp_of(stamper.as_ref(), checkpoint.text.as_bytes())
            .map_err(|message| StudioError::Request { message, hint: "try again later" })?;
        ledger.keep_stamp(&checkpoint.text, &answer)?;
        Ok(Some(LogStamp { size: checkpoint.size, facts }))
    }

    /// Checks the whole log, that enough witnesses signed it, and every stamp.
    ///
    /// # Errors
    /// [`StudioError::Ledger`] names what does not hold.
    pub fn audit_log(&self) -> Result<LogAudit, StudioError> {
        let ledger = self.ledger()?;
        let log = ledger.audit_witnessed(&self.config.witness_policy()?)?;
        let mut anchors = Vec::new();
        let own = self.home.join("keys").join("authority.pem");
        for path in
            [Some(&own).filter(|p| p.exists()), self.config.trust_anchors.as_ref()].into_iter().flatten()
        {
            anchors.push(std::fs::read_to_string(path).map_err(StudioError::io("read", path))?);
        }
        let anchors: Vec<&str> = anchors.iter().map(String::as_str).collect();
        let mut newest_stamp = None;
        for size in ledger.stamps()? {
            let stamped = ledger.stamp(size)?;
            let facts = check_stamp(&stamped.answer, stamped.checkpoint.as_bytes(), &anchors)
                .map_err(|why| StudioError::BadStamp { size, why })?;
            newest_stamp = Some(LogStamp { size, facts });
        }
        Ok(LogAudit { log, newest_stamp })
    }

    /// Has the log stamped and witnessed now and every `pause` until `cancel` is set, as far as the
    /// settings name anyone. What fails is logged and tried again the next time.
    pub fn care_for_log(&self, pause: Duration, cancel: &Cancel) {
        loop {
            if let Err(e) = self.care_once() {
                tracing::warn!("the log was not cared for: {e}");
            }
            let began = Instant::now();
            while began.elapsed() < pause {
                if cancel.is_cancelled() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100).min(pause));
            }
        }
    }

    fn care_once(&self) -> Result<(), StudioError> {
        // A studio that has sealed nothing has no log.
        if !self.has_log() || self.ledger()?.checkpoint()?.size == 0 {
            return Ok(());
        }
        let settings = self.effective_config()?;
        if !matches!(settings.time_stamps.as_deref(), None | Some("none"))
            && let Some(stamp) = self.stamp_log()?
        {
            tracing::info!("{} entries of the log stamped: {}", stamp.size, stamp.facts.time);
        }
        if self.config.log.witnesses.iter().any(|w| w.url.is_some()) && !self.config.offline {
            for answer in self.cosign_log()? {
                match answer.problem {
                    Some(problem) => tracing::warn!("{} did not sign the log: {problem}", answer.name),
                    None => tracing::info!("{} signed {:?} entries of the log", answer.name, answer.size),
                }
            }
        }
        Ok(())
    }
}

/// Whether the lines hold the signature of the one witness of a policy.
fn alone_signed(checkpoint: &str, lines: &str, alone: &WitnessPolicy) -> Result<(), StudioError> {
    let note = format!("{}\n{lines}", checkpoint.trim_end_matches('\n'));
    match alone.check(&note) {
        Ok(_) => Ok(()),
        Err(e) => Err(StudioError::Request {
            message: format!("the witness did not sign the checkpoint: {e}"),
            hint: "compare its key with the one in the settings",
        }),
    }
}

impl LogAudit {
    /// What holds, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut out =
            vec![format!("{} entries, all consistent with the signed checkpoint", self.log.entries)];
        if let Some(witnessed) = &self.log.witnessed {
            let names: Vec<&str> = witnessed.cosigners.iter().map(|c| c.name.as_str()).collect();
            out.push(format!("{} entries witnessed by {}", witnessed.size, names.join(", ")));
        }
        if let Some(LogStamp { size, facts }) = &self.newest_stamp {
            let trusted =
                if facts.trusted { "" } else { ", whose certificate is not on a list of trusted ones" };
            out.push(format!(
                "{} time stamps hold; the newest, of {size} entries, says {} by {}{trusted}",
                self.log.stamps, facts.time, facts.by
            ));
        }
        out
    }
}
