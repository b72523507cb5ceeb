//! Leases: every heartbeat says that a connection's client is still there.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::timestamp::Timestamp;

use super::TableError;

/// Renews leases.
pub trait Leases: Sync {
    /// Makes the lease of a connection last until `lease` or its hard end, on condition that it is registered, not over at
    /// `now`, and not replaced. One write.
    fn renew(
        &self,
        id: &ConnectionId,
        lease: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Renewed, TableError>> + Send;
}

/// What came of renewing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// The lease is renewed.
    Now,
    /// Not renewed, but not over either: another connection took its place.
    Replaced,
    /// The connection is over, entombed, or unknown. What it was, where the table still says so.
    Over(Option<Connection>),
}
