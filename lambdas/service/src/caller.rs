//! Who is speaking: what API Gateway says of a frame's connection, never what the frame says.

use std::net::IpAddr;

use domain::connection_id::ConnectionId;
use domain::identity::Identity;
use domain::timestamp::Timestamp;
use domain::wire::Refusal;

/// The connection a frame came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Where the answer goes.
    pub connection: ConnectionId,
    /// Who opened the connection; `None` if the event does not say, and then nothing is allowed.
    pub identity: Option<Identity>,
    /// API Gateway's id of the event, repeated in errors.
    pub gateway_request: Option<String>,
    /// Where the connection comes from, as API Gateway sees it; for the log alone.
    pub source: Option<IpAddr>,
}

impl Caller {
    /// The identity, as long as the connection lasts.
    ///
    /// # Errors
    /// `forbidden` without an identity, `token_expired` from the instant of its end.
    pub fn identity_at(&self, now: Timestamp) -> Result<&Identity, Refusal> {
        let Some(identity) = &self.identity else {
            return Err(Refusal::nobody());
        };
        if self.has_ended(now) {
            Err(Refusal::token_expired())
        } else {
            Ok(identity)
        }
    }

    /// Who it is for the log, if the event says so.
    pub(crate) fn sub(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.user.as_str())
    }

    /// Whether the connection is past its end, and gets nothing any more but to be told so.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.identity
            .as_ref()
            .is_some_and(|identity| identity.expires_at <= now)
    }
}
