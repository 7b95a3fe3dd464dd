//! How often someone may ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Names that are counted, at most; then counting begins anew.
const COUNTED: usize = 10_000;

/// How often each asked lately: a bucket of so many requests that fills again within a minute.
#[derive(Default)]
pub(crate) struct Buckets(Mutex<HashMap<String, (f64, Instant)>>);

impl Buckets {
    /// Takes one of `a_minute`; `false` when there is none.
    pub(crate) fn take(&self, name: &str, a_minute: u32) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > COUNTED {
            buckets.clear();
        }
        let now = Instant::now();
        let most = f64::from(a_minute);
        let (left, at) = buckets.entry(name.to_owned()).or_insert((most, now));
        *left = (*left + now.duration_since(*at).as_secs_f64() * most / 60.0).min(most);
        *at = now;
        let fine = *left >= 1.0;
        if fine {
            *left -= 1.0;
        }
        fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_empty_after_its_requests() {
        let buckets = Buckets::default();
        let taken = (0..10).filter(|_| buckets.take("ann", 5)).count();
        assert_eq!(taken, 5);
        assert!(buckets.take("bob", 5));
    }
}
