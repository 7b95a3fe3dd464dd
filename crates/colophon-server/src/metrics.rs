//! Counters in Prometheus' text form.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use colophon_studio::Tally;
use colophon_studio::store::{Broker, QueueDepth};

/// Counters of a server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: AtomicU64,
    errors: AtomicU64,
    refused: AtomicU64,
    prompt_tokens: AtomicU64,
    cached_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    speculated_tokens: AtomicU64,
    texts: AtomicU64,
    seconds_millis: AtomicU64,
}

impl Metrics {
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.seconds_millis.fetch_add(took.as_millis() as u64, Ordering::Relaxed);
        if status == 429 {
            self.refused.fetch_add(1, Ordering::Relaxed);
        } else if status >= 400 {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn wrote(&self, usage: &colophon_studio::chat::Usage) {
        self.texts.fetch_add(1, Ordering::Relaxed);
        self.prompt_tokens.fetch_add(usage.prompt_tokens as u64, Ordering::Relaxed);
        self.cached_tokens.fetch_add(usage.cached_tokens as u64, Ordering::Relaxed);
        self.completion_tokens.fetch_add(usage.completion_tokens as u64, Ordering::Relaxed);
        self.speculated_tokens.fetch_add(usage.speculated_tokens as u64, Ordering::Relaxed);
    }

    /// The page.
    pub(crate) fn page(&self) -> String {
        let rows = [
            ("requests_total", "HTTP requests answered", &self.requests),
            ("errors_total", "HTTP requests answered with an error", &self.errors),
            ("refused_total", "HTTP requests refused because too much was asked at once", &self.refused),
            ("texts_total", "Texts generated", &self.texts),
            ("prompt_tokens_total", "Tokens of prompts", &self.prompt_tokens),
            ("cached_tokens_total", "Tokens of prompts found in the prefix cache", &self.cached_tokens),
            ("completion_tokens_total", "Tokens generated", &self.completion_tokens),
            (
                "speculated_tokens_total",
                "Tokens guessed by speculation and confirmed",
                &self.speculated_tokens,
            ),
            ("request_milliseconds_total", "Time until the head of an answer, summed", &self.seconds_millis),
        ];
        let mut page = String::new();
        for (name, help, value) in rows {
            let value = value.load(Ordering::Relaxed);
            let _ = writeln!(
                page,
                "# HELP colophon_{name} {help}.\n# TYPE colophon_{name} counter\ncolophon_{name} {value}"
            );
        }
        page
    }
}

/// Jobs in the same form: how many wait and run, how they ended, how long they waited and took.
pub(crate) fn jobs_page(depth: QueueDepth, tally: &Tally) -> String {
    let mut page = String::new();
    let mut head = |name: &str, kind: &str, help: &str, rows: Vec<(String, f64)>| {
        let _ = writeln!(page, "# HELP colophon_{name} {help}.\n# TYPE colophon_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(page, "colophon_{name}{labels} {value}");
        }
    };
    let states = [("queued", depth.queued), ("running", depth.running)];
    let rows = states.map(|(state, n)| (format!("{{state=\"{state}\"}}"), n as f64));
    head("jobs", "gauge", "Jobs that wait and run", rows.into());
    let rows = tally.ended.iter();
    let rows = rows.map(|((kind, how), n)| (format!("{{kind=\"{kind}\",outcome=\"{how}\"}}"), *n as f64));
    head("job_attempts_total", "counter", "Attempts at jobs that ended", rows.collect());
    let of_kind = |kind: &String| format!("{{kind=\"{kind}\"}}");
    let waited = || tally.waited.iter();
    let rows = waited().map(|(kind, (seconds, _))| (of_kind(kind), *seconds));
    head("job_wait_seconds_sum", "counter", "Seconds that jobs waited for a worker", rows.collect());
    let rows = waited().map(|(kind, (_, n))| (of_kind(kind), *n as f64));
    head("job_wait_seconds_count", "counter", "Jobs that were begun", rows.collect());
    let rows = tally.worked.iter().map(|(kind, seconds)| (of_kind(kind), *seconds));
    head("job_run_seconds_total", "counter", "Seconds of work on jobs", rows.collect());
    let of_stage = |stage: &&str| format!("{{stage=\"{stage}\"}}");
    let stages = || tally.stages.iter();
    let rows = stages().map(|(stage, (seconds, _))| (of_stage(stage), *seconds));
    head(
        "stage_seconds_sum",
        "counter",
        "Seconds of each stage of the work, seal among them",
        rows.collect(),
    );
    let rows = stages().map(|(stage, (_, n))| (of_stage(stage), *n as f64));
    head("stage_seconds_count", "counter", "Times that each stage was gone through", rows.collect());
    page
}

/// The broker in the same form.
pub(crate) fn broker_page(broker: &Broker) -> String {
    let mut page = String::new();
    for (name, kind, help, value) in [
        (
            "up",
            "gauge",
            "Whether the broker answers; otherwise the database hands out jobs",
            broker.up.into(),
        ),
        ("tickets", "gauge", "Tickets in the broker's stream", broker.tickets),
        ("given_total", "counter", "Tickets that the broker gave to this process", broker.given),
        ("stale_total", "counter", "Tickets among them whose job did not wait any more", broker.stale),
        ("put_back_total", "counter", "Tickets that the broker had lost", broker.put_back),
    ] {
        let _ = writeln!(
            page,
            "# HELP colophon_broker_{name} {help}.\n# TYPE colophon_broker_{name} {kind}\n\
             colophon_broker_{name} {value}"
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_told_in_prometheus_form() {
        let mut tally = Tally::default();
        tally.ended.insert(("picture".into(), "done"), 3);
        tally.waited.insert("picture".into(), (0.5, 3));
        tally.stages.insert("seal", (0.25, 6));
        let page = jobs_page(QueueDepth { queued: 2, running: 1 }, &tally);
        for line in [
            "colophon_jobs{state=\"queued\"} 2",
            "colophon_job_attempts_total{kind=\"picture\",outcome=\"done\"} 3",
            "colophon_job_wait_seconds_sum{kind=\"picture\"} 0.5",
            "colophon_stage_seconds_count{stage=\"seal\"} 6",
            "# TYPE colophon_stage_seconds_sum counter",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} in {page}");
        }
    }
}
