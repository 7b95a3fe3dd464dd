//! Objects in a bucket of an S3-compatible store.
//!
//! Requests carry a signature in their address (Signature Version 4) that holds for a few minutes. What passes
//! (the network, 5xx, "slow down") is tried again, with growing pauses. Every object notes its SHA-256 when it
//! is written, and every body that is sent has its MD5 before it, which the store checks.

use std::cell::Cell;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use rusty_s3::actions::{GetObject, ListObjectsV2};
use rusty_s3::{Credentials, S3Action as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ureq::http::Response;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::address::BucketAddress;
use crate::{Object, ObjectError, Objects, Sink, Stat, checked, hex, sha256};

/// How long a signature holds.
pub(crate) const VALID: Duration = Duration::from_secs(900);
/// Files up to this length are sent in one piece.
const ONE_PIECE: u64 = 64 << 20;
/// How often something is tried.
const TRIES: u32 = 7;
/// The pause after the first try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the store may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;
/// Longest answer that is not an object.
const LONGEST_ANSWER: u64 = 8 << 20;
/// Where an object notes its hash.
pub(crate) const HASH: &str = "x-amz-meta-sha256";

/// The keys of a store.
#[derive(Clone)]
pub struct Keys(Credentials);

impl Keys {
    /// Keys that are known.
    pub fn new(id: &str, secret: &str) -> Self {
        Self(Credentials::new(id, secret))
    }

    /// The keys of the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for a while only,
    /// `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    /// [`ObjectError::NoKeys`].
    pub fn from_env() -> Result<Self, ObjectError> {
        Credentials::from_env().map(Self).ok_or(ObjectError::NoKeys)
    }
}

/// A bucket.
pub struct Bucket {
    pub(crate) bucket: rusty_s3::Bucket,
    keys: Keys,
    prefix: String,
    place: String,
    pub(crate) agent: Agent,
    tries: u32,
    one_piece: u64,
}

/// Why a try failed.
pub(crate) enum Fault {
    /// Another may do better.
    Passing(String),
    /// None will.
    Last(ObjectError),
}

/// What a file is, for whoever receives it.
pub(crate) struct Sums {
    pub(crate) length: u64,
    pub(crate) sha256: String,
    md5: String,
}

impl Bucket {
    /// A bucket; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ObjectError`]: an address that cannot be used, root certificates that cannot be read.
    pub fn open(at: &BucketAddress, keys: Keys) -> Result<Self, ObjectError> {
        let bad = |why: String| ObjectError::Setting(format!("the object store of the settings {why}"));
        let bucket =
            rusty_s3::Bucket::new(at.endpoint.clone(), at.style(), at.name.clone(), at.region.clone());
        let bucket = bucket.map_err(|e| bad(format!("has an address that cannot be used: {e:?}")))?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE));
        if let Some(file) = &at.roots {
            let pem = std::fs::read(file).map_err(ObjectError::io("read", file))?;
            let certificate = |item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            };
            let roots: Vec<_> = parse_pem(&pem).filter_map(certificate).collect();
            if roots.is_empty() {
                return Err(bad(format!("has no certificate in {}", file.display())));
            }
            let roots = RootCerts::new_with_certs(&roots);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let place = format!("the bucket {} at {}", at.name, at.endpoint.host_str().unwrap_or_default());
        let agent = Agent::new_with_config(config.build());
        let prefix = at.prefix.clone();
        Ok(Self { bucket, keys, prefix, place, agent, tries: TRIES, one_piece: ONE_PIECE })
    }

    /// Gives up after so many tries, and sends files that are longer than `one_piece` in parts: for tests.
    #[must_use]
    pub fn with_limits(self, tries: u32, one_piece: u64) -> Self {
        Self { tries, one_piece, ..self }
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        Some(&self.keys.0)
    }

    /// The whole key of an object.
    pub(crate) fn whole(&self, key: &str) -> Result<String, ObjectError> {
        Ok(format!("{}{}", self.prefix, checked(key)?))
    }

    /// Tries until it is done, cannot be done, or was tried often enough.
    pub(crate) fn try_to<T>(
        &self,
        doing: &str,
        mut once: impl FnMut() -> Result<T, Fault>,
    ) -> Result<T, ObjectError> {
        let mut number = 1;
        loop {
            match once() {
                Ok(done) => return Ok(done),
                Err(Fault::Last(error)) => return Err(error),
                Err(Fault::Passing(why)) if number >= self.tries => {
                    return Err(ObjectError::Away {
                        place: self.place.clone(),
                        doing: doing.to_owned(),
                        why,
                    });
                }
                Err(Fault::Passing(why)) => {
                    tracing::debug!("{} does not {doing} yet: {why}", self.place);
                    std::thread::sleep((PAUSE * (1 << (number - 1).min(16))).min(LONGEST_PAUSE));
                    number += 1;
                }
            }
        }
    }

    /// The answer of the store, where it is none of an error.
    pub(crate) fn answer(
        &self,
        doing: &str,
        key: &str,
        sent: Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, Fault> {
        let mut response = sent.map_err(|e| self.unsent(doing, e))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(response);
        }
        let text = text(&mut response).unwrap_or_default();
        let code = element(&text, "Code").unwrap_or_default();
        let why = match (code.as_str(), element(&text, "Message")) {
            ("", _) => format!("status {status}"),
            (code, None) => format!("{code} (status {status})"),
            (code, Some(message)) => format!("{code}: {} (status {status})", message.trim_end_matches('.')),
        };
        let passes = ["RequestTimeout", "BadDigest", "SlowDown", "OperationAborted", "InternalError"];
        if status >= 500 || status == 429 || status == 408 || passes.contains(&code.as_str()) {
            return Err(Fault::Passing(why));
        }
        let place = self.place.clone();
        Err(Fault::Last(if status == 404 && (code.is_empty() || code == "NoSuchKey") {
            ObjectError::Missing { place, key: key.to_owned() }
        } else {
            ObjectError::Refused { place, doing: doing.to_owned(), why }
        }))
    }

    /// A request that did not get through. Addresses are not told: they are signed.
    fn unsent(&self, doing: &str, error: ureq::Error) -> Fault {
        let last = |why: String| {
            Fault::Last(ObjectError::Away { place: self.place.clone(), doing: doing.to_owned(), why })
        };
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => last("its address cannot be used".into()),
            ureq::Error::Tls(why) => last(why.to_owned()),
            ureq::Error::Rustls(why) => last(why.to_string()),
            other => Fault::Passing(other.to_string()),
        }
    }

    /// The text of an answer.
    pub(crate) fn words(&self, doing: &str, mut response: Response<Body>) -> Result<String, Fault> {
        text(&mut response).map_err(|e| self.unsent(doing, e))
    }

    fn put_whole(
        &self,
        key: &str,
        sums: &Sums,
        send: &dyn Fn(ureq::RequestBuilder<ureq::typestate::WithBody>) -> Result<Response<Body>, Fault>,
    ) -> Result<Stat, ObjectError> {
        let whole = self.whole(key)?;
        self.try_to(&format!("take {key}"), || {
            let mut action = self.bucket.put_object(self.credentials(), &whole);
            action.headers_mut().insert(HASH, sums.sha256.as_str());
            let request = self.agent.put(action.sign(VALID).as_str()).header(HASH, &sums.sha256);
            send(request.header("content-md5", &sums.md5)).map(drop)
        })?;
        self.confirm(key, sums)
    }

    /// Makes sure that an object is there as it was sent.
    pub(crate) fn confirm(&self, key: &str, sums: &Sums) -> Result<Stat, ObjectError> {
        let bad = |why: String| ObjectError::Damaged { place: self.place.clone(), key: key.to_owned(), why };
        let Some(stat) = self.stat(key)? else { return Err(bad("it is gone after it was written".into())) };
        if stat.length != sums.length {
            return Err(bad(format!("it has {} bytes and not {}", stat.length, sums.length)));
        }
        match &stat.sha256 {
            Some(noted) if *noted != sums.sha256 => {
                Err(bad("something else was written in its place".into()))
            }
            _ => Ok(stat),
        }
    }
}

