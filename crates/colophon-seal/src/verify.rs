//! Verification: everything that is known of a file, from any bytes.
//!
//! Nothing here trusts the file: sizes are limited by kind, boxes and chunks by number and depth,
//! decoded pixels by count, and time by the credential reader's own limit.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use colophon_types::{Receipt, Recorder};

use crate::format::{self, Kind, Marks, frame, id3, jpeg, mp4, png, sound, text, vorbis, wav};
use crate::mark::credential::{self, Credential};
use crate::mark::label::{LABEL_TEXT, TEXT_LABEL};
use crate::mark::{label, label_sound, xmp};
use crate::pipeline::hash_file;
use crate::sealed::sidecar_of;
use crate::verdict::{AigcFacts, CredentialState, IptcFacts, LabelFacts, LogFacts, WatermarkFacts};
use crate::{SealError, Verdict, VerdictKind};

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
        Kind::Text => match read_text(&mut file, limit).map_err(bad)? {
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
    let marks = read_marks(kind, &mut file, words.as_deref());
    let mut credential =
        read_credential(kind, &mut file, words.as_deref(), context.trust_anchors).map_err(bad)?;
    if credential.facts.state == CredentialState::Absent
        && let Some(store) = sidecar(kind, path)
    {
        let content = file.try_clone().map_err(bad)?;
        credential = credential::read_beside(&store, content, context.trust_anchors);
    }
    verdict.explicit_label = read_label(kind, &mut file, words.as_deref(), &credential);
    if let (Kind::Mp4, Some(ffmpeg), false) = (kind, context.ffmpeg, verdict.explicit_label.present) {
        let corner = frame::opening_frame(ffmpeg, path).and_then(|raster| label::find_in_picture(&raster));
        if let Some(corner) = corner {
            verdict.explicit_label = seen(LABEL_TEXT, format!("opening frames, {}", corner.words()));
        }
    }
    if let (Some(ffmpeg), Some(demuxer), false) =
        (context.ffmpeg, demuxer(kind), verdict.explicit_label.present)
        && sound::decode_start(ffmpeg, path, demuxer, LABEL_SECONDS)
            .is_some_and(|sound| label_sound::starts_with_rhythm(&sound))
    {
        verdict.explicit_label = seen(label_sound::TEXT, label_sound::WHERE.to_owned());
    }
    describe(&mut verdict, marks, &credential);
    if let (Some(words), Some(watermark)) = (&words, context.text_watermark) {
        let facts = watermark.look(&text::words(words), credential.receipt.as_ref());
        verdict.watermark = facts.unwrap_or_default();
    }
    look_up(&mut verdict, &sha256, context.recorder);
    conclude(&mut verdict, &credential, context.recorder.is_some());
    verdict.c2pa = credential.facts;
    verdict.receipt = credential.receipt;
    Ok(verdict)
}

/// How much of a sound's start holds the label, with room for an encoder's delay, in seconds.
const LABEL_SECONDS: f64 = 4.0;
/// The largest credential beside a file.
const MAX_SIDECAR: u64 = 64 << 20;

/// The credential beside a sound: Ogg and raw samples have no place for one, and what was streamed has
/// none inside.
fn sidecar(kind: Kind, path: &Path) -> Option<Vec<u8>> {
    if !matches!(kind, Kind::Ogg | Kind::Unknown | Kind::Wav | Kind::Mp3 | Kind::Flac) {
        return None;
    }
    let mut store = Vec::new();
    let read = File::open(sidecar_of(path)).ok()?.take(MAX_SIDECAR).read_to_end(&mut store).ok()?;
    (read > 0).then_some(store)
}

/// ffmpeg's name for what reads a compressed sound.
fn demuxer(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Mp3 => Some("mp3"),
        Kind::Flac => Some("flac"),
        Kind::Ogg => Some("ogg"),
        Kind::M4a => Some("mov"),
        _ => None,
    }
}

/// A text file's words; `None` when it is not UTF-8 to its end.
fn read_text(file: &mut File, limit: u64) -> std::io::Result<Option<String>> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

