//! Clients, with the duties that PROTOCOL.md gives them: what an application is told depends on nothing else.

pub(crate) mod absence;
pub(crate) mod dialing;
pub(crate) mod frames;
pub(crate) mod membership;
pub(crate) mod pings;
pub(crate) mod presence;
pub(crate) mod publishing;
pub(crate) mod signals;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::connection_id::ConnectionId;
use domain::identity::UserId;

use crate::facts::{Mark, Name};
use crate::time::Micros;
use crate::world::World;

/// How long after its sending a request may still have an effect, in seconds.
pub(crate) const FATE: f64 = 30.0;

/// Why a handshake failed, as far as it matters to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401.
    Unauthorized,
    /// 429.
    Full,
    /// Anything that may pass.
    Failed,
}

/// Proof of a sign-in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) signed_in: Micros,
    pub(crate) ends: Micros,
}

/// One application on one device.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) user: usize,
    pub(crate) user_id: UserId,
    pub(crate) token: Token,
    /// It has to sign in again before it may come back.
    pub(crate) signed_out: bool,
    pub(crate) current: Option<usize>,
    /// The connection before, until it is closed.
    pub(crate) old: Option<usize>,
    pub(crate) dialing: Option<usize>,
    /// What the server calls the current connection, once it has said so.
    pub(crate) own_name: Option<ConnectionId>,
    /// A connection that broke, and may be named as the one replaced.
    pub(crate) lost_name: Option<ConnectionId>,
    /// Asleep, or out of reach.
    pub(crate) gone: bool,
    /// How often it went or came.
    pub(crate) absences: u32,
    /// The last number the application has of each channel.
    pub(crate) cursors: BTreeMap<Name, u64>,
    pub(crate) wishes: BTreeMap<Name, Wish>,
    pub(crate) memberships: BTreeMap<Name, Membership>,
    pub(crate) pending: BTreeMap<Name, Pending>,
    pub(crate) pings: BTreeMap<u64, Ping>,
    pub(crate) present: BTreeMap<Name, presence::Seen>,
    pub(crate) full_since: Option<Micros>,
}

/// What the application wants of a channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) wanted: bool,
    pub(crate) since: Micros,
    pub(crate) presence: bool,
}

/// What a client knows of its membership on the current connection.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    pub(crate) state: State,
    /// The request under way.
    pub(crate) outstanding: Option<(Request, u64)>,
    /// Requests sent and not answered: which, of what kind, and when.
    pub(crate) copies: Vec<(u64, Request, Micros)>,
    /// Something is missing.
    pub(crate) repair: bool,
    pub(crate) settled: Micros,
    /// Since when it is a member without a break.
    pub(crate) joined: Micros,
    /// The highest number seen.
    pub(crate) highest: u64,
    /// Repairs in a row that brought nothing.
    fruitless: u32,
    /// The cursor that the request under way carries.
    since: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    #[default]
    Unknown,
    In,
    Out,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Subscribe,
    Unsubscribe,
}

/// A message that is not acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) id: Option<String>,
    pub(crate) mark: Mark,
    pub(crate) first: Micros,
}

/// A heartbeat that is not answered.
#[derive(Debug)]
pub(crate) struct Ping {
    pub(crate) channels: BTreeSet<Name>,
}

impl Client {
    pub(crate) fn is_present(&self, world: &World) -> bool {
        !self.gone && self.current.is_some_and(|socket| world.socket(socket).is_open())
    }

    pub(crate) fn wants(&self, channel: &str) -> bool {
        self.wishes.get(channel).is_some_and(|wish| wish.wanted)
    }

    /// Whether it is a member for all it knows, with nothing under way.
    pub(crate) fn is_settled_in(&self, channel: &str) -> bool {
        self.memberships
            .get(channel)
            .is_some_and(|m| m.state == State::In && m.outstanding.is_none())
    }
}

pub(crate) fn is_direct(channel: &str) -> bool {
    channel.starts_with("dm:")
}

/// Whether connections join it by a wish of their own.
pub(crate) fn is_chosen(channel: &str) -> bool {
    channel.starts_with("room:") || channel.starts_with("group:")
}

/// An id with a number in it, as long as a message's must be.
pub(crate) fn id_of(number: u64) -> String {
    format!("id-of-the-request-{number}")
}

/// The number in an id.
pub(crate) fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix("id-of-the-request-")?.parse().ok()
}

/// Adds the clients of a world, and has them begin.
pub(crate) fn populate(world: &mut World) {
    let rules = world.rules.clone();
    for index in 0..rules.users * rules.devices {
        let user = index % rules.users;
        let client = new(world, user);
        world.clients.push(client);
        let when = world.random.uniform(0.0, if rules.simultaneous { 2.0 } else { 60.0 });
        world.after(when, move |world| dialing::dial(world, index, None));
        absence::plan(world, index);
        publishing::plan(world, index);
        membership::plan(world, index);
        signals::plan(world, index);
    }
}

fn new(world: &mut World, user: usize) -> Client {
    let user_id = user_id(user);
    let presence = world.rules.presence;
    let wish = |presence| Wish {
        wanted: true,
        since: world.now,
        presence,
    };
    let mut wishes: BTreeMap<Name, Wish> = BTreeMap::new();
    wishes.insert(Arc::from("all"), wish(presence && world.rules.rooms > 1));
    wishes.insert(Arc::from(format!("user:{user_id}")), wish(false));
    for channel in chosen_channels(world) {
        wishes.insert(channel, wish(presence));
    }
    for channel in direct_channels(world, user) {
        wishes.insert(channel, wish(false));
    }
    Client {
        user,
        user_id,
        token: Token { signed_in: 0, ends: 0 },
        signed_out: true,
        current: None,
        old: None,
        dialing: None,
        own_name: None,
        lost_name: None,
        gone: false,
        absences: 0,
        cursors: BTreeMap::new(),
        wishes,
        memberships: BTreeMap::new(),
        pending: BTreeMap::new(),
        pings: BTreeMap::new(),
        present: BTreeMap::new(),
        full_since: None,
    }
}

pub(crate) fn user_id(user: usize) -> UserId {
    UserId::parse(&format!("u{user}")).unwrap_or_else(|| unreachable!("no user id"))
}

/// The rooms and groups of the world.
pub(crate) fn chosen_channels(world: &World) -> Vec<Name> {
    let names = ["room:a", "group:team"];
    names
        .iter()
        .take(world.rules.rooms)
        .map(|name| Arc::from(*name))
        .collect()
}

/// The direct channels of a user, if the world has any.
pub(crate) fn direct_channels(world: &World, user: usize) -> Vec<Name> {
    let others = (0..world.rules.users).filter(|other| world.rules.direct && *other != user);
    others
        .map(|other| Arc::from(format!("dm:u{}:u{}", user.min(other), user.max(other))))
        .collect()
}
