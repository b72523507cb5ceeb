//! Handshakes: the connection's function is asked before the socket opens, and either side can fail meanwhile.

use domain::connection_id::ConnectionId;
use domain::handshake::protocols::Offer;
use domain::identity::{DisplayName, GroupName, Identity, OriginJti};
use domain::timestamp::Timestamp;
use service::connect::{Handshake, Outcome};

use super::{IDLE, LIFETIME, Phase, Socket};
use crate::back_end;
use crate::client::{self, Refusal, Token};
use crate::facts::Fact;
use crate::functions::{Done, Work};
use crate::time::{Micros, SECOND, seconds, stamp};
use crate::world::{World, tell};

/// Seconds that a handshake may take.
const HANDSHAKE: f64 = 29.0;

impl World {
    /// A client begins a handshake; what comes of it is told to `client::dialing`.
    pub(crate) fn dial(&mut self, client: usize, token: Token, replaces: Option<ConnectionId>) -> usize {
        let index = self.gateway.sockets.len();
        let user = self.clients[client].user;
        let id = new_id(self.random.next(), index);
        let socket = Socket {
            identity: self.identity(client, token),
            id: id.clone(),
            client,
            user,
            replaces,
            phase: Phase::Connecting,
            aborted: false,
            started: self.now,
            opened: None,
            closed: None,
            last_frame: self.now,
            clogged: 0,
        };
        tell!(self, "client {client} dials {id} replacing {:?}", socket.replaces);
        let handshake = Handshake {
            connection: id.clone(),
            identity: socket.identity.clone(),
            offer: Offer::Nothing,
            replaces: socket.replaces.clone(),
            source: None,
        };
        self.gateway.sockets.push(socket);
        self.gateway.by_id.insert(id, index);
        if self.rules.revocations > 0 && self.fault(0.1) {
            let when = self.random.uniform(0.0, 3.0);
            self.after(when, move |world| back_end::revoke(world, user));
        }
        if self.fault(self.rules.abort) {
            let when = self.random.uniform(0.0, 1.0);
            self.after(when, move |world| world.abort(index));
        }
        let way = self.random.uniform(0.0, 0.3);
        self.after(way, move |world| {
            world.invoke(Work::Connect(handshake), move |world, done| {
                let way = world.delay_of_answer();
                world.after(way, move |world| world.end_handshake(index, done));
            });
        });
        index
    }

    /// Who the authorizer says it is, until when.
    fn identity(&self, client: usize, token: Token) -> Identity {
        let whole = |instant: Micros| Timestamp::from_seconds(instant / SECOND);
        let id = self.clients[client].user_id.clone();
        Identity {
            name: DisplayName::new("", &id),
            user: id,
            groups: GroupName::parse("team").into_iter().collect(),
            expires_at: whole(token.ends.min(self.now + seconds(self.rules.lifetime))),
            signed_in_at: whole(token.signed_in),
            origin_jti: OriginJti::parse(&format!("{client}-{}", token.signed_in)),
        }
    }

    /// How long the function's answer takes to become the client's: rarely, nearly as long as a handshake may.
    fn delay_of_answer(&mut self) -> f64 {
        if !self.rules.calm && self.fault(0.1) {
            self.random.uniform(0.0, 29.0)
        } else {
            self.delay()
        }
    }

    fn abort(&mut self, index: usize) {
        let now = self.now;
        let socket = &mut self.gateway.sockets[index];
        if socket.phase != Phase::Connecting {
            return;
        }
        socket.aborted = true;
        socket.phase = Phase::Closed;
        socket.closed = Some(now);
        tell!(self, "{} aborted", self.gateway.sockets[index].id);
        self.tell_disconnect(index);
        client::dialing::refused(self, index, Refusal::Failed);
    }

    fn end_handshake(&mut self, index: usize, done: Option<Done>) {
        if self.gateway.sockets[index].aborted {
            return;
        }
        let refusal = match &done {
            Some(Done::Connected(Outcome::Open | Outcome::OpenWithProtocol)) => None,
            Some(Done::Connected(Outcome::Ended | Outcome::Revoked)) => Some(Refusal::Unauthorized),
            Some(Done::Connected(Outcome::Full)) => Some(Refusal::Full),
            _ => Some(Refusal::Failed),
        };
        let too_late = self.now > self.gateway.sockets[index].started + seconds(HANDSHAKE);
        let failed = refusal.is_none() && (too_late || self.fault(self.rules.handshake_failure));
        if failed {
            self.tell_disconnect(index);
        }
        let now = self.now;
        let socket = &mut self.gateway.sockets[index];
        if let Some(refusal) = refusal.or(failed.then_some(Refusal::Failed)) {
            socket.phase = Phase::Closed;
            socket.closed = Some(now);
            tell!(
                self,
                "{} refused: {done:?}, told as {refusal:?}",
                self.gateway.sockets[index].id
            );
            self.note(Fact::Refused { socket: index, refusal });
            return client::dialing::refused(self, index, refusal);
        }
        socket.phase = Phase::Open;
        socket.opened = Some(now);
        socket.last_frame = now;
        let identity = &self.gateway.sockets[index].identity;
        tell!(
            self,
            "{} OPEN for {} until {:?} now {:?}",
            self.gateway.sockets[index].id,
            identity.user,
            identity.expires_at,
            stamp(now)
        );
        self.note(Fact::Opened { socket: index });
        self.after(IDLE, move |world| world.watch_idleness(index));
        self.after(LIFETIME, move |world| world.close(index));
        client::dialing::opened(self, index);
    }
}

/// As opaque as the gateway's own, and in no order.
fn new_id(chance: u64, index: usize) -> ConnectionId {
    let text = format!("{:06x}{index:04}=", chance & 0xff_ffff);
    ConnectionId::parse(&text).unwrap_or_else(|| unreachable!("{text} is no connection id"))
}
