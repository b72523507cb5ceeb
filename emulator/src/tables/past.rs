//! What stood in the tables a moment ago: a copy, made before a write, from which a read may be answered that does not ask
//! for the truth.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dynoxide::{Database, DynoxideError};

/// The copy, while there is one.
pub(super) struct Past {
    /// Where the store writes a copy before it is read into memory.
    file: PathBuf,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    copy: Database,
    made: Instant,
    /// The last write since.
    written: Instant,
}

impl Past {
    pub(super) fn beside(file: &Path) -> Self {
        Self {
            file: file.with_extension("past"),
            kept: Mutex::default(),
        }
    }

    /// Before a write: sees to it that there is a copy from before it that is not much older than `age`. A copy is of one
    /// moment, whichever writes run beside it.
    pub(super) fn keep(&self, database: &Database, age: Duration) {
        let mut kept = self.lock();
        let now = Instant::now();
        if let Some(kept) = kept.as_mut().filter(|kept| now.duration_since(kept.made) < age) {
            kept.written = now;
            return;
        }
        match self.copy(database) {
            Ok(copy) => {
                *kept = Some(Kept {
                    copy,
                    made: now,
                    written: now,
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the tables could not be copied: reads are answered with the truth");
                *kept = None;
            }
        }
    }

    /// The tables as they were before the last writes, if the last one is no longer ago than `age`.
    pub(super) fn before(&self, age: Duration) -> Option<Database> {
        let kept = self.lock();
        let kept = kept.as_ref().filter(|kept| kept.written.elapsed() < age)?;
        Some(kept.copy.clone())
    }

    fn copy(&self, database: &Database) -> Result<Database, DynoxideError> {
        // Left over from a program that was killed.
        let _ = std::fs::remove_file(&self.file);
        let path = self.file.to_string_lossy();
        database.vacuum_into(&path)?;
        let copy = Database::memory()?;
        copy.restore_from(&path)?;
        let _ = std::fs::remove_file(&self.file);
        Ok(copy)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
