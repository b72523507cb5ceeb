//! Transactions that meet at a row: the second one is refused.

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::message_id::MessageId;
use domain::slot::SlotNumber;

use crate::time::seconds;
use crate::world::World;

/// A row that a transaction writes or checks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Connection(ConnectionId),
    Slot(UserId, SlotNumber),
    Member(Channel, ConnectionId),
    User(UserId),
    Head(Channel),
    Sent(UserId, MessageId),
}

impl World {
    /// Takes hold of the rows for a moment; false if some are held by another transaction.
    pub(super) fn hold(&mut self, keys: &[Key]) -> bool {
        let now = self.now;
        if self.table.held.len() > 256 {
            self.table.held.retain(|_, until| *until > now);
        }
        let is_held = |key| self.table.held.get(key).is_some_and(|until| *until > now);
        if keys.iter().any(is_held) {
            return false;
        }
        let longest = if self.quiet { 0.02 } else { self.rules.hold };
        let until = now + seconds(self.random.uniform(0.0, longest));
        self.table.held.extend(keys.iter().map(|key| (key.clone(), until)));
        true
    }
}