impl Objects for Bucket {
    fn place(&self) -> &str {
        &self.place
    }

    fn check(&self) -> Result<(), ObjectError> {
        let doing = "list its objects";
        self.try_to(doing, || {
            let mut action = self.bucket.list_objects_v2(self.credentials());
            action.with_prefix(self.prefix.as_str());
            action.with_max_keys(1);
            let sent = self.agent.get(action.sign(VALID).as_str()).call();
            self.answer(doing, "", sent).map(drop)
        })
    }

    fn put_file(&self, key: &str, path: &Path) -> Result<Stat, ObjectError> {
        let sums = Sums::of_file(path).map_err(ObjectError::io("read", path))?;
        if sums.length > self.one_piece {
            return self.put_parts(key, path, &sums);
        }
        let doing = format!("take {key}");
        self.put_whole(key, &sums, &|request| {
            let file = File::open(path).map_err(|e| Fault::Last(ObjectError::io("read", path)(e)))?;
            self.answer(&doing, key, request.send(&file))
        })
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<Stat, ObjectError> {
        let sums = Sums::of(bytes);
        let doing = format!("take {key}");
        self.put_whole(key, &sums, &|request| self.answer(&doing, key, request.send(bytes)))
    }

    fn stat(&self, key: &str) -> Result<Option<Stat>, ObjectError> {
        let whole = self.whole(key)?;
        let doing = format!("say what {key} is");
        let found = self.try_to(&doing, || {
            let action = self.bucket.head_object(self.credentials(), &whole);
            let response = self.answer(&doing, key, self.agent.head(action.sign(VALID).as_str()).call())?;
            let length = header(&response, "content-length").and_then(|text| text.parse().ok());
            let length = length.ok_or_else(|| Fault::Passing("it does not say how long it is".into()))?;
            Ok(Stat { length, sha256: header(&response, HASH) })
        });
        match found {
            Ok(stat) => Ok(Some(stat)),
            Err(ObjectError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, key: &str, range: Option<Range<u64>>, sink: &mut Sink<'_>) -> Result<Stat, ObjectError> {
        let whole = self.whole(key)?;
        let doing = format!("give {key}");
        let bad = |why: &str| {
            let (place, why) = (self.place.clone(), why.to_owned());
            Fault::Last(ObjectError::Damaged { place, key: key.to_owned(), why })
        };
        let start = range.as_ref().map_or(0, |range| range.start);
        let end = range.as_ref().map(|range| range.end);
        if end.is_some_and(|end| end <= start) {
            return self
                .stat(key)?
                .ok_or_else(|| ObjectError::Missing { place: self.place.clone(), key: key.into() });
        }
        // A try that breaks off is taken up where it ended.
        let (done, mut hash) = (Cell::new(0u64), Sha256::new());
        let mut first: Option<Stat> = None;
        let stat = self.try_to(&doing, || {
            let from = start + done.get();
            let action: GetObject<'_> = self.bucket.get_object(self.credentials(), &whole);
            let mut request = self.agent.get(action.sign(VALID).as_str());
            let in_part = from > 0 || end.is_some();
            if in_part {
                let last = end.map(|end| (end - 1).to_string()).unwrap_or_default();
                request = request.header("range", format!("bytes={from}-{last}"));
            }
            let mut response = self.answer(&doing, key, request.call())?;
            let length = match (response.status().as_u16(), in_part) {
                (206, true) => {
                    header(&response, "content-range").and_then(|r| r.rsplit_once('/')?.1.parse().ok())
                }
                (200, false) => header(&response, "content-length").and_then(|text| text.parse().ok()),
                _ => return Err(bad("the store does not keep to ranges")),
            };
            let length = length.ok_or_else(|| Fault::Passing("it does not say how long it is".into()))?;
            let stat = Stat { length, sha256: header(&response, HASH) };
            if first.get_or_insert_with(|| stat.clone()) != &stat {
                return Err(bad("it changed while it was read"));
            }
            let wanted = end.map_or(length, |end| end.min(length)).saturating_sub(start);
            let mut reader = response.body_mut().as_reader();
            let mut buffer = vec![0; BUFFER];
            while done.get() < wanted {
                let most = BUFFER.min((wanted - done.get()) as usize);
                match reader.read(&mut buffer[..most]) {
                    Ok(0) => return Err(Fault::Passing("the answer ended early".into())),
                    Ok(n) => {
                        hash.update(&buffer[..n]);
                        let full = |e| Fault::Last(ObjectError::io("write", Path::new(key))(e));
                        sink(&buffer[..n]).map_err(full)?;
                        done.set(done.get() + n as u64);
                    }
                    Err(e) => return Err(Fault::Passing(e.to_string())),
                }
            }
            Ok(stat)
        })?;
        let noted = stat.sha256.as_ref().filter(|_| range.is_none());
        if noted.is_some_and(|noted| *noted != hex(&hash.finalize())) {
            let (place, why) = (self.place.clone(), "its content is not what was written".to_owned());
            return Err(ObjectError::Damaged { place, key: key.to_owned(), why });
        }
        Ok(stat)
    }

    fn remove(&self, key: &str) -> Result<(), ObjectError> {
        let whole = self.whole(key)?;
        let doing = format!("remove {key}");
        let removed = self.try_to(&doing, || {
            let action = self.bucket.delete_object(self.credentials(), &whole);
            self.answer(&doing, key, self.agent.delete(action.sign(VALID).as_str()).call()).map(drop)
        });
        match removed {
            Err(ObjectError::Missing { .. }) => Ok(()),
            other => other,
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<Object>, ObjectError> {
        let doing = format!("list {prefix}");
        let whole = format!("{}{prefix}", self.prefix);
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let page = self.try_to(&doing, || {
                let mut action = self.bucket.list_objects_v2(self.credentials());
                action.with_prefix(whole.as_str());
                if let Some(token) = &next {
                    action.with_continuation_token(token.as_str());
                }
                let sent = self.agent.get(action.sign(VALID).as_str()).call();
                let text = self.words(&doing, self.answer(&doing, prefix, sent)?)?;
                ListObjectsV2::parse_response(&text)
                    .map_err(|e| Fault::Passing(format!("its list cannot be read: {e}")))
            })?;
            for object in page.contents {
                let Some(key) = object.key.strip_prefix(&self.prefix) else { continue };
                let at = object.last_modified.and_then(|at| OffsetDateTime::parse(&at, &Rfc3339).ok());
                // What has no time is taken for new.
                let at = at.unwrap_or_else(OffsetDateTime::now_utc);
                let written = (at.unix_timestamp_nanos() / 1_000_000) as i64;
                found.push(Object { key: key.to_owned(), length: object.size.unwrap_or(0), written });
            }
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}

impl Sums {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let md5 = STANDARD.encode(<Md5 as md5::Digest>::digest(bytes));
        Self { length: bytes.len() as u64, sha256: sha256(bytes), md5 }
    }

    fn of_file(path: &Path) -> std::io::Result<Self> {
        let (mut file, mut buffer) = (File::open(path)?, vec![0; BUFFER]);
        let (mut sha256, mut md5, mut length) = (Sha256::new(), <Md5 as md5::Digest>::new(), 0);
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            sha256.update(&buffer[..n]);
            md5::Digest::update(&mut md5, &buffer[..n]);
            length += n as u64;
        }
        let md5 = STANDARD.encode(md5::Digest::finalize(md5));
        Ok(Self { length, sha256: hex(&sha256.finalize()), md5 })
    }

    pub(crate) fn md5(&self) -> &str {
        &self.md5
    }
}

pub(crate) fn header(response: &Response<Body>, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn text(response: &mut Response<Body>) -> Result<String, ureq::Error> {
    response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string()
}

/// The text of an element of an answer that tells of an error.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = rest.split_once(&format!("</{name}>"))?;
    let plain: String = inside.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(plain)
}
