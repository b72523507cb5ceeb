//! The two kinds of id a client may choose: one that only ties an answer to its request, one that makes a retry harmless.

use std::fmt;

use crate::identity::is_id_byte;
use crate::limits::{ID_CHARACTERS_MAX, MESSAGE_ID_CHARACTERS_MIN};

/// Ties an answer to its request: 1 to 64 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// `None` unless `text` has 1 to 64 characters, all of `[A-Za-z0-9_-]`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=ID_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(is_id_byte)).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names one message of one sender for as long as it is kept: 16 to 64 of `[A-Za-z0-9_-]`, long enough to be random.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// `None` if the text is too short to be random enough.
    pub fn from_request(id: &RequestId) -> Option<Self> {
        (id.0.len() >= MESSAGE_ID_CHARACTERS_MIN).then(|| Self(id.0.clone()))
    }

    /// `None` unless `text` has 16 to 64 characters, all of `[A-Za-z0-9_-]`.
    pub fn parse(text: &str) -> Option<Self> {
        RequestId::parse(text).and_then(|id| Self::from_request(&id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_has_1_to_64_letters() {
        for (length, valid) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(RequestId::parse(&"a".repeat(length)).is_some(), valid, "{length}");
        }
        assert!(RequestId::parse("a b").is_none());
    }

    #[test]
    fn a_message_id_has_16_to_64_letters() {
        for (length, valid) in [(15, false), (16, true), (64, true), (65, false)] {
            assert_eq!(MessageId::parse(&"a".repeat(length)).is_some(), valid, "{length}");
        }
    }
}
