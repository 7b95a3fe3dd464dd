//! Clients that mean harm, or are broken: slow ones, large ones, malformed ones. Whatever they do, they get
//! an error or nothing, and others are served meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use colophon_server::{Patience, ServerOptions};
use colophon_studio::store::{NewJob, NewKey};
use serde_json::{Value, json};

use crate::{Answer, Server, Setup, hello, post, send, start};

/// What an honest client waits for, at most, while others do their worst.
const PROMPT: Duration = Duration::from_secs(5);

fn with(options: ServerOptions) -> Server {
    start(Setup { options, ..Setup::default() }).0
}

fn impatient() -> ServerOptions {
    let short = Duration::from_millis(600);
    ServerOptions {
        patience: Patience { head: short, silence: short, least_rate: 1024, reader: short },
        ..ServerOptions::default()
    }
}

/// Sends bytes as they are and gives all that comes back until the server closes.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    sent(address, bytes, true)
}

/// The same; a client that says `over` will send no more, and the server may take it for gone.
fn sent(address: SocketAddr, bytes: &[u8], over: bool) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses closes before all is sent.
    let _ = stream.write_all(bytes);
    if over {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

/// The server still does its work.
fn is_well(server: &Server) {
    let began = Instant::now();
    assert_eq!(post(server, "/v1/chat/completions", &hello()).status, 200);
    assert!(began.elapsed() < PROMPT, "{:?}", began.elapsed());
}

/// Opens connections that begin with these bytes and then send one more now and then, until all are closed.
/// Gives how long that took.
fn drip(server: &Server, count: usize, begin: &[u8]) -> Duration {
    let mut open: Vec<TcpStream> = (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(begin).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let mut asked = Instant::now();
    while !open.is_empty() && began.elapsed() < Duration::from_secs(30) {
        open.retain_mut(|stream| {
            let mut answer = [0; 512];
            let closed = match stream.read(&mut answer) {
                Ok(0) => true,
                Ok(_) => false,
                Err(e) => e.kind() != std::io::ErrorKind::WouldBlock,
            };
            !closed && stream.write(b"x").is_ok()
        });
        if asked.elapsed() > Duration::from_millis(300) {
            is_well(server);
            asked = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(open.is_empty(), "{} of {count} are still there", open.len());
    began.elapsed()
}

#[test]
fn heads_that_never_end_are_cut_off_while_others_are_served() {
    let server = with(impatient());
    drip(&server, 400, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
}

#[test]
fn connections_that_say_nothing_are_closed() {
    let server = with(impatient());
    let mut silent: Vec<_> = (0..100).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut all = Vec::new();
        assert!(stream.read_to_end(&mut all).is_ok(), "it is closed");
    }
    is_well(&server);
}

#[test]
fn clients_that_do_not_take_their_answers_are_left() {
    let server = with(impatient());
    let ask = format!("GET /openapi.json HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    // So many that no buffer holds the answers. Nobody reads them, so that sooner or later nothing goes out.
    let began = Instant::now();
    while stream.write_all(ask.as_bytes()).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20), "it is still served");
        is_well(&server);
    }
}

#[test]
fn bodies_that_drip_are_cut_off_while_others_are_served() {
    let server = with(impatient());
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: {}\r\nContent-Length: 100000\r\n\r\n{{\"model\"",
        server.address
    );
    drip(&server, 200, head.as_bytes());
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(answer.contains("request_timeout"), "{answer}");
}

#[test]
fn a_slow_line_gets_its_request_through() {
    let server = with(impatient());
    let body = hello().to_string() + &" ".repeat(8000);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // About 4 KB a second, for longer than any silence may be.
    for piece in body.as_bytes().chunks(400) {
        stream.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), 200, "{answer}");
}

#[test]
fn a_body_that_says_that_it_is_too_long_is_refused_unread() {
    let options = ServerOptions { max_upload: 4 << 20, ..ServerOptions::default() };
    let server = with(options);
    for path in ["/v1/uploads", "/v1/chat/completions", "/v1/images/edits", "/v1/verify", "/v1/videos"] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let kind = "Content-Type: multipart/form-data; boundary=x";
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{kind}\r\nContent-Length: 1073741824\r\n\r\n",
            server.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Not a byte of the body is sent.
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..count]);
        assert_eq!(status(&answer), 413, "{path}: {answer}");
        assert!(answer.contains("request_too_large"), "{path}: {answer}");
    }
    is_well(&server);
}

