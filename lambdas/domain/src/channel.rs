//! Channels: the one concept that everything addressable is. A channel is a name with a log and members.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::identity::{GroupName, UserId};
use crate::room_name::RoomName;

/// A channel that may exist. Its text form is the `recipient` of the wire protocol and part of the table's keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Everyone signed in.
    All,
    /// Whoever subscribes.
    Room(RoomName),
    /// The members of a group of the user pool, as far as they subscribe.
    Group(GroupName),
    /// The connections of one user.
    User(UserId),
    /// Two users, between themselves.
    Direct(Pair),
}

/// Two different users in the order of their ids, so that a pair has one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    first: UserId,
    second: UserId,
}

impl Pair {
    /// `None` unless the first id sorts before the second.
    fn new(first: UserId, second: UserId) -> Option<Self> {
        (first < second).then_some(Self { first, second })
    }

    /// Both of them.
    pub fn users(&self) -> [&UserId; 2] {
        [&self.first, &self.second]
    }

    /// Whether the user is one of them.
    pub fn has(&self, user: &UserId) -> bool {
        self.users().contains(&user)
    }
}

impl Channel {
    /// A number that its name decides: names that are alike, as those of one user's direct channels are, come to lie evenly
    /// between the smallest number and the largest.
    pub fn place(&self) -> u64 {
        let hash = Sha256::digest(self.to_string().as_bytes());
        hash.iter().take(8).fold(0, |place, byte| place << 8 | u64::from(*byte))
    }

    /// `None` for every name that is not exactly one of the five forms.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        let (kind, name) = text.split_once(':')?;
        match kind {
            "room" => RoomName::parse(name).map(Self::Room),
            "group" => GroupName::parse(name).map(Self::Group),
            "user" => UserId::parse(name).map(Self::User),
            "dm" => {
                let (first, second) = name.split_once(':')?;
                Pair::new(UserId::parse(first)?, UserId::parse(second)?).map(Self::Direct)
            }
            _ => None,
        }
    }

    /// The channels every connection of `user` is a member of from the start.
    pub fn from_the_start(user: &UserId) -> [Self; 2] {
        [Self::All, Self::User(user.clone())]
    }

    /// Whether connections become and stop being members of it by their own wish.
    pub fn is_joined_by_choice(&self) -> bool {
        matches!(self, Self::Room(_) | Self::Group(_))
    }

    /// Whether its subscribers can be told who comes and goes. What a user gets personally has nobody else to tell.
    pub fn tells_presence(&self) -> bool {
        matches!(self, Self::All | Self::Room(_) | Self::Group(_))
    }

    /// The channels whose members get what is published here: itself, or both users' own for a direct channel.
    pub fn audiences(&self) -> Vec<Self> {
        match self {
            Self::Direct(pair) => pair.users().map(|user| Self::User(user.clone())).into(),
            Self::All | Self::Room(_) | Self::Group(_) | Self::User(_) => vec![self.clone()],
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Room(name) => write!(f, "room:{}", name.as_str()),
            Self::Group(name) => write!(f, "group:{}", name.as_str()),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Direct(Pair { first, second }) => write!(f, "dm:{first}:{second}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for name in [
            "all",
            "user:alice",
            "user:0a-_Z",
            "room:lobby",
            "group:team.one",
            "dm:alice:bob",
        ] {
            assert_eq!(Channel::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn anything_else_is_no_channel() {
        let long = format!("user:{}", "a".repeat(129));
        let room = format!("room:{}", "r".repeat(65));
        for name in [
            "",
            "All",
            "all ",
            "all:",
            "user:",
            "user:a b",
            "user:a#1",
            "../all",
            "room:",
            "room:a.b",
            "room:..",
            "room:a/b",
            "room:a#0",
            "room:é",
            "room:e\u{301}",
            "Room:a",
            "group:",
            "group:a b",
            "dm:",
            "dm:a",
            "dm:a:a",
            "dm:b:a",
            "dm:a:b:c",
            "dm::a",
            "topic:a",
            &long,
            &room,
        ] {
            assert_eq!(Channel::parse(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_direct_channel_reaches_both_users_wherever_they_are() {
        let audiences = Channel::parse("dm:alice:bob").unwrap().audiences();
        assert_eq!(
            audiences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["user:alice", "user:bob"]
        );
        assert_eq!(Channel::All.audiences(), [Channel::All]);
    }
}
