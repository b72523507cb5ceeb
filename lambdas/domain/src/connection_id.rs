//! API Gateway's name for a connection, and the shard that it decides.

use std::fmt;

use crate::identity::is_id_byte;
use crate::limits::CONNECTION_ID_CHARACTERS_MAX;
use crate::shards::Shards;

/// API Gateway's name for a connection: 1 to 128 of `[A-Za-z0-9_=-]`, opaque.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// `None` unless `text` has 1 to 128 characters, all of `[A-Za-z0-9_=-]`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=CONNECTION_ID_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(|b| is_id_byte(b) || b == b'=')).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shard this connection stands in: always the same one for the same number of shards, evenly spread.
    pub fn shard(&self, shards: Shards) -> u32 {
        self.part_of(shards.count())
    }

    /// Which of `parts` equal parts of all connections this one belongs to, counted from 0.
    pub fn part_of(&self, parts: u32) -> u32 {
        u32::try_from(fnv1a(self.0.as_bytes()) % u64::from(parts.max(1))).unwrap_or(0)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// FNV-1a, 64 bits, with the high half folded in since its low bits alone spread badly. Written out because the
/// standard library's hashers may change between releases, and rows outlive a release.
fn fnv1a(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_1_to_128_letters() {
        assert!(ConnectionId::parse("").is_none());
        assert!(ConnectionId::parse("D-j5-fe7IAMCKMA=").is_some());
        assert!(ConnectionId::parse(&"c".repeat(128)).is_some());
        assert!(ConnectionId::parse(&"c".repeat(129)).is_none());
        assert!(ConnectionId::parse("a#b").is_none());
    }

    #[test]
    fn a_connection_stays_in_its_shard_and_connections_spread() {
        let shards = Shards::new(4).unwrap();
        let mut counts = [0_u32; 4];
        for n in 0..4000 {
            let id = ConnectionId::parse(&format!("conn{n:08}AMC=")).unwrap();
            assert_eq!(id.shard(shards), id.shard(shards));
            counts[id.shard(shards) as usize] += 1;
        }
        assert!(counts.iter().all(|c| (800..1200).contains(c)), "{counts:?}");
        // Written down once: rows in the table depend on it.
        assert_eq!(ConnectionId::parse("PJqB0fHsqRcCHlw=").unwrap().shard(shards), 3);
    }
}
