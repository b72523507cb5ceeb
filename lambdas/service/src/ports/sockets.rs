//! Posting frames to connections.

use domain::connection::ConnectionId;
use domain::wire::Frame;

/// Posts to connections.
pub trait Sockets: Sync {
    /// Posts one frame. Returns within a bound of its own, whatever the gateway does, and logs what failed.
    fn post(&self, connection: &ConnectionId, frame: &Frame) -> impl Future<Output = Posted> + Send;
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
    /// Anything else.
    Failed,
}
