//! `subscribe`: first a member, then the head, then the entries. In this order nothing published meanwhile is missed: it is
//! pushed, or read, or both.

use domain::catch_up::{CatchUp, starting_point};
use domain::channel::Channel;
use domain::connection::Connection;
use domain::jitter::Jitter;
use domain::limits::{GONE_GRACE, MEMBERSHIP_ATTEMPTS_MAX, SUBSCRIBE_ENTRIES_MAX};
use domain::membership::Membership;
use domain::policy::may_subscribe;
use domain::request_id::RequestId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use domain::wire::client::Subscribe;
use domain::wire::{ClosingReason, Frame, Refusal};
use futures_util::future::join;

use crate::caller::Caller;
use crate::lasting::{Lasting, lasting};
use crate::messaging::{Channelled, Messaging};
use crate::movements::Movements;
use crate::ports::{Clock, Moved, Sockets, TableError};
use crate::reply::{Answer, unavailable};

impl<T: Channelled, S: Sockets, H, C: Clock> Messaging<T, S, H, C> {
    /// Makes the connection a member, and tells what came after its cursor.
    pub(crate) async fn subscribe(
        &self,
        caller: &Caller,
        id: Option<&RequestId>,
        wanted: &Subscribe,
        jitter: Jitter,
    ) -> Result<Answer, Refusal> {
        if !may_subscribe(caller.identity_at(self.clock.now())?, &wanted.channel) {
            return Err(Refusal::forbidden());
        }
        let joined = self.ensure_member(caller, wanted, jitter).await?;
        let (connection, since) = match joined {
            Joined::Member { connection, since } => (connection, since),
            Joined::Over(reason) => return Ok(Answer::Over(reason)),
        };
        let movements = Movements {
            table: &self.table,
            sockets: &self.sockets,
            clock: &self.clock,
        };
        let shards = self
            .rules
            .shards
            .of(&wanted.channel)
            .max(up_to_its_own(&connection, &wanted.channel));
        let announced = async {
            if let Some(since) = since {
                movements.joined(&connection, &wanted.channel, since).await;
            }
        };
        let (told, ()) = join(self.catch_up(wanted, shards), announced).await;
        let told = told.map_err(unavailable("subscribe"))?;
        Ok(Answer::Frame(Frame::subscribed(id, &wanted.channel, &told)))
    }

    async fn ensure_member(&self, caller: &Caller, wanted: &Subscribe, mut jitter: Jitter) -> Result<Joined, Refusal> {
        for attempt in 0..MEMBERSHIP_ATTEMPTS_MAX {
            let now = self.clock.now();
            let connection = match lasting(&self.table, &caller.connection, now).await {
                Ok(Lasting::Yes(connection)) => connection,
                Ok(Lasting::No(reason)) => return Ok(Joined::Over(reason)),
                Err(error) => return Err(unavailable("subscribe")(error)),
            };
            // Members of `all` are so from the handshake on, when nobody could be told yet.
            let is_new = wanted.channel == Channel::All && now.since(connection.registered_at) <= GONE_GRACE;
            let came = is_new.then_some(connection.registered_at);
            let Some(membership) = self.to_be_written(&connection, wanted)? else {
                return Ok(Joined::Member {
                    connection,
                    since: came,
                });
            };
            connection.may_join(now).map_err(Refusal::rate_limited)?;
            let since = match connection.membership(&wanted.channel) {
                Some(_) => came,
                None => Some(now),
            };
            let standing = connection.membership(&wanted.channel);
            let member = connection.member(now);
            let joined = self
                .table
                .join(&membership, standing, &member, connection.joins_full_at);
            match joined.await {
                Ok(Moved::Done) => return Ok(Joined::Member { connection, since }),
                // Its row says why.
                Ok(Moved::Gone) => {}
                Ok(Moved::Full) => return Err(Refusal::too_many_channels()),
                Ok(Moved::Contended) => self.clock.sleep(jitter.pause(attempt)).await,
                Err(error) => return Err(unavailable("subscribe")(error)),
            }
        }
        Err(Refusal::unavailable())
    }

    /// The membership that is missing, if any is. One that watches goes on watching until it is left.
    fn to_be_written(&self, connection: &Connection, wanted: &Subscribe) -> Result<Option<Membership>, Refusal> {
        match connection.membership(&wanted.channel) {
            Some(standing) if wanted.presence && !standing.watching => Ok(Some(Membership {
                watching: true,
                ..standing.clone()
            })),
            Some(_) => Ok(None),
            None if !wanted.channel.is_joined_by_choice() => Ok(None),
            None if connection.is_full() => Err(Refusal::too_many_channels()),
            None => Ok(Some(Membership {
                shard: connection.id.shard(self.rules.shards.of(&wanted.channel)),
                channel: wanted.channel.clone(),
                watching: wanted.presence,
            })),
        }
    }

    async fn catch_up(&self, wanted: &Subscribe, shards: Shards) -> Result<CatchUp, TableError> {
        let channel = &wanted.channel;
        let head = self.table.head(channel).await?;
        if let Some(head) = &head {
            // For signals, which read no head.
            self.guesses.set(channel, head.clone());
        }
        if head.as_ref().is_some_and(|head| head.shards < shards) {
            self.table.spread(channel, shards).await?;
        }
        let Some(since) = wanted.since else {
            return Ok(CatchUp::at_head(head.as_ref()));
        };
        let limit = SUBSCRIBE_ENTRIES_MAX;
        let now = self.clock.now();
        let read = match starting_point(since, head.as_ref()) {
            Some(from) => {
                let span = crate::ports::Span::Up(from);
                self.table.entries(channel, span, limit + 1, now).await?
            }
            None => Vec::new(),
        };
        Ok(CatchUp::after(since, head.as_ref(), read, limit, now))
    }
}

/// Enough shards for where it stands: it may be there since a time with more of them than there are by today's rules.
fn up_to_its_own(connection: &Connection, channel: &Channel) -> Shards {
    let own = connection.membership(channel).map(|membership| membership.shard + 1);
    own.and_then(Shards::new).unwrap_or(Shards::ONE)
}

/// What came of making a connection a member.
enum Joined {
    Member {
        connection: Connection,
        /// Since when, if that is news.
        since: Option<Timestamp>,
    },
    Over(ClosingReason),
}

#[cfg(test)]
mod tests;
