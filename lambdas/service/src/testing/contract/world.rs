//! Users, connections and channels that no other run knows, and looks at the table that a test makes again and again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::content::Content;
use domain::identity::{DisplayName, OriginJti, UserId};
use domain::log::{Entry, Head, Sender, Sent, Sequence};
use domain::membership::{Member, Membership};
use domain::message_id::MessageId;
use domain::shards::Shards;
use domain::slot::{Replaced, Slot, SlotNumber};
use domain::timestamp::Timestamp;

use super::AllPorts;
use crate::describe::describe;
use crate::ports::{Append, Appended, Moved, Place, Registered, Renewed, Span, TableError};

/// Late enough that no store deletes rows for being past their life while it is held to its promises.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(4_000_000_000);

/// So long every connection of these tests has a lease, and twice as long a life.
pub(super) const LEASE: Duration = Duration::from_secs(720);

/// A table, and names of its own for this run.
pub(super) struct World<'a, T> {
    pub(super) table: &'a T,
    seed: u64,
    names: AtomicU32,
}

impl<'a, T: AllPorts> World<'a, T> {
    pub(super) fn new(table: &'a T, seed: u64) -> Self {
        Self {
            table,
            seed,
            names: AtomicU32::new(0),
        }
    }

    /// A text of 26 letters that was not given before.
    pub(super) fn name(&self) -> String {
        format!("{:016x}-{:08}", self.seed, self.names.fetch_add(1, Ordering::SeqCst))
    }

    pub(super) fn user(&self) -> UserId {
        some(UserId::parse(&self.name()))
    }

    pub(super) fn id(&self) -> ConnectionId {
        some(ConnectionId::parse(&format!("{}=", self.name())))
    }

    pub(super) fn message_id(&self) -> MessageId {
        some(MessageId::parse(&self.name()))
    }

    pub(super) fn room(&self) -> Channel {
        channel(&format!("room:{}", self.name()))
    }

    pub(super) fn direct(&self, one: &UserId, other: &UserId) -> Channel {
        let (first, second) = if one < other { (one, other) } else { (other, one) };
        channel(&format!("dm:{first}:{second}"))
    }

    /// A connection that nobody has registered. Its shard of `all` is this run's own, and none that a deployment has.
    pub(super) fn opened(&self, user: &UserId, slot: u32) -> Connection {
        let id = self.id();
        Connection {
            user: user.clone(),
            name: DisplayName::new("A name", user),
            signed_in_at: NOW,
            origin_jti: OriginJti::parse("jti"),
            registered_at: NOW,
            hard_end: NOW.plus(LEASE * 2),
            lease: NOW.plus(LEASE),
            replaced_until: None,
            sent_away: false,
            slot: slot_number(slot),
            memberships: vec![
                membership(
                    Channel::All,
                    1000 + u32::try_from(self.seed % 1_000_000).unwrap_or_default(),
                ),
                membership(Channel::User(user.clone()), 0),
            ],
            joins_full_at: Timestamp::default(),
            id,
        }
    }

    /// A connection of a user of its own, in slot 0.
    pub(super) async fn registered(&self) -> Connection {
        let connection = self.opened(&self.user(), 0);
        self.register(&connection, &Place::Free).await;
        connection
    }

    /// One that is over at its hard end, since its client renewed its lease for longer than that.
    pub(super) async fn renewed_beyond_its_end(&self) -> Connection {
        let connection = self.registered().await;
        let renewed = self.table.renew(&connection.id, NOW.plus(LEASE * 9), NOW).await;
        assert_eq!(ok(renewed), Renewed::Now);
        let connection = self.connection(&connection.id).await;
        assert_eq!(connection.over_at(), connection.hard_end);
        connection
    }

    /// Registers, and insists.
    pub(super) async fn register(&self, connection: &Connection, place: &Place) {
        assert_eq!(self.try_register(connection, place).await, Registered::Now);
    }

    pub(super) async fn try_register(&self, connection: &Connection, place: &Place) -> Registered {
        ok(self.table.register(connection, place).await)
    }

