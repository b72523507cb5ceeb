//! JSON files that only their owner can read and that are never half written.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use super::open_error::{Damage, OpenError};

const TEMPORARY: &str = "tmp";

/// Makes the folder, and those above it, for its owner alone.
pub(crate) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| OpenError::Unwritable {
            file: folder.to_owned(),
            source,
        })
}

/// The file's content, or nothing if there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, OpenError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(OpenError::Unreadable {
                file: file.to_owned(),
                source,
            });
        }
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| damaged(file, json_damage(&error)))
}

/// The JSON files of a folder, in the order of their names.
pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let unreadable = |source| OpenError::Unreadable {
        file: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes beside the file and then renames over it, so that a crash leaves the old content or the new.
pub(crate) fn write_json(file: &Path, content: &impl Serialize) -> io::Result<()> {
    let temporary = file.with_extension(TEMPORARY);
    let written = write_private(&temporary, content).and_then(|()| fs::rename(&temporary, file));
    if written.is_err() {
        // The first failure is the one worth telling.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes the file; that it is gone already is no failure.
pub(crate) fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(crate) fn damaged(file: &Path, source: Damage) -> OpenError {
    OpenError::Damaged {
        file: file.to_owned(),
        source,
    }
}

fn write_private(file: &Path, content: &impl Serialize) -> io::Result<()> {
    // What a crash left behind may have other permissions.
    remove(file)?;
    let mut writer: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writer.write_all(&serde_json::to_vec_pretty(content)?)?;
    writer.sync_all()
}

fn json_damage(error: &serde_json::Error) -> Damage {
    Damage::Json {
        line: error.line(),
        column: error.column(),
    }
}
