//! The time, as an argument: whole seconds since 1970, the unit of every date in a token.

use std::time::{SystemTime, UNIX_EPOCH};

/// Answers the seconds since 1970.
pub(crate) type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// The machine's clock.
pub(crate) fn system_clock() -> Clock {
    Box::new(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    })
}
