//! The signature of the `AIGC` field: SM3withSM2 (GB/T 32918, GB/T 32905) over its first three fields,
//! kept in `ReservedCode1` as the JSON object `SecurityData` of type `TC260PG`.
//!
//! What is signed is the text of the three fields as the JSON of the field has them, with SM2's usual
//! identity `1234567812345678`. The public key lies beside the signature, so that anyone can see that
//! nothing was changed; who signed is only known of keys that are known from elsewhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use cms::cert::x509::Certificate;
use der::asn1::UintRef;
use der::{Decode, Encode, Sequence};
use serde::Serialize;
use serde_json::{Value, json};
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToEncodedPoint;
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey};
use sm2::{PublicKey, SecretKey};

use crate::SealError;
use crate::mark::aigc::{Aigc, quote};

/// SM2's identity of a signer who has no other.
const IDENTITY: &str = "1234567812345678";
/// SM3withSM2.
const ALGORITHM: &str = "1.2.156.10197.1.501";
const TYPE: &str = "TC260PG";
/// What is signed: the metadata. The second spelling is that of providers who signed before the first
/// was settled.
const SIGNED: [&str; 2] = ["Md", "LabelMataData"];
/// Longest file with a key or certificate, in bytes.
const LONGEST: u64 = 64 << 10;
/// More signatures or keys in one field are not looked at.
const MOST: usize = 16;

/// A key that signs `AIGC` fields.
#[derive(Clone)]
pub struct AigcKey {
    key: SigningKey,
    public: PublicKey,
}

/// What is known of the signature in an `AIGC` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AigcSignature {
    /// It holds, and its key is known.
    #[serde(rename = "valid")]
    Valid,
    /// It does not hold.
    #[serde(rename = "invalid")]
    Invalid,
    /// Nobody here knows its key: the field is as it was signed, by whomever.
    #[serde(rename = "unknown key")]
    UnknownKey,
}

/// Keys of which is known whose they are.
#[derive(Clone, Debug, Default)]
pub struct KnownSigners(Vec<PublicKey>);

#[derive(Sequence)]
struct Pair<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl AigcKey {
    /// Reads a private key: PEM, PKCS#8, unencrypted, in a file that nobody else may read.
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let text = read(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path).map_err(|e| SealError::key(path, e))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(SealError::key(path, "others may read it; set its mode to 0600"));
            }
        }
        let secret = SecretKey::from_pkcs8_pem(&text)
            .map_err(|e| SealError::key(path, format!("it is no SM2 key in PKCS#8: {e}")))?;
        let public = secret.public_key();
        let key = SigningKey::new(IDENTITY, &secret).map_err(|e| SealError::key(path, e))?;
        Ok(Self { key, public })
    }

    /// Signs a field: sets its `ReservedCode1`.
    pub(crate) fn sign(&self, field: &mut Aigc) -> Result<(), String> {
        let message = message(&field.label, &field.content_producer, &field.produce_id);
        let signature: Signature = self.key.try_sign(message.as_bytes()).map_err(|e| e.to_string())?;
        let (r, s) = (signature.r_bytes(), signature.s_bytes());
        let uint = |bytes| UintRef::new(bytes).map_err(|e: der::Error| e.to_string());
        let der = Pair { r: uint(&r[..])?, s: uint(&s[..])? }.to_der().map_err(|e| e.to_string())?;
        let data = json!({ "SecurityData": {
            "Type": TYPE,
            "Version": 1,
            "PubSD": [
                { "Type": "DS", "AlgID": ALGORITHM, "TBSData": { "Type": SIGNED[0] }, "Signature": upper(&der) },
                { "Type": "PubKey", "AlgID": ALGORITHM, "KeyValue": upper(&point(&self.public)) },
            ],
        } });
        field.reserved_code1 = data.to_string();
        Ok(())
    }
}

impl std::fmt::Debug for AigcKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AigcKey({})", upper(&point(&self.public)))
    }
}

impl KnownSigners {
    /// Adds the key that signs here.
    pub fn add(&mut self, key: &AigcKey) {
        self.0.push(key.public);
    }

    /// Adds a public key or a certificate with one (PEM).
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn add_file(&mut self, path: &Path) -> Result<(), SealError> {
        let bad = |e: String| SealError::key(path, format!("it is no SM2 key or certificate: {e}"));
        let text = read(path)?;
        let key = if text.contains("BEGIN CERTIFICATE") {
            let chain = Certificate::load_pem_chain(text.as_bytes()).map_err(|e| bad(e.to_string()))?;
            let first = chain.first().ok_or_else(|| bad("it is empty".to_owned()))?;
            let info = first.tbs_certificate.subject_public_key_info.to_der();
            info.map_err(|e| e.to_string())
                .and_then(|der| PublicKey::from_public_key_der(&der).map_err(|e| e.to_string()))
        } else {
            PublicKey::from_public_key_pem(&text).map_err(|e| e.to_string())
        };
        self.0.push(key.map_err(bad)?);
        Ok(())
    }
}

