//! Everything that can be wrong with a request to the session endpoint: one code, one status, one sentence each.

/// The closed list. Nothing in a sentence ever comes from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such thing here.
    NotFound,
    /// A foreign page asks.
    ForbiddenOrigin,
    /// More body than may be sent.
    TooLarge,
    /// No token, or none that counts.
    NotSignedIn,
    /// A token that holds, of a sign-in that counts no more: signed out of, or everywhere since, or sent away.
    SignedOut,
    /// Not possible right now.
    Unavailable,
    /// The path to come back to is not one of this origin.
    InvalidReturn,
    /// The pool has no pages.
    NotConfigured,
    /// Coming back from a sign-in that this browser did not begin, or too long ago.
    InvalidState,
    /// The pool does not give tokens for the code, or not those asked for.
    CodeRefused,
    /// The pool says that the user did not sign in.
    SignInRefused,
    /// A token larger than a cookie.
    TokenTooLarge,
}

impl Refusal {
    /// The code, by which programs decide.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::ForbiddenOrigin => "forbidden_origin",
            Self::TooLarge => "too_large",
            Self::NotSignedIn => "not_signed_in",
            Self::SignedOut => "signed_out",
            Self::Unavailable => "unavailable",
            Self::InvalidReturn => "invalid_return",
            Self::NotConfigured => "not_configured",
            Self::InvalidState => "invalid_state",
            Self::CodeRefused => "code_refused",
            Self::SignInRefused => "sign_in_refused",
            Self::TokenTooLarge => "token_too_large",
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidReturn
            | Self::InvalidState
            | Self::CodeRefused
            | Self::SignInRefused
            | Self::TokenTooLarge => 400,
            Self::NotSignedIn | Self::SignedOut => 401,
            Self::ForbiddenOrigin => 403,
            Self::NotFound | Self::NotConfigured => 404,
            Self::TooLarge => 413,
            Self::Unavailable => 503,
        }
    }

    /// What to change.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here: see the session endpoint in PROTOCOL.md for what may be asked.",
            Self::ForbiddenOrigin => "Only pages of this application's own origin may ask for this.",
            Self::TooLarge => "The body may have 4096 bytes, and needs none.",
            Self::NotSignedIn => "Nobody is signed in: sign in at /session/login, or send a valid ID token.",
            Self::SignedOut => "You were signed out: sign in again at /session/login.",
            Self::Unavailable => "Not possible right now: try again in a moment.",
            Self::InvalidReturn => {
                "The parameter return must stand there once and be a path of this application, such as /chat, but not \
                 /session."
            }
            Self::NotConfigured => "This deployment has no sign-in page: send an ID token to POST /session instead.",
            Self::InvalidState => {
                "This sign-in was not begun in this browser, or took longer than 10 minutes, or another one was begun \
                 after it: sign in again."
            }
            Self::CodeRefused => "The sign-in could not be completed, or was completed before: sign in again.",
            Self::SignInRefused => "The sign-in page did not sign you in: sign in again.",
            Self::TokenTooLarge => {
                "The token does not fit into a cookie of 4096 bytes: ask the administrator to put fewer claims or \
                 groups into it."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{COOKIE_BYTES_MAX, SESSION_BODY_BYTES_MAX, SIGN_IN_MAX};

    #[test]
    fn sentences_name_the_bounds_there_are() {
        assert!(
            Refusal::TooLarge
                .message()
                .contains(&SESSION_BODY_BYTES_MAX.to_string())
        );
        assert!(Refusal::TokenTooLarge.message().contains(&COOKIE_BYTES_MAX.to_string()));
        assert!(
            Refusal::InvalidState
                .message()
                .contains(&format!("{} minutes", SIGN_IN_MAX.as_secs() / 60))
        );
    }
}
