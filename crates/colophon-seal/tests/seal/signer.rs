//! Signing with a key that someone else holds, and what happens when they fail or lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::kit::{Studio, WORDS, film, picture, receipt, run};
use colophon_seal::{
    CommandSigner, CredentialState, RemoteSigner, SealError, Sealer, SealerConfig, Step, VerdictKind, seal,
};
use colophon_types::{Cancel, Draft, Media, NoProgress};

/// A chain and the key of its end entity, made with OpenSSL for an algorithm.
fn chain(dir: &Path, name: &str, algorithm: &[&str]) -> (PathBuf, PathBuf) {
    let at = |end: &str| dir.join(format!("{name}-{end}")).display().to_string();
    std::fs::write(at("cnf"), "[req]\ndistinguished_name=dn\n[dn]\n").unwrap();
    let new = |who: &str, how: &[&str], more: &[&str]| {
        let base = [
            "req",
            "-x509",
            "-nodes",
            "-days",
            "30",
            "-config",
            &at("cnf"),
            "-keyout",
            &at(&format!("{who}.key")),
        ];
        let (out, subject) = (at(&format!("{who}.pem")), format!("/O=Test/CN={name} {who}"));
        run("openssl", &[&base[..], &["-out", &out, "-subj", &subject], how, more].concat());
    };
    let ca = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    new(
        "ca",
        &ca,
        &["-addext", "keyUsage=critical,keyCertSign", "-addext", "basicConstraints=critical,CA:TRUE"],
    );
    let usage =
        ["-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=emailProtection"];
    let from = ["-addext", "basicConstraints=CA:FALSE", "-CA", &at("ca.pem"), "-CAkey", &at("ca.key")];
    new("end", algorithm, &[&usage[..], &from].concat());
    let both = [std::fs::read(at("end.pem")).unwrap(), std::fs::read(at("ca.pem")).unwrap()].concat();
    std::fs::write(at("chain.pem"), both).unwrap();
    (at("chain.pem").into(), at("end.key").into())
}

const P256: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

fn command(words: &[&str]) -> Arc<dyn RemoteSigner> {
    let words = words.iter().map(|w| (*w).to_owned()).collect();
    Arc::new(CommandSigner::new(words, Duration::from_secs(20)).unwrap())
}

fn open(studio: &Studio, chain: &Path, signer: Arc<dyn RemoteSigner>) -> Result<Sealer, SealError> {
    studio.open(SealerConfig { remote: Some((chain.to_path_buf(), signer)), ..studio.config() })
}

#[test]
fn openssl_signs_for_us_with_every_kind_of_key() {
    let studio = Studio::new();
    let dir = studio.dir.path();
    let p384 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
    let rsa = ["-newkey", "rsa:2048"];
    let digest = ["openssl", "dgst"];
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
    for (name, algorithm, how) in [
        ("p256", &P256[..], [&digest[..], &["-sha256"]].concat()),
        ("p384", &p384, [&digest[..], &["-sha384"]].concat()),
        ("rsa", &rsa, [&digest[..], &["-sha256"], &pss].concat()),
    ] {
        let (chain, key) = chain(dir, name, algorithm);
        let key = key.display().to_string();
        let sealer = open(&studio, &chain, command(&[&how[..], &["-sign", &key]].concat())).unwrap();
        let media = Media::Picture(picture(320, 240, true));
        for (media, file) in [(media, "a.png"), (Media::Text(WORDS.to_owned()), "a.md")] {
            let sealed = seal(Draft::new(media, receipt()), &sealer, &Cancel::new(), &NoProgress).unwrap();
            let verdict = studio.verify_bytes(&sealed.bytes().unwrap(), file);
            assert_eq!(verdict.verdict, VerdictKind::Verified, "{name}: {verdict:?}");
            assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{name}: {verdict:?}");
            assert!(verdict.reasons.iter().any(|r| r.contains("Test")), "{name}: {verdict:?}");
        }
        // A script as a wrapper of a security module would be.
        if name == "p256" {
            let script = format!("#!/bin/sh\nexec openssl dgst -sha256 -sign '{key}'\n");
            std::fs::write(dir.join("sign"), script).unwrap();
            let sealer =
                open(&studio, &chain, command(&["sh", &dir.join("sign").display().to_string()])).unwrap();
            let draft = Draft::new(studio.film(film(dir, 1, true, &[]), 1.0), receipt());
            let sealed = seal(draft, &sealer, &Cancel::new(), &NoProgress).unwrap();
            sealed.write_to(&dir.join("a.mp4")).unwrap();
            assert_eq!(studio.verify(&dir.join("a.mp4")).verdict, VerdictKind::Verified);
        }
    }
}

