//! Connections and their memberships: how long they last and where a member stands.

use std::fmt;

use crate::channel::Channel;
use crate::identity::{DisplayName, Identity, UserId, is_id_byte};
use crate::limits::{CONNECTION_ID_CHARACTERS_MAX, GONE_GRACE, SHARDS_MAX};
use crate::timestamp::Timestamp;

/// API Gateway's name for a connection: 1 to 128 of `[A-Za-z0-9_=-]`, opaque.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// `None` unless `text` has 1 to 128 characters, all of `[A-Za-z0-9_=-]`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=CONNECTION_ID_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(|b| is_id_byte(b) || b == b'=')).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shard this connection stands in: always the same one for the same number of shards, evenly spread.
    pub fn shard(&self, shards: Shards) -> u32 {
        let bucket = fnv1a(self.0.as_bytes()) % u64::from(shards.0);
        u32::try_from(bucket).unwrap_or(0)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// FNV-1a, 64 bits, with the high half folded in since its low bits alone spread badly. Written out because the
/// standard library's hashers may change between releases, and rows outlive a release.
fn fnv1a(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

/// Over how many keys the members of a channel are spread: 1 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shards(u32);

impl Shards {
    /// All members under one key.
    pub const ONE: Self = Self(1);

    /// `None` unless 1 to 64.
    pub fn new(count: u32) -> Option<Self> {
        (1..=SHARDS_MAX).contains(&count).then_some(Self(count))
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.0
    }

    /// What `channel` gets when `all` has this many: only `all` is spread.
    pub fn of(self, channel: &Channel) -> Self {
        match channel {
            Channel::All => self,
            Channel::User(_) => Self::ONE,
        }
    }
}

/// A channel and the shard of it that a connection stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The channel.
    pub channel: Channel,
    /// The shard, fixed when the connection was registered.
    pub shard: u32,
}

/// A connection as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// API Gateway's name for it.
    pub id: ConnectionId,
    /// Who opened it.
    pub identity: Identity,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it ends at the latest; nothing is posted to it from then on.
    pub hard_end: Timestamp,
    /// The channels it is a member of from the start.
    pub memberships: Vec<Membership>,
}

impl Connection {
    /// A connection of `identity` that lives until its rights end; `None` if that is not later than `now`.
    pub fn open(id: ConnectionId, identity: Identity, all_shards: Shards, now: Timestamp) -> Option<Self> {
        let hard_end = identity.expires_at;
        if hard_end <= now {
            return None;
        }
        let memberships = Channel::from_the_start(&identity.user)
            .map(|channel| Membership {
                shard: id.shard(all_shards.of(&channel)),
                channel,
            })
            .into();
        Some(Self {
            id,
            identity,
            registered_at: now,
            hard_end,
            memberships,
        })
    }

    /// What stands in each of its channels.
    pub fn member(&self) -> Member {
        Member {
            connection: self.id.clone(),
            user: self.identity.user.clone(),
            name: self.identity.name.clone(),
            joined_at: self.registered_at,
            hard_end: self.hard_end,
        }
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn identity(expires: u64) -> Identity {
        let user = UserId::parse("alice").unwrap();
        Identity {
            name: DisplayName::new("Alice", &user),
            groups: vec![],
            expires_at: Timestamp::from_seconds(expires),
            signed_in_at: Timestamp::from_seconds(1),
            origin_jti: None,
            user,
        }
    }

    fn open(expires: u64, now: u64) -> Option<Connection> {
        let id = ConnectionId::parse("PJqB0fHsqRcCHlw=").unwrap();
        let shards = Shards::new(4).unwrap();
        Connection::open(id, identity(expires), shards, Timestamp::from_seconds(now))
    }

    #[test]
    fn an_id_has_1_to_128_letters() {
        assert!(ConnectionId::parse("").is_none());
        assert!(ConnectionId::parse("D-j5-fe7IAMCKMA=").is_some());
        assert!(ConnectionId::parse(&"c".repeat(128)).is_some());
        assert!(ConnectionId::parse(&"c".repeat(129)).is_none());
        assert!(ConnectionId::parse("a#b").is_none());
    }

    #[test]
    fn the_hard_end_is_the_end_of_the_identity() {
        assert_eq!(open(5000, 1000).unwrap().hard_end, Timestamp::from_seconds(5000));
    }

    #[test]
    fn an_identity_that_has_ended_opens_nothing() {
        assert!(open(1001, 1000).is_some());
        assert!(open(1000, 1000).is_none());
        assert!(open(999, 1000).is_none());
    }

    #[test]
    fn every_connection_is_a_member_of_all_and_of_its_user() {
        let names: Vec<_> = open(5000, 1)
            .unwrap()
            .memberships
            .iter()
            .map(|m| m.channel.to_string())
            .collect();
        assert_eq!(names, ["all", "user:alice"]);
    }

    #[test]
    fn shards_are_1_to_64() {
        assert!(Shards::new(0).is_none());
        assert!(Shards::new(1).is_some());
        assert!(Shards::new(64).is_some());
        assert!(Shards::new(65).is_none());
    }

    #[test]
    fn a_connection_stays_in_its_shard_and_connections_spread() {
        let shards = Shards::new(4).unwrap();
        let mut counts = [0_u32; 4];
        for n in 0..4000 {
            let id = ConnectionId::parse(&format!("conn{n:08}AMC=")).unwrap();
            assert_eq!(id.shard(shards), id.shard(shards));
            counts[id.shard(shards) as usize] += 1;
        }
        assert!(counts.iter().all(|c| (800..1200).contains(c)), "{counts:?}");
        // Written down once: rows in the table depend on it.
        assert_eq!(ConnectionId::parse("PJqB0fHsqRcCHlw=").unwrap().shard(shards), 3);
    }

    #[test]
    fn gone_counts_only_more_than_30_seconds_after_joining() {
        let member = open(9000, 1000).unwrap().member();
        let at = |ms: u64| Timestamp::from_millis(1_000_000 + ms);
        assert!(!member.can_be_gone(at(0)));
        assert!(!member.can_be_gone(at(30_000)));
        assert!(member.can_be_gone(at(30_001)));
        assert!(!member.can_be_gone(Timestamp::from_millis(0)), "a clock behind ours");
    }

    #[test]
    fn a_member_is_live_until_the_instant_of_its_end() {
        let member = open(2000, 1000).unwrap().member();
        assert!(member.is_live(Timestamp::from_millis(1_999_999)));
        assert!(!member.is_live(Timestamp::from_millis(2_000_000)));
        assert!(!member.is_live(Timestamp::from_millis(2_000_001)));
    }

    #[test]
    fn all_is_left_last() {
        let order = in_order_of_removal(open(5000, 1).unwrap().memberships);
        assert_eq!(order.last().unwrap().channel, Channel::All);
    }
}
