//! Where the user pool gives tokens to who shows a code or a refresh token.

use domain::session::Secret;

/// Exchanges codes and refresh tokens. Every call returns within a bound of its own and follows no redirect.
pub trait TokenEndpoint: Sync {
    /// The tokens for a code, which is of use once.
    fn exchange(&self, code: &Secret, verifier: &Secret) -> impl Future<Output = Result<Tokens, NoTokens>> + Send;

    /// A new ID token for a refresh token, which the pool may replace by another one.
    fn refresh(&self, token: &Secret) -> impl Future<Output = Result<Tokens, NoTokens>> + Send;

    /// Makes the refresh token useless. Doing it twice is harmless.
    fn revoke(&self, token: &Secret) -> impl Future<Output = Result<(), NoTokens>> + Send;
}

/// What the pool gave. Nobody has verified it yet.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The ID token.
    pub id: Secret,
    /// The refresh token; when refreshing only if it is another one from now on.
    pub refresh: Option<Secret>,
}

/// Why there are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTokens {
    /// The pool does not believe what it was shown: it was used before, is over, revoked or made up.
    #[error("refused: {0}")]
    Refused(String),
    /// The pool could not be asked, or its answer makes no sense; what it was shown may be good.
    #[error("unavailable: {0}")]
    Unavailable(String),
}
