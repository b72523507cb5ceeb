//! The pool's own session with a browser, as the pool remembers it.

/// Who has signed in with a browser, and when.
pub(crate) struct BrowserSession {
    pub(crate) sub: String,
    /// The hash of the password that was given: a changed one ends the session.
    pub(crate) password_hash: String,
    pub(crate) auth_time: u64,
}
