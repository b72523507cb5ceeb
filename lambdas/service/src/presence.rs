//! `presence`: the users in a channel, by its members. Who vanished without a word is listed until the sweeper has ended the
//! connection, since reading every connection's lease would cost a read per member.

use domain::limits::PRESENCE_MEMBERS_MAX;
use domain::policy::may_subscribe;
use domain::presence::Present;
use domain::request_id::RequestId;
use domain::shards::Shards;
use domain::wire::client::Presence;
use domain::wire::{Frame, Refusal};
use futures_util::TryStreamExt as _;

use crate::caller::Caller;
use crate::members::everyone;
use crate::messaging::{Channelled, Messaging};
use crate::ports::{Clock, Sockets, TableError};
use crate::reply::{Answer, unavailable};

impl<T: Channelled, S: Sockets, H, C: Clock> Messaging<T, S, H, C> {
    /// Lists the users.
    pub(crate) async fn presence(
        &self,
        caller: &Caller,
        id: Option<&RequestId>,
        wanted: &Presence,
    ) -> Result<Answer, Refusal> {
        let who = caller.identity_at(self.clock.now())?;
        if !may_subscribe(who, &wanted.channel) {
            return Err(Refusal::forbidden());
        }
        let present = self.present(wanted).await.map_err(unavailable("presence"))?;
        Ok(Answer::Frame(Frame::presence(id, &wanted.channel, &present)))
    }

    async fn present(&self, wanted: &Presence) -> Result<Present, TableError> {
        let now = self.clock.now();
        let mut present = Present::default();
        let mut read = 0;
        let head = self.table.head(&wanted.channel).await?;
        let known = head.map_or(Shards::ONE, |head| head.shards);
        let shards = known.max(self.rules.shards.of(&wanted.channel));
        for part in everyone(&wanted.channel, shards) {
            let mut members = std::pin::pin!(part.members(&self.table));
            while let Some(member) = members.try_next().await? {
                if read == PRESENCE_MEMBERS_MAX {
                    present.more = true;
                    return Ok(present);
                }
                present.add(member, now);
                read += 1;
                if present.more {
                    return Ok(present);
                }
            }
        }
        Ok(present)
    }
}

#[cfg(test)]
mod tests;
