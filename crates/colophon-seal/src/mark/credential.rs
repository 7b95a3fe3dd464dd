//! The C2PA credential: making one with the receipt inside, and judging one that is found.
//!
//! Never touches the network: the crate is built without an HTTP client and its settings forbid it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use c2pa::assertions::{DataHash, labels};
use c2pa::{Builder, Context, HashRange, Ingredient, Reader, Signer, ValidationState};
use colophon_types::{Cancel, Lang, Receipt, Source, WorkId, hex};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::certificates::Credentials;
use crate::format::{archive, html, pdf, text};
use crate::mark::watermark::{Bound, Carried};
use crate::mark::{thumbnail, xmp};
use crate::verdict::{CredentialFacts, CredentialState};

/// Label of the assertion that holds the receipt.
pub(crate) const RECEIPT: &str = "org.colophon.receipt";
/// Label of the assertion that says which other marks were made.
pub(crate) const MARKS: &str = "org.colophon.marks";
/// Label of the assertions that bind a manifest to content by its watermark and its content code.
const SOFT_BINDING: &str = "c2pa.soft-binding";
/// How the labels of assertions begin that bind a manifest to the bytes of a file.
const HARD_BINDINGS: [&str; 2] = ["c2pa.hash.data", "c2pa.hash.bmff"];
const SPEC_VERSION: &str = "2.4.0";
/// The format under which bare manifest stores are composed.
const BARE: &str = "application/c2pa";
/// A hostile file does not hold up a verification for longer than this, plus what hashing its bytes
/// may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);
const SLOWEST_HASHING: u64 = 50_000_000; // bytes a second
/// How every manifest store starts: a description box and the UUID of C2PA stores.
const STORE_MAGIC: &[u8] = b"jumdc2pa\0\x11\0\x10\x80\0\0\xaa\08\x9bq";
/// Failures that concern the signer, not the bytes.
const SIGNER_PROBLEMS: &str = "signingCredential.";
/// Failures that mean only that the content is not what was signed; the receipt still is.
const CONTENT_PROBLEMS: [&str; 4] = [
    "assertion.dataHash.mismatch",
    "assertion.bmffHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.collectionHash.mismatch",
];

/// Why there is no label, where there could be one.
const BY_AGREEMENT: &str = "left out by agreement of the user, which is kept";

/// What goes into a credential.
pub(crate) struct Claim<'a> {
    pub(crate) receipt: &'a Receipt,
    pub(crate) source_type: &'a str,
    /// The label: its words and where it is; `None` where the user agreed to do without.
    pub(crate) label: Option<(&'a str, &'a str)>,
    /// Why there is no label, where the content can have none.
    pub(crate) no_label: Option<&'a str>,
    /// The watermark.
    pub(crate) bound: &'a Bound,
    /// The content code.
    pub(crate) iscc: Option<&'a str>,
    /// Files that the work was made from; the first was changed, unless it is a text.
    pub(crate) sources: &'a [Source],
    /// A small picture of it: JPEG.
    pub(crate) thumbnail: Option<&'a [u8]>,
}

