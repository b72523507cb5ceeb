//! Connections: what the table says of them, and ending them piece by piece.

use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;

use super::TableError;

/// Reads connections.
pub trait Standings: Sync {
    /// What the table says of a connection; `None` if it says nothing. Strongly consistent.
    fn connection(&self, id: &ConnectionId) -> impl Future<Output = Result<Option<Standing>, TableError>> + Send;

    /// The same of many, in any order; those that the table says nothing of are left out. Strongly consistent.
    fn connections(
        &self,
        ids: &[ConnectionId],
    ) -> impl Future<Output = Result<Vec<(ConnectionId, Standing)>, TableError>> + Send;
}

/// Ends connections.
pub trait Connections: Standings {
    /// Puts a tombstone with this end of life where the connection stood, or would have stood, and gives what it was, if
    /// it ever was registered. The tombstone keeps that, so that a clean-up broken off can be done again.
    fn entomb(
        &self,
        id: &ConnectionId,
        life: Timestamp,
    ) -> impl Future<Output = Result<Option<Connection>, TableError>> + Send;

    /// The same of a connection whose user is sent away, which the tombstone says from then on.
    fn send_away(
        &self,
        id: &ConnectionId,
        life: Timestamp,
    ) -> impl Future<Output = Result<Option<Connection>, TableError>> + Send;

    /// As `entomb`, on condition that the connection is registered and over at `now`; `None` if it is not.
    fn entomb_if_over(
        &self,
        id: &ConnectionId,
        life: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Connection>, TableError>> + Send;

    /// Deletes what stands of a connection in one channel; doing it twice is harmless.
    fn remove_member(
        &self,
        membership: &Membership,
        id: &ConnectionId,
    ) -> impl Future<Output = Result<(), TableError>> + Send;

    /// Frees the slot, on condition that the connection still stands in it. While whom it replaced has time left, the slot
    /// goes on remembering that one, and is free when that one frees it.
    fn free_slot(
        &self,
        user: &UserId,
        slot: SlotNumber,
        id: &ConnectionId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), TableError>> + Send;
}
