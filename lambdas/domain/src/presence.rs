//! Who is in a channel: users, not connections, and no more of them than a frame can list.

use std::collections::BTreeMap;

use crate::identity::{DisplayName, UserId};
use crate::limits::PRESENCE_USERS_MAX;
use crate::membership::Member;
use crate::timestamp::Timestamp;

/// The users found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present {
    users: BTreeMap<UserId, DisplayName>,
    /// Whether there are more than are listed.
    pub more: bool,
}

impl Present {
    /// Counts a member, unless its connection is past its end.
    pub fn add(&mut self, member: Member, now: Timestamp) {
        if !member.is_live(now) || self.users.contains_key(&member.user) {
            return;
        }
        if self.users.len() < PRESENCE_USERS_MAX {
            self.users.insert(member.user, member.name);
        } else {
            self.more = true;
        }
    }

    /// The users in the order of their ids.
    pub fn users(&self) -> impl Iterator<Item = (&UserId, &DisplayName)> {
        self.users.iter()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::connection_id::ConnectionId;

    fn member(user: &str, number: usize, end: u64) -> Member {
        let user = UserId::parse(user).unwrap();
        Member {
            connection: ConnectionId::parse(&format!("c{number}")).unwrap(),
            name: DisplayName::new("", &user),
            user,
            joined_at: Timestamp::default(),
            hard_end: Timestamp::from_seconds(end),
        }
    }

    #[test]
    fn a_user_is_there_once_and_only_until_the_end() {
        let mut present = Present::default();
        for (number, (user, end)) in [("bob", 9), ("alice", 9), ("bob", 9), ("carol", 5)]
            .into_iter()
            .enumerate()
        {
            present.add(member(user, number, end), Timestamp::from_seconds(5));
        }
        assert_eq!(
            present.users().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
            ["alice", "bob"]
        );
        assert!(!present.more);
    }

    #[test]
    fn at_most_200_are_listed() {
        let mut present = Present::default();
        for number in 0..PRESENCE_USERS_MAX {
            present.add(member(&format!("u{number}"), number, 9), Timestamp::default());
        }
        assert_eq!((present.users().count(), present.more), (PRESENCE_USERS_MAX, false));
        present.add(member("u0", 999, 9), Timestamp::default());
        assert!(!present.more);
        present.add(member("zoe", 999, 9), Timestamp::default());
        assert_eq!((present.users().count(), present.more), (PRESENCE_USERS_MAX, true));
    }
}
