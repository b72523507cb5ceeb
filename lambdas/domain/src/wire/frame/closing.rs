//! `closing`: the last frame of a connection that the server ends, since a close code says nothing of the reason.

use serde::Serialize;

use super::Frame;

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingReason {
    /// The user signed out everywhere: there is no coming back without signing in.
    SignedOut,
}

impl ClosingReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
        }
    }
}

#[derive(Serialize)]
struct Closing {
    r#type: &'static str,
    reason: &'static str,
}

impl Frame {
    /// The connection ends now, for this reason.
    pub fn closing(reason: ClosingReason) -> Self {
        Self::encode(&Closing {
            r#type: "closing",
            reason: reason.as_str(),
        })
    }
}
