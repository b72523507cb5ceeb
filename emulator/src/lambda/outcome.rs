//! What came of handing an event to an environment, apart from what its caller is told: an event that was never taken is
//! nobody's to hear of, since another environment gets it.

use std::time::Duration;

use super::output::{FunctionError, InvocationResult};
use super::report::Status;

/// What came of handing an event to an environment.
pub(super) enum Outcome {
    /// The function answered; the environment is done when it asks for the next event.
    Answered(InvocationResult),
    /// The function took longer than it may.
    TimedOut,
    /// The process ended with the event in hand.
    Exited(String),
    /// The environment was gone before the event reached it: another may take it.
    NeverTaken,
}

impl Outcome {
    /// How the invocation ended and what its caller is told of a function that may take `timeout`; nothing if it did not
    /// begin.
    pub(super) fn told(self, request_id: &str, timeout: Duration) -> Option<(Status, InvocationResult)> {
        Some(match self {
            Self::Answered(result) => (Status::Answered, result),
            Self::TimedOut => (Status::TimedOut, Err(FunctionError::timed_out(request_id, timeout))),
            Self::Exited(how) => (Status::Exited, Err(FunctionError::exited(request_id, &how))),
            Self::NeverTaken => return None,
        })
    }
}
