//! What a room is called: few letters, so that no two names look alike and none disturbs a key of the table.

use crate::identity::is_id_byte;
use crate::limits::ROOM_CHARACTERS_MAX;

/// The name of a room: 1 to 64 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(String);

impl RoomName {
    /// `None` unless `text` has 1 to 64 characters, all of `[A-Za-z0-9_-]`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=ROOM_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(is_id_byte)).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_1_to_64_letters() {
        for (length, valid) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(RoomName::parse(&"r".repeat(length)).is_some(), valid, "{length}");
        }
    }
}