impl Claim<'_> {
    fn builder(&self, cancel: &Cancel) -> Result<Builder, c2pa::Error> {
        let generator = json!({
            "name": "Colophon",
            "version": env!("CARGO_PKG_VERSION"),
        });
        let mut claim_generator = generator.clone();
        claim_generator["specVersion"] = json!(SPEC_VERSION);
        // What was changed was opened first; without it the work was created.
        let changed = self.sources.first().is_some_and(|s| !s.is_text());
        let did = if changed { "c2pa.edited" } else { "c2pa.created" };
        let mut action = json!({
            "action": did,
            "when": self.receipt.created,
            "digitalSourceType": self.source_type,
            "softwareAgent": generator,
        });
        let used: Vec<String> = (usize::from(changed)..self.sources.len()).map(source_id).collect();
        if !used.is_empty() {
            action["parameters"] = json!({ "ingredientIds": used });
        }
        let mut actions = vec![action];
        if changed {
            let opened = json!({ "ingredientIds": [source_id(0)] });
            actions.insert(0, json!({ "action": "c2pa.opened", "parameters": opened }));
        }
        let mut marks = match self.label {
            Some((text, place)) => json!({ "label": { "text": text, "where": place } }),
            None => json!({ "label": { "none": self.no_label.unwrap_or(BY_AGREEMENT) } }),
        };
        let mut bindings = Vec::new();
        let mut bind = |algorithm: String, value: &str| {
            let block = json!({ "scope": {}, "value": value });
            let data = json!({ "alg": algorithm, "blocks": [block] });
            bindings.push(json!({ "label": SOFT_BINDING, "data": data, "created": true }));
        };
        match self.bound {
            Bound::Carried(carried) => {
                let told = |mark: &Carried| json!({ "method": mark.method, "payload": mark.payload });
                marks["watermark"] = carried.first().map(told).unwrap_or_default();
                if let Some(others) = carried.get(1..).filter(|others| !others.is_empty()) {
                    marks["watermarks_beside"] = others.iter().map(told).collect();
                }
                for Carried { binding: (algorithm, value), .. } in carried {
                    bind(algorithm.clone(), value);
                }
                actions.push(json!({ "action": "c2pa.watermarked.bound", "when": self.receipt.created }));
            }
            Bound::Present(method) => marks["watermark"] = json!({ "method": method }),
            Bound::None(reason) => marks["watermark"] = json!({ "none": reason }),
        }
        if let Some(code) = self.iscc {
            bind("io.iscc.v0".to_owned(), code);
        }
        let mut definition = json!({
            "claim_version": 2,
            "claim_generator_info": [claim_generator],
            "title": self.receipt.title,
            "assertions": [
                {
                    "label": "c2pa.actions.v2",
                    "data": { "actions": actions, "allActionsIncluded": true },
                    "created": true,
                },
                { "label": RECEIPT, "kind": "Json", "data": self.receipt, "created": true },
                {
                    "label": MARKS,
                    "kind": "Json",
                    "data": marks,
                    "created": true,
                },
            ],
        });
        if let Some(list) = definition["assertions"].as_array_mut() {
            list.append(&mut bindings);
        }
        let cancel = cancel.clone();
        let context = context(None)?.with_progress_callback(move |_, _, _| !cancel.is_cancelled());
        let mut builder = Builder::from_context(context).with_definition(definition)?;
        if let Some(jpeg) = self.thumbnail {
            builder.set_thumbnail(thumbnail::MEDIA_TYPE, &mut Cursor::new(jpeg))?;
        }
        for (index, source) in self.sources.iter().enumerate() {
            let relationship = if changed && index == 0 { "parentOf" } else { "inputTo" };
            let about = json!({
                "title": source.name, "format": source.media_type, "relationship": relationship,
                "label": source_id(index), "instance_id": source_id(index),
            });
            if source.is_text() {
                builder.add_ingredient(text_ingredient(about, source)?);
                continue;
            }
            let mut bytes = Cursor::new(&*source.bytes);
            // Nothing may inflate a credential that is compressed.
            let unfit = archive::is_archive(&source.media_type)
                && matches!(archive::held(&mut bytes), archive::Held::Unfit | archive::Held::Closed);
            if unfit {
                builder.add_ingredient(Ingredient::from_json(&about.to_string())?);
                continue;
            }
            bytes.set_position(0);
            builder.add_ingredient_from_stream(about.to_string(), &source.media_type, &mut bytes)?;
        }
        Ok(builder)
    }

    /// Signs `source` into `target`, both of media type `format`.
    pub(crate) fn sign<R, W>(
        &self,
        credentials: &Credentials,
        format: &str,
        source: &mut R,
        target: &mut W,
        cancel: &Cancel,
    ) -> Result<(), c2pa::Error>
    where
        R: Read + Seek + Send,
        W: Read + Write + Seek + Send,
    {
        let signer = credentials.signer()?;
        self.builder(cancel)?.sign(&signer, format, source, target)?;
        Ok(())
    }

    /// Signs bytes that carry the manifest store outside of any container: `wrapper_length` gives the
    /// number of bytes that a store of a given size will take at the end of `content`.
    pub(crate) fn sign_appended(
        &self,
        credentials: &Credentials,
        content: &[u8],
        wrapper_length: impl Fn(usize) -> u64,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, c2pa::Error> {
        let left_out = |size| Some(HashRange::new(content.len() as u64, wrapper_length(size)));
        self.sign_bare(credentials, &Sha256::digest(content), left_out, cancel)
    }

    /// Signs bytes beside which the manifest store will lie.
    pub(crate) fn sign_beside(
        &self,
        credentials: &Credentials,
        content: &[u8],
        cancel: &Cancel,
    ) -> Result<Vec<u8>, c2pa::Error> {
        self.sign_bare(credentials, &Sha256::digest(content), |_| None, cancel)
    }

    /// A bare manifest store over a SHA-256; `left_out` gives what the hash leaves out when the store
    /// has a given size.
    pub(crate) fn sign_bare(
        &self,
        credentials: &Credentials,
        sha256: &[u8],
        left_out: impl Fn(usize) -> Option<HashRange>,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, c2pa::Error> {
        self.sign_bound(credentials, |size| Ok((sha256.to_vec(), left_out(size))), cancel)
    }

    /// Signs a page and gives it with the credential in its head.
    pub(crate) fn sign_page(
        &self,
        credentials: &Credentials,
        mut page: String,
        cancel: &Cancel,
    ) -> Result<String, c2pa::Error> {
        let place = html::script_place(&page);
        let at = place.ok_or_else(|| c2pa::Error::BadParam("the page has no head".to_owned()))?;
        let left_out = |size| Some(HashRange::new(at as u64, html::script_length(size)));
        let store = self.sign_bare(credentials, &Sha256::digest(page.as_bytes()), left_out, cancel)?;
        page.insert_str(at, &html::script(&store));
        Ok(page)
    }

    /// Signs a PDF document and gives it with the credential as an associated file.
    pub(crate) fn sign_pdf(
        &self,
        credentials: &Credentials,
        document: &[u8],
        cancel: &Cancel,
    ) -> Result<Vec<u8>, c2pa::Error> {
        let mut made = None;
        let bind = |size: usize| {
            let (bytes, room) = pdf::with_room(document, size)?;
            let mut hash = Sha256::new();
            hash.update(&bytes[..room.start]);
            hash.update(&bytes[room.end..]);
            let left_out = HashRange::new(room.start as u64, room.len() as u64);
            made = Some((bytes, room));
            Ok((hash.finalize().to_vec(), Some(left_out)))
        };
        let store = self.sign_bound(credentials, bind, cancel)?;
        let (mut bytes, room) = made.ok_or_else(|| c2pa::Error::BadParam("no room was made".to_owned()))?;
        bytes[room].copy_from_slice(&store);
        Ok(bytes)
    }

    /// A bare manifest store; `bind` gives, for the size that it will have, the SHA-256 of the content and
    /// what that leaves out.
    fn sign_bound(
        &self,
        credentials: &Credentials,
        bind: impl FnOnce(usize) -> Result<(Vec<u8>, Option<HashRange>), String>,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, c2pa::Error> {
        let signer = credentials.signer()?;
        let mut builder = self.builder(cancel)?;
        let placeholder = builder.data_hashed_placeholder(signer.reserve_size(), BARE)?;
        let mut hash = DataHash::new("jumbf manifest", "sha256");
        let (sha256, left_out) = bind(placeholder.len()).map_err(c2pa::Error::BadParam)?;
        if let Some(range) = left_out {
            hash.add_exclusion(range);
        }
        hash.set_hash(sha256);
        let store = builder.sign_data_hashed_embeddable(&signer, &hash, BARE)?;
        if store.len() == placeholder.len() {
            Ok(store)
        } else {
            Err(c2pa::Error::BadParam(format!(
                "the manifest store has {} bytes where {} were reserved",
                store.len(),
                placeholder.len()
            )))
        }
    }
}

/// A text as an ingredient: C2PA's library reads no texts, so its credential is taken out of it here.
fn text_ingredient(mut about: Value, source: &Source) -> Result<Ingredient, c2pa::Error> {
    let words = std::str::from_utf8(&source.bytes).unwrap_or_default();
    let text::Wrapped::One { store, content, .. } = text::unwrap(words) else {
        return Ingredient::from_json(&about.to_string());
    };
    let reader = Reader::from_context(context(None)?);
    // Hostile bytes, as in `judge`.
    let read = AssertUnwindSafe(|| {
        reader.with_manifest_data_and_stream(&store, "text/plain", Cursor::new(content)).ok()
    });
    let Some(reader) = catch_unwind(read).ok().flatten() else {
        return Ingredient::from_json(&about.to_string());
    };
    about["active_manifest"] = json!(reader.active_label());
    about["validation_results"] = json!(reader.validation_results());
    let mut ingredient = Ingredient::from_json(&about.to_string())?;
    ingredient.set_manifest_data(store)?;
    Ok(ingredient)
}

/// By what the actions name a source.
fn source_id(index: usize) -> String {
    format!("source-{index}")
}

/// Signs a few bytes and judges the result, so that unfit keys are found before any work is done.
pub(crate) fn try_out(credentials: &Credentials) -> Result<(), String> {
    let receipt = Receipt {
        work_id: WorkId::from_bits(0),
        title: "trial".to_owned(),
        lang: Lang::En,
        created: "2026-01-01T00:00:00Z".to_owned(),
        generator: "colophon".to_owned(),
        request: Value::Null,
        seed: 0,
        models: Vec::new(),
        steps: Vec::new(),
        extra: BTreeMap::new(),
    };
    let bound = Bound::None("trial".to_owned());
    let claim = Claim {
        receipt: &receipt,
        source_type: xmp::SOURCE_TYPES,
        label: None,
        no_label: None,
        bound: &bound,
        iscc: None,
        sources: &[],
        thumbnail: None,
    };
    let mut words = String::from("trial");
    let store = claim
        .sign_appended(credentials, words.as_bytes(), text::wrapper_length, &Cancel::new())
        .map_err(|e| e.to_string())?;
    words.push_str(&text::wrap(&store)?);
    let wrapper = 5..words.len();
    let judged = read_appended(&store, words.into_bytes(), wrapper, None);
    match judged.facts.state {
        CredentialState::Valid | CredentialState::Trusted => Ok(()),
        _ => Err(format!("what it signs is not valid: {}", judged.facts.problems.join(", "))),
    }
}

fn context(trust_anchors: Option<&str>) -> Result<Context, c2pa::Error> {
    let mut settings = json!({
        "core": { "allowed_network_hosts": [] },
        "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
        "builder": { "thumbnail": { "enabled": false } },
    });
    if let Some(anchors) = trust_anchors {
        settings["trust"] = json!({ "trust_anchors": anchors });
    }
    Context::new().with_settings(settings)
}

/// What a credential says.
#[derive(Debug, Default)]
pub(crate) struct Credential {
    pub(crate) facts: CredentialFacts,
    /// The receipt, when the signature over it holds.
    pub(crate) receipt: Option<Receipt>,
    /// Words and place of the label, when the signature over it holds.
    pub(crate) label: Option<(String, String)>,
    /// Why there is no label, when the signature over it holds.
    pub(crate) no_label: Option<String>,
    /// The source type of the first action.
    pub(crate) source_type: Option<String>,
    /// Who signed, for the reasons.
    pub(crate) issuer: Option<String>,
    /// Whether an invalid credential contradicts the bytes (and not only its signer is at fault).
    pub(crate) contradicts: bool,
    /// Whether a credential is there that cannot be checked.
    pub(crate) unread: bool,
    /// Why a file without a credential could not be read to its end.
    pub(crate) damage: Option<String>,
}

impl Credential {
    /// Whether a manifest was found and judged.
    pub(crate) fn is_readable(&self) -> bool {
        self.facts.active_manifest.is_some()
    }

    /// A credential that cannot even be read.
    pub(crate) fn broken(problem: &str) -> Self {
        let mut credential = Self { contradicts: true, ..Self::default() };
        credential.facts.state = CredentialState::Invalid;
        credential.facts.problems.push(problem.to_owned());
        credential
    }
}

/// Judges the credential inside a file of a container format.
pub(crate) fn read_embedded(
    format: &str,
    mut stream: impl Read + Seek + Send,
    trust_anchors: Option<&str>,
) -> Credential {
    let length = stream.seek(SeekFrom::End(0)).unwrap_or_default();
    judge(trust_anchors, length, |reader| reader.with_stream(format, stream))
}

/// Whether a manifest store lies anywhere in a file, also where its container does not lead to it.
pub(crate) fn is_inside(file: &mut File) -> std::io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; 1 << 20];
    let mut kept = 0;
    loop {
        let read = file.read(&mut buffer[kept..])?;
        let filled = kept + read;
        if buffer[..filled].windows(STORE_MAGIC.len()).any(|w| w == STORE_MAGIC) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        kept = filled.min(STORE_MAGIC.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

/// Judges a bare manifest store against the bytes it was found with, of which it may leave out only
/// `wrapper`, the range that holds the store itself.
pub(crate) fn read_appended(
    store: &[u8],
    content: Vec<u8>,
    wrapper: Range<usize>,
    trust_anchors: Option<&str>,
) -> Credential {
    judge(trust_anchors, content.len() as u64, |reader| {
        let reader = reader.with_manifest_data_and_stream(store, "text/plain", Cursor::new(content))?;
        match exclusions(&reader) {
            Some(found) if found == [(wrapper.start as u64, wrapper.len() as u64)] => Ok(reader),
            _ => Err(c2pa::Error::HashMismatch("the credential leaves out more than itself".to_owned())),
        }
    })
}

/// Judges the manifest store of a PDF document, which may leave out nothing but what is in the stream that
/// holds it.
pub(crate) fn read_pdf(pdf: Vec<u8>, trust_anchors: Option<&str>) -> Credential {
    let Some(pdf::Embedded { store, stream }) = pdf::embedded(&pdf, STORE_MAGIC) else {
        return Credential::default();
    };
    let length = pdf.len() as u64;
    judge(trust_anchors, length, |reader| {
        let reader = reader.with_manifest_data_and_stream(&store, "text/plain", Cursor::new(pdf))?;
        let within = |&(start, length): &(u64, u64)| {
            start >= stream.start as u64
                && start.checked_add(length).is_some_and(|end| end <= stream.end as u64)
        };
        match exclusions(&reader) {
            Some(found) if found.iter().all(within) => Ok(reader),
            _ => Err(c2pa::Error::HashMismatch("the credential leaves out more than itself".to_owned())),
        }
    })
}

/// Judges a manifest store that lies beside the bytes that it was made for; it may leave out nothing.
pub(crate) fn read_beside(
    store: &[u8],
    mut content: impl Read + Seek + Send,
    trust_anchors: Option<&str>,
) -> Credential {
    let length = content.seek(SeekFrom::End(0)).unwrap_or_default();
    judge(trust_anchors, length, |reader| {
        let reader = reader.with_manifest_data_and_stream(store, "text/plain", content)?;
        match exclusions(&reader).unwrap_or_default().as_slice() {
            [] => Ok(reader),
            _ => Err(c2pa::Error::HashMismatch("the credential leaves out a part of the file".to_owned())),
        }
    })
}

/// The SHA-256 of the one file that a manifest store can lie beside, lower-case hex; `None` for a store that
/// is bound in another way or cannot be read.
pub(crate) fn bound_to(store: &[u8]) -> Option<String> {
    let mut bound = None;
    judge(None, 0, |reader| {
        let reader = reader.with_manifest_data_and_stream(store, "text/plain", Cursor::new(&[][..]))?;
        if exclusions(&reader).unwrap_or_default().is_empty() {
            bound = content_hash(&reader, &HARD_BINDINGS[..1]).filter(|hash| hash.len() == 64);
        }
        Ok(reader)
    });
    bound
}

/// The ranges that the data hash of the active manifest leaves out.
fn exclusions(reader: &Reader) -> Option<Vec<(u64, u64)>> {
    let all: Value = serde_json::from_str(&reader.detailed_json()).ok()?;
    let manifest = all.get("manifests")?.get(reader.active_label()?)?;
    let ranges = manifest.get("assertion_store")?.get(labels::DATA_HASH)?.get("exclusions")?.as_array()?;
    ranges.iter().map(|r| Some((r.get("start")?.as_u64()?, r.get("length")?.as_u64()?))).collect()
}

/// The hash of the file without the credential, as the active manifest tells it in one of `bindings`.
fn content_hash(reader: &Reader, bindings: &[&str]) -> Option<String> {
    let all: Value = serde_json::from_str(&reader.detailed_json()).ok()?;
    let store = all.get("manifests")?.get(reader.active_label()?)?.get("assertion_store")?.as_object()?;
    let binding = store.iter().find(|(label, _)| bindings.iter().any(|b| label.starts_with(b)))?.1;
    let bytes = |hash: &Value| match hash {
        Value::String(text) => STANDARD.decode(text).ok(),
        Value::Array(bytes) => bytes.iter().map(|b| u8::try_from(b.as_u64()?).ok()).collect(),
        _ => None,
    };
    Some(hex(&bytes(binding.get("hash")?)?))
}

fn judge(
    trust_anchors: Option<&str>,
    length: u64,
    read: impl FnOnce(Reader) -> Result<Reader, c2pa::Error>,
) -> Credential {
    let started = Instant::now();
    let limit = TIME_LIMIT + Duration::from_secs(length / SLOWEST_HASHING);
    let context = match context(trust_anchors) {
        Ok(context) => context.with_progress_callback(move |_, _, _| started.elapsed() < limit),
        Err(e) => return Credential::broken(&format!("trust anchors: {e}")),
    };
    // The parsers below are fed hostile bytes; should one panic, the file is broken and nothing else
    // is. Nothing outside of the closure is touched by it, so no state is left half changed.
    let result = catch_unwind(AssertUnwindSafe(|| read(Reader::from_context(context)).map(|r| describe(&r))));
    match result {
        Ok(Ok(credential)) => credential,
        Ok(Err(
            c2pa::Error::JumbfNotFound | c2pa::Error::UnsupportedType | c2pa::Error::ProvenanceMissing,
        )) => Credential::default(),
        Ok(Err(e)) => Credential::broken(&e.to_string()),
        Err(_) => Credential::broken("the credential could not be parsed"),
    }
}

fn describe(reader: &Reader) -> Credential {
    let mut out = Credential::default();
    let Some(manifest) = reader.active_manifest() else {
        return Credential::broken("no active manifest");
    };
    out.facts.state = match reader.validation_state() {
        ValidationState::Trusted => CredentialState::Trusted,
        ValidationState::Valid => CredentialState::Valid,
        ValidationState::Invalid => CredentialState::Invalid,
    };
    out.facts.active_manifest = reader.active_label().map(str::to_owned);
    out.facts.time_stamped = manifest.signature_info().is_some_and(|s| s.time.is_some());
    out.facts.content_hash = content_hash(reader, &HARD_BINDINGS);
    out.issuer = manifest.issuer();
    let untrusted = "signingCredential.untrusted";
    let mut problems: Vec<String> = reader
        .validation_status()
        .unwrap_or_default()
        .iter()
        .map(|s| s.code().to_owned())
        .filter(|code| code != untrusted)
        .collect();
    problems.sort();
    problems.dedup();
    if out.facts.state == CredentialState::Invalid && problems.is_empty() {
        problems.push("claimSignature.missing".to_owned());
    }
    out.contradicts = out.facts.state == CredentialState::Invalid
        && !problems.iter().all(|p| p.starts_with(SIGNER_PROBLEMS));
    let statement_holds =
        problems.iter().all(|p| p.starts_with(SIGNER_PROBLEMS) || CONTENT_PROBLEMS.contains(&p.as_str()));
    out.facts.problems = problems;
    let assertion =
        |label: &str| manifest.assertions().iter().find(|a| a.label() == label).and_then(|a| a.value().ok());
    if statement_holds {
        out.receipt = assertion(RECEIPT).and_then(|v| serde_json::from_value(v.clone()).ok());
        out.label = assertion(MARKS).and_then(|v| {
            let text = |key: &str| v.pointer(key).and_then(Value::as_str).map(str::to_owned);
            Some((text("/label/text")?, text("/label/where")?))
        });
        let none = assertion(MARKS).and_then(|v| v.pointer("/label/none")?.as_str().map(str::to_owned));
        out.no_label = none.filter(|reason| reason != BY_AGREEMENT);
        out.source_type = assertion("c2pa.actions.v2")
            .or_else(|| assertion("c2pa.actions"))
            .and_then(|v| v.get("actions")?.as_array())
            .and_then(|actions| actions.iter().find_map(|a| a.get("digitalSourceType")?.as_str()))
            .map(str::to_owned);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates;

    #[test]
    fn a_credential_that_leaves_out_more_than_itself_does_not_hold() {
        let dir = tempfile::tempdir().unwrap();
        let credentials = certificates::self_made(dir.path()).unwrap();
        let receipt = Receipt {
            work_id: WorkId::from_bits(1),
            title: "t".to_owned(),
            lang: Lang::En,
            created: "2026-01-01T00:00:00Z".to_owned(),
            generator: "g".to_owned(),
            request: Value::Null,
            seed: 0,
            models: Vec::new(),
            steps: Vec::new(),
            extra: Default::default(),
        };
        let bound = Bound::None("t".to_owned());
        let claim = Claim {
            receipt: &receipt,
            source_type: "s",
            label: None,
            no_label: None,
            bound: &bound,
            iscc: None,
            sources: &[],
            thumbnail: None,
        };
        let judged = |more: u64| {
            let length = |n| text::wrapper_length(n) + more;
            let store = claim.sign_appended(&credentials, b"text", length, &Cancel::new()).unwrap();
            let words = format!("text{}{}", text::wrap(&store).unwrap(), &"added"[..more as usize]);
            match text::unwrap(&words) {
                text::Wrapped::One { store, content, wrapper } => {
                    read_appended(&store, content, wrapper, None)
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(judged(0).facts.state, CredentialState::Valid);
        let more = judged(5);
        assert_eq!(more.facts.state, CredentialState::Invalid);
        assert!(more.contradicts && more.receipt.is_none());
    }
}
