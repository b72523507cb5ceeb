//! API Gateway: connections and their ends, and the events it makes of them.

mod handshake;
mod sockets;

pub(crate) use sockets::SimSockets;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::connection_id::ConnectionId;
use domain::identity::Identity;
use service::caller::Caller;

use crate::client;
use crate::facts::{Fact, Mark};
use crate::functions::{Done, Work};
use crate::time::{Micros, SECOND, seconds};
use crate::world::{World, tell};

/// Seconds without a frame after which a connection is closed.
const IDLE: f64 = 600.0;
/// Seconds after which any connection is closed.
const LIFETIME: f64 = 7200.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Connecting,
    Open,
    Closed,
}

/// A connection as the gateway knows it, and what really became of it.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) id: ConnectionId,
    pub(crate) client: usize,
    pub(crate) user: usize,
    pub(crate) identity: Identity,
    pub(crate) replaces: Option<ConnectionId>,
    pub(crate) phase: Phase,
    /// The client gave up the handshake.
    pub(crate) aborted: bool,
    pub(crate) started: Micros,
    pub(crate) opened: Option<Micros>,
    pub(crate) closed: Option<Micros>,
    last_frame: Micros,
    /// Until when its client's buffer is full.
    clogged: Micros,
}

impl Socket {
    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// When its rights end.
    pub(crate) fn hard_end(&self) -> Micros {
        crate::time::instant(self.identity.expires_at)
    }
}

#[derive(Default)]
pub(crate) struct Gateway {
    pub(crate) sockets: Vec<Socket>,
    by_id: BTreeMap<ConnectionId, usize>,
    /// For planted bugs: which connection each signal came from.
    pub(crate) signals: BTreeMap<Mark, usize>,
}

impl Gateway {
    pub(crate) fn find(&self, id: &ConnectionId) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

impl World {
    pub(crate) fn socket(&self, index: usize) -> &Socket {
        &self.gateway.sockets[index]
    }

    /// A frame of a client comes in.
    pub(crate) fn client_sends(&mut self, index: usize, action: &'static str, body: String) {
        let socket = &mut self.gateway.sockets[index];
        if !socket.is_open() {
            return;
        }
        socket.last_frame = self.now;
        let caller = Caller {
            connection: socket.id.clone(),
            identity: Some(socket.identity.clone()),
            gateway_request: None,
            source: None,
        };
        tell!(self, "  {} > {body}", self.gateway.sockets[index].id);
        let work = match action {
            "message" | "echo" => Work::Message(caller, body),
            "history" | "ping" | "subscribe" | "unsubscribe" | "presence" | "signal" => Work::Channel(caller, body),
            _ => Work::Default(caller, body),
        };
        let way = self.random.exponential(0.05).min(0.4);
        self.after(way, move |world| {
            world.invoke(work, move |world, done| {
                if done.is_none() {
                    world.deliver(index, Arc::from(r#"{"message": "Internal server error"}"#));
                }
            });
        });
    }

    /// A frame goes to a client, once, late, or not at all.
    fn deliver(&mut self, index: usize, text: Arc<str>) {
        if self.fault(self.rules.post_loss) {
            return;
        }
        let posted = self.now;
        let longest = if self.rules.calm { 2.0 } else { 6.0 };
        let way = if self.random.chance(0.1) {
            self.random.uniform(0.0, longest)
        } else {
            self.random.exponential(0.05)
        };
        self.after(way, move |world| client::frames::receive(world, index, text, posted));
    }

    /// The connection ends, whoever ended it.
    pub(crate) fn close(&mut self, index: usize) {
        let now = self.now;
        let socket = &mut self.gateway.sockets[index];
        if !socket.is_open() {
            return;
        }
        socket.phase = Phase::Closed;
        socket.closed = Some(now);
        tell!(self, "{} CLOSED", self.gateway.sockets[index].id);
        self.note(Fact::Closed { socket: index });
        self.tell_disconnect(index);
        let way = self.random.exponential(0.2);
        self.after(way, move |world| client::dialing::lost(world, index));
    }

    /// `$disconnect`: at best once and soon.
    fn tell_disconnect(&mut self, index: usize) {
        if self.fault(self.rules.disconnect_loss) {
            return;
        }
        let id = self.gateway.sockets[index].id.clone();
        let twice = self.fault(if self.rules.calm { 0.0 } else { 0.2 });
        for _ in 0..=u8::from(twice) {
            let late = !self.rules.calm && self.random.chance(0.2);
            let way = if late {
                self.random.uniform(0.0, 60.0)
            } else {
                self.random.exponential(0.2)
            };
            let id = id.clone();
            self.after(way, move |world| {
                world.invoke(Work::Disconnect(id), move |world, done| {
                    if matches!(done, Some(Done::Well)) {
                        world.note(Fact::Forgotten { socket: index });
                    }
                });
            });
        }
    }

    fn watch_idleness(&mut self, index: usize) {
        let socket = &self.gateway.sockets[index];
        if !socket.is_open() {
            return;
        }
        let end = socket.last_frame + seconds(IDLE);
        if end <= self.now {
            self.close(index);
        } else {
            self.at(end + SECOND / 100, move |world| world.watch_idleness(index));
        }
    }
}
