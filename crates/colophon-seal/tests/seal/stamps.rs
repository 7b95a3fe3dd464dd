//! Time stamps: of the authority inside, of one outside, and what happens when there is no answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::kit::{Studio, WORDS, picture, receipt, run};
use colophon_seal::{
    CredentialState, LocalAuthority, SealError, Sealer, SealerConfig, Step, TimeStamper, VerdictKind,
    check_stamp, seal, stamp_of,
};
use colophon_types::{Cancel, Draft, Media, NoProgress};

fn sealer(studio: &Studio, stamper: Arc<dyn TimeStamper>) -> Result<Sealer, SealError> {
    studio.open(SealerConfig { stamper: Some(stamper), ..studio.config() })
}

fn assert_stamped(studio: &Studio, sealer: &Sealer) {
    for (media, name) in
        [(Media::Picture(picture(320, 240, true)), "a.png"), (Media::Text(WORDS.to_owned()), "a.md")]
    {
        let sealed = seal(Draft::new(media, receipt()), sealer, &Cancel::new(), &NoProgress).unwrap();
        let verdict = studio.verify_bytes(&sealed.bytes().unwrap(), name);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:?}");
        assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{verdict:?}");
        assert!(verdict.c2pa.time_stamped, "{verdict:?}");
    }
}

#[test]
fn the_authority_inside_stamps_and_openssl_agrees() {
    let studio = Studio::new();
    let keys = studio.dir.path().join("keys");
    let local = LocalAuthority::open(&keys).unwrap();
    let at = |name: &str| studio.dir.path().join(name).display().to_string();
    std::fs::write(at("words"), "what was signed").unwrap();
    run("openssl", &["ts", "-query", "-data", &at("words"), "-sha256", "-cert", "-out", &at("query")]);
    let answer = local.stamp(&std::fs::read(at("query")).unwrap()).unwrap();
    std::fs::write(at("answer"), answer).unwrap();
    let authority = keys.join("authority.pem").display().to_string();
    let query = at("query");
    let said =
        run("openssl", &["ts", "-verify", "-queryfile", &query, "-in", &at("answer"), "-CAfile", &authority]);
    assert!(said.contains("OK") || said.is_empty(), "{said}");
    assert_stamped(&studio, &sealer(&studio, Arc::new(local)).unwrap());
    // The same keys the next time.
    let before = std::fs::read(keys.join("timestamp-chain.pem")).unwrap();
    LocalAuthority::open(&keys).unwrap();
    assert_eq!(before, std::fs::read(keys.join("timestamp-chain.pem")).unwrap());
    for nonsense in [&b""[..], b"nonsense", &[0x30, 0x80], &[0xff; 4096]] {
        assert!(LocalAuthority::open(&keys).unwrap().stamp(nonsense).is_err());
    }
}

/// OpenSSL as an authority of its own.
struct OpenSsl(PathBuf);

impl OpenSsl {
    fn new(dir: &Path) -> Self {
        let at = |name: &str| dir.join(name).display().to_string();
        std::fs::write(dir.join("serial"), "01\n").unwrap();
        let config = format!(
            "[req]\ndistinguished_name=dn\n[dn]\n[tsa]\ndefault_tsa=t\n[t]\nserial={}\nsigner_cert={}\ncerts={}\n\
             signer_key={}\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\n\
             ess_cert_id_alg=sha256\n",
            at("serial"),
            at("tsa.pem"),
            at("ca.pem"),
            at("tsa.key"),
        );
        std::fs::write(dir.join("tsa.cnf"), config).unwrap();
        let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config"];
        let cnf = at("tsa.cnf");
        let new = |name: &str, subject: &str, more: &[&str]| {
            let (key, out) = (at(&format!("{name}.key")), at(&format!("{name}.pem")));
            let args =
                [&["req", "-x509"][..], &ec, &[&cnf, "-keyout", &key, "-out", &out, "-days", "30"]].concat();
            run("openssl", &[&args[..], &["-subj", subject], more].concat());
        };
        new("ca", "/O=Test/CN=Test time authority", &["-addext", "keyUsage=critical,keyCertSign"]);
        let purpose = ["-addext", "extendedKeyUsage=critical,timeStamping", "-addext"];
        let more =
            [&purpose[..], &["keyUsage=critical,digitalSignature", "-addext", "basicConstraints=CA:FALSE"]];
        let (ca, key) = (at("ca.pem"), at("ca.key"));
        new(
            "tsa",
            "/O=Test/CN=Test time stamps",
            &[&more.concat()[..], &["-CA", &ca, "-CAkey", &key]].concat(),
        );
        Self(dir.to_path_buf())
    }
}

