//! Verification: everything that is known of a file, from any bytes.
//!
//! Nothing here trusts the file: sizes are limited by kind, boxes and chunks by number and depth,
//! decoded pixels by count, and time by the credential reader's own limit.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use colophon_types::{DocumentFormat, LogEntry, LogPosition, Receipt, Recorder};
use colophon_watermark::{Found, Payload, Turn};

use crate::digest::hash_file;
use crate::format::{self, HTML, Kind, MATROSKA, Marks, OFFICE, SVG, WEBM, archive, html, mp4, text};
use crate::look::{Watermarks, look};
use crate::mark::aigc_key;
use crate::mark::credential::{self, Credential};
use crate::mark::xmp;
use crate::verdict::{
    AigcFacts, CredentialState, IptcFacts, LabelFacts, LogFacts, Recovered, TurnFacts, WatermarkFacts,
};
use crate::{
    AigcSignature, KnownSigners, SealError, Verdict, VerdictKind, Watermark, beside, likeness_limit,
};

/// What a verification may consult besides the file.
#[derive(Clone, Copy, Default)]
pub struct VerifyContext<'a> {
    /// The log; without one nothing can be `verified`.
    pub recorder: Option<&'a dyn Recorder>,
    /// PEM of the certificate authorities whose credentials are *trusted*.
    pub trust_anchors: Option<&'a str>,
    /// The program ffmpeg, to look for the label in a film's opening frames when the film carries no
    /// credential that tells of it.
    pub ffmpeg: Option<&'a Path>,
    /// Looks for the watermark in words; only whoever has the keys and the model's tokens can.
    pub text_watermark: Option<&'a dyn TextWatermark>,
    /// Watermarks to look for beside those that are built in.
    pub watermarks: &'a [Arc<dyn Watermark>],
    /// Keys of signers of AIGC fields.
    pub signers: Option<&'a KnownSigners>,
}

/// Looks for a watermark in words.
pub trait TextWatermark {
    /// What is found in `words`, with the receipt of the text where it has one; `None` when nothing
    /// can be said.
    fn look(&self, words: &str, receipt: Option<&Receipt>) -> Option<WatermarkFacts>;
}

/// Says what is known of a file. The file is not changed and nothing is sent anywhere.
///
/// # Errors
/// [`SealError::Unreadable`] for what is not a readable file, [`SealError::TooLarge`] for one beyond
/// the limits. Whatever is wrong *inside* a file is part of the verdict.
pub fn verify(path: &Path, context: &VerifyContext<'_>) -> Result<Verdict, SealError> {
    let bad = |e: std::io::Error| SealError::unreadable(path, e);
    let meta = std::fs::metadata(path).map_err(bad)?;
    if !meta.is_file() {
        return Err(SealError::unreadable(path, "it is not a file"));
    }
    let mut file = File::open(path).map_err(bad)?;
    let mut head = Vec::new();
    (&mut file).take(format::SNIFF as u64).read_to_end(&mut head).map_err(bad)?;
    let mut kind = format::refine(format::sniff(&head), &mut file);
    let (limit, what) = kind.size_limit();
    if meta.len() > limit {
        return Err(SealError::TooLarge { path: path.to_path_buf(), limit, what });
    }
    let words = match kind {
        Kind::Text | Kind::Other(SVG | HTML) => match read_text(&mut file, limit).map_err(bad)? {
            Some(words) => Some(words),
            None => {
                kind = Kind::Unknown;
                None
            }
        },
        _ => None,
    };
    let sha256 = hash_file(&mut file).map_err(bad)?;

    let mut verdict = Verdict {
        file: path.display().to_string(),
        media_type: kind.media_type().to_owned(),
        ..Verdict::default()
    };
    let marks = format::read_marks(kind, &mut file, words.as_deref());
    let mut credential =
        read_credential(kind, &mut file, words.as_deref(), context.trust_anchors).map_err(bad)?;
    if credential.facts.state == CredentialState::Absent
        && may_lie_beside(kind)
        && let Some(found) = beside::judged(path, &file, context.trust_anchors).map_err(bad)?
    {
        credential = found;
    }
    let looked =
        look(kind, &mut file, path, words.as_deref(), context.ffmpeg, &Watermarks::with(context.watermarks));
    verdict.explicit_label = label_facts(kind, looked.label, &credential);
    describe(&mut verdict, marks, &credential, context.signers.unwrap_or(&KnownSigners::default()));
    if let (Kind::Text, Some(words), Some(watermark)) = (kind, &words, context.text_watermark) {
        let facts = watermark.look(&text::words(words), credential.receipt.as_ref());
        verdict.watermark = facts.unwrap_or_default();
    }
    if let Some((_, Found { turn, .. })) = looked.watermark.as_ref().filter(|(_, f)| f.turn != Turn::UPRIGHT)
    {
        verdict.reasons.push(format!("Its watermark shows that it was {turn} after it was marked."));
    }
    if let Some(method) = looked.method {
        verdict.watermark = watermark_facts(method, looked.watermark, credential.receipt.as_ref());
    }
    look_up(&mut verdict, &sha256, context.recorder);
    if let Some(recorder) = context.recorder {
        recover(&mut verdict, looked.iscc.as_deref(), recorder);
    }
    conclude(&mut verdict, &credential, context.recorder.is_some());
    verdict.c2pa = credential.facts;
    verdict.receipt = credential.receipt;
    Ok(verdict)
}

