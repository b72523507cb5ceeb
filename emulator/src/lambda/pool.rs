//! The environments of a function that have nothing to do.

use std::sync::{Arc, Mutex, PoisonError};

use super::environment::Environment;
use super::fingerprint::Fingerprint;

/// Idle environments, the last used on top.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Arc<Environment>>>);

impl Pool {
    /// Takes one that still runs the program as it is `now`; those of an older one are ended.
    pub(super) fn take(&self, now: Option<Fingerprint>) -> Option<Arc<Environment>> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|environment| {
            let outdated = environment.is_outdated(now);
            if outdated {
                environment.kill();
            }
            !outdated && !environment.has_exited()
        });
        idle.pop()
    }

    /// Puts one back.
    pub(super) fn put(&self, environment: Arc<Environment>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(environment);
    }
}
