//! The user pool's list of users and of who is signed in.

use domain::identity::Username;

/// Acts on users.
pub trait Directory: Sync {
    /// Ends every sign-in of the user: no refresh token that was given out before gets a new token. Doing it twice is
    /// harmless, and a user who is no longer there has nothing to end. Returns within a bound of its own.
    fn sign_out_everywhere(&self, user: &Username) -> impl Future<Output = Result<(), DirectoryError>> + Send;
}

/// The pool could not be asked, or did not do it.
#[derive(Debug, thiserror::Error)]
#[error("the user pool did not sign the user out")]
pub struct DirectoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
