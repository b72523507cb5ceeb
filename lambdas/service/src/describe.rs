//! Errors for the log: with all their causes, in one line.

use std::error::Error;

/// The error and its causes, from the outside in.
pub fn describe(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
