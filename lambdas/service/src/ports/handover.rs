//! Handing the telling of a shard to a function of its own.

use domain::fan_out_job::FanOutJob;

/// Hands jobs over.
pub trait Handover: Sync {
    /// Has the job done soon, by somebody else. Returns within a bound of its own.
    ///
    /// # Errors
    /// When it is not known that the job was taken; it may be done all the same.
    fn hand_over(&self, job: &FanOutJob) -> impl Future<Output = Result<(), NotHandedOver>> + Send;
}

/// The job was not taken, as far as is known.
#[derive(Debug, thiserror::Error)]
#[error("the job was not handed over")]
pub struct NotHandedOver(#[source] pub Box<dyn std::error::Error + Send + Sync>);
