//! Turns what was read of a log into a page: only what is kept, no more than was asked for, and whether there is more.

use crate::log::Entry;
use crate::timestamp::Timestamp;

/// Entries of a log in the order they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries, in the direction of reading.
    pub entries: Vec<Entry>,
    /// Whether that direction is backwards.
    pub newest_first: bool,
    /// Whether further kept entries follow in that direction.
    pub more: bool,
}

impl Page {
    /// Nothing, and nothing more.
    pub fn empty() -> Self {
        Self {
            entries: Vec::new(),
            newest_first: false,
            more: false,
        }
    }

    /// `read` holds what follows in the direction of reading: `limit` kept entries and one more, unless there are fewer.
    pub fn new(read: Vec<Entry>, newest_first: bool, limit: usize, now: Timestamp) -> Self {
        let mut entries: Vec<Entry> = read.into_iter().filter(|entry| entry.is_kept(now)).collect();
        let more = entries.len() > limit;
        entries.truncate(limit);
        Self {
            entries,
            newest_first,
            more,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::identity::{DisplayName, UserId};
    use crate::log::{Sender, Sequence};

    fn entries(lives: &[u64]) -> Vec<Entry> {
        let user = UserId::parse("u").unwrap();
        let entry = |(number, life): (usize, &u64)| Entry {
            sequence: Sequence::new(number as u64).unwrap(),
            at: Timestamp::default(),
            sender: Sender {
                name: DisplayName::new("", &user),
                id: user.clone(),
            },
            id: None,
            content: Content::parse("1").unwrap(),
            life: Timestamp::from_millis(*life),
        };
        lives.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn there_is_more_only_past_the_limit() {
        for (read, kept, more) in [(1, 1, false), (2, 2, false), (3, 2, true)] {
            let page = Page::new(entries(&vec![9; read]), false, 2, Timestamp::default());
            assert_eq!((page.entries.len(), page.more), (kept, more));
        }
    }

    #[test]
    fn what_is_no_longer_kept_is_neither_shown_nor_more() {
        let page = Page::new(entries(&[5, 6, 7]), true, 2, Timestamp::from_millis(5));
        assert_eq!((page.entries.len(), page.more), (2, false));
    }
}
