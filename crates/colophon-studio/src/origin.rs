//! Where a work comes from: its number, its time, its seed, and the receipt that says so.

use std::cell::Cell;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use colophon_types::{Lang, ModelUse, Receipt, Seed, Step, WorkId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::StudioError;

/// The program and its version, as receipts name it.
pub(crate) const GENERATOR: &str = concat!("Colophon ", env!("CARGO_PKG_VERSION"));

/// Identity of a work: only needed to make the same work again; otherwise the studio gives one.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its identifier.
    pub id: WorkId,
    /// When it was made: RFC 3339, UTC.
    pub created: String,
}

/// The receipt of a work; `steps` are names with the engines that did them.
pub(crate) fn receipt(
    work: Work,
    title: &str,
    lang: Lang,
    request: Value,
    seed: u64,
    models: Vec<ModelUse>,
    steps: Vec<(&str, String)>,
) -> Receipt {
    Receipt {
        work_id: work.id,
        title: title.to_owned(),
        lang,
        created: work.created,
        generator: GENERATOR.to_owned(),
        request,
        seed,
        models,
        steps: steps.into_iter().map(|(name, engine)| Step { name: name.to_owned(), engine }).collect(),
        extra: [("platform".to_owned(), platform())].into(),
    }
}

/// SHA-256 of words, lower-case hex: what receipts keep in the place of what a user said.
pub(crate) fn sha256(words: &str) -> String {
    sha256_of(words.as_bytes())
}

/// SHA-256 of bytes, lower-case hex.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    colophon_types::hex(&Sha256::digest(bytes))
}

/// A file's name, without folders, which on a server are none that a reader knows; the path where it has none.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// SHA-256 of a file, lower-case hex.
pub(crate) fn sha256_of_file(path: &Path) -> Result<String, StudioError> {
    let mut file = std::fs::File::open(path).map_err(StudioError::io("read", path))?;
    let mut digest = Sha256::new();
    std::io::copy(&mut file, &mut digest).map_err(StudioError::io("read", path))?;
    Ok(colophon_types::hex(&digest.finalize()))
}

/// A seed that no one asked for: from the clock and the process.
pub(crate) fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
    // 53 bits, so that JSON readers of every language hold it exactly.
    Seed(now ^ (u64::from(std::process::id()) << 32)).derive("fresh").0 >> 11
}

/// The seed of picture `index` of several: the first is the one that `first` alone would give.
pub(crate) fn seed_of(first: u64, index: usize) -> u64 {
    if index == 0 { first } else { Seed(first).derive(&format!("picture {index}")).0 >> 11 }
}

thread_local! {
    /// The number and time of the work that this thread makes again.
    static AGAIN: Cell<Option<Work>> = const { Cell::new(None) };
}

/// Makes a work again: the first work that `make` makes on this thread has the number and the time that
/// it had, and with them the same marks.
pub(crate) fn again<T>(work: Work, make: impl FnOnce() -> T) -> T {
    /// Forgets the work also where `make` ended early.
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            AGAIN.set(None);
        }
    }
    AGAIN.set(Some(work));
    let _over = Over;
    make()
}

/// An identifier from the time (48 bits of milliseconds) and 80 bits that are drawn. `SOURCE_DATE_EPOCH`
/// sets the time, and then the bits are those of the request's SHA-256, for builds that must repeat.
pub(crate) fn new_work(request: &Value) -> Result<Work, StudioError> {
    if let Some(work) = AGAIN.take() {
        return Ok(work);
    }
    let (now, low) = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            let time = text.parse().ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok());
            let time = time.ok_or_else(|| {
                StudioError::Config(format!("SOURCE_DATE_EPOCH must be a number of seconds, not '{text}'"))
            })?;
            let digest = Sha256::digest(request.to_string().as_bytes());
            (time, digest.iter().take(10).fold(0u128, |n, b| (n << 8) | u128::from(*b)))
        }
        Err(_) => (OffsetDateTime::now_utc(), uuid::Uuid::new_v4().as_u128() & ((1 << 80) - 1)),
    };
    let millis = (now.unix_timestamp_nanos() / 1_000_000) as u128 & ((1 << 48) - 1);
    let created = now
        .replace_nanosecond(0)
        .unwrap_or(now)
        .format(&Rfc3339)
        .map_err(|e| StudioError::Config(format!("the clock cannot be read: {e}")))?;
    Ok(Work { id: WorkId::from_bits((millis << 80) | low), created })
}

fn platform() -> Value {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS).into()
}
