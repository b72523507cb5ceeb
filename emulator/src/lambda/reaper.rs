//! Leaves no function behind: a tiny process that kills them all when the emulator is gone, however it went.
//!
//! Each function process leads a process group of its own, so that it can be frozen and killed with what it started. The
//! reaper reads a pipe whose other end only the emulator holds, and in which the emulator writes which groups there are.
//! When the emulator ends, even by SIGKILL, the pipe closes and the reaper kills every group that is left.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::problem::{OrProblem, Problem};

/// The subcommand that turns the emulator's program into a reaper.
const SUBCOMMAND: &str = "reap";

/// The emulator's hold on its reaper; dropping it kills every function process.
#[derive(Debug)]
pub(crate) struct Reaper {
    process: Child,
    groups: ProcessGroups,
}

/// Tells the reaper which process groups there are.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct ProcessGroups(Arc<Mutex<Option<ChildStdin>>>);

impl Reaper {
    /// Starts the reaper.
    ///
    /// # Errors
    /// The emulator's own program cannot be started again.
    pub(crate) fn start() -> Result<Self, Problem> {
        use std::os::unix::process::CommandExt;
        let explain = || "The emulator cannot start a second process of its own program: build it again".to_owned();
        let program = std::env::current_exe().or_problem(explain)?;
        let mut process = Command::new(program)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .or_problem(explain)?;
        let groups = ProcessGroups(Arc::new(Mutex::new(process.stdin.take())));
        Ok(Self { process, groups })
    }

    /// Where function processes are told of.
    pub(crate) fn groups(&self) -> ProcessGroups {
        self.groups.clone()
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.groups.pipe().take());
        // It has no more to say.
        let _ = self.process.wait();
    }
}

impl ProcessGroups {
    /// A group that is to be killed at the end.
    pub(super) fn add(&self, group: Pid) {
        self.tell('+', group);
    }

    /// A group that is gone: its number may become another program's.
    pub(super) fn forget(&self, group: Pid) {
        self.tell('-', group);
    }

    fn tell(&self, sign: char, group: Pid) {
        // Without a reaper the emulator is ending; a line is shorter than what a pipe takes in one piece.
        if let Some(pipe) = self.pipe().as_mut() {
            let _ = pipe.write_all(format!("{sign}{group}\n").as_bytes());
        }
    }

    fn pipe(&self) -> std::sync::MutexGuard<'_, Option<ChildStdin>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reaper's own main: waits for the pipe to close, then kills the groups that are left.
pub(crate) fn reap() {
    for group in left_in(std::io::stdin().lock()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// The groups that were added and not forgotten when `pipe` ends.
fn left_in(pipe: impl BufRead) -> BTreeSet<i32> {
    let mut groups = BTreeSet::new();
    for line in pipe.lines().map_while(Result::ok) {
        // No process of ours leads group 0 or 1, which mean "my own" and "everybody".
        let group = |text: &str| text.parse().ok().filter(|group| *group > 1);
        if let Some(group) = line.strip_prefix('+').and_then(group) {
            groups.insert(group);
        } else if let Some(group) = line.strip_prefix('-').and_then(group) {
            groups.remove(&group);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_and_not_forgotten_is_left() {
        let left = left_in("+12\n+13\n-12\n+0\n+1\n+-5\nnoise\n+14\n-15\n".as_bytes());
        assert_eq!(left, BTreeSet::from([13, 14]));
    }
}
