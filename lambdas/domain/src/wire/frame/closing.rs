//! `closing`: the last frame of a connection that the server ends, since a close code says nothing of the reason.

use serde::Serialize;

use super::{Frame, ServerFrame};
use crate::connection::Ending;
use crate::limits::RATE_RETRY;

/// Why the server ends a connection. A newer server may name others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClosingReason {
    /// Its token or its lifetime has ended.
    TokenExpired,
    /// The user signed out, or was sent away: there is no coming back without signing in.
    SignedOut,
    /// Another connection took its place.
    Replaced,
    /// It sent too much, and did not wait as it was told.
    RateLimited,
    /// The server lost sight of the client, and it may come back at once.
    Server,
}

impl ClosingReason {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenExpired => "token_expired",
            Self::SignedOut => "signed_out",
            Self::Replaced => "replaced",
            Self::RateLimited => "rate_limited",
            Self::Server => "server",
        }
    }

    fn retry(self) -> Retry {
        match self {
            Self::TokenExpired | Self::Server => Retry::After(0),
            Self::RateLimited => Retry::After(RATE_RETRY.as_secs() * 1_000),
            Self::SignedOut | Self::Replaced => Retry::Never(false),
        }
    }
}

impl From<Ending> for ClosingReason {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::SentAway => Self::SignedOut,
            Ending::HardEnd => Self::TokenExpired,
            Ending::Replaced => Self::Replaced,
            Ending::Lapsed => Self::Server,
        }
    }
}

/// `false`, or after how many milliseconds to come back.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(untagged)]
enum Retry {
    After(u64),
    #[cfg_attr(test, schemars(extend("const" = false)))]
    Never(bool),
}

/// The server ends this connection right after this frame.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(in crate::wire) struct Closing {
    reason: ClosingReason,
    /// After how many milliseconds to come back, or `false`: not by itself.
    retry: Retry,
}

impl Frame {
    /// The connection ends now, for this reason.
    pub fn closing(reason: ClosingReason) -> Self {
        Self::encode(&ServerFrame::Closing(Closing {
            reason,
            retry: reason.retry(),
        }))
    }
}
