//! Forgets a connection: after `$disconnect`, and when the gateway says that it is gone.

use domain::channel::Channel;
use domain::connection::{ConnectionId, Member, Membership, in_order_of_removal};
use domain::limits::TOMBSTONE_LIFE;
use domain::timestamp::Timestamp;

use crate::ports::{Connections, TableError};

/// Entombs the connection, then deletes its member rows, that of `all` last. Safe to do twice, late, early, and after
/// having been broken off anywhere.
///
/// # Errors
/// When the table does not answer; what is left over ends with its own life.
pub async fn disconnect(
    connections: &impl Connections,
    connection: &ConnectionId,
    now: Timestamp,
) -> Result<(), TableError> {
    let memberships = connections.entomb(connection, now.plus(TOMBSTONE_LIFE)).await?;
    tracing::info!(connection = %connection, channels = memberships.len(), "connection.forgotten");
    remove(connections, connection, memberships).await
}

/// The same for a member found gone in `found`. Its connection's row may be deleted already, and then says nothing of
/// its memberships: what the member row says is enough to find them.
pub(crate) async fn forget_gone(
    connections: &impl Connections,
    member: &Member,
    found: Membership,
    now: Timestamp,
) -> Result<(), TableError> {
    let mut memberships = connections.entomb(&member.connection, now.plus(TOMBSTONE_LIFE)).await?;
    let own = Membership {
        channel: Channel::User(member.user.clone()),
        shard: 0,
    };
    for known in [found, own] {
        if !memberships.contains(&known) {
            memberships.push(known);
        }
    }
    remove(connections, &member.connection, memberships).await
}

async fn remove(
    connections: &impl Connections,
    connection: &ConnectionId,
    memberships: Vec<Membership>,
) -> Result<(), TableError> {
    for membership in in_order_of_removal(memberships) {
        connections.remove_member(&membership, connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
