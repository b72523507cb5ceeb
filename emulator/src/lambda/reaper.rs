//! Leaves no function behind: a tiny process that kills them all when the emulator is gone, however it went.
//!
//! The reaper leads a process group that every function process joins, and reads a pipe whose other end only the
//! emulator holds. When the emulator ends, even by SIGKILL, the pipe closes and the reaper kills the group.

use std::io::Read;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::getpgrp;

use crate::problem::{OrProblem, Problem};

/// The subcommand that turns the emulator's program into a reaper.
const SUBCOMMAND: &str = "reap";

/// The emulator's hold on its reaper; dropping it kills every function process.
#[derive(Debug)]
pub(crate) struct Reaper {
    process: Child,
}

impl Reaper {
    /// Starts the reaper.
    ///
    /// # Errors
    /// The emulator's own program cannot be started again.
    pub(crate) fn start() -> Result<Self, Problem> {
        use std::os::unix::process::CommandExt;
        let explain = || "The emulator cannot start a second process of its own program: build it again".to_owned();
        let program = std::env::current_exe().or_problem(explain)?;
        let process = Command::new(program)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .or_problem(explain)?;
        Ok(Self { process })
    }

    /// The process group that functions join.
    pub(crate) fn group(&self) -> i32 {
        self.process.id().cast_signed()
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // The reaper kills itself with its group: its exit status says nothing.
        let _ = self.process.wait();
    }
}

/// The reaper's own main: waits for the pipe to close, then kills its process group, itself included.
pub(crate) fn reap() {
    let mut nothing = [0; 1];
    while matches!(std::io::stdin().read(&mut nothing), Ok(1..)) {}
    let _ = killpg(getpgrp(), Signal::SIGKILL);
}
