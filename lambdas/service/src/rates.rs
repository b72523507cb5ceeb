//! Sees to it that nobody sends more than a deployment accepts: of a connection, so that one runaway tab leaves its user's
//! others alone, and of a user, however many connections there are.

use std::time::Duration;

use domain::identity::Identity;
use domain::limits::{RATE_REFUSALS_MAX, TOMBSTONE_LIFE};
use domain::timestamp::Timestamp;
use domain::wire::{ClosingReason, Refusal};

use crate::caller::Caller;
use crate::describe::describe;
use crate::messaging::Messaging;
use crate::ports::{Bucket, Buckets, Clock, Connections, Taken};
use crate::reply::unavailable;

impl<T: Buckets + Connections, S, H, C: Clock> Messaging<T, S, H, C> {
    /// Takes one message off what the caller may send. Gives why the connection is to be ended, if it is.
    ///
    /// # Errors
    /// `rate_limited` with the time after which a message is accepted again.
    pub(crate) async fn within_rates(&self, caller: &Caller, who: &Identity) -> Result<Option<ClosingReason>, Refusal> {
        let of_connection = Bucket {
            user: who.user.clone(),
            connection: Some(caller.connection.clone()),
        };
        let of_user = Bucket {
            user: who.user.clone(),
            connection: None,
        };
        let rates = self.rules.rates;
        // One after the other: what a connection may not send is not taken off what its user's others may.
        for (bucket, rate) in [(of_connection, rates.connection), (of_user, rates.user)] {
            // As late as can be: others fill the bucket meanwhile.
            let now = self.clock.now();
            let taken = self.table.take(&bucket, rate, now).await;
            if let Taken::NotFor(wait) = taken.map_err(unavailable("rate"))? {
                // Of many connections of a user none is to blame.
                return match bucket.connection {
                    Some(_) => self.refuse(caller, &bucket, wait, now).await,
                    None => Err(Refusal::rate_limited(wait)),
                };
            }
        }
        Ok(None)
    }

    async fn refuse(
        &self,
        caller: &Caller,
        bucket: &Bucket,
        wait: Duration,
        now: Timestamp,
    ) -> Result<Option<ClosingReason>, Refusal> {
        let counted = self.table.count_refusal(bucket, now).await;
        // What cannot be counted is refused all the same.
        let refusals = counted.unwrap_or_else(|error| {
            tracing::warn!(error = describe(&error), "rate.not_counted");
            0
        });
        if refusals <= RATE_REFUSALS_MAX {
            return Err(Refusal::rate_limited(wait));
        }
        // Many may be on their way by now: the first ends it, and one of a hundred after it, in case that failed.
        if refusals % RATE_REFUSALS_MAX == 1 {
            self.entomb(caller, refusals, now).await;
        }
        Ok(Some(ClosingReason::RateLimited))
    }

    /// Entombed, it has no channel and no lease any more, and the sweeper closes it should that fail here.
    async fn entomb(&self, caller: &Caller, refusals: u32, now: Timestamp) {
        let (connection, sub) = (&caller.connection, caller.sub());
        let source = caller.source.map(tracing::field::display);
        tracing::warn!(reason = "rate_limited", %connection, sub, source, refusals, "rate.ended");
        if let Err(error) = self.table.entomb(connection, now.plus(TOMBSTONE_LIFE)).await {
            tracing::warn!(%connection, error = describe(&error), "connection.not_entombed");
        }
    }
}

#[cfg(test)]
mod tests;
