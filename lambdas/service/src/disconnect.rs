//! `$disconnect`: forgets a connection, even if `$connect` finishes later.

use domain::connection_id::ConnectionId;
use domain::limits::TOMBSTONE_LIFE;

use crate::clean_up::clean_up;
use crate::ports::{Clock, Connections, Members, Sockets, TableError};

/// Entombs the connection, then takes away what stands of it. Safe to do twice, late, early, and after having been broken
/// off anywhere.
///
/// # Errors
/// When the table does not answer; the sweeper finds what is left over.
pub async fn disconnect<T: Connections + Members>(
    table: &T,
    sockets: &impl Sockets,
    clock: &impl Clock,
    id: &ConnectionId,
) -> Result<(), TableError> {
    let was = table.entomb(id, clock.now().plus(TOMBSTONE_LIFE)).await?;
    match was {
        Some(connection) => clean_up(table, sockets, clock, &connection).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
