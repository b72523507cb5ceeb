//! Finds a slot for a new connection: that of the connection it replaces, a free one, or one whose holder is over.

use std::collections::BTreeSet;

use domain::connection::{Connection, ConnectionRules, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::{REPLACED_GRACE, STANDINGS_MAX, TOMBSTONE_LIFE};
use domain::slot::{Replaced, Slot, SlotNumber};
use domain::timestamp::Timestamp;

use super::Handshake;
use crate::ports::{Place, Registry, TableError};

/// The slots of the user who opens a connection.
pub(super) struct Seats<'a, T> {
    pub(super) table: &'a T,
    pub(super) rules: &'a ConnectionRules,
    pub(super) handshake: &'a Handshake,
    pub(super) seed: u64,
}

type Seat = Option<(SlotNumber, Place)>;

impl<T: Registry> Seats<'_, T> {
    /// A slot, and how to come to it; `None` if all are taken by connections that last.
    ///
    /// The first attempt takes any slot and reads none: a user with few of many connections finds it free.
    pub(super) async fn find(&self, attempt: u32, now: Timestamp) -> Result<Seat, TableError> {
        if let Some(seat) = self.of_predecessor(now).await? {
            return Ok(Some(seat));
        }
        if attempt == 0 {
            return Ok(self.numbers().next().map(|number| (number, Place::Free)));
        }
        let slots = self.table.slots(&self.handshake.identity.user).await?;
        let taken: BTreeSet<_> = slots.iter().map(|slot| slot.number).collect();
        if let Some(free) = self.numbers().find(|number| !taken.contains(number)) {
            return Ok(Some((free, Place::Free)));
        }
        self.of_somebody_over(slots, now).await
    }

    fn numbers(&self) -> impl Iterator<Item = SlotNumber> {
        SlotNumber::all(self.rules.per_user, self.seed)
    }

    /// The slot of the connection that the handshake names, if that is the same user's and within the cap.
    async fn of_predecessor(&self, now: Timestamp) -> Result<Seat, TableError> {
        let Some(named) = &self.handshake.replaces else {
            return Ok(None);
        };
        let (predecessor, is_entombed) = match self.table.connection(named).await? {
            Some(Standing::Registered(connection)) => (connection, false),
            Some(Standing::Entombed(Some(connection))) => (connection, true),
            Some(Standing::Entombed(None) | Standing::Unreadable) | None => return Ok(None),
        };
        let user = &self.handshake.identity.user;
        if predecessor.user != *user || !self.is_within(predecessor.slot) {
            return Ok(None);
        }
        let slot = self.table.slot(user, predecessor.slot).await?;
        if slot.as_ref().is_some_and(|slot| !slot.stands_for(named)) {
            return Ok(None);
        }
        Ok(Some(self.instead_of(predecessor, is_entombed, slot, now)))
    }

    fn is_within(&self, number: SlotNumber) -> bool {
        number.number() < self.rules.per_user
    }

    fn instead_of(
        &self,
        predecessor: Connection,
        is_entombed: bool,
        slot: Option<Slot>,
        now: Timestamp,
    ) -> (SlotNumber, Place) {
        let holder = slot.as_ref().and_then(|slot| slot.holder.as_ref());
        if holder == Some(&self.handshake.connection) {
            // The event came twice, and what it asks for is done.
            return (predecessor.slot, Place::Free);
        }
        let until = now.plus(REPLACED_GRACE);
        let named = Replaced {
            connection: predecessor.id,
            until: predecessor.replaced_until.unwrap_or(until),
        };
        let place = Place::Replaced {
            slot,
            named,
            is_entombed,
            now,
        };
        (predecessor.slot, place)
    }

    async fn of_somebody_over(&self, slots: Vec<Slot>, now: Timestamp) -> Result<Seat, TableError> {
        let within: Vec<_> = slots.into_iter().filter(|slot| self.is_within(slot.number)).collect();
        for part in within.chunks(STANDINGS_MAX) {
            let holders: Vec<_> = part.iter().filter_map(|slot| slot.holder.clone()).collect();
            let lasting = self.lasting(&holders, now).await?;
            let lasts = |slot: &&Slot| slot.holder.as_ref().is_some_and(|holder| lasting.contains(holder));
            let over = part.iter().find(|slot| !lasts(slot));
            if let Some(slot) = over {
                let place = Place::Lapsed {
                    slot: slot.clone(),
                    now,
                    tombstone_life: now.plus(TOMBSTONE_LIFE),
                };
                return Ok(Some((slot.number, place)));
            }
        }
        Ok(None)
    }

    async fn lasting(&self, holders: &[ConnectionId], now: Timestamp) -> Result<BTreeSet<ConnectionId>, TableError> {
        let standings = self.table.connections(holders).await?;
        let lasts = |(id, standing)| match standing {
            Standing::Registered(connection) if !connection.is_over(now) => Some(id),
            Standing::Unreadable => Some(id),
            Standing::Registered(_) | Standing::Entombed(_) => None,
        };
        Ok(standings.into_iter().filter_map(lasts).collect())
    }
}
