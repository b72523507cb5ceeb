//! Revocations: from when on a user must have signed in.

use domain::identity::UserId;
use domain::revocation::NotBefore;
use domain::timestamp::Timestamp;

use super::TableError;

/// Reads and writes revocations.
pub trait Revocations: Sync {
    /// The first second in which a sign-in of this user counts; `None` if nothing was ever revoked. Strongly consistent.
    fn not_before(&self, user: &UserId) -> impl Future<Output = Result<Option<NotBefore>, TableError>> + Send;

    /// Notes that sign-ins before that do not count, until `life`; never goes back to an earlier one.
    fn revoke(
        &self,
        user: &UserId,
        not_before: NotBefore,
        life: Timestamp,
    ) -> impl Future<Output = Result<(), TableError>> + Send;
}
