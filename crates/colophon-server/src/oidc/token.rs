//! The ID token: who signed it, for whom, until when, for which sign-in.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::{ASKED_AGAIN, Provider, Refusal};

/// Longest token, in bytes.
const LONGEST: usize = 64 << 10;
/// How far clocks may differ, in seconds.
const LEEWAY: u64 = 60;
/// Bytes of the modulus of an RSA key, in base 64: 2,048 to 8,192 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 341..=1_368;

impl Provider {
    /// The claims of a token that holds.
    pub(super) fn checked(&self, token: &str, nonce: &str) -> Result<Value, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::of("the ID token is too long"));
        }
        let unsigned = || Refusal::of("the ID token is not signed with RS256 or ES256");
        let header = decode_header(token).map_err(|_| unsigned())?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(unsigned());
        }
        let key = self.key(header.kid.as_deref(), header.alg)?;
        let mut wanted = Validation::new(header.alg);
        wanted.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        wanted.set_issuer(&[&self.config.issuer]);
        wanted.set_audience(&[&self.config.client_id]);
        wanted.leeway = LEEWAY;
        wanted.validate_nbf = true;
        let claims =
            decode::<Value>(token, &key, &wanted).map_err(|e| Refusal::of(sentence(e.kind())))?.claims;
        // One that is meant for several must have been given to this studio.
        let many = claims["aud"].as_array().is_some_and(|all| all.len() > 1);
        let party = claims["azp"].as_str();
        if party.map_or(many, |party| party != self.config.client_id) {
            return Err(Refusal::of(sentence(&ErrorKind::InvalidAudience)));
        }
        if claims["nonce"].as_str() != Some(nonce) {
            return Err(Refusal::of("the ID token belongs to another sign-in"));
        }
        if claims["sub"].as_str().is_none_or(|sub| sub.is_empty() || sub.len() > 255) {
            return Err(Refusal::of("the ID token does not say who it is about"));
        }
        Ok(claims)
    }

    /// The provider's key for a token; its keys are asked for again when one is not known.
    fn key(&self, id: Option<&str>, alg: Algorithm) -> Result<DecodingKey, Refusal> {
        let find = |keys: &[Jwk]| {
            let mut fit =
                keys.iter().filter(|k| fits(k, alg) && (id.is_none() || k.common.key_id.as_deref() == id));
            // Without a name it must be clear which is meant.
            let first = fit.next().filter(|_| id.is_some() || fit.next().is_none());
            first.and_then(|key| DecodingKey::from_jwk(key).ok())
        };
        let found = find(&self.known(None)?.keys);
        if let Some(key) = found {
            return Ok(key);
        }
        let found = find(&self.known(Some(ASKED_AGAIN))?.keys);
        found.ok_or_else(|| {
            Refusal::of("the ID token is signed with a key that the identity provider does not have")
        })
    }
}

/// Whether a key may sign with an algorithm.
fn fits(key: &Jwk, alg: Algorithm) -> bool {
    let kind = match (&key.algorithm, alg) {
        (AlgorithmParameters::RSA(rsa), Algorithm::RS256) => {
            MODULUS.contains(&rsa.n.len()) && rsa.e.len() <= 8
        }
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        _ => false,
    };
    let named = key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{alg:?}"));
    kind && named && key.common.public_key_use.as_ref().is_none_or(|what| *what == PublicKeyUse::Signature)
}

fn sentence(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "the ID token is too old",
        ErrorKind::ImmatureSignature => "the ID token is not valid yet",
        ErrorKind::InvalidIssuer => "the ID token is not from the identity provider of the settings",
        ErrorKind::InvalidAudience => "the ID token was not made for this studio",
        ErrorKind::InvalidSignature => "the ID token's signature does not hold",
        ErrorKind::MissingRequiredClaim(_) => "the ID token lacks what it must say",
        _ => "the ID token cannot be read",
    }
}
