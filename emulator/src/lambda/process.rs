//! A function's process: the leader of a process group that is frozen, thawed and killed as one.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::function_log::FunctionLog;
use super::killed::is_killed;
use super::memory::Memory;
use super::program::Program;
use super::reaper::ProcessGroups;

/// A running process with whatever it starts itself.
#[derive(Debug)]
pub(super) struct Process {
    group: Pid,
    exit: watch::Receiver<Option<String>>,
}

impl Process {
    /// Starts `program` with exactly `variables`; what it prints goes to `log`.
    ///
    /// # Errors
    /// The program cannot be executed.
    pub(super) fn start(
        program: &Program,
        variables: impl IntoIterator<Item = (String, String)>,
        groups: &ProcessGroups,
        log: &Arc<FunctionLog>,
    ) -> std::io::Result<Self> {
        let mut command = Command::new(&program.path);
        if let Some(folder) = &program.folder {
            command.current_dir(folder);
        }
        let mut child = command
            .args(&program.arguments)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        // A child that has not been waited for has an id.
        let group = Pid::from_raw(child.id().unwrap_or_default().cast_signed());
        groups.add(group);
        log.follow(child.stdout.take(), child.stderr.take());
        let (exit_sender, exit) = watch::channel(None);
        tokio::spawn(watch_over(child, group, groups.clone(), exit_sender));
        Ok(Self { group, exit })
    }

    /// Stops it where it is, as Lambda does between invocations.
    pub(super) fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub(super) fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Kills it, frozen or not; nothing happens if it is gone already.
    pub(super) fn kill(&self) {
        self.signal(Signal::SIGKILL);
    }

    fn signal(&self, signal: Signal) {
        if !self.has_exited() {
            // It may have ended by itself in the meantime.
            let _ = killpg(self.group, signal);
        }
    }

    pub(super) fn has_exited(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Whether it runs no instruction any more, though its end may not have been noticed yet.
    pub(super) fn is_killed(&self) -> bool {
        self.has_exited() || is_killed(self.group)
    }

    /// Waits until it has ended, and says how: `exit status 1`, `signal: killed`.
    pub(super) async fn exited(&self) -> String {
        match self.exit.clone().wait_for(Option::is_some).await {
            Ok(how) => how.clone().unwrap_or_default(),
            Err(_) => "gone".to_owned(),
        }
    }

    /// Whether it is stopped where it is, as Linux tells.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.group)).unwrap_or_default();
        stat.contains(") T ")
    }

    /// What memory it uses; `None` where the system does not tell, or when it has ended.
    pub(super) fn memory(&self) -> Option<Memory> {
        Memory::of(self.group)
    }
}

async fn watch_over(mut child: Child, group: Pid, groups: ProcessGroups, exit: watch::Sender<Option<String>>) {
    let status = child.wait().await;
    // What it started goes with it, as everything in an environment does.
    let _ = killpg(group, Signal::SIGKILL);
    groups.forget(group);
    exit.send_replace(Some(status.map_or_else(|error| error.to_string(), describe)));
}

/// In the words of Lambda, which are those of Go.
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal: {}", signal_name(signal)),
        (None, None) => status.to_string(),
    }
}

fn signal_name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(Signal::SIGABRT) => "aborted".to_owned(),
        Ok(Signal::SIGBUS) => "bus error".to_owned(),
        Ok(Signal::SIGILL) => "illegal instruction".to_owned(),
        Ok(Signal::SIGKILL) => "killed".to_owned(),
        Ok(Signal::SIGSEGV) => "segmentation fault".to_owned(),
        Ok(Signal::SIGTERM) => "terminated".to_owned(),
        Ok(Signal::SIGTRAP) => "trace/breakpoint trap".to_owned(),
        _ => format!("signal {number}"),
    }
}
