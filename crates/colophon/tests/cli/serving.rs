//! The server as a process that can be killed: no job is lost, none is done twice, nothing comes out
//! unsealed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Home, MODEL, json, path, text};

/// A server of this home.
pub(crate) struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(home: &Home) -> Self {
        Self::of(home, &[], &[])
    }

    /// One with further arguments and settings.
    pub(crate) fn of(home: &Home, args: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = home.colophon(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(args).env("COLOPHON_MODEL", MODEL).envs(settings.iter().copied());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its messages")).lines();
        let base = lines.find_map(|line| {
            let line = line.expect("a message");
            Some(line.strip_prefix("listening on ")?.strip_suffix("/v1")?.to_owned())
        });
        // Nobody reads further messages; they must not stop it.
        std::thread::spawn(move || lines.count());
        Self { child, base: base.expect("it listens") }
    }

    /// The address, without what is asked for.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// As a power cut would: nothing of it runs any more.
    pub(crate) fn kill(self) {}

    pub(crate) fn url(&self, what: &str) -> String {
        format!("{}{what}", self.base)
    }

    pub(crate) fn get(&self, what: &str) -> Result<Value, ureq::Error> {
        ureq::get(format!("{}{what}", self.base)).call()?.body_mut().read_json()
    }

    pub(crate) fn post(&self, what: &str, key: &str, body: &Value) -> Result<Value, ureq::Error> {
        let request = ureq::post(format!("{}{what}", self.base)).header("idempotency-key", key);
        request.send_json(body)?.body_mut().read_json()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Jobs that take different times and make different things.
fn orders(count: usize) -> Vec<Value> {
    let kinds = [
        |n: usize| json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2, "seed": n}}),
        |n| json!({"kind": "picture", "request": {"prompt": "a boat", "size": "256x192", "seed": n}}),
        |n| json!({"kind": "speech", "request": {"text": format!("This is number {n}."), "voice": "hibari"}}),
        |n| json!({"kind": "music", "request": {"prompt": "piano", "seconds": 4, "seed": n}}),
    ];
    (0..count).map(|n| kinds[n % kinds.len()](n)).collect()
}

/// Numbers below a bound, the same each time.
pub(crate) fn dice() -> impl FnMut(u64) -> u64 {
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    move |most| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % most
    }
}

/// Orders that are given while what takes them may die, and the jobs that came of them.
pub(crate) struct Orders {
    waiting: Vec<(usize, Value)>,
    jobs: BTreeMap<usize, String>,
}

impl Orders {
    pub(crate) fn new(count: usize) -> Self {
        let mut waiting: Vec<(usize, Value)> = orders(count).into_iter().enumerate().collect();
        waiting.reverse();
        Self { waiting, jobs: BTreeMap::new() }
    }

    /// Gives orders for a while, with so many milliseconds between them.
    pub(crate) fn give_for(&mut self, span: Duration, server: &Server, pause: &mut dyn FnMut() -> u64) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            let Some((number, body)) = self.waiting.last() else {
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            // An order whose answer was lost is given again, with the same key.
            if let Ok(job) = server.post("/v1/jobs", &format!("order {number}"), body) {
                self.jobs.insert(*number, job["id"].as_str().expect("an id").to_owned());
                self.waiting.pop();
            }
            std::thread::sleep(Duration::from_millis(pause()));
        }
    }

    /// Gives the orders that are left. Gives the jobs of all by the number of the order.
    pub(crate) fn give_rest(mut self, server: &Server) -> BTreeMap<usize, String> {
        while let Some((number, body)) = self.waiting.pop() {
            let job = server.post("/v1/jobs", &format!("order {number}"), &body).expect("an answer");
            self.jobs.insert(number, job["id"].as_str().expect("an id").to_owned());
        }
        self.jobs
    }
}

