//! The table in memory: every call is atomic, none is ordered with another, and any can be told to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::{Identity, UserId};
use domain::log::{Entry, Head, Sent};
use domain::membership::{Member, Membership};
use domain::message_id::MessageId;
use domain::rate::Rate;
use domain::revocation::Revocation;
use domain::shards::Shards;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;

use super::rows::Rows;
use super::{give_way, lock};
use crate::ports::{
    Append, Appended, Bucket, Buckets, Connections, Heads, Leases, Log, LogReader, MemberPage, Members, Memberships,
    Moved, Place, Registered, Registry, Renewed, Revocations, Span, Standings, TableError, Taken,
};

/// Members of one page: few, so that tests meet several pages.
const PAGE: usize = 2;

/// The rows, and the operations that fail.
#[derive(Debug, Default)]
pub struct MemoryTable {
    rows: Mutex<Rows>,
    failing: Mutex<BTreeSet<&'static str>>,
    failing_once: Mutex<BTreeSet<&'static str>>,
    slow: Mutex<BTreeMap<&'static str, usize>>,
    losing: Mutex<BTreeSet<&'static str>>,
    contending: Mutex<BTreeMap<&'static str, u32>>,
    removed: Mutex<Vec<Channel>>,
    calls: Mutex<Vec<&'static str>>,
    whole_pages: bool,
}

impl MemoryTable {
    /// A table whose pages hold as much as they are asked for.
    pub fn with_whole_pages() -> Self {
        Self {
            whole_pages: true,
            ..Self::default()
        }
    }

    /// From now on, the operation with this name fails without effect.
    pub fn fail(&self, operation: &'static str) {
        lock(&self.failing).insert(operation);
    }

    /// The next call of the operation with this name fails without effect.
    pub fn fail_once(&self, operation: &'static str) {
        lock(&self.failing_once).insert(operation);
    }

    /// From now on, others take so many steps before the operation with this name is done.
    pub fn slow_down(&self, operation: &'static str, steps: usize) {
        lock(&self.slow).insert(operation, steps);
    }

    /// From now on, the operation with this name is done, and its answer lost.
    pub fn lose(&self, operation: &'static str) {
        lock(&self.losing).insert(operation);
    }

    /// The next so many transactions of this name meet another one, and write nothing.
    pub fn contend(&self, operation: &'static str, times: u32) {
        lock(&self.contending).insert(operation, times);
    }

    /// No operation fails any more, and no answer is lost.
    pub fn recover(&self) {
        lock(&self.failing).clear();
        lock(&self.losing).clear();
    }

    /// Looks at the rows, or changes them.
    pub fn with_rows<R>(&self, look: impl FnOnce(&mut Rows) -> R) -> R {
        look(&mut lock(&self.rows))
    }