#[test]
fn a_signer_that_fails_is_found_before_any_work() {
    let studio = Studio::new();
    let (chain, key) = chain(studio.dir.path(), "a", &P256);
    let (_, other) = self::chain(studio.dir.path(), "b", &P256);
    let (key, other) = (key.display().to_string(), other.display().to_string());
    let sign = |key: &str| ["openssl", "dgst", "-sha256", "-sign", key].map(str::to_owned);
    let refused = |words: &[&str], says: &str| {
        let error = open(&studio, &chain, command(words)).err().expect("refused").to_string();
        assert!(error.contains(says) && !error.contains('\n'), "{error}");
    };
    refused(&["/nowhere/signer"], "cannot be started");
    refused(&["false"], "ended with");
    refused(&["true"], "no signature");
    refused(&["sh", "-c", "echo 'the token is locked' >&2; exit 3"], "the token is locked");
    refused(&["cat"], "not of the certificate's key");
    refused(&["sh", "-c", "head -c 100000 /dev/zero"], "more than a signature");
    refused(&["sh", "-c", "head -c 64 /dev/zero"], "not of the certificate's key");
    let other: Vec<String> = sign(&other).into();
    refused(&other.iter().map(String::as_str).collect::<Vec<_>>(), "not of the certificate's key");
    let sha384 = ["openssl", "dgst", "-sha384", "-sign", &key];
    refused(&sha384, "not of the certificate's key");
    assert!(CommandSigner::new(Vec::new(), Duration::from_secs(1)).is_err());

    // One that never ends is ended; so is one whose children hold its output.
    for script in ["exec sleep 6", "sleep 6 & wait", "sleep 6 & exit 0"] {
        let began = Instant::now();
        let words = ["sh", "-c", script].map(str::to_owned).into();
        let slow = Arc::new(CommandSigner::new(words, Duration::from_millis(300)).unwrap());
        let error = open(&studio, &chain, slow).err().expect("refused").to_string();
        assert!(error.contains("did not sign within 0.3 seconds"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    assert_eq!(studio.ledger.checkpoint().unwrap().size, 0);

    // Files that are no chains.
    for (name, text) in [("empty.pem", ""), ("words.pem", "words")] {
        let path = studio.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        assert!(matches!(open(&studio, &path, command(&["cat"])).err(), Some(SealError::Key { .. })));
    }
}

/// Signs well so many times, then as it is told.
struct Turning {
    good: Arc<dyn RemoteSigner>,
    left: AtomicU32,
    then: fn(Vec<u8>) -> Result<Vec<u8>, String>,
}

impl RemoteSigner for Turning {
    fn name(&self) -> &str {
        "a signer that turns"
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, String> {
        let signature = self.good.sign(data)?;
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| Some(n.saturating_sub(1)));
        if left.unwrap() > 0 { Ok(signature) } else { (self.then)(signature) }
    }
}

#[test]
fn a_signer_that_lies_later_lets_nothing_out() {
    let studio = Studio::new();
    let (chain, key) = chain(studio.dir.path(), "a", &P256);
    let key = key.display().to_string();
    type Lie = fn(Vec<u8>) -> Result<Vec<u8>, String>;
    let lies: [Lie; 4] = [
        |_| Err("the token was pulled out".to_owned()),
        |_| Ok(Vec::new()),
        |mut signature| {
            let last = signature.len() - 1;
            signature[last] ^= 1;
            Ok(signature)
        },
        |signature| Ok(signature[..40].to_vec()),
    ];
    for then in lies {
        let good = command(&["openssl", "dgst", "-sha256", "-sign", &key]);
        // The trial when it is opened is signed well.
        let sealer =
            open(&studio, &chain, Arc::new(Turning { good, left: AtomicU32::new(1), then })).unwrap();
        for media in [Media::Picture(picture(96, 64, true)), Media::Text(WORDS.to_owned())] {
            let sealed = seal(Draft::new(media, receipt()), &sealer, &Cancel::new(), &NoProgress);
            let error = sealed.err().expect("refused");
            assert!(matches!(error, SealError::Step { step: Step::Credential, .. }), "{error}");
            assert!(error.to_string().contains("a signer that turns"), "{error}");
        }
        assert_eq!(studio.ledger.checkpoint().unwrap().size, 0, "nothing was logged");
    }
}
