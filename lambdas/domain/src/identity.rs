//! Who is connected, as the authorizer found out and as every later event repeats it.

use std::collections::BTreeMap;
use std::fmt;

use crate::limits::{
    GROUP_CHARACTERS_MAX, GROUPS_BYTES_MAX, NAME_CHARACTERS_MAX, ORIGIN_JTI_CHARACTERS_MAX, USER_ID_CHARACTERS_MAX,
    USERNAME_CHARACTERS_MAX,
};
use crate::timestamp::Timestamp;

/// The identity provider's subject: 1 to 128 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(String);

impl UserId {
    /// `None` unless `text` has 1 to 128 characters, all of `[A-Za-z0-9_-]`, and is not the name of the back end.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=USER_ID_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(is_id_byte) && text != BACK_END).then(|| Self(text.to_owned()))
    }

    /// The sender of what no user sent. No token can bring this id.
    pub fn back_end() -> Self {
        Self(BACK_END.to_owned())
    }

    /// A sender as it stands in the log: a user, or the back end.
    pub fn parse_sender(text: &str) -> Option<Self> {
        if text == BACK_END {
            Some(Self::back_end())
        } else {
            Self::parse(text)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the back end is called as a sender.
const BACK_END: &str = "back-end";

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Letters of every id of the protocol; none of them separates the parts of a key of the table.
pub(crate) fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// What the user pool calls a user: 1 to 128 characters, none of them a space or control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// `None` unless `text` has 1 to 128 characters, none of them a space or control character.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=USERNAME_CHARACTERS_MAX).contains(&text.chars().count());
        (fits && !text.chars().any(|c| c.is_control() || c.is_whitespace())).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cognito finds a user by the subject too.
impl From<&UserId> for Username {
    fn from(user: &UserId) -> Self {
        Self(user.0.clone())
    }
}

/// What other people see of a user. Shown, never compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Drops characters that would disturb the text around the name, cuts it to 128 characters, and falls back on the
    /// user's id when nothing is left.
    pub fn new(text: &str, user: &UserId) -> Self {
        let shown: String = text
            .chars()
            .filter(|c| !is_disturbing(*c))
            .take(NAME_CHARACTERS_MAX)
            .collect();
        let shown = shown.trim();
        Self(if shown.is_empty() { user.as_str() } else { shown }.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of the text after them.
fn is_disturbing(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A group of the user pool that a channel can carry in its name: 1 to 64 of `[A-Za-z0-9_.-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(String);

impl GroupName {
    /// `None` if no channel could be named after it.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=GROUP_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(|b| is_id_byte(b) || b == b'.')).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The sign-in that a token descends from, as the issuer names it (Cognito: `origin_jti`): 1 to 128 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginJti(String);

impl OriginJti {
    /// `None` unless `text` has 1 to 128 characters, all of `[A-Za-z0-9_-]`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=ORIGIN_JTI_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(is_id_byte)).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OriginJti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who a connection belongs to, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The identity provider's subject.
    pub user: UserId,
    /// What others see.
    pub name: DisplayName,
    /// The groups a channel can be named after.
    pub groups: Vec<GroupName>,
    /// When all rights end: of a verified token its `exp`, of a connection its end, which may be earlier.
    pub expires_at: Timestamp,
    /// When the user signed in, which may be long before the token was issued.
    pub signed_in_at: Timestamp,
    /// The sign-in that the token descends from, where the issuer names it.
    pub origin_jti: Option<OriginJti>,
}

/// The groups of a user need more room than an authorizer's answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the names of the user's groups exceed {GROUPS_BYTES_MAX} bytes")]
pub struct TooManyGroups;

/// The authorizer's context is missing, or is not one that Carillon's authorizer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the authorizer's context lacks a usable {0}")]
pub struct NoIdentity(pub &'static str);

impl Identity {
    /// The same, with rights that end at `end` unless they end before.
    #[must_use]
    pub fn ending_by(self, end: Timestamp) -> Self {
        Self {
            expires_at: self.expires_at.min(end),
            ..self
        }
    }

    /// As API Gateway carries it from the authorizer to every later event: a flat map of strings. Instants are rounded
    /// down to whole seconds, so that nothing lasts longer than it may.
    ///
    /// # Errors
    /// When the groups do not fit into what API Gateway carries.
    pub fn to_context(&self) -> Result<BTreeMap<&'static str, String>, TooManyGroups> {
        let groups = self.groups.iter().map(GroupName::as_str).collect::<Vec<_>>().join(" ");
        if groups.len() > GROUPS_BYTES_MAX {
            return Err(TooManyGroups);
        }
        let mut context = BTreeMap::from([
            ("userId", self.user.as_str().to_owned()),
            ("name", self.name.as_str().to_owned()),
            ("groups", groups),
            ("expiresAt", (self.expires_at.millis() / 1000).to_string()),
            ("signedInAt", (self.signed_in_at.millis() / 1000).to_string()),
        ]);
        if let Some(jti) = &self.origin_jti {
            context.insert("originJti", jti.to_string());
        }
        Ok(context)
    }

    /// From what an event carries; `field` looks up one string of the context.
    ///
    /// # Errors
    /// Names the first field without which nobody can be identified.
    pub fn from_context(field: impl Fn(&str) -> Option<String>) -> Result<Self, NoIdentity> {
        let user = field("userId")
            .and_then(|t| UserId::parse(&t))
            .ok_or(NoIdentity("userId"))?;
        let seconds = |name| field(name).and_then(|t| t.parse().ok()).map(Timestamp::from_seconds);
        let groups = field("groups").unwrap_or_default();
        Ok(Self {
            name: DisplayName::new(&field("name").unwrap_or_default(), &user),
            groups: groups.split(' ').filter_map(GroupName::parse).collect(),
            expires_at: seconds("expiresAt").ok_or(NoIdentity("expiresAt"))?,
            signed_in_at: seconds("signedInAt").ok_or(NoIdentity("signedInAt"))?,
            origin_jti: field("originJti").and_then(|t| OriginJti::parse(&t)),
            user,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn alice() -> Identity {
        let user = UserId::parse("alice").unwrap();
        Identity {
            name: DisplayName::new("Alice A.", &user),
            groups: ["editors", "team.one"]
                .iter()
                .filter_map(|g| GroupName::parse(g))
                .collect(),
            expires_at: Timestamp::from_seconds(2000),
            signed_in_at: Timestamp::from_seconds(1000),
            origin_jti: OriginJti::parse("b1-c2"),
            user,
        }
    }

    #[test]
    fn a_user_id_has_1_to_128_letters() {
        assert!(UserId::parse("").is_none());
        assert!(UserId::parse("a").is_some());
        assert!(UserId::parse(&"a".repeat(128)).is_some());
        assert!(UserId::parse(&"a".repeat(129)).is_none());
        for bad in ["a b", "a#b", "a:b", "é", "a\n", "back-end"] {
            assert!(UserId::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_username_has_1_to_128_characters() {
        for (count, valid) in [(0, false), (1, true), (128, true), (129, false)] {
            assert_eq!(Username::parse(&"é".repeat(count)).is_some(), valid, "{count}");
        }
        assert!(Username::parse("a b").is_none() && Username::parse("a\n").is_none());
    }

    #[test]
    fn a_group_has_1_to_64_letters() {
        assert!(GroupName::parse("").is_none());
        assert!(GroupName::parse(&"g".repeat(64)).is_some());
        assert!(GroupName::parse(&"g".repeat(65)).is_none());
        assert!(GroupName::parse("two words").is_none());
    }

    #[test]
    fn a_sign_in_is_named_by_1_to_128_letters() {
        for (text, fits) in [
            ("", false),
            ("b1-c2_D", true),
            (&"j".repeat(128), true),
            (&"j".repeat(129), false),
            ("a#b", false),
            ("é", false),
        ] {
            assert_eq!(OriginJti::parse(text).is_some(), fits, "{text:?}");
        }
    }

    #[test]
    fn a_name_is_cut_and_cleaned_and_never_empty() {
        let user = UserId::parse("u1").unwrap();
        assert_eq!(DisplayName::new(&"n".repeat(129), &user).as_str().len(), 128);
        assert_eq!(DisplayName::new(" A\u{202e}l\u{1b}i\nce ", &user).as_str(), "Alice");
        assert_eq!(DisplayName::new("\u{0} ", &user).as_str(), "u1");
    }

    #[test]
    fn what_the_authorizer_writes_later_events_give_back() {
        let context = alice().to_context().unwrap();
        assert_eq!(context["groups"], "editors team.one");
        let back = Identity::from_context(|name| context.get(name).cloned()).unwrap();
        assert_eq!(back, alice());
    }

    #[test]
    fn rights_end_at_the_earlier_of_token_and_connection() {
        let own = alice().expires_at;
        for (end, expected) in [
            (Timestamp::from_millis(1_999_999), Timestamp::from_millis(1_999_999)),
            (own, own),
            (Timestamp::from_millis(2_000_001), own),
        ] {
            assert_eq!(alice().ending_by(end).expires_at, expected);
        }
    }

    #[test]
    fn an_end_within_a_second_is_carried_as_the_second_before() {
        for (millis, carried) in [(1_999_999, "1999"), (2_000_000, "2000"), (2_000_001, "2000")] {
            let alice = Identity {
                expires_at: Timestamp::from_millis(millis),
                ..alice()
            };
            assert_eq!(alice.to_context().unwrap()["expiresAt"], carried);
        }
    }

    #[test]
    fn no_user_or_expiry_no_identity() {
        for missing in ["userId", "expiresAt", "signedInAt"] {
            let context = alice().to_context().unwrap();
            let read = |name: &str| (name != missing).then(|| context.get(name).cloned()).flatten();
            assert_eq!(Identity::from_context(read), Err(NoIdentity(missing)));
        }
    }

    #[test]
    fn groups_beyond_6_kib_are_a_stated_refusal() {
        let with = |bytes: usize| {
            // Names of 63 letters and a space are 64 bytes each; the last has no space after it.
            let groups = (0..bytes / 64)
                .filter_map(|_| GroupName::parse(&"g".repeat(63)))
                .collect::<Vec<_>>();
            Identity { groups, ..alice() }.to_context().map(|c| c["groups"].len())
        };
        assert_eq!(with(6 * 1024), Ok(6 * 1024 - 1));
        assert_eq!(with(6 * 1024 + 64), Err(TooManyGroups));
    }
}
