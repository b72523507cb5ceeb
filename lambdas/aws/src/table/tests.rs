//! Single writes that the SDK repeats because their answer was lost: what was done is not taken for a failure.

#![allow(clippy::unwrap_used)]

use std::sync::PoisonError;

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::message_id::MessageId;
use domain::rate::Rate;
use domain::shards::Shards;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::{Bucket, Buckets as _, Connections as _, Heads as _, Log as _, Taken};

use super::*;
use crate::testing::{Asked, dynamodb_error, response, scripted_table};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// A table that did the first write it was asked for, but lost its answer, and refuses the same once more.
async fn forgetful() -> (Table, Asked) {
    let answers = vec![
        response("500 Internal Server Error", "", "{}"),
        dynamodb_error("ConditionalCheckFailedException"),
        response("200 OK", "", "{}"),
    ];
    scripted_table(answers).await.unwrap()
}

fn times(asked: &Asked) -> usize {
    asked.lock().unwrap_or_else(PoisonError::into_inner).len()
}

fn user() -> UserId {
    UserId::parse("alice").unwrap()
}

#[tokio::test]
async fn a_write_that_is_refused_by_what_it_did_itself_is_done() {
    let id = ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap();
    let (table, asked) = forgetful().await;
    table.free_slot(&user(), SlotNumber::FIRST, &id, NOW).await.unwrap();
    assert_eq!(times(&asked), 2);
    let (table, asked) = forgetful().await;
    table.spread(&Channel::All, Shards::ONE).await.unwrap();
    assert_eq!(times(&asked), 2);
    let (table, asked) = forgetful().await;
    let message = MessageId::parse("0123456789abcdef").unwrap();
    table.mark_handed_over(&user(), &message).await.unwrap();
    assert_eq!(times(&asked), 2);
    let (table, asked) = forgetful().await;
    assert_eq!(table.entomb_if_over(&id, NOW, NOW).await.unwrap(), None);
    assert_eq!(times(&asked), 2);
}

#[tokio::test]
async fn a_take_that_is_repeated_takes_once_more_and_refuses_nobody() {
    let (table, asked) = forgetful().await;
    let bucket = Bucket {
        user: user(),
        connection: None,
    };
    assert_eq!(table.take(&bucket, Rate::MAX, NOW).await.unwrap(), Taken::Yes);
    assert_eq!(times(&asked), 3);
}
