//! How much memory a function's process uses, where the system tells: Linux does, in `/proc`; macOS has no such file.

use nix::unistd::Pid;

/// Figures of one moment, in kilobytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    /// The most that was ever resident at a time, with the pages of its program: what `REPORT` tells.
    pub(super) peak_kb: u64,
    /// What is resident and no file's page. A development build has a far larger program than the one that is deployed, so
    /// that these alone count against `MemorySize`.
    pub(super) own_kb: u64,
}

impl Memory {
    /// Of the process `id` alone, not of what it started.
    pub(super) fn of(id: Pid) -> Option<Self> {
        read(&std::fs::read_to_string(format!("/proc/{id}/status")).ok()?)
    }

    /// As `REPORT` has it.
    pub(super) fn peak_mb(self) -> u64 {
        self.peak_kb.div_ceil(1_024)
    }
}

fn read(status: &str) -> Option<Memory> {
    let field = |name: &str| -> Option<u64> {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    Some(Memory {
        peak_kb: field("VmHWM")?,
        own_kb: field("RssAnon")? + field("RssShmem")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_linux_writes() {
        let status = "Name:\tf\nVmHWM:\t   12289 kB\nVmRSS:\t   12288 kB\nRssAnon:\t    4096 kB\nRssFile:\t    8180 kB\nRssShmem:\t      12 kB\n";
        let memory = Memory {
            peak_kb: 12_289,
            own_kb: 4_108,
        };
        assert_eq!(read(status), Some(memory));
        assert_eq!(memory.peak_mb(), 13);
        assert_eq!(read("Name:\tzombie\nState:\tZ (zombie)\n"), None);
    }
}
