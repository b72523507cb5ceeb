//! Whether a function's program is still the one that an environment was started with: a rebuilt one is run from the next
//! event on.

use std::collections::hash_map::DefaultHasher;
use std::fs::Metadata;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How many files of a folder are looked at, so that this stays cheap before every event.
const MAX_FILES: usize = 500;
/// What is installed, not written; hidden folders neither.
const INSTALLED: &str = "node_modules";

/// What the files of a program were like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    /// Of an executable, or of a folder of code; `None` while it is not there, as when it is just being replaced.
    pub(super) fn of(place: &Path) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        let mut left = MAX_FILES;
        add(place, &std::fs::metadata(place).ok()?, &mut hasher, &mut left);
        Some(Self(hasher.finish()))
    }
}

fn add(path: &Path, metadata: &Metadata, hasher: &mut DefaultHasher, left: &mut usize) {
    if metadata.is_dir() {
        return add_folder(path, hasher, left);
    }
    (metadata.dev(), metadata.ino(), metadata.size()).hash(hasher);
    (metadata.mtime(), metadata.mtime_nsec()).hash(hasher);
}

fn add_folder(folder: &Path, hasher: &mut DefaultHasher, left: &mut usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name != INSTALLED && !name.starts_with('.')
    });
    paths.sort();
    for path in paths {
        if *left == 0 {
            return;
        }
        *left -= 1;
        path.hash(hasher);
        // Not through links: they may lead round in a circle.
        if let Ok(metadata) = std::fs::symlink_metadata(&path) {
            add(&path, &metadata, hasher, left);
        }
    }
}
