//! The signing certificate: the user's own, or a self-made authority and signing certificate.
//!
//! The self-made chain follows the C2PA certificate profile: ECDSA P-256, an end-entity certificate
//! that is not its own issuer, key usage digitalSignature, extended key usage emailProtection,
//! subject and authority key identifiers. Verifiers report such a credential as *valid*, not
//! *trusted*: that takes a certificate from an authority on their trust list.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use c2pa::{BoxedSigner, Signer, SigningAlg};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};

use crate::remote_signer::{Remote, RemoteSigner};
use crate::{SealError, TimeStamper};

const CHAIN: &str = "signing-chain.pem";
const KEY: &str = "signing-key.pem";
const STAMPER_CHAIN: &str = "timestamp-chain.pem";
const STAMPER_KEY: &str = "timestamp-key.pem";
const AUTHORITY: &str = "authority.pem";
const AUTHORITY_KEY: &str = "authority-key.pem";
/// Without a time stamp a credential is judged by whether its certificate is valid today, so
/// self-made certificates live long.
const LIFETIME: Duration = Duration::days(365 * 20);

/// What is needed to sign.
#[derive(Clone)]
pub(crate) struct Credentials {
    holder: Holder,
    /// Who stamps signatures.
    pub(crate) stamper: Option<Arc<dyn TimeStamper>>,
}

/// Who holds the key.
#[derive(Clone)]
enum Holder {
    /// This program: chain and key (PEM).
    Here { chain: Vec<u8>, key: Vec<u8>, alg: SigningAlg },
    /// Someone else.
    Remote(Remote),
}

impl Credentials {
    /// A signer. Cheap enough to make for each work.
    pub(crate) fn signer(&self) -> Result<impl Signer + use<>, c2pa::Error> {
        let inner: BoxedSigner = match &self.holder {
            Holder::Here { chain, key, alg } => c2pa::create_signer::from_keys(chain, key, *alg, None)?,
            Holder::Remote(remote) => Box::new(Elsewhere(remote.clone())),
        };
        Ok(Compact { inner, stamper: self.stamper.clone() })
    }

    fn here(chain: Vec<u8>, key: Vec<u8>, alg: SigningAlg) -> Self {
        Self { holder: Holder::Here { chain, key, alg }, stamper: None }
    }
}

/// Credentials whose key `signer` holds; the chain (PEM, end entity first) is a file.
pub(crate) fn remote(chain: &Path, signer: Arc<dyn RemoteSigner>) -> Result<Credentials, SealError> {
    Ok(Credentials { holder: Holder::Remote(Remote::new(chain, signer)?), stamper: None })
}

/// A remote signer as the credential's maker takes one.
struct Elsewhere(Remote);

impl Signer for Elsewhere {
    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, c2pa::Error> {
        self.0.sign(data)
    }

    fn alg(&self) -> SigningAlg {
        self.0.alg
    }

    fn certs(&self) -> Result<Vec<Vec<u8>>, c2pa::Error> {
        Ok(self.0.chain.clone())
    }

    fn reserve_size(&self) -> usize {
        1024 + self.0.chain.iter().map(|c| c.len() + 8).sum::<usize>()
    }
}

/// A signer that reserves what a signature without a time stamp takes. The crate's own also reserves
/// 10 kB for the time stamp; as invisible characters behind a text that is four times as much.
struct Compact {
    inner: BoxedSigner,
    stamper: Option<Arc<dyn TimeStamper>>,
}

/// What a time stamp with its authority's chain takes at most, in bytes.
const STAMP: usize = 10_240;

impl Signer for Compact {
    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, c2pa::Error> {
        self.inner.sign(data)
    }

    fn alg(&self) -> SigningAlg {
        self.inner.alg()
    }

    fn certs(&self) -> Result<Vec<Vec<u8>>, c2pa::Error> {
        self.inner.certs()
    }

    fn reserve_size(&self) -> usize {
        // 512 bytes for the longest signature (RSA 4096), the rest for the structure around it.
        let chain: usize = self.inner.certs().unwrap_or_default().iter().map(|c| c.len() + 8).sum();
        1024 + chain + self.stamper.as_ref().map_or(0, |_| STAMP)
    }

    fn send_timestamp_request(&self, message: &[u8]) -> Option<Result<Vec<u8>, c2pa::Error>> {
        let stamper = self.stamper.as_ref()?;
        let failed = |reason: String| {
            c2pa::Error::BadParam(format!("{} gave no time stamp: {reason}", stamper.name()))
        };
        let answer = self.timestamp_request_body(message).and_then(|q| stamper.stamp(&q).map_err(failed));
        Some(answer)
    }
}

