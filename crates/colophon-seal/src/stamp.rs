//! Time stamps (RFC 3161): that a signature existed at a time, said by someone else than the signer.
//!
//! [`TimeStamper`] is whoever answers a query; how it is reached is not the seal's affair. For use
//! without a network there is a [`LocalAuthority`] inside: its certificate names itself as such, and it
//! proves no more than this machine's clock.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cms::cert::x509::Certificate;
use cms::cert::x509::attr::Attribute;
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{GeneralizedTime, Int, ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode, Encode, Sequence};
use rcgen::{KeyPair, SigningKey as _};
use sha2::{Digest, Sha256};
use x509_tsp::{TimeStampReq, TspVersion, TstInfo};

use crate::{SealError, TimeStamper, certificates};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// No policy in particular: a local authority promises nothing.
const ANY_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32.0");

/// A `TimeStampResp` that holds a token.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Answer {
    status: Status,
    token: ContentInfo,
}

/// A `PKIStatusInfo` without words.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Status {
    status: u8,
}

const GRANTED: u8 = 0;

/// RFC 5035.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// RFC 5035, with its default hash SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
}

/// A time-stamp authority in this program, under this installation's own certificate authority.
pub struct LocalAuthority {
    key: KeyPair,
    /// Its certificate first, then the authority's.
    chain: Vec<Certificate>,
}

impl LocalAuthority {
    /// Reads key and certificates in `dir`, making them on first use.
    ///
    /// # Errors
    /// [`SealError::Key`].
    pub fn open(dir: &Path) -> Result<Self, SealError> {
        let (chain, key) = certificates::local_stamper(dir)?;
        let bad = |e: String| SealError::key(dir, e);
        let chain = Certificate::load_pem_chain(chain.as_bytes()).map_err(|e| bad(e.to_string()))?;
        let key = KeyPair::from_pem(&key).map_err(|e| bad(e.to_string()))?;
        if chain.is_empty() { Err(bad("its chain is empty".to_owned())) } else { Ok(Self { key, chain }) }
    }

    fn answer(&self, query: &[u8], now: Duration) -> Result<Vec<u8>, der::Error> {
        let query = TimeStampReq::from_der(query)?;
        let imprint = query.message_imprint;
        if imprint.hash_algorithm.oid != SHA_256 || imprint.hashed_message.as_bytes().len() != 32 {
            return Err(der::ErrorKind::OidUnknown { oid: imprint.hash_algorithm.oid }.into());
        }
        let info = TstInfo {
            version: TspVersion::V1,
            policy: query.req_policy.unwrap_or(ANY_POLICY),
            message_imprint: imprint,
            serial_number: serial(query.nonce.as_ref(), now)?,
            gen_time: GeneralizedTime::from_unix_duration(Duration::from_secs(now.as_secs()))?,
            accuracy: None,
            ordering: false,
            nonce: query.nonce,
            tsa: None,
            extensions: None,
        };
        let info = info.to_der()?;
        let token = ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&self.sign(info)?)? };
        Answer { status: Status { status: GRANTED }, token }.to_der()
    }

    /// RFC 5652: the information with a signature over its hash and the attributes around that.
    fn sign(&self, info: Vec<u8>) -> Result<SignedData, der::Error> {
        let certificate = &self.chain[0];
        let hash = OctetString::new(Sha256::digest(certificate.to_der()?).to_vec())?;
        let about = SigningCertificateV2 { certs: vec![EssCertIdV2 { cert_hash: hash }] };
        let attribute = |oid, value: Any| -> Result<Attribute, der::Error> {
            Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
        };
        let digest = OctetString::new(Sha256::digest(&info).to_vec())?;
        let attributes = SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, Any::encode_from(&TST_INFO)?)?,
            attribute(MESSAGE_DIGEST, Any::encode_from(&digest)?)?,
            attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&about)?)?,
        ] as Vec<Attribute>)?;
        let signature = self.key.sign(&attributes.to_der()?).map_err(|_| der::ErrorKind::Failed)?;
        let algorithm = |oid| AlgorithmIdentifierOwned { oid, parameters: None };
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: certificate.tbs_certificate.issuer.clone(),
                serial_number: certificate.tbs_certificate.serial_number.clone(),
            }),
            digest_alg: algorithm(SHA_256),
            signed_attrs: Some(attributes),
            signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let chain: Vec<_> = self.chain.iter().cloned().map(CertificateChoices::Certificate).collect();
        Ok(SignedData {
            version: CmsVersion::V3,
            digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256)])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: TST_INFO,
                econtent: Some(Any::encode_from(&OctetString::new(info)?)?),
            },
            certificates: Some(CertificateSet::try_from(chain)?),
            crls: None,
            signer_infos: SignerInfos::try_from(vec![signer])?,
        })
    }
}

impl TimeStamper for LocalAuthority {
    fn name(&self) -> &str {
        "the local time-stamp authority"
    }

    fn stamp(&self, query: &[u8]) -> Result<Vec<u8>, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.answer(query, now).map_err(|e| format!("the query cannot be answered: {e}"))
    }
}

/// A number that no other stamp of this authority has: from the time in nanoseconds, the query's nonce
/// and a count.
fn serial(nonce: Option<&Int>, now: Duration) -> Result<Int, der::Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hash = Sha256::new();
    hash.update(now.as_nanos().to_be_bytes());
    hash.update(std::process::id().to_be_bytes());
    hash.update(COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    hash.update(nonce.map(Int::as_bytes).unwrap_or_default());
    let mut bytes: Vec<u8> = hash.finalize()[..16].to_vec();
    // Positive, and with no zeros before it.
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Int::new(&bytes)
}
