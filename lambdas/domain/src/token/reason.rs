//! Why a handshake is refused: a closed list for the log, and the only three answers the outside ever sees.

/// One reason, logged under this name and never shown to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No token in any place that counts.
    MissingToken,
    /// Not a token, or one with parts no issuer writes.
    MalformedToken,
    /// Longer than any token of the issuer.
    TokenTooLarge,
    /// Different tokens in two places.
    ConflictingTokens,
    /// Signed otherwise than with RS256.
    BadAlgorithm,
    /// Signed with a key the issuer does not publish.
    UnknownKey,
    /// Not signed with the key it names.
    BadSignature,
    /// Past its end.
    Expired,
    /// Before its beginning.
    NotYetValid,
    /// From another issuer.
    WrongIssuer,
    /// For another client of the issuer.
    WrongClient,
    /// An access token where an ID token is expected, or the reverse.
    WrongTokenUse,
    /// Opened by a page that is not allowed.
    OriginNotAllowed,
    /// A token in a cookie alone, and no `Origin`: only browsers have cookies, and they name the page.
    CookieWithoutOrigin,
    /// More of something than can be carried.
    LimitReached,
    /// The issuer's keys cannot be had.
    KeysUnavailable,
}

/// What the client gets to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 401: sign in again.
    Unauthorized,
    /// 403: not like this.
    Forbidden,
    /// 500: try again later.
    Unavailable,
}

impl Reason {
    /// The name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::MalformedToken => "malformed_token",
            Self::TokenTooLarge => "token_too_large",
            Self::ConflictingTokens => "conflicting_tokens",
            Self::BadAlgorithm => "bad_algorithm",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongClient => "wrong_client",
            Self::WrongTokenUse => "wrong_token_use",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::CookieWithoutOrigin => "cookie_without_origin",
            Self::LimitReached => "limit_reached",
            Self::KeysUnavailable => "keys_unavailable",
        }
    }

    /// The answer the client gets for it.
    pub fn answer(self) -> Answer {
        match self {
            Self::MissingToken
            | Self::MalformedToken
            | Self::TokenTooLarge
            | Self::BadAlgorithm
            | Self::UnknownKey
            | Self::BadSignature
            | Self::Expired
            | Self::NotYetValid
            | Self::WrongIssuer
            | Self::WrongClient
            | Self::WrongTokenUse => Answer::Unauthorized,
            Self::ConflictingTokens | Self::OriginNotAllowed | Self::CookieWithoutOrigin | Self::LimitReached => {
                Answer::Forbidden
            }
            Self::KeysUnavailable => Answer::Unavailable,
        }
    }
}
