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
    Ok(match table.connection(id).await? {
        Some(Standing::Registered(connection)) if !connection.is_over(now) => Lasting::Yes(connection),
        Some(Standing::Registered(was)) => Lasting::No(why(Some(&was), now)),
        Some(Standing::Entombed(was)) => Lasting::No(why(was.as_ref(), now)),
        // Where its row cannot be read, a new connection is one that can.
        Some(Standing::Unreadable) | None => Lasting::No(why(None, now)),
    })
}

/// Why a connection counts no more that was this, as far as it is known: the gateway's own reasons are not.
pub(crate) fn why(was: Option<&Connection>, now: Timestamp) -> ClosingReason {
    was.and_then(|connection| connection.ending(now))
        .map_or(ClosingReason::Server, ClosingReason::from)
}
