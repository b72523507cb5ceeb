//! Memberships and members: where a connection stands in a channel, and what stands there of it.

use crate::channel::Channel;
use crate::connection_id::ConnectionId;
use crate::identity::{DisplayName, UserId};
use crate::limits::GONE_GRACE;
use crate::timestamp::Timestamp;

/// A channel and the shard of it that a connection stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The channel.
    pub channel: Channel,
    /// The shard, fixed when the connection joined.
    pub shard: u32,
    /// Whether it wants to be told who comes and goes.
    pub watching: bool,
}

/// One connection in one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The connection.
    pub connection: ConnectionId,
    /// Whose it is.
    pub user: UserId,
    /// What others see of that user.
    pub name: DisplayName,
    /// When it joined; no earlier than the connection was registered.
    pub joined_at: Timestamp,
    /// When the connection ends at the latest.
    pub hard_end: Timestamp,
}

impl Member {
    /// Whether it may get anything at all: never after its end, whatever the table still holds.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.hard_end
    }

    /// Whether the gateway's "gone" means gone. Within 30 s of joining it may mean "not open yet".
    pub fn can_be_gone(&self, now: Timestamp) -> bool {
        now.since(self.joined_at) > GONE_GRACE
    }
}

/// Puts the member of `all` last: it is the index of connections, and a clean-up that stops half-way must leave it.
pub fn in_order_of_removal(mut memberships: Vec<Membership>) -> Vec<Membership> {
    memberships.sort_by_key(|m| m.channel == Channel::All);
    memberships
}
