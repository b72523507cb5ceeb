//! The id that only ties an answer to its request: any client may choose any.

use crate::identity::is_id_byte;
use crate::limits::ID_CHARACTERS_MAX;

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
}
