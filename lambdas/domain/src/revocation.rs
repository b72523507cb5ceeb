//! Revocation: whoever signed in too early is out, whatever their token says.

use crate::timestamp::Timestamp;

/// The first second in which a sign-in counts.
///
/// Tokens tell their sign-in in whole seconds, so that one of the very second of a revocation may be from before it or
/// after it. It does not count: a user signs in once more rather than that somebody stays who should be out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotBefore(u64);

impl NotBefore {
    /// What a revocation at `now` asks for: a sign-in of a later second.
    pub fn revoking(now: Timestamp) -> Self {
        Self(now.millis() / 1000 + 1)
    }

    /// As it stands in the table.
    pub fn from_seconds(second: u64) -> Self {
        Self(second)
    }

    /// The second.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Whether a sign-in of that time does not count.
    pub fn refuses(self, signed_in_at: Timestamp) -> bool {
        signed_in_at.millis() / 1000 < self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_of_the_second_of_the_revocation_does_not_count() {
        let not_before = NotBefore::revoking(Timestamp::from_millis(5_999));
        for (second, refused) in [(4, true), (5, true), (6, false)] {
            assert_eq!(not_before.refuses(Timestamp::from_seconds(second)), refused, "{second}");
        }
    }
}
