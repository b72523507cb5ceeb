//! Whether a connection still counts, by its row and not by its token: it may have been ended, replaced or given up.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::timestamp::Timestamp;
use domain::wire::ClosingReason;

use crate::ports::{Standings, TableError};

/// Whether it does.
pub(crate) enum Lasting {
    Yes(Connection),
    /// It does not, and is to be told so.
    No(ClosingReason),
}

/// What the table says of the connection now. Strongly consistent.
pub(crate) async fn lasting(table: &impl Standings, id: &ConnectionId, now: Timestamp) -> Result<Lasting, TableError> {
    let why = |connection: &Connection| connection.ending(now).map(ClosingReason::from);
    Ok(match table.connection(id).await? {
        Some(Standing::Registered(connection)) => match why(&connection) {
            None => Lasting::Yes(connection),
            Some(reason) => Lasting::No(reason),
        },
        Some(Standing::Entombed(Some(was))) => Lasting::No(why(&was).unwrap_or(ClosingReason::Server)),
        // Where its row cannot be read, a new connection is one that can.
        Some(Standing::Entombed(None) | Standing::Unreadable) | None => Lasting::No(ClosingReason::Server),
    })
}
