//! How fast jobs are taken and handed out: `queue COUNT THREADS [PATH | postgres://… [nats://…]]` prints jobs
//! a second as JSON. Every job is on disk before it is acknowledged.

use std::path::Path;
use std::time::{Duration, Instant};

use colophon_store::{NewJob, Outcome, Store, Usage};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().unwrap_or_else(|| "10000".into()).parse()?;
    let threads: usize = args.next().unwrap_or_else(|| "16".into()).parse()?;
    let dir = tempfile::tempdir()?;
    let place = args.next();
    let store = match &place {
        Some(url) if url.starts_with("postgres") => match args.next() {
            Some(broker) => Store::connect_over(url, &broker)?,
            None => Store::connect(url)?,
        },
        Some(path) => Store::open(Path::new(path))?,
        None => Store::open(&dir.path().join("studio.db"))?,
    };
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let store = &store;
            scope.spawn(move || {
                for n in (thread..count).step_by(threads) {
                    let request = json!({"prompt": format!("picture {n}"), "size": "1024x1024"});
                    let owner = format!("owner {}", n % 10);
                    store.enqueue(NewJob::new(&owner, "picture", "a picture", request)).ok();
                }
            });
        }
    });
    let taken = began.elapsed().as_secs_f64();
    let depth = store.queue_depth()?.queued;
    let began = Instant::now();
    let claims = 1000.min(count);
    let mut consumer = store.consumer("bench", &["picture"], Duration::from_secs(30));
    let mut ended = 0;
    while ended < claims {
        if let Some(claimed) = consumer.next(Duration::from_secs(1))? {
            let outcome = Outcome::Done { works: Vec::new(), result: None, usage: Usage::default() };
            let job = store.finish(&claimed.job, "bench", outcome)?;
            claimed.close(&store, job.as_ref());
            ended += 1;
        }
    }
    let handed = began.elapsed().as_secs_f64() / claims as f64;
    let mut heard = store.listen();
    let began = Instant::now();
    store.enqueue(NewJob::new("listener", "picture", "a picture", json!({})))?;
    while heard.blocking_recv()?.owner != "listener" {}
    let told = began.elapsed().as_secs_f64();
    let line = json!({
        "jobs": count, "kept": depth, "threads": threads,
        "enqueued_per_second": (count as f64 / taken).round(),
        "claim_and_finish_ms": (handed * 1e6).round() / 1e3,
        "enqueue_and_hear_ms": (told * 1e6).round() / 1e3,
    });
    #[allow(clippy::print_stdout, reason = "this is what the example is for")]
    {
        println!("{line}");
    }
    Ok(())
}
