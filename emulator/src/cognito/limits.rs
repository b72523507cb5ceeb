//! Every bound of the user pool, with its unit. "Cognito" marks those that are the service's own.

/// Bytes of one request's body.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// Bytes of one form posted to the sign-in pages or their endpoints: every field at its longest, percent-encoded.
pub(crate) const MAX_FORM_BYTES: usize = 16 * 1024;

/// Bytes of the query of a sign-in page.
pub(crate) const MAX_QUERY_BYTES: usize = 8 * 1024;

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

/// Authorization codes kept, the spent ones too; the oldest makes room.
pub(crate) const MAX_CODES: usize = 1_000;

/// Seconds an authorization code can be redeemed (Cognito).
pub(crate) const CODE_SECONDS: u64 = 5 * 60;

/// Sessions of browsers with the sign-in pages; the oldest makes room.
pub(crate) const MAX_BROWSER_SESSIONS: usize = 1_000;

/// Seconds a browser stays signed in at the sign-in pages (Cognito).
pub(crate) const BROWSER_SESSION_SECONDS: u64 = 60 * 60;

/// Seconds a sign-in is remembered after its refresh token has expired: the longest life of an access token (Cognito),
/// so that every live access token has its family.
pub(crate) const FAMILY_GRACE_SECONDS: u64 = 24 * 60 * 60;

/// Characters of a user name (Cognito).
pub(crate) const MAX_USERNAME_CHARS: usize = 128;

/// Characters of a password (Cognito).
pub(crate) const MAX_PASSWORD_CHARS: usize = 256;

/// Characters of an attribute's value (Cognito).
pub(crate) const MAX_ATTRIBUTE_CHARS: usize = 2_048;

/// Characters of an email address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub(crate) const MAX_EMAIL_CHARS: usize = 254;

/// Characters of a nonce. It comes back in the ID token, which has to fit into a cookie.
pub(crate) const MAX_NONCE_CHARS: usize = 256;

/// Characters of a group's name (Cognito).
pub(crate) const MAX_GROUP_NAME_CHARS: usize = 128;

/// Characters of a group's description (Cognito).
pub(crate) const MAX_DESCRIPTION_CHARS: usize = 2_048;

/// Entries of one page, also the default (Cognito).
pub(crate) const MAX_PAGE: usize = 60;
