//! Ends the connections of a channel's members: many at once, within one time limit, every outcome counted.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::channel::Channel;
use domain::connection::Member;
use domain::limits::{CLOSE_MAX, FAN_OUT_CONCURRENCY};
use domain::wire::{ClosingReason, Frame};
use futures_util::TryStreamExt as _;
use futures_util::future::{Either, select};

use super::Sessions;
use crate::describe::describe;
use crate::members::members;
use crate::ports::{Clock, Closing, Directory, Ended, KeySource, Members, Sockets, TableError, TokenEndpoint};

/// What came of it.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) ended: u64,
    pub(super) gone: u64,
    pub(super) failed: u64,
    all_listed: bool,
}

impl Closed {
    /// Whether none of them is left.
    pub(super) fn is_complete(&self) -> bool {
        self.all_listed && self.failed == 0
    }
}

#[derive(Debug, Default)]
struct Counts {
    ended: AtomicU64,
    gone: AtomicU64,
    failed: AtomicU64,
}

impl<K, E, D, T, S, C> Sessions<K, E, D, T, S, C>
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Members,
    S: Sockets + Closing,
    C: Clock,
{
    /// Tells the members of a channel with one shard why, and ends their connections. Their rows are left to
    /// `$disconnect`, which the gateway calls for each.
    pub(super) async fn close(&self, channel: &Channel) -> Closed {
        let counts = Counts::default();
        let work = std::pin::pin!(self.close_each(channel, &counts));
        let limit = std::pin::pin!(self.clock.sleep(CLOSE_MAX));
        let all_listed = match select(work, limit).await {
            Either::Left((Ok(()), _)) => true,
            Either::Left((Err(error), _)) => {
                tracing::error!(error = describe(&error), "closing.interrupted");
                false
            }
            Either::Right(_) => {
                tracing::error!("closing.out_of_time");
                false
            }
        };
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Closed {
            ended: count(&counts.ended),
            gone: count(&counts.gone),
            failed: count(&counts.failed),
            all_listed,
        }
    }

    async fn close_each(&self, channel: &Channel, counts: &Counts) -> Result<(), TableError> {
        let frame = Frame::closing(ClosingReason::SignedOut);
        let frame = &frame;
        members(&self.members, channel, 0)
            .try_for_each_concurrent(FAN_OUT_CONCURRENCY, |member| async move {
                let counter = match self.close_one(&member, frame).await {
                    Ended::Now => &counts.ended,
                    Ended::Gone => &counts.gone,
                    Ended::Failed => &counts.failed,
                };
                counter.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
            .await
    }

    async fn close_one(&self, member: &Member, frame: &Frame) -> Ended {
        // Past its end a connection is told nothing any more; its socket may be open all the same.
        if member.is_live(self.clock.now()) {
            // Whatever comes of it: the reason is a courtesy, the end is not.
            let _ = self.sockets.post(&member.connection, frame).await;
        }
        self.sockets.end(&member.connection).await
    }
}