    /// Marks a connection as replaced until then, as another one of the same user does that takes over its slot.
    pub(super) async fn replace(&self, connection: &Connection, until: Timestamp) -> Connection {
        let successor = self.opened(&connection.user, connection.slot.number());
        let slot = self.slot(connection).await;
        self.register(&successor, &taking_over(slot, &connection.id, until))
            .await;
        successor
    }

    /// The slot of a connection, whoever stands in it.
    pub(super) async fn slot(&self, connection: &Connection) -> Option<Slot> {
        ok(self.table.slot(&connection.user, connection.slot).await)
    }

    pub(super) async fn standing(&self, id: &ConnectionId) -> Option<Standing> {
        ok(self.table.connection(id).await).map(in_order)
    }

    /// The connection, which must be registered.
    pub(super) async fn connection(&self, id: &ConnectionId) -> Connection {
        match self.standing(id).await {
            Some(Standing::Registered(connection)) => connection,
            other => panic!("{id} is not registered: {other:?}"),
        }
    }

    pub(super) async fn is_member(&self, membership: &Membership, id: &ConnectionId) -> bool {
        self.member(membership, id).await.is_some()
    }

    /// What stands of the connection in a channel's shard.
    pub(super) async fn member(&self, membership: &Membership, id: &ConnectionId) -> Option<Member> {
        let members = self.members(&membership.channel, membership.shard, 1000).await;
        let listed = members.into_iter().find(|member| member.connection == *id);
        let asked_for = ok(self.table.member(membership, id).await);
        assert_eq!(asked_for, listed, "asked for by itself, it is as it is listed");
        listed
    }

    /// All members of a shard, read in pages.
    pub(super) async fn members(&self, channel: &Channel, shard: u32, limit: usize) -> Vec<Member> {
        let mut members = Vec::new();
        let mut after = None;
        loop {
            let page = ok(self.table.page(channel, shard, after.as_ref(), limit).await);
            assert!(page.members.len() <= limit, "a page of more than {limit}");
            members.extend(page.members);
            after = page.next;
            if after.is_none() {
                return members;
            }
        }
    }

    pub(super) async fn watches(&self, channel: &Channel, id: &ConnectionId) -> bool {
        let watchers = ok(self.table.watchers(channel, 1000).await);
        watchers.iter().any(|watcher| watcher.connection == *id)
    }

    /// Joins, whatever membership of that channel the connection has.
    pub(super) async fn join(&self, connection: &Connection, membership: &Membership, at: Timestamp) -> Moved {
        let read = self.registered_as(connection).await;
        let standing = read.and_then(|read| read.membership(&membership.channel).cloned());
        self.join_from(connection, standing.as_ref(), membership, at).await
    }

    /// Joins where it is thought to be a member so.
    pub(super) async fn join_from(
        &self,
        connection: &Connection,
        standing: Option<&Membership>,
        membership: &Membership,
        at: Timestamp,
    ) -> Moved {
        let read = self.registered_as(connection).await;
        let joins_full_at = read.map(|read| read.joins_full_at).unwrap_or_default();
        self.join_with(connection, standing, membership, at, joins_full_at)
            .await
    }

    /// Joins where its bucket of joins is thought to be full then.
    pub(super) async fn join_with(
        &self,
        connection: &Connection,
        standing: Option<&Membership>,
        membership: &Membership,
        at: Timestamp,
        joins_full_at: Timestamp,
    ) -> Moved {
        let member = connection.member(at);
        ok(self.table.join(membership, standing, &member, joins_full_at).await)
    }

    async fn registered_as(&self, connection: &Connection) -> Option<Connection> {
        match self.standing(&connection.id).await {
            Some(Standing::Registered(connection)) => Some(connection),
            Some(Standing::Entombed(_) | Standing::Unreadable) | None => None,
        }
    }

    pub(super) async fn head(&self, channel: &Channel) -> Option<Head> {
        ok(self.table.head(channel).await)
    }

    pub(super) async fn append(&self, what: &Message<'_>) -> Appended {
        let remembered = what.remembered();
        let append = Append {
            channel: what.channel,
            previous: what.previous.as_ref(),
            head: &what.head,
            entry: &what.entry,
            sent: remembered.as_ref(),
            now: what.now,
        };
        ok(self.table.append(&append).await)
    }

