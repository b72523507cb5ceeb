//! Registering connections: a row, a slot, the memberships from the start and the check for a revocation, all at once.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;

use super::{Standings, TableError};

/// Writes new connections.
pub trait Registry: Standings {
    /// The slots of a user that are or were taken. Strongly consistent.
    fn slots(&self, user: &UserId) -> impl Future<Output = Result<Vec<Slot>, TableError>> + Send;

    /// One of them. Strongly consistent.
    fn slot(&self, user: &UserId, number: SlotNumber) -> impl Future<Output = Result<Option<Slot>, TableError>> + Send;

    /// Writes the connection, its slot and a member for each of its memberships, all or nothing.
    ///
    /// Refused if the table says anything of that connection, if the user's sign-in is revoked, and if the slot is not as
    /// `place` says. Doing the same twice is answered with [`Registered::Already`].
    fn register(
        &self,
        connection: &Connection,
        place: &Place,
    ) -> impl Future<Output = Result<Registered, TableError>> + Send;
}

/// How a connection comes to its slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nobody stands in it.
    Free,
    /// Who stands in it is over at `now`, and is entombed in the same step.
    Lapsed {
        /// Who stands in it; the slot is refused if it is another by now, or if it is not over after all.
        holder: ConnectionId,
        /// The instant of that judgement.
        now: Timestamp,
        /// When the tombstone's life ends.
        tombstone_life: Timestamp,
    },
    /// Who stands in it is replaced: marked so, unless it is entombed or marked already.
    Replaced {
        /// Who stands in it; the slot is refused if it is another by now.
        holder: ConnectionId,
        /// The connection that the handshake named: the holder, or one that the holder itself replaced.
        named: ConnectionId,
        /// When the replaced ones are to be ended.
        until: Timestamp,
    },
}

/// What came of registering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// All is written.
    Now,
    /// It was there before: the event came twice.
    Already,
    /// The connection was forgotten before it was registered.
    Forgotten,
    /// The user's sign-in does not count any more.
    Revoked,
    /// The slot is not as it was thought to be.
    SlotTaken,
    /// Another transaction was at the same rows, or the table takes no more just now. Nothing is written.
    Contended,
}
