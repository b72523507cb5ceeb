//! Posting frames to connections.

use domain::connection_id::ConnectionId;
use domain::wire::Frame;

/// Posts to connections.
pub trait Sockets: Sync {
    /// Posts one frame, once. Returns within a bound of its own, whatever the gateway does, and logs what failed.
    fn post(&self, connection: &ConnectionId, frame: &Frame) -> impl Future<Output = Posted> + Send;
}

impl Posted {
    /// Whether trying again is of use.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Throttled | Self::Failed)
    }
}

/// What came of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The gateway took it. Whether the client did is known only from what it says later.
    Accepted,
    /// There is no such connection: it is closed, or not open yet.
    Gone,
    /// The gateway, or the client's buffer, takes no more just now.
    Throttled,
    /// It did not work, and may work another time: the gateway or the way to it failed.
    Failed,
    /// The gateway says that it never will: a bug of ours.
    Refused,
}
