//! Whether a process is killed already, though nobody has been told yet that it has ended: the kernel takes milliseconds over
//! that, and a process that somebody killed reads nothing in them, so that an event it is handed then is another's to take.
//!
//! Linux tells in `/proc`; where there is none, a process counts as killed when its number is free again.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Whether process `id` runs no instruction of its own any more.
pub(super) fn is_killed(id: Pid) -> bool {
    match std::fs::read_to_string(format!("/proc/{id}/status")) {
        Ok(status) => tells_of_its_end(&status),
        Err(_) => kill(id, None) == Err(Errno::ESRCH),
    }
}

/// SIGKILL stays among the signals pending for the whole process until its parent has been told of its end
/// (`proc_pid_status(5)`, `ShdPnd`: a mask, in which signal n is bit n - 1).
fn tells_of_its_end(status: &str) -> bool {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim()
    };
    let pending = u64::from_str_radix(field("ShdPnd:"), 16).unwrap_or_default();
    field("State:").starts_with('Z') || pending & 1 << (Signal::SIGKILL as u32 - 1) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_killed_when_sigkill_is_pending_or_only_its_number_is_left() {
        let cases = [
            (
                "State:\tT (stopped)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n",
                false,
            ),
            (
                "State:\tT (stopped)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000020080\n",
                false,
            ),
            (
                "State:\tR (running)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\n",
                true,
            ),
            (
                "State:\tZ (zombie)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n",
                true,
            ),
            ("", false),
        ];
        for (status, killed) in cases {
            assert_eq!(tells_of_its_end(status), killed, "{status}");
        }
    }

    #[test]
    fn this_process_is_not_killed_and_a_number_beyond_all_is() {
        assert!(!is_killed(Pid::this()));
        assert!(is_killed(Pid::from_raw(i32::MAX)));
    }
}
