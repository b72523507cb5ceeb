//! `$connect`: records the connection before the handshake ends, so that whoever is connected is a member.

mod seat;

use std::net::IpAddr;

use domain::connection::{Connection, ConnectionRules};
use domain::connection_id::ConnectionId;
use domain::handshake::protocols::Offer;
use domain::identity::Identity;
use domain::jitter::Jitter;
use domain::limits::REGISTER_ATTEMPTS_MAX;

use self::seat::Seats;
use crate::ports::{Clock, Registered, Registry, TableError};

/// A handshake the authorizer let pass.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// API Gateway's name for the connection to be.
    pub connection: ConnectionId,
    /// Who opens it, as the authorizer found out.
    pub identity: Identity,
    /// The sub-protocols offered.
    pub offer: Offer,
    /// The connection whose place it is to take, as the client says.
    pub replaces: Option<ConnectionId>,
    /// Where it comes from, as API Gateway sees it; for the log alone.
    pub source: Option<IpAddr>,
}

/// How a handshake ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Open, without a sub-protocol.
    Open,
    /// Open, speaking ours.
    OpenWithProtocol,
    /// Sub-protocols were offered, and ours is not among them.
    NoSuchProtocol,
    /// The connection's end came on the way here.
    Ended,
    /// The connection ended before it was registered.
    AlreadyGone,
    /// The sign-in was ended: signed out of, or everywhere since, or sent away.
    Revoked,
    /// The user has as many connections as a user may have.
    Full,
    /// Too many handshakes of this user at once.
    Busy,
}

impl Outcome {
    /// Why it is refused, as the log says it; `None` if it is not.
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Open | Self::OpenWithProtocol => None,
            Self::NoSuchProtocol => Some("no_such_protocol"),
            Self::Ended => Some("token_expired"),
            Self::AlreadyGone => Some("already_gone"),
            Self::Revoked => Some("revoked"),
            Self::Full => Some("too_many_connections"),
            Self::Busy => Some("too_many_handshakes"),
        }
    }
}

/// Registers the connection. `seed` decides where the search for a free slot begins.
///
/// # Errors
/// When the table does not answer: the client shall come back.
pub async fn connect(
    table: &impl Registry,
    clock: &impl Clock,
    rules: &ConnectionRules,
    handshake: Handshake,
    seed: u64,
) -> Result<Outcome, TableError> {
    let outcome = match handshake.offer {
        Offer::Nothing => register(table, clock, rules, &handshake, seed).await?,
        Offer::Ours => match register(table, clock, rules, &handshake, seed).await? {
            Outcome::Open => Outcome::OpenWithProtocol,
            other => other,
        },
        Offer::Others => Outcome::NoSuchProtocol,
    };
    note(&handshake, outcome);
    Ok(outcome)
}

/// One event a handshake; refusals have the name that the authorizer's have, so that one search finds both.
fn note(handshake: &Handshake, outcome: Outcome) {
    let (connection, sub) = (&handshake.connection, &handshake.identity.user);
    let source = handshake.source.map(tracing::field::display);
    match outcome.refusal() {
        None => tracing::info!(
            %connection,
            %sub,
            source,
            replaces = handshake.replaces.as_ref().map(tracing::field::display),
            "connection.registered"
        ),
        Some(reason) => tracing::warn!(reason, %connection, %sub, source, "handshake.refused"),
    }
}

async fn register(
    table: &impl Registry,
    clock: &impl Clock,
    rules: &ConnectionRules,
    handshake: &Handshake,
    seed: u64,
) -> Result<Outcome, TableError> {
    let seats = Seats {
        table,
        rules,
        handshake,
        seed,
    };
    let mut jitter = Jitter::seeded(seed);
    for attempt in 0..REGISTER_ATTEMPTS_MAX {
        let now = clock.now();
        let Some((slot, place)) = seats.find(attempt, now).await? else {
            return Ok(Outcome::Full);
        };
        let (id, identity) = (handshake.connection.clone(), handshake.identity.clone());
        let Some(connection) = Connection::open(id, identity, slot, rules, now) else {
            return Ok(Outcome::Ended);
        };
        match table.register(&connection, &place).await? {
            Registered::Now | Registered::Already => return Ok(Outcome::Open),
            Registered::Forgotten => return Ok(Outcome::AlreadyGone),
            Registered::Revoked => return Ok(Outcome::Revoked),
            Registered::SlotTaken => {}
            Registered::Contended => clock.sleep(jitter.pause(attempt)).await,
        }
    }
    Ok(Outcome::Busy)
}

#[cfg(test)]
mod tests;
