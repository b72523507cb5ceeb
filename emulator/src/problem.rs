//! A failure that ends the program: one sentence that says what is wrong and what to do about it.

use std::fmt::Display;

/// What the person at the terminal reads when the emulator cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Problem(String);

impl Problem {
    /// `sentence` names the thing that failed and ends with what to do.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Turns any error into a [`Problem`] by putting the sentence before its cause.
pub(crate) trait OrProblem<T> {
    /// `sentence` is what the user reads; the cause follows in brackets.
    fn or_problem(self, sentence: impl FnOnce() -> String) -> Result<T, Problem>;
}

impl<T, E: Display> OrProblem<T> for Result<T, E> {
    fn or_problem(self, sentence: impl FnOnce() -> String) -> Result<T, Problem> {
        self.map_err(|cause| Problem(format!("{} ({cause})", sentence())))
    }
}
