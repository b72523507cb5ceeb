//! A clock that stands until it is set.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::limits::APPEND_PAUSE_MAX;
use domain::timestamp::Timestamp;

use super::give_way;
use crate::ports::Clock;

/// Stands still. Pauses between attempts end at once; anything longer never ends by itself, as if all work took no time.
#[derive(Debug, Default)]
pub struct TestClock {
    millis: AtomicU64,
    /// Whether time limits are over as soon as they begin.
    pub out_of_time: bool,
}

impl TestClock {
    /// A clock that stands at this instant.
    pub fn at(now: Timestamp) -> Self {
        Self {
            millis: now.millis().into(),
            out_of_time: false,
        }
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    async fn sleep(&self, span: Duration) {
        give_way().await;
        if span > APPEND_PAUSE_MAX && !self.out_of_time {
            std::future::pending::<()>().await;
        }
    }
}
