//! One user as it is kept: who it is, how it signs in, and the sign-ins that are still of use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::families::Families;

/// Cognito's `UserStatus`, as far as it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum UserStatus {
    /// The user has a password of its own.
    Confirmed,
    /// The password is temporary: signing in leads to the challenge `NEW_PASSWORD_REQUIRED`.
    ForceChangePassword,
}

/// A user. The file `users/<sub>.json` holds exactly this.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    /// The subject: a UUID that never changes.
    pub(crate) sub: String,
    pub(crate) username: String,
    pub(crate) password_hash: String,
    pub(crate) status: UserStatus,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) groups: BTreeSet<String>,
    /// Seconds since 1970.
    pub(crate) created: u64,
    /// Seconds since 1970.
    pub(crate) modified: u64,
    /// Oldest first.
    pub(crate) families: Families,
}

/// What a new user starts with.
pub(crate) struct NewUser {
    pub(crate) username: String,
    pub(crate) password_hash: String,
    pub(crate) status: UserStatus,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl User {
    pub(crate) fn new(new: NewUser, sub: String, now: u64) -> Self {
        Self {
            sub,
            username: new.username,
            password_hash: new.password_hash,
            status: new.status,
            attributes: new.attributes,
            groups: BTreeSet::new(),
            created: now,
            modified: now,
            families: Families::default(),
        }
    }

    pub(crate) fn set_password(&mut self, password_hash: String, status: UserStatus, now: u64) {
        self.password_hash = password_hash;
        self.status = status;
        self.modified = now;
    }
}
