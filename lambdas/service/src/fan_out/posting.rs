//! Posts one frame to members: none waits for another, each outcome is counted, and retries stay within a budget.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::channel::Channel;
use domain::jitter::Jitter;
use domain::limits::{POSTS_PER_RETRY, RETRY_FLOOR, TOMBSTONE_LIFE};
use domain::membership::Member;
use domain::wire::Frame;

use crate::clean_up::entomb_gone;
use crate::members::Part;
use crate::ports::{Clock, Connections, Posted, Sockets};

/// One frame on its way to many.
pub(super) struct Posting<'a, T, S, C> {
    table: &'a T,
    sockets: &'a S,
    clock: &'a C,
    frame: &'a Frame,
    jitter: Mutex<Jitter>,
    pub(super) counts: Counts,
}

/// How many posts ended in which way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    posted: AtomicU64,
    gone: AtomicU64,
    throttled: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    expired: AtomicU64,
    attempts: AtomicU64,
    retries: AtomicU64,
}

impl<'a, T: Connections, S: Sockets, C: Clock> Posting<'a, T, S, C> {
    pub(super) fn new(table: &'a T, sockets: &'a S, clock: &'a C, frame: &'a Frame, jitter: Jitter) -> Self {
        Self {
            table,
            sockets,
            clock,
            frame,
            jitter: Mutex::new(jitter),
            counts: Counts::default(),
        }
    }

    /// Tells one member, unless it is past its end.
    pub(super) async fn tell(&self, member: &Member, found: &Part) {
        if !member.is_live(self.clock.now()) {
            add(&self.counts.expired);
            return;
        }
        match self.post(member).await {
            Posted::Accepted => add(&self.counts.posted),
            Posted::Throttled => add(&self.counts.throttled),
            Posted::Failed => add(&self.counts.failed),
            Posted::Refused => add(&self.counts.refused),
            Posted::Gone => {
                add(&self.counts.gone);
                let now = self.clock.now();
                if member.can_be_gone(now) {
                    entomb_gone(self.table, member, found, now.plus(TOMBSTONE_LIFE)).await;
                }
            }
        }
    }

    async fn post(&self, member: &Member) -> Posted {
        add(&self.counts.attempts);
        let posted = self.sockets.post(&member.connection, self.frame).await;
        if !posted.may_pass() || !self.counts.may_retry() {
            return posted;
        }
        self.clock.sleep(self.pause()).await;
        if !member.is_live(self.clock.now()) {
            return posted;
        }
        self.sockets.post(&member.connection, self.frame).await
    }

    fn pause(&self) -> Duration {
        // Up to 160 ms: a gateway that throttles wants more than an instant.
        self.jitter.lock().unwrap_or_else(PoisonError::into_inner).pause(3)
    }
}

impl Counts {
    /// Takes one retry from the budget: a few for any fan-out, and a tenth of the posts made so far. When everything fails,
    /// trying everything twice only doubles the load.
    fn may_retry(&self) -> bool {
        let budget = RETRY_FLOOR.max(self.attempts.load(Ordering::Relaxed) / POSTS_PER_RETRY);
        let taken = self
            .retries
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                (taken < budget).then_some(taken + 1)
            });
        taken.is_ok()
    }

    pub(super) fn log(&self, channel: &Channel, outcome: &str) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        tracing::info!(
            channel = %channel,
            outcome,
            posted = count(&self.posted),
            gone = count(&self.gone),
            throttled = count(&self.throttled),
            failed = count(&self.failed),
            refused = count(&self.refused),
            expired = count(&self.expired),
            retries = count(&self.retries),
            "fanout.done"
        );
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
