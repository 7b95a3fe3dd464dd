//! A NATS server with JetStream of one's own, for as long as a test runs.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Stops the server and removes its folder when the test is gone, however it went: its standard input ends
/// with the test's process.
const WATCH: &str = r#"read -r _; [ -f "$1/pid" ] && kill -9 "$(cat "$1/pid")" 2>/dev/null; rm -rf "$1""#;

/// A server with an empty folder, on a free port of this machine.
pub struct Server {
    program: PathBuf,
    home: PathBuf,
    port: u16,
    /// `None` while it is stopped.
    running: Mutex<Option<Child>>,
    /// Holds its standard input open.
    watch: Child,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// Where no NATS server is installed, or it does not start: tests that need it must fail loudly.
    #[allow(clippy::panic, clippy::unwrap_used)]
    pub fn start() -> Self {
        let program = program();
        // From here on the watcher removes it.
        let home = tempfile::Builder::new().prefix("colophon-nats-").tempdir().unwrap().keep();
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(&home);
        watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let watch = watch.spawn().unwrap();
        let mut server = Self { program, home, port: 0, running: Mutex::new(None), watch };
        // Another program may take a port between its choice and the start.
        for _ in 0..5 {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if server.launch() {
                return server;
            }
        }
        let log = std::fs::read_to_string(server.home.join("log")).unwrap_or_default();
        panic!("nats-server does not start: {log}");
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it, breaking every connection, as a power cut would.
    ///
    /// # Panics
    /// When it does not run.
    #[allow(clippy::unwrap_used)]
    pub fn kill(&self) {
        let mut child = self.running.lock().unwrap().take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it again, on the same port, with what is on its disk.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        assert!(self.launch(), "nats-server does not start again");
    }

    /// Removes what is on the disk of a server that is stopped.
    ///
    /// # Panics
    /// When it cannot.
    #[allow(clippy::unwrap_used)]
    pub fn empty(&self) {
        assert!(self.running.lock().unwrap().is_none(), "it runs");
        std::fs::remove_dir_all(self.home.join("data")).unwrap();
    }

    /// Lets it stand still: connections stay, and nothing is answered.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    #[allow(clippy::unwrap_used)]
    fn signal(&self, name: &str) {
        let pid = self.running.lock().unwrap().as_ref().unwrap().id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|s| s.success()), "nats-server is not there");
    }

    /// Whether it runs and answers.
    #[allow(clippy::unwrap_used)]
    fn launch(&self) -> bool {
        let mut command = Command::new(&self.program);
        command.args(["--jetstream", "--addr", "127.0.0.1", "--port"]).arg(self.port.to_string());
        command.arg("--store_dir").arg(self.home.join("data"));
        command.arg("--pid").arg(self.home.join("pid")).arg("--log").arg(self.home.join("log"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                *self.running.lock().unwrap() = Some(child);
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(Some(child)) = self.running.get_mut().map(Option::as_mut) {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_file(self.home.join("pid"));
        drop(self.watch.stdin.take());
        // It says nothing that could be of use.
        let _ = self.watch.wait();
    }
}

/// The server's program: on the `PATH`, or where Debian puts it for root alone.
#[allow(clippy::panic)]
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders
        .map(|folder| folder.join("nats-server"))
        .find(|file| Path::exists(file))
        .unwrap_or_else(|| panic!("no nats-server is installed: run `scripts/setup` first"))
}
