//! Pulls over HTTP: resumed, refused, stopped; from a web server and from a Hugging Face endpoint.
#![cfg(unix)]
#![allow(clippy::expect_used)]

mod kit;

use std::time::{Duration, Instant};

use colophon_hub::{HubError, HubOptions, Status};
use colophon_types::{Cancel, ErrorCode, Explain, NoProgress};
use kit::{Asked, Bench, Listener, Reply, Server, file_line, noise, read};

#[test]
fn a_broken_download_is_taken_up_where_it_broke() {
    let bytes = noise(900_000, 3);
    let served = bytes.clone();
    let server = Server::start(move |_, count| {
        if count < 2 { Reply::Broken(served.clone(), 300_000) } else { Reply::File(served.clone()) }
    });
    let mut bench = Bench::new();
    let file = file_line("w.bin", &bytes, ", path = \"deep/w.bin\"");
    bench.model("web", &format!("url = \"{}/m\"\nfiles = [{file}]", server.address));
    let listener = Listener::default();
    let model = bench.hub().ensure("web", &listener, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), bytes);
    let asked = server.asked();
    assert!(asked.iter().all(|a| a.path == "/m/deep/w.bin"), "{asked:?}");
    let ranges: Vec<Option<u64>> = asked.iter().map(|a| a.range_from).collect();
    assert_eq!(ranges, [None, Some(300_000), Some(600_000)]);
    assert_eq!(listener.bytes().last(), Some(&(900_000, 900_000)));
}

#[test]
fn a_second_pull_goes_on_from_the_part_on_disk() {
    let bytes = noise(500_000, 4);
    let served = bytes.clone();
    let server = Server::start(move |_, count| match count {
        0 => Reply::Broken(served.clone(), 200_000),
        1..4 => Reply::Status(500),
        _ => Reply::File(served.clone()),
    });
    let mut bench = Bench::new();
    bench.model(
        "web",
        &format!("url = \"{}/\"\nfiles = [{}]", server.address, file_line("w.bin", &bytes, "")),
    );
    let error = bench.hub().ensure("web", &NoProgress, &Cancel::new()).expect_err("the server fails");
    assert_eq!(error.code(), ErrorCode::ModelMissing);
    assert!(error.to_string().contains("500"), "{error}");
    assert_eq!(bench.hub().status("web").expect("known"), Status::Partial);
    let model = bench.hub().ensure("web", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), bytes);
    assert_eq!(server.asked().last().and_then(|a| a.range_from), Some(200_000));
}

#[test]
fn a_server_without_ranges_is_read_from_the_beginning() {
    let bytes = noise(300_000, 5);
    let served = bytes.clone();
    let server = Server::start(move |_, count| {
        if count == 0 { Reply::Broken(served.clone(), 100_000) } else { Reply::Whole(served.clone()) }
    });
    let mut bench = Bench::new();
    bench.model(
        "web",
        &format!("url = \"{}/\"\nfiles = [{}]", server.address, file_line("w.bin", &bytes, "")),
    );
    let model = bench.hub().ensure("web", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), bytes);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn wrong_and_oversize_files_are_deleted_and_reported() {
    let bytes = noise(50_000, 6);
    let mut wrong = bytes.clone();
    wrong[7] ^= 0x40;
    let (small, large) = (wrong.clone(), noise(80_000, 6));
    let server = Server::start(move |asked, _| {
        Reply::File(if asked.path == "/wrong.bin" { small.clone() } else { large.clone() })
    });
    let mut bench = Bench::new();
    for id in ["wrong", "large"] {
        let file = file_line(&format!("{id}.bin"), &bytes, "");
        bench.model(id, &format!("url = \"{}\"\nfiles = [{file}]", server.address));
    }
    let hub = bench.hub();
    let error = hub.ensure("wrong", &NoProgress, &Cancel::new()).expect_err("a wrong hash");
    assert_eq!(error.code(), ErrorCode::HashMismatch);
    assert!(error.to_string().contains("wrong/wrong.bin has SHA-256"), "{error}");
    assert!(!bench.path("models/.parts/wrong/files/wrong.bin").exists());
    let error = hub.ensure("large", &NoProgress, &Cancel::new()).expect_err("too large");
    assert!(error.to_string().contains("more than the 50000 bytes"), "{error}");
    assert!(hub.get("large").is_err());
}

#[test]
fn a_silent_server_does_not_hold_up_a_stop() {
    let bytes = noise(1_000, 7);
    let served = bytes.clone();
    let server = Server::start(move |_, _| Reply::Silent(served.clone()));
    let mut bench = Bench::new();
    bench
        .model("web", &format!("url = \"{}\"\nfiles = [{}]", server.address, file_line("w.bin", &bytes, "")));
    let hub = bench.hub();
    let cancel = Cancel::new();
    let took = std::thread::scope(|scope| {
        let pull = scope.spawn(|| (hub.ensure("web", &NoProgress, &cancel), Instant::now()));
        while server.asked().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let start = Instant::now();
        cancel.cancel();
        let (result, end) = pull.join().expect("no panic");
        assert!(matches!(result, Err(HubError::Cancelled(_))));
        end - start
    });
    assert!(took < Duration::from_millis(200), "took {took:?}");
}

