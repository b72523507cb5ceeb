//! Chance that replays: every draw is a function of what it is about, and of nothing else.

use aws_lc_rs::digest::{SHA256, digest};

/// What is drawn for.
pub(super) struct Draw<'a> {
    pub(super) seed: u64,
    /// The fault's place in its plan, so that two of one kind are independent of each other.
    pub(super) fault: usize,
    pub(super) kind: &'static str,
    pub(super) subject: &'a str,
    /// The how-manieth event of this kind and subject it is.
    pub(super) event: u64,
}

impl Draw<'_> {
    /// True as often as `probability` says; the same draw always comes out the same.
    pub(super) fn hits(&self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From 0 up to, not including, 1.
    fn unit(&self) -> f64 {
        let Self {
            seed,
            fault,
            kind,
            subject,
            event,
        } = self;
        let hash = digest(&SHA256, format!("{seed}/{fault}/{kind}/{event}/{subject}").as_bytes());
        let bits = hash
            .as_ref()
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        // What a double can hold of them.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: u64, fault: usize, kind: &'static str, subject: &str, event: u64) -> f64 {
        Draw {
            seed,
            fault,
            kind,
            subject,
            event,
        }
        .unit()
    }

    #[test]
    fn the_same_draw_comes_out_the_same() {
        let first = draw(7, 0, "push.lost", "", 1);
        assert_eq!(first.to_bits(), draw(7, 0, "push.lost", "", 1).to_bits());
        for other in [
            draw(8, 0, "push.lost", "", 1),
            draw(7, 1, "push.lost", "", 1),
            draw(7, 0, "push.gone", "", 1),
            draw(7, 0, "push.lost", "x", 1),
            draw(7, 0, "push.lost", "", 2),
        ] {
            assert_ne!(first.to_bits(), other.to_bits());
        }
    }

    #[test]
    fn old_seeds_keep_their_meaning() {
        // Recorded: a plan that was kept must still say the same.
        let drawn: Vec<u32> = (1..=4)
            .map(|event| (draw(7, 0, "push.lost", "", event) * 1_000.0) as u32)
            .collect();
        assert_eq!(drawn, [358, 552, 920, 594]);
    }

    #[test]
    fn a_tenth_is_about_a_tenth() {
        let hits = (0..10_000)
            .filter(|event| draw(3, 0, "push.lost", "", *event) < 0.1)
            .count();
        assert!((900..1_100).contains(&hits), "{hits}");
        let always = (0..1_000).all(|event| draw(3, 0, "push.lost", "", event) < 1.0);
        assert!(always);
    }
}
