//! What a user owes who has given a temporary password.

/// A user who has given the temporary password and owes a new one.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) username: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    /// The hash of the password that was given: a changed one makes the challenge void.
    pub(crate) password_hash: String,
}
