//! Appending: no hole, no number twice, one entry per message however often it is sent.

#![allow(clippy::unwrap_used)]

use domain::content::Content;
use domain::log::Sender;
use domain::message_id::MessageId;
use futures_util::future::join_all;

use super::*;
use crate::testing::{MemoryTable, TestClock, identity};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const RETENTION: Duration = Duration::from_secs(600);

struct World {
    table: MemoryTable,
    clock: TestClock,
    guesses: Guesses,
}

impl World {
    fn new() -> Self {
        Self {
            table: MemoryTable::default(),
            clock: TestClock::at(NOW),
            guesses: Guesses::default(),
        }
    }

    async fn append(&self, draft: &Draft, now: Timestamp, seed: u64) -> Result<InLog, AppendError> {
        self.with(&self.guesses, draft, now, seed).await
    }

    /// As another process would: with no guess at all.
    async fn elsewhere(&self, draft: &Draft, now: Timestamp, seed: u64) -> Result<InLog, AppendError> {
        self.with(&Guesses::default(), draft, now, seed).await
    }

    async fn with(&self, guesses: &Guesses, draft: &Draft, now: Timestamp, seed: u64) -> Result<InLog, AppendError> {
        let appender = self.appender(guesses, RETENTION);
        appender.append(draft, now, Jitter::seeded(seed)).await
    }

    fn appender<'a>(&'a self, guesses: &'a Guesses, retention: Duration) -> Appender<'a, MemoryTable, TestClock> {
        Appender {
            log: &self.table,
            clock: &self.clock,
            guesses,
            retention,
            shards: Shards::ONE,
        }
    }

    fn numbers(&self) -> Vec<u64> {
        self.table
            .log(&Channel::All)
            .iter()
            .map(|entry| entry.sequence.number())
            .collect()
    }
}

fn draft(content: u32, id: Option<&str>) -> Draft {
    let identity = identity("alice", NOW).unwrap();
    Draft {
        channel: Channel::All,
        sender: Sender::from(&identity),
        id: id.map(|id| MessageId::parse(id).unwrap()),
        content: Content::parse(&content.to_string()).unwrap(),
    }
}

fn assert_no_hole(numbers: &[u64]) {
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

const ID: &str = "0123456789abcdef";

#[tokio::test]
async fn concurrent_writers_leave_no_hole_and_every_answer_is_in_the_log() {
    let world = World::new();
    let drafts: Vec<Draft> = (0..40).map(|n| draft(n, None)).collect();
    let answers = join_all(
        drafts
            .iter()
            .zip(0..)
            .map(|(draft, seed)| world.elsewhere(draft, NOW, seed)),
    )
    .await;
    let mut acknowledged: Vec<u64> = answers
        .iter()
        .flatten()
        .map(|in_log| in_log.entry.sequence.number())
        .collect();
    acknowledged.sort_unstable();
    assert_no_hole(&world.numbers());
    assert_eq!(acknowledged, world.numbers());
    assert!(acknowledged.len() > 10);
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Ok(_) | Err(AppendError::Contended)))
    );
}

#[tokio::test]
async fn a_wrong_guess_costs_one_attempt() {
    let world = World::new();
    world.append(&draft(1, None), NOW, 1).await.unwrap();
    world.elsewhere(&draft(2, None), NOW, 2).await.unwrap();
    world.table.fail("head");
    world.append(&draft(3, None), NOW, 3).await.unwrap();
    assert_no_hole(&world.numbers());
    assert_eq!(world.numbers().len(), 3);
}

#[tokio::test]
async fn a_guess_of_before_a_spread_is_corrected_before_anybody_is_told() {
    let world = World::new();
    world.append(&draft(1, None), NOW, 1).await.unwrap();
    let four = Shards::new(4).unwrap();
    world.table.with_rows(|rows| rows.spread(&Channel::All, four));
    for content in [2, 3] {
        let in_log = world.append(&draft(content, None), NOW, 2).await.unwrap();
        assert_eq!(in_log.shards, four, "{content}");
    }
    assert_no_hole(&world.numbers());
    let appends = world.table.calls().into_iter().filter(|call| *call == "append");
    assert_eq!(appends.count(), 4, "one attempt more, once");
}

