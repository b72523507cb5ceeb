//! `ping`: renews the lease, and names the channels in which the client lacks something, so that even the last message of a
//! quiet channel is found.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::channel::Channel;
use domain::identity::Identity;
use domain::jitter::Jitter;
use domain::limits::{DIRECT_NAMED_MAX, LEASE_HEARTBEATS};
use domain::log::Sequence;
use domain::policy::may_subscribe;
use domain::request_id::RequestId;
use domain::timestamp::Timestamp;
use domain::wire::client::Ping;
use domain::wire::{Frame, News, Refusal, Terms};
use futures_util::future::try_join3;

use crate::caller::Caller;
use crate::lasting::why;
use crate::messaging::{Channelled, Messaging};
use crate::ports::{Clock, Renewed, Sockets, TableError};
use crate::reply::{Answer, unavailable};

impl<T: Channelled, S: Sockets, H, C: Clock> Messaging<T, S, H, C> {
    /// Renews the lease, which is a few times `heartbeat`, and answers with what is new.
    pub(crate) async fn ping(
        &self,
        caller: &Caller,
        id: Option<&RequestId>,
        ping: &Ping,
        heartbeat: Duration,
        mut jitter: Jitter,
    ) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let who = caller.identity_at(now)?;
        let (allowed, forbidden): (Vec<_>, Vec<_>) = ping
            .cursors
            .iter()
            .cloned()
            .partition(|(channel, _)| may_subscribe(who, channel));
        let lease = now.plus(heartbeat * LEASE_HEARTBEATS);
        let renewal = self.table.renew(&caller.connection, lease, now);
        let directs = self.unknown_directs(who, ping, jitter.draw(), now);
        let work = try_join3(renewal, self.news(&allowed), directs);
        let (renewed, mut behind, directs) = work.await.map_err(unavailable("ping"))?;
        if let Renewed::Over(was) = renewed {
            return Ok(Answer::Over(why(was.as_ref(), now)));
        }
        behind.extend(directs);
        let news = News {
            behind,
            forbidden: forbidden.into_iter().map(|(channel, _)| channel).collect(),
        };
        let terms = Terms {
            end: who.expires_at,
            heartbeat,
            retention: self.rules.retention,
        };
        let pong = Frame::pong(id, &caller.connection, now, &terms, &news);
        Ok(Answer::Frame(pong))
    }

    /// The channels of the cursors whose head is another.
    async fn news(&self, cursors: &[(Channel, Sequence)]) -> Result<Vec<Channel>, TableError> {
        if cursors.is_empty() {
            return Ok(Vec::new());
        }
        let channels: Vec<_> = cursors.iter().map(|(channel, _)| channel.clone()).collect();
        let heads: BTreeMap<_, _> = self.table.heads(&channels).await?.into_iter().collect();
        let last = |channel: &Channel| heads.get(channel).map_or(Sequence::ZERO, |head| head.last);
        let differing = cursors.iter().filter(|(channel, cursor)| last(channel) != *cursor);
        Ok(differing.map(|(channel, _)| channel.clone()).collect())
    }

    /// The direct channels of the user that have no cursor in this ping: nobody subscribes to them, so that a client may not
    /// know of one yet. Of more than can be named, each heartbeat names others.
    async fn unknown_directs(
        &self,
        who: &Identity,
        ping: &Ping,
        from: u64,
        now: Timestamp,
    ) -> Result<Vec<Channel>, TableError> {
        let limit = DIRECT_NAMED_MAX + ping.cursors.len();
        let mut directs = self.table.directs(&who.user, from, limit, now).await?;
        directs.retain(|direct| ping.cursors.iter().all(|(channel, _)| channel != direct));
        directs.truncate(DIRECT_NAMED_MAX);
        Ok(directs)
    }
}

#[cfg(test)]
mod tests;
