//! A channel's log: numbers without holes, a time that never goes back, and what each entry holds.

use std::time::Duration;

use crate::channel::Channel;
use crate::content::Content;
use crate::digest::Digest;
use crate::identity::{DisplayName, Identity, UserId};
use crate::limits::{SENT_LIFE_EXTRA, SEQUENCE_MAX};
use crate::message_id::MessageId;
use crate::shards::Shards;
use crate::timestamp::Timestamp;

/// The number of an entry in its channel's log: below 2^53, so that JavaScript counts it exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(u64);

impl Sequence {
    /// Before every entry of every log.
    pub const ZERO: Self = Self(0);

    /// `None` if JavaScript could not count it exactly.
    pub fn new(number: u64) -> Option<Self> {
        (number <= SEQUENCE_MAX).then_some(Self(number))
    }

    /// Where a log that begins at `now` starts counting: a recreated table never gives an old number again, unless it
    /// had taken more than a thousand messages in every millisecond of its life.
    fn start(now: Timestamp) -> Self {
        Self(now.millis().saturating_mul(1000).min(SEQUENCE_MAX - 1))
    }

    /// The number after it.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number before it; before the first there is none.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The number half-way to one that is larger: never that one itself.
    #[must_use]
    pub fn halfway_to(self, larger: Self) -> Self {
        Self(self.0 + larger.0.saturating_sub(self.0) / 2)
    }

    /// The number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// The head of a log: its newest number, and what the next entry needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number before the first entry.
    pub first: Sequence,
    /// The number of the newest entry.
    pub last: Sequence,
    /// The time of the newest entry.
    pub at: Timestamp,
    /// Over how many keys members of the channel are spread, or once were.
    pub shards: Shards,
    /// Until when the newest entry is kept, and so every entry: no later one ends before an earlier one.
    pub kept_until: Timestamp,
    /// Of a direct channel: until when it stands in both users' lists. Zero for others.
    pub listed_until: Timestamp,
}

impl Head {
    /// The head after one more entry; `None` is a log without any. Its time is never before the previous entry's, so
    /// that lives end in the order of numbers, and its shards never shrink, since members may still stand there.
    pub fn after(previous: Option<&Self>, now: Timestamp, shards: Shards) -> Self {
        match previous {
            Some(head) => Self {
                first: head.first,
                last: head.last.next(),
                at: now.max(head.at),
                shards: shards.max(head.shards),
                kept_until: head.kept_until,
                listed_until: head.listed_until,
            },
            None => {
                let first = Sequence::start(now);
                Self {
                    first,
                    last: first.next(),
                    at: now,
                    shards,
                    kept_until: Timestamp::default(),
                    listed_until: Timestamp::default(),
                }
            }
        }
    }
}

impl Head {
    /// The same, whose newest entry is kept for this long, and at least for as long as those before it: a retention that was
    /// lowered holds as soon as nothing is left of a longer one. So lives end in the order of numbers, and what is kept of
    /// a log has no hole.
    #[must_use]
    pub fn keeping(self, retention: Duration) -> Self {
        let kept_until = self.kept_until.max(self.at.plus(retention));
        Self { kept_until, ..self }
    }

    /// The same for this channel: the head of a direct one says until when both users have it in their lists, renewed
    /// when less than a retention is left, so that whoever was away for as long as anything is kept still hears of it.
    #[must_use]
    pub fn listing(self, channel: &Channel, retention: Duration) -> Self {
        let needed = self.kept_until.max(self.at.plus(retention));
        if !matches!(channel, Channel::Direct(_)) || self.listed_until >= needed {
            return self;
        }
        Self {
            listed_until: needed.plus(retention),
            ..self
        }
    }
}

/// Who sent an entry, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The user.
    pub id: UserId,
    /// What others saw of the user at that time.
    pub name: DisplayName,
}

impl Sender {
    /// The back end, under a name of its choice.
    pub fn back_end(name: Option<&str>) -> Self {
        let id = UserId::back_end();
        Self {
            name: DisplayName::new(name.unwrap_or("Back end"), &id),
            id,
        }
    }
}

impl From<&Identity> for Sender {
    fn from(identity: &Identity) -> Self {
        Self {
            id: identity.user.clone(),
            name: identity.name.clone(),
        }
    }
}

/// A message on its way into a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where it goes.
    pub channel: Channel,
    /// Who sends it.
    pub sender: Sender,
    /// The sender's id for it, which makes a retry harmless.
    pub id: Option<MessageId>,
    /// What it says.
    pub content: Content,
}

impl Draft {
    /// The entry it becomes under the number, time and life of `head`.
    pub fn entry(&self, head: &Head) -> Entry {
        Entry {
            sequence: head.last,
            at: head.at,
            sender: self.sender.clone(),
            id: self.id.clone(),
            content: self.content.clone(),
            life: head.kept_until,
        }
    }

    /// What is remembered of its id, if it has one.
    pub fn sent(&self, head: &Head) -> Option<Sent> {
        self.id.as_ref().map(|_| Sent {
            channel: self.channel.clone(),
            sequence: head.last,
            at: head.at,
            digest: Digest::of(&self.channel, &self.content),
            handed_over: false,
            life: head.kept_until.plus(SENT_LIFE_EXTRA),
        })
    }
}

/// One message in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub sequence: Sequence,
    /// When it was appended.
    pub at: Timestamp,
    /// Who sent it.
    pub sender: Sender,
    /// The sender's id for it.
    pub id: Option<MessageId>,
    /// What it says.
    pub content: Content,
    /// Until when it is kept.
    pub life: Timestamp,
}

