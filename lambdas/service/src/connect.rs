//! `$connect`: records the connection before the handshake ends, so that whoever is connected is a member.

use domain::connection::{Connection, ConnectionId, Shards};
use domain::handshake::protocols::Offer;
use domain::identity::Identity;
use domain::timestamp::Timestamp;

use crate::ports::{Registered, Registry, TableError};

/// A handshake the authorizer let pass.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// API Gateway's name for the connection to be.
    pub connection: ConnectionId,
    /// Who opens it, as the authorizer found out.
    pub identity: Identity,
    /// The sub-protocols offered.
    pub offer: Offer,
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
}

/// Registers the connection; the members of `all` are spread over `all_shards` keys.
///
/// # Errors
/// When the table does not answer: the client shall come back.
pub async fn connect(
    registry: &impl Registry,
    all_shards: Shards,
    handshake: Handshake,
    now: Timestamp,
) -> Result<Outcome, TableError> {
    let open = match handshake.offer {
        Offer::Nothing => Outcome::Open,
        Offer::Ours => Outcome::OpenWithProtocol,
        Offer::Others => return Ok(Outcome::NoSuchProtocol),
    };
    let Handshake {
        connection, identity, ..
    } = handshake;
    let Some(connection) = Connection::open(connection, identity, all_shards, now) else {
        return Ok(Outcome::Ended);
    };
    let registered = registry.register(&connection).await?;
    tracing::info!(connection = %connection.id, sub = %connection.identity.user, outcome = ?registered, "connection.registered");
    Ok(match registered {
        Registered::Now | Registered::Already => open,
        Registered::Forgotten => Outcome::AlreadyGone,
    })
}

#[cfg(test)]
mod tests;