const PDF: &str = "application/pdf";
const ZIP: &str = "application/zip";
const LOST: &str = "a manifest store is there but nothing leads to it";

/// Whether the credential may lie beside a file: Ogg, Matroska, raw samples, scenes and archives have no
/// place for one, what was streamed has none inside, and a page may only name it.
fn may_lie_beside(kind: Kind) -> bool {
    use DocumentFormat::{Epub, Glb};
    match kind {
        Kind::Ogg
        | Kind::Unknown
        | Kind::Wav
        | Kind::Mp3
        | Kind::Flac
        | Kind::Other(HTML | MATROSKA | WEBM) => true,
        // A damaged archive may not show what it was.
        Kind::Other(ZIP) => true,
        Kind::Other(other) if other.starts_with(OFFICE) => true,
        Kind::Other(other) => matches!(DocumentFormat::of_media_type(other), Some(Epub | Glb)),
        _ => false,
    }
}

/// A text file's words; `None` when it is not UTF-8 to its end.
fn read_text(file: &mut File, limit: u64) -> std::io::Result<Option<String>> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

fn read_credential(
    kind: Kind,
    file: &mut File,
    words: Option<&str>,
    trust_anchors: Option<&str>,
) -> std::io::Result<Credential> {
    match (kind, words) {
        (Kind::Text, Some(words)) => Ok(match text::unwrap(words) {
            text::Wrapped::Nothing => Credential::default(),
            text::Wrapped::Corrupted => Credential::broken("manifest.text.corruptedWrapper"),
            text::Wrapped::Several => Credential::broken("manifest.text.multipleWrappers"),
            text::Wrapped::One { store, content, wrapper } => {
                credential::read_appended(&store, content, wrapper, trust_anchors)
            }
        }),
        (Kind::Other(HTML), Some(words)) => Ok(match html::embedded(words) {
            html::Embedded::Nothing => Credential::default(),
            html::Embedded::Corrupted => Credential::broken("manifest.html.malformed"),
            html::Embedded::Several => Credential::broken("manifest.html.multipleManifests"),
            html::Embedded::One(store, script) => {
                credential::read_appended(&store, words.as_bytes().to_vec(), script, trust_anchors)
            }
        }),
        (Kind::Unknown | Kind::Text, _) => Ok(Credential::default()),
        (Kind::Other(zipped), _) if [format::EPUB, ZIP].contains(&zipped) || zipped.starts_with(OFFICE) => {
            let held = archive::held(BufReader::new(&mut *file));
            Ok(match held {
                archive::Held::Nothing => Credential::default(),
                archive::Held::Unread => Credential { unread: true, ..Credential::default() },
                archive::Held::Unfit => Credential::broken("the credential is compressed or too large"),
                // A document is nothing else: what is in a damaged one belongs to it.
                archive::Held::Closed if zipped != ZIP && credential::is_inside(file)? => {
                    Credential::broken(LOST)
                }
                archive::Held::Closed => Credential::default(),
                archive::Held::Plain => {
                    let named = if [ZIP, OFFICE].contains(&zipped) { "application/x-zip" } else { zipped };
                    credential::read_embedded(named, BufReader::new(file.try_clone()?), trust_anchors)
                }
            })
        }
        (kind, _) => {
            let is_mp4 = matches!(kind, Kind::Mp4 | Kind::M4a | Kind::Other("video/quicktime"));
            let followed = !is_mp4 || mp4::is_reasonable(&mut BufReader::new(&mut *file));
            let found = if kind == Kind::Other(PDF) {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(0))?;
                (&mut *file).take(kind.size_limit().0).read_to_end(&mut bytes)?;
                credential::read_pdf(bytes, trust_anchors)
            } else if followed {
                let stream = BufReader::with_capacity(256 << 10, file.try_clone()?);
                credential::read_embedded(kind.media_type(), stream, trust_anchors)
            } else {
                Credential::broken("the file has more boxes than are followed")
            };
            if found.is_readable() {
                return Ok(found);
            }
            // No credential, or none that can be read: do the bytes hold one?
            // In a drawing a store stands in another coding.
            let drawn =
                kind == Kind::Other(SVG) && words.is_some_and(|words| words.contains("c2pa:manifest"));
            Ok(match (drawn || credential::is_inside(file)?, found.facts.state) {
                (false, CredentialState::Absent) => found,
                (false, _) => {
                    Credential { damage: found.facts.problems.into_iter().next(), ..Credential::default() }
                }
                (true, CredentialState::Absent) => Credential::broken(LOST),
                (true, _) => found,
            })
        }
    }
}

