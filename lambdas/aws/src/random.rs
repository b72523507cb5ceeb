//! Randomness, drawn at the edge and handed inwards as an argument.

/// A seed for one invocation.
pub fn seed() -> u64 {
    rand::random()
}
