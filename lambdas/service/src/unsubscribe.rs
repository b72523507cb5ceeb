//! `unsubscribe`: no member any more, and nothing published from then on is posted there.

use domain::connection::Connection;
use domain::jitter::Jitter;
use domain::limits::MEMBERSHIP_ATTEMPTS_MAX;
use domain::policy::may_subscribe;
use domain::request_id::RequestId;
use domain::wire::client::Unsubscribe;
use domain::wire::{ClosingReason, Frame, Refusal};

use crate::caller::Caller;
use crate::lasting::{Lasting, lasting};
use crate::messaging::{Channelled, Messaging};
use crate::movements::Movements;
use crate::ports::{Clock, Moved, Sockets};
use crate::reply::{Answer, unavailable};

impl<T: Channelled, S: Sockets, H, C: Clock> Messaging<T, S, H, C> {
    /// Ends the membership, if there is one.
    pub(crate) async fn unsubscribe(
        &self,
        caller: &Caller,
        id: Option<&RequestId>,
        wanted: &Unsubscribe,
        mut jitter: Jitter,
    ) -> Result<Answer, Refusal> {
        let channel = &wanted.channel;
        let who = caller.identity_at(self.clock.now())?;
        if !channel.is_joined_by_choice() || !may_subscribe(who, channel) {
            return Err(Refusal::forbidden());
        }
        for attempt in 0..MEMBERSHIP_ATTEMPTS_MAX {
            match self.leave(caller, wanted).await? {
                Left::Now(connection) => {
                    self.announce(&connection, wanted).await;
                    return Ok(Answer::Frame(Frame::unsubscribed(id, channel)));
                }
                Left::NoMember => return Ok(Answer::Frame(Frame::unsubscribed(id, channel))),
                Left::Over(reason) => return Ok(Answer::Over(reason)),
                Left::Anew => {}
                Left::Contended => self.clock.sleep(jitter.pause(attempt)).await,
            }
        }
        Err(Refusal::unavailable())
    }

    async fn leave(&self, caller: &Caller, wanted: &Unsubscribe) -> Result<Left, Refusal> {
        let failed = unavailable("unsubscribe");
        let connection = match lasting(&self.table, &caller.connection, self.clock.now()).await {
            Ok(Lasting::Yes(connection)) => connection,
            Ok(Lasting::No(reason)) => return Ok(Left::Over(reason)),
            Err(error) => return Err(failed(error)),
        };
        let Some(membership) = connection.membership(&wanted.channel) else {
            return Ok(Left::NoMember);
        };
        match self.table.leave(membership, &connection.id).await {
            Ok(Moved::Done) => Ok(Left::Now(connection)),
            // Its row says why.
            Ok(Moved::Gone) => Ok(Left::Anew),
            // Leaving needs no room.
            Ok(Moved::Contended | Moved::Full) => Ok(Left::Contended),
            Err(error) => Err(failed(error)),
        }
    }

    async fn announce(&self, connection: &Connection, wanted: &Unsubscribe) {
        let movements = Movements {
            table: &self.table,
            sockets: &self.sockets,
            clock: &self.clock,
        };
        movements.left(connection, &[&wanted.channel]).await;
    }
}

/// What came of leaving.
enum Left {
    Now(Connection),
    NoMember,
    Over(ClosingReason),
    /// It is to be looked at once more.
    Anew,
    Contended,
}

#[cfg(test)]
mod tests;
