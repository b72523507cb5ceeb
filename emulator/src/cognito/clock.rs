//! The time, as an argument: whole seconds since 1970, the unit of every date in a token.

/// Answers the seconds since 1970.
pub(crate) type Clock = Box<dyn Fn() -> u64 + Send + Sync>;