/// An upload in chunks of unknown number, as long as the server takes it.
fn upload(server: &Server, bytes: u64) -> (u64, String) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let head = format!(
        "POST /v1/uploads HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: multipart/form-data; boundary=x\r\n\r\n",
        server.address
    );
    let begin = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
    let end = "\r\n--x--\r\n";
    stream.write_all(format!("{head}{:x}\r\n{begin}\r\n", begin.len()).as_bytes()).unwrap();
    let piece = vec![b'y'; 1 << 20];
    let mut sent = 0;
    while sent < bytes {
        let whole = format!("{:x}\r\n", piece.len());
        let written = stream
            .write_all(whole.as_bytes())
            .and_then(|()| stream.write_all(&piece))
            .and_then(|()| stream.write_all(b"\r\n"));
        if written.is_err() {
            break;
        }
        sent += piece.len() as u64;
    }
    let _ = stream.write_all(format!("{:x}\r\n{end}\r\n0\r\n\r\n", end.len()).as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (sent, String::from_utf8_lossy(&answer).into_owned())
}

/// The most memory that this process ever had, in bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn an_upload_without_length_ends_at_the_limit_and_memory_stays_flat() {
    let server = with(ServerOptions { max_upload: 192 << 20, ..ServerOptions::default() });
    is_well(&server);
    let before = most_memory();
    let (sent, answer) = upload(&server, 128 << 20);
    assert_eq!((sent, status(&answer)), (128 << 20, 200), "{answer}");
    let (sent, _) = upload(&server, 1 << 30);
    assert!(sent < 256 << 20, "{sent} bytes were taken");
    let more = most_memory() - before;
    assert!(more < 48 << 20, "{more} bytes more");
    let left: Vec<_> = std::fs::read_dir(server.studio.upload_path("")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "nothing is left of what was refused: {left:?}");
    is_well(&server);
}

#[test]
#[ignore = "minutes: a gigabyte through a socket onto the disk"]
fn a_gigabyte_is_taken_with_flat_memory() {
    let server = with(ServerOptions { max_upload: 2 << 30, ..ServerOptions::default() });
    is_well(&server);
    let before = most_memory();
    let began = Instant::now();
    let (sent, answer) = upload(&server, 1 << 30);
    assert_eq!((sent, status(&answer)), (1 << 30, 200), "{answer}");
    let more = most_memory() - before;
    println!("1 GiB in {:.1} s, {} KiB more memory at the most", began.elapsed().as_secs_f64(), more >> 10);
    assert!(more < 48 << 20, "{more} bytes more");
}

/// A form as it is.
fn form(server: &Server, path: &str, kind: &str, body: &[u8]) -> Answer {
    send(server.address, "POST", path, &[("Content-Type", kind)], body)
}

