//! The sweeper's round: ends connections that are over, finishes clean-ups that broke off, and counts who is there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::{SHARDS_MAX, STANDINGS_MAX, SWEEP_CONCURRENCY, SWEEP_CYCLE, SWEEP_DUE, SWEEP_MAX, TOMBSTONE_LIFE};
use domain::membership::{Member, Membership};
use domain::shards::ShardRules;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use domain::wire::Frame;
use futures_util::future::{Either, ready, select};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::clean_up::clean_up;
use crate::describe::describe;
use crate::lasting::why;
use crate::members::members;
use crate::ports::{Clock, Closing, Connections, Ended, Heads, Members, Sockets, TableError};

/// What is said of a round that left nothing.
const COMPLETE: &str = "complete";

/// One round. It looks at every member of `all` for its hard end, and at a part of them, in turn, for everything else.
///
/// # Errors
/// When some could not be looked at: they wait for another round. All others have been dealt with.
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
        failure: Mutex::default(),
    };
    let work = std::pin::pin!(sweeper.round(shards));
    let limit = std::pin::pin!(clock.sleep(SWEEP_MAX));
    let is_in_time = matches!(select(work, limit).await, Either::Left(_));
    let failure = lock(&sweeper.failure).take();
    sweeper.counts.log(match (is_in_time, &failure) {
        (true, None) => COMPLETE,
        (true, Some(_)) => "incomplete",
        (false, _) => "out_of_time",
    });
    failure.map_or(Ok(()), Err)
}

struct Sweeper<'a, T, S, C> {
    table: &'a T,
    sockets: &'a S,
    clock: &'a C,
    counts: Counts,
    /// The first thing that failed.
    failure: Mutex<Option<TableError>>,
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
    /// Shard by shard, so that one that cannot be read keeps nobody else waiting. Each round begins with another, so that none
    /// is always the last when time is short.
    async fn round(&self, rules: ShardRules) {
        let now = self.clock.now();
        let known = self.known_shards(rules).await;
        let first = first(now, known);
        for shard in (first..known).chain(0..first) {
            self.sweep_shard(shard, |member| is_due(phase(member), now)).await;
        }
        if is_due(Duration::ZERO, now) {
            for shard in known..SHARDS_MAX {
                self.sweep_shard(shard, |_| true).await;
            }
        }
    }

    /// In how many shards members are known to stand: the head knows of all rules under which a message was published, and
    /// today's rules are known. Whoever joined under others is found by looking everywhere once in a while.
    async fn known_shards(&self, rules: ShardRules) -> u32 {
        let head = match self.table.head(&Channel::All).await {
            Ok(head) => head,
            Err(error) => {
                self.failed(error);
                None
            }
        };
        head.map_or(rules.all, |head| head.shards.max(rules.all)).count()
    }

    /// Ends the connections of a shard that are over, the longest overdue first.
    async fn sweep_shard(&self, shard: u32, is_due: impl Fn(&Member) -> bool) {
        let mut finished = Vec::new();
        if let Err(error) = self.find(shard, is_due, &mut finished).await {
            self.failed(error);
        }
        finished.sort_by_key(|one| one.since);
        stream::iter(finished)
            .for_each_concurrent(SWEEP_CONCURRENCY, |one| self.end(one))
            .await;
    }

    /// Finds the connections of a shard that are over: those past their hard end, and of the others those that are due.
    /// What was found before an error is kept.
    async fn find(
        &self,
        shard: u32,
        is_due: impl Fn(&Member) -> bool,
        finished: &mut Vec<Finished>,
    ) -> Result<(), TableError> {
        let now = self.clock.now();
        let mut everyone: Vec<Member> = Vec::new();
        let listing = members(self.table, &Channel::All, shard).try_for_each(|member| {
            everyone.push(member);
            ready(Ok(()))
        });
        let listed = listing.await;
        let (over, live): (Vec<_>, Vec<_>) = everyone.into_iter().partition(|member| !member.is_live(now));
        self.counts.live.fetch_add(live.len() as u64, Ordering::Relaxed);
        let suspects: Vec<Member> = over.into_iter().chain(live.into_iter().filter(is_due)).collect();
        for part in suspects.chunks(STANDINGS_MAX) {
            finished.extend(self.judge(part, shard, now).await?);
        }
        listed
    }

    /// Remembers the first failure; a round goes on after each.
    fn failed(&self, error: TableError) {
        tracing::warn!(error = describe(&error), "sweep.not_read");
        lock(&self.failure).get_or_insert(error);
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
                // Another release knows whether its lease is over; its end stands in its member, too.
                Some(Standing::Unreadable) if member.is_live(now) => None,
                // Its row is deleted or cannot be read: what its member says is enough to find the rest.
                Some(Standing::Entombed(None) | Standing::Unreadable) | None => Some(Finished {
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
            // Whatever comes of it: the reason is a courtesy, the end is not.
            let _ = self.sockets.post(id, &Frame::closing(why(Some(&entombed), now))).await;
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

/// When in a cycle a connection's turn begins: each at a second of its own, so that rounds have alike much to do.
fn phase(member: &Member) -> Duration {
    let seconds = u32::try_from(SWEEP_CYCLE.as_secs()).unwrap_or(1);
    Duration::from_secs(member.connection.part_of(seconds).into())
}

/// Whether it is the turn of those with that phase.
fn is_due(phase: Duration, now: Timestamp) -> bool {
    let since = Duration::from_millis(now.millis()) + SWEEP_CYCLE - phase;
    since.as_millis() % SWEEP_CYCLE.as_millis() < SWEEP_DUE.as_millis()
}

/// The shard to begin with, another one each minute.
fn first(now: Timestamp, known: u32) -> u32 {
    u32::try_from(now.millis() / 60_000 % u64::from(known)).unwrap_or(0)
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
        sent_away: false,
        slot: SlotNumber::FIRST,
        memberships: vec![
            membership(Channel::User(member.user.clone()), 0),
            membership(Channel::All, shard),
        ],
        joins_full_at: Timestamp::default(),
    }
}

fn lock(failure: &Mutex<Option<TableError>>) -> MutexGuard<'_, Option<TableError>> {
    failure.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counts {
    fn log(&self, outcome: &str) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let [live, ended, waiting, failed] = [&self.live, &self.ended, &self.waiting, &self.failed].map(count);
        // Most minutes have nothing to tell, and who wants to see that the clock ticks can lower the level.
        if outcome == COMPLETE && ended + waiting + failed == 0 {
            tracing::debug!(outcome, live, ended, waiting, failed, "sweep.done");
        } else {
            tracing::info!(outcome, live, ended, waiting, failed, "sweep.done");
        }
    }
}

#[cfg(test)]
mod tests;
