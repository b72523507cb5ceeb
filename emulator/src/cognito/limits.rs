//! Every bound of the user pool, with its unit. "Cognito" marks those that are the service's own.

/// Bytes of one request's body.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// Calls worked on at once; the rest wait. One password hash takes 19 MiB.
pub(crate) const MAX_CALLS_AT_ONCE: usize = 8;

/// Users of the pool. All of them are held in memory, each in a file of its own.
pub(crate) const MAX_USERS: usize = 5_000;

/// Groups of the pool.
pub(crate) const MAX_GROUPS: usize = 1_000;

/// Groups of one user (Cognito).
pub(crate) const MAX_GROUPS_PER_USER: usize = 100;

/// Sign-ins kept per user; the oldest makes room.
pub(crate) const MAX_FAMILIES_PER_USER: usize = 100;

/// Unanswered challenges kept; the oldest makes room.
pub(crate) const MAX_CHALLENGES: usize = 1_000;

/// Seconds a challenge can be answered (Cognito's default `AuthSessionValidity`).
pub(crate) const CHALLENGE_SECONDS: u64 = 3 * 60;

/// Seconds a sign-in is remembered after its refresh token has expired: the longest life of an access token (Cognito),
/// so that every live access token has its family.
pub(crate) const FAMILY_GRACE_SECONDS: u64 = 24 * 60 * 60;

/// Characters of a user name (Cognito).
pub(crate) const MAX_USERNAME_CHARS: usize = 128;

/// Characters of a password (Cognito).
pub(crate) const MAX_PASSWORD_CHARS: usize = 256;

/// Characters of an attribute's value (Cognito).
pub(crate) const MAX_ATTRIBUTE_CHARS: usize = 2_048;

/// Characters of a group's name (Cognito).
pub(crate) const MAX_GROUP_NAME_CHARS: usize = 128;

/// Characters of a group's description (Cognito).
pub(crate) const MAX_DESCRIPTION_CHARS: usize = 2_048;

/// Entries of one page, also the default (Cognito).
pub(crate) const MAX_PAGE: usize = 60;
