//! The table in memory: every call is atomic, none is ordered with another, and any can be told to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use domain::channel::Channel;
use domain::connection::{Connection, ConnectionId, Member, Membership};
use domain::identity::UserId;
use domain::log::{Entry, Head, Sent};
use domain::message_id::MessageId;
use domain::timestamp::Timestamp;

use super::{give_way, lock};
use crate::ports::{
    Append, Appended, Connections, Log, LogReader, MemberPage, Members, Registered, Registry, Span, TableError,
};

/// Members of one page: few, so that tests meet several pages.
const PAGE: usize = 2;

/// The rows, by kind.
#[derive(Debug, Default)]
pub struct MemoryTable {
    rows: Mutex<Rows>,
    failing: Mutex<BTreeSet<&'static str>>,
}

#[derive(Debug, Default)]
struct Rows {
    connections: BTreeMap<ConnectionId, ConnectionRow>,
    members: BTreeMap<(Channel, u32), BTreeMap<ConnectionId, Member>>,
    heads: BTreeMap<Channel, Head>,
    entries: BTreeMap<Channel, BTreeMap<u64, Entry>>,
    sent: BTreeMap<(UserId, MessageId), Sent>,
    removed: Vec<Channel>,
}

#[derive(Debug)]
struct ConnectionRow {
    tombstone: Option<Timestamp>,
    memberships: Vec<Membership>,
}

impl MemoryTable {
    /// From now on, the operation with this name fails without effect.
    pub fn fail(&self, operation: &'static str) {
        lock(&self.failing).insert(operation);
    }

    /// No operation fails any more.
    pub fn recover(&self) {
        lock(&self.failing).clear();
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
        lock(&self.rows).connections.get(connection)?.tombstone
    }

    /// Deletes a connection's row, as TTL does.
    pub fn drop_connection(&self, connection: &ConnectionId) {
        lock(&self.rows).connections.remove(connection);
    }

    /// The channels whose member rows were deleted, in that order.
    pub fn removals(&self) -> Vec<Channel> {
        lock(&self.rows).removed.clone()
    }

    /// The entries of a log, oldest first.
    pub fn log(&self, channel: &Channel) -> Vec<Entry> {
        lock(&self.rows)
            .entries
            .get(channel)
            .map(|log| log.values().cloned().collect())
            .unwrap_or_default()
    }

    async fn begin(&self, operation: &'static str) -> Result<(), TableError> {
        give_way().await;
        if lock(&self.failing).contains(operation) {
            Err(TableError::new(operation, "told to fail"))
        } else {
            Ok(())
        }
    }
}

impl Registry for MemoryTable {
    async fn register(&self, connection: &Connection) -> Result<Registered, TableError> {
        self.begin("register").await?;
        let rows = &mut *lock(&self.rows);
        if let Some(row) = rows.connections.get(&connection.id) {
            return Ok(if row.tombstone.is_some() {
                Registered::Forgotten
            } else {
                Registered::Already
            });
        }
        let memberships = connection.memberships.clone();
        rows.connections.insert(
            connection.id.clone(),
            ConnectionRow {
                tombstone: None,
                memberships,
            },
        );
        for membership in &connection.memberships {
            let key = (membership.channel.clone(), membership.shard);
            rows.members
                .entry(key)
                .or_default()
                .insert(connection.id.clone(), connection.member());
        }
        Ok(Registered::Now)
    }
}

impl Connections for MemoryTable {
    async fn entomb(&self, connection: &ConnectionId, life: Timestamp) -> Result<Vec<Membership>, TableError> {
        self.begin("entomb").await?;
        let rows = &mut *lock(&self.rows);
        let row = rows
            .connections
            .entry(connection.clone())
            .or_insert_with(|| ConnectionRow {
                tombstone: None,
                memberships: Vec::new(),
            });
        row.tombstone = Some(life);
        Ok(row.memberships.clone())
    }

    async fn remove_member(&self, membership: &Membership, connection: &ConnectionId) -> Result<(), TableError> {
        self.begin("remove_member").await?;
        let rows = &mut *lock(&self.rows);
        let key = (membership.channel.clone(), membership.shard);
        if rows
            .members
            .get_mut(&key)
            .is_some_and(|members| members.remove(connection).is_some())
        {
            rows.removed.push(membership.channel.clone());
        }
        Ok(())
    }
}

impl Members for MemoryTable {
    async fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
    ) -> Result<MemberPage, TableError> {
        self.begin("members").await?;
        let rows = lock(&self.rows);
        let Some(members) = rows.members.get(&(channel.clone(), shard)) else {
            return Ok(MemberPage::default());
        };
        let mut left: Vec<Member> = members
            .values()
            .filter(|m| after.is_none_or(|after| m.connection > *after))
            .cloned()
            .collect();
        let more = left.len() > PAGE;
        left.truncate(PAGE);
        let next = left.last().filter(|_| more).map(|member| member.connection.clone());
        Ok(MemberPage { members: left, next })
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
        self.begin("entries").await?;
        let rows = lock(&self.rows);
        let kept = rows
            .entries
            .get(channel)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|entry| entry.is_kept(now));
        let entries: Vec<Entry> = match span {
            Span::Down(bound) => {
                let below = kept.filter(|entry| bound.is_none_or(|bound| entry.sequence < bound));
                below.rev().take(count).cloned().collect()
            }
            Span::Up(bound) => kept
                .filter(|entry| entry.sequence > bound)
                .take(count)
                .cloned()
                .collect(),
        };
        Ok(entries)
    }
}

impl Log for MemoryTable {
    async fn head(&self, channel: &Channel) -> Result<Option<Head>, TableError> {
        self.begin("head").await?;
        Ok(lock(&self.rows).heads.get(channel).cloned())
    }

    async fn append(&self, append: &Append<'_>) -> Result<Appended, TableError> {
        self.begin("append").await?;
        let rows = &mut *lock(&self.rows);
        let id = append.entry.id.clone().map(|id| (append.entry.sender.id.clone(), id));
        if id
            .as_ref()
            .and_then(|id| rows.sent.get(id))
            .is_some_and(|sent| append.now < sent.life)
        {
            return Ok(Appended::IdKnown);
        }
        let head = rows.heads.get(append.channel);
        if head.map(|head| head.last) != append.previous.map(|head| head.last) {
            return Ok(Appended::HeadMoved(head.cloned()));
        }
        rows.heads.insert(append.channel.clone(), append.head.clone());
        let log = rows.entries.entry(append.channel.clone()).or_default();
        log.insert(append.entry.sequence.number(), append.entry.clone());
        if let (Some(id), Some(sent)) = (id, append.sent) {
            rows.sent.insert(id, sent.clone());
        }
        Ok(Appended::Done)
    }

    async fn sent(&self, user: &UserId, id: &MessageId) -> Result<Option<Sent>, TableError> {
        self.begin("sent").await?;
        Ok(lock(&self.rows).sent.get(&(user.clone(), id.clone())).cloned())
    }

    async fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> Result<(), TableError> {
        self.begin("mark_handed_over").await?;
        if let Some(sent) = lock(&self.rows).sent.get_mut(&(user.clone(), id.clone())) {
            sent.handed_over = true;
        }
        Ok(())
    }
}
