//! Revocation: sign-ins that count no more, whatever their tokens say.

use crate::identity::OriginJti;
use crate::timestamp::Timestamp;

/// Which sign-ins of one user count no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revocation {
    /// All that came too early.
    Before(NotBefore),
    /// This one, with every token that descends from it.
    SignIn(OriginJti),
}

impl Revocation {
    /// Of every sign-in up to `now`.
    pub fn of_all(now: Timestamp) -> Self {
        Self::Before(NotBefore::revoking(now))
    }

    /// Whether it means a sign-in of that time and name.
    pub fn means(&self, signed_in_at: Timestamp, origin_jti: Option<&OriginJti>) -> bool {
        match self {
            Self::Before(not_before) => not_before.refuses(signed_in_at),
            Self::SignIn(ended) => origin_jti == Some(ended),
        }
    }

    /// What it reaches, in a word for the log, which shows no sign-in's name.
    pub fn reach(&self) -> &'static str {
        match self {
            Self::Before(_) => "user",
            Self::SignIn(_) => "sign_in",
        }
    }
}

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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_of_the_second_of_the_revocation_does_not_count() {
        let not_before = NotBefore::revoking(Timestamp::from_millis(5_999));
        for (second, refused) in [(4, true), (5, true), (6, false)] {
            assert_eq!(not_before.refuses(Timestamp::from_seconds(second)), refused, "{second}");
        }
    }

    #[test]
    fn one_sign_in_is_meant_by_its_name_alone_and_all_by_their_time_alone() {
        let [phone, laptop] = ["phone", "laptop"].map(|jti| OriginJti::parse(jti).unwrap());
        let now = Timestamp::from_seconds(5);
        for (seconds, jti, one, all) in [
            (1, Some(&phone), true, true),
            (9, Some(&phone), true, false),
            (1, Some(&laptop), false, true),
            (9, Some(&laptop), false, false),
            (1, None, false, true),
            (9, None, false, false),
        ] {
            let at = Timestamp::from_seconds(seconds);
            let meant = [Revocation::SignIn(phone.clone()), Revocation::of_all(now)].map(|r| r.means(at, jti));
            assert_eq!(meant, [one, all], "{seconds} {jti:?}");
        }
    }
}
