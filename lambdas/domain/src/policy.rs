//! Who may read and who may write where: the one place a team replaces to have rules of its own.

use crate::channel::Channel;
use crate::identity::{GroupName, Identity};

/// What a deployment decides of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Who may publish to `all`.
    pub all: Publishers,
    /// Who may publish to another user's own channel.
    pub user: Publishers,
}

/// Who may publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishers {
    /// Everyone signed in.
    Everyone,
    /// The back end alone.
    BackEnd,
}

/// Whether somebody may publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    /// Yes.
    Allowed,
    /// From a connection that is subscribed to the channel.
    IfSubscribed,
    /// No.
    Forbidden,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            all: Publishers::Everyone,
            user: Publishers::BackEnd,
        }
    }
}

impl Policy {
    /// Whether `who` may publish to the channel, and send signals there.
    pub fn publishing(&self, who: &Identity, channel: &Channel) -> Publishing {
        match channel {
            Channel::All => self.all.into(),
            Channel::User(_) => self.user.into(),
            Channel::Room(_) => Publishing::IfSubscribed,
            Channel::Group(group) => allowed(is_in(who, group)),
            Channel::Direct(pair) => allowed(pair.has(&who.user)),
        }
    }
}

impl From<Publishers> for Publishing {
    fn from(publishers: Publishers) -> Self {
        allowed(publishers == Publishers::Everyone)
    }
}

/// Whether `who` may subscribe to the channel, read its log and see who is there.
pub fn may_subscribe(who: &Identity, channel: &Channel) -> bool {
    match channel {
        Channel::All | Channel::Room(_) => true,
        Channel::Group(group) => is_in(who, group),
        Channel::User(user) => *user == who.user,
        Channel::Direct(pair) => pair.has(&who.user),
    }
}

fn is_in(who: &Identity, group: &GroupName) -> bool {
    who.groups.contains(group)
}

fn allowed(yes: bool) -> Publishing {
    if yes {
        Publishing::Allowed
    } else {
        Publishing::Forbidden
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::identity::{DisplayName, UserId};
    use crate::timestamp::Timestamp;
    use Publishing::{Allowed, Forbidden, IfSubscribed};

    fn alice() -> Identity {
        let user = UserId::parse("alice").unwrap();
        Identity {
            name: DisplayName::new("", &user),
            groups: GroupName::parse("team").into_iter().collect(),
            expires_at: Timestamp::default(),
            signed_in_at: Timestamp::default(),
            origin_jti: None,
            user,
        }
    }

    #[test]
    fn the_table_of_rights() {
        for (channel, read, write) in [
            ("all", true, Allowed),
            ("room:lobby", true, IfSubscribed),
            ("group:team", true, Allowed),
            ("group:tea", false, Forbidden),
            ("user:alice", true, Forbidden),
            ("user:bob", false, Forbidden),
            ("user:alic", false, Forbidden),
            ("dm:alice:bob", true, Allowed),
            ("dm:aaron:alice", true, Allowed),
            ("dm:bob:carol", false, Forbidden),
        ] {
            let channel = Channel::parse(channel).unwrap();
            assert_eq!(may_subscribe(&alice(), &channel), read, "{channel}");
            assert_eq!(Policy::default().publishing(&alice(), &channel), write, "{channel}");
        }
    }

    #[test]
    fn a_deployment_may_turn_two_rules_around() {
        let policy = Policy {
            all: Publishers::BackEnd,
            user: Publishers::Everyone,
        };
        let publishing = |name| policy.publishing(&alice(), &Channel::parse(name).unwrap());
        assert_eq!(publishing("all"), Forbidden);
        assert_eq!(publishing("user:bob"), Allowed);
        assert_eq!(publishing("dm:bob:carol"), Forbidden);
    }
}
