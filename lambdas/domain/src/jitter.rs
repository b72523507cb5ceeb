//! Pauses between attempts, drawn anew each time so that those who collided once do not collide again.

use std::time::Duration;

use crate::limits::{ATTEMPT_PAUSE_FIRST, ATTEMPT_PAUSE_MAX};

/// A small generator (SplitMix64) of pauses. Its seed is an argument; nothing about it is secret.
#[derive(Clone, Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// The same seed gives the same pauses.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A pause between nothing and the ceiling of this attempt ("full jitter"); `attempt` counts from 0.
    pub fn pause(&mut self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt).unwrap_or(u32::MAX);
        let ceiling = ATTEMPT_PAUSE_FIRST.saturating_mul(factor).min(ATTEMPT_PAUSE_MAX);
        let micros = u64::try_from(ceiling.as_micros()).unwrap_or(u64::MAX).max(1);
        Duration::from_micros(self.next() % micros)
    }

    /// Any number at all.
    pub fn draw(&mut self) -> u64 {
        self.next()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_below_a_ceiling_that_doubles_and_ends() {
        let mut jitter = Jitter::seeded(7);
        for (attempt, ceiling) in [(0, 20), (1, 40), (5, 640), (6, 800), (31, 800), (99, 800)] {
            let longest = (0..1000).map(|_| jitter.pause(attempt)).max().unwrap_or_default();
            assert!(longest < Duration::from_millis(ceiling), "{attempt}: {longest:?}");
            assert!(
                longest > Duration::from_millis(ceiling * 9 / 10),
                "{attempt}: {longest:?}"
            );
        }
    }

    #[test]
    fn different_seeds_pause_differently() {
        assert_ne!(Jitter::seeded(1).pause(6), Jitter::seeded(2).pause(6));
    }
}