impl Entry {
    /// Whether it is still kept, whatever the table still holds.
    pub fn is_kept(&self, now: Timestamp) -> bool {
        now < self.life
    }
}

/// What is remembered of a message id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The channel the message went to.
    pub channel: Channel,
    /// The number it got.
    pub sequence: Sequence,
    /// When it was appended.
    pub at: Timestamp,
    /// What a retry must match.
    pub digest: Digest,
    /// Whether the fan-out was done; a retry runs it again while it was not.
    pub handed_over: bool,
    /// Until when it is remembered.
    pub life: Timestamp,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_123);

    #[test]
    fn a_new_log_starts_at_milliseconds_times_a_thousand() {
        let head = Head::after(None, NOW, Shards::ONE);
        assert_eq!(head.first.number(), 1_700_000_000_123_000);
        assert_eq!(head.last.number(), 1_700_000_000_123_001);
    }

    #[test]
    fn numbers_have_no_holes_and_times_never_go_back() {
        let one = Head::after(None, NOW, Shards::ONE);
        let two = Head::after(Some(&one), Timestamp::from_millis(5), Shards::ONE);
        assert_eq!(two.last.number(), one.last.number() + 1);
        assert_eq!((two.first, two.at), (one.first, one.at));
        let three = Head::after(Some(&two), NOW.plus(Duration::from_millis(1)), Shards::ONE);
        assert_eq!(three.at.millis(), NOW.millis() + 1);
    }

    #[test]
    fn only_a_direct_channel_is_listed_and_again_when_half_of_it_is_over() {
        let minute = Duration::from_secs(60);
        let direct = Channel::parse("dm:a:b").unwrap();
        let head = Head::after(None, NOW, Shards::ONE);
        assert_eq!(head.clone().listing(&Channel::All, minute), head);
        let listed = head.listing(&direct, minute);
        assert_eq!(listed.listed_until, NOW.plus(minute * 2));
        let soon = Head::after(Some(&listed), NOW.plus(minute), Shards::ONE).listing(&direct, minute);
        assert_eq!(soon.listed_until, listed.listed_until);
        let later = Head::after(
            Some(&listed),
            NOW.plus(minute).plus(Duration::from_millis(1)),
            Shards::ONE,
        );
        assert!(later.listing(&direct, minute).listed_until > listed.listed_until);
    }

    #[test]
    fn lives_end_in_the_order_of_numbers_even_if_the_retention_is_lowered() {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let kept = |previous: &Head, after: Duration| {
            let next = Head::after(Some(previous), NOW.plus(after), Shards::ONE).keeping(minute);
            next.kept_until
        };
        let long = Head::after(None, NOW, Shards::ONE).keeping(hour);
        assert_eq!(long.kept_until, NOW.plus(hour));
        assert_eq!(kept(&long, minute), NOW.plus(hour), "as long as what is kept before it");
        let later = hour - minute + Duration::from_millis(1);
        assert_eq!(
            kept(&long, later),
            NOW.plus(later).plus(minute),
            "and no longer than that"
        );
    }

    #[test]
    fn shards_grow_and_never_shrink() {
        let four = Head::after(None, NOW, Shards::new(4).unwrap());
        assert_eq!(Head::after(Some(&four), NOW, Shards::new(2).unwrap()).shards.count(), 4);
        assert_eq!(Head::after(Some(&four), NOW, Shards::new(8).unwrap()).shards.count(), 8);
    }

    #[test]
    fn a_sequence_is_at_most_2_to_the_53_minus_1() {
        assert!(Sequence::new(SEQUENCE_MAX).is_some());
        assert!(Sequence::new(SEQUENCE_MAX + 1).is_none());
        assert!(
            Head::after(None, Timestamp::from_millis(u64::MAX), Shards::ONE)
                .last
                .number()
                <= SEQUENCE_MAX
        );
    }

    #[test]
    fn halving_comes_to_an_end_at_either_side() {
        for (low, high, half) in [
            (0, 1, 0),
            (0, 2, 1),
            (5, 5, 5),
            (SEQUENCE_MAX - 2, SEQUENCE_MAX, SEQUENCE_MAX - 1),
        ] {
            assert_eq!(Sequence(low).halfway_to(Sequence(high)), Sequence(half));
        }
        assert_eq!(
            (Sequence(7).previous(), Sequence::ZERO.previous()),
            (Sequence(6), Sequence::ZERO)
        );
    }

    #[test]
    fn an_id_is_remembered_an_hour_longer_than_its_entry() {
        let user = UserId::parse("alice").unwrap();
        let draft = Draft {
            channel: Channel::All,
            sender: Sender {
                name: DisplayName::new("", &user),
                id: user,
            },
            id: MessageId::parse("0123456789abcdef"),
            content: Content::parse("1").unwrap(),
        };
        let head = Head::after(None, NOW, Shards::ONE).keeping(Duration::from_secs(60));
        let (entry, sent) = (draft.entry(&head), draft.sent(&head).unwrap());
        assert_eq!(sent.life.since(entry.life), Duration::from_secs(3600));
        assert!(entry.is_kept(Timestamp::from_millis(entry.life.millis() - 1)));
        assert!(!entry.is_kept(entry.life));
        assert!(Draft { id: None, ..draft }.sent(&head).is_none());
    }
}