/// Reads the user's certificate chain (end entity first) and private key, both PEM.
pub(crate) fn from_files(chain: &Path, key: &Path) -> Result<Credentials, SealError> {
    let chain_pem = fs::read(chain).map_err(|e| SealError::key(chain, e))?;
    let key_pem = fs::read(key).map_err(|e| SealError::key(key, e))?;
    let mut last = String::from("no signature algorithm of C2PA fits it");
    for alg in [
        SigningAlg::Es256,
        SigningAlg::Es384,
        SigningAlg::Es512,
        SigningAlg::Ed25519,
        SigningAlg::Ps256,
        SigningAlg::Ps384,
        SigningAlg::Ps512,
    ] {
        let credentials = Credentials::here(chain_pem.clone(), key_pem.clone(), alg);
        match credentials.signer().and_then(|s| s.sign(b"probe")) {
            Ok(_) => return Ok(credentials),
            Err(e) => last = e.to_string(),
        }
    }
    Err(SealError::key(key, last))
}

/// Reads the self-made chain and key in `dir`, making them on first use.
pub(crate) fn self_made(dir: &Path) -> Result<Credentials, SealError> {
    let (chain, key) = (dir.join(CHAIN), dir.join(KEY));
    // The chain is written last: where it exists the key is complete.
    if !chain.exists() {
        make(dir)?;
    }
    let read = |path: &Path| fs::read(path).map_err(|e| SealError::key(path, e));
    Ok(Credentials::here(read(&chain)?, read(&key)?, SigningAlg::Es256))
}

/// Chain and key (PEM) of the local time-stamp authority in `dir`, made on first use and signed by the
/// self-made authority.
pub(crate) fn local_stamper(dir: &Path) -> Result<(String, String), SealError> {
    let (chain, key) = (dir.join(STAMPER_CHAIN), dir.join(STAMPER_KEY));
    if !chain.exists() {
        self_made(dir)?;
        let _lock = lock(dir)?;
        if !chain.exists() {
            let read = |name: &str| {
                let path = dir.join(name);
                fs::read_to_string(&path).map_err(|e| SealError::key(&path, e))
            };
            let (authority, authority_key) = (read(AUTHORITY)?, read(AUTHORITY_KEY)?);
            let made = stamper(&authority_key).map_err(|e| SealError::key(dir, e))?;
            write(&key, &made.1)?;
            write(&chain, &format!("{}{authority}", made.0))?;
        }
    }
    let read = |path: &Path| fs::read_to_string(path).map_err(|e| SealError::key(path, e));
    Ok((read(&chain)?, read(&key)?))
}

/// Certificate and key of a time-stamp authority.
fn stamper(authority_key: &str) -> Result<(String, String), rcgen::Error> {
    let (authority, authority_key) = (authority_params(), KeyPair::from_pem(authority_key)?);
    let issuer = Issuer::from_params(&authority, &authority_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = params("Colophon local time stamps (this machine's own clock)");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // RFC 3161 asks for this purpose alone, and critical.
    let mut purpose = CustomExtension::from_oid_content(&[2, 5, 29, 37], TIME_STAMPING.to_vec());
    purpose.set_criticality(true);
    params.custom_extensions = vec![purpose];
    let certificate = params.signed_by(&key, &issuer)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// DER of the extended key usage timeStamping (1.3.6.1.5.5.7.3.8).
const TIME_STAMPING: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

fn lock(dir: &Path) -> Result<fs::File, SealError> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock"));
    let lock = lock.map_err(|e| SealError::key(dir, e))?;
    lock.lock().map_err(|e| SealError::key(dir, e))?;
    Ok(lock)
}

fn make(dir: &Path) -> Result<(), SealError> {
    fs::create_dir_all(dir).map_err(|e| SealError::key(dir, e))?;
    let _lock = lock(dir)?;
    if dir.join(CHAIN).exists() {
        return Ok(()); // another process made it meanwhile
    }
    let made = generate().map_err(|e| SealError::key(dir, e))?;
    write(&dir.join(AUTHORITY_KEY), &made.authority_key)?;
    write(&dir.join(AUTHORITY), &made.authority)?;
    write(&dir.join(KEY), &made.key)?;
    write(&dir.join(CHAIN), &format!("{}{}", made.certificate, made.authority))
}

struct Made {
    authority: String,
    authority_key: String,
    certificate: String,
    key: String,
}

fn params(common_name: &str) -> CertificateParams {
    let now = OffsetDateTime::now_utc();
    let mut params = CertificateParams::default();
    params.not_before = now - Duration::hours(1);
    params.not_after = now + LIFETIME;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Colophon (self-made)");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.use_authority_key_identifier_extension = true;
    params
}

fn authority_params() -> CertificateParams {
    let mut authority = params("Colophon local authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
}

fn generate() -> Result<Made, rcgen::Error> {
    let authority_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let authority = authority_params();
    let authority_certificate = authority.self_signed(&authority_key)?;

    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut end_entity = params("Colophon signer");
    end_entity.is_ca = IsCa::ExplicitNoCa;
    end_entity.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    end_entity.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    let certificate = end_entity.signed_by(&key, &Issuer::from_params(&authority, &authority_key))?;
    Ok(Made {
        authority: authority_certificate.pem(),
        authority_key: authority_key.serialize_pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// Writes a file of mode 0600, replacing what an interrupted run left.
fn write(path: &Path, text: &str) -> Result<(), SealError> {
    let fail = |e: std::io::Error| SealError::key(path, e);
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(fail(e)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)
}
