//! What becomes of an invocation when a fault says so.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::environment::Environment;
use super::outcome::Outcome;
use crate::faults::{Faults, Kind};

/// How a process ended that was killed.
const KILLED: &str = "signal: killed";

/// What is decided of one invocation, once and before any of it is tried.
#[derive(Debug)]
pub(super) struct Fate {
    /// It gets an environment of its own, which takes this much longer to start.
    cold: Option<Duration>,
    /// Its process is killed this long after it was handed the event.
    killed: Option<Duration>,
    /// Its process is killed when it has answered, and nobody gets the answer.
    killed_after: bool,
}

impl Fate {
    /// `function` is a logical id.
    pub(super) fn of(faults: &Faults, function: &str) -> Self {
        let delay = |kind| faults.strike(kind, function).map(|strike| strike.delay);
        Self {
            cold: delay(Kind::FunctionCold),
            killed: delay(Kind::FunctionKilled),
            killed_after: faults.strikes(Kind::FunctionKilledAfter, function),
        }
    }

    /// An idle environment as it is, or none where the start shall be a cold one: it takes the place of the idle one.
    pub(super) async fn warm(&self, idle: Option<Arc<Environment>>) -> Option<Arc<Environment>> {
        let Some(delay) = self.cold else { return idle };
        if let Some(idle) = idle {
            idle.kill();
        }
        sleep(delay).await;
        None
    }

    /// The outcome of an invocation whose process lives no longer than it shall.
    pub(super) async fn met(&self, environment: &Environment, invocation: impl Future<Output = Outcome>) -> Outcome {
        let kill = async {
            match self.killed {
                Some(delay) => sleep(delay).await,
                None => pending().await,
            }
            environment.kill();
            pending().await
        };
        let outcome = tokio::select! {
            outcome = invocation => outcome,
            never = kill => never,
        };
        match outcome {
            // It was faster than the killer.
            Outcome::Answered(_) if self.killed.is_some() || self.killed_after => {
                environment.kill();
                Outcome::Exited(KILLED.to_owned())
            }
            // It had no time to take the event: that is one of the moments at which a process may be killed.
            Outcome::NeverTaken if self.killed.is_some() => Outcome::Exited(KILLED.to_owned()),
            outcome => outcome,
        }
    }
}
