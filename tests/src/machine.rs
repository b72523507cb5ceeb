//! What a process takes of the machine: memory and file handles.

use std::process::Command;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::{TestResult, failure};

/// Files that a test may have open, where the machine lets it: each connection is one on this side too.
const OPEN_FILES: u64 = 20_000;

/// Raises this process's own limit of open files. Less room shows as a handshake that fails.
pub fn make_room() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, soft.max(hard.min(OPEN_FILES)), hard);
    }
}

/// The memory that a process has in use (bytes), as `ps` tells it on Linux and macOS.
///
/// # Errors
/// There is no such process.
pub fn resident_bytes(process: u32) -> TestResult<u64> {
    let output = Command::new("ps")
        .args(["-o", "rss=", "-p", &process.to_string()])
        .output()?;
    let kibibytes: u64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    Ok(kibibytes * 1024)
}

/// The file handles that a process has open: as Linux lists them, elsewhere as `lsof` does.
///
/// # Errors
/// There is no such process.
pub fn open_files(process: u32) -> TestResult<usize> {
    if let Ok(files) = std::fs::read_dir(format!("/proc/{process}/fd")) {
        return Ok(files.count());
    }
    let output = Command::new("lsof").args(["-p", &process.to_string()]).output()?;
    match String::from_utf8_lossy(&output.stdout).lines().count() {
        0 => Err(failure(format!("lsof knows no process {process}"))),
        lines => Ok(lines - 1),
    }
}
