//! The signature of the AIGC field, made here and checked by OpenSSL, and the other way round.

use std::path::{Path, PathBuf};

use crate::kit::{Studio, WORDS, picture, receipt, run};
use colophon_seal::{AigcKey, AigcSignature, KnownSigners, SealerConfig, VerifyContext, seal, verify};
use colophon_types::{Cancel, Draft, Media, NoProgress};
use serde_json::Value;

/// Makes a key pair and a certificate with OpenSSL.
struct Pair {
    private: PathBuf,
    public: PathBuf,
    certificate: PathBuf,
}

fn pair(dir: &Path, name: &str) -> Pair {
    let at = |end: &str| dir.join(format!("{name}{end}"));
    let (private, public, certificate) = (at(".pem"), at(".pub.pem"), at(".crt"));
    let path = |p: &Path| p.display().to_string();
    run("openssl", &["genpkey", "-algorithm", "SM2", "-out", &path(&private)]);
    run("openssl", &["pkey", "-in", &path(&private), "-pubout", "-out", &path(&public)]);
    std::fs::set_permissions(&private, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let args =
        ["req", "-x509", "-new", "-key", &path(&private), "-sm3", "-sigopt", "distid:1234567812345678"];
    let more = ["-subj", "/O=Test/CN=Label signer", "-days", "30", "-out", &path(&certificate)];
    run("openssl", &[&args[..], &more].concat());
    Pair { private, public, certificate }
}

fn signed(studio: &Studio, key: &Path, media: Media) -> Vec<u8> {
    let config = SealerConfig { aigc_key: Some(AigcKey::open(key).unwrap()), ..studio.config() };
    let sealer = studio.open(config).unwrap();
    let sealed = seal(Draft::new(media, receipt()), &sealer, &Cancel::new(), &NoProgress).unwrap();
    sealed.bytes().unwrap().into_owned()
}

fn judged(studio: &Studio, bytes: &[u8], name: &str, known: &[&Path]) -> colophon_seal::Verdict {
    let path = studio.dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut signers = KnownSigners::default();
    for file in known {
        signers.add_file(file).unwrap();
    }
    verify(&path, &VerifyContext { signers: Some(&signers), ..studio.context() }).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

const SM2: [&str; 7] =
    ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-inkey", "-sigfile"];

#[test]
fn openssl_finds_our_signature_good_and_we_find_that_a_changed_field_is_not() {
    let studio = Studio::new();
    let ours = pair(studio.dir.path(), "ours");
    let bytes = signed(&studio, &ours.private, Media::Picture(picture(96, 64, true)));
    let verdict = judged(&studio, &bytes, "a.png", &[&ours.public]);
    assert_eq!(verdict.aigc.signature, Some(AigcSignature::Valid), "{verdict:?}");
    assert!(verdict.aigc.valid && verdict.aigc.count == 1);

    let fields = verdict.aigc.fields.unwrap();
    let data: Value = serde_json::from_str(&fields["ReservedCode1"]).unwrap();
    assert_eq!(data["SecurityData"]["Type"], "TC260PG");
    let entry = &data["SecurityData"]["PubSD"][0];
    assert_eq!(entry["AlgID"], "1.2.156.10197.1.501");
    let at = |name: &str| studio.dir.path().join(name).display().to_string();
    let words = format!(
        "\"Label\":\"{}\",\"ContentProducer\":\"{}\",\"ProduceID\":\"{}\"",
        fields["Label"], fields["ContentProducer"], fields["ProduceID"]
    );
    std::fs::write(at("words"), words).unwrap();
    std::fs::write(at("signature"), unhex(entry["Signature"].as_str().unwrap())).unwrap();
    let public = ours.public.display().to_string();
    let [raw, digest, sm3, option, identity, inkey, sigfile] = SM2;
    let args = ["pkeyutl", "-verify", "-pubin", inkey, &public, "-in", &at("words"), raw, digest, sm3];
    let said = run("openssl", &[&args[..], &[option, identity, sigfile, &at("signature")]].concat());
    assert!(said.contains("Verified Successfully"), "{said}");

    // The certificate of the key is as good as the key; without either nobody knows whose it is.
    let with = |known: &[&Path]| judged(&studio, &bytes, "a.png", known).aigc.signature;
    assert_eq!(with(&[&ours.certificate]), Some(AigcSignature::Valid));
    assert_eq!(with(&[]), Some(AigcSignature::UnknownKey));
    let other = pair(studio.dir.path(), "other");
    assert_eq!(with(&[&other.public]), Some(AigcSignature::UnknownKey));

    // In words, where the field can be changed with an editor.
    let text = String::from_utf8(signed(&studio, &ours.private, Media::Text(WORDS.to_owned()))).unwrap();
    let of = |text: &str| judged(&studio, text.as_bytes(), "a.md", &[&ours.public]).aigc.signature;
    assert_eq!(of(&text), Some(AigcSignature::Valid));
    for (from, to) in [("Label: \"1\"", "Label: \"2\""), (crate::kit::PRODUCER, "someone-else")] {
        assert!(text.contains(from));
        assert_eq!(of(&text.replace(from, to)), Some(AigcSignature::Invalid), "{from}");
    }
    let at = text.find("Signature").unwrap() + 30;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    let forged = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
    assert_eq!(of(&forged), Some(AigcSignature::Invalid));
    // The propagator is not signed.
    assert_eq!(
        of(&text.replace("ContentPropagator: \"00", "ContentPropagator: \"XX")),
        Some(AigcSignature::Valid)
    );
}

#[test]
fn we_find_a_signature_of_openssl_good_in_every_form_of_the_key() {
    let studio = Studio::new();
    let theirs = pair(studio.dir.path(), "theirs");
    let at = |name: &str| studio.dir.path().join(name).display().to_string();
    std::fs::write(at("words"), r#""Label":"1","ContentProducer":"Someone","ProduceID":"a\"b\\c""#).unwrap();
    let (private, public) = (theirs.private.display().to_string(), theirs.public.display().to_string());
    let [raw, digest, sm3, option, identity, inkey, _] = SM2;
    let args = ["pkeyutl", "-sign", inkey, &private, "-in", &at("words"), raw, digest, sm3, option, identity];
    run("openssl", &[&args[..], &["-out", &at("signature")]].concat());
    run("openssl", &["pkey", "-pubin", "-in", &public, "-outform", "DER", "-out", &at("public.der")]);
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
    let signature = hex(&std::fs::read(at("signature")).unwrap());
    let der = std::fs::read(at("public.der")).unwrap();
    let (whole, point) = (hex(&der), &der[der.len() - 64..]);
    let x = &point[..32];
    for what in ["Md", "LabelMataData"] {
        for key in [
            whole.clone(),
            format!("04{}", hex(point)),
            hex(point),
            hex(x),
            format!("00{}", hex(x)),
            format!("0{}{}", 2 + point[63] % 2, hex(x)),
        ] {
            let data = format!(
                r#"{{"SecurityData":{{"Type":"TC260PG","Version":1,"PubSD":[{{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{{"Type":"{what}"}},"Signature":"{signature}"}},{{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":"{key}"}}]}}}}"#
            );
            let text = format!(
                "---\nAIGC:\n  Label: '1'\n  ContentProducer: 'Someone'\n  ProduceID: 'a\"b\\c'\n  \
                 ReservedCode1: '{data}'\n  ContentPropagator: 'Someone'\n  PropagateID: '1'\n  \
                 ReservedCode2: ''\n---\n\nWords.\n"
            );
            let of = |text: &str, known: &[&Path]| judged(&studio, text.as_bytes(), "b.md", known).aigc;
            let found = of(&text, &[&theirs.public]);
            assert!(found.valid, "{found:?}");
            assert_eq!(found.signature, Some(AigcSignature::Valid), "{key}");
            assert_eq!(of(&text, &[]).signature, Some(AigcSignature::UnknownKey), "{key}");
            let changed = text.replace("Label: '1'", "Label: '3'");
            assert_eq!(of(&changed, &[]).signature, Some(AigcSignature::Invalid), "{key}");
            assert_eq!(of(&changed, &[&theirs.public]).signature, Some(AigcSignature::Invalid), "{key}");
        }
    }
}

#[test]
fn what_is_no_signature_is_none_and_a_key_that_is_none_is_refused() {
    let studio = Studio::new();
    let text = |code: &str| {
        format!(
            "---\nAIGC:\n  Label: '1'\n  ContentProducer: 'S'\n  ProduceID: '1'\n  ReservedCode1: '{code}'\n  \
             ContentPropagator: 'S'\n  PropagateID: '1'\n  ReservedCode2: ''\n---\n\nWords.\n"
        )
    };
    let of = |code: &str| judged(&studio, text(code).as_bytes(), "c.md", &[]).aigc.signature;
    for code in ["", "L-123", "{}", "[]", r#"{"SecurityData":1}"#, r#"{"SecurityData":{"Type":"TC260PG"}}"#] {
        assert_eq!(of(code), None, "{code}");
    }
    let entry = |signature: &str| {
        format!(
            r#"{{"SecurityData":{{"Type":"TC260PG","PubSD":[{{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{{"Type":"Md"}},"Signature":"{signature}"}}]}}}}"#
        )
    };
    for nonsense in ["", "0", "zz", "3000", "30450220", &"FF".repeat(64), &"00".repeat(64), &"F".repeat(9000)]
    {
        assert_eq!(of(&entry(nonsense)), Some(AigcSignature::Invalid), "{nonsense}");
    }

    let at = |name: &str| studio.dir.path().join(name);
    run("openssl", &["genpkey", "-algorithm", "ED25519", "-out", &at("other.pem").display().to_string()]);
    std::fs::write(at("empty.pem"), "").unwrap();
    std::fs::write(at("long.pem"), "x".repeat(100_000)).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    for name in ["other.pem", "empty.pem", "long.pem", "missing.pem"] {
        let _ = std::fs::set_permissions(at(name), std::fs::Permissions::clone(&private));
        let error = AigcKey::open(&at(name)).unwrap_err().to_string();
        assert!(error.contains(name) && !error.contains('\n'), "{error}");
        assert!(KnownSigners::default().add_file(&at(name)).is_err(), "{name}");
    }
    let good = pair(studio.dir.path(), "good");
    std::fs::set_permissions(&good.private, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let error = AigcKey::open(&good.private).unwrap_err().to_string();
    assert!(error.contains("0600"), "{error}");
}
