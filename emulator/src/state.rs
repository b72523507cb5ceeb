//! The folder in which one stack keeps everything that outlives a restart. One running stack a folder.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::problem::{OrProblem, Problem};

const LOCK_FILE: &str = "lock";

/// The state folder, locked for as long as the value lives; the lock ends with the process, however it ends.
#[derive(Debug)]
pub(crate) struct StateFolder {
    folder: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Opens `folder`, making it if needed; `fresh` empties it first.
    ///
    /// # Errors
    /// Another stack runs in it, or it cannot be written.
    pub(crate) fn open(folder: &Path, fresh: bool) -> Result<Self, Problem> {
        let unwritable = || {
            format!(
                "The state folder {} cannot be used: choose one that you may write to with --state",
                folder.display()
            )
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .or_problem(unwritable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(folder.join(LOCK_FILE))
            .or_problem(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Problem::new(format!(
                    "Another stack is running in the state folder {}: stop it, or give this one a folder of its own with --state.",
                    folder.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(error).or_problem(unwritable),
        }
        if fresh {
            empty(folder).or_problem(unwritable)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// A folder in it, made if needed.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Problem> {
        let folder = self.path(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .or_problem(|| {
                format!(
                    "The folder {} cannot be made: choose another with --state",
                    folder.display()
                )
            })?;
        Ok(folder)
    }

    /// Opens a file of one of its folders, at whose end is written; only its owner may read it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn append(&self, folder: &str, name: &str) -> Result<File, Problem> {
        let path = self.folder(folder)?.join(name);
        let opened = File::options().create(true).append(true).mode(0o600).open(&path);
        opened.or_problem(|| {
            format!(
                "{} cannot be written: make room, or choose another folder with --state",
                path.display()
            )
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file that only its owner may read, whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Problem> {
        let target = self.path(name);
        let draft = self.path(&format!("{name}.new"));
        let written = fs::remove_file(&draft)
            .or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })
            .and_then(|()| File::options().create_new(true).write(true).mode(0o600).open(&draft))
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .and_then(|()| fs::rename(&draft, &target));
        written.or_problem(|| {
            format!(
                "{} cannot be written: make room, or choose another folder with --state",
                target.display()
            )
        })
    }

    /// Removes a file of an earlier run, if it is there.
    pub(crate) fn remove(&self, name: &str) {
        // A file that is not there is what was wanted.
        let _ = fs::remove_file(self.path(name));
    }
}

/// Removes what stacks write here, and nothing else: the folder may be one that a person chose by mistake.
fn empty(folder: &Path) -> std::io::Result<()> {
    for name in [
        "endpoints.json",
        "tables.db",
        "tables.db-wal",
        "tables.db-shm",
        "tables.past",
        "cognito",
        "code",
        "node",
        "tls",
        "access-logs",
    ] {
        let path = folder.join(name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("carillon-state-{name}-{}", std::process::id()))
    }

    #[test]
    fn one_stack_a_folder() {
        let folder = folder("lock");
        let first = StateFolder::open(&folder, false);
        let second = StateFolder::open(&folder, false);
        let refusal = second.err().map(|problem| problem.to_string()).unwrap_or_default();
        assert!(refusal.starts_with("Another stack is running"), "{refusal}");
        drop(first);
        assert!(StateFolder::open(&folder, false).is_ok());
        fs::remove_dir_all(folder).ok();
    }

    #[test]
    fn fresh_removes_what_stacks_write_and_nothing_else() {
        let folder = folder("fresh");
        let left = ["tables.db", "tables.past"];
        for name in left {
            drop(StateFolder::open(&folder, false).map(|state| state.write(name, "x")));
        }
        fs::write(folder.join("mine.txt"), "keep").ok();
        assert!(StateFolder::open(&folder, true).is_ok());
        assert!(left.iter().all(|name| !folder.join(name).exists()));
        assert!(folder.join("mine.txt").exists());
        fs::remove_dir_all(folder).ok();
    }
}
