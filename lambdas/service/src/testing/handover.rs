//! Jobs in memory: kept until a test does them, or refused.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::fan_out_job::FanOutJob;

use super::{give_way, lock};
use crate::ports::{Handover, NotHandedOver};

/// Keeps jobs.
#[derive(Debug, Default)]
pub struct MemoryHandover {
    jobs: Mutex<Vec<FanOutJob>>,
    refusing: AtomicBool,
}

impl MemoryHandover {
    /// From now on, no job is taken.
    pub fn refuse(&self) {
        self.refusing.store(true, Ordering::SeqCst);
    }

    /// The jobs taken so far, which are forgotten now.
    pub fn take(&self) -> Vec<FanOutJob> {
        std::mem::take(&mut lock(&self.jobs))
    }
}

impl Handover for MemoryHandover {
    async fn hand_over(&self, job: &FanOutJob) -> Result<(), NotHandedOver> {
        give_way().await;
        if self.refusing.load(Ordering::SeqCst) {
            return Err(NotHandedOver("told to refuse".into()));
        }
        lock(&self.jobs).push(job.clone());
        Ok(())
    }
}