    /// Appends behind whatever is there, and insists.
    pub(super) async fn say(&self, channel: &Channel, content: &str, life: Timestamp) -> Entry {
        let previous = self.head(channel).await;
        let mut message = Message::new(channel, previous, &self.user());
        message.entry.content = some(Content::parse(content).ok());
        message.entry.life = life;
        assert_eq!(self.append(&message).await, Appended::Done);
        message.entry
    }

    /// The log from its beginning.
    pub(super) async fn log(&self, channel: &Channel) -> Vec<Entry> {
        ok(self.table.entries(channel, Span::Up(Sequence::ZERO), 100, NOW).await)
    }
}

/// A message on its way, with everything that an append says of it.
#[derive(Debug, Clone)]
pub(super) struct Message<'a> {
    pub(super) channel: &'a Channel,
    pub(super) previous: Option<Head>,
    pub(super) head: Head,
    pub(super) entry: Entry,
    pub(super) now: Timestamp,
}

impl<'a> Message<'a> {
    /// The one after `previous`, without an id, kept for ten minutes.
    pub(super) fn new(channel: &'a Channel, previous: Option<Head>, sender: &UserId) -> Self {
        let head = Head::after(previous.as_ref(), NOW, Shards::ONE).keeping(Duration::from_secs(600));
        let entry = Entry {
            sequence: head.last,
            at: head.at,
            sender: Sender {
                name: DisplayName::new("A sender", sender),
                id: sender.clone(),
            },
            id: None,
            content: some(Content::parse(r#"{"a" : "\u00e9"}"#).ok()),
            life: head.kept_until,
        };
        Self {
            channel,
            previous,
            head,
            entry,
            now: NOW,
        }
    }

    /// The same under an id.
    pub(super) fn with_id(mut self, id: &MessageId) -> Self {
        self.entry.id = Some(id.clone());
        self
    }

    /// What is to be remembered of its id: an hour longer than the entry.
    pub(super) fn remembered(&self) -> Option<Sent> {
        self.entry.id.as_ref().map(|_| Sent {
            channel: self.channel.clone(),
            sequence: self.entry.sequence,
            at: self.entry.at,
            digest: domain::digest::Digest::of(self.channel, &self.entry.content),
            handed_over: false,
            life: self.entry.life.plus(Duration::from_secs(3600)),
        })
    }
}

/// The memberships of a connection have no order of their own.
pub(super) fn in_order(standing: Standing) -> Standing {
    match standing {
        Standing::Registered(connection) => Standing::Registered(sorted(connection)),
        Standing::Entombed(was) => Standing::Entombed(was.map(sorted)),
        Standing::Unreadable => Standing::Unreadable,
    }
}

pub(super) fn sorted(mut connection: Connection) -> Connection {
    connection.memberships.sort_by(|a, b| a.channel.cmp(&b.channel));
    connection
}

pub(super) fn channel(name: &str) -> Channel {
    some(Channel::parse(name))
}

pub(super) fn membership(channel: Channel, shard: u32) -> Membership {
    Membership {
        channel,
        shard,
        watching: false,
    }
}

/// How the slot is taken from the one named, who has time until then.
pub(super) fn taking_over(slot: Option<Slot>, named: &ConnectionId, until: Timestamp) -> Place {
    let connection = named.clone();
    Place::Replaced {
        slot,
        named: Replaced { connection, until },
        is_entombed: false,
        now: NOW,
    }
}

pub(super) fn slot_number(number: u32) -> SlotNumber {
    some(SlotNumber::new(number))
}

/// An instant before, at and after the one at which something ends, and whether it has ended then.
pub(super) fn around(end: Timestamp) -> [(Timestamp, bool); 3] {
    let millis = end.millis();
    [(millis - 1, false), (millis, true), (millis + 1, true)]
        .map(|(millis, ended)| (Timestamp::from_millis(millis), ended))
}

/// A table under test answers.
#[track_caller]
pub(super) fn ok<R>(result: Result<R, TableError>) -> R {
    result.unwrap_or_else(|error| panic!("{}", describe(&error)))
}

/// What the tests themselves make up is well-formed.
#[track_caller]
pub(super) fn some<R>(made_up: Option<R>) -> R {
    made_up.unwrap_or_else(|| panic!("not well-formed"))
}
