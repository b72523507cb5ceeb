//! Ending connections from this side.

use domain::connection_id::ConnectionId;

/// Closes connections.
pub trait Closing: Sync {
    /// Closes one connection. Returns within a bound of its own, whatever the gateway does, and logs what failed. The
    /// gateway then tells `$disconnect`, which cleans up.
    fn end(&self, connection: &ConnectionId) -> impl Future<Output = Ended> + Send;
}

/// What came of closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The gateway closes it.
    Now,
    /// There is no such connection any more.
    Gone,
    /// It may still be open.
    Failed,
}