    /// The operations asked for, in that order, in vain or not.
    pub fn calls(&self) -> Vec<&'static str> {
        lock(&self.calls).clone()
    }

    /// The connections that have member rows, once per row.
    pub fn members(&self) -> Vec<(Channel, ConnectionId)> {
        let rows = lock(&self.rows);
        let each = rows
            .members
            .iter()
            .flat_map(|((channel, _), m)| m.keys().map(|id| (channel.clone(), id.clone())));
        each.collect()
    }

    /// The end of life of a connection's tombstone, if it has one.
    pub fn tombstone(&self, connection: &ConnectionId) -> Option<Timestamp> {
        match lock(&self.rows).connections.get(connection)? {
            (Standing::Entombed(_), life) => Some(*life),
            (Standing::Registered(_) | Standing::Unreadable, _) => None,
        }
    }

    /// Deletes a connection's row, as TTL does.
    pub fn drop_connection(&self, connection: &ConnectionId) {
        lock(&self.rows).connections.remove(connection);
    }

    /// The channels whose member rows were deleted, in that order.
    pub fn removals(&self) -> Vec<Channel> {
        lock(&self.removed).clone()
    }

    /// The entries of a log, oldest first.
    pub fn log(&self, channel: &Channel) -> Vec<Entry> {
        let rows = lock(&self.rows);
        let log = rows.entries.get(channel).into_iter().flat_map(|log| log.values());
        log.cloned().collect()
    }

    async fn call<R>(&self, operation: &'static str, step: impl FnOnce(&mut Rows) -> R) -> Result<R, TableError> {
        let steps = lock(&self.slow).get(operation).copied().unwrap_or(1);
        for _ in 0..steps {
            give_way().await;
        }
        lock(&self.calls).push(operation);
        if lock(&self.failing).contains(operation) || lock(&self.failing_once).remove(operation) {
            return Err(TableError::new(operation, "told to fail"));
        }
        let done = step(&mut lock(&self.rows));
        if lock(&self.losing).contains(operation) {
            return Err(TableError::new(operation, "told to lose the answer"));
        }
        Ok(done)
    }

    /// The same for a transaction, which may also meet another one.
    async fn transact<R>(
        &self,
        operation: &'static str,
        contended: R,
        step: impl FnOnce(&mut Rows) -> R,
    ) -> Result<R, TableError> {
        let meets = self.meets_another(operation);
        self.call(operation, |rows| if meets { contended } else { step(rows) })
            .await
    }

    fn meets_another(&self, operation: &'static str) -> bool {
        match lock(&self.contending).get_mut(operation) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

impl Standings for MemoryTable {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Standing>, TableError> {
        self.call("connection", |rows| rows.connection(id)).await
    }

    async fn connections(&self, ids: &[ConnectionId]) -> Result<Vec<(ConnectionId, Standing)>, TableError> {
        self.call("connections", |rows| rows.connections(ids)).await
    }
}

impl Connections for MemoryTable {
    async fn entomb(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        self.call("entomb", |rows| rows.entomb(id, life)).await
    }

    async fn send_away(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        self.call("send_away", |rows| rows.send_away(id, life)).await
    }

    async fn entomb_if_over(
        &self,
        id: &ConnectionId,
        life: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Connection>, TableError> {
        self.call("entomb_if_over", |rows| rows.entomb_if_over(id, life, now))
            .await
    }

    async fn remove_member(&self, membership: &Membership, id: &ConnectionId) -> Result<(), TableError> {
        self.call("remove_member", |rows| rows.remove_member(membership, id))
            .await?;
        lock(&self.removed).push(membership.channel.clone());
        Ok(())
    }

    async fn free_slot(
        &self,
        user: &UserId,
        slot: SlotNumber,
        id: &ConnectionId,
        now: Timestamp,
    ) -> Result<(), TableError> {
        self.call("free_slot", |rows| rows.free_slot(user, slot, id, now)).await
    }
}

impl Registry for MemoryTable {
    async fn slots(&self, user: &UserId) -> Result<Vec<Slot>, TableError> {
        self.call("slots", |rows| rows.slots(user)).await
    }

    async fn slot(&self, user: &UserId, number: SlotNumber) -> Result<Option<Slot>, TableError> {
        self.call("slot", |rows| rows.slot(user, number)).await
    }

    async fn register(&self, connection: &Connection, place: &Place) -> Result<Registered, TableError> {
        self.transact("register", Registered::Contended, |rows| {
            rows.register(connection, place)
        })
        .await
    }
}

impl Leases for MemoryTable {
    async fn renew(&self, id: &ConnectionId, lease: Timestamp, now: Timestamp) -> Result<Renewed, TableError> {
        self.call("renew", |rows| rows.renew(id, lease, now)).await
    }
}

impl Buckets for MemoryTable {
    async fn take(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> Result<Taken, TableError> {
        self.call("take", |rows| rows.take(bucket, rate, now)).await
    }

    async fn count_refusal(&self, bucket: &Bucket, _: Timestamp) -> Result<u32, TableError> {
        self.call("count_refusal", |rows| rows.count_refusal(bucket)).await
    }
}

impl Memberships for MemoryTable {
    async fn join(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Result<Moved, TableError> {
        let step = |rows: &mut Rows| rows.join(membership, standing, member.clone(), joins_full_at);
        self.transact("join", Moved::Contended, step).await
    }

    async fn leave(&self, membership: &Membership, connection: &ConnectionId) -> Result<Moved, TableError> {
        self.transact("leave", Moved::Contended, |rows| rows.leave(membership, connection))
            .await
    }
}

impl Members for MemoryTable {
    async fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
        limit: usize,
    ) -> Result<MemberPage, TableError> {
        let limit = if self.whole_pages { limit } else { limit.min(PAGE) };
        self.call("members", |rows| rows.page(channel, shard, after, limit))
            .await
    }

    async fn member(&self, membership: &Membership, id: &ConnectionId) -> Result<Option<Member>, TableError> {
        self.call("member", |rows| rows.member(membership, id)).await
    }

    async fn watchers(&self, channel: &Channel, limit: usize) -> Result<Vec<Member>, TableError> {
        self.call("watchers", |rows| rows.watchers(channel, limit)).await
    }
}

impl LogReader for MemoryTable {
    async fn entries(
        &self,
        channel: &Channel,
        span: Span,
        count: usize,
        now: Timestamp,
    ) -> Result<Vec<Entry>, TableError> {
        self.call("entries", |rows| rows.entries(channel, span, count, now))
            .await
    }
}

impl Heads for MemoryTable {
    async fn head(&self, channel: &Channel) -> Result<Option<Head>, TableError> {
        self.call("head", |rows| rows.head(channel)).await
    }

    async fn heads(&self, channels: &[Channel]) -> Result<Vec<(Channel, Head)>, TableError> {
        self.call("heads", |rows| rows.heads(channels)).await
    }

    async fn spread(&self, channel: &Channel, shards: Shards) -> Result<(), TableError> {
        self.call("spread", |rows| rows.spread(channel, shards)).await
    }

    async fn directs(
        &self,
        user: &UserId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Channel>, TableError> {
        self.call("directs", |rows| rows.directs(user, from, limit, now)).await
    }
}

impl Log for MemoryTable {
    async fn append(&self, append: &Append<'_>) -> Result<Appended, TableError> {
        self.transact("append", Appended::Contended, |rows| rows.append(append))
            .await
    }

    async fn sent(&self, user: &UserId, id: &MessageId) -> Result<Option<Sent>, TableError> {
        self.call("sent", |rows| rows.sent(user, id)).await
    }

    async fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> Result<(), TableError> {
        self.call("mark_handed_over", |rows| rows.mark_handed_over(user, id))
            .await
    }
}

impl Revocations for MemoryTable {
    async fn revocation(&self, who: &Identity) -> Result<Option<Revocation>, TableError> {
        let jti = who.origin_jti.as_ref();
        self.call("revocation", |rows| rows.revocation(&who.user, who.signed_in_at, jti))
            .await
    }

    async fn revoke(&self, user: &UserId, revocation: &Revocation, life: Timestamp) -> Result<(), TableError> {
        self.call("revoke", |rows| rows.revoke(user, revocation, life)).await
    }
}
