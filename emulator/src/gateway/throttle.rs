//! Throttling: buckets of tokens, one token a request, for routes as their stage sets them and for the account
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html>).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::template::{ApiSpec, Limits, StageSpec};

/// A bucket: full at first, it loses a token with each request and gains `rate_per_second` of them, up to `burst`.
#[derive(Debug)]
struct Bucket {
    limits: Limits,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn new(limits: Limits, now: Instant) -> Self {
        let level = Level {
            tokens: limits.burst,
            at: now,
        };
        Self {
            limits,
            level: Mutex::new(level),
        }
    }

    /// Whether there is a token, which is then gone.
    fn take(&self, now: Instant) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let gained = now.saturating_duration_since(level.at).as_secs_f64() * self.limits.rate_per_second;
        level.tokens = (level.tokens + gained).min(self.limits.burst);
        level.at = level.at.max(now);
        let is_there = level.tokens >= 1.0;
        if is_there {
            level.tokens -= 1.0;
        }
        is_there
    }
}

/// What all APIs of the account share.
#[derive(Debug)]
pub(crate) struct AccountQuotas {
    requests: Bucket,
    /// New connections; absent where nobody asked for it.
    connections: Option<Bucket>,
}

impl AccountQuotas {
    /// `request_rate` is the number of requests of all APIs a second, posts to connections included, and half as many at
    /// once, as with AWS's own quotas (10,000 and 5,000, in some Regions 2,500 and 1,250); `connect_rate` is the number of new
    /// connections a second, and at once.
    pub(crate) fn new(request_rate: u32, connect_rate: Option<u32>) -> Self {
        let now = Instant::now();
        let rate = f64::from(request_rate);
        let requests = Limits {
            rate_per_second: rate,
            // A bucket for less than one token would let nothing pass.
            burst: (rate / 2.0).max(1.0).min(rate),
        };
        let connections = connect_rate.map(f64::from).map(|rate| Limits {
            rate_per_second: rate,
            burst: rate,
        });
        Self {
            requests: Bucket::new(requests, now),
            connections: connections.map(|limits| Bucket::new(limits, now)),
        }
    }

    /// What a route has at most.
    fn of_a_route(&self) -> Limits {
        self.requests.limits
    }

    pub(super) fn take_request(&self, now: Instant) -> bool {
        self.requests.take(now)
    }

    pub(super) fn take_connection(&self, now: Instant) -> bool {
        self.connections.as_ref().is_none_or(|bucket| bucket.take(now))
    }
}

/// The buckets of a stage's routes, by route key; a route without one has the account's quota alone.
#[derive(Debug)]
pub(super) struct Throttle(BTreeMap<String, Bucket>);

impl Throttle {
    pub(super) fn new(api: &ApiSpec, stage: &StageSpec, account: &AccountQuotas, now: Instant) -> Self {
        // Clients connect whether or not there is such a route.
        let keys = api.routes.keys().map(String::as_str).chain(["$connect"]);
        let buckets = keys.filter_map(|key| {
            let limits = stage.throttling.of(key, account.of_a_route())?;
            Some((key.to_owned(), Bucket::new(limits, now)))
        });
        Self(buckets.collect())
    }

    pub(super) fn take(&self, route_key: &str, now: Instant) -> bool {
        self.0.get(route_key).is_none_or(|bucket| bucket.take(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// How many of `requests` pass that come at once, `at_ms` after the start.
    fn passed(bucket: &Bucket, start: Instant, at_ms: u64, requests: usize) -> usize {
        let now = start + Duration::from_millis(at_ms);
        (0..requests).filter(|_| bucket.take(now)).count()
    }

    fn bucket(rate_per_second: f64, burst: f64) -> (Bucket, Instant) {
        let start = Instant::now();
        let limits = Limits { rate_per_second, burst };
        (Bucket::new(limits, start), start)
    }

    /// The examples of AWS's own document.
    #[test]
    fn buckets_take_what_is_documented() {
        let (evenly, start) = bucket(10_000.0, 5_000.0);
        let all: usize = (0..1_000).map(|ms| passed(&evenly, start, ms, 10)).sum();
        assert_eq!(all, 10_000);
        let (at_once, start) = bucket(10_000.0, 5_000.0);
        assert_eq!(passed(&at_once, start, 0, 10_000), 5_000);
        let (twice, start) = bucket(10_000.0, 5_000.0);
        assert_eq!(passed(&twice, start, 0, 5_000), 5_000);
        assert_eq!(passed(&twice, start, 100, 5_000), 1_000);
    }

    #[test]
    fn a_bucket_fills_up_to_its_burst_and_no_further() {
        let (bucket, start) = bucket(2.0, 3.0);
        assert_eq!(passed(&bucket, start, 0, 9), 3);
        assert_eq!(passed(&bucket, start, 499, 9), 0);
        assert_eq!(passed(&bucket, start, 500, 9), 1);
        assert_eq!(passed(&bucket, start, 60_000, 9), 3);
        assert_eq!(passed(&bucket, start, 0, 9), 0, "a clock that goes back fills nothing");
    }

    #[test]
    fn zero_lets_nothing_pass() {
        let (bucket, start) = bucket(0.0, 0.0);
        assert_eq!(passed(&bucket, start, 60_000, 9), 0);
    }

    #[test]
    fn any_rate_of_the_account_lets_something_pass() {
        let start = Instant::now();
        for (rate, at_once) in [(0, 0), (1, 1), (3, 1), (4, 2), (10_000, 5_000)] {
            let quotas = AccountQuotas::new(rate, None);
            assert_eq!(passed(&quotas.requests, start, 0, 10_000), at_once, "{rate}");
        }
    }

    #[test]
    fn new_connections_count_only_when_asked_to() {
        let now = Instant::now();
        let count = |quotas: AccountQuotas| (0..9).filter(|_| quotas.take_connection(now)).count();
        assert_eq!(
            (
                count(AccountQuotas::new(1, None)),
                count(AccountQuotas::new(1, Some(2)))
            ),
            (9, 2)
        );
    }
}