/// The label as it was seen or heard, else as the credential tells.
fn label_facts(kind: Kind, found: Option<LabelFacts>, credential: &Credential) -> LabelFacts {
    let told = || {
        let (text, place) = credential.label.as_ref()?;
        let place = Some(format!("{place} (from the credential)"));
        Some(LabelFacts { present: true, text: Some(text.to_owned()), place })
    };
    match kind {
        Kind::Text => found.unwrap_or_default(),
        _ => found.or_else(told).unwrap_or_default(),
    }
}

fn describe(verdict: &mut Verdict, marks: Marks, credential: &Credential, signers: &KnownSigners) {
    let fields = marks.aigc.fields;
    let signature = fields.as_ref().and_then(|fields| aigc_key::check(fields, signers));
    verdict.work_id = credential
        .receipt
        .as_ref()
        .map(|r| r.work_id.as_str().to_owned())
        .or_else(|| fields.as_ref()?.get("ProduceID").filter(|id| id.starts_with("clp-")).cloned());
    verdict.aigc = AigcFacts {
        present: marks.aigc.count > 0,
        count: marks.aigc.count,
        valid: marks.aigc.count == 1 && marks.aigc.valid,
        fields,
        signature,
    };
    verdict.iptc = IptcFacts { digital_source_type: marks.source_type };
}

fn watermark_facts(
    method: String,
    found: Option<(String, Found)>,
    receipt: Option<&Receipt>,
) -> WatermarkFacts {
    let Some((method, found)) = found else {
        return WatermarkFacts { method: Some(method), ..WatermarkFacts::default() };
    };
    let whole = receipt.map(|r| Payload::of(&r.work_id).to_string());
    WatermarkFacts {
        found: true,
        method: Some(method),
        matches_record: whole.map(|whole| whole.starts_with(&found.payload)),
        payload: Some(found.payload),
        score: Some(found.score),
        false_positive_rate: Some(found.false_positive_rate),
        turned: (found.turn != Turn::UPRIGHT)
            .then(|| TurnFacts { mirrored: found.turn.mirrored, degrees: found.turn.degrees() }),
        tokens: None,
    }
}

/// Hex digits of a payload that is one work's alone. A shorter one confirms what was found otherwise.
const NAMES_A_WORK: usize = 8;

/// Finds the record of a file that the log does not know by its bytes: by the watermark, then by what
/// the content looks or sounds like.
fn recover(verdict: &mut Verdict, iscc: Option<&str>, recorder: &dyn Recorder) {
    let problem = |(_, reason): (_, String)| format!("The log could not answer: {reason}.");
    let payload = verdict.watermark.payload.clone();
    if let Some(payload) = payload.as_ref().filter(|p| p.len() >= NAMES_A_WORK) {
        match recorder.find_watermark(payload) {
            Ok(Some((position, entry))) => {
                let agrees = verdict.work_id.as_ref().is_none_or(|id| *id == entry.work_id.as_str());
                verdict.watermark.matches_record.get_or_insert(agrees);
                if !verdict.log.included {
                    verdict.recovered = Some(recovered("watermark", &position, entry, None));
                }
            }
            Ok(None) => verdict.reasons.push("No entry of this log has its watermark.".to_owned()),
            Err(e) => verdict.reasons.push(problem(e)),
        }
    }
    if let (Some(iscc), None, false) = (iscc, &verdict.recovered, verdict.log.included) {
        match recorder.find_alike(iscc, likeness_limit(iscc)) {
            Ok(Some((position, entry, apart))) => {
                if let (Some(payload), Some(whole)) = (&payload, &entry.watermark) {
                    verdict.watermark.matches_record.get_or_insert(whole.starts_with(payload));
                }
                verdict.recovered = Some(recovered("likeness", &position, entry, Some(apart)));
            }
            Ok(None) => {}
            Err(e) => verdict.reasons.push(problem(e)),
        }
    }
    if let Some(found) = &verdict.recovered {
        let (id, time, index) = (&found.work_id, &found.time, found.index);
        let sentence = match found.bits_apart {
            None => format!("Its watermark leads to work {id}, sealed at {time} (entry {index} of the log)."),
            Some(apart) => format!(
                "It is much like work {id}, sealed at {time} (entry {index} of the log): {apart} of 256 bits \
                 of their content codes differ."
            ),
        };
        verdict.reasons.push(sentence);
        if found.by == "watermark" {
            verdict.work_id.get_or_insert(found.work_id.clone());
        }
    }
}

