//! An environment in the hands of whoever started it or took it: unless it is kept, it is killed, however that ends.

use std::ops::Deref;
use std::sync::Arc;

use super::environment::Environment;

/// An environment that is killed when it is dropped.
pub(super) struct Busy {
    environment: Arc<Environment>,
    is_kept: bool,
}

impl Busy {
    pub(super) fn new(environment: Arc<Environment>) -> Self {
        let is_kept = false;
        Self { environment, is_kept }
    }

    /// The environment, which is good for more.
    pub(super) fn keep(mut self) -> Arc<Environment> {
        self.is_kept = true;
        Arc::clone(&self.environment)
    }
}

impl Deref for Busy {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.environment
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if !self.is_kept {
            self.environment.kill();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lambda::environment::tests::sleeping;
    use crate::lambda::not_ready::NotReady;

    #[tokio::test]
    async fn who_is_not_kept_is_killed() -> Result<(), NotReady> {
        let kept = Busy::new(sleeping()?).keep();
        let lost = sleeping()?;
        drop(Busy::new(Arc::clone(&lost)));
        let ended = tokio::time::timeout(Duration::from_secs(30), lost.ended()).await;
        assert!(ended.is_ok(), "it lives");
        assert!(!kept.has_exited());
        kept.kill();
        Ok(())
    }
}
