//! Virtual time, in microseconds since the epoch: the unit of everything that is scheduled.

use domain::timestamp::Timestamp;

/// An instant, or a span.
pub(crate) type Micros = u64;

/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// That many seconds; nothing if negative.
pub(crate) fn seconds(count: f64) -> Micros {
    (count.max(0.0) * SECOND as f64) as Micros
}

/// In the unit of protocol and table.
pub(crate) fn stamp(instant: Micros) -> Timestamp {
    Timestamp::from_millis(instant / 1000)
}

/// The other way round.
pub(crate) fn instant(stamp: Timestamp) -> Micros {
    stamp.millis().saturating_mul(1000)
}
