//! Connections: registering them as a whole, and forgetting them piece by piece.

use domain::connection::{Connection, ConnectionId, Membership};
use domain::timestamp::Timestamp;

use super::TableError;

/// Writes new connections.
pub trait Registry: Sync {
    /// Writes the connection and a member row for each of its memberships, all or nothing.
    ///
    /// Refused if any row of that connection exists, a tombstone included. Doing the same twice is answered with
    /// [`Registered::Already`].
    fn register(&self, connection: &Connection) -> impl Future<Output = Result<Registered, TableError>> + Send;
}

/// What came of registering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// All rows are written.
    Now,
    /// They were there before: the event came twice.
    Already,
    /// The connection was forgotten before it was registered.
    Forgotten,
}

/// Ends connections.
pub trait Connections: Sync {
    /// Puts a tombstone with this end of life where the connection stood, or would have stood, and gives the
    /// memberships it had. The tombstone keeps them, so that a clean-up broken off can be done again.
    fn entomb(
        &self,
        connection: &ConnectionId,
        life: Timestamp,
    ) -> impl Future<Output = Result<Vec<Membership>, TableError>> + Send;

    /// Deletes one member row; doing it twice is harmless.
    fn remove_member(
        &self,
        membership: &Membership,
        connection: &ConnectionId,
    ) -> impl Future<Output = Result<(), TableError>> + Send;
}
