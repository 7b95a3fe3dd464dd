//! A PostgreSQL server of one's own, for as long as a test runs.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::postgres::{Client, NoTls};

/// The user that may do everything.
const USER: &str = "colophon";
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Stops the server and removes its folder when the test is gone, however it went: its standard input
/// ends with the test's process.
const WATCH: &str =
    r#"read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$2""#;
/// Speed before safety: what a test writes is lost with it.
const SETTINGS: &str = "fsync = off\nsynchronous_commit = on\nfull_page_writes = off\nshared_buffers = 32MB\n\
    max_connections = 200\nautovacuum = off\nunix_socket_directories = ''\nlisten_addresses = '127.0.0.1'\n";

/// A server with an empty folder, on a free port of this machine, that trusts everyone there.
pub struct Server {
    bin: PathBuf,
    home: PathBuf,
    port: u16,
    databases: AtomicU64,
    /// Holds its standard input open.
    watch: Child,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// Where no PostgreSQL is installed, or it does not start: tests that need it must fail loudly.
    #[allow(clippy::panic, clippy::unwrap_used)]
    pub fn start() -> Self {
        let bin = programs();
        let dir = tempfile::Builder::new().prefix("colophon-postgres-").tempdir().unwrap();
        // From here on the watcher removes it.
        let home = dir.keep();
        if is_root() {
            run(Command::new("chown").arg(servant()).arg(&home));
        }
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(&bin).arg(&home);
        let (stdin, quiet) = (Stdio::piped(), Stdio::null);
        let mut watch = as_servant(&watch);
        // Whoever stops the tests stops their process group, and not what clears up after them.
        watch.stdin(stdin).stdout(quiet()).stderr(quiet()).process_group(0);
        let watch = watch.spawn().unwrap();
        let mut server = Self { bin, home, port: 0, databases: AtomicU64::new(0), watch };
        let data = server.home.join("data");
        lay(&server.bin, &data);
        let file = data.join("postgresql.conf");
        let written = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{written}\n{SETTINGS}")).unwrap();
        // Another program may take a port between its choice and the start.
        for _ in 0..5 {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if server.control("start").status.success() {
                return server;
            }
        }
        let log = std::fs::read_to_string(server.home.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start: {log}");
    }

    /// A fresh, empty database, as an address.
    ///
    /// # Panics
    /// When it cannot be made.
    #[allow(clippy::unwrap_used)]
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.client("postgres").batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection of the user who may do everything.
    ///
    /// # Panics
    /// When there is none within half a minute.
    #[allow(clippy::panic)]
    pub fn client(&self, database: &str) -> Client {
        let began = Instant::now();
        loop {
            match Client::connect(&self.url(database), NoTls) {
                Ok(client) => return client,
                Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => panic!("the database cannot be reached: {error}"),
            }
        }
    }

    /// Makes it encrypt connections, with this certificate and key in PEM form; restarts it.
    ///
    /// # Panics
    /// When it cannot.
    #[allow(clippy::unwrap_used)]
    pub fn encrypt(&self, certificate: &str, key: &str) {
        let data = self.home.join("data");
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let file = data.join(name);
            std::fs::write(&file, text).unwrap();
            run(Command::new("chmod").arg("600").arg(&file));
            if is_root() {
                run(Command::new("chown").arg(servant()).arg(&file));
            }
        }
        self.client("postgres").batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
        self.stop();
        self.start_again();
    }

    /// Stops it, breaking every connection.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        assert!(self.control("stop").status.success(), "PostgreSQL does not stop");
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        assert!(self.control("start").status.success(), "PostgreSQL does not start again");
    }

    #[allow(clippy::unwrap_used)]
    fn control(&self, what: &str) -> Output {
        let mut command = Command::new(self.bin.join("pg_ctl"));
        command.arg("-D").arg(self.home.join("data")).arg("-l").arg(self.home.join("log"));
        command.args(["-w", "-m", "fast", what]);
        if what == "start" {
            command.arg("-o").arg(format!("-p {}", self.port));
        }
        // A server that goes on must not hold the test's own output.
        as_servant(&command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        // It says nothing that could be of use.
        let _ = self.watch.wait();
    }
}

/// The folder of `initdb` and `pg_ctl`: on the `PATH`, or where Debian puts the newest.
#[allow(clippy::panic)]
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|e| e.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders
        .into_iter()
        .find(|f| f.join("initdb").exists() && f.join("pg_ctl").exists())
        .unwrap_or_else(|| panic!("no PostgreSQL is installed: run `scripts/setup` first"))
}

/// Makes the folder of a server: a copy of one that was made before beside the test's program, where there
/// is one, as making it takes longer than everything else.
#[allow(clippy::panic, clippy::unwrap_used)]
fn lay(bin: &Path, data: &Path) {
    let version = Command::new(bin.join("initdb")).arg("--version").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version).replace(|c: char| !c.is_alphanumeric() && c != '.', "-");
    let program = std::env::current_exe().unwrap();
    let made = program.with_file_name(format!("postgres-{}", version.trim_matches('-')));
    let copy = |from: &Path, to: &Path| run(Command::new("cp").arg("-Rp").arg(from).arg(to));
    if made.exists() {
        copy(&made, data);
        if is_root() {
            run(Command::new("chown").arg("-R").arg(servant()).arg(data));
        }
        return;
    }
    let mut init = Command::new(bin.join("initdb"));
    init.args(["--auth=trust", "--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8"]);
    run(&mut as_servant(init.arg("--username").arg(USER).arg("-D").arg(data)));
    let part = made.with_extension(std::process::id().to_string());
    copy(data, &part);
    if std::fs::rename(&part, &made).is_err() {
        // Another test was first.
        let _ = std::fs::remove_dir_all(&part);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Whom root lets run the server, which refuses to run as root.
fn servant() -> &'static str {
    let known = Command::new("id").arg("postgres").output().is_ok_and(|id| id.status.success());
    if known { "postgres" } else { "nobody" }
}

/// The same command, run by another where this is root.
fn as_servant(command: &Command) -> Command {
    if !is_root() {
        let mut same = Command::new(command.get_program());
        same.args(command.get_args()).current_dir("/");
        return same;
    }
    let mut lowered = Command::new("setpriv");
    let user = servant();
    lowered.args(["--reuid", user, "--clear-groups", "--regid"]).arg(group(user));
    lowered.arg(command.get_program()).args(command.get_args()).current_dir("/");
    lowered
}

/// The number of someone's group.
fn group(user: &str) -> String {
    let id = Command::new("id").args(["-g", user]).output();
    id.map(|id| String::from_utf8_lossy(&id.stdout).trim().to_owned()).unwrap_or_default()
}

#[allow(clippy::panic)]
fn run(command: &mut Command) {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("{command:?} is not installed: run `scripts/setup` first")
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}