/// What is known of the signature in the fields of an `AIGC` field; `None` when there is none of this
/// kind.
pub(crate) fn check(fields: &BTreeMap<String, String>, known: &KnownSigners) -> Option<AigcSignature> {
    let data: Value = serde_json::from_str(fields.get("ReservedCode1")?).ok()?;
    let data = data.get("SecurityData")?;
    if data.get("Type")?.as_str()? != TYPE {
        return None;
    }
    let entries = data.get("PubSD").or_else(|| data.get("PubSd"))?.as_array()?;
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let of_kind = |kind: &'static str| {
        let wanted = move |e: &&Value| {
            text(e, "Type").as_deref() == Some(kind) && text(e, "AlgID").as_deref() == Some(ALGORITHM)
        };
        entries.iter().filter(wanted).take(MOST)
    };
    let signatures: Vec<Option<Signature>> = of_kind("DS")
        .filter(|e| {
            let what = e.get("TBSData").and_then(|d| d.get("Type")).and_then(Value::as_str);
            what.is_some_and(|what| SIGNED.contains(&what))
        })
        .map(|e| signature(&unhex(&text(e, "Signature")?)?))
        .collect();
    if signatures.is_empty() {
        return None;
    }
    let named: Vec<String> = of_kind("PubKey").filter_map(|e| text(e, "KeyValue")).collect();
    let beside: Vec<PublicKey> = named.iter().flat_map(|v| public_keys(v)).collect();
    let value = |key: &str| fields.get(key).map(String::as_str).unwrap_or_default();
    let message = message(value("Label"), value("ContentProducer"), value("ProduceID"));
    let holds = |key: &PublicKey| {
        let Ok(key) = VerifyingKey::new(IDENTITY, *key) else { return false };
        signatures.iter().flatten().any(|s| key.verify(message.as_bytes(), s).is_ok())
    };
    Some(if known.0.iter().any(holds) {
        AigcSignature::Valid
    } else if signatures.iter().all(Option::is_none) || !named.is_empty() && !beside.iter().any(holds) {
        AigcSignature::Invalid
    } else {
        AigcSignature::UnknownKey
    })
}

/// What is signed.
fn message(label: &str, producer: &str, id: &str) -> String {
    format!(r#""Label":{},"ContentProducer":{},"ProduceID":{}"#, quote(label), quote(producer), quote(id))
}

/// A signature in DER, or as its two numbers.
fn signature(bytes: &[u8]) -> Option<Signature> {
    if bytes.len() == 64 {
        return Signature::from_slice(bytes).ok();
    }
    let pair = Pair::from_der(bytes).ok()?;
    let mut plain = [0; 64];
    for (number, place) in [pair.r, pair.s].iter().zip(plain.chunks_exact_mut(32)) {
        let number = number.as_bytes();
        place.get_mut(32usize.checked_sub(number.len())?..)?.copy_from_slice(number);
    }
    Signature::from_slice(&plain).ok()
}

/// The keys that a `KeyValue` may mean: DER of a public key, a point with or without the mark before
/// it, or its first coordinate alone, which two points have.
fn public_keys(hex: &str) -> Vec<PublicKey> {
    let Some(bytes) = unhex(hex) else { return Vec::new() };
    let sec1 = |mark: &[u8], rest: &[u8]| PublicKey::from_sec1_bytes(&[mark, rest].concat()).ok();
    let (head, tail) = bytes.split_at(usize::from(bytes.len() == 33 && bytes.first() == Some(&0)));
    let found = match (tail.len(), head) {
        (64, _) => vec![sec1(&[4], tail)],
        (32, _) => vec![sec1(&[2], tail), sec1(&[3], tail)],
        (33 | 65, _) => vec![sec1(&[], tail)],
        _ => vec![PublicKey::from_public_key_der(&bytes).ok()],
    };
    found.into_iter().flatten().collect()
}

fn point(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

fn upper(bytes: &[u8]) -> String {
    colophon_types::hex(bytes).to_uppercase()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok()).collect()
}

fn read(path: &Path) -> Result<String, SealError> {
    let mut text = String::new();
    let file = File::open(path).map_err(|e| SealError::key(path, e))?;
    let read = file.take(LONGEST + 1).read_to_string(&mut text).map_err(|e| SealError::key(path, e))?;
    if read as u64 > LONGEST { Err(SealError::key(path, "it is too long for a key")) } else { Ok(text) }
}
