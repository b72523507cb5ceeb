//! Registering connections: a row, a slot, the memberships from the start and the check for a revocation, all at once.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::slot::{Replaced, Slot, SlotNumber};
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

/// How a connection comes to its slot. In the same step, whoever else had a place or time left there is over at `now`, but
/// for the one connection that it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nobody stands in it.
    Free,
    /// Nobody who lasts stands in it.
    Lapsed {
        /// The slot as it was read; refused if it is another by now. Its holder, if any, is entombed, and the slot refused
        /// if that is not over at `now` after all.
        slot: Slot,
        /// The instant of that judgement.
        now: Timestamp,
        /// When the tombstone's life ends.
        tombstone_life: Timestamp,
    },
    /// It takes over from the connection that the handshake named.
    Replaced {
        /// The slot as it was read, if there was one; refused if it is another by now. It stands for the one named.
        slot: Option<Slot>,
        /// The one named, for the slot to remember. It is marked as replaced until then, unless it is marked already.
        named: Replaced,
        /// Whether the one named was entombed when it was read, and so is for good.
        is_entombed: bool,
        /// The instant of the handshake.
        now: Timestamp,
    },
}

impl Place {
    /// The slot as it was read.
    pub fn slot(&self) -> Option<&Slot> {
        match self {
            Self::Free => None,
            Self::Lapsed { slot, .. } => Some(slot),
            Self::Replaced { slot, .. } => slot.as_ref(),
        }
    }

    /// What the slot is to remember.
    pub fn remembered(&self) -> Option<&Replaced> {
        match self {
            Self::Free | Self::Lapsed { .. } => None,
            Self::Replaced { named, .. } => Some(named),
        }
    }

    /// Who is left time to move to the new connection, and until when, unless an earlier handshake has said it.
    pub fn spared(&self) -> Option<&Replaced> {
        match self {
            Self::Free | Self::Lapsed { .. } => None,
            Self::Replaced { named, is_entombed, .. } => Some(named).filter(|_| !is_entombed),
        }
    }

    /// Who is over from now on, so that a slot never holds more than two: who stands in it, and who was replaced.
    pub fn surplus(&self) -> Option<(&ConnectionId, Timestamp)> {
        match self {
            Self::Free => None,
            Self::Lapsed { slot, now, .. } => Some((slot.leaving(*now)?, *now)),
            Self::Replaced { slot, named, now, .. } => {
                let slot = slot.as_ref()?;
                let both = [slot.holder.as_ref(), slot.leaving(*now)];
                let other = both.into_iter().flatten().find(|id| **id != named.connection);
                Some((other?, *now))
            }
        }
    }
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