#[tokio::test]
async fn the_same_id_again_gets_the_first_answer_and_no_second_entry() {
    let world = World::new();
    let first = world.append(&draft(1, Some(ID)), NOW, 1).await.unwrap();
    let later = NOW.plus(Duration::from_secs(5));
    let again = world.elsewhere(&draft(1, Some(ID)), later, 2).await.unwrap();
    assert!(!first.duplicate && again.duplicate && !again.handed_over);
    assert_eq!(
        (again.entry.sequence, again.entry.at),
        (first.entry.sequence, first.entry.at)
    );
    assert_eq!(world.numbers().len(), 1);
}

#[tokio::test]
async fn the_same_id_from_many_places_at_once_is_appended_once() {
    let world = World::new();
    let one = draft(1, Some(ID));
    let answers = join_all((0..20).map(|seed| world.elsewhere(&one, NOW, seed))).await;
    assert_eq!(world.numbers().len(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap().entry.sequence.number() == world.numbers()[0])
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| !answer.as_ref().unwrap().duplicate)
            .count(),
        1
    );
}

#[tokio::test]
async fn the_same_id_with_other_content_is_a_conflict() {
    let world = World::new();
    world.append(&draft(1, Some(ID)), NOW, 1).await.unwrap();
    assert!(matches!(
        world.append(&draft(2, Some(ID)), NOW, 2).await,
        Err(AppendError::Conflict)
    ));
    assert_eq!(world.numbers().len(), 1);
}

#[tokio::test]
async fn another_user_s_same_id_is_another_message() {
    let world = World::new();
    world.append(&draft(1, Some(ID)), NOW, 1).await.unwrap();
    let bob = Draft {
        sender: Sender::from(&identity("bob", NOW).unwrap()),
        ..draft(2, Some(ID))
    };
    assert!(!world.append(&bob, NOW, 2).await.unwrap().duplicate);
}

#[tokio::test]
async fn an_id_is_free_again_once_its_memory_has_ended() {
    let world = World::new();
    world.append(&draft(1, Some(ID)), NOW, 1).await.unwrap();
    let end = NOW.plus(RETENTION).plus(Duration::from_secs(3600));
    let before = Timestamp::from_millis(end.millis() - 1);
    assert!(world.append(&draft(1, Some(ID)), before, 2).await.unwrap().duplicate);
    assert!(!world.append(&draft(1, Some(ID)), end, 3).await.unwrap().duplicate);
}

#[tokio::test]
async fn time_in_a_log_never_goes_back() {
    let world = World::new();
    world.append(&draft(1, None), NOW, 1).await.unwrap();
    let early = Timestamp::from_millis(NOW.millis() - 5_000);
    assert_eq!(world.append(&draft(2, None), early, 2).await.unwrap().entry.at, NOW);
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_no_success() {
    let world = World::new();
    world.table.fail("append");
    assert!(matches!(
        world.append(&draft(1, None), NOW, 1).await,
        Err(AppendError::Table(_))
    ));
}

#[tokio::test]
async fn after_the_retention_was_lowered_nothing_goes_before_what_is_older() {
    let world = World::new();
    world.append(&draft(1, None), NOW, 1).await.unwrap();
    let lowered = Guesses::default();
    let appender = world.appender(&lowered, RETENTION / 10);
    for (after, ends) in [(1, 600), (539, 600), (541, 601)] {
        let now = NOW.plus(Duration::from_secs(after));
        let entry = appender
            .append(&draft(2, None), now, Jitter::seeded(1))
            .await
            .unwrap()
            .entry;
        assert_eq!(entry.life, NOW.plus(Duration::from_secs(ends)), "after {after} s");
    }
    let lives: Vec<_> = world.table.log(&Channel::All).iter().map(|entry| entry.life).collect();
    assert!(lives.is_sorted(), "{lives:?}");
}
