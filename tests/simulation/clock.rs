//! The clock of a process: virtual time, a little off.

use std::time::Duration;

use domain::timestamp::Timestamp;
use service::ports::Clock;

use crate::call::Port;
use crate::time::stamp;

#[derive(Clone)]
pub(crate) struct SimClock(pub(crate) Port);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        stamp(self.0.shared.now().saturating_add_signed(self.0.process.offset()))
    }

    async fn sleep(&self, span: Duration) {
        self.0.sleep(span.as_secs_f64()).await;
    }
}
