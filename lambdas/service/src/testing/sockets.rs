//! Sockets in memory: every frame is kept, and every connection answers as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use domain::connection_id::ConnectionId;
use domain::wire::Frame;
use serde_json::Value;

use super::{give_way, lock};
use crate::ports::{Closing, Ended, Posted, Sockets};

/// Keeps frames by connection.
#[derive(Debug, Default)]
pub struct MemorySockets {
    posted: Mutex<Vec<(ConnectionId, String)>>,
    outcomes: Mutex<BTreeMap<ConnectionId, Posted>>,
    next: Mutex<BTreeMap<ConnectionId, VecDeque<Posted>>>,
    attempts: Mutex<Vec<ConnectionId>>,
    ended: Mutex<Vec<ConnectionId>>,
}

impl MemorySockets {
    /// From now on, posts to this connection end like this, and so do attempts to end it.
    pub fn answer(&self, connection: &ConnectionId, outcome: Posted) {
        lock(&self.outcomes).insert(connection.clone(), outcome);
    }

    /// The next posts to this connection, and attempts to end it, end like these, one after the other.
    pub fn answer_next(&self, connection: &ConnectionId, outcomes: &[Posted]) {
        lock(&self.next).insert(connection.clone(), outcomes.iter().copied().collect());
    }

    /// The connections that were posted to, in that order, in vain or not.
    pub fn attempts(&self) -> Vec<ConnectionId> {
        lock(&self.attempts).clone()
    }

    /// The frames that arrived at a connection, in the order in which they did.
    pub fn frames(&self, connection: &ConnectionId) -> Vec<Value> {
        let posted = lock(&self.posted);
        let texts = posted.iter().filter(|(to, _)| to == connection).map(|(_, text)| text);
        texts
            .map(|text| serde_json::from_str(text).unwrap_or_default())
            .collect()
    }

    /// The connections that were ended, in that order.
    pub fn ended(&self) -> Vec<ConnectionId> {
        lock(&self.ended).clone()
    }

    /// Every frame, and where it arrived.
    pub fn all(&self) -> Vec<(ConnectionId, String)> {
        lock(&self.posted).clone()
    }

    fn outcome(&self, connection: &ConnectionId) -> Posted {
        let next = lock(&self.next).get_mut(connection).and_then(VecDeque::pop_front);
        let lasting = || lock(&self.outcomes).get(connection).copied();
        next.or_else(lasting).unwrap_or(Posted::Accepted)
    }
}

impl Sockets for MemorySockets {
    async fn post(&self, connection: &ConnectionId, frame: &Frame) -> Posted {
        give_way().await;
        lock(&self.attempts).push(connection.clone());
        let outcome = self.outcome(connection);
        if outcome == Posted::Accepted {
            lock(&self.posted).push((connection.clone(), frame.as_str().to_owned()));
        }
        outcome
    }
}

impl Closing for MemorySockets {
    async fn end(&self, connection: &ConnectionId) -> Ended {
        give_way().await;
        match self.outcome(connection) {
            Posted::Accepted => {
                lock(&self.ended).push(connection.clone());
                Ended::Now
            }
            Posted::Gone => Ended::Gone,
            Posted::Throttled | Posted::Failed | Posted::Refused => Ended::Failed,
        }
    }
}
