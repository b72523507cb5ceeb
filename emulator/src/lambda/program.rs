//! What an environment runs: a command with what it adds to the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The command of a function. A native program is one executable; a runtime runs the function's code as its argument.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The executable.
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// Set after the template's own variables and Lambda's, and stronger than both.
    pub(crate) variables: BTreeMap<String, String>,
}

impl Program {
    /// A program that is executed as it is.
    pub(crate) fn executable(path: PathBuf) -> Self {
        Self {
            arguments: Vec::new(),
            variables: BTreeMap::new(),
            path,
        }
    }
}
