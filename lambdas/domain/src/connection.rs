//! A connection: whose it is, where it is a member, and the three instants that end it.

use std::time::Duration;

use crate::channel::Channel;
use crate::connection_id::ConnectionId;
use crate::identity::{DisplayName, Identity, OriginJti, UserId};
use crate::limits::{CHANNELS_PER_CONNECTION_MAX, GONE_GRACE, LEASE_HEARTBEATS};
use crate::membership::{Member, Membership};
use crate::rate::Rate;
use crate::revocation::Revocation;
use crate::shards::ShardRules;
use crate::slot::SlotNumber;
use crate::timestamp::Timestamp;

/// A connection as its row tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// API Gateway's name for it.
    pub id: ConnectionId,
    /// Who opened it.
    pub user: UserId,
    /// What others see of that user.
    pub name: DisplayName,
    /// When that user signed in.
    pub signed_in_at: Timestamp,
    /// The sign-in its token descends from, where the issuer names it.
    pub origin_jti: Option<OriginJti>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it ends at the latest; nothing is posted to it from then on.
    pub hard_end: Timestamp,
    /// Until when its client is believed to be there. Every heartbeat renews it.
    pub lease: Timestamp,
    /// Another connection took its place: it is ended from then on, and its lease is never renewed.
    pub replaced_until: Option<Timestamp>,
    /// It was ended because its user signed out, or was sent away. Only of one that is entombed.
    pub sent_away: bool,
    /// Its place among the connections of its user.
    pub slot: SlotNumber,
    /// The channels it is a member of.
    pub memberships: Vec<Membership>,
    /// When its bucket of joins is full.
    pub joins_full_at: Timestamp,
}

/// What the table says of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was registered, and nobody has ended it.
    Registered(Connection),
    /// It was ended, or came to its end before it was registered, and then there is nothing to tell of it.
    Entombed(Option<Connection>),
    /// It was registered by another release, in a form that this one cannot read: it may be live.
    Unreadable,
}

/// What a deployment decides about connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionRules {
    /// Over how many keys members are spread.
    pub shards: ShardRules,
    /// How often a client is expected to be heard of.
    pub heartbeat: Duration,
    /// How many connections a user may have.
    pub per_user: u32,
}

impl ConnectionRules {
    /// How long a client is believed to be there after it was last heard of.
    pub fn lease(&self) -> Duration {
        self.heartbeat * LEASE_HEARTBEATS
    }
}

impl Connection {
    /// A connection of `identity` that lives until its rights end; `None` if that is not later than `now`.
    pub fn open(
        id: ConnectionId,
        identity: Identity,
        slot: SlotNumber,
        rules: &ConnectionRules,
        now: Timestamp,
    ) -> Option<Self> {
        let hard_end = identity.expires_at;
        if hard_end <= now {
            return None;
        }
        let memberships = Channel::from_the_start(&identity.user).map(|channel| Membership {
            shard: id.shard(rules.shards.of(&channel)),
            channel,
            watching: false,
        });
        Some(Self {
            id,
            user: identity.user,
            name: identity.name,
            signed_in_at: identity.signed_in_at,
            origin_jti: identity.origin_jti,
            registered_at: now,
            hard_end,
            lease: now.plus(rules.lease()).min(hard_end),
            replaced_until: None,
            sent_away: false,
            slot,
            memberships: memberships.into(),
            joins_full_at: Timestamp::default(),
        })
    }

