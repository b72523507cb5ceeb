//! Sends a user away, or one sign-in of theirs: it is refused from now on, and every connection that came of it is ended.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::channel::Channel;
use domain::connection::Standing;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::limits::{FAN_OUT_CONCURRENCY, REVOCATION_LIFE, REVOKE_PAUSE, TOMBSTONE_LIFE};
use domain::membership::Member;
use domain::revocation::Revocation;
use domain::timestamp::Timestamp;
use domain::wire::{ClosingReason, Frame};
use futures_util::TryStreamExt as _;
use futures_util::future::{Either, select};

use crate::members::members;
use crate::ports::{Clock, Closing, Connections, Ended, Members, Posted, Revocations, Sockets, TableError};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Connections that were ended: entombed or closed by this, whoever closed the socket first.
    pub closed: u64,
}

/// Some connection may be left. Doing it again is safe.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The table does not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A connection may still be open, or just about to open.
    #[error("connections are left after the time there was")]
    OutOfTime,
}

/// Refuses the sign-ins that `revocation` means and ends the connections that came of them, within `limit`.
///
/// A connection that the gateway does not know counts as ended only if it took a frame before, or more than 30 s after it
/// was registered: until then its handshake may still be under way.
///
/// # Errors
/// When it cannot be said that none is left.
pub async fn revoke<T: Revocations + Members + Connections>(
    table: &T,
    sockets: &(impl Sockets + Closing),
    clock: &impl Clock,
    user: &UserId,
    revocation: &Revocation,
    limit: Duration,
) -> Result<Revoked, RevokeError> {
    table
        .revoke(user, revocation, clock.now().plus(REVOCATION_LIFE))
        .await?;
    end_revoked(table, sockets, clock, user, revocation, limit).await
}

/// Ends the connections of sign-ins that `revocation` means, which stands in the table already, within `limit`.
///
/// # Errors
/// When it cannot be said that none is left.
pub async fn end_revoked<T: Members + Connections>(
    table: &T,
    sockets: &(impl Sockets + Closing),
    clock: &impl Clock,
    user: &UserId,
    revocation: &Revocation,
    limit: Duration,
) -> Result<Revoked, RevokeError> {
    let ending = Ending {
        table,
        sockets,
        clock,
        revocation,
        closed: AtomicU64::new(0),
    };
    let work = std::pin::pin!(ending.each(user));
    let limit = std::pin::pin!(clock.sleep(limit));
    let result = match select(work, limit).await {
        Either::Left((Ok(()), _)) => Ok(Revoked {
            closed: ending.closed.load(Ordering::Relaxed),
        }),
        Either::Left((Err(error), _)) => Err(error.into()),
        Either::Right(_) => Err(RevokeError::OutOfTime),
    };
    let closed = ending.closed.load(Ordering::Relaxed);
    tracing::info!(sub = %user, of = revocation.reach(), closed, complete = result.is_ok(), "user.revoked");
    result
}

struct Ending<'a, T, S, C> {
    table: &'a T,
    sockets: &'a S,
    clock: &'a C,
    revocation: &'a Revocation,
    closed: AtomicU64,
}

impl<T: Members + Connections, S: Sockets + Closing, C: Clock> Ending<'_, T, S, C> {
    async fn each(&self, user: &UserId) -> Result<(), TableError> {
        let own = Channel::User(user.clone());
        members(self.table, &own, 0)
            .try_for_each_concurrent(FAN_OUT_CONCURRENCY, |member| async move { self.end(&member).await })
            .await
    }

    /// Entombs the connection first, so that it gets no lease and no channel any more, and then tells its client why.
    async fn end(&self, member: &Member) -> Result<(), TableError> {
        let id = &member.connection;
        let (was_registered, reason) = match self.table.connection(id).await? {
            Some(Standing::Registered(was) | Standing::Entombed(Some(was))) if !was.is_revoked_by(self.revocation) => {
                return Ok(());
            }
            Some(Standing::Registered(connection)) => {
                self.table.send_away(id, self.tombstone_life()).await?;
                let is_live = self.clock.now() < connection.hard_end;
                (true, is_live.then_some(ClosingReason::SignedOut))
            }
            // Whether it is meant cannot be read, so that it is ended, and comes back if it was not.
            Some(Standing::Unreadable) => {
                self.table.entomb(id, self.tombstone_life()).await?;
                (true, Some(ClosingReason::Server))
            }
            Some(Standing::Entombed(_)) | None => (false, None),
        };
        let was_open = match reason {
            Some(reason) => self.say(id, reason).await,
            None => false,
        };
        let is_closed_here = self.close(member, was_open).await;
        if was_registered || is_closed_here {
            self.closed.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Until there is no such connection. Whether it was closed from this side.
    async fn close(&self, member: &Member, was_open: bool) -> bool {
        loop {
            match self.sockets.end(&member.connection).await {
                Ended::Now => return true,
                // Whoever was open cannot be about to open: the client closed when it was told.
                Ended::Gone if was_open || member.can_be_gone(self.clock.now()) => return false,
                Ended::Gone | Ended::Failed => self.clock.sleep(REVOKE_PAUSE).await,
            }
        }
    }

    fn tombstone_life(&self) -> Timestamp {
        self.clock.now().plus(TOMBSTONE_LIFE)
    }

    /// Whether the gateway took it, and so has the connection open. The reason is a courtesy, the end is not.
    async fn say(&self, id: &ConnectionId, reason: ClosingReason) -> bool {
        self.sockets.post(id, &Frame::closing(reason)).await == Posted::Accepted
    }
}

#[cfg(test)]
mod tests;
