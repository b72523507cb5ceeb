//! Tells the members of a channel: here, if they are few, or by one function for each shard.

mod deliver;
mod posting;

pub use deliver::deliver;

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::fan_out_job::FanOutJob;
use domain::jitter::Jitter;
use domain::limits::{FAN_OUT_CONCURRENCY, FAN_OUT_MAX};
use domain::membership::Member;
use domain::shards::Shards;
use domain::wire::Frame;
use futures_util::future::{Either, select, try_join_all};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use self::posting::Posting;
use crate::members::{Part, everyone};
use crate::messaging::{Messaging, Publishable};
use crate::ports::{Clock, Handover, Members, NotHandedOver, Sockets, TableError};

/// A frame for everybody in a channel.
pub(crate) struct Telling<'a> {
    pub(crate) channel: &'a Channel,
    /// Over how many shards its members are spread.
    pub(crate) shards: Shards,
    pub(crate) frame: &'a Frame,
    /// A connection that is left out.
    pub(crate) except: Option<&'a ConnectionId>,
}

/// Not everybody will be told, and nobody knows who.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTold {
    #[error("the members could not be read")]
    Table(#[from] TableError),
    #[error("a shard could not be handed over")]
    Handover(#[from] NotHandedOver),
}

impl<T: Publishable, S: Sockets, H: Handover, C: Clock> Messaging<T, S, H, C> {
    /// Sees to it that everybody is told: each member was posted to, with whatever outcome, or its shard is handed over.
    pub(crate) async fn tell(&self, telling: &Telling<'_>, jitter: Jitter) -> Result<(), NotTold> {
        let parts = everyone(telling.channel, telling.shards);
        let now = self.clock.now();
        if self.guesses.is_large(telling.channel, now) {
            return self.hand_over(telling, parts).await;
        }
        let Some(members) = self.few(&parts).await? else {
            self.guesses.set_large(telling.channel, now);
            return self.hand_over(telling, parts).await;
        };
        if self.tell_here(telling, members, jitter).await {
            return Ok(());
        }
        self.hand_over(telling, parts).await
    }

    /// All members, if they are few enough for this function; reads at most that many and one more of each part.
    async fn few(&self, parts: &[Part]) -> Result<Option<Vec<(Part, Member)>>, TableError> {
        let share = self.rules.inline_members / parts.len().max(1);
        let first = try_join_all(parts.iter().map(|part| first_members(&self.table, part, share))).await?;
        let few: Option<Vec<_>> = first.into_iter().collect();
        Ok(few.map(|members| members.into_iter().flatten().collect()))
    }

    /// True if there was time for all of them; posting again to those who were told is harmless.
    async fn tell_here(&self, telling: &Telling<'_>, members: Vec<(Part, Member)>, jitter: Jitter) -> bool {
        let posting = Posting::new(&self.table, &self.sockets, &self.clock, telling.frame, jitter);
        let everyone = members
            .into_iter()
            .filter(|(_, member)| telling.except != Some(&member.connection));
        let work = std::pin::pin!(stream::iter(everyone).for_each_concurrent(
            FAN_OUT_CONCURRENCY,
            |(found, member)| {
                let posting = &posting;
                async move { posting.tell(&member, &found).await }
            }
        ));
        let limit = std::pin::pin!(self.clock.sleep(FAN_OUT_MAX));
        let outcome = match select(work, limit).await {
            Either::Left(_) => "complete",
            Either::Right(_) => "out_of_time",
        };
        posting.counts.log(telling.channel, outcome);
        outcome == "complete"
    }

    async fn hand_over(&self, telling: &Telling<'_>, parts: Vec<Part>) -> Result<(), NotTold> {
        let count = parts.len();
        let share = self.rules.posts_per_second / u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let jobs = parts.into_iter().map(|part| FanOutJob {
            channel: part.channel,
            shard: part.shard,
            posts_per_second: share.max(1),
            except: telling.except.cloned(),
            frame: telling.frame.clone(),
        });
        stream::iter(jobs.map(Ok))
            .try_for_each_concurrent(
                FAN_OUT_CONCURRENCY,
                |job| async move { self.handover.hand_over(&job).await },
            )
            .await?;
        tracing::info!(channel = %telling.channel, shards = count, "fanout.handed_over");
        Ok(())
    }
}

/// The members of a part, if there are at most `share`.
async fn first_members(
    table: &impl Members,
    part: &Part,
    share: usize,
) -> Result<Option<Vec<(Part, Member)>>, TableError> {
    let mut members: Vec<Member> = Vec::new();
    let mut after = None;
    loop {
        let wanted = share + 1 - members.len();
        let page = table.page(&part.channel, part.shard, after.as_ref(), wanted).await?;
        members.extend(page.members);
        if members.len() > share {
            return Ok(None);
        }
        if page.next.is_none() {
            return Ok(Some(members.into_iter().map(|member| (part.clone(), member)).collect()));
        }
        after = page.next;
    }
}

#[cfg(test)]
mod tests;
