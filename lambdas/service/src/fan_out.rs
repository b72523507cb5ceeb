//! Tells the members of a channel: many at once, none waiting for another, every outcome counted.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::channel::Channel;
use domain::connection::{Member, Membership, Shards};
use domain::limits::{FAN_OUT_CONCURRENCY, FAN_OUT_MAX};
use domain::wire::Frame;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::describe::describe;
use crate::disconnect::forget_gone;
use crate::members::members;
use crate::ports::{Clock, Connections, Members, Posted, Sockets, TableError};

/// What a fan-out needs.
pub(crate) struct FanOut<'a, T, S, C> {
    pub(crate) table: &'a T,
    pub(crate) sockets: &'a S,
    pub(crate) clock: &'a C,
}

/// How many posts ended in which way.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) posted: AtomicU64,
    pub(crate) gone: AtomicU64,
    pub(crate) throttled: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) expired: AtomicU64,
}

impl<T: Members + Connections, S: Sockets, C: Clock> FanOut<'_, T, S, C> {
    /// Posts the frame to every live member of every shard. True unless it ran out of time or the table failed; what
    /// is left out then is in the log all the same.
    pub(crate) async fn tell(&self, channel: &Channel, shards: Shards, frame: &Frame) -> bool {
        let counts = Counts::default();
        let work = std::pin::pin!(self.tell_shards(channel, shards, frame, &counts));
        let limit = std::pin::pin!(self.clock.sleep(FAN_OUT_MAX));
        let outcome = match select(work, limit).await {
            Either::Left((Ok(()), _)) => "complete",
            Either::Left((Err(error), _)) => {
                tracing::error!(error = %describe(&error), "fanout.interrupted");
                "interrupted"
            }
            Either::Right(_) => "out_of_time",
        };
        counts.log(channel, outcome);
        outcome == "complete"
    }

    async fn tell_shards(
        &self,
        channel: &Channel,
        shards: Shards,
        frame: &Frame,
        counts: &Counts,
    ) -> Result<(), TableError> {
        let everyone = stream::iter(0..shards.count())
            .map(|shard| members(self.table, channel, shard).map_ok(move |member| (shard, member)))
            .flatten();
        everyone
            .try_for_each_concurrent(FAN_OUT_CONCURRENCY, |(shard, member)| async move {
                let found = Membership {
                    channel: channel.clone(),
                    shard,
                };
                self.tell_one(&member, found, frame, counts).await;
                Ok(())
            })
            .await
    }

    async fn tell_one(&self, member: &Member, found: Membership, frame: &Frame, counts: &Counts) {
        if !member.is_live(self.clock.now()) {
            Counts::add(&counts.expired);
            return;
        }
        match self.sockets.post(&member.connection, frame).await {
            Posted::Accepted => Counts::add(&counts.posted),
            Posted::Throttled => Counts::add(&counts.throttled),
            Posted::Failed => Counts::add(&counts.failed),
            Posted::Gone => {
                Counts::add(&counts.gone);
                self.forget(member, found).await;
            }
        }
    }

    async fn forget(&self, member: &Member, found: Membership) {
        let now = self.clock.now();
        if !member.can_be_gone(now) {
            return;
        }
        if let Err(error) = forget_gone(self.table, member, found, now).await {
            tracing::warn!(connection = %member.connection, error = %describe(&error), "connection.not_forgotten");
        }
    }
}

impl Counts {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn log(&self, channel: &Channel, outcome: &str) {
        tracing::info!(
            channel = %channel,
            outcome,
            posted = self.posted.load(Ordering::Relaxed),
            gone = self.gone.load(Ordering::Relaxed),
            throttled = self.throttled.load(Ordering::Relaxed),
            failed = self.failed.load(Ordering::Relaxed),
            expired = self.expired.load(Ordering::Relaxed),
            "fanout.done"
        );
    }
}

#[cfg(test)]
mod tests;
