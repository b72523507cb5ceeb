//! What a subscriber is told of a log: whether everything after its cursor is still kept, and what comes next.

use crate::history::Page;
use crate::log::{Entry, Head, Sequence};
use crate::timestamp::Timestamp;

/// Where to read the log of a subscriber with this cursor, if there is anything to read.
///
/// A cursor beyond the head is of another log, of a table that was made anew: it gets what there is, from the start.
pub fn starting_point(since: Sequence, head: Option<&Head>) -> Option<Sequence> {
    let last = head?.last;
    match since.cmp(&last) {
        std::cmp::Ordering::Less => Some(since),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Sequence::ZERO),
    }
}

/// The answer to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// The number of the newest entry; zero if nothing was ever stored.
    pub head: Sequence,
    /// Whether the entries go on right after the cursor, so that nothing is missing.
    pub recovered: bool,
    /// What comes after the cursor, or the oldest that is kept.
    pub page: Page,
}

impl CatchUp {
    /// For a subscriber that only wants to know where the log stands.
    pub fn at_head(head: Option<&Head>) -> Self {
        Self {
            head: last(head),
            recovered: true,
            page: Page::empty(),
        }
    }

    /// For a subscriber with the cursor `since`; `read` is what was read from the [`starting_point`] on, after the
    /// head: up to `limit` kept entries and one more.
    pub fn after(since: Sequence, head: Option<&Head>, read: Vec<Entry>, limit: usize, now: Timestamp) -> Self {
        let page = Page::new(read, false, limit, now);
        let newest = page.entries.last().map_or(Sequence::ZERO, |entry| entry.sequence);
        let head_number = last(head).max(newest);
        // The first number of a log is the one before its first entry: whoever has nothing lacks nothing of it.
        let base = match head {
            Some(head) if since == Sequence::ZERO => head.first,
            _ => since,
        };
        let continues = match page.entries.first() {
            Some(first) => first.sequence == base.next(),
            None => head_number <= base,
        };
        Self {
            head: head_number,
            recovered: continues && since <= head_number,
            page,
        }
    }
}

fn last(head: Option<&Head>) -> Sequence {
    head.map_or(Sequence::ZERO, |head| head.last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::channel::Channel;
    use crate::content::Content;
    use crate::identity::{DisplayName, UserId};
    use crate::log::{Draft, Sender};
    use crate::shards::Shards;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_millis(1_000);
    const RETENTION: Duration = Duration::from_secs(60);

    /// A log of `count` entries, one a second.
    fn log(count: u64) -> (Option<Head>, Vec<Entry>) {
        let user = UserId::parse("alice").unwrap();
        let draft = Draft {
            channel: Channel::All,
            sender: Sender {
                name: DisplayName::new("", &user),
                id: user,
            },
            id: None,
            content: Content::parse("1").unwrap(),
        };
        let (mut head, mut entries) = (None, Vec::new());
        for n in 0..count {
            let next = Head::after(head.as_ref(), START.plus(Duration::from_secs(n)), Shards::ONE).keeping(RETENTION);
            entries.push(draft.entry(&next));
            head = Some(next);
        }
        (head, entries)
    }

    /// What a subscriber gets who has seen the first `seen` entries; its numbers counted from the log's first.
    fn catch_up(count: u64, since: Sequence, limit: usize, now: Timestamp) -> (u64, bool, Vec<u64>, bool) {
        let (head, entries) = log(count);
        let base = 1_000_000;
        let read = match starting_point(since, head.as_ref()) {
            Some(from) => entries
                .into_iter()
                .filter(|e| e.sequence > from && e.is_kept(now))
                .take(limit + 1)
                .collect(),
            None => Vec::new(),
        };
        let told = CatchUp::after(since, head.as_ref(), read, limit, now);
        let numbers = told.page.entries.iter().map(|e| e.sequence.number() - base).collect();
        (
            told.head.number().saturating_sub(base),
            told.recovered,
            numbers,
            told.page.more,
        )
    }

    fn number(n: u64) -> Sequence {
        Sequence::new(1_000_000 + n).unwrap()
    }

    #[test]
    fn nothing_stored() {
        assert_eq!(catch_up(0, Sequence::ZERO, 9, START), (0, true, vec![], false));
        assert_eq!(catch_up(0, number(5), 9, START), (0, false, vec![], false));
    }

    #[test]
    fn from_the_start_in_the_middle_and_at_the_head() {
        assert_eq!(catch_up(3, Sequence::ZERO, 9, START), (3, true, vec![1, 2, 3], false));
        assert_eq!(catch_up(3, number(0), 9, START), (3, true, vec![1, 2, 3], false));
        assert_eq!(catch_up(3, number(1), 9, START), (3, true, vec![2, 3], false));
        assert_eq!(catch_up(3, number(3), 9, START), (3, true, vec![], false));
    }

    #[test]
    fn beyond_the_head_is_another_log() {
        assert_eq!(catch_up(3, number(4), 9, START), (3, false, vec![1, 2, 3], false));
    }

    #[test]
    fn older_than_what_is_kept() {
        // The first entry's life ends 60 s after its second, the others' later.
        let now = START.plus(RETENTION);
        assert_eq!(catch_up(3, number(0), 9, now), (3, false, vec![2, 3], false));
        assert_eq!(catch_up(3, Sequence::ZERO, 9, now), (3, false, vec![2, 3], false));
        assert_eq!(catch_up(3, number(1), 9, now), (3, true, vec![2, 3], false));
    }

    #[test]
    fn everything_expired() {
        let now = START.plus(RETENTION * 2);
        assert_eq!(catch_up(3, number(1), 9, now), (3, false, vec![], false));
        assert_eq!(catch_up(3, Sequence::ZERO, 9, now), (3, false, vec![], false));
        assert_eq!(catch_up(3, number(3), 9, now), (3, true, vec![], false));
    }

    #[test]
    fn a_limited_page_says_that_there_is_more() {
        assert_eq!(catch_up(5, number(1), 2, START), (5, true, vec![2, 3], true));
        assert_eq!(catch_up(5, number(3), 2, START), (5, true, vec![4, 5], false));
    }

    #[test]
    fn without_a_cursor_only_the_head_is_told() {
        let (head, _) = log(3);
        let told = CatchUp::at_head(head.as_ref());
        assert_eq!(
            (told.head, told.recovered, told.page.entries.len()),
            (number(3), true, 0)
        );
        assert_eq!(CatchUp::at_head(None).head, Sequence::ZERO);
    }
}