impl TimeStamper for OpenSsl {
    fn name(&self) -> &str {
        "openssl"
    }

    fn stamp(&self, query: &[u8]) -> Result<Vec<u8>, String> {
        let at = |name: &str| self.0.join(name).display().to_string();
        std::fs::write(at("q"), query).map_err(|e| e.to_string())?;
        let args = ["ts", "-reply", "-config", &at("tsa.cnf"), "-queryfile", &at("q"), "-out", &at("r")];
        run("openssl", &args);
        std::fs::read(at("r")).map_err(|e| e.to_string())
    }
}

#[test]
fn an_authority_outside_stamps() {
    let studio = Studio::new();
    let authority = OpenSsl::new(studio.dir.path());
    assert_stamped(&studio, &sealer(&studio, Arc::new(authority)).unwrap());
}

#[test]
fn a_stamp_of_anything_can_be_checked() {
    let studio = Studio::new();
    let dir = studio.dir.path();
    let local = LocalAuthority::open(&dir.join("keys")).unwrap();
    let outside = OpenSsl::new(dir);
    let own = std::fs::read_to_string(dir.join("keys/authority.pem")).unwrap();
    let theirs = std::fs::read_to_string(dir.join("ca.pem")).unwrap();
    let message = b"a checkpoint";
    for (stamper, anchor, other, name) in [
        (&local as &dyn TimeStamper, &own, &theirs, "Colophon local time stamps"),
        (&outside, &theirs, &own, "Test time stamps"),
    ] {
        let (answer, facts) = stamp_of(stamper, message).unwrap();
        assert!(facts.by.contains(name) && !facts.trusted, "{facts:?}");
        assert!(facts.time.starts_with("20") && facts.time.ends_with('Z'), "{facts:?}");
        let trusted = |anchors: &[&str]| check_stamp(&answer, message, anchors).unwrap().trusted;
        assert!(trusted(&[anchor]) && trusted(&[other, anchor]) && !trusted(&[other]), "{name}");
        assert!(check_stamp(&answer, b"another", &[]).is_err());
        for at in [0, 7, answer.len() / 2, answer.len() - 3] {
            let mut changed = answer.clone();
            changed[at] ^= 1;
            let found = check_stamp(&changed, message, &[anchor]);
            // A byte of a certificate that is not the signer's proves nothing.
            assert!(
                found.as_ref().is_err() || found.as_ref().is_ok_and(|f| f.time == facts.time),
                "{at}: {found:?}"
            );
        }
        for cut in [0, 1, 100, answer.len() - 1] {
            assert!(check_stamp(&answer[..cut], message, &[]).is_err(), "{cut}");
        }
    }
    assert!(check_stamp(&vec![0x30; 1 << 20], message, &[]).is_err());
    assert!(stamp_of(&Broken(Some(b"nonsense".to_vec())), message).is_err());
    assert!(stamp_of(&Broken(None), message).unwrap_err().contains("no route"));
}

/// Answers nothing, or nonsense.
struct Broken(Option<Vec<u8>>);

impl TimeStamper for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn stamp(&self, _: &[u8]) -> Result<Vec<u8>, String> {
        self.0.clone().ok_or_else(|| "no route".to_owned())
    }
}

#[test]
fn without_an_answer_nothing_is_sealed() {
    for answer in [None, Some(b"nonsense".to_vec()), Some(Vec::new())] {
        let studio = Studio::new();
        // The trial signature fails already, so that no work is done in vain.
        match sealer(&studio, Arc::new(Broken(answer))) {
            Err(error) => assert!(error.to_string().contains("broken") || !error.to_string().is_empty()),
            Ok(sealer) => {
                let draft = Draft::new(Media::Text(WORDS.to_owned()), receipt());
                let error = seal(draft, &sealer, &Cancel::new(), &NoProgress).err().expect("refused");
                assert!(matches!(error, SealError::Step { step: Step::Credential, .. }), "{error}");
            }
        }
        assert_eq!(studio.ledger.checkpoint().unwrap().size, 0);
    }
}
