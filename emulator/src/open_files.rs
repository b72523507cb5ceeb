//! Makes room for thousands of connections, each of which is an open file: shells start programs with 256 (macOS) or 1,024.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// macOS refuses more (`OPEN_MAX`), even where it says that there is no limit.
const MOST: u64 = 10_240;

/// Raises the limit as far as the system lets a program do it by itself. Where it does not, the stack has room for fewer.
pub(crate) fn raise_limit() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, raised(soft, hard), hard);
    }
}

fn raised(soft: u64, hard: u64) -> u64 {
    soft.max(hard.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_rises_and_never_falls() {
        for (soft, hard, expected) in [
            (256, u64::MAX, MOST),
            (1_024, 4_096, 4_096),
            (1_024, 1_048_576, MOST),
            (20_000, 20_000, 20_000),
        ] {
            assert_eq!(raised(soft, hard), expected, "{soft} of {hard}");
        }
    }
}
