//! `closing`: the last frame of a connection that the server ends, since a close code says nothing of the reason.

use serde::Serialize;

use super::Frame;
use crate::connection::Ending;

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingReason {
    /// Its token or its lifetime has ended.
    TokenExpired,
    /// The user signed out everywhere, or was sent away: there is no coming back without signing in.
    SignedOut,
    /// Another connection took its place.
    Replaced,
    /// The server lost sight of the client, and it may come back at once.
    Server,
}

impl ClosingReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::TokenExpired => "token_expired",
            Self::SignedOut => "signed_out",
            Self::Replaced => "replaced",
            Self::Server => "server",
        }
    }

    fn retry(self) -> Retry {
        match self {
            Self::TokenExpired | Self::Server => Retry::After(0),
            Self::SignedOut | Self::Replaced => Retry::Never(false),
        }
    }
}

impl From<Ending> for ClosingReason {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::HardEnd => Self::TokenExpired,
            Ending::Replaced => Self::Replaced,
            Ending::Lapsed => Self::Server,
        }
    }
}

/// `false`, or after how many milliseconds to come back.
#[derive(Serialize)]
#[serde(untagged)]
enum Retry {
    Never(bool),
    After(u64),
}

#[derive(Serialize)]
struct Closing {
    r#type: &'static str,
    reason: &'static str,
    retry: Retry,
}

impl Frame {
    /// The connection ends now, for this reason.
    pub fn closing(reason: ClosingReason) -> Self {
        Self::encode(&Closing {
            r#type: "closing",
            reason: reason.as_str(),
            retry: reason.retry(),
        })
    }
}
