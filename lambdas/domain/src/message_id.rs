//! The id that makes a retry harmless: the same one means the same message, so it must never be met by chance.

use crate::limits::MESSAGE_ID_CHARACTERS_MIN;
use crate::request_id::RequestId;

/// Names one message of one sender for as long as it is kept: 16 to 64 of `[A-Za-z0-9_-]`, long enough to be random.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// `None` if the text is too short to be random enough.
    pub fn from_request(id: &RequestId) -> Option<Self> {
        let text = id.as_str();
        (text.len() >= MESSAGE_ID_CHARACTERS_MIN).then(|| Self(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_has_16_to_64_letters() {
        for (length, valid) in [(15, false), (16, true), (64, true), (65, false)] {
            assert_eq!(MessageId::parse(&"a".repeat(length)).is_some(), valid, "{length}");
        }
    }
}