#[test]
fn broken_forms_are_errors_of_the_client() {
    let server = with(ServerOptions::default());
    let usual = "multipart/form-data; boundary=x";
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
    let many = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n".repeat(100_000) + "--x--\r\n";
    let headers = format!("--x\r\n{}\r\nabc\r\n--x--\r\n", "X-A: b\r\n".repeat(500));
    let endless = format!("--x\r\nContent-Disposition: form-data; name=\"{}", "a".repeat(3 << 20));
    let nested = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; \
                  boundary=y\r\n\r\n--y\r\nContent-Disposition: file; filename=\"b\"\r\n\r\nc\r\n--y--\r\n--x--\r\n";
    let unnamed = "--x\r\nContent-Type: text/plain\r\n\r\nabc\r\n--x--\r\n";
    let bodies: [(&str, &[u8]); 10] = [
        ("multipart/form-data", part.as_bytes()),
        ("multipart/form-data; boundary=", part.as_bytes()),
        ("application/json", part.as_bytes()),
        (usual, b""),
        (usual, b"no form at all"),
        (usual, part.as_bytes()),
        (usual, headers.as_bytes()),
        (usual, nested.as_bytes()),
        (usual, unnamed.as_bytes()),
        (usual, b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\xff\xfe\"\r\n\r\n\r\n--x--\r\n"),
    ];
    let paths = [
        "/v1/uploads",
        "/v1/images/edits",
        "/v1/images/variations",
        "/v1/audio/transcriptions",
        "/v1/verify",
    ];
    for path in paths {
        for (kind, body) in bodies {
            let answer = form(&server, path, kind, body);
            assert!((400..500).contains(&answer.status), "{path} {kind}: {} {}", answer.status, answer.body);
            assert!(answer.json()["error"]["message"].is_string(), "{}", answer.body);
        }
    }
    let before = most_memory();
    for body in [many.as_bytes(), endless.as_bytes()] {
        let began = Instant::now();
        let answer = form(&server, "/v1/uploads", usual, body);
        assert!(matches!(answer.status, 400 | 413 | 0), "{} {}", answer.status, answer.body);
        assert!(began.elapsed() < PROMPT);
    }
    assert!(most_memory() - before < 32 << 20);
    is_well(&server);
}

#[test]
fn bytes_that_are_no_text_are_errors_of_the_client() {
    let server = with(ServerOptions::default());
    let json = b"{\"model\": \"fake\", \"messages\": [{\"role\": \"user\", \"content\": \"\xff\xfe\"}]}";
    for path in [
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/moderations",
        "/v1/jobs",
        "/v1/audio/speech",
    ] {
        let answer = send(server.address, "POST", path, &[], json);
        assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        assert_eq!(answer.json()["error"]["code"], "bad_input");
    }
    let deep = "[".repeat(200_000);
    assert_eq!(send(server.address, "POST", "/v1/moderations", &[], deep.as_bytes()).status, 400);
    for path in [
        "/v1/jobs/%ff%fe",
        "/v1/works/%00",
        "/v1/works/..%2f..%2fetc%2fpasswd",
        "/assets/%c0%ae%c0%ae/x",
        "/v1/log/tile/..%2f..%2fkeys%2flog.key",
        "/v1/models/%f0%28%8c%28",
    ] {
        let answer = send(server.address, "GET", path, &[], b"");
        assert!(matches!(answer.status, 400 | 404), "{path}: {} {}", answer.status, answer.body);
    }
    let host = server.address;
    for head in [
        &b"Authorization: Bearer \xff\xfe"[..],
        b"Cookie: colophon_session=\xff",
        b"Origin: \xff",
        b"Last-Event-ID: \xff",
    ] {
        let mut request =
            format!("GET /v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
        request.extend_from_slice(head);
        request.extend_from_slice(b"\r\n\r\n");
        let answer = sent(host, &request, false);
        assert!(matches!(status(&answer), 200 | 400 | 401 | 403), "{answer}");
    }
    let order = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}}).to_string();
    let mut request =
        format!("POST /v1/jobs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\nIdempotency-Key: ", order.len())
            .into_bytes();
    request.extend_from_slice(b"\xff\r\n\r\n");
    request.extend_from_slice(order.as_bytes());
    assert_eq!(status(&sent(host, &request, false)), 400);
    is_well(&server);
}

#[test]
fn heads_that_are_too_large_are_refused() {
    let server = with(ServerOptions::default());
    let host = server.address;
    let long = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Long: {}\r\n\r\n", "a".repeat(1 << 20));
    let many = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "X-A: b\r\n".repeat(2_000));
    let path = format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "a".repeat(100_000));
    for request in [long, many, path] {
        let answer = raw(host, request.as_bytes());
        // A connection may be reset before its answer is read.
        assert!(matches!(status(&answer), 400 | 414 | 431 | 0), "{answer}");
    }
    is_well(&server);
}

