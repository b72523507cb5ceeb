//! The clock by which the services wait by themselves: idle and old sockets, asynchronous retries, schedules. `--clock FACTOR`
//! makes their minutes short, so that hours pass in seconds.
//!
//! Functions keep the machine's clock, and so does every time that they are told. What waits for a function or for a client
//! (timeouts, rates, a client's half of the closing handshake) keeps it too: none of them becomes faster.

use std::time::Duration;

use tokio::time::Instant;

/// How much faster than the machine's clock the services' own time runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    factor: f64,
}

impl Clock {
    /// The factors that make sense: below, a minute is most of a day; above, it is less than a tenth of a millisecond.
    const FACTORS: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;

    /// Reads a factor from the command line.
    ///
    /// # Errors
    /// It is none, in a sentence that says what to write.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let factor = text.parse().ok().filter(|factor| Self::FACTORS.contains(factor));
        let explain = || "write a number from 0.001 to 1000000, such as 60 for minutes that last a second".to_owned();
        factor.map(|factor| Self { factor }).ok_or_else(explain)
    }

    /// How long a span of the services' time lasts here.
    pub(crate) fn real(self, span: Duration) -> Duration {
        span.div_f64(self.factor)
    }

    /// When a span of the services' time that begins now will be over.
    pub(crate) fn after(self, span: Duration) -> Instant {
        Instant::now() + self.real(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_lasts_what_the_factor_says() {
        for (factor, expected) in [("1", 60_000), ("60", 1_000), ("0.5", 120_000), ("1000000", 0)] {
            let minute = Clock::parse(factor).map(|clock| clock.real(Duration::from_secs(60)).as_millis());
            assert_eq!(minute, Ok(expected), "{factor}");
        }
    }

    #[test]
    fn what_is_no_factor_is_refused() {
        for text in ["", "0", "-1", "x", "NaN", "inf", "1e-9", "1e9"] {
            assert!(Clock::parse(text).is_err(), "{text}");
        }
    }
}