#[test]
fn a_server_that_cannot_be_reached_is_said_to_be_so() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port();
    let mut bench = Bench::new();
    let file = file_line("w.bin", b"x", "");
    bench.model("web", &format!("url = \"http://127.0.0.1:{port}/\"\nfiles = [{file}]"));
    let error = bench.hub().ensure("web", &NoProgress, &Cancel::new()).expect_err("nobody listens");
    assert!(matches!(error, HubError::Unreachable { .. }), "{error}");
    assert!(error.hint().unwrap_or_default().contains("check the network"));
}

/// A Hugging Face endpoint: files live behind a redirect, and a gated one wants a token.
fn hugging_face(bytes: Vec<u8>) -> Server {
    let storage = Server::start(move |_, count| {
        if count == 0 { Reply::Broken(bytes.clone(), 70_000) } else { Reply::File(bytes.clone()) }
    });
    let leaked: &'static Server = Box::leak(Box::new(storage));
    Server::start(move |asked: &Asked, _| match asked.path.as_str() {
        "/org/net/resolve/v1/sub/model.bin" => {
            if asked.authorization.as_deref() == Some("Bearer sesame") {
                // Another host, as far as credentials go.
                Reply::Redirect(format!("{}/blob", leaked.address.replace("127.0.0.1", "localhost")))
            } else {
                Reply::Status(401)
            }
        }
        "/leaked" => {
            Reply::Status(if leaked.asked().iter().any(|a| a.authorization.is_some()) { 500 } else { 204 })
        }
        _ => Reply::Status(404),
    })
}

#[test]
fn hugging_face_is_asked_with_the_token_and_resumed() {
    let bytes = noise(200_000, 8);
    let server = hugging_face(bytes.clone());
    let mut bench = Bench::new();
    let hf = "hf = { repo = \"org/net\", revision = \"v1\" }";
    let file = file_line("model.bin", &bytes, ", path = \"sub/model.bin\"");
    bench.model("net", &format!("{hf}\nfiles = [{file}]"));
    bench.model("none", &format!("{hf}\nfiles = [{}]", file_line("absent.bin", &bytes, "")));
    let options = |token: &str| HubOptions {
        hf_endpoint: Some(server.address.clone()),
        hf_token: Some(token.into()),
        ..bench.options()
    };
    let error =
        bench.hub_with(options("wrong")).ensure("net", &NoProgress, &Cancel::new()).expect_err("gated");
    assert!(matches!(error, HubError::Forbidden { .. }), "{error}");
    assert!(error.hint().unwrap_or_default().contains("HF_TOKEN"));

    let hub = bench.hub_with(options("sesame"));
    let model = hub.ensure("net", &NoProgress, &Cancel::new()).expect("pulled");
    assert_eq!(read(&model.main()), bytes);
    let ranges: Vec<Option<u64>> = server.asked().iter().skip(1).map(|a| a.range_from).collect();
    assert_eq!(ranges, [None, Some(70_000)]);
    let error = hub.ensure("none", &NoProgress, &Cancel::new()).expect_err("no such file");
    assert!(matches!(error, HubError::NotFound { .. }), "{error}");

    let agent = ureq::Agent::new_with_defaults();
    let status = agent.get(format!("{}/leaked", server.address)).call().expect("an answer").status();
    assert_eq!(status.as_u16(), 204, "the token went to another host");
}

#[test]
fn a_folder_is_copied_and_checked() {
    let mut bench = Bench::new();
    let bytes = noise(10_000, 9);
    let folder = bench.path("given");
    std::fs::create_dir(&folder).expect("a folder");
    let source = format!("folder = \"{}\"", folder.display());
    let parts = ", parts = [{ path = \"m.part2\", size = 4000 }, { path = \"m.part10\", size = 1000 }, \
         { path = \"m.part1\", size = 5000 }]";
    bench.model("given", &format!("{source}\nfiles = [{}]", file_line("m.bin", &bytes, parts)));
    let hub = bench.hub_with(HubOptions { offline: true, ..bench.options() });
    let error = hub.ensure("given", &NoProgress, &Cancel::new()).expect_err("nothing there");
    assert!(matches!(error, HubError::NotFound { .. }), "{error}");
    std::fs::write(folder.join("m.part1"), &bytes[..5000]).expect("written");
    std::fs::write(folder.join("m.part2"), &bytes[5000..9000]).expect("written");
    std::fs::write(folder.join("m.part10"), &bytes[9000..]).expect("written");
    let model = hub.ensure("given", &NoProgress, &Cancel::new()).expect("copied, without the network");
    assert_eq!(read(&model.main()), bytes);
    assert_eq!(read(&folder.join("m.part10")), &bytes[9000..], "the folder is left as it was");
}
