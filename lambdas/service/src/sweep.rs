//! The sweeper's round: ends connections that are over, finishes clean-ups that broke off, and counts who is there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::{SHARDS_MAX, STANDINGS_MAX, SWEEP_CONCURRENCY, SWEEP_MAX, SWEEP_PARTS, TOMBSTONE_LIFE};
use domain::membership::{Member, Membership};
use domain::shards::ShardRules;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use domain::wire::{ClosingReason, Frame};
use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::clean_up::clean_up;
use crate::describe::describe;
use crate::members::members;
use crate::ports::{Clock, Closing, Connections, Ended, Heads, Members, Sockets, TableError};

/// One round. It looks at every member of `all` for its hard end, and at a part of them, in turn, for everything else.
///
/// # Errors
/// When the members cannot be listed; what was not looked at waits for another round.
pub async fn sweep<T: Members + Connections + Heads>(
    table: &T,
    sockets: &(impl Sockets + Closing),
    clock: &impl Clock,
    shards: ShardRules,
) -> Result<(), TableError> {
    let sweeper = Sweeper {
        table,
        sockets,
        clock,
        counts: Counts::default(),
    };
    let work = std::pin::pin!(sweeper.round(shards));
    let limit = std::pin::pin!(clock.sleep(SWEEP_MAX));
    let (outcome, result) = match select(work, limit).await {
        Either::Left((Ok(()), _)) => ("complete", Ok(())),
        Either::Left((Err(error), _)) => ("interrupted", Err(error)),
        Either::Right(_) => ("out_of_time", Ok(())),
    };
    sweeper.counts.log(outcome);
    result
}

struct Sweeper<'a, T, S, C> {
    table: &'a T,
    sockets: &'a S,
    clock: &'a C,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    live: AtomicU64,
    ended: AtomicU64,
    waiting: AtomicU64,
    failed: AtomicU64,
}

/// A connection that is over, with what is known of it.
struct Finished {
    connection: Connection,
    /// Since when.
    since: Timestamp,
    is_entombed: bool,
}

