//! How much may come: a bucket that holds some time's worth of messages, or of joins, and fills steadily. All that is known of it is
//! the instant at which it will be full, so that it needs no clock of its own and is told by one number
//! (the generic cell rate algorithm, ITU-T I.371).

use std::time::Duration;

use crate::limits::{JOINS_BURST, JOINS_PER_SECOND, MESSAGES_PER_SECOND_MAX, RATE_BURST, RATE_LATENESS_MAX};
use crate::timestamp::Timestamp;

/// Messages a second in the long run, or joins, with the time's worth of them that may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    per_second: u32,
    burst: Duration,
}

/// How much is accepted of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// From one connection.
    pub connection: Rate,
    /// From all connections of a user.
    pub user: Rate,
}

impl Rate {
    /// The highest that a deployment can choose.
    pub const MAX: Self = Self::of_messages(MESSAGES_PER_SECOND_MAX);

    /// How often a connection may come into a channel.
    pub const JOINS: Self = Self {
        per_second: JOINS_PER_SECOND,
        burst: JOINS_BURST,
    };

    const fn of_messages(per_second: u32) -> Self {
        Self {
            per_second,
            burst: RATE_BURST,
        }
    }

    /// So many messages a second; `None` unless 1 to 500.
    pub fn new(per_second: u32) -> Option<Self> {
        (1..=MESSAGES_PER_SECOND_MAX)
            .contains(&per_second)
            .then_some(Self::of_messages(per_second))
    }

    /// How long the bucket fills for one message, in whole milliseconds, rounded up: the rate is an upper bound.
    pub fn step(self) -> Duration {
        Duration::from_millis(1000_u64.div_ceil(u64::from(self.per_second)))
    }

    /// When a bucket that is full at `full_at` will be full once a message is taken from it at `now`.
    ///
    /// # Errors
    /// It is empty: how long until a message can be taken.
    pub fn take(self, full_at: Timestamp, now: Timestamp) -> Result<Timestamp, Duration> {
        let full_at = if self.is_full(full_at, now) { now } else { full_at };
        let then = full_at.plus(self.step());
        match then.since(now).checked_sub(self.burst) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(then),
        }
    }

    /// The latest instant at which a bucket may be full for a message to be taken at `now`.
    pub fn latest(self, now: Timestamp) -> Timestamp {
        now.plus(self.burst.saturating_sub(self.step()))
    }

    /// Whether a bucket is full. It counts as full too when it was emptied further than any clock like ours could: somebody's
    /// whose clock is ahead, of which no user is to hear.
    pub fn is_full(self, full_at: Timestamp, now: Timestamp) -> bool {
        full_at <= now || full_at > self.emptied_by_another_clock(now)
    }

    /// Later than this no bucket is full that was emptied by clocks like ours.
    pub fn emptied_by_another_clock(self, now: Timestamp) -> Timestamp {
        now.plus(self.burst + RATE_LATENESS_MAX)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::limits::CHANNELS_PER_CONNECTION_MAX;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    /// Takes as many as it can at once.
    fn drain(rate: Rate, mut full_at: Timestamp, now: Timestamp) -> (usize, Timestamp, Duration) {
        for taken in 0.. {
            match rate.take(full_at, now) {
                Ok(then) => full_at = then,
                Err(wait) => return (taken, full_at, wait),
            }
        }
        unreachable!("a bucket has an end")
    }

    #[test]
    fn a_full_bucket_holds_five_seconds_of_messages() {
        for (per_second, expected) in [(1, 5), (10, 50), (500, 2_500)] {
            let rate = Rate::new(per_second).unwrap();
            let (taken, full_at, wait) = drain(rate, Timestamp::default(), NOW);
            assert_eq!((taken, wait), (expected, rate.step()), "{per_second}");
            assert_eq!(full_at, NOW.plus(RATE_BURST));
        }
    }

    #[test]
    fn a_connection_may_come_into_its_channels_twice_at_once_and_then_into_one_a_second() {
        let (taken, full_at, wait) = drain(Rate::JOINS, Timestamp::default(), NOW);
        assert_eq!((taken, wait), (2 * CHANNELS_PER_CONNECTION_MAX, Duration::from_secs(1)));
        assert_eq!(drain(Rate::JOINS, full_at, NOW.plus(wait * 3)).0, 3);
    }

    #[test]
    fn it_fills_by_one_message_a_step_and_no_further_than_full() {
        let rate = Rate::new(10).unwrap();
        let (_, full_at, wait) = drain(rate, NOW, NOW);
        let almost = NOW.plus(wait - Duration::from_millis(1));
        assert_eq!(rate.take(full_at, almost), Err(Duration::from_millis(1)));
        assert_eq!(drain(rate, full_at, NOW.plus(wait)).0, 1);
        assert_eq!(drain(rate, full_at, NOW.plus(wait * 7)).0, 7);
        assert_eq!(drain(rate, full_at, NOW.plus(RATE_BURST * 9)).0, 50);
    }

    #[test]
    fn the_latest_instant_is_the_last_one_at_which_a_message_is_taken() {
        let rate = Rate::new(3).unwrap();
        let latest = rate.latest(NOW);
        assert!(rate.take(latest, NOW).is_ok());
        assert!(rate.take(latest.plus(Duration::from_millis(1)), NOW).is_err());
    }

    #[test]
    fn a_clock_that_is_ahead_locks_nobody_out_for_longer_than_requests_may_be_late() {
        let rate = Rate::new(10).unwrap();
        for ahead in [0, 1, 3, 5, 6, 20, 34, 35, 36, 300, 3_600] {
            let (_, full_at, _) = drain(rate, Timestamp::default(), NOW.plus(Duration::from_secs(ahead)));
            let longest = RATE_LATENESS_MAX + rate.step();
            let refused = rate.take(full_at, NOW).err().unwrap_or_default();
            assert!(refused <= longest, "{ahead} s ahead: refused for {refused:?}");
        }
    }

    #[test]
    fn rates_are_bounded() {
        assert_eq!(Rate::new(300).unwrap().step(), Duration::from_millis(4));
        let fits = [0, 1, 500, 501, u32::MAX].map(|rate| Rate::new(rate).is_some());
        assert_eq!(fits, [false, true, true, false, false]);
    }
}