    /// Whether it is over at `now`: at its hard end, when nothing was heard of it for a lease, or when another
    /// connection took its place a while ago.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.over_at() <= now
    }

    /// The instant from which it is over.
    pub fn over_at(&self) -> Timestamp {
        let lease = self.lease.min(self.hard_end);
        self.replaced_until.map_or(lease, |until| until.min(lease))
    }

    /// Why it is over, if it is at `now`.
    pub fn ending(&self, now: Timestamp) -> Option<Ending> {
        if self.sent_away {
            Some(Ending::SentAway)
        } else if self.hard_end <= now {
            Some(Ending::HardEnd)
        } else if self.replaced_until.is_some_and(|until| until <= now) {
            Some(Ending::Replaced)
        } else if self.lease <= now {
            Some(Ending::Lapsed)
        } else {
            None
        }
    }

    /// Whether the gateway's "gone" means gone. Within 30 s of registering it may mean "not open yet".
    pub fn can_be_gone(&self, now: Timestamp) -> bool {
        now.since(self.registered_at) > GONE_GRACE
    }

    /// Whether a revocation means it.
    pub fn is_revoked_by(&self, revocation: &Revocation) -> bool {
        revocation.means(self.signed_in_at, self.origin_jti.as_ref())
    }

    /// Its membership of this channel, if it is a member.
    pub fn membership(&self, channel: &Channel) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.channel == *channel)
    }

    /// Whether it is in as many channels as it may be, beside those it is in from the start.
    pub fn is_full(&self) -> bool {
        let chosen = self.memberships.iter().filter(|m| m.channel.is_joined_by_choice());
        chosen.count() >= CHANNELS_PER_CONNECTION_MAX
    }

    /// Whether it may come into a channel at `now`.
    ///
    /// # Errors
    /// It has come into so many: how long until it may.
    pub fn may_join(&self, now: Timestamp) -> Result<(), Duration> {
        Rate::JOINS.take(self.joins_full_at, now).map(drop)
    }

    /// What stands in a channel that it joins at this instant.
    pub fn member(&self, joined_at: Timestamp) -> Member {
        Member {
            connection: self.id.clone(),
            user: self.user.clone(),
            name: self.name.clone(),
            joined_at,
            hard_end: self.hard_end,
        }
    }
}

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its user signed out, or was sent away.
    SentAway,
    /// Its token or its lifetime ended.
    HardEnd,
    /// Another connection took its place.
    Replaced,
    /// Nothing was heard of its client for a whole lease.
    Lapsed,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::membership::in_order_of_removal;
    use crate::shards::Shards;

    const RULES: ConnectionRules = ConnectionRules {
        shards: ShardRules {
            all: Shards::ONE,
            rooms: Shards::ONE,
        },
        heartbeat: Duration::from_secs(240),
        per_user: 2,
    };

    fn open(expires: u64, now: u64) -> Option<Connection> {
        let user = UserId::parse("alice").unwrap();
        let identity = Identity {
            name: DisplayName::new("Alice", &user),
            groups: vec![],
            expires_at: Timestamp::from_seconds(expires),
            signed_in_at: Timestamp::from_seconds(1),
            origin_jti: None,
            user,
        };
        let id = ConnectionId::parse("PJqB0fHsqRcCHlw=").unwrap();
        let slot = SlotNumber::new(0).unwrap();
        Connection::open(id, identity, slot, &RULES, Timestamp::from_seconds(now))
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
        let memberships = open(5000, 1).unwrap().memberships;
        let names: Vec<_> = memberships.iter().map(|m| m.channel.to_string()).collect();
        assert_eq!(names, ["all", "user:alice"]);
        assert_eq!(in_order_of_removal(memberships).last().unwrap().channel, Channel::All);
    }

    #[test]
    fn a_lease_is_three_heartbeats_and_never_longer_than_the_connection() {
        assert_eq!(open(5000, 1000).unwrap().lease, Timestamp::from_seconds(1720));
        assert_eq!(open(1100, 1000).unwrap().lease, Timestamp::from_seconds(1100));
    }

    #[test]
    fn it_is_over_at_the_first_of_its_three_ends() {
        let at = Timestamp::from_seconds;
        let lapsing = open(5000, 1000).unwrap();
        assert!(!lapsing.is_over(Timestamp::from_millis(1_719_999)));
        assert_eq!(lapsing.ending(at(1720)), Some(Ending::Lapsed));
        let replaced = Connection {
            replaced_until: Some(at(1060)),
            ..lapsing.clone()
        };
        assert_eq!((replaced.ending(at(1059)), replaced.over_at()), (None, at(1060)));
        assert_eq!(replaced.ending(at(1060)), Some(Ending::Replaced));
        assert_eq!(lapsing.ending(at(5000)), Some(Ending::HardEnd));
        let sent_away = Connection {
            sent_away: true,
            ..replaced
        };
        for second in [1000, 1060, 5000] {
            assert_eq!(sent_away.ending(at(second)), Some(Ending::SentAway));
        }
    }

    #[test]
    fn it_may_be_in_100_channels_beside_those_from_the_start() {
        let mut connection = open(5000, 1000).unwrap();
        for n in 0..CHANNELS_PER_CONNECTION_MAX {
            assert!(!connection.is_full());
            connection.memberships.push(Membership {
                channel: Channel::parse(&format!("room:r{n}")).unwrap(),
                shard: 0,
                watching: false,
            });
        }
        assert!(connection.is_full());
    }

    #[test]
    fn gone_counts_only_more_than_30_seconds_after_joining() {
        let connection = open(9000, 1000).unwrap();
        let member = connection.member(connection.registered_at);
        for (millis, gone) in [(0, false), (30_000, false), (30_001, true)] {
            let now = Timestamp::from_millis(1_000_000 + millis);
            assert_eq!(
                (member.can_be_gone(now), connection.can_be_gone(now)),
                (gone, gone),
                "{millis}"
            );
        }
        assert!(!member.can_be_gone(Timestamp::from_millis(0)), "a clock behind ours");
    }

    #[test]
    fn a_member_is_live_until_the_instant_of_its_end() {
        let member = open(2000, 1000).unwrap().member(Timestamp::from_seconds(1000));
        assert!(member.is_live(Timestamp::from_millis(1_999_999)));
        assert!(!member.is_live(Timestamp::from_millis(2_000_000)));
        assert!(!member.is_live(Timestamp::from_millis(2_000_001)));
    }
}
