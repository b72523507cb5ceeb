//! `ping`: renews the lease, and names the channels in which the client lacks something, so that even the last message of a
//! quiet channel is found.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::channel::Channel;
use domain::identity::Identity;
use domain::limits::DIRECT_NAMED_MAX;
use domain::log::Sequence;
use domain::policy::may_subscribe;
use domain::request_id::RequestId;
use domain::timestamp::Timestamp;
use domain::wire::client::Ping;
use domain::wire::{Frame, News, Refusal};
use futures_util::future::try_join3;

use crate::caller::Caller;
use crate::lasting::why;
use crate::messaging::{Channelled, Messaging};
use crate::ports::{Clock, Renewed, Sockets, TableError};
use crate::reply::{Answer, unavailable};

impl<T: Channelled, S: Sockets, H, C: Clock> Messaging<T, S, H, C> {
    /// Renews the lease by `lease`, and answers with what is new.
    pub(crate) async fn ping(
        &self,
        caller: &Caller,
        id: Option<&RequestId>,
        ping: &Ping,
        lease: Duration,
    ) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let who = caller.identity_at(now)?;
        let (allowed, forbidden): (Vec<_>, Vec<_>) = ping
            .cursors
            .iter()
            .cloned()
            .partition(|(channel, _)| may_subscribe(who, channel));
        let renewal = self.table.renew(&caller.connection, now.plus(lease), now);
        let work = try_join3(renewal, self.news(&allowed), self.unknown_directs(who, ping, now));
        let (renewed, mut behind, directs) = work.await.map_err(unavailable("ping"))?;
        if let Renewed::Over(was) = renewed {
            return Ok(Answer::Over(why(was.as_ref(), now)));
        }
        behind.extend(directs);
        let news = News {
            behind,
            forbidden: forbidden.into_iter().map(|(channel, _)| channel).collect(),
        };
        let pong = Frame::pong(id, &caller.connection, now, who.expires_at, &news);
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
    /// know of one yet.
    async fn unknown_directs(&self, who: &Identity, ping: &Ping, now: Timestamp) -> Result<Vec<Channel>, TableError> {
        let limit = DIRECT_NAMED_MAX + ping.cursors.len();
        let mut directs = self.table.directs(&who.user, limit, now).await?;
        directs.retain(|direct| ping.cursors.iter().all(|(channel, _)| channel != direct));
        directs.truncate(DIRECT_NAMED_MAX);
        Ok(directs)
    }
}

#[cfg(test)]
mod tests;
