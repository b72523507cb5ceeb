//! Who may read and who may write where: the one place a team replaces to have rules of its own.

use crate::channel::Channel;
use crate::identity::Identity;

/// Whether `who` may read the channel's log and get its messages.
pub fn may_subscribe(who: &Identity, channel: &Channel) -> bool {
    match channel {
        Channel::All => true,
        Channel::User(user) => *user == who.user,
    }
}

/// Whether `who` may publish to the channel. What a user gets personally comes from the back end alone.
pub fn may_publish(_who: &Identity, channel: &Channel) -> bool {
    match channel {
        Channel::All => true,
        Channel::User(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::identity::{DisplayName, UserId};
    use crate::timestamp::Timestamp;

    #[test]
    fn all_is_for_everyone_and_a_user_channel_for_its_user_to_read() {
        let user = UserId::parse("alice").unwrap();
        let alice = Identity {
            name: DisplayName::new("", &user),
            groups: vec![],
            expires_at: Timestamp::default(),
            signed_in_at: Timestamp::default(),
            origin_jti: None,
            user,
        };
        for (channel, read, write) in [
            ("all", true, true),
            ("user:alice", true, false),
            ("user:bob", false, false),
            ("user:alic", false, false),
        ] {
            let channel = Channel::parse(channel).unwrap();
            assert_eq!(
                (may_subscribe(&alice, &channel), may_publish(&alice, &channel)),
                (read, write),
                "{channel}"
            );
        }
    }
}
