//! An instant as the protocol and the table know it: milliseconds since the epoch, so that units cannot be mixed up.

use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch; an instant beyond what milliseconds can say becomes the last one they can.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded up: a life written in seconds never ends early.
    pub const fn seconds_ceil(self) -> u64 {
        self.0.div_ceil(1000)
    }

    /// This instant and `span` more.
    pub fn plus(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
        )
    }

    /// Time since `earlier`; zero if that is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Time between the two, whichever is later: for ages that must not become endless when the clock jumps back.
    pub const fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_up() {
        assert_eq!(Timestamp::from_millis(1000).seconds_ceil(), 1);
        assert_eq!(Timestamp::from_millis(1001).seconds_ceil(), 2);
    }

    #[test]
    fn absurd_instants_saturate() {
        assert_eq!(Timestamp::from_seconds(u64::MAX).millis(), u64::MAX);
        assert_eq!(Timestamp::from_millis(u64::MAX).plus(Duration::MAX).millis(), u64::MAX);
    }

    #[test]
    fn a_clock_that_jumps_back_gives_no_negative_time() {
        let (early, late) = (Timestamp::from_millis(1), Timestamp::from_millis(5));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.distance(late), Duration::from_millis(4));
    }
}
