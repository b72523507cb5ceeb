//! Time: what it is, and letting some of it pass.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// A clock that can also wait.
pub trait Clock: Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Ends after `span`.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send;
}
