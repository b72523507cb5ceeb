//! Channels: the one concept that everything addressable is. A channel is a name with a log and members.

use std::fmt;

use crate::identity::UserId;

/// A channel that exists. Its text form is the `recipient` of the wire protocol and part of the table's keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Everyone signed in.
    All,
    /// The connections of one user.
    User(UserId),
}

impl Channel {
    /// `None` for every name that is not `all` or `user:<id>`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        text.strip_prefix("user:").and_then(UserId::parse).map(Self::User)
    }

    /// The channels every connection of `user` is a member of from the start.
    pub fn from_the_start(user: &UserId) -> [Self; 2] {
        [Self::All, Self::User(user.clone())]
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for name in ["all", "user:alice", "user:0a-_Z"] {
            assert_eq!(Channel::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn anything_else_is_no_channel() {
        let long = format!("user:{}", "a".repeat(129));
        for name in [
            "",
            "All",
            "all ",
            "user:",
            "user:a b",
            "user:a#1",
            "room:lobby",
            "dm:a:b",
            "../all",
            &long,
        ] {
            assert_eq!(Channel::parse(name), None, "{name:?}");
        }
    }
}
