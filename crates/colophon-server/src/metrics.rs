//! Counters in Prometheus' text form.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
