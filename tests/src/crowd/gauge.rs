//! How far a run is, told every ten seconds: a run takes minutes, and one that hangs shows where.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

const PERIOD: Duration = Duration::from_secs(10);

/// Counts what has happened.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    pub(super) connected: AtomicUsize,
    pub(super) refused: AtomicUsize,
    pub(super) published: AtomicUsize,
    pub(super) complete: AtomicUsize,
}

impl Gauge {
    /// Counts one more.
    pub(super) fn add(counter: &AtomicUsize) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells on the standard error output until it is aborted.
    #[allow(clippy::print_stderr)]
    pub(super) fn tell(self: &Arc<Self>) -> JoinHandle<()> {
        let gauge = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PERIOD).await;
                let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
                eprintln!(
                    "{} handshakes done, {} refused, {} published, {} followers done",
                    count(&gauge.connected),
                    count(&gauge.refused),
                    count(&gauge.published),
                    count(&gauge.complete)
                );
            }
        })
    }
}
