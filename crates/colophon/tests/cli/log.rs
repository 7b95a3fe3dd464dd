//! The log as others vouch for it: witnesses, time stamps, and audits of both.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::{Home, path, text};

/// A witness on this machine: it signs what it is sent, and answers with what it saw last where that is
/// not what the request says.
struct Witness {
    name: &'static str,
    key: SigningKey,
    seen: Arc<Mutex<u64>>,
    address: String,
}

impl Witness {
    fn start(name: &'static str, seed: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let witness = Self { name, key: SigningKey::from_bytes(&[seed; 32]), seen: Arc::default(), address };
        let (key, seen) = (witness.key.clone(), Arc::clone(&witness.seen));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
                let body = loop {
                    let read = stream.read(&mut buffer).expect("a request");
                    bytes.extend(&buffer[..read]);
                    let request = text(&bytes);
                    let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|l| {
                        l.to_lowercase()
                            .strip_prefix("content-length: ")
                            .and_then(|n| n.parse::<usize>().ok())
                    });
                    if Some(body.len()) == length {
                        assert!(head.starts_with("POST /add-checkpoint "), "{head}");
                        break body.to_owned();
                    }
                };
                let (status, answer) = Self::answer(name, &key, &mut seen.lock().expect("alive"), &body);
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    answer.len()
                );
                let _ = stream.write_all(format!("{head}{answer}").as_bytes());
            }
        });
        witness
    }

    fn answer(name: &str, key: &SigningKey, seen: &mut u64, body: &str) -> (&'static str, String) {
        let (head, note) = body.split_once("\n\n").expect("a checkpoint");
        let old: u64 =
            head.lines().next().and_then(|l| l.strip_prefix("old ")?.parse().ok()).expect("a size");
        if old != *seen {
            return ("409 Conflict", format!("{seen}\n"));
        }
        let words = format!("{}\n", note.split_once("\n\n").expect("a signed note").0);
        *seen = words.lines().nth(1).and_then(|l| l.parse().ok()).expect("a size");
        ("200 OK", Self::line(name, key, &words, 1_790_000_000))
    }

    fn material(key: &SigningKey) -> Vec<u8> {
        [&[4u8][..], key.verifying_key().as_bytes()].concat()
    }

    fn id(name: &str, key: &SigningKey) -> Vec<u8> {
        Sha256::digest([name.as_bytes(), b"\n", &Self::material(key)].concat())[..4].to_vec()
    }

    fn line(name: &str, key: &SigningKey, words: &str, time: u64) -> String {
        let message = format!("cosignature/v1\ntime {time}\n{words}");
        let signature = key.sign(message.as_bytes()).to_bytes();
        let bytes = [&Self::id(name, key)[..], &time.to_be_bytes(), &signature].concat();
        format!("— {name} {}\n", STANDARD.encode(bytes))
    }

    fn published(&self) -> String {
        let id: String = Self::id(self.name, &self.key).iter().map(|b| format!("{b:02x}")).collect();
        format!("{}+{id}+{}", self.name, STANDARD.encode(Self::material(&self.key)))
    }
}

fn sealed(home: &Home, name: &str) -> String {
    let (from, to) = (home.path(&format!("{name}.txt")), home.path(&format!("{name}.md")));
    std::fs::write(&from, format!("Words of {name}, written by something else.\n")).expect("written");
    let args = ["mark", path(&from), "-o", path(&to), "--generator", "something else", "--again"];
    let result = home.run(&args);
    assert!(result.status.success(), "{}", text(&result.stderr));
    path(&to).to_owned()
}

