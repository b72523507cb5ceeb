//! A clock that goes only when it is told to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::limits::{ATTEMPT_PAUSE_MAX, REVOKE_PAUSE};
use domain::timestamp::Timestamp;

use super::give_way;
use crate::ports::Clock;

/// Longest pause that takes the time with it: the longest between two steps, and shorter than every time limit.
const PACE_MAX: Duration = REVOKE_PAUSE;

/// Stands still, or goes as far as the pauses between two steps take it.
#[derive(Debug, Default)]
pub struct TestClock {
    millis: AtomicU64,
    /// Whether time limits are over as soon as they begin.
    pub out_of_time: bool,
    goes: bool,
}

impl TestClock {
    /// A clock that stands at this instant. Pauses between attempts end at once; anything longer never ends by itself, as
    /// if all work took no time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            millis: now.millis().into(),
            ..Self::default()
        }
    }

    /// A clock that begins at this instant. Pauses between two steps, of up to 2 s, end at once and take the time with
    /// them; anything longer ends when they have taken the time that far.
    pub fn going_from(now: Timestamp) -> Self {
        Self {
            goes: true,
            ..Self::at(now)
        }
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.millis(), Ordering::SeqCst);
    }

    async fn go(&self, span: Duration) {
        let end = self.now().plus(span);
        if span <= PACE_MAX {
            self.millis.fetch_max(end.millis(), Ordering::SeqCst);
        }
        while self.now() < end {
            give_way().await;
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    async fn sleep(&self, span: Duration) {
        give_way().await;
        if self.out_of_time {
            return;
        }
        if self.goes {
            self.go(span).await;
        } else if span > ATTEMPT_PAUSE_MAX {
            std::future::pending::<()>().await;
        }
    }
}
