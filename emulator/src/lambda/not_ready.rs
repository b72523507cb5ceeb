//! Why an environment is not ready for events, in the words of Lambda for the function's caller and in plainer ones for the
//! person at the terminal.

use std::fmt;
use std::time::Duration;

use super::output::FunctionError;
use super::reported;

/// Why an environment is not ready.
#[derive(Debug)]
pub(super) enum NotReady {
    /// There is no process at all.
    NotStarted(String),
    /// The runtime said what is wrong, in so many words.
    Reported(FunctionError),
    /// The process ended.
    Exited(String, String),
    TimedOut(Duration),
}

impl NotReady {
    /// What the caller of the function is told
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>).
    pub(super) fn error(self, request_id: &str, timeout: Duration) -> FunctionError {
        match self {
            Self::NotStarted(why) => FunctionError::not_started(request_id, &why),
            Self::Reported(error) => error,
            Self::Exited(how, _) => FunctionError::exited(request_id, &how),
            Self::TimedOut(_) => FunctionError::timed_out(request_id, timeout),
        }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(why) => f.write_str(why),
            Self::Reported(error) => f.write_str(&reported::reason(error)),
            Self::Exited(how, words) => write!(f, "{how}, {words}"),
            Self::TimedOut(limit) => write!(f, "not ready after {} s", limit.as_secs()),
        }
    }
}
