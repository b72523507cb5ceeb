//! What an environment runs: a command with what it adds to the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::fingerprint::Fingerprint;

/// The command of a function. A native program is one executable; a runtime runs the function's code as its argument.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The executable.
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// Set after the template's own variables and Lambda's, and stronger than both.
    pub(crate) variables: BTreeMap<String, String>,
    /// The working directory; the emulator's own if absent.
    pub(crate) folder: Option<PathBuf>,
}

impl Program {
    /// A program that is executed as it is.
    pub(crate) fn executable(path: PathBuf) -> Self {
        let folder = std::fs::canonicalize(&path).ok();
        let folder = folder.as_deref().and_then(Path::parent);
        let root = folder.map(|folder| ("LAMBDA_TASK_ROOT".to_owned(), folder.display().to_string()));
        Self {
            arguments: Vec::new(),
            variables: root.into_iter().collect(),
            folder: None,
            path,
        }
    }

    /// What its files are like now; `None` while they are not there.
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        Fingerprint::of(self.place())
    }

    /// Where a person finds what runs: the function's code if a shared program runs it.
    pub(crate) fn place(&self) -> &Path {
        self.folder.as_ref().unwrap_or(&self.path)
    }
}
