//! How patient the server is with its clients, and why a body is not read to its end.

use std::time::Duration;

/// How patient the server is with its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the head of a request, from the first byte that could come; also for the next one on a
    /// connection that is kept open.
    pub head: Duration,
    /// Longest silence in a body.
    pub silence: Duration,
    /// Bytes a second below which the patience with a body is used up.
    pub least_rate: u32,
    /// For a client that takes nothing of its answer.
    pub reader: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let half_a_minute = Duration::from_secs(30);
        Self {
            head: half_a_minute,
            silence: half_a_minute,
            least_rate: 1024,
            reader: Duration::from_secs(120),
        }
    }
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It came too slowly.
    #[error("the body came too slowly")]
    Slow,
    /// It is too long.
    #[error("the body is longer than {0} bytes")]
    Long(u64),
}

impl Refused {
    /// This error, wherever it stands in a chain of causes.
    pub(crate) fn within(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut at = Some(error);
        while let Some(cause) = at {
            if let Some(refused) = cause.downcast_ref::<Self>() {
                return Some(*refused);
            }
            at = cause.source();
        }
        None
    }
}
