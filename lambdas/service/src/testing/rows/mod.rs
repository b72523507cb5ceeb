//! The rows of the table in memory, with one step per operation of a port: what the real table does in one request or one
//! transaction. No faults, no waiting: a test or a simulation adds those around it.

mod buckets;
mod connections;
mod log;
mod members;
mod registry;

use std::collections::BTreeMap;

use domain::channel::Channel;
use domain::connection::Standing;
use domain::connection_id::ConnectionId;
use domain::identity::{OriginJti, UserId};
use domain::log::{Entry, Head, Sent};
use domain::membership::Member;
use domain::message_id::MessageId;
use domain::revocation::NotBefore;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;

use crate::ports::Bucket;

/// Every row there is. A row past its life stays until it is taken out: what reads must not take it for alive.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Connections and tombstones, with the end of a tombstone's life.
    pub connections: BTreeMap<ConnectionId, (Standing, Timestamp)>,
    /// Members by channel and shard.
    pub members: BTreeMap<(Channel, u32), BTreeMap<ConnectionId, Member>>,
    /// Members that want to be told who comes and goes.
    pub watchers: BTreeMap<Channel, BTreeMap<ConnectionId, Member>>,
    /// Slots by user.
    pub slots: BTreeMap<UserId, BTreeMap<SlotNumber, Slot>>,
    /// From when on a user must have signed in, with the end of its life.
    pub revoked: BTreeMap<UserId, (NotBefore, Timestamp)>,
    /// Sign-ins that were ended by their names, with the end of its life.
    pub ended_sign_ins: BTreeMap<(UserId, OriginJti), Timestamp>,
    /// Heads of logs.
    pub heads: BTreeMap<Channel, Head>,
    /// Entries of logs by number.
    pub entries: BTreeMap<Channel, BTreeMap<u64, Entry>>,
    /// What is remembered of message ids.
    pub sent: BTreeMap<(UserId, MessageId), Sent>,
    /// When buckets are full, and what was refused since they last were.
    pub buckets: BTreeMap<Bucket, (Timestamp, i64)>,
    /// Direct channels by user, with the end of life of the row.
    pub directs: BTreeMap<UserId, BTreeMap<Channel, Timestamp>>,
}
