//! Revocations: which sign-ins count no more.

use domain::identity::{Identity, UserId};
use domain::revocation::Revocation;
use domain::timestamp::Timestamp;

use super::TableError;

/// Reads and writes revocations.
pub trait Revocations: Sync {
    /// The revocation that means the sign-in of this identity, the one that reaches furthest; `None` if it counts. Strongly
    /// consistent.
    fn revocation(&self, who: &Identity) -> impl Future<Output = Result<Option<Revocation>, TableError>> + Send;

    /// Notes that these sign-ins do not count, until `life`; takes nothing back that was noted before, but for a life that
    /// the clock of a later writer ends sooner.
    fn revoke(
        &self,
        user: &UserId,
        revocation: &Revocation,
        life: Timestamp,
    ) -> impl Future<Output = Result<(), TableError>> + Send;
}
