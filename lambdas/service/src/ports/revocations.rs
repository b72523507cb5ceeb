//! Revocations: from when on a user must have signed in.

use domain::identity::UserId;
use domain::revocation::NotBefore;
use domain::timestamp::Timestamp;

use super::TableError;

/// Writes revocations.
pub trait Revocations: Sync {
    /// Notes that sign-ins before that do not count, until `life`; never goes back to an earlier one.
    fn revoke(
        &self,
        user: &UserId,
        not_before: NotBefore,
        life: Timestamp,
    ) -> impl Future<Output = Result<(), TableError>> + Send;
}
