//! Ready-made users and connections, so that a test says only what it is about.

use domain::connection::{Connection, ConnectionId, Shards};
use domain::identity::{DisplayName, Identity, UserId};
use domain::timestamp::Timestamp;

use super::MemoryTable;
use crate::caller::Caller;
use crate::ports::{Registry, TableError};

/// A user signed in until this instant; `None` if the text can be no user's id.
pub fn identity(user: &str, expires_at: Timestamp) -> Option<Identity> {
    let user = UserId::parse(user)?;
    let name = DisplayName::new(user.as_str(), &user);
    Some(Identity {
        name,
        groups: Vec::new(),
        expires_at,
        signed_in_at: Timestamp::default(),
        origin_jti: None,
        user,
    })
}

/// The caller on a connection with the user's name and this number.
pub fn caller(user: &str, number: u32, expires_at: Timestamp) -> Option<Caller> {
    let connection = ConnectionId::parse(&format!("{user}{number:04}="))?;
    Some(Caller {
        connection,
        identity: identity(user, expires_at),
        gateway_request: Some("request=".to_owned()),
    })
}

/// Registers the caller's connection at `now`.
///
/// # Errors
/// When the table was told to fail.
pub async fn register(table: &MemoryTable, caller: &Caller, shards: Shards, now: Timestamp) -> Result<(), TableError> {
    let Some(identity) = caller.identity.clone() else {
        return Ok(());
    };
    match Connection::open(caller.connection.clone(), identity, shards, now) {
        Some(connection) => table.register(&connection).await.map(drop),
        None => Ok(()),
    }
}
