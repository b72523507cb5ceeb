//! History: each page joins on to the last, and nothing past its life is shown.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use domain::channel::Channel;
use domain::content::Content;
use domain::jitter::Jitter;
use domain::log::{Draft, Sender, Sequence};
use domain::shards::Shards;
use domain::wire::ErrorCode;
use serde_json::Value;

use super::*;
use crate::append::Appender;
use crate::guesses::Guesses;
use crate::testing::{MemoryTable, TestClock, identity};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// A log of so many entries, one a second, each kept for a minute.
async fn log(entries: u64) -> MemoryTable {
    let table = MemoryTable::default();
    let (clock, guesses) = (TestClock::at(NOW), Guesses::default());
    let appender = Appender {
        log: &table,
        clock: &clock,
        guesses: &guesses,
        retention: Duration::from_secs(60),
        shards: Shards::ONE,
    };
    for number in 0..entries {
        let content = Content::parse(&number.to_string()).unwrap();
        let sender = Sender::from(&identity("alice", NOW).unwrap());
        let draft = Draft {
            channel: Channel::All,
            sender,
            id: None,
            content,
        };
        appender
            .append(&draft, NOW.plus(Duration::from_secs(number)), Jitter::seeded(1))
            .await
            .unwrap();
    }
    table
}

async fn page(table: &MemoryTable, range: Range, limit: usize, now: Timestamp) -> Value {
    let who = identity("bob", Timestamp::from_seconds(2_000_000)).unwrap();
    let wanted = History {
        channel: Channel::All,
        range,
        limit,
    };
    let frame = history(table, &who, None, &wanted, now).await.unwrap();
    serde_json::from_str(frame.as_str()).unwrap()
}

fn contents(page: &Value) -> Vec<u64> {
    page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["content"].as_u64().unwrap())
        .collect()
}

fn number(page: &Value, index: usize) -> Sequence {
    Sequence::new(page["entries"][index]["seq"].as_u64().unwrap()).unwrap()
}

#[tokio::test]
async fn an_empty_log_is_an_empty_page() {
    let page = page(&log(0).await, Range::Newest, 10, NOW).await;
    assert_eq!((contents(&page), &page["more"]), (vec![], &Value::Bool(false)));
}

#[tokio::test]
async fn backwards_from_the_end_each_page_joins_on_to_the_last() {
    let table = log(5).await;
    let newest = page(&table, Range::Newest, 2, NOW).await;
    assert_eq!((contents(&newest), &newest["more"]), (vec![3, 4], &Value::Bool(true)));
    let before = page(&table, Range::Before(number(&newest, 0)), 2, NOW).await;
    assert_eq!((contents(&before), &before["more"]), (vec![1, 2], &Value::Bool(true)));
    let oldest = page(&table, Range::Before(number(&before, 0)), 2, NOW).await;
    assert_eq!((contents(&oldest), &oldest["more"]), (vec![0], &Value::Bool(false)));
}

#[tokio::test]
async fn forwards_from_a_number_each_page_joins_on_to_the_last() {
    let table = log(5).await;
    let first = page(&table, Range::After(Sequence::new(0).unwrap()), 3, NOW).await;
    assert_eq!((contents(&first), &first["more"]), (vec![0, 1, 2], &Value::Bool(true)));
    let second = page(&table, Range::After(number(&first, 2)), 3, NOW).await;
    assert_eq!((contents(&second), &second["more"]), (vec![3, 4], &Value::Bool(false)));
    let none = page(&table, Range::After(number(&second, 1)), 3, NOW).await;
    assert_eq!((contents(&none), &none["more"]), (vec![], &Value::Bool(false)));
}

#[tokio::test]
async fn what_is_past_its_life_is_not_shown_and_not_more() {
    let table = log(5).await;
    let now = NOW.plus(Duration::from_secs(62));
    let newest = page(&table, Range::Newest, 2, now).await;
    assert_eq!((contents(&newest), &newest["more"]), (vec![3, 4], &Value::Bool(false)));
    let oldest = page(&table, Range::After(Sequence::new(0).unwrap()), 2, now).await;
    assert_eq!(contents(&oldest), [3, 4]);
}

#[tokio::test]
async fn another_user_s_log_is_forbidden_and_the_own_one_is_not() {
    let table = log(0).await;
    let who = identity("bob", Timestamp::from_seconds(2_000_000)).unwrap();
    for (channel, allowed) in [("user:bob", true), ("user:alice", false)] {
        let wanted = History {
            channel: Channel::parse(channel).unwrap(),
            range: Range::Newest,
            limit: 1,
        };
        let answer = history(&table, &who, None, &wanted, NOW).await;
        assert_eq!(answer.as_ref().map_err(|refusal| refusal.code).is_ok(), allowed);
        assert!(allowed || answer.unwrap_err().code == ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_unavailable() {
    let table = log(0).await;
    table.fail("entries");
    let who = identity("bob", Timestamp::from_seconds(2_000_000)).unwrap();
    let wanted = History {
        channel: Channel::All,
        range: Range::Newest,
        limit: 1,
    };
    assert_eq!(
        history(&table, &who, None, &wanted, NOW).await.unwrap_err().code,
        ErrorCode::Unavailable
    );
}