fn read_marks(kind: Kind, file: &mut File, words: Option<&str>) -> Marks {
    let mut file = BufReader::new(file);
    match (kind, words) {
        (Kind::Png, _) => png::read(&mut file),
        (Kind::Jpeg, _) => jpeg::read(&mut file),
        (Kind::Wav | Kind::WebP, _) => wav::read(&mut file),
        (Kind::Mp4 | Kind::M4a | Kind::Other("video/quicktime"), _) => mp4::read(&mut file),
        (Kind::Mp3, _) => id3::read(&mut file),
        (Kind::Flac, _) => vorbis::read_flac(&mut file),
        (Kind::Ogg, _) => vorbis::read_ogg(&mut file),
        (Kind::Text, Some(words)) => text::read(words),
        _ => Marks::default(),
    }
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
        (Kind::Unknown | Kind::Text, _) => Ok(Credential::default()),
        (kind, _) => {
            let is_mp4 = matches!(kind, Kind::Mp4 | Kind::M4a | Kind::Other("video/quicktime"));
            let followed = !is_mp4 || mp4::is_reasonable(&mut BufReader::new(&mut *file));
            let found = if followed {
                let stream = BufReader::with_capacity(256 << 10, file.try_clone()?);
                credential::read_embedded(kind.media_type(), stream, trust_anchors)
            } else {
                Credential::broken("the file has more boxes than are followed")
            };
            if found.is_readable() {
                return Ok(found);
            }
            // No credential, or none that can be read: do the bytes hold one?
            Ok(match (credential::is_inside(file)?, found.facts.state) {
                (false, CredentialState::Absent) => found,
                (false, _) => {
                    Credential { damage: found.facts.problems.into_iter().next(), ..Credential::default() }
                }
                (true, CredentialState::Absent) => {
                    Credential::broken("a manifest store is there but nothing leads to it")
                }
                (true, _) => found,
            })
        }
    }
}

fn seen(text: &str, place: String) -> LabelFacts {
    LabelFacts { present: true, text: Some(text.to_owned()), place: Some(place) }
}

/// The label, looked for in the content where that can be done, else as the credential tells.
fn read_label(kind: Kind, file: &mut File, words: Option<&str>, credential: &Credential) -> LabelFacts {
    let found = match (kind, words) {
        (Kind::Text, Some(words)) => {
            text::find_label(words, TEXT_LABEL).map(|(line, place)| seen(&line, place.to_owned()))
        }
        (Kind::Png | Kind::Jpeg | Kind::WebP, _) => {
            let format = match kind {
                Kind::Png => image::ImageFormat::Png,
                Kind::Jpeg => image::ImageFormat::Jpeg,
                _ => image::ImageFormat::WebP,
            };
            file.seek(SeekFrom::Start(0))
                .ok()
                .and_then(|_| png::decode(&mut *file, format))
                .and_then(|raster| label::find_in_picture(&raster))
                .map(|corner| seen(LABEL_TEXT, corner.words().to_owned()))
        }
        (Kind::Wav, _) => wav::decode_start(&mut BufReader::new(&mut *file), 4.0)
            .filter(label_sound::starts_with_rhythm)
            .map(|_| seen(label_sound::TEXT, label_sound::WHERE.to_owned())),
        _ => None,
    };
    let told = || {
        let (text, place) = credential.label.as_ref()?;
        Some(seen(text, format!("{place} (from the credential)")))
    };
    match kind {
        Kind::Text => found.unwrap_or_default(),
        _ => found.or_else(told).unwrap_or_default(),
    }
}

fn describe(verdict: &mut Verdict, marks: Marks, credential: &Credential) {
    let fields = marks.aigc.fields;
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
    };
    verdict.iptc = IptcFacts { digital_source_type: marks.source_type };
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
        CredentialState::Absent => say("The file carries no credential.".to_owned()),
    }
    if let Some(damage) = &credential.damage {
        say(format!("The file is damaged: {damage}."));
    }
    if verdict.aigc.count > 1 {
        say(format!("It has {} AIGC fields where one is right.", verdict.aigc.count));
    } else if verdict.aigc.present && !verdict.aigc.valid {
        say("Its AIGC field does not follow the standard.".to_owned());
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
    if valid && logged && !verdict.log.included {
        verdict.reasons.push("It was not sealed with this log.".to_owned());
    }
    if verdict.verdict == VerdictKind::Unmarked {
        verdict.reasons.push("No mark of generated content was found.".to_owned());
    }
}
