//! Over how many keys the members of a channel are spread: one key bears 1,000 write units a second.

use crate::channel::Channel;
use crate::limits::SHARDS_MAX;

/// A number of shards: 1 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shards(u32);

impl Shards {
    /// All members under one key.
    pub const ONE: Self = Self(1);

    /// `None` unless 1 to 64.
    pub fn new(count: u32) -> Option<Self> {
        (1..=SHARDS_MAX).contains(&count).then_some(Self(count))
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.0
    }
}

/// What a deployment decides about shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRules {
    /// Of `all`, whose members are everyone.
    pub all: Shards,
    /// Of every room and group.
    pub rooms: Shards,
}

impl ShardRules {
    /// How many the channel has by these rules. Members of a time with other rules may stand in further ones.
    pub fn of(&self, channel: &Channel) -> Shards {
        match channel {
            Channel::All => self.all,
            Channel::Room(_) | Channel::Group(_) => self.rooms,
            Channel::User(_) | Channel::Direct(_) => Shards::ONE,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_1_to_64() {
        for (count, valid) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(Shards::new(count).is_some(), valid, "{count}");
        }
    }

    #[test]
    fn only_channels_of_many_are_spread() {
        let rules = ShardRules {
            all: Shards(4),
            rooms: Shards(2),
        };
        for (channel, count) in [("all", 4), ("room:a", 2), ("group:a", 2), ("user:a", 1), ("dm:a:b", 1)] {
            assert_eq!(rules.of(&Channel::parse(channel).unwrap()).count(), count, "{channel}");
        }
    }
}
