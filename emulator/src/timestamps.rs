//! The time now, and times as AWS writes them.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

/// `09/Feb/2024:18:11:43 +0000`.
pub(crate) fn common_log_time(epoch_ms: u64) -> String {
    let at = instant(epoch_ms);
    let month = at.month().to_string();
    format!(
        "{:02}/{}/{}:{:02}:{:02}:{:02} +0000",
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `2024-02-09T18:11:43.120Z`.
pub(crate) fn iso_8601(epoch_ms: u64) -> String {
    let at = instant(epoch_ms);
    format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// `2024-02-09T18:11:43Z`.
pub(crate) fn iso_8601_seconds(epoch_s: u64) -> String {
    let text = iso_8601(epoch_s.saturating_mul(1_000));
    text.replace(".000Z", "Z")
}

fn instant(epoch_ms: u64) -> OffsetDateTime {
    let seconds = i64::try_from(epoch_ms / 1_000).unwrap_or(i64::MAX);
    let whole = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    whole + std::time::Duration::from_millis(epoch_ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_aws() {
        assert_eq!(common_log_time(1_707_502_303_120), "09/Feb/2024:18:11:43 +0000");
        assert_eq!(iso_8601(1_707_502_303_120), "2024-02-09T18:11:43.120Z");
        assert_eq!(iso_8601_seconds(1_707_502_303), "2024-02-09T18:11:43Z");
    }
}
