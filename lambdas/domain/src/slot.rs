//! Slots: the numbered places a user's connections stand in, so that a cap holds without counting anything.

use crate::connection_id::ConnectionId;
use crate::limits::CONNECTIONS_PER_USER_MAX;
use crate::timestamp::Timestamp;

/// The number of a slot: 0 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotNumber(u32);

impl SlotNumber {
    /// The one with the smallest number.
    pub const FIRST: Self = Self(0);

    /// `None` above 999.
    pub fn new(number: u32) -> Option<Self> {
        (number < CONNECTIONS_PER_USER_MAX).then_some(Self(number))
    }

    /// The number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Every slot that a user with this cap has, beginning anywhere: many handshakes of one user at once then try
    /// different ones first.
    pub fn all(cap: u32, start: u64) -> impl Iterator<Item = Self> {
        let cap = cap.clamp(1, CONNECTIONS_PER_USER_MAX);
        let start = u32::try_from(start % u64::from(cap)).unwrap_or(0);
        (0..cap).map(move |step| Self((start + step) % cap))
    }
}

/// A slot that is taken, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its number.
    pub number: SlotNumber,
    /// The connection in it. `None`: it has left while whom it replaced had time left.
    pub holder: Option<ConnectionId>,
    /// Whom the holder replaced.
    pub replaced: Option<Replaced>,
}

/// A connection whose slot another one took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The connection.
    pub connection: ConnectionId,
    /// When it is to be ended.
    pub until: Timestamp,
}

impl Slot {
    /// Whether who replaces `connection` may take it: the connection stands in it, or was replaced by a handshake that
    /// its client never saw succeed.
    pub fn stands_for(&self, connection: &ConnectionId) -> bool {
        self.holder.as_ref() == Some(connection) || self.replaced.as_ref().is_some_and(|r| r.connection == *connection)
    }

    /// Who was replaced here and has time left at `now`.
    pub fn leaving(&self, now: Timestamp) -> Option<&ConnectionId> {
        let replaced = self.replaced.as_ref().filter(|replaced| now < replaced.until);
        replaced.map(|replaced| &replaced.connection)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_0_to_999() {
        assert!(SlotNumber::new(999).is_some());
        assert!(SlotNumber::new(1000).is_none());
    }

    #[test]
    fn every_slot_is_tried_once_from_anywhere() {
        for start in [0, 2, 7, u64::MAX] {
            let mut numbers: Vec<_> = SlotNumber::all(3, start).map(SlotNumber::number).collect();
            assert_eq!(numbers[0], u32::try_from(start % 3).unwrap());
            numbers.sort_unstable();
            assert_eq!(numbers, [0, 1, 2]);
        }
        assert_eq!(SlotNumber::all(5000, 1).count(), 1000);
    }

    #[test]
    fn a_slot_stands_for_its_holder_and_for_whom_that_replaced() {
        let id = |text| ConnectionId::parse(text).unwrap();
        let until = Timestamp::from_seconds(60);
        let slot = Slot {
            number: SlotNumber(0),
            holder: Some(id("new")),
            replaced: Some(Replaced {
                connection: id("old"),
                until,
            }),
        };
        assert!(slot.stands_for(&id("new")) && slot.stands_for(&id("old")) && !slot.stands_for(&id("other")));
        assert_eq!(slot.leaving(Timestamp::from_millis(59_999)), Some(&id("old")));
        assert_eq!(slot.leaving(until), None);
    }
}