fn recovered(
    by: &'static str,
    position: &LogPosition,
    entry: LogEntry,
    bits_apart: Option<u32>,
) -> Recovered {
    let LogEntry { work_id, media_type, sha256, time, .. } = entry;
    let work_id = work_id.as_str().to_owned();
    Recovered { by, work_id, media_type, sha256, time, index: position.index, bits_apart }
}

fn look_up(verdict: &mut Verdict, sha256: &str, recorder: Option<&dyn Recorder>) {
    let Some(recorder) = recorder else {
        verdict.reasons.push("No log was consulted.".to_owned());
        return;
    };
    match recorder.find(sha256) {
        Ok(Some(position)) => {
            verdict.log = LogFacts { index: Some(position.index), included: position.included };
        }
        Ok(None) => verdict.reasons.push("The log has no entry for these bytes.".to_owned()),
        Err((_, reason)) => verdict.reasons.push(format!("The log could not answer: {reason}.")),
    }
}

fn conclude(verdict: &mut Verdict, credential: &Credential, logged: bool) {
    let mut say = |sentence: String| verdict.reasons.push(sentence);
    let issuer = credential.issuer.as_deref().unwrap_or("an unnamed signer");
    match credential.facts.state {
        CredentialState::Trusted => {
            say(format!("The credential is valid and from a trusted authority ({issuer})."))
        }
        CredentialState::Valid => say(format!(
            "The credential is valid; its signer ({issuer}) is not on a list of trusted authorities."
        )),
        CredentialState::Invalid if credential.contradicts => {
            say("The file carries a credential that does not match its bytes.".to_owned());
        }
        CredentialState::Invalid => {
            say("The bytes are what was signed, but the signer's certificate is not acceptable.".to_owned());
        }
        CredentialState::Absent if credential.unread => {
            say("The file carries a credential that cannot be checked here.".to_owned());
        }
        CredentialState::Absent => say("The file carries no credential.".to_owned()),
    }
    if let Some(reason) = &credential.no_label {
        say(format!("It has no visible label: {reason}."));
    }
    if let Some(damage) = &credential.damage {
        say(format!("The file is damaged: {damage}."));
    }
    if verdict.aigc.count > 1 {
        say(format!("It has {} AIGC fields where one is right.", verdict.aigc.count));
    } else if verdict.aigc.present && !verdict.aigc.valid {
        say("Its AIGC field does not follow the standard.".to_owned());
    }
    match verdict.aigc.signature {
        Some(AigcSignature::Invalid) => say("The signature in its AIGC field does not hold.".to_owned()),
        Some(AigcSignature::UnknownKey) => {
            say("The signature in its AIGC field is of a key that is not known here.".to_owned());
        }
        Some(AigcSignature::Valid) | None => {}
    }
    let generated = |uri: &Option<String>| {
        uri.as_deref().is_some_and(|u| {
            u.strip_prefix(xmp::SOURCE_TYPES)
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("algorithmicmedia"))
        })
    };
    let marked = verdict.aigc.present
        || verdict.explicit_label.present
        || verdict.watermark.found
        || generated(&verdict.iptc.digital_source_type)
        || generated(&credential.source_type)
        || credential.receipt.is_some();
    let valid = matches!(credential.facts.state, CredentialState::Valid | CredentialState::Trusted);
    verdict.verdict = if credential.contradicts {
        VerdictKind::Tampered
    } else if valid && verdict.log.included {
        VerdictKind::Verified
    } else if marked {
        VerdictKind::Marked
    } else {
        VerdictKind::Unmarked
    };
    if verdict.watermark.found && verdict.watermark.matches_record == Some(false) {
        let sentence = "Its watermark names another work than its metadata does.";
        verdict.reasons.push(sentence.to_owned());
    }
    if valid && logged && !verdict.log.included {
        verdict.reasons.push("It was not sealed with this log.".to_owned());
    }
    if verdict.verdict == VerdictKind::Unmarked {
        verdict.reasons.push("No mark of generated content was found.".to_owned());
    }
}
