//! What the use-cases need from outside, one trait per capability. Each says what its adapter must guarantee.

mod buckets;
mod clock;
mod closing;
mod connections;
mod directory;
mod handover;
mod keys;
mod leases;
mod log;
mod members;
mod memberships;
mod registry;
mod revocations;
mod sockets;
mod token_endpoint;

pub use buckets::{Bucket, Buckets, Taken};
pub use clock::Clock;
pub use closing::{Closing, Ended};
pub use connections::{Connections, Standings};
pub use directory::{Directory, DirectoryError};
pub use handover::{Handover, NotHandedOver};
pub use keys::{KeySource, KeysError};
pub use leases::{Leases, Renewed};
pub use log::{Append, Appended, Heads, Log, LogReader, Span};
pub use members::{MemberPage, Members};
pub use memberships::{Memberships, Moved};
pub use registry::{Place, Registered, Registry};
pub use revocations::Revocations;
pub use sockets::{Posted, Sockets};
pub use token_endpoint::{NoTokens, TokenEndpoint, Tokens};

/// The table could not be asked, or its answer makes no sense. Whether a write happened is unknown.
#[derive(Debug, thiserror::Error)]
#[error("the table did not answer {operation}")]
pub struct TableError {
    /// What was attempted, in the words of the port.
    pub operation: &'static str,
    /// What went wrong, for the log alone.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl TableError {
    /// Wraps an adapter's own error.
    pub fn new(operation: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            operation,
            source: source.into(),
        }
    }
}
