//! The lines that Lambda puts around an invocation's own: `START`, `END` and `REPORT`
//! (<https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html>).

use std::fmt;
use std::time::Duration;

use super::memory::Memory;
use crate::timestamps;

/// How an invocation ended, as `REPORT` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The function answered; that it may have answered with an error is no matter of the platform's.
    Answered,
    TimedOut,
    /// The process ended.
    Exited,
}

/// The figures of one invocation.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) request_id: &'a str,
    pub(super) duration: Duration,
    /// Of a cold start alone.
    pub(super) init: Option<Duration>,
    pub(super) memory_mb: u64,
    /// Absent where the system does not tell.
    pub(super) memory: Option<Memory>,
    pub(super) status: Status,
}

pub(super) fn start(request_id: &str) -> String {
    format!("START RequestId: {request_id} Version: $LATEST")
}

pub(super) fn end(request_id: &str) -> String {
    format!("END RequestId: {request_id}")
}

pub(super) fn timed_out(request_id: &str, timeout: Duration) -> String {
    let now = timestamps::iso_8601(timestamps::now_ms());
    format!(
        "{now} {request_id} Task timed out after {:.2} seconds",
        timeout.as_secs_f64()
    )
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        // Since August 2025 the initialisation is billed too.
        let billed = milliseconds(self.duration + self.init.unwrap_or_default()).ceil();
        write!(
            f,
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {} MB\t",
            self.request_id,
            milliseconds(self.duration),
            self.memory_mb,
        )?;
        if let Some(memory) = self.memory {
            write!(f, "Max Memory Used: {} MB\t", memory.peak_mb())?;
        }
        if let Some(init) = self.init {
            write!(f, "Init Duration: {:.2} ms\t", milliseconds(init))?;
        }
        match self.status {
            Status::Answered => Ok(()),
            Status::TimedOut => f.write_str("Status: timeout"),
            Status::Exited => f.write_str("Status: error\tError Type: Runtime.ExitError"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_on_aws() {
        let warm = Report {
            request_id: "r",
            duration: Duration::from_micros(1_234),
            init: None,
            memory_mb: 128,
            memory: Some(Memory {
                peak_kb: 20 * 1_024,
                own_kb: 1,
            }),
            status: Status::Answered,
        };
        assert_eq!(
            warm.to_string(),
            "REPORT RequestId: r\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 20 MB\t"
        );
        let cold = Report {
            duration: Duration::from_secs(3),
            init: Some(Duration::from_micros(100_500)),
            memory: None,
            status: Status::TimedOut,
            ..warm
        };
        assert_eq!(
            cold.to_string(),
            "REPORT RequestId: r\tDuration: 3000.00 ms\tBilled Duration: 3101 ms\tMemory Size: 128 MB\tInit Duration: 100.50 ms\tStatus: timeout"
        );
    }
}