#[test]
fn witnesses_and_authorities_vouch_for_the_log() {
    let home = Home::without_models();
    let (ann, ben) = (Witness::start("ann.example/w", 1), Witness::start("ben.example/w", 2));
    let settings = format!(
        "time_stamps = \"local\"\n[log]\nquorum = 2\n[[log.witnesses]]\nkey = \"{}\"\nurl = \"{}\"\n\
         [[log.witnesses]]\nkey = \"{}\"\n",
        ann.published(),
        ann.address,
        ben.published()
    );
    std::fs::write(home.path("colophon.toml"), settings).expect("written");
    let run = |args: &[&str]| {
        let result = home.colophon(args).env_remove("COLOPHON_OFFLINE").output().expect("starts");
        (result.status.code(), text(&result.stdout), text(&result.stderr))
    };
    let first = sealed(&home, "first");
    let (status, _, said) = run(&["log", "audit"]);
    assert!(status == Some(1) && said.contains("0 of the known witnesses"), "{status:?}: {said}");

    // Ann is asked, Ben is sent a file.
    let (status, said, _) = run(&["log", "cosign"]);
    assert!(status == Some(0) && said.contains("ann.example/w  signed 1 entries"), "{said}");
    let (_, request, _) = run(&["log", "cosign", "--request", "0"]);
    let words = format!("{}\n", request.split("\n\n").nth(1).expect("a checkpoint"));
    let file = home.path("ben.txt");
    std::fs::write(&file, Witness::line(ben.name, &ben.key, &words, 7)).expect("written");
    let (status, said, _) = run(&["log", "cosign", "--import", path(&file)]);
    assert!(
        status == Some(0) && said.contains("1 entries witnessed by ann.example/w, ben.example/w"),
        "{said}"
    );
    let (status, said, error) = run(&["log", "audit"]);
    assert!(status == Some(0) && said.contains("1 entries witnessed by ann"), "{said}{error}");

    // A proof shows who signed; one of a later entry has no witness yet.
    let (_, proof, _) = run(&["log", "prove", &first]);
    let kept = home.path("first.tlog-proof");
    std::fs::write(&kept, &proof).expect("written");
    let second = sealed(&home, "second");
    let (status, said, _) = run(&["log", "verify", &first, path(&kept)]);
    assert!(status == Some(0) && said.contains("entry 0") && said.contains("ben.example/w"), "{said}");
    std::fs::write(&kept, run(&["log", "prove", &second]).1).expect("written");
    let (status, _, said) = run(&["log", "verify", &second, path(&kept)]);
    assert!(status == Some(1) && said.contains("2 are asked for"), "{said}");

    // Ann has forgotten what she saw, or knows more than we remember: she says so, and is told.
    let (status, said, _) = run(&["log", "cosign"]);
    assert!(status == Some(0) && said.contains("signed 2 entries"), "{said}");
    std::fs::remove_dir_all(home.path("log/witnessed")).expect("removed");
    let (status, said, _) = run(&["log", "cosign"]);
    assert!(status == Some(0) && said.contains("signed 2 entries"), "{said}");
    // She saw a larger tree: the log was rolled back.
    *ann.seen.lock().expect("alive") = 9;
    let (status, said, _) = run(&["log", "cosign"]);
    assert!(status == Some(1) && said.contains("has seen 9 entries"), "{said}");

    let (status, said, _) = run(&["log", "stamp"]);
    assert!(status == Some(0) && said.contains("2 entries stamped"), "{said}");
    assert!(run(&["log", "stamp"]).1.contains("has a stamp"));
    let junk = home.path("junk.txt");
    std::fs::write(&junk, "junk\n").expect("written");
    let (status, _, said) = run(&["log", "cosign", "--import", path(&junk)]);
    assert!(status == Some(2) && said.contains("cosignatures cannot be used"), "{said}");
}

#[test]
fn an_audit_checks_every_stamp() {
    let home = Home::without_models();
    std::fs::write(home.path("colophon.toml"), "time_stamps = \"local\"\n").expect("written");
    for name in ["first", "second"] {
        sealed(&home, name);
        assert!(home.run(&["log", "stamp"]).status.success());
    }
    let audit = home.run(&["log", "audit"]);
    let said = text(&audit.stdout);
    assert!(said.contains("2 time stamps hold") && said.contains("Colophon local time stamps"), "{said}");
    assert!(!said.contains("not on a list"), "{said}");
    // The answer for one tree in the place of that for another.
    let at = |name: &str| home.path("log").join("stamps").join(name);
    let kept = std::fs::read(at("1.tsr")).expect("kept");
    std::fs::copy(at("2.tsr"), at("1.tsr")).expect("copied");
    let audit = home.run(&["log", "audit"]);
    assert_eq!(audit.status.code(), Some(5), "{}", text(&audit.stdout));
    assert!(text(&audit.stderr).contains("time stamp of 1 entries"), "{}", text(&audit.stderr));
    std::fs::write(at("1.tsr"), &kept[..kept.len() - 20]).expect("cut");
    assert_eq!(home.run(&["log", "audit"]).status.code(), Some(5));
}
