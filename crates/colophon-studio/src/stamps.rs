//! Asking a time-stamp authority on the web (RFC 3161 over HTTP).

use std::time::Duration;

use colophon_seal::TimeStamper;

/// Longest answer, in bytes.
const LONGEST: u64 = 64 << 10;
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// An authority that is busy is asked so many times.
const TRIES: u32 = 3;

/// An authority at an address.
pub(crate) struct WebStamper {
    url: String,
    agent: ureq::Agent,
}

impl WebStamper {
    pub(crate) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(TIME_LIMIT)).max_redirects(2).build();
        Self { url: url.to_owned(), agent: config.into() }
    }

    fn ask(&self, query: &[u8]) -> Result<Vec<u8>, ureq::Error> {
        let post = self.agent.post(&self.url).header("Content-Type", "application/timestamp-query");
        post.send(query)?.body_mut().with_config().limit(LONGEST).read_to_vec()
    }
}

impl TimeStamper for WebStamper {
    fn name(&self) -> &str {
        &self.url
    }

    fn stamp(&self, query: &[u8]) -> Result<Vec<u8>, String> {
        let mut last = String::new();
        for attempt in 0..TRIES {
            match self.ask(query) {
                Ok(answer) => return Ok(answer),
                Err(e @ ureq::Error::StatusCode(400..=499)) => return Err(e.to_string()),
                Err(e) => last = e.to_string(),
            }
            std::thread::sleep(Duration::from_millis(200 << attempt));
        }
        Err(last)
    }
}
