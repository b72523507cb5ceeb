//! Memberships: a connection joins and leaves channels by its own wish.

use domain::connection_id::ConnectionId;
use domain::membership::{Member, Membership};
use domain::timestamp::Timestamp;

use super::TableError;

/// Writes memberships. Each write says what it takes to be there, so that it leaves no row that it does not know of.
pub trait Memberships: Sync {
    /// Notes the membership on the connection and puts the member into the channel, both or neither, on condition that
    /// the connection is registered, not over at the instant the member joins, a member there as `standing` says, and
    /// not full, unless it is a member already. It overwrites `standing`.
    ///
    /// It takes one off the connection's bucket of joins at that instant, on condition that the bucket holds one, and is full
    /// or not as one that is full at `joins_full_at`.
    fn join(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> impl Future<Output = Result<Moved, TableError>> + Send;

    /// The reverse, on condition that the connection is registered and has exactly this membership.
    fn leave(
        &self,
        membership: &Membership,
        connection: &ConnectionId,
    ) -> impl Future<Output = Result<Moved, TableError>> + Send;
}

/// What came of joining or leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It is written.
    Done,
    /// There is no such connection any more.
    Gone,
    /// It is in as many channels as it may be.
    Full,
    /// It is not a member as it was thought to be, its bucket is not as it was, another transaction was at the same rows, or the table takes no more
    /// just now. Nothing is written: read again.
    Contended,
}