/// Orders jobs and kills the server again and again; then lets it end them, and counts.
fn survive(count: usize, kills: usize) {
    let home = Home::new();
    let mut roll = dice();
    let mut orders = Orders::new(count);
    for _ in 0..kills {
        let server = Server::start(&home);
        let span = Duration::from_millis(300 + roll(2_500));
        orders.give_for(span, &server, &mut || roll(30));
        server.kill();
    }
    let server = Server::start(&home);
    let jobs = orders.give_rest(&server);
    reckon(&home, server, &jobs, count);
    // Nothing is left lying about.
    let left: Vec<String> = std::fs::read_dir(home.path("works"))
        .expect("the works")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.') && name != ".previews")
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Lets the jobs end, and counts: each order has its job, each job its one sealed work. Stops the server.
pub(crate) fn reckon(home: &Home, server: Server, jobs: &BTreeMap<usize, String>, count: usize) {
    let until = Instant::now() + Duration::from_secs(120 + 4 * count as u64);
    loop {
        let queue = server.get("/v1/status").expect("an answer")["queue"].clone();
        if queue == json!({"queued": 0, "running": 0}) {
            break;
        }
        assert!(Instant::now() < until, "{queue}");
        std::thread::sleep(Duration::from_millis(200));
    }
    // None is lost: every order has its job, and every job its one work.
    assert_eq!(jobs.len(), count);
    let mut works = Vec::new();
    for (number, id) in jobs {
        let job = server.get(&format!("/v1/jobs/{id}")).expect("the job");
        assert_eq!(job["status"], "done", "{number}: {job}");
        let made = job["works"].as_array().expect("works");
        assert_eq!(made.len(), 1, "{job}");
        works.extend(made.iter().map(|w| w["id"].as_str().expect("a number").to_owned()));
    }
    // None is done twice.
    let list = server.get("/v1/works?limit=200").expect("the gallery");
    assert_eq!(list["data"].as_array().expect("works").len(), works.len());
    // Nothing is unsealed: each file says what made it, and stands in the log.
    for id in &works {
        let verdict = server.get(&format!("/v1/works/{id}/credential")).expect("a verdict");
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
    }
    server.kill();
    let audit = home.run(&["log", "audit"]);
    assert!(audit.status.success(), "{}", text(&audit.stderr));
}

#[test]
fn a_server_that_is_killed_loses_nothing_and_does_nothing_twice() {
    survive(24, 6);
}

#[test]
#[ignore = "takes minutes: 200 jobs and 30 kills"]
fn a_server_that_is_killed_thirty_times_loses_none_of_two_hundred_jobs() {
    survive(200, 30);
}

#[test]
fn a_stop_gives_back_what_runs() {
    let home = Home::new();
    let mut server = Server::start(&home);
    let body = json!({"kind": "film", "request": {"brief": "A fox who learns to paint", "seconds": 200}});
    let job = server.post("/v1/jobs", "one", &body).expect("an answer");
    let one = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    while server.get(&one).expect("the job")["status"] != "running" {
        std::thread::sleep(Duration::from_millis(20));
    }
    // As `systemctl stop` does.
    let pid = server.child.id().to_string();
    assert!(std::process::Command::new("kill").arg(pid).status().expect("kill runs").success());
    let until = Instant::now() + Duration::from_secs(60);
    while server.child.try_wait().expect("it can be asked").is_none() {
        assert!(Instant::now() < until, "it does not stop");
        std::thread::sleep(Duration::from_millis(50));
    }
    let server = Server::start(&home);
    let job = server.get(&one).expect("the job");
    assert!(job["status"] == "queued" || job["status"] == "running", "{job}");
    assert!(job["attempt"].as_u64() <= Some(1), "it counts as no attempt: {job}");
    server.kill();
}

#[test]
fn keys_and_accounts_are_made_on_the_command_line() {
    let home = Home::without_models();
    let key = home
        .run(&["serve", "keys", "add", "laptop", "--role", "viewer", "--days", "7", "--pixels", "1000000"]);
    assert!(text(&key.stdout).starts_with("clp-"), "{}", text(&key.stderr));
    let again = home.run(&["serve", "keys", "add", "laptop"]);
    assert_eq!((again.status.code(), text(&again.stderr).contains("laptop")), (Some(2), true));
    assert_eq!(text(&home.run(&["serve", "keys", "list"]).stdout), "laptop\n");
    assert!(home.run(&["serve", "keys", "rm", "laptop"]).status.success());
    assert_eq!(home.run(&["serve", "keys", "rm", "laptop"]).status.code(), Some(2));
    let short =
        home.colophon(&["serve", "accounts", "add", "ann"]).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(short.status.code(), Some(2), "{}", text(&short.stderr));
    let file = home.path("password");
    std::fs::write(&file, "correct horse battery\n").expect("a file");
    let stdin = std::fs::File::open(path(&file)).expect("a file");
    let added = home.colophon(&["serve", "accounts", "add", "ann", "--role", "admin"]).stdin(stdin).output();
    assert!(added.expect("it runs").status.success());
    assert_eq!(text(&home.run(&["serve", "accounts", "list"]).stdout), "ann\tadmin\n");
    assert!(json(&home.run(&["models", "list", "--json"]).stdout).is_array(), "nothing else changed");
}

#[test]
fn a_backup_brings_everything_back() {
    let home = Home::new();
    let server = Server::start(&home);
    let order = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}});
    let job = server.post("/v1/jobs", "one", &order).expect("an answer");
    let one = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    while server.get(&one).expect("the job")["status"] != "done" {
        std::thread::sleep(Duration::from_millis(50));
    }
    // While it runs.
    let file = home.path("backup.tar");
    let made = home.run(&["backup", "-o", path(&file), "--json"]);
    let about = json(&made.stdout);
    assert_eq!(
        (about["works"].as_u64(), about["log_size"].as_u64()),
        (Some(1), Some(1)),
        "{}",
        text(&made.stderr)
    );
    server.kill();
    let refused = home.run(&["restore", path(&file)]);
    assert_eq!(refused.status.code(), Some(2), "a studio is there: {}", text(&refused.stderr));
    let other = Home::new();
    let restored = other.run(&["restore", path(&file)]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    assert!(text(&restored.stdout).contains("1 log entries"), "{}", text(&restored.stdout));
    let server = Server::start(&other);
    let works = server.get("/v1/works").expect("the gallery")["data"].clone();
    let id = works[0]["id"].as_str().expect("a work");
    let verdict = server.get(&format!("/v1/works/{id}/credential")).expect("a verdict");
    assert_eq!(verdict["verdict"], "verified");
    // The keys came along: what is made now goes on in the same log.
    let job = server.post("/v1/jobs", "two", &order).expect("an answer");
    let two = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    while server.get(&two).expect("the job")["status"] != "done" {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.get("/v1/status").expect("an answer")["log"]["size"], 2);
    server.kill();
    let cut = home.path("cut.tar");
    let whole = std::fs::read(&file).expect("the backup");
    std::fs::write(&cut, &whole[..whole.len() / 2]).expect("a file");
    let empty = Home::without_models();
    for bad in [&cut, &home.path("studio.db")] {
        let refused = empty.run(&["restore", path(bad)]);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
        assert!(!empty.path("studio.db").exists(), "nothing is half restored");
    }
}
