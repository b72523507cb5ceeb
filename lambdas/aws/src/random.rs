//! Randomness, drawn at the edge and handed inwards as an argument.

use domain::session::Randomness;

/// A seed for one invocation.
pub fn seed() -> u64 {
    rand::random()
}

/// Bytes nobody can guess: the generator is a cryptographic one that the system seeds.
pub fn bytes() -> Randomness {
    rand::random()
}