impl<T: Members + Connections + Heads, S: Sockets + Closing, C: Clock> Sweeper<'_, T, S, C> {
    async fn round(&self, rules: ShardRules) -> Result<(), TableError> {
        let turn = turn(self.clock.now());
        let known = self.known_shards(rules).await?;
        let mut finished = Vec::new();
        for shard in 0..known {
            finished.extend(self.finished_in(shard, Some(turn)).await?);
        }
        if turn == 0 {
            for shard in known..SHARDS_MAX {
                finished.extend(self.finished_in(shard, None).await?);
            }
        }
        finished.sort_by_key(|one| one.since);
        stream::iter(finished)
            .for_each_concurrent(SWEEP_CONCURRENCY, |one| self.end(one))
            .await;
        Ok(())
    }

    /// In how many shards members are known to stand: the head knows of all rules under which a message was published, and
    /// today's rules are known. Whoever joined under others is found by looking everywhere once in a while.
    async fn known_shards(&self, rules: ShardRules) -> Result<u32, TableError> {
        let head = self.table.head(&Channel::All).await?;
        Ok(head.map_or(rules.all, |head| head.shards.max(rules.all)).count())
    }

    /// The connections of a shard that are over, as far as it is the turn of their part; without one, of all parts.
    async fn finished_in(&self, shard: u32, turn: Option<u32>) -> Result<Vec<Finished>, TableError> {
        let now = self.clock.now();
        let everyone: Vec<Member> = members(self.table, &Channel::All, shard).try_collect().await?;
        let (over, live): (Vec<_>, Vec<_>) = everyone.into_iter().partition(|member| !member.is_live(now));
        self.counts.live.fetch_add(live.len() as u64, Ordering::Relaxed);
        let in_turn = live
            .into_iter()
            .filter(|member| turn.is_none_or(|turn| member.connection.part_of(SWEEP_PARTS) == turn));
        let suspects: Vec<Member> = over.into_iter().chain(in_turn).collect();
        let mut finished = Vec::new();
        for part in suspects.chunks(STANDINGS_MAX) {
            finished.extend(self.judge(part, shard, now).await?);
        }
        Ok(finished)
    }

    async fn judge(&self, suspects: &[Member], shard: u32, now: Timestamp) -> Result<Vec<Finished>, TableError> {
        let ids: Vec<ConnectionId> = suspects.iter().map(|member| member.connection.clone()).collect();
        let mut standings: BTreeMap<_, _> = self.table.connections(&ids).await?.into_iter().collect();
        let finished = suspects
            .iter()
            .filter_map(|member| match standings.remove(&member.connection) {
                Some(Standing::Registered(connection)) => connection.is_over(now).then(|| Finished {
                    since: connection.over_at(),
                    connection,
                    is_entombed: false,
                }),
                Some(Standing::Entombed(Some(connection))) => Some(Finished {
                    since: connection.over_at(),
                    connection,
                    is_entombed: true,
                }),
                // Its row is deleted: what its member says is enough to find the rest.
                Some(Standing::Entombed(None)) | None => Some(Finished {
                    connection: by_member(member, shard),
                    since: member.hard_end,
                    is_entombed: true,
                }),
            });
        Ok(finished.collect())
    }

    async fn end(&self, one: Finished) {
        match self.try_to_end(&one).await {
            Ok(true) => add(&self.counts.ended),
            Ok(false) => add(&self.counts.waiting),
            Err(error) => {
                add(&self.counts.failed);
                tracing::warn!(connection = %one.connection.id, error = describe(&error), "connection.not_forgotten");
            }
        }
    }

    /// Ends it and takes away what stands of it. False if it is to wait: it lives after all, or may not be open yet.
    async fn try_to_end(&self, one: &Finished) -> Result<bool, TableError> {
        let now = self.clock.now();
        let id = &one.connection.id;
        let mut connection = one.connection.clone();
        if !one.is_entombed {
            let life = now.plus(TOMBSTONE_LIFE);
            let Some(entombed) = self.table.entomb_if_over(id, life, now).await? else {
                return Ok(false);
            };
            let reason = entombed.ending(now).map_or(ClosingReason::Server, ClosingReason::from);
            // Whatever comes of it: the reason is a courtesy, the end is not.
            let _ = self.sockets.post(id, &Frame::closing(reason)).await;
            connection = entombed;
        }
        match self.sockets.end(id).await {
            Ended::Now => {}
            Ended::Gone if connection.can_be_gone(now) => {}
            Ended::Gone | Ended::Failed => return Ok(false),
        }
        clean_up(self.table, self.sockets, self.clock, &connection).await?;
        Ok(true)
    }
}

/// Which part of the connections this round looks at.
fn turn(now: Timestamp) -> u32 {
    u32::try_from(now.millis() / 60_000 % u64::from(SWEEP_PARTS)).unwrap_or(0)
}

/// What a connection must have been whose member is all that is left.
fn by_member(member: &Member, shard: u32) -> Connection {
    let membership = |channel, shard| Membership {
        channel,
        shard,
        watching: true,
    };
    Connection {
        id: member.connection.clone(),
        user: member.user.clone(),
        name: member.name.clone(),
        signed_in_at: Timestamp::default(),
        origin_jti: None,
        registered_at: member.joined_at,
        hard_end: member.hard_end,
        lease: member.hard_end,
        replaced_until: None,
        slot: SlotNumber::FIRST,
        memberships: vec![
            membership(Channel::User(member.user.clone()), 0),
            membership(Channel::All, shard),
        ],
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counts {
    fn log(&self, outcome: &str) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        tracing::info!(
            outcome,
            live = count(&self.live),
            ended = count(&self.ended),
            waiting = count(&self.waiting),
            failed = count(&self.failed),
            "sweep.done"
        );
    }
}

#[cfg(test)]
mod tests;
