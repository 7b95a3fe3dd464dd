//! Time stamps (RFC 3161) of things other than signatures: asking for one, and judging an answer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use c2pa::crypto::cose::CertificateTrustPolicy;
use c2pa::crypto::time_stamp::{default_rfc3161_message, tsa_signer_cert_der_from_token, verify_time_stamp};
use c2pa::status_tracker::StatusTracker;
use cms::cert::x509::Certificate;
use cms::signed_data::SignedData;
use der::Decode;
use der::asn1::OctetString;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_tsp::{TimeStampResp, TstInfo};

use crate::TimeStamper;

/// Longest answer that is read, in bytes.
const LONGEST: usize = 256 << 10;

/// What a time stamp says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StampFacts {
    /// The time: RFC 3339, UTC.
    pub time: String,
    /// Who says so: the subject of the authority's certificate.
    pub by: String,
    /// Whether that certificate comes from an authority that is trusted here.
    pub trusted: bool,
}

/// Asks for a stamp of the SHA-256 of `message`. The answer is checked before it is given.
///
/// # Errors
/// A sentence: no answer, or one that does not hold.
pub fn stamp_of(stamper: &dyn TimeStamper, message: &[u8]) -> Result<(Vec<u8>, StampFacts), String> {
    let query = default_rfc3161_message(message).map_err(|e| e.to_string())?;
    let answer = stamper.stamp(&query).map_err(|e| format!("{} gave no time stamp: {e}", stamper.name()))?;
    let facts = check_stamp(&answer, message, &[])
        .map_err(|e| format!("{} gave a time stamp that does not hold: {e}", stamper.name()))?;
    Ok((answer, facts))
}

/// Judges the answer of an authority (DER of a `TimeStampResp`) about the SHA-256 of `message`.
/// `anchors` are PEM texts of certificate authorities that are trusted.
///
/// # Errors
/// A sentence, when the stamp is not of the message or its signature does not hold.
pub fn check_stamp(answer: &[u8], message: &[u8], anchors: &[&str]) -> Result<StampFacts, String> {
    if answer.len() > LONGEST {
        return Err("it is too long".to_owned());
    }
    let mut policy = CertificateTrustPolicy::new();
    for anchor in anchors {
        policy.add_trust_anchors(anchor.as_bytes()).map_err(|e| format!("trust anchors: {e}"))?;
    }
    // The parsers are fed what someone else wrote; should one panic, the stamp is broken and nothing else is.
    catch_unwind(AssertUnwindSafe(|| {
        let holds = |trust| verify_time_stamp(answer, message, &policy, &mut StatusTracker::default(), trust);
        holds(false).map_err(|e| e.to_string())?;
        let certificate = tsa_signer_cert_der_from_token(answer).map_err(|e| e.to_string())?;
        let certificate = certificate.ok_or("it has no certificate")?;
        let certificate = Certificate::from_der(&certificate).map_err(|e| e.to_string())?;
        let time = time_of(answer).map_err(|e| e.to_string())?;
        let time = OffsetDateTime::from_unix_timestamp(time as i64).map_err(|e| e.to_string())?;
        Ok(StampFacts {
            time: time.format(&Rfc3339).map_err(|e| e.to_string())?,
            by: certificate.tbs_certificate.subject.to_string(),
            trusted: !anchors.is_empty() && holds(true).is_ok(),
        })
    }))
    .unwrap_or_else(|_| Err("it cannot be parsed".to_owned()))
}

/// The time in a stamp, in seconds since 1970.
fn time_of(answer: &[u8]) -> Result<u64, der::Error> {
    let missing = || der::Error::from(der::ErrorKind::Failed);
    let token = TimeStampResp::from_der(answer)?.time_stamp_token.ok_or_else(missing)?;
    let signed: SignedData = token.content.decode_as()?;
    let content = signed.encap_content_info.econtent.ok_or_else(missing)?;
    let info: OctetString = content.decode_as()?;
    Ok(TstInfo::from_der(info.as_bytes())?.gen_time.to_unix_duration().as_secs())
}