/// One request, and only one answer: what follows it is never taken for another.
#[test]
fn requests_with_two_ends_are_refused() {
    let server = with(ServerOptions::default());
    let host = server.address;
    let hidden = format!("GET /smuggled HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let shapes = [
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: +4",
        "Content-Length: -1",
        "Content-Length: 4x",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    ];
    for shape in shapes {
        let request =
            format!("POST /v1/moderations HTTP/1.1\r\nHost: {host}\r\n{shape}\r\n\r\n0\r\n\r\n{hidden}");
        let answer = raw(host, request.as_bytes());
        assert!(status(&answer) == 400 || answer.is_empty(), "{shape}: {answer}");
        assert!(!answer.contains("/smuggled"), "{shape}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{shape}: {answer}");
    }
    // Both at once: the chunks count, and the connection is not used again.
    let both = format!(
        "POST /v1/moderations HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
    );
    let answer = raw(host, both.as_bytes());
    assert!(!answer.contains("/smuggled"), "{answer}");
    // Chunks with a size that is none, or no end of line.
    for chunk in ["zz\r\nabc\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "-1\r\n", "3\nabc\n0\n\n"] {
        let request = format!(
            "POST /v1/moderations HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{hidden}"
        );
        let answer = raw(host, request.as_bytes());
        assert!(!answer.contains("/smuggled") && status(&answer) != 200, "{chunk:?}: {answer}");
    }
    is_well(&server);
}

#[test]
fn a_key_whose_time_is_over_opens_nothing() {
    let server = with(ServerOptions::default());
    let store = server.studio.store().unwrap();
    let over = NewKey { expires: Some(store.now() - 1), ..NewKey::named("old") };
    let (old, new) =
        (store.add_key(over, "test").unwrap(), store.add_key(NewKey::named("new"), "test").unwrap());
    let ask = |key: &str| {
        let bearer = format!("Bearer {key}");
        send(server.address, "GET", "/v1/jobs", &[("Authorization", bearer.as_str())], b"")
    };
    let refused = ask(&old);
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (401, &json!("invalid_api_key")));
    assert_eq!(ask(&new).status, 200);
    for guess in ["", "clp-", &"a".repeat(30_000), &new[..new.len() - 1]] {
        assert_eq!(ask(guess).status, 401, "{} characters", guess.len());
    }
}

#[test]
fn a_full_queue_refuses_and_goes_on_when_there_is_room() {
    let server = with(ServerOptions { jobs_at_once: 0, ..ServerOptions::default() });
    let store = server.studio.store().unwrap();
    let request = json!({"prompt": "rain", "seconds": 2});
    let fill = |count: usize| {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                let (store, request) = (store.clone(), request.clone());
                scope.spawn(move || {
                    for _ in 0..count / 8 {
                        store.enqueue(NewJob::new("local", "sound", "rain", request.clone())).unwrap();
                    }
                });
            }
        });
    };
    fill(9_992);
    let order = json!({"kind": "sound", "request": request});
    let answers: Vec<(u16, Value)> = (0..10)
        .map(|_| {
            let answer = post(&server, "/v1/jobs", &order);
            (answer.status, answer.json())
        })
        .collect();
    let taken: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(taken, [[202; 8].as_slice(), &[429; 2]].concat());
    assert_eq!(answers[9].1["error"]["code"], "busy");
    assert_eq!(answers[0].1["queue_position"], Value::Null, "far back, nobody counts");
    let id = answers[7].1["id"].as_str().unwrap();
    assert_eq!(post(&server, &format!("/v1/jobs/{id}/cancel"), &json!({})).status, 200);
    assert_eq!(post(&server, "/v1/jobs", &order).status, 202, "there is room again");
}

#[test]
#[ignore = "minutes: ten thousand orders, each on disk before it is answered"]
fn ten_thousand_jobs_are_ordered_over_http() {
    let server = with(ServerOptions { jobs_at_once: 0, ..ServerOptions::default() });
    let order = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}});
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1_250 {
                    assert_eq!(post(&server, "/v1/jobs", &order).status, 202);
                }
            });
        }
    });
    println!("10,000 orders in {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(server.studio.store().unwrap().queue_depth().unwrap().queued, 10_000);
    assert_eq!(post(&server, "/v1/jobs", &order).status, 429);
    is_well(&server);
}
